"""What needs a person: noted once, told once by mail, and resolved when it is no more."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, Select, func, or_, select, update

from storage import tables
from storage.plain import from_message, to_message
from vigie.records import Notice, NoticeKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

_notices = tables.notices.c


class Numbered(NamedTuple):
    """A notice, and the number under which it is kept."""

    id: int
    notice: Notice


def settle(
    c: Connection, found: Iterable[Notice], kinds: Collection[NoticeKind], at: datetime
) -> None:
    """Note what is found to need a person now; of these kinds, what is not found is resolved.

    One that stands already keeps its beginning, with the words of today.
    """
    now = {(one.kind, one.about): one for one in found}
    query = select(tables.notices).where(_notices.resolved_at.is_(None))
    known = {(NoticeKind(row.kind), row.about): row for row in c.execute(query)}
    gone = [row.id for key, row in known.items() if key[0] in kinds and key not in now]
    c.execute(update(tables.notices).where(_notices.id.in_(gone)).values(resolved_at=at))
    for key, one in now.items():
        message = from_message(one.message)
        if key not in known:
            row = {"kind": one.kind, "about": one.about, "message": message, "since": one.since}
            c.execute(tables.notices.insert(), [row])
        elif known[key].message != message:
            same = update(tables.notices).where(_notices.id == known[key].id)
            c.execute(same.values(message=message))


def standing(c: Connection) -> list[Notice]:
    """Return what needs a person now, the newest first."""
    query = select(tables.notices).where(_notices.resolved_at.is_(None))
    return [_notice(row) for row in c.execute(query.order_by(_notices.since.desc(), _notices.id))]


def count(c: Connection) -> int:
    """Return how many things need a person now."""
    return c.execute(_count()).scalar_one()


@cache
def _count() -> Select[tuple[int]]:
    return select(func.count()).where(_notices.resolved_at.is_(None))


def resolved(c: Connection, since: datetime) -> list[Notice]:
    """Return what was resolved since a moment, the newest first."""
    query = select(tables.notices).where(_notices.resolved_at >= since)
    return [_notice(row) for row in c.execute(query.order_by(_notices.resolved_at.desc()))]


def untold(c: Connection) -> list[Numbered]:
    """Return what is to be told by mail: what stands, and what was told and stands no more."""
    begun = _notices.resolved_at.is_(None) & _notices.told_at.is_(None)
    ended = (
        _notices.resolved_at.is_not(None)
        & _notices.told_at.is_not(None)
        & _notices.end_told_at.is_(None)
    )
    query = select(tables.notices).where(or_(begun, ended)).order_by(_notices.since, _notices.id)
    return [Numbered(row.id, _notice(row)) for row in c.execute(query)]


def told(c: Connection, those: Iterable[Numbered], at: datetime) -> None:
    """Remember that these went out by mail, each as it was then: begun or resolved."""
    ended = {one.id: one.notice.resolved_at is not None for one in those}
    for column, end in (("told_at", False), ("end_told_at", True)):
        these = _notices.id.in_([number for number, has_ended in ended.items() if has_ended is end])
        c.execute(update(tables.notices).where(these).values({column: at}))


def last_told(c: Connection) -> datetime | None:
    """Return when the last mail went out."""
    query = select(func.max(_notices.told_at), func.max(_notices.end_told_at))
    moments = [moment for moment in c.execute(query).one() if moment is not None]
    return max(moments, default=None)


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        kind=NoticeKind(row.kind),
        about=row.about,
        message=to_message(row.message),
        since=row.since,
        resolved_at=row.resolved_at,
    )
