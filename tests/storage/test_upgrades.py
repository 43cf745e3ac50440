"""The database of every earlier schema is brought up to date, keeps every row, and serves pages."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData, create_engine, make_url, select
from starlette.testclient import TestClient

from review.app import create_app
from storage import Store, documents, judgements, open_store
from storage import schema as schemas
from tests.storage.conftest import POSTGRES, database, id_of
from tests.storage.old_database import INDEXING
from vigie.settings import parse

OLD = Path(__file__).parents[1] / "examples" / "upgrades"
SCHEMAS = sorted(path.stem for path in OLD.glob("*.sql"))
MADE_ANEW = {"alembic_version", "changes", "recounts"}
"""What says where the work stands, and not what is known."""
NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
KEPT = id_of("Les Braises")


def put(schema: str, folder: Path) -> Path:
    """Write the database of an earlier schema as a file."""
    path = folder / "data" / "vigie.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as c:
        c.executescript((OLD / f"{schema}.sql").read_text("utf-8"))
    return path


def rows(url: str, columns: dict[str, list[str]] | None = None) -> dict[str, list[tuple]]:
    """Return the rows of each table, of given columns or of all, in an order of their own."""
    engine, found = create_engine(url), MetaData()
    found.reflect(engine)
    wanted = columns or {t.name: [c.name for c in t.columns] for t in found.sorted_tables}
    with engine.connect() as c:
        result = {
            name: sorted(
                map(tuple, c.execute(select(*(found.tables[name].c[n] for n in names)))), key=repr
            )
            for name, names in wanted.items()
            if name not in MADE_ANEW
        }
    engine.dispose()
    return result


def columns(url: str) -> dict[str, list[str]]:
    engine, found = create_engine(url), MetaData()
    found.reflect(engine)
    engine.dispose()
    return {table.name: [c.name for c in table.columns] for table in found.sorted_tables}


def see_the_pages(store: Store, folder: Path, *more: str) -> None:
    """Open what the pages show of the old rows."""
    settings = parse('[watch]\nterritory = ["200066009"]\n', folder)
    with TestClient(
        create_app(store, settings, clock=lambda: NOW), base_url="http://127.0.0.1"
    ) as site:
        for page in ("/semaines/2026-W11", f"/acteurs/{KEPT}", *more):
            answer = site.get(page)
            assert answer.status_code == 200, page
        if more:
            assert "Les Braises" in site.get("/annuaire", params={"q": "braise"}).text
    with store.reading() as c:
        assert documents.counts(c)["documents"] == 8
        assert judgements.standing(c, [KEPT])[KEPT].judgement.note == "Vu."


def test_there_is_an_old_database_of_every_schema_but_the_newest():
    """A new migration: `python -m tests.storage.old_database` with the schema before it."""
    assert sorted(schemas.known_schemas() - {schemas.SCHEMA}) == SCHEMAS


@pytest.mark.parametrize("schema", SCHEMAS)
def test_an_older_database_keeps_every_row_and_serves_the_pages(schema, tmp_path):
    path = put(schema, tmp_path)
    url = f"sqlite:///{path}"
    before, had = rows(url), columns(url)
    assert len(before["documents"]) == 8
    store = open_store("sqlite:///data/vigie.db", tmp_path)
    assert rows(url, had) == before
    with closing(sqlite3.connect(path)) as c:
        assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []
        assert c.execute("SELECT version_num FROM alembic_version").fetchone() == (schemas.SCHEMA,)
    if "accounts" not in had:  # else the pages ask who is there
        more = ("/annuaire", "/journal", "/sources") if schema == SCHEMAS[0] else ()
        see_the_pages(store, tmp_path, *more)
    store.close()


@pytest.mark.skipif(not POSTGRES, reason="VIGIE_TEST_POSTGRES is not set")
@pytest.mark.parametrize("schema", [SCHEMAS[0], SCHEMAS[-1]])
def test_an_older_postgresql_database_keeps_every_row(schema, tmp_path, server):
    source = f"sqlite:///{put(schema, tmp_path)}"
    with database(server) as made:
        url = make_url(made).render_as_string(hide_password=False)
        _fill(url, schema, source)
        before, had = rows(url), columns(url)
        assert len(before["documents"]) == 8
        store = open_store(made, tmp_path)
        assert rows(url, had) == before
        store.close()


def _fill(url: str, schema: str, source: str) -> None:
    """Make a PostgreSQL database of a schema, with the rows of an SQLite one."""
    engine, config = create_engine(url), schemas.migrations()
    with engine.begin() as c:
        config.attributes["connection"] = c
        command.upgrade(config, schema)
    here, old = create_engine(source), MetaData()
    old.reflect(here)
    tables = MetaData()
    tables.reflect(engine)
    with here.connect() as a, engine.begin() as b:
        for table in tables.sorted_tables:
            if table.name == "alembic_version" or table.name in INDEXING:
                continue  # what is indexed is indexed anew as the rows come in
            found = [row._asdict() for row in a.execute(select(old.tables[table.name]))]
            if found:
                b.execute(table.delete())
                b.execute(table.insert(), found)
    here.dispose()
    engine.dispose()
