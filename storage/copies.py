"""The whole database as one file, and back: while others write, and never by half.

SQLite's own online backup makes a database file; PostgreSQL's own programs, pg_dump and psql,
make and read an archive in their custom format.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, inspect, select, text

from storage import store as stores
from storage.failures import sentence, translated
from storage.tables import metadata
from vigie.errors import StorageError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage.store import Store

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
"""Kind of database → what its copy is called."""


def kind(url: str, folder: Path) -> str:
    """Return `sqlite` or `postgresql`; raise StorageError as `open_store` does."""
    return stores.located(url, folder).get_backend_name()


def file_of(url: str, folder: Path) -> Path | None:
    """Return the file of an SQLite database; None for PostgreSQL."""
    place = stores.located(url, folder)
    return Path(str(place.database)) if place.get_backend_name() == "sqlite" else None


def files_of(url: str, folder: Path) -> tuple[Path, ...]:
    """Return all files of an SQLite database, whichever are there; none for PostgreSQL.

    Beside its own stand what SQLite has not yet brought into it: they belong to that one database,
    and would spoil another one of the same name.
    """
    file = file_of(url, folder)
    if file is None:
        return ()
    return (file, *(file.with_name(f"{file.name}-{end}") for end in ("wal", "shm", "journal")))


def shown(url: str, folder: Path) -> str:
    """Return the address of a database as a person may see it."""
    file = file_of(url, folder)
    return str(file) if file else stores.located(url, folder).render_as_string(hide_password=True)


def has_content(url: str, folder: Path) -> bool:
    """Tell whether anything is stored in a database, which is neither made nor changed by that.

    Raises:
        StorageError: it cannot be reached, or is none.
    """
    file = file_of(url, folder)
    if file is not None and not file.exists():
        return False
    engine = stores.engine(stores.located(url, folder), patience=5.0)
    try:
        with translated(engine.url), engine.connect() as c:
            there = set(inspect(c).get_table_names()) & set(metadata.tables)
            return any(
                c.execute(select(text("1")).select_from(metadata.tables[name]).limit(1)).first()
                for name in there
            )
    finally:
        engine.dispose()


def retire(file: Path) -> None:
    """Let no program that has an SQLite database open go on with it (`storage.store.retire`).

    One that is not there or cannot be read any more is let be: nobody works with it.

    Raises:
        StorageError: another program is writing to it.
    """
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as c:
            c.execute(f"PRAGMA user_version = {stores.new_generation()}")
    except sqlite3.Error as error:
        if str(getattr(error, "sqlite_errorname", "")).startswith(_OCCUPIED):
            raise StorageError(sentence(error, str(file))) from error


_OCCUPIED = ("SQLITE_BUSY", "SQLITE_LOCKED")


# --- out -----------------------------------------------------------------------------------


def copy_out(store: Store, target: Path) -> str:
    """Write the database as it is at one moment to a file, and return its schema.

    Others may write meanwhile: what they finish later is not in it. The copy is examined, so
    that a damaged database never takes the place of a good copy.

    Raises:
        StorageError: the database is damaged, there is no room for the copy, or PostgreSQL's
            programs are missing or refuse.
    """
    if store.engine.dialect.name == "postgresql":
        return _dumped(store, target)
    _back_up(Path(str(store.engine.url.database)), target)
    return examined(target, "quick_check")


def _back_up(source: Path, target: Path) -> None:
    """Copy an SQLite database in one step: writers go on beside it, in the write-ahead log."""
    try:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as here,
            closing(sqlite3.connect(target, isolation_level=None)) as there,
        ):
            here.execute("PRAGMA busy_timeout = 30000")
            here.backup(there)
            # One file that needs no other beside it.
            there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        damaged = str(getattr(error, "sqlite_errorname", "")).startswith(_DAMAGED)
        said = sentence(error, str(source if damaged else target))
        if said is None:
            raise
        raise StorageError(said) from error


_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def examined(file: Path, check: str = "integrity_check") -> str:
    """Return the schema of an SQLite file in which all is in order.

    Raises:
        StorageError: it is damaged, or is no database of Vigie.
    """
    try:
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as c:
            if c.execute(f"PRAGMA {check}").fetchone() == ("ok",):
                return str(c.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError) as error:
        raise StorageError(_damaged(file)) from error
    raise StorageError(_damaged(file))


def _damaged(file: Path) -> str:
    return say(
        "La base de données {place} est abîmée, ou n’en est pas une : restaurez la dernière "
        "sauvegarde avec « vigie restore ».",
        place=str(file),
    )


def _dumped(store: Store, target: Path) -> str:
    with store.reading() as c:
        schema = str(c.execute(text("SELECT version_num FROM alembic_version")).scalar())
    url, arguments = store.engine.url, ["--format=custom", "--no-owner", "--no-privileges"]
    _postgresql(url, ["pg_dump", *arguments, f"--file={target}", f"--dbname={_conninfo(url)}"])
    return schema


# --- in ------------------------------------------------------------------------------------


def copy_in(file: Path, url: str, folder: Path) -> None:
    """Make a PostgreSQL database what its copy says, all of it or, if that fails, nothing.

    What the database holds of ours is replaced. (An SQLite copy is simply put in its place.)

    Raises:
        StorageError: PostgreSQL's programs are missing, or refuse.
    """
    place, script = stores.located(url, folder), file.with_suffix(".sql")
    _postgresql(
        place,
        [
            *("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges"),
            f"--file={script}",
            str(file),
        ],
    )
    # Also tables that are newer than the copy: the migrations will make them again.
    ours = ", ".join(f'"{name}"' for name in (*metadata.tables, "alembic_version"))
    _postgresql(
        place,
        [
            *("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--output=/dev/null"),
            "--set=ON_ERROR_STOP=1",
            f"--command=DROP TABLE IF EXISTS {ours} CASCADE",
            f"--file={script}",
            f"--dbname={_conninfo(place)}",
        ],
    )


def _conninfo(url: URL) -> str:
    """Return how PostgreSQL's programs find a database; the password goes another way."""
    values = _connection(url)
    values.pop("password", None)
    return make_conninfo("", **values)


def _connection(url: URL) -> dict[str, Any]:
    dialect = url.get_dialect()()
    return dict(dialect.create_connect_args(url)[1])


def _postgresql(url: URL, command: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs."""
    password = _connection(url).get("password")
    # Arguments can be read by everyone on a machine, the environment cannot.
    environment = {**os.environ, "LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {})
    try:
        done = subprocess.run(  # noqa: S603 - our own words, no shell
            command, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise StorageError(
            say(
                "Il manque {program} : installez les programmes clients de PostgreSQL (paquet "
                "postgresql-client), de la version du serveur ou plus récents.",
                program=command[0],
            )
        ) from error
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        told = [line for line in lines if "rror:" in line or "ERROR" in line] or lines
        raise StorageError(
            say(
                "{program} a échoué pour {place} : {reason}.",
                program=command[0],
                place=url.render_as_string(hide_password=True),
                reason=told[0].rstrip(".") if told else str(done.returncode),
            )
        )
