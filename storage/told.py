"""What documents tell of one actor, for a person to read: sentences, stories, days, places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from storage import tables
from storage.plain import to_event
from storage.statements import chunks, one_of
from vigie.records import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vigie.records import EventDetails

_mentions, _documents = tables.mentions.c, tables.documents.c
_actors, _sources, _counts = tables.actors.c, tables.sources.c, tables.weekly_counts.c


MOST_DOCUMENTS = 90
"""Documents that are looked at of an actor, the newest."""
MOST_EVENTS = 2000
"""Events to come that are looked at, the next ones."""


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


def by_documents(c: Connection, root: str, limit: int = MOST_DOCUMENTS) -> list[Telling]:
    """Return the newest documents that name an actor, the newest first."""
    # Of each member by itself, in the order of the index: of one named ten thousand times no more
    # than the newest are looked at.
    members = c.execute(_members(), {"root": root}).scalars().all()
    newest: list[tuple[date, str, int]] = []
    for member in members:
        newest += c.execute(_newest(), {"actor": member, "limit": 2 * limit}).tuples().all()
    newest.sort(key=lambda one: (-one[0].toordinal(), one[1], one[2]))
    first: dict[str, int] = {}
    for _, document_id, position in newest:
        first.setdefault(document_id, position)
    ids = list(first)[:limit]
    found: dict[str, Telling] = {}
    for some in chunks(ids):
        rows = c.execute(_tellings_in(), {"documents": some, "members": members}).all()
        told = [row for row in rows if row.position == first[row.document_id]]
        found |= {row.document_id: _telling(row) for row in told}
    return [found[one] for one in ids if one in found]


def coming(
    c: Connection, roots: Sequence[str], since: date, limit: int = 200
) -> list[tuple[str, Telling]]:
    """Return the events of a day or later that name some actors, each with the actor's id.

    The next event comes first; those taken back are left out.
    """
    # The events first: there are far fewer of them than mentions of an actor named often.
    coming = c.execute(_coming(), {"since": since}).scalars().all()
    wanted = set(roots)
    found: dict[tuple[str, str], tuple[str, Telling]] = {}
    for some in chunks(coming):
        query = (
            _tellings()
            .join(tables.actors, _actors.id == _mentions.actor_id)
            .add_columns(_actors.root_id)
            .where(_mentions.document_id.in_(some))
            .order_by(_mentions.document_id, _mentions.position)
        )
        for row in c.execute(query):
            if row.root_id in wanted:
                key = (row.root_id, row.document_id)
                found.setdefault(key, (row.root_id, _telling(row)))
    return sorted(found.values(), key=lambda one: (str(one[1].event_day), one[1].document_id))[
        :limit
    ]


@cache
def _members() -> Select[tuple[str]]:
    return select(_actors.id).where(_actors.root_id == bindparam("root"))


@cache
def _newest() -> Select[tuple[date, str, int]]:
    return (
        select(_mentions.known_on, _mentions.document_id, _mentions.position)
        .where(_mentions.actor_id == bindparam("actor"))
        .order_by(_mentions.known_on.desc())
        .limit(bindparam("limit"))
    )


@cache
def _tellings_in() -> Select[Any]:
    # An expression, so that the database starts from the documents and not from the actor, which
    # may be named ten thousand times.
    named = func.coalesce(_mentions.actor_id, "").in_(one_of("members"))
    return _tellings().where(_mentions.document_id.in_(one_of("documents")), named)


@cache
def _coming() -> Select[tuple[str]]:
    return (
        select(_documents.id)
        .where(_documents.event_day >= bindparam("since"))
        .where(_documents.withdrawn_on.is_(None))
        .order_by(_documents.event_day)
        .limit(MOST_EVENTS)
    )


@cache
def _tellings() -> Select[Any]:
    return (
        select(
            _mentions.document_id,
            _mentions.position,
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
    return [
        Week(monday=week, source_id=source_id, source=name, mentions=mentions)
        for week, source_id, name, mentions in c.execute(
            _by_weeks(), {"root": root, "since": since}
        ).all()
    ]


@cache
def _by_weeks() -> Select[Any]:
    return (
        select(_counts.week, _counts.source_id, _sources.name, func.sum(_counts.mentions))
        .join(tables.actors, _actors.id == _counts.actor_id)
        .join(tables.sources, _sources.id == _counts.source_id)
        .where(_actors.root_id == bindparam("root"))
        .where(_counts.week >= bindparam("since"))
        .group_by(_counts.week, _counts.source_id, _sources.name)
        .order_by(_counts.week, _counts.source_id)
    )


def copies(tellings: Sequence[Telling]) -> dict[str, tuple[Telling, ...]]:
    """Return the tellings of each story, the first to be told first."""
    found: dict[str, list[Telling]] = {}
    for one in sorted(tellings, key=lambda one: (one.day, one.document_id)):
        found.setdefault(one.story_id, []).append(one)
    return {story: tuple(some) for story, some in found.items()}
