"""Helpers for writing and finding many rows, alike on both databases.

A query that pages run is made once, with named parameters (`@cache`, `bindparam`, `one_of`): made
anew each time, SQLAlchemy takes five times as long over it as SQLite does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import BindParameter, Connection, Select, Table

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
Row = Mapping[str, Any]

CHUNK = 500
"""Values in one `IN (…)`: far below what either database allows."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def one_of(name: str) -> BindParameter[Any]:
    """Return a parameter that is given a list: `column.in_(one_of("ids"))`."""
    return bindparam(name, expanding=True)


def insert_missing(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows whose primary key is not there yet; leave the others as they are.

    All rows name the same columns.
    """
    if not rows:
        return
    statement = insert_for(c, table).on_conflict_do_nothing()
    if c.dialect.name == "sqlite":
        c.execute(statement, list(rows))
        return
    # Row by row it takes twice as long and more; others wait for their turn to write.
    names = list(rows[0])
    given = [
        bindparam(name, type_=postgresql.ARRAY(table.c[name].type, dimensions=1)) for name in names
    ]
    values = func.unnest(*given).table_valued(*names).render_derived()
    c.execute(
        statement.from_select(names, select(*(values.c[name] for name in names))),
        {name: [row[name] for row in rows] for name in names},
    )


def upsert(c: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or write over those of the same primary key.

    All rows name the same columns; a column they do not name stays as it is.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = insert_for(c, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    c.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def insert_for(c: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insertion that can say what to do about rows that are there already."""
    return postgresql.insert(table) if c.dialect.name == "postgresql" else sqlite.insert(table)


def pairs(
    c: Connection, query: Select[tuple[K, V]], values: Mapping[str, Any] | None = None
) -> dict[K, V]:
    """Return what a query of two columns finds, the first leading to the second."""
    return {row[0]: row[1] for row in c.execute(query, values)}
