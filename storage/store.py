"""Opening the database, and the two ways in: reading and writing."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    Table,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import DropTableComment, SetTableComment

from storage import changes
from storage.failures import refuse_lost, translated
from storage.schema import SCHEMA, migrate, require_known, schema_of
from vigie.addresses import scheme_alone
from vigie.errors import StorageError
from vigie.language import say
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_WRITERS_LOCK = 0x56494749
"""Of PostgreSQL: writers come one at a time, as they do on SQLite."""


@dataclass(frozen=True, slots=True)
class Store:
    """An open database."""

    engine: Engine
    patience: float
    """Seconds to wait for another writer."""
    generation: int | None = None
    """Of an SQLite database when it was opened (`retire`); None: whatever it is."""
    file: os.stat_result | None = None
    """Of an SQLite database, as it stood at its path when it was opened; None: whatever it is."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment of the database, whoever writes meanwhile.

        Raises:
            StorageError: the database cannot be read, or was retired or taken away since it was
                opened.
        """
        self._require_in_place()
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        with translated(engine.url), engine.connect() as connection:
            self._require_same(connection)
            yield connection

    @contextmanager
    def writing(self, patience: float = 0.0) -> Iterator[Connection]:
        """Yield a connection whose changes are kept all together at the end, or not at all.

        One writer at a time; the next one waits as many seconds as the store's patience. On
        PostgreSQL, where many work beside one another, up to `patience` if that is longer.

        Raises:
            StorageError: the database cannot be written, or was retired or taken away since it
                was opened; nothing of this block was kept.
        """
        self._require_in_place()
        engine = self.engine.execution_options(vigie_writing=True)
        with translated(engine.url), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                longest = int(max(self.patience, patience) * 1000)
                connection.execute(text(f"SET LOCAL lock_timeout = {longest}"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"))
            self._require_same(connection)
            changes.begin(connection)
            yield connection
            changes.note(connection)

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """Yield a connection that takes or gives back work (`storage.claims`), and no more.

        On PostgreSQL it waits for no writer: rows that others hold are passed over. SQLite knows
        one writer at a time.

        Raises:
            StorageError: as `writing`.
        """
        if self.engine.dialect.name == "sqlite":
            with self.writing() as connection:
                yield connection
            return
        with translated(self.engine.url), self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def _require_same(self, connection: Connection) -> None:
        """Refuse a database that the workspace has left since it was opened."""
        self._require_in_place()  # it may have gone while another one wrote
        if self.generation not in (None, _generation(connection)):
            raise StorageError(
                say(
                    "La base de données {place} n’est plus celle que ce programme avait ouverte : "
                    "« vigie migrate » ou « vigie restore » l’a remplacée. Rien n’a été "
                    "enregistré ; relancez ce programme.",
                    place=str(self.engine.url.database),
                )
            )

    def _require_in_place(self) -> None:
        """Refuse a file that is not at its path any more: what is written to it would be lost.

        A new connection would make an empty database there.
        """
        if self.file is None:
            return
        path = str(self.engine.url.database)
        try:
            in_place = os.path.samestat(self.file, os.stat(path))  # noqa: PTH116 - a third of the time
        except OSError:
            in_place = False
        if not in_place:
            raise StorageError(
                say(
                    "La base de données {place} n’est plus à sa place, ou une autre y est : rien "
                    "n’est lu ni enregistré. Remettez-la, ou restaurez la dernière sauvegarde, "
                    "puis relancez ce programme.",
                    place=path,
                )
            )


def retire(connection: Connection) -> None:
    """Let no program that has an SQLite database open read or write it once this is committed.

    It would write what nobody reads any more. Whoever opens it from then on may: the settings
    lead there.
    """
    connection.exec_driver_sql(f"PRAGMA user_version = {new_generation()}")


def new_generation() -> int:
    """Return a number that no open database has; SQLite keeps it in the head of the file."""
    return 1 + secrets.randbelow(2**31 - 1)


def _generation(connection: Connection) -> int | None:
    if connection.dialect.name != "sqlite":
        return None
    found: int = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    return found


def open_store(
    url: str,
    folder: Path,
    *,
    patience: float = 30.0,
    anew: bool = True,
    upgrade: bool = True,
    copying: bool = False,
) -> Store:
    """Open the database of a workspace, made or brought to the newest schema if need be.

    A relative path of an SQLite URL starts from `folder`; its folder is made. `patience` is how
    many seconds a writer waits for another one. Without `anew` a database that is not there is
    not made; without `upgrade` one of an older schema stays as it is. `copying` opens an
    unfinished copy too.

    Raises:
        StorageError: the URL is wrong, or the database unreachable, locked, damaged, missing,
            written by a newer version of the program, or a copy that is not finished.
    """
    place = located(url, folder)
    sqlite = place.get_backend_name() == "sqlite"
    path = str(place.database)
    if sqlite and not anew and not Path(path).exists():
        refuse_lost(place)
    _make_room_for(place)
    store = Store(engine(place, patience), patience)
    try:
        with store.reading() as connection:
            schema, generation = schema_of(connection), _generation(connection)
            if not copying:
                require_finished(connection)
        if schema is None and not anew:
            refuse_lost(place)
        store = replace(store, generation=generation, file=Path(path).stat() if sqlite else None)
        if schema is None or (upgrade and schema != SCHEMA):
            with store.writing() as connection:
                migrate(connection)
        elif schema != SCHEMA:
            require_known(schema)
    except StorageError:
        store.close()
        raise
    return store


_UNFINISHED = "vigie migrate: "
_MARKED = "alembic_version"


def mark(connection: Connection, origin: str | None) -> None:
    """Note with a database that it is the unfinished copy of another one; None: it is whole."""
    table = Table(_MARKED, MetaData(), comment=f"{_UNFINISHED}{origin}")
    connection.execute(SetTableComment(table) if origin else DropTableComment(table))


def copied_from(connection: Connection) -> str | None:
    """Return the database of which this one is an unfinished copy; None for a whole one."""
    if connection.dialect.name != "postgresql":
        return None
    table = func.to_regclass(_MARKED)
    said = connection.execute(select(func.obj_description(table, "pg_class"))).scalar() or ""
    return said.removeprefix(_UNFINISHED) if said.startswith(_UNFINISHED) else None


def require_finished(connection: Connection) -> None:
    """Raise StorageError for an unfinished copy: nobody works there."""
    origin = copied_from(connection)
    if origin is not None:
        raise StorageError(
            say(
                "La base de données {place} est la copie inachevée de {origin} : reprenez la copie "
                "avec « vigie migrate », depuis l’espace de travail qui mène à {origin}.",
                place=connection.engine.url.render_as_string(hide_password=True),
                origin=origin,
            )
        )


def foreign_tables(url: str, folder: Path) -> list[str]:
    """Return the tables of a database that was never Vigie's; it is only looked at.

    Raises:
        StorageError: as `open_store`.
    """
    place = located(url, folder)
    if place.get_backend_name() == "sqlite" and not Path(str(place.database)).exists():
        return []
    store = Store(engine(place, 30.0), 30.0)
    try:
        with store.reading() as connection:
            found = inspect(connection).get_table_names()
    finally:
        store.close()
    return [] if set(found) >= _OWN else sorted(found)


_OWN = {"alembic_version", "documents", "mentions"}
"""In every database of Vigie's, whatever its schema."""


