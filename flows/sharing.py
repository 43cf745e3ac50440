"""Work shared out among programs, on this machine or on several: who does what.

What is read or crawled is taken by id, a batch at a time, from the database that they share
(`storage.claims`, decision 0047). Nobody hands work out: a worker takes what is free.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from storage import Store, claims
from vigie import lock
from vigie.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from sqlalchemy import Select

    from storage.claims import Work
    from vigie.settings import Settings

PATIENCE = 300.0
"""Seconds that one who reads waits for its turn to write, on PostgreSQL: there may be many."""


@contextmanager
def working(settings: Settings, store: Store) -> Iterator[str]:
    """Yield a name under which to take work; in the end, nothing is held by it any more.

    What workers of this workspace's folder held that were killed is free again at once; what
    those of other machines held, once its time is over.
    """
    with lock.worker(settings) as name:
        dead = lock.dead_workers(settings)
        _let_go(settings, store, dead)
        try:
            yield name
        finally:
            # If the database cannot be reached, the next worker finds this one dead.
            with suppress(StorageError):
                _let_go(settings, store, [name])


def _let_go(settings: Settings, store: Store, names: list[str]) -> None:
    if names:
        with store.claiming() as c:
            claims.end(c, names)
        lock.bury(settings, names)


def taken(
    store: Store,
    work: Work,
    waiting: Select[tuple[str]],
    worker: str,
    *,
    lease: timedelta = claims.LEASE,
) -> list[str]:
    """Take some of what waits, and return its ids: none when all of it is taken."""
    with store.claiming() as c:
        return claims.take(c, work, waiting, worker, lease=lease)
