"""What a command says, and leaves behind, when the machine does not do its part."""

from __future__ import annotations

import ctypes
import importlib
import io
import shutil
import sqlite3
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from flows import due, steps
from storage import open_store, sources
from storage import open_workspace as opening
from tests import databases
from tests.command import here
from tests.storage.conftest import Press
from vigie.errors import WorkspaceError
from vigie.records import HealthState, HttpState, Message, Outcome
from vigie.settings import load, parse

pytestmark = databases.once


NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
LETTER = (
    '{"url": "https://gazette.example/1", "date": "2026-03-02", "title": "Un atelier", '
    '"text": "L’association Les Braises ouvre un atelier à Mulhouse. L’association Les Braises '
    'cherche des bénévoles pour ses ateliers du samedi."}\n'
)
READING = ("queue", "sources list", "actors list", "user list", "backup {out}/vigie.zip")
WRITING = (
    "crawl",
    "detect",
    "import {folder}/lettre.jsonl --source lettre",
    "user add awa --role officer",
    "actors merge {actor} {other}",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with a queue, written as the stages would have: nothing is crawled or read."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "vigie.toml").write_text(
        '[watch]\nterritory = ["200066009"]\n[crawler]\ncontact = "veille@example.org"\ndelay = 0\n'
        '[[source]]\nid = "nulle-part"\nname = "Nulle part"\nurl = "http://nulle-part.invalid/rss"\n'
        'kind = "feed"\n',
        "utf-8",
    )
    (folder / "lettre.jsonl").write_text(
        LETTER + LETTER.replace("/1", "/2").replace("Les Braises", "Le Bol d’Airain"), "utf-8"
    )
    settings, press = load(folder), Press()
    store = open_store(settings.storage.url, folder)
    with store.writing() as c:
        sources.save(c, settings.sources)
        for number, name in enumerate(["Les Braises", "Le Bol d’Airain"]):
            press.publish(c, number, date(2026, 3, 2), name, source="nulle-part")
    steps.detect(settings, store, date(2026, 3, 9))
    store.close()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    copy = tmp_path / "watch"
    shutil.copytree(made, copy)
    return copy


@pytest.fixture(autouse=True)
def a_password(monkeypatch):
    """What is typed when a password is asked for, as often as it is."""
    monkeypatch.setattr("sys.stdin", io.StringIO("une longue phrase secrète\n" * 4))


def words(command: str, folder, out) -> list[str]:
    with sqlite3.connect(folder / "data" / "vigie.db") as c:
        ids = [i for (i,) in c.execute("SELECT id FROM actors ORDER BY name")]
    filled = command.format(folder=folder, out=out, actor=ids[0], other=ids[1])
    return [*filled.split(), "--dir", str(folder)]


