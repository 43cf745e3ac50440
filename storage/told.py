"""What documents tell of one actor, for a person to read: sentences, stories, days, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from storage import tables
from storage.plain import to_event
from storage.statements import pairs
from vigie.records import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vigie.records import EventDetails

_mentions, _documents = tables.mentions.c, tables.documents.c
_actors, _sources, _counts = tables.actors.c, tables.sources.c, tables.weekly_counts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One document that names an actor, with the first sentence that does."""

    document_id: str
    url: str
    title: str
    kind: DocumentKind
    source_id: str
    source: str
    """Its name."""
    story_id: str
    day: date
    surface: str
    sentence: str
    commune: str | None
    """INSEE code of where that sentence places the actor."""
    event: EventDetails | None
    event_day: date | None
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How often one source named an actor in one week."""

    monday: date
    source_id: str
    source: str
    mentions: int


def by_documents(
    c: Connection, root: str, limit: int = 200, before: tuple[date, str] | None = None
) -> list[Telling]:
    """Return the newest documents that name an actor, the newest first.

    `before` is the day and id of the document before which a page starts.
    """
    members = select(_actors.id).where(_actors.root_id == root)
    query = (
        select(
            _mentions.document_id,
            _mentions.surface,
            _mentions.sentence,
            _mentions.commune,
            _mentions.known_on,
            _documents.url,
            _documents.title,
            _documents.kind,
            _documents.source_id,
            _documents.story_id,
            _documents.event,
            _documents.event_day,
            _documents.withdrawn_on,
            _sources.name,
        )
        .join(tables.documents, _documents.id == _mentions.document_id)
        .join(tables.sources, _sources.id == _documents.source_id)
        .where(_mentions.actor_id.in_(members))
        .order_by(_mentions.known_on.desc(), _mentions.document_id, _mentions.position)
    )
    if before is not None:
        day, document_id = before
        query = query.where(
            (_mentions.known_on < day)
            | ((_mentions.known_on == day) & (_mentions.document_id > document_id))
        )
    found: dict[str, Telling] = {}
    for row in c.execute(query.limit(4 * limit)):
        if row.document_id in found:
            continue
        if len(found) == limit:
            break
        found[row.document_id] = Telling(
            document_id=row.document_id,
            url=row.url,
            title=row.title,
            kind=DocumentKind(row.kind),
            source_id=row.source_id,
            source=row.name,
            story_id=row.story_id,
            day=row.known_on,
            surface=row.surface,
            sentence=row.sentence,
            commune=row.commune,
            event=to_event(row.event),
            event_day=row.event_day,
            withdrawn=row.withdrawn_on is not None,
        )
    return list(found.values())


def events(c: Connection, root: str, since: date, limit: int = 50) -> list[Telling]:
    """Return the events of a day or later that name an actor, the next one first."""
    tellings = [one for one in by_documents(c, root, 500) if one.event_day and not one.withdrawn]
    coming = [one for one in tellings if one.event_day and one.event_day >= since]
    return sorted(coming, key=lambda one: (str(one.event_day), one.document_id))[:limit]


def by_weeks(c: Connection, root: str, since: date) -> list[Week]:
    """Return how often each source named an actor, week by week from a Monday on, as counted."""
    query = (
        select(_counts.week, _counts.source_id, _sources.name, func.sum(_counts.mentions))
        .join(tables.actors, _actors.id == _counts.actor_id)
        .join(tables.sources, _sources.id == _counts.source_id)
        .where(_actors.root_id == root)
        .where(_counts.week >= since)
        .group_by(_counts.week, _counts.source_id, _sources.name)
        .order_by(_counts.week, _counts.source_id)
    )
    return [
        Week(monday=week, source_id=source_id, source=name, mentions=mentions)
        for week, source_id, name, mentions in c.execute(query)
    ]


def communes(c: Connection, root: str) -> dict[str, int]:
    """Return how often sentences place an actor in each commune (INSEE code), most often first."""
    query = (
        select(_mentions.commune, func.count())
        .join(tables.actors, _actors.id == _mentions.actor_id)
        .where(_actors.root_id == root)
        .where(_mentions.commune.is_not(None))
        .group_by(_mentions.commune)
        .order_by(func.count().desc(), _mentions.commune)
    )
    return pairs(c, query)


def copies(tellings: Sequence[Telling]) -> dict[str, tuple[Telling, ...]]:
    """Return the tellings of each story, the first to be told first."""
    found: dict[str, list[Telling]] = {}
    for one in sorted(tellings, key=lambda one: (one.day, one.document_id)):
        found.setdefault(one.story_id, []).append(one)
    return {story: tuple(some) for story, some in found.items()}
