"""Searches of the directory that somebody keeps: named, attributed, undoable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, select, update

from storage import tables
from vigie.errors import UnknownNameError
from vigie.language import say

if TYPE_CHECKING:
    from datetime import datetime

_searches = tables.searches.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A kept search; `query` is the end of the directory's address."""

    id: int
    name: str
    query: str
    who: str
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None


def add(c: Connection, name: str, query: str, who: str, at: datetime) -> int:
    """Keep a search and return its number."""
    statement = tables.searches.insert().values(name=name, query=query, who=who, at=at)
    return int(c.execute(statement.returning(_searches.id)).scalar_one())


def undo(c: Connection, number: int, who: str, at: datetime) -> Saved:
    """Let a search go and return it; a second time changes nothing.

    Raises:
        UnknownNameError: there is no search of that number.
    """
    c.execute(
        update(tables.searches)
        .where(_searches.id == number)
        .where(_searches.undone_at.is_(None))
        .values(undone_by=who, undone_at=at)
    )
    found = get(c, number)
    if found is None:
        raise UnknownNameError(say("Pas de recherche numéro {id}.", id=number))
    return found


def get(c: Connection, number: int) -> Saved | None:
    """Return a search by its number, kept or let go."""
    rows = c.execute(select(tables.searches).where(_searches.id == number))
    return next((_saved(row) for row in rows), None)


def standing(c: Connection) -> list[Saved]:
    """Return the searches that are kept, by name."""
    return [_saved(row) for row in c.execute(_standing())]


@cache
def _standing() -> Select[Any]:
    query = select(tables.searches).where(_searches.undone_at.is_(None))
    return query.order_by(_searches.name, _searches.id)


def journal(c: Connection, limit: int, until: datetime | None = None) -> list[Saved]:
    """Return searches, those let go too, newest first, until a moment."""
    query = select(tables.searches).order_by(_searches.id.desc()).limit(limit)
    if until is not None:
        query = query.where(_searches.at <= until)
    return [_saved(row) for row in c.execute(query)]


def _saved(row: Row[Any]) -> Saved:
    return Saved(**row._asdict())
