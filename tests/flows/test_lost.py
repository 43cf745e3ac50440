"""A database that is gone: none takes its place unasked, and no good backup goes because of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows import backup
from storage import documents, open_store, open_workspace
from tests import databases
from tests.command import here
from tests.storage.conftest import Press
from tests.storage.old_database import FOLDER as UPGRADES
from vigie import backups
from vigie.errors import StorageError
from vigie.settings import load

pytestmark = databases.once  # it looks into the file of SQLite

NOW = datetime(2026, 3, 16, 3, tzinfo=UTC)
LOST = "en a eu une"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with documents and a backup."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "vigie.toml").write_text('[watch]\nterritory = ["200066009"]\n', "utf-8")
    store = open_store("sqlite:///data/vigie.db", folder)
    with store.writing() as c:
        for n in range(1, 5):
            Press().publish(c, n, date(2026, 3, 2), "Les Braises")
    backup.scheduled(load(folder), store, NOW)
    store.close()
    return folder


@pytest.fixture
def folder(made, tmp_path):
    copy = tmp_path / "watch"
    shutil.copytree(made, copy)
    return copy


def lose(folder: Path) -> None:
    for file in (folder / "data").glob("vigie.db*"):
        file.unlink()


def test_none_is_made_in_the_place_of_a_lost_one_until_what_is_left_of_it_is_put_elsewhere(folder):
    lose(folder)
    for command in ("queue", "backup"):
        told = here(command, "--dir", folder)
        assert (told.returncode, len(told.stderr.splitlines())) == (1, 1)
        assert LOST in told.stderr
        assert "vigie restore" in told.stderr
    assert not (folder / "data" / "vigie.db").exists()
    assert len(list((folder / "backups").iterdir())) == 1
    (folder / "data" / "vigie.db").touch()
    assert LOST in here("queue", "--dir", folder).stderr

    (folder / "backups").rename(folder / "former")
    (folder / "data" / "archive").mkdir()
    assert LOST not in here("queue", "--dir", folder).stderr
    open_workspace(load(folder)).close()


def test_an_address_that_leads_elsewhere_makes_no_other_database(folder):
    with (folder / "vigie.toml").open("a", encoding="utf-8") as file:
        file.write('[storage]\nurl = "sqlite:///elsewhere/vigie.db"\n')
    assert LOST in here("backup", "--dir", folder).stderr
    assert not (folder / "elsewhere").exists()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_program_that_has_it_open_reads_and_writes_nothing_once_it_is_gone(folder, replaced):
    store = open_workspace(load(folder))
    place, aside = folder / "data" / "vigie.db", folder / "aside.db"
    place.rename(aside)
    if replaced:
        shutil.copy(aside, place)
    with pytest.raises(StorageError, match="plus à sa place"), store.reading():
        pass
    with pytest.raises(StorageError, match="plus à sa place"), store.writing():
        pass
    assert place.exists() is replaced
    aside.replace(place)
    with store.reading() as c:
        assert documents.number(c) == 4
    store.close()


def test_a_backup_is_never_let_go_of_for_one_that_holds_far_less(folder):
    (good,) = (folder / "backups").iterdir()
    settings, empty = load(folder), open_store("sqlite:///other.db", folder)
    for hours in (1, 2, 25):
        backup.scheduled(settings, empty, NOW + timedelta(hours=hours))
    assert good.exists()
    assert len(backups.kept_in(good.parent)) == 3
    empty.close()

    whole = open_workspace(settings)
    backup.scheduled(settings, whole, NOW + timedelta(days=2))
    whole.close()
    assert not good.exists()


def test_backups_that_do_not_say_what_they_hold_stand_before_empty_ones():
    at = {Path(f"{n}"): NOW - timedelta(hours=n) for n in range(4)}
    holds = {"0": 0, "1": 0, "2": 30, "3": 60}
    gone = backup.superfluous(at, 1, 1, lambda path: holds[path.name])
    assert [path.name for path in gone] == ["1", "3"]


def test_a_backup_says_its_moment_by_the_clock_of_the_workspace(folder):
    (good,) = (folder / "backups").iterdir()
    assert "sauvegarde du 16/03/2026 04:00 par" in here("restore", good, "--check").stderr


def test_a_database_of_an_older_schema_is_backed_up_as_it_is(folder, tmp_path):
    place, file = folder / "data" / "vigie.db", tmp_path / "before.zip"
    lose(folder)
    with closing(sqlite3.connect(place)) as c:
        c.executescript((UPGRADES / "0029.sql").read_text(encoding="utf-8"))
    assert here("backup", file, "--dir", folder).returncode == 0
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read(backup.MANIFEST))
    assert manifest["schema"] == "0029"
    assert manifest["documents"] > 0
    with closing(sqlite3.connect(place)) as c:
        assert c.execute("SELECT version_num FROM alembic_version").fetchone() == ("0029",)
