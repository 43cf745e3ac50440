"""`vigie doctor`: each thing that goes wrong is named, with what to do and a status for monitors."""

from __future__ import annotations

import json
import shutil
import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import backup, doctor, machine, notices
from flows.findings import Finding, State
from nlp import model
from storage import open_store, queues, sources
from tests import databases
from tests.command import here
from tests.storage.conftest import Press
from tests.storage.old_database import candidate
from vigie.errors import ModelError, StorageError
from vigie.records import HealthState, Message, Outcome, Queue
from vigie.settings import load

pytestmark = databases.once  # it looks into the file of SQLite

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
SETTINGS = (
    '[watch]\nterritory = ["200066009"]\n[crawler]\ncontact = "veille@example.org"\n'
    '[[source]]\nid = "gazette"\nname = "G"\nurl = "https://gazette.example/rss"\nkind = "feed"\n'
)


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    """The language model loads in seconds, and other tests do so."""
    monkeypatch.setattr(model, "load", lambda: None)


def visit(folder, at: datetime, state: HealthState = HealthState.LIVELY, times: int = 1) -> None:
    settings = load(folder)
    store = open_store(settings.storage.url, folder)
    with store.writing() as c:
        sources.save(c, settings.sources)
        for n in range(times):
            outcome = Outcome(
                source_id="gazette", at=at + timedelta(seconds=n), state=state, message=Message("x")
            )
            sources.save_outcome(c, outcome)
    store.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace in which all is well: visited, with a queue and a backup."""
    folder = tmp_path_factory.mktemp("well")
    (folder / "vigie.toml").write_text(SETTINGS, "utf-8")
    visit(folder, NOW - timedelta(hours=1))
    store = open_store("sqlite:///data/vigie.db", folder)
    with store.writing() as c:
        Press().publish(c, 1, date(2026, 3, 2), "Les Braises")
        queues.save(c, Queue(week="2026-W12", as_of=date(2026, 3, 16), candidates=(candidate(),)))
    backup.scheduled(load(folder), store, NOW - timedelta(hours=5))
    store.close()
    return folder


@pytest.fixture
def folder(made, tmp_path, monkeypatch):
    copy = tmp_path / "watch"
    shutil.copytree(made, copy)
    monkeypatch.setattr(notices, "is_nearly_full", lambda _total, _free: False)
    monkeypatch.setattr(machine, "SCARCE", 0)
    return copy


def found(folder, now=NOW) -> dict[str, Finding]:
    """Return the worst finding of each check."""
    every = sorted(doctor.examine(folder, now), key=lambda one: one.state)
    assert all(bool(one.remedy) == (one.state is not State.WELL) for one in every)
    return {one.check: one for one in every}


def test_all_is_well(folder):
    told = found(folder)
    assert {check: one.state for check, one in told.items() if one.state is not State.WELL} == {}
    assert told.keys() == {
        *("settings", "versions", "model", "database", "sources", "disk", "clock", "schedule"),
        *("backups", "permissions", "secrets"),
    }


def sql(folder, *statements: str) -> None:
    with sqlite3.connect(folder / "data" / "vigie.db") as c:
        for statement in statements:
            c.execute(statement)


def rewrite(folder, old: str, new: str) -> None:
    path = folder / "vigie.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def damage(folder) -> None:
    path = folder / "data" / "vigie.db"
    raw = bytearray(path.read_bytes())
    raw[40960:90000] = b"\xff" * (90000 - 40960)
    path.write_bytes(raw)


def lose_backups(folder) -> None:
    shutil.rmtree(folder / "backups")


def lose_database(folder) -> None:
    (folder / "data" / "vigie.db").unlink()


def share_a_password(folder) -> None:
    rewrite(folder, "https://gazette", "https://awa:geheim@gazette")
    (folder / "vigie.toml").chmod(0o644)


def name_an_inbox(folder) -> None:
    rewrite(folder, "[[source", '[mail]\ninbox = "imaps://awa:geheim@mail.example/INBOX"\n[[source')
    (folder / "vigie.toml").chmod(0o644)


def draw_paid_tiles(folder) -> None:
    tiles = "https://tiles.example/{z}/{x}/{y}.png?apikey=geheim"
    rewrite(folder, "[[source", f'[review]\ntiles = "{tiles}"\nattribution = "© T"\n[[source')
    (folder / "vigie.toml").chmod(0o644)


def keep_backups_here(folder) -> None:
    lose_backups(folder)
    rewrite(folder, "[[source", '[backup]\nfolder = "."\n[[source')


TROUBLES = {
    "settings": (lambda f: rewrite(f, "[crawler]", "[crawler]\ndelai = 1"), 2, "ligne 4, delai"),
    "no contact": (lambda f: rewrite(f, 'contact = "veille@example.org"', ""), 2, "contact"),
    "sources": (
        lambda f: rewrite(f, SETTINGS[SETTINGS.index("[[source") :], ""),
        1,
        "aucune source",
    ),
    "all sources": (
        lambda f: visit(f, NOW - timedelta(minutes=9), HealthState.UNREACHABLE, 3),
        2,
        "gazette",
    ),
    "newer": (lambda f: sql(f, "UPDATE alembic_version SET version_num = '9999'"), 2, "9999"),
    "older": (lambda f: sql(f, "UPDATE alembic_version SET version_num = '0016'"), 1, "0016"),
    "impossible address": (
        lambda f: rewrite(
            f, "[[source", '[storage]\nurl = "postgresql+psycopg://u:geheim@h:x/d"\n[[source'
        ),
        2,
        "n’est pas une adresse",
    ),
    "damaged": (damage, 2, "abîmée"),
    "clock": (
        lambda f: sql(f, "UPDATE source_health SET last_try = '2036-01-01 00:00:00.000000'"),
        1,
        "2036",
    ),
    "late": (
        lambda f: sql(f, "UPDATE source_health SET last_try = '2026-03-12 00:00:00.000000'"),
        1,
        "12/03",
    ),
    "no queue": (lambda f: sql(f, "DELETE FROM candidates", "DELETE FROM queues"), 1, "2026-W12"),
    "no backup": (lose_backups, 1, "vigie backup"),
    "lost": (lose_database, 2, "vigie restore"),
    "secrets": (share_a_password, 1, "chmod 600"),
    "secret of the inbox": (name_an_inbox, 1, "[mail] inbox"),
    "secret of the tiles": (draw_paid_tiles, 1, "[review] tiles"),
    "backups in the workspace itself": (keep_backups_here, 1, "/watch."),
    "database of others": (lambda f: (f / "data" / "vigie.db").chmod(0o666), 1, "chmod o-w"),
    "no workspace": (lambda f: (f / "vigie.toml").unlink(), 2, "vigie init"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_each_trouble_is_named_with_what_to_do(trouble, folder):
    make, status, says = TROUBLES[trouble]
    make(folder)
    every = doctor.examine(folder, NOW)
    assert doctor.worst(every) == status, [one for one in every if one.state]
    told = [one for one in every if one.state is State(status)]
    assert any(says in f"{one.said} {one.remedy}" for one in told), told
    assert "geheim" not in str(every)


def test_of_a_database_that_is_lost_or_older_nothing_is_said_that_it_does_not_tell(folder):
    sql(folder, "UPDATE alembic_version SET version_num = '0016'")
    told = found(folder)
    assert "vigie backup" in told["database"].remedy
    assert told["sources"].said == "1 source à collecter"
    lose_database(folder)
    assert found(folder)["sources"].said == "1 source à collecter"


def test_what_fails_in_several_checks_is_said_once(folder):
    TROUBLES["impossible address"][0](folder)
    every = doctor.examine(folder, NOW)
    assert len(every) == len(set(every))


def test_a_backup_grows_old_and_a_disk_fills(folder, monkeypatch):
    assert found(folder, NOW + timedelta(days=4))["backups"].state is State.LOOK
    monkeypatch.setattr(machine, "SCARCE", 10**18)
    assert found(folder)["disk"].state is State.BROKEN
    monkeypatch.setattr(machine, "SCARCE", 0)
    monkeypatch.setattr(notices, "is_nearly_full", lambda _total, _free: True)
    assert found(folder)["disk"].state is State.LOOK


def test_a_database_that_fails_in_the_middle_hides_no_other_finding(folder, monkeypatch):
    def occupied(*_: object) -> None:
        raise StorageError("La base de données est occupée.")

    monkeypatch.setattr(doctor, "open_workspace", occupied)
    told = found(folder)
    assert told["database"].said == "La base de données est occupée."
    assert told["backups"].state is State.WELL


def test_a_missing_model_and_another_version_of_a_library_are_named(folder, monkeypatch):
    def missing() -> None:
        raise ModelError("Le modèle manque.")

    monkeypatch.setattr(model, "load", missing)
    monkeypatch.setattr(doctor.metadata, "requires", lambda _: ["click>=99", "nulle-part"])
    told = found(folder)
    assert told["model"].state is State.BROKEN
    assert "click" in told["versions"].said
    assert "nulle-part" in told["versions"].said


def test_examining_changes_nothing(folder):
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "-" not in p.suffix}
    doctor.examine(folder, NOW)
    assert {p: p.read_bytes() for p in before} == before


def test_the_command_ends_with_a_status_for_monitors(folder):
    told = here("doctor", "--dir", folder, "--json")
    values = json.loads(told.stdout)
    assert {one["check"] for one in values["checks"]} >= {"database", "disk", "backups"}
    assert told.returncode == {"well": 0, "look": 1, "broken": 2}[values["state"]]
    damage(folder)
    broken = here("doctor", "--dir", folder)
    assert broken.returncode == 2
    assert "✗" in broken.stdout
    assert here("doctor", "--dir", folder / "absent").returncode == 2
