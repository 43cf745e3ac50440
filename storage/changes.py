"""How often each table was written to: what is reckoned from some tables holds until they change.

Every writing block counts up the tables that it wrote to, in its own transaction, so that all
programs and processes at one database see the same numbers at the same moment.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Delete, Engine, Insert, Select, Table, Update, event, select

from storage import tables
from storage.statements import insert_for, one_of, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ClauseElement

_changes = tables.changes.c
_KEY = "vigie_written"


def watch(engine: Engine) -> None:
    """Remember of each connection which tables are written to; raw SQL is not seen."""

    @event.listens_for(engine, "after_execute")
    def _remember(connection: Connection, clause: ClauseElement, *_: object) -> None:
        if isinstance(clause, Insert | Update | Delete) and isinstance(clause.table, Table):
            connection.info.setdefault(_KEY, set()).add(clause.table.name)


def begin(c: Connection) -> None:
    """Forget what an earlier block of this connection wrote."""
    c.info.pop(_KEY, None)


def note(c: Connection) -> None:
    """Count up the tables that were written to since `begin`."""
    names = sorted(c.info.pop(_KEY, set()) - {tables.changes.name})
    if names:
        statement = insert_for(c, tables.changes)
        c.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"number": _changes.number + 1}
            ),
            [{"name": name, "number": 1} for name in names],
        )


def numbers(c: Connection, names: Iterable[str]) -> tuple[int, ...]:
    """Return how often each of some tables was written to, in the order given."""
    wanted = list(names)
    found = pairs(c, _numbers(), {"names": wanted})
    return tuple(found.get(name, 0) for name in wanted)


@cache
def _numbers() -> Select[tuple[str, int]]:
    return select(_changes.name, _changes.number).where(_changes.name.in_(one_of("names")))