def content(folder) -> dict[str, list[tuple]]:
    with sqlite3.connect(folder / "data" / "vigie.db") as c:
        assert c.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = [n for (n,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {n: c.execute(f'SELECT * FROM "{n}"').fetchall() for n in names if "fts" not in n}


def one_line(done) -> str:
    """Return the one line in which a command that failed says why."""
    assert done.returncode == 1, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("vigie :")
    assert "Traceback" not in done.stderr
    return last


# --- a folder that may not be written --------------------------------------------------------


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextmanager
def no_more_than_others():
    """Lay down root's right to write everywhere (CAP_DAC_OVERRIDE), if we have it."""
    libc, header, sets = ctypes.CDLL(None), _Header(0x20080522, 0), (_Sets * 2)()
    libc.capget(ctypes.byref(header), sets)
    had = sets[0].effective
    sets[0].effective = had & ~0b110
    libc.capset(ctypes.byref(header), sets)
    try:
        yield
    finally:
        sets[0].effective = had
        libc.capset(ctypes.byref(header), sets)


@contextmanager
def read_only(folder):
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        with suppress(FileNotFoundError):  # a database closed just now takes its log along
            path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with no_more_than_others():
            yield
    finally:
        for path in paths:
            with suppress(FileNotFoundError):
                path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize(
    "command",
    [*WRITING, "restore {out}/good.zip --replace", "init {folder}/new --territory metz"],
)
def test_a_read_only_folder_is_one_clear_line_and_left_as_it_is(command, folder, tmp_path):
    if "restore" in command:
        assert here("backup", tmp_path / "good.zip", "--dir", folder).returncode == 0
    given, before = words(command, folder, tmp_path), content(folder)
    if command.startswith("init"):
        given = given[:-2]
    with read_only(folder):
        line = one_line(here(*given))
    assert any(hint in line for hint in ("droits", "accès refusé", "Permission", "lecture")), line
    assert content(folder) == before
    assert not (folder / "new").exists()


# --- a database that is locked ---------------------------------------------------------------


@pytest.mark.parametrize("command", WRITING)
def test_a_locked_database_is_one_clear_line_and_the_next_run_does_the_work(
    command, folder, tmp_path, monkeypatch
):
    monkeypatch.setitem(opening.__kwdefaults__, "patience", 0.1)
    given, before = words(command, folder, tmp_path), content(folder)
    locking = sqlite3.connect(folder / "data" / "vigie.db", isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    line = one_line(here(*given))
    assert "occupée" in line
    assert "recommencez" in line
    locking.execute("ROLLBACK")
    locking.close()
    assert content(folder) == before
    if command != "crawl":
        assert here(*given).returncode == 0


@pytest.mark.parametrize("command", READING)
def test_a_read_only_folder_is_read_all_the_same(command, folder, tmp_path):
    given = words(command, folder, tmp_path)
    with read_only(folder):
        assert here(*given).returncode == 0


@pytest.mark.parametrize("command", READING)
def test_a_locked_database_is_read_all_the_same(command, folder, tmp_path, monkeypatch):
    monkeypatch.setitem(opening.__kwdefaults__, "patience", 0.1)
    locking = sqlite3.connect(folder / "data" / "vigie.db", isolation_level=None)
    locking.execute("BEGIN IMMEDIATE")
    assert here(*words(command, folder, tmp_path)).returncode == 0
    locking.execute("ROLLBACK")
    locking.close()


# --- Prefect's server away, names that nobody knows, a clock that goes wrong ----------------------------------------


def test_a_server_of_prefect_that_does_not_answer_is_named(folder):
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415 - slow to come

    from flows.watch import run_watch  # noqa: PLC0415 - brings Prefect

    before = content(folder)
    away = {PREFECT_API_URL: "http://127.0.0.1:9/api"}
    with temporary_settings(away), pytest.raises(WorkspaceError, match=r"127\.0\.0\.1:9/api"):
        run_watch(load(folder), NOW.date())
    assert content(folder) == before


def test_a_server_of_prefect_that_goes_away_meanwhile_is_one_sentence(folder, monkeypatch):
    """The long version (`VIGIE_LONG_TESTS`) kills a real one: test_unattended.py."""
    watching = importlib.import_module("flows.watch")

    def gone(*_: object) -> None:
        raise httpx.ConnectError("All connection attempts failed")

    monkeypatch.setattr(watching, "watch", gone)
    with pytest.raises(WorkspaceError, match=r"pendant le travail.*rien n’est perdu"):
        watching.run_watch(load(folder), NOW.date())


def test_without_names_a_crawl_says_so_of_each_source_and_keeps_what_there_is(folder):
    before = content(folder)["documents"]
    done = here("crawl", "--dir", folder)
    assert done.returncode == 0
    assert "nulle-part : " in done.stderr
    assert "Traceback" not in done.stderr
    assert content(folder)["documents"] == before
    assert list((folder / "data" / "spool").glob("*")) == []
    listed = here("sources", "list", "--dir", folder).stdout
    assert "nulle-part" in listed


def test_a_clock_set_back_leaves_no_source_waiting_for_the_years_to_pass(tmp_path):
    settings = parse(
        '[watch]\nterritory = ["200066009"]\n[crawler]\ncontact = "veille@example.org"\n'
        '[[source]]\nid = "gazette"\nname = "G"\nurl = "https://gazette.example/rss"\nkind = "feed"\n',
        tmp_path,
    )
    store = open_store("sqlite:///vigie.db", tmp_path)
    ahead, url = NOW + timedelta(days=3650), "https://gazette.example/rss"

    def outcome(at, **more) -> Outcome:
        return Outcome(
            source_id="gazette", at=at, state=HealthState.LIVELY, message=Message("x"), **more
        )

    with store.writing() as c:
        sources.save(c, settings.sources)
        sources.save_outcome(c, outcome(ahead, not_before=ahead + timedelta(days=1)))
        state = HttpState(
            url=url, source_id="gazette", etag='"a"', checked_at=ahead, whole_at=ahead
        )
        sources.save_http_states(c, [state])
    wanted = due.wanted_sources(settings, store, due_only=True, now=NOW)
    assert [source.id for source in wanted] == ["gazette"]
    assert due.left_alone(settings, store, NOW) == {}
    with store.writing() as c:
        sources.set_clock_back(c, NOW)
        sources.save_outcome(c, outcome(NOW + timedelta(seconds=9)))
    with store.reading() as c:
        health = sources.health(c)["gazette"]
        (state,) = sources.http_states(c, ["gazette"])
    assert health.last_try == NOW + timedelta(seconds=9)
    assert (health.since, health.not_before) == (NOW, None)
    assert (state.checked_at, state.whole_at) == (NOW, None)
    # What a clock that is right noted stays.
    with store.writing() as c:
        sources.set_clock_back(c, NOW + timedelta(days=1))
    with store.reading() as c:
        assert sources.health(c)["gazette"] == health
    assert due.wanted_sources(settings, store, due_only=True, now=NOW + timedelta(minutes=5)) == ()
    store.close()


def test_a_clock_set_back_makes_an_earlier_week_and_touches_no_later_one(folder):
    def week() -> str:
        return here("queue", "--dir", folder, "--json").stdout

    before = week()
    assert here("detect", "--until", "2026-03-02", "--dir", folder).returncode == 0
    assert week() == before
