"""What condition a database is in, found out without changing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import func, inspect, select, text

from storage import queues, tables
from storage import schema as schemas
from storage import store as stores
from storage.failures import translated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

OLDEST_POSTGRESQL = 150_000
"""As the server numbers its version: 15."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What was found; a schema of None means that nothing was stored yet."""

    schema: str | None
    newer: bool = False
    """The schema is one that this program does not know."""
    older: bool = False
    """The next opening will bring the schema up to date."""
    damage: tuple[str, ...] = ()
    """What the integrity check says, in the database's own words; empty when all is well."""
    old_server: bool = False
    """A PostgreSQL older than 15."""
    newest: datetime | None = None
    """The latest moment that was noted: of a visit or of a document's fetching."""
    last_try: datetime | None = None
    """When a source was last visited."""
    last_queues: Mapping[str, str] = field(default_factory=dict)
    """By watch that has any, the week of the newest one."""


def examine(url: str, folder: Path, *, patience: float = 5.0) -> Condition:
    """Return the condition of a database; none is made where there is none.

    Reading all of it for its integrity takes about a second for each 200 MB.

    Raises:
        StorageError: it cannot be reached or read, is no database at all, or half a copy.
    """
    place = stores.located(url, folder)
    sqlite = place.get_backend_name() == "sqlite"
    if sqlite and not (folder / str(place.database)).exists():
        return Condition(schema=None)
    engine = stores.engine(place, patience)
    try:
        with translated(place), engine.connect() as c:
            if not inspect(c).has_table("alembic_version"):
                return Condition(schema=None)
            stores.require_finished(c)
            schema = str(c.execute(text("SELECT version_num FROM alembic_version")).scalar())
            newer = schema not in schemas.known_schemas()
            damage = tuple(_damage(c)) if sqlite else ()
            current = schema == schemas.SCHEMA
            return Condition(
                schema=schema,
                newer=newer,
                older=not (newer or current),
                damage=damage,
                old_server=not sqlite and _server(c) < OLDEST_POSTGRESQL,
                newest=_newest(c) if current else None,
                last_try=_last_try(c) if current else None,
                last_queues=queues.watches(c) if current else {},
            )
    finally:
        engine.dispose()


def is_writable(url: str, folder: Path, *, patience: float = 5.0) -> None:
    """Begin to write, and let it be.

    Raises:
        StorageError: the database is locked or may not be written.
    """
    engine = stores.engine(stores.located(url, folder), patience)
    try:
        with stores.Store(engine, patience).writing() as c:
            c.execute(text("UPDATE alembic_version SET version_num = version_num"))
            c.rollback()
    finally:
        engine.dispose()


def _damage(c: Connection) -> list[str]:
    said = [str(row[0]) for row in c.execute(text("PRAGMA quick_check(5)"))]
    torn = [f"{row[0]} → {row[2]}" for row in c.execute(text("PRAGMA foreign_key_check"))]
    return [line for line in said if line != "ok"] + torn[:5]


def _server(c: Connection) -> int:
    return int(c.execute(text("SHOW server_version_num")).scalar() or 0)


def _last_try(c: Connection) -> datetime | None:
    found: datetime | None = c.execute(select(func.max(tables.source_health.c.last_try))).scalar()
    return found


def _newest(c: Connection) -> datetime | None:
    fetched: datetime | None = c.execute(select(func.max(tables.documents.c.fetched_at))).scalar()
    return max(filter(None, (fetched, _last_try(c))), default=None)
