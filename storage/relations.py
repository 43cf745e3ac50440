"""Who is tied to whom: sentences that name two actors, as of a date.

What is stored are mentions of a document, so that merging, splitting and reading a document again
need no care here: a tie is between the actors that its mentions lead to at the moment.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, case, select

from storage import tables
from storage.statements import chunks, one_of
from vigie.records import Edge, RelationKind, Tie

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy import BindParameter

_relations, _documents = tables.relations.c, tables.documents.c
_first, _second = tables.mentions.alias("first_mention"), tables.mentions.alias("second_mention")
_one, _other = tables.actors.alias("one"), tables.actors.alias("other")


def ties_in(c: Connection, actor_id: str, documents: Iterable[str], as_of: date) -> list[Tie]:
    """Return the sentences of some documents that name an actor with others, the newest first."""
    found: list[Tie] = []
    for some in chunks(sorted(set(documents))):
        values = {"documents": some, "actor": actor_id, "as_of": as_of}
        found += [_tie(row) for row in c.execute(_ties_in(), values)]
    return sorted(found, key=lambda tie: (-tie.day.toordinal(), tie.document_id, tie.sentence))


def ties(c: Connection, actor_ids: Iterable[str], as_of: date) -> list[Tie]:
    """Return the sentences known by the end of a day that name some actors with others.

    Actors are given as those that stand for themselves (`actors.surviving`); the newest tie
    comes first.
    """
    found: dict[tuple[str, int, int], Tie] = {}
    sides = (_one.c.root_id, _other.c.root_id)  # one by one: an OR of both would read every tie
    for some, side in product(chunks(sorted(set(actor_ids))), sides):
        for row in c.execute(_ties().where(side.in_(some)), {"as_of": as_of}):
            found[row.document_id, row.first, row.second] = _tie(row)
    newest = sorted(found, key=lambda key: (-found[key].day.toordinal(), *key))
    return [found[key] for key in newest]


def edges(c: Connection, as_of: date, since: date | None = None) -> list[Edge]:
    """Return the network of a day: every two actors that sentences tie, by kind of tie.

    With `since`, only what became known on that day or later counts.
    """
    query = _joined().with_only_columns(
        _relations.kind,
        _one.c.root_id.label("actor_id"),
        _other.c.root_id.label("other_id"),
        _documents.story_id,
        _day,
    )
    # Of the days only the documents' are compared as they stand: an index on the mentions' would
    # have the database begin with all the mentions there are.
    query = query.where(_day <= as_of, _documents.known_on <= as_of)
    if since is not None:
        query = query.where(_documents.known_on >= since)
    told: dict[tuple[str, str, RelationKind], dict[str, date]] = defaultdict(dict)
    last: dict[tuple[str, str, RelationKind], date] = {}
    for row in c.execute(query):
        kind = RelationKind(row.kind)
        one, other = row.actor_id, row.other_id
        if not kind.directed:
            one, other = sorted((one, other))
        days = told[one, other, kind]
        days[row.story_id] = min(row.day, days.get(row.story_id, row.day))
        last[one, other, kind] = max(row.day, last.get((one, other, kind), row.day))
    return [
        Edge(
            actor_id=one,
            other_id=other,
            kind=kind,
            stories=len(days),
            first_day=min(days.values()),
            last_day=last[one, other, kind],
        )
        for (one, other, kind), days in sorted(told.items())
    ]


def _tie(row: Row[Any]) -> Tie:
    return Tie(
        actor_id=row.actor_id,
        other_id=row.other_id,
        kind=RelationKind(row.kind),
        document_id=row.document_id,
        document_url=row.url,
        story_id=row.story_id,
        day=row.day,
        sentence=row.sentence,
    )


_day = case(
    (_first.c.known_on > _second.c.known_on, _first.c.known_on), else_=_second.c.known_on
).label("day")
"""Since when a tie is known."""


@cache
def _ties() -> Select[Any]:
    """Select what sentences say of two actors that are not one; known once both mentions are."""
    day: BindParameter[date] = bindparam("as_of")
    return _joined().where(_first.c.known_on <= day).where(_second.c.known_on <= day)


@cache
def _ties_in() -> Select[Any]:
    actor: BindParameter[str] = bindparam("actor")
    query = _ties().where(_relations.document_id.in_(one_of("documents")))
    return query.where((_one.c.root_id == actor) | (_other.c.root_id == actor))


@cache
def _joined() -> Select[Any]:
    return (
        select(
            _relations.document_id,
            _relations.first,
            _relations.second,
            _relations.kind,
            _relations.sentence,
            _one.c.root_id.label("actor_id"),
            _other.c.root_id.label("other_id"),
            _documents.url,
            _documents.story_id,
            _day,
        )
        .join(
            _first,
            (_first.c.document_id == _relations.document_id)
            & (_first.c.position == _relations.first),
        )
        .join(
            _second,
            (_second.c.document_id == _relations.document_id)
            & (_second.c.position == _relations.second),
        )
        .join(_one, _one.c.id == _first.c.actor_id)
        .join(_other, _other.c.id == _second.c.actor_id)
        .join(tables.documents, _documents.id == _relations.document_id)
        .where(_one.c.root_id != _other.c.root_id)
    )
