"""The questions « same actor? » that nobody has answered; `storage.actors` keeps them."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, select

from storage import actors, distinctions, splits, tables
from storage.plain import to_message
from storage.statements import chunks, one_of
from vigie.records import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_ASKED = 500
"""Questions looked at together, answered ones among them."""


def of_actors(c: Connection, ids: Iterable[str]) -> list[Suggestion]:
    """Return the questions « same actor? » about some actors, the surest first."""
    found: dict[tuple[str, str], Suggestion] = {}
    for some in chunks(sorted(set(ids))):
        rows = c.execute(_of_actors(), {"ids": some})
        found |= {(row.actor_id, row.other_id): _stored(row) for row in rows}
    return _still_asked(c, found) if found else []


@cache
def _of_actors() -> Select[Any]:
    table, some = tables.suggestions.c, one_of("ids")
    return _open().where(table.actor_id.in_(some) | table.other_id.in_(some))


def standing(c: Connection, limit: int = 100) -> list[Suggestion]:
    """Return the questions « same actor? » that nobody has answered, the surest first."""
    table = tables.suggestions.c
    query = _open().order_by(table.score.desc(), table.actor_id, table.other_id)
    found: list[Suggestion] = []
    for at in count(0, MOST_ASKED):
        rows = list(c.execute(query.limit(MOST_ASKED).offset(at)))
        found += _still_asked(c, {(r.actor_id, r.other_id): _stored(r) for r in rows})
        if len(found) >= limit or len(rows) < MOST_ASKED:
            break
    return found[:limit]


@cache
def _open() -> Select[Any]:
    table = tables.suggestions.c
    one, other = tables.actors.alias("one"), tables.actors.alias("other")
    return (
        select(tables.suggestions)
        .join(one, one.c.id == table.actor_id)
        .join(other, other.c.id == table.other_id)
        .where(one.c.root_id != other.c.root_id)
    )


def _stored(row: Row[Any]) -> Suggestion:
    return Suggestion(
        actor_id=row.actor_id,
        other_id=row.other_id,
        score=row.score,
        reason=to_message(row.reason),
    )


def _still_asked(c: Connection, found: dict[tuple[str, str], Suggestion]) -> list[Suggestion]:
    """Return questions without those that a split or a person has answered, the surest first."""
    ids = {i for pair in found for i in pair}
    roots = actors.surviving(c, ids)
    parted, told_apart = splits.apart(c, ids), distinctions.apart(c, roots.values())
    found = {
        pair: asked
        for pair, asked in found.items()
        if frozenset(pair) not in parted
        and frozenset(roots.get(i, i) for i in pair) not in told_apart
    }
    return sorted(found.values(), key=lambda s: (-s.score, s.actor_id, s.other_id))