def is_postgresql(url: str) -> bool:
    """Tell whether an address is one of PostgreSQL."""
    try:
        return make_url(url).get_backend_name() == "postgresql"
    except (ArgumentError, ValueError):
        return False


def located(url: str, folder: Path) -> URL:
    """Return the address of a database, with a path from the root; raise as `open_store`."""
    try:
        place = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StorageError(
            say(
                "« {url} » n’est pas une adresse de base de données : écrivez par exemple "
                "sqlite:///data/vigie.db ou postgresql+psycopg://… dans [storage].",
                url=scheme_alone(url),
            )
        ) from error
    kind = place.get_backend_name()
    if kind == "postgresql":
        _require_clear(place)
        return place.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or place.database in (None, "", ":memory:"):
        raise StorageError(
            say(
                "[storage] : « {url} » ne convient pas ; il faut un fichier SQLite "
                "(sqlite:///data/vigie.db) ou PostgreSQL (postgresql+psycopg://…).",
                url=place.render_as_string(hide_password=True),
            )
        )
    return place.set(database=str(folder.absolute() / str(place.database)))


def _require_clear(place: URL) -> None:
    """Refuse an address whose password was cut in two: the rest of it would be taken for a host."""
    if "@" in (place.host or ""):
        raise StorageError(
            say(
                "L’adresse de la base de données a deux « @ » avant le nom de la machine : dans "
                "l’utilisateur et le mot de passe, écrivez %40 pour @ (de même %2F pour /, %3A "
                "pour :, %25 pour %)."
            )
        )


def _make_room_for(url: URL) -> None:
    """Make the folder of an SQLite file."""
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database)).parent
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            say(
                "Le dossier {path} ne peut pas être créé ({error}) : vérifiez les droits.",
                path=str(path),
                error=refusal(error),
            )
        ) from error


def engine(url: URL, patience: float) -> Engine:
    """Return the way to a database, whatever its schema."""
    if url.get_backend_name() == "postgresql":
        made = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        changes.watch(made)

        @event.listens_for(made, "connect")
        def _on_answer(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
            _require_utf8(connection, url)

        return made
    # The connection used last comes first: it holds the pages of the database that are asked for.
    made = create_engine(
        url, pool_size=8, max_overflow=32, pool_timeout=patience, pool_use_lifo=True
    )
    changes.watch(made)

    @event.listens_for(made, "connect")
    def _on_connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Python's sqlite3 would begin transactions by itself, and too late; "begin" below does.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {int(patience * 1000)}",
            "foreign_keys = ON",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "temp_store = MEMORY",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer that began as a reader would fail at once when another writer was faster.
        writing = connection.get_execution_options().get("vigie_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return made


def _require_utf8(connection: DBAPIConnection, url: URL) -> None:
    """Refuse a database that cannot hold every character, before anything is written there."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in ("UTF8", None):  # None: something stands between that does not tell
        connection.close()
        raise StorageError(
            say(
                "La base de données {place} est encodée en {encoding}, et n’a pas tous les "
                "caractères : il en faut une en UTF8 (createdb --encoding UTF8 --template "
                "template0 …).",
                place=url.render_as_string(hide_password=True),
                encoding=encoding,
            )
        )
