"""Erasing a person's name wherever it stands, with a trace that does not hold it.

Every text column of every table is looked through but those of `_LEFT`, so that a table that is
added later is not forgotten. What it cannot reach is told (`Found`): addresses that bear the
name, and backups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, select, update

from storage import desk, documents, fulltext, signing, tables
from storage.columns import Json, Words
from storage.folding import sort_key
from storage.statements import chunks, insert_missing
from vigie import erasing
from vigie.erasing import Erased
from vigie.errors import InputError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

PURPOSE = "erased names"
ROWS = 2_000
_LEFT = frozenset(
    {
        *("accounts", "sessions", "tokens", "sign_ins", "subscribers", "deliveries", "keys"),
        *("changes", "claims", "erasures", "erased_names", "http_states", "outcomes", "bands"),
        *("aliases", "alias_blocks", "name_words"),
    }
)
"""Accounts and addresses, which have their own ways out; what holds no words of others; names,
which are let go of whole (`_forget_names`)."""
_SIGNATURES = frozenset({"who", "undone_by"})
"""Columns that say who did something: an officer's own signature is no quotation."""
_ADDRESSES = frozenset({"url", "link", "archive", "address"})
"""Columns by which a document is known and found: told, and left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where a name stands, or stood."""

    counts: Mapping[str, int]
    """Table → rows."""
    actors: int = 0
    """Whose names it is, or is a part of."""
    addresses: int = 0
    """Documents whose address bears it: they are not changed."""

    @property
    def rows(self) -> int:
        """Return in how many rows it stands."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That a name was erased: the trace."""

    id: int
    who: str
    at: datetime
    grounds: str
    counts: Mapping[str, int]


def current(c: Connection) -> Erased:
    """Return the names that were erased, as marks: what comes in is held against them."""
    names = tables.erased_names.c
    rows = c.execute(select(names.mark, names.words)).all()
    if not rows:
        return Erased(b"")
    return Erased(
        signing.key(c, PURPOSE) or b"",
        frozenset(row.mark for row in rows),
        frozenset(row.words for row in rows),
    )


def traces(c: Connection) -> list[Erasure]:
    """Return the erasures, the newest first."""
    query = select(tables.erasures).order_by(tables.erasures.c.id.desc())
    return [
        Erasure(id=row.id, who=row.who, at=row.at, grounds=row.grounds, counts=row.counts)
        for row in c.execute(query)
    ]


def check(names: Sequence[str]) -> list[str]:
    """Return names as they are to be erased.

    Raises:
        InputError: there is none, or one has too few or too many words to be a person's.
    """
    wanted = [name.strip() for name in names if name.strip()]
    if not wanted:
        raise InputError(say("Écrivez le nom à effacer : un prénom et un nom."))
    for name in wanted:
        if not erasing.FEWEST_WORDS <= len(erasing.name_words(name)) <= erasing.MOST_WORDS:
            raise InputError(
                say(
                    "Un nom à effacer a de {least} à {most} mots, prénom compris : un mot seul "
                    "effacerait aussi des rues, des villes et d’autres familles.",
                    least=erasing.FEWEST_WORDS,
                    most=erasing.MOST_WORDS,
                )
            )
    return wanted


def look(c: Connection, names: Sequence[str]) -> Found:
    """Return where names stand; nothing is changed. Raises as `check`."""
    gone = erasing.erased(b"look", check(names))
    counts = {table.name: sum(1 for _ in _holding(c, table, gone)) for table in _searched()}
    return Found(
        counts={name: n for name, n in counts.items() if n},
        actors=len(_actors(c, gone)),
        addresses=_addresses(c, gone),
    )


