"""What people change of the catalogue: a source added, paused, resumed; attributed, undoable."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, select, update

from storage import sources, tables
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import SourceChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

_changes = tables.source_changes.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change as it is kept."""

    id: int
    source_id: str
    source_name: str
    change: SourceChange
    who: str
    at: datetime
    entry: Mapping[str, Any] = field(default_factory=dict)
    """Of one added, what was written to `vigie.toml`."""
    undone_by: str | None = None
    undone_at: datetime | None = None


def add(
    c: Connection,
    source_id: str,
    change: SourceChange,
    *,
    who: str,
    at: datetime,
    entry: Mapping[str, Any] | None = None,
) -> int:
    """Keep a change of a source that is known and return its number."""
    statement = tables.source_changes.insert().values(
        source_id=source_id, change=change, entry=dict(entry or {}), who=who, at=at
    )
    return int(c.execute(statement.returning(_changes.id)).scalar_one())


def undo(c: Connection, number: int, who: str, at: datetime) -> Changed:
    """Take a change back and return it; a second time changes nothing.

    What was added to `vigie.toml` is taken out of it by whoever wrote it there.

    Raises:
        UnknownNameError: there is no change of that number.
    """
    c.execute(
        update(tables.source_changes)
        .where(_changes.id == number)
        .where(_changes.undone_at.is_(None))
        .values(undone_by=who, undone_at=at)
    )
    found = get(c, number)
    if found is None:
        raise UnknownNameError(say("Pas de modification numéro {id}.", id=number))
    return found


def get(c: Connection, number: int) -> Changed | None:
    """Return a change by its number."""
    rows = c.execute(_named().where(_changes.id == number))
    return next((_changed(row) for row in rows), None)


def paused(c: Connection) -> dict[str, Changed]:
    """Return the pauses that stand, by the id of their source."""
    query = _named().where(_changes.undone_at.is_(None))
    newest = {row.source_id: _changed(row) for row in c.execute(query.order_by(_changes.id))}
    return {i: one for i, one in newest.items() if one.change is SourceChange.PAUSED}


def given(c: Connection, ids: Iterable[str], since: date, as_of: date) -> dict[str, int]:
    """Return as `sources.between`, with 0 for those of the catalogue (`ids`) that gave nothing.

    Those that a person lets be give nothing on purpose, and are left out.
    """
    expected = dict.fromkeys(set(ids) - paused(c).keys(), 0)
    return expected | sources.between(c, since, as_of)


def journal(c: Connection, limit: int, until: datetime | None = None) -> list[Changed]:
    """Return changes, those undone too, newest first, until a moment."""
    query = _named().order_by(_changes.id.desc()).limit(limit)
    if until is not None:
        query = query.where(_changes.at <= until)
    return [_changed(row) for row in c.execute(query)]


def _named() -> Select[Any]:
    sources = tables.sources.c
    return select(tables.source_changes, sources.name.label("source_name")).join(
        tables.sources, sources.id == _changes.source_id
    )


def _changed(row: Row[Any]) -> Changed:
    values = row._asdict()
    return Changed(**{**values, "change": SourceChange(values["change"])})
