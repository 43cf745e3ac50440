"""What documents tell of one actor, for a person to read: sentences, stories, days, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, select

from storage import tables
from storage.plain import to_event
from storage.statements import chunks, pairs
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


def by_documents(c: Connection, root: str, limit: int = 200) -> list[Telling]:
    """Return the newest documents that name an actor, the newest first."""
    query = (
        _tellings()
        .where(_mentions.actor_id.in_(_members([root])))
        .order_by(_mentions.known_on.desc(), _mentions.document_id, _mentions.position)
        .limit(4 * limit)
    )
    found: dict[str, Telling] = {}
    for row in c.execute(query):
        found.setdefault(row.document_id, _telling(row))
    return list(found.values())[:limit]


def coming(
    c: Connection, roots: Sequence[str], since: date, limit: int = 200
) -> list[tuple[str, Telling]]:
    """Return the events of a day or later that name some actors, each with the actor's id.

    The next event comes first; those taken back are left out.
    """
    found: dict[tuple[str, str], tuple[str, Telling]] = {}
    for some in chunks(roots):
        query = (
            _tellings()
            .join(tables.actors, _actors.id == _mentions.actor_id)
            .add_columns(_actors.root_id)
            .where(_documents.event_day >= since)
            .where(_documents.withdrawn_on.is_(None))
            .where(_actors.root_id.in_(some))
            .order_by(_documents.event_day, _documents.id, _mentions.position)
            .limit(4 * limit)
        )
        for row in c.execute(query):
            key = (row.root_id, row.document_id)
            found.setdefault(key, (row.root_id, _telling(row)))
    return sorted(found.values(), key=lambda one: (str(one[1].event_day), one[1].document_id))[
        :limit
    ]


def _members(roots: Sequence[str]) -> Select[Any]:
    return select(_actors.id).where(_actors.root_id.in_(roots))


def _tellings() -> Select[Any]:
    return (
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
    )


def _telling(row: Row[Any]) -> Telling:
    return Telling(
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
