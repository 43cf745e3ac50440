"""The backups that stand in a workspace's folder of `[backup]`, known by their names."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from vigie.settings import Settings

_STAMP = re.compile(r"vigie-(\d{8}T\d{6})Z\.zip")


def folder_of(settings: Settings) -> Path:
    """Return the folder that scheduled backups go to."""
    return settings.folder / settings.backup.folder


def name_at(moment: datetime) -> str:
    """Return what a backup made at a moment is called."""
    return f"vigie-{moment.astimezone(UTC):%Y%m%dT%H%M%S}Z.zip"


def kept_in(folder: Path) -> dict[Path, datetime]:
    """Return the backups that stand in a folder under their own names, with their moments."""
    found = ((path, _STAMP.fullmatch(path.name)) for path in folder.glob("vigie-*.zip"))
    return {
        path: datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        for path, match in found
        if match
    }


def newest(settings: Settings) -> datetime | None:
    """Return when the newest backup in the folder of `[backup]` was made; None without any."""
    return max(kept_in(folder_of(settings)).values(), default=None)
