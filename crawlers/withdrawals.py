"""Events to come that a calendar moved, dropped or no longer lists, since it was last read.

What a calendar listed is remembered by source. Nothing is concluded of an event that has begun,
nor from a file that was cut; see decision 0021.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from crawlers.resource import Slot
from vigie.records import Document, DocumentKind, HttpState

if TYPE_CHECKING:
    from crawlers.resource import Calendar
    from vigie.records import Source


def place(source: Source) -> str:
    """Return the name under which it is remembered what a calendar lists."""
    return f"{source.url}#events"


def listed(state: HttpState | None) -> list[Slot]:
    """Return what a calendar listed when it was last read."""
    if state is None or not state.content:
        return []
    return [
        Slot(id=id_, title=title, start=datetime.fromisoformat(start), uid=uid, ends=ends)
        for id_, title, start, uid, ends in json.loads(state.content)
    ]


def gone(former: list[Slot], now: Calendar, at: datetime) -> list[Slot]:
    """Return the events to come that a calendar has taken back.

    Those whose UID it still has, with another date or title; and, of a file read whole, those
    that lie between the first and the last event to come that it lists. Series without end do
    not count for that: they would cover everything.
    """
    ids, told = {one.id for one in now.slots}, {_told(one) for one in now.slots}
    uids = {one.uid for one in now.slots if one.uid}
    covered = [one.start for one in now.slots if one.ends and one.start > at]

    def is_gone(one: Slot) -> bool:
        within = now.whole and covered and min(covered) <= one.start <= max(covered)
        return one.uid in uids or bool(within)

    missing = (one for one in former if one.id not in ids and _told(one) not in told)
    return [one for one in missing if one.start > at and is_gone(one)]


def memory(source: Source, former: list[Slot], now: Calendar, at: datetime) -> HttpState:
    """Return what remembers the events to come: those listed now, and those not taken back."""
    taken_back = {one.id for one in gone(former, now, at)}
    known = {one.id: one for one in (*former, *now.slots) if one.start > at}
    content = [
        (one.id, one.title, one.start.isoformat(), one.uid, one.ends)
        for one in known.values()
        if one.id not in taken_back
    ]
    return HttpState(
        url=place(source),
        source_id=source.id,
        content=json.dumps(content, ensure_ascii=False),
        checked_at=at,
    )


def taken_back(slot: Slot, source: Source, at: datetime) -> Document:
    """Return what is left of an event: which one it was, and that it is taken back."""
    return Document(
        id=slot.id,
        source_id=source.id,
        url=source.url,
        title="",
        text="",
        published_at=None,
        fetched_at=at,
        kind=DocumentKind.EVENT,
        withdrawn=True,
    )


def _told(slot: Slot) -> tuple[str, datetime]:
    return slot.title.casefold(), slot.start