def erase(c: Connection, names: Sequence[str], who: str, at: datetime, grounds: str = "") -> Found:
    """Take names out of everything, keep them out from now on, and leave a trace without them.

    Raises as `check`.
    """
    wanted = check(names)
    if c.dialect.name == "sqlite":
        # Else the words would stay readable in the file until something is written over them.
        c.exec_driver_sql("PRAGMA secure_delete = ON")
    gone = erasing.erased(signing.make_key(c, PURPOSE), wanted)
    addresses = _addresses(c, gone)
    named = _forget_names(c, gone)
    counts = {table.name: _taken_out(c, table, gone) for table in _searched()}
    found = Found(
        counts={name: n for name, n in counts.items() if n}, actors=named, addresses=addresses
    )
    fulltext.forget_erased(c)
    values = {"who": who, "at": at, "grounds": gone.without(grounds)[:300]}
    values["counts"] = {**found.counts, "actors_named": found.actors}
    made = tables.erasures.insert().values(**values).returning(tables.erasures.c.id)
    number = c.execute(made).scalar_one()
    told = [(erasing.mark(gone.key, erasing.name_words(name)), name) for name in wanted]
    rows = [
        {"mark": one, "words": len(erasing.name_words(name)), "erasure_id": number}
        for one, name in told
    ]
    insert_missing(c, tables.erased_names, rows)
    return found


# --- looking through -------------------------------------------------------------------------


def _searched() -> list[Table]:
    return [table for table in tables.metadata.sorted_tables if table.name not in _LEFT]


def _columns(table: Table) -> list[Any]:
    """Return the columns of a table that hold words of others."""
    return [
        column
        for column in table.columns
        if isinstance(column.type, Words | Json)
        and not column.primary_key
        and not column.foreign_keys
        and column.name not in _SIGNATURES | _ADDRESSES
    ]


def _holding(c: Connection, table: Table, gone: Erased) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the key of each row that holds a name, with what its columns become."""
    columns, keys = _columns(table), list(table.primary_key.columns)
    if not columns:
        return
    query = select(*keys, *columns).execution_options(yield_per=ROWS)
    for row in c.execute(query):
        values = row[len(keys) :]
        changed = {
            column.name: new
            for column, value in zip(columns, values, strict=True)
            if (new := gone.within(value)) != value
        }
        if changed:
            yield tuple(row[: len(keys)]), changed


def _taken_out(c: Connection, table: Table, gone: Erased) -> int:
    keys = list(table.primary_key.columns)
    found = list(_holding(c, table, gone))
    for key, changed in found:
        values = dict(changed)
        if table is tables.actors and "name" in values:
            values["folded"] = sort_key(values["name"])
        statement = update(table)
        for column, value in zip(keys, key, strict=True):
            statement = statement.where(column == value)
        c.execute(statement.values(**values))
    if table in (tables.documents, tables.texts):
        _digest_anew(c, [key[0] for key, _ in found])
    return len(found)


def _digest_anew(c: Connection, ids: Sequence[str]) -> None:
    """Let documents be known by what they say now: what a site still says is no revision of it."""
    own = tables.documents
    for document in documents.load(c, ids):
        here = update(own).where(own.c.id == document.id)
        c.execute(here.values(digest=desk.digest_of(document)))


def _addresses(c: Connection, gone: Erased) -> int:
    urls = c.execute(select(tables.documents.c.url)).scalars()
    return sum(gone.without(url) != url for url in urls)


# --- names of actors -------------------------------------------------------------------------


def _actors(c: Connection, gone: Erased) -> dict[str, list[str]]:
    """Return the keys of names that hold an erased one, by actor."""
    aliases = tables.aliases.c
    found: dict[str, list[str]] = {}
    for row in c.execute(select(aliases.key, aliases.surface, aliases.actor_id)):
        if gone.without(row.surface) != row.surface:
            found.setdefault(row.actor_id, []).append(row.key)
    return found


def _forget_names(c: Connection, gone: Erased) -> int:
    """Let go of the names of actors that hold an erased one, with all that finds them again."""
    found = _actors(c, gone)
    keys = [key for some in found.values() for key in some]
    for some in chunks(keys):
        for table in (tables.alias_blocks, tables.name_words, tables.split_aliases):
            c.execute(delete(table).where(table.c.key.in_(some)))
        mentions = tables.mentions
        c.execute(update(mentions).where(mentions.c.key.in_(some)).values(key=""))
        c.execute(delete(tables.aliases).where(tables.aliases.c.key.in_(some)))
    return len(found)
