"""What machines that watch are told: whether it works, and how, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from sqlalchemy import text

from review import access
from review.app import create_app
from storage import accounts, open_store
from tests import databases
from tests.review.conftest import settings_in
from vigie.records import Role, Scope
from vigie.settings import Review

NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    opened = open_store("sqlite:///vigie.db", tmp_path, patience=0.2)
    yield opened
    opened.close()


@contextmanager
def answering(store, folder, host="127.0.0.1", **review):
    settings = replace(settings_in(folder), review=Review(**review))
    with store.reading() as c:
        guarded = accounts.any_exist(c)
    app = create_app(store, settings, any_host=guarded)

    async def get(path: str, **options) -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.get(path, **options)

    # In a thread of its own: a browser's tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as apart:
        yield lambda path, **options: apart.submit(anyio.run, lambda: get(path, **options)).result()


def with_accounts(store) -> str:
    """Make an account and a token of it; return the token."""
    with store.writing() as c:
        accounts.add(c, "Awa", Role.ADMINISTRATOR, "$argon2id$invented", NOW)
        for made, scope in (("tok", Scope.QUEUE), ("other", Scope.SOURCES)):
            token = accounts.Token(
                digest=access.digest(made),
                name="Awa",
                label=made,
                scopes=frozenset({scope}),
                at=NOW,
            )
            accounts.add_token(c, token)
    return "tok"


@pytest.mark.parametrize("host", ["127.0.0.1", "vigie.intra:8000", "10.0.0.3"])
@pytest.mark.parametrize("guarded", [False, True])
def test_a_probe_is_told_ok_by_any_name_and_without_an_account(store, tmp_path, host, guarded):
    if guarded:
        with_accounts(store)
    with answering(store, tmp_path, host) as get:
        answer = get("/sante")
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert "set-cookie" not in answer.headers
        others = get("/").status_code
        assert others == (303 if guarded else 200 if host == "127.0.0.1" else 421)


def test_a_probe_is_told_when_the_database_is_away_or_newer(store, tmp_path):
    with answering(store, tmp_path) as get:
        with store.writing() as c:
            c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        assert (get("/sante").status_code, get("/sante").text) == (503, "no\n")
        store.close()
        (tmp_path / "vigie.db").write_bytes(b"no database" * 1000)
        for end in ("-wal", "-shm"):
            (tmp_path / f"vigie.db{end}").unlink(missing_ok=True)
        assert (get("/sante").status_code, get("/sante").text) == (503, "no\n")


@databases.sqlite_only
def test_pages_and_probe_say_when_the_file_that_they_serve_is_gone(store, tmp_path):
    with answering(store, tmp_path) as get:
        assert get("/sante").status_code == 200
        (tmp_path / "vigie.db").rename(tmp_path / "away.db")
        assert get("/sante").status_code == 503
        answer = get("/")
        assert answer.status_code == 503
        assert "plus à sa place" in answer.text
        assert not (tmp_path / "vigie.db").exists()
        (tmp_path / "away.db").rename(tmp_path / "vigie.db")
        assert get("/sante").status_code == 200


def test_there_are_no_metrics_unless_the_settings_want_them(store, tmp_path):
    with answering(store, tmp_path) as get:
        assert get("/metrics").status_code == 404


def test_metrics_count_and_name_nobody(store, tmp_path):
    with answering(store, tmp_path, metrics=True) as get:
        assert "\nvigie_last_backup_seconds " not in get("/metrics").text
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups" / "vigie-20260316T080000Z.zip").touch()
        assert get("/acteurs/a-les-braises").status_code == 404
        told = get("/metrics").text
    assert "vigie_up 1.0" in told
    assert 'vigie_stored{what="documents"} 0.0' in told
    assert "vigie_disk_free_bytes" in told
    seconds = next(one for one in told.splitlines() if one.startswith("vigie_last_backup_seconds "))
    assert float(seconds.split()[1]) == NOW.timestamp()
    assert 'vigie_requests_total{page="/acteurs/{actor_id:path}",status="404"} 1.0' in told
    assert "braises" not in told


def test_with_accounts_metrics_take_a_token_that_reads_the_queue(store, tmp_path):
    token = with_accounts(store)
    with answering(store, tmp_path, "vigie.intra", metrics=True) as get:
        for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer other"}):
            assert get("/metrics", headers=given).status_code == 401
        answer = get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "vigie_up 1.0" in answer.text


def test_without_accounts_metrics_are_for_this_machine(store, tmp_path):
    with answering(store, tmp_path, "vigie.intra", metrics=True) as get:
        assert get("/metrics").status_code == 421
