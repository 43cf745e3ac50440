"""The database of a workspace, and what is left of one that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.store import Store, open_store
from vigie import backups

if TYPE_CHECKING:
    from vigie.settings import Settings


def open_workspace(settings: Settings, *, patience: float = 30.0, upgrade: bool = True) -> Store:
    """Open a workspace's database as `open_store` does; none is made in the place of a lost one.

    Raises:
        StorageError: as `open_store`, and when there is none though something is left of one.
    """
    url, folder = settings.storage.url, settings.folder
    anew = not has_left_something(settings)
    return open_store(url, folder, patience=patience, anew=anew, upgrade=upgrade)


def has_left_something(settings: Settings) -> bool:
    """Tell whether a workspace holds what only a database can have led to."""
    raw = next((settings.data / "archive").glob("*"), None)
    return raw is not None or backups.newest(settings) is not None
