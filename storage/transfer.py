"""A whole database copied into another one, table by table, in the order of keys.

Killed at any point and begun again, it goes on after the last row that is there, once what is
there has been compared with what was to be copied: nothing else marks how far it came. In the
end every table is compared whole.

Until then the target is marked as the unfinished copy of this one database: no program opens it,
so that what differs in it, because its original went on meanwhile, may be copied anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Integer, Select, Table, func, select, text, tuple_, update

from storage import store as stores
from storage import tables
from storage.statements import chunks
from vigie.errors import StorageError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from storage.store import Store

ROWS = 1_000
"""Rows a transaction."""
_LEFT_BEHIND = frozenset({"changes", "claims"})
"""What is true of the programs at work now, and of no copy."""
_COPIES_LOCK = 0x56494743
"""Of PostgreSQL: one copy into a database at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """One table that stands in both databases alike."""

    table: str
    rows: int
    before: int
    """Of these, rows that an earlier, interrupted copy had brought."""
    checksum: str
    """SHA-256 over all rows in the order of their keys, in hexadecimal."""


def copy(
    own: Connection, target: Store, told: Callable[[Copied], None] = lambda _: None
) -> tuple[Copied, ...]:
    """Copy everything from one database into another, and compare the two.

    `own` writes to the first one, so that nobody else does meanwhile. `told` hears of each table
    when it is whole. `target` is open for copying (`open_store`).

    Raises:
        StorageError: the target holds something else than this copy's beginning, or another copy
            goes on there, or a table differs in the end; or either cannot be read or written.
    """
    found = []
    with _alone(target):
        brought = _begun(own, target)
        for table in _all_tables():
            _copy_table(own, target, table)
            found.append(_verified(own, target, table, brought[table.name]))
            told(found[-1])
        with target.writing() as other:
            stores.mark(other, None)
    return tuple(found)


@contextmanager
def _alone(target: Store) -> Iterator[None]:
    """Keep every other copy out of the target, as long as this connection lives."""
    with target.reading() as c:
        if not c.execute(select(func.pg_try_advisory_xact_lock(_COPIES_LOCK))).scalar_one():
            raise StorageError(
                say(
                    "Une autre copie vers cette base est en cours : attendez qu’elle finisse, puis "
                    "recommencez."
                )
            )
        yield


def _begun(own: Connection, target: Store) -> dict[str, int]:
    """Return how many rows of each table are there and stay, once the target is marked."""
    origin = str(Path(str(own.engine.url.database)).resolve())
    with target.reading() as other:
        marked = stores.copied_from(other)
    if marked not in (None, origin):
        raise StorageError(
            say(
                "La base d’arrivée est la copie inachevée d’une autre, {place} : finissez celle-"
                "là, ou donnez une base vide.",
                place=marked,
            )
        )
    brought = {}
    for table in _all_tables():
        there, same = _compared(own, target, table)
        if not same:
            if marked is None:
                raise StorageError(_not_ours(table.name, there))
            there = _emptied(target, table)
        brought[table.name] = there
    with target.writing() as other:
        stores.mark(other, origin)
    return brought


def _emptied(target: Store, table: Table) -> int:
    """Take the rows of an unfinished copy away, and those that refer to them, which come later."""
    with target.writing() as other:
        other.execute(text(f'TRUNCATE "{table.name}" CASCADE'))
        if not _count(other, tables.texts):
            # Their words, which PostgreSQL takes from texts one by one, as they are deleted.
            other.execute(text("TRUNCATE text_search, text_words"))
    return 0


def _not_ours(table: str, rows: int) -> str:
    return say(
        "La base d’arrivée contient déjà autre chose (table {table}, {n} ligne) : donnez une base "
        "vide.",
        "La base d’arrivée contient déjà autre chose (table {table}, {n} lignes) : donnez une "
        "base vide.",
        table=table,
        n=rows,
    )


def _all_tables() -> list[Table]:
    """Return the tables, each after those that it refers to."""
    return [table for table in tables.metadata.sorted_tables if table.name not in _LEFT_BEHIND]


def _compared(own: Connection, target: Store, table: Table) -> tuple[int, bool]:
    """Return how many rows of a table are there, and whether they are the first of the copy."""
    with target.reading() as other:
        there = _count(other, table)
        return there, not there or _checksum(other, table, there) == _checksum(own, table, there)


def _copy_table(own: Connection, target: Store, table: Table) -> None:
    """Copy the rows that follow the last one that is there."""
    with target.reading() as other:
        last = other.execute(
            select(*table.primary_key).order_by(*(c.desc() for c in table.primary_key)).limit(1)
        ).first()
    query = _in_order(table)
    if last is not None:
        query = query.where(tuple_(*table.primary_key) > tuple_(*last))
    own_parents = _parents(table)
    rows = (dict(row) for row in _stream(own, query))
    if own_parents:
        # Rows that refer to rows of the same table, which may come later: all of them or none.
        with target.writing() as other:
            _insert_with_parents(other, table, list(own_parents), rows)
            _go_on_numbering(other, table)
        return
    for some in chunks(rows, ROWS):
        with target.writing() as other:
            other.execute(table.insert(), some)
    with target.writing() as other:
        _go_on_numbering(other, table)


def _parents(table: Table) -> tuple[str, ...]:
    """Return the columns by which rows of a table refer to rows of the same."""
    return tuple(key.parent.name for key in table.foreign_keys if key.column.table is table)


def _insert_with_parents(
    other: Connection, table: Table, parents: list[str], rows: Iterable[dict[str, Any]]
) -> None:
    later = []
    keys = [column.name for column in table.primary_key]
    for some in chunks(rows, ROWS):
        later += [row for row in some if any(row[name] is not None for name in parents)]
        other.execute(table.insert(), [row | dict.fromkeys(parents) for row in some])
    for row in later:
        here = [table.c[name] == row[name] for name in keys]
        values = {name: row[name] for name in parents}
        other.execute(update(table).where(*here).values(values))


def _go_on_numbering(other: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last one that was copied."""
    numbered = [c for c in table.primary_key if isinstance(c.type, Integer)]
    if other.dialect.name != "postgresql" or len(table.primary_key) > 1 or not numbered:
        return
    (column,) = numbered
    sequence = func.pg_get_serial_sequence(table.name, column.name)
    newest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
    other.execute(select(func.setval(sequence, newest, text("false"))))


def _verified(own: Connection, target: Store, table: Table, before: int) -> Copied:
    with target.reading() as other:
        rows, checksum = _count(own, table), _checksum(own, table)
        if (_count(other, table), _checksum(other, table)) != (rows, checksum):
            raise StorageError(
                say(
                    "La table {table} diffère entre les deux bases : rien n’a été changé à la "
                    "première ; recommencez.",
                    table=table.name,
                )
            )
    return Copied(table=table.name, rows=rows, before=before, checksum=checksum)


def _count(c: Connection, table: Table) -> int:
    return int(c.execute(select(func.count()).select_from(table)).scalar_one())


def _checksum(c: Connection, table: Table, rows: int | None = None) -> str:
    """Return a checksum of the first rows, or of all, the same on every database."""
    query = _in_order(table) if rows is None else _in_order(table).limit(rows)
    digest = sha256()
    for row in _stream(c, query):
        digest.update(repr([_plain(value) for value in row.values()]).encode())
    return digest.hexdigest()


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def _in_order(table: Table) -> Select[Any]:
    return select(table).order_by(*table.primary_key)


def _stream(c: Connection, query: Select[Any]) -> Iterator[Any]:
    yield from c.execute(query.execution_options(yield_per=ROWS)).mappings()
