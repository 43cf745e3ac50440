"""Where tests keep their data: SQLite, or with `VIGIE_TEST_DATABASE=postgresql` all on PostgreSQL.

The server is that of `VIGIE_TEST_POSTGRES`. Each SQLite file that a test asks for becomes a
database of its own, made from one that is at the newest schema already. A small file stands where
SQLite's would, and names it: a workspace that is copied is copied with its database.
"""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import tomlkit
from sqlalchemy import URL, Engine, create_engine, inspect, make_url, text

import storage.store
from storage import open_store
from vigie import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVER = os.environ.get("VIGIE_TEST_POSTGRES", "")
ON_POSTGRESQL = os.environ.get("VIGIE_TEST_DATABASE", "sqlite") == "postgresql"
if ON_POSTGRESQL and not SERVER:
    raise pytest.UsageError("VIGIE_TEST_DATABASE=postgresql needs a server in VIGIE_TEST_POSTGRES")

once = pytest.mark.skipif(ON_POSTGRESQL, reason="the same whatever the database: run once")
sqlite_only = pytest.mark.skipif(ON_POSTGRESQL, reason="of SQLite alone")

_made: list[str] = []
_located = storage.store.located


def redirect() -> None:
    """Let every SQLite file be a database of PostgreSQL instead, in this process."""
    if ON_POSTGRESQL:
        storage.store.located = _elsewhere


def drop() -> None:
    """Drop what was made."""
    if not _made:
        return
    with server().connect() as c:
        for name in _made:
            c.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    server().dispose()


def settle(folder: Path) -> Path:
    """Write into a workspace's settings where it keeps its data: for programs started apart."""
    if ON_POSTGRESQL:
        place(folder, fresh())
    return folder


def fresh() -> str:
    """Return the address of an empty database on the server; skip a test that has none."""
    _require_server()
    return _address(_make(_newest()))


def of_another_program() -> str:
    """Return the address of a database that another program made; skip a test that has none."""
    _require_server()
    url = _address(_make("template1"))
    engine = create_engine(url)
    with engine.begin() as c:
        c.execute(text("CREATE TABLE comptes (id integer)"))
    engine.dispose()
    return url


def latin1() -> str:
    """Return the address of a database that lacks most characters; skip a test that has none."""
    _require_server()
    return _address(_make("template0", "STRATEGY WAL_LOG ENCODING 'LATIN1' LOCALE 'C'"))


def _require_server() -> None:
    if not SERVER:
        pytest.skip("needs a PostgreSQL server: VIGIE_TEST_POSTGRES")


def _address(name: str) -> str:
    return server().url.set(database=name).render_as_string(hide_password=False)


def tables(url: str) -> list[str]:
    """Return the tables of a database, whoever made them."""
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def place(folder: Path, url: str) -> None:
    """Write an address into a workspace's settings."""
    path = folder / "vigie.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["storage"] = {"url": url}
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def ask(folder: Path, query: str) -> Sequence[tuple[object, ...]]:
    """Return the rows of a query on the database of a workspace, whoever writes there."""
    found = settings.load(folder)
    url = storage.store.located(found.storage.url, folder)
    engine = create_engine(url)
    try:
        with engine.connect() as c:
            return [tuple(row) for row in c.execute(text(query))]
    finally:
        engine.dispose()


@cache
def server() -> Engine:
    """Return the server, as one who makes databases."""
    url = make_url(SERVER).set(drivername="postgresql+psycopg")
    return create_engine(url, isolation_level="AUTOCOMMIT")


def _elsewhere(url: str, folder: Path) -> URL:
    located = _located(url, folder)
    if located.get_backend_name() != "sqlite":
        return located
    path = Path(str(located.database))
    told = _read(path)
    if told is None or told["path"] != str(path):
        told = {"path": str(path), "database": _make(told["database"] if told else _newest())}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told), encoding="utf-8")
    return server().url.set(database=told["database"])


def _read(path: Path) -> dict[str, str] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


@cache
def _newest() -> str:
    """Return the database that others are copies of: empty, at the newest schema."""
    name, folder = _make("template1"), mkdtemp()
    url = server().url.set(database=name).render_as_string(hide_password=False)
    open_store(url, Path(folder)).close()
    shutil.rmtree(folder)
    return name


def _make(template: str, how: str = "STRATEGY FILE_COPY") -> str:
    name = f"vigie_{uuid4().hex}"
    with server().connect() as c:
        c.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} {how}"))
    _made.append(name)
    return name
