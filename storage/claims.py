"""Work that is taken, so that several programs never do the same: by id, for a time.

A claim ends when its work is done, when its worker says that it stops, when another program
finds that worker dead, or when its time is over.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Select, delete, func, select

from storage import tables
from storage.statements import chunks, insert_for

if TYPE_CHECKING:
    from collections.abc import Iterable

LEASE = timedelta(minutes=15)
"""How long what a worker took is left to it, should its machine vanish."""

_claims = tables.claims.c


class Work(StrEnum):
    """What is taken: documents to be read, sources to be crawled."""

    ANNOTATE = "annotate"
    CRAWL = "crawl"


_TAKEN = {Work.ANNOTATE: tables.documents.c.id, Work.CRAWL: tables.sources.c.id}
"""Whose ids are claimed."""


def take(
    c: Connection,
    work: Work,
    waiting: Select[tuple[str]],
    worker: str,
    *,
    lease: timedelta = LEASE,
    now: datetime | None = None,
) -> list[str]:
    """Take some of what waits and return its ids, in the order in which they wait.

    Args:
        c: a connection of `Store.claiming`.
        work: what is to be done.
        waiting: selects the ids of one table, the most urgent first, at most so many.
        worker: the name of who takes it, its own alone.
        lease: for how long.
        now: the moment; by the machine's clock if not given. Clocks of machines that share a
            database may differ by much less than a lease.

    Nobody else has what is returned. Nothing is returned when all that waits is taken.
    """
    moment = now or datetime.now(UTC)
    (key,) = waiting.selected_columns
    taken = select(_claims.key).where(_claims.kind == work, _claims.until > moment)
    query = waiting.where(key.not_in(taken))
    if c.dialect.name == "postgresql":
        # Rows that another worker looks at just now are its own: neither waited for nor taken.
        query = query.with_for_update(skip_locked=True, key_share=True)
    until = moment + lease
    # Again when others were faster with all of these: there may be more beyond them.
    while ids := list(c.execute(query).scalars()):
        rows = [{"kind": work, "key": one, "worker": worker, "until": until} for one in ids]
        mine: set[str] = set()
        for some in chunks(rows):
            mine |= _hold(c, some, moment)
        if mine:
            return [one for one in ids if one in mine]
    return []


def _hold(c: Connection, rows: list[dict[str, object]], now: datetime) -> set[str]:
    """Write claims where none is valid; return the ids of those written.

    The last word: a claim that was made since the rows were chosen is not written over.
    """
    insert = insert_for(c, tables.claims).values(rows)
    written = insert.on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={"worker": insert.excluded.worker, "until": insert.excluded.until},
        where=_claims.until <= now,
    ).returning(_claims.key)
    return set(c.execute(written).scalars())


def held(c: Connection, work: Work, ids: Iterable[str], worker: str) -> list[str]:
    """Return those of some ids that a worker still holds; to be asked where its work is written.

    Of what it was too slow for, somebody else writes the result. What is returned is its own until
    the transaction ends, even if its time is over meanwhile.
    """
    wanted = list(dict.fromkeys(ids))
    found: set[str] = set()
    for some in chunks(wanted):
        if c.dialect.name == "postgresql":
            # Not the claims but what they are of: those are the rows that `take` passes over.
            own = select(_TAKEN[work]).where(_TAKEN[work].in_(some)).order_by(_TAKEN[work])
            c.execute(own.with_for_update(key_share=True))
        query = select(_claims.key).where(
            _claims.kind == work, _claims.worker == worker, _claims.key.in_(some)
        )
        found |= set(c.execute(query).scalars())
    return [one for one in wanted if one in found]


def done(c: Connection, work: Work, ids: Iterable[str], worker: str) -> None:
    """End a worker's claims on what it has done, together with writing the result."""
    for some in chunks(ids):
        c.execute(
            delete(tables.claims).where(
                _claims.kind == work, _claims.worker == worker, _claims.key.in_(some)
            )
        )


def end(c: Connection, workers: Iterable[str]) -> int:
    """End all claims of workers that stop, or that were found dead; return how many."""
    ended = 0
    for some in chunks(workers):
        ended += c.execute(delete(tables.claims).where(_claims.worker.in_(some))).rowcount
    return ended


def count(c: Connection, work: Work, now: datetime | None = None) -> int:
    """Return how much is taken at a moment."""
    query = select(func.count()).where(
        _claims.kind == work, _claims.until > (now or datetime.now(UTC))
    )
    return int(c.execute(query).scalar_one())
