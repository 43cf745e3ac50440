"""A whole base goes from SQLite to PostgreSQL: identical, or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from sqlalchemy import create_engine, func, select

from storage import actors, condition, documents, fulltext, judgements, open_store, tables, transfer
from tests import databases
from tests.command import here
from vigie import lock, settings, workspace
from vigie.errors import StorageError
from vigie.records import Verdict

if TYPE_CHECKING:
    from storage.transfer import Copied

DAY = date(2026, 3, 2)
NAMES = ("Graine de Rue", "Rayon Libre", "Les Semailles")


@pytest.fixture
def watch(tmp_path, press):
    """An SQLite workspace of forty documents, with two merged actors and a judgement."""
    if not databases.SERVER:
        pytest.skip("needs a PostgreSQL server: VIGIE_TEST_POSTGRES")
    workspace.create(tmp_path / "w", "mulhouse")
    store = open_store("sqlite:///data/vigie.db", tmp_path / "w")
    with store.writing() as c:
        for number in range(40):
            press.publish(c, number, DAY, *NAMES)
        # The one that is merged comes before the one that it refers to.
        actors.merge(c, press.id_of(NAMES[0]), press.id_of(NAMES[1]))
        judgements.add(c, press.judgement(NAMES[2], Verdict.WATCH, DAY))
    store.close()
    return tmp_path / "w"


def rows(url: str, table) -> int:
    engine = create_engine(url)
    with engine.connect() as c:
        found = c.execute(select(func.count()).select_from(table)).scalar_one()
    engine.dispose()
    return found


def test_a_workspace_moves_whole_and_works_on_there(watch, press):
    url = databases.fresh().replace("@", ":ge/heim@")
    pages = open_store("sqlite:///data/vigie.db", watch)
    done = here("migrate", "--to", url, "--dir", watch)
    assert done.returncode == 0, done.stderr
    assert "~/.pgpass" in done.stderr
    assert "heim" not in done.stderr
    assert (watch / "vigie.toml").stat().st_mode & 0o777 == 0o600
    # What was open goes on with nothing that nobody will read; what stays can be looked at.
    with pytest.raises(StorageError, match="relancez"), pages.writing() as c:
        judgements.add(c, press.judgement(NAMES[0], Verdict.KEEP, DAY))
    pages.close()
    left = open_store("sqlite:///data/vigie.db", watch)
    with left.reading() as c:
        assert documents.counts(c)["documents"] == 40
    left.close()
    assert "40 lignes dans documents, identiques" in done.stderr
    assert settings.load(watch).storage.url == url
    assert "# Ce fichier dit à Vigie" in (watch / "vigie.toml").read_text(encoding="utf-8")
    moved = open_store(url, watch)
    with moved.writing() as c:
        assert actors.surviving(c, [press.id_of(NAMES[0])]) == {
            press.id_of(NAMES[0]): press.id_of(NAMES[1])
        }
        assert len(fulltext.search(c, "semaille", 99)) == 40
        # Numbers go on after those that were copied.
        first = judgements.add(c, press.judgement(NAMES[1], Verdict.KEEP, DAY))
        assert first == 2
    moved.close()
    again = here("migrate", "--to", url, "--dir", watch)
    assert again.returncode == 1
    assert "déjà sur PostgreSQL" in again.stderr


def _until_killed(folder, url: str) -> None:
    """Copy until a part of the mentions is there."""
    transfer.ROWS = 30
    whole = transfer.chunks

    def dying(items, size):
        for number, some in enumerate(whole(items, size)):
            if number and "surface" in some[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            yield some

    transfer.chunks = dying
    with open_store("sqlite:///data/vigie.db", folder).writing() as c:
        transfer.copy(c, open_store(url, folder, copying=True))


@pytest.fixture
def half(watch):
    """A base into which a copy was begun, and killed amid the mentions."""
    url = databases.fresh()
    child = multiprocessing.get_context("fork").Process(target=_until_killed, args=(watch, url))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    return url


def test_killed_in_the_middle_of_a_table_it_goes_on_from_there(watch, half):
    url = half
    assert 0 < rows(url, tables.mentions) < 120
    assert settings.load(watch).storage.url.startswith("sqlite")
    source = open_store("sqlite:///data/vigie.db", watch)
    target = open_store(url, watch, copying=True)
    told: list[Copied] = []
    with source.writing() as c:
        found = transfer.copy(c, target, told.append)
    assert list(found) == told
    by_name = {one.table: one for one in found}
    assert (by_name["documents"].rows, by_name["documents"].before) == (40, 40)
    assert 0 < by_name["mentions"].before < by_name["mentions"].rows == 120
    assert by_name.keys() == {table.name for table in tables.metadata.sorted_tables} - {
        "changes",
        "claims",
    }
    # And once more: nothing is left to do, and nothing is done twice.
    with source.writing() as c:
        assert [one.before for one in transfer.copy(c, target)] == [one.rows for one in found]
    source.close()
    target.close()


def test_half_a_copy_is_nobodys_base_and_follows_its_original(watch, half, press, tmp_path):
    workspace.create(tmp_path / "other", "mulhouse")
    open_store("sqlite:///data/vigie.db", tmp_path / "other").close()
    done = here("migrate", "--to", half, "--dir", tmp_path / "other")
    assert done.returncode == 1
    assert f"copie inachevée d’une autre, {watch / 'data' / 'vigie.db'}" in done.stderr
    for looks in (open_store, condition.examine):
        with pytest.raises(StorageError, match="reprenez la copie avec « vigie migrate »"):
            looks(half, watch)
    assert rows(half, tables.documents) == 40

    # Meanwhile the workspace goes on.
    source = open_store("sqlite:///data/vigie.db", watch)
    with source.writing() as c:
        documents.save(c, [press.document(7, DAY, title="Mieux", text="Autrement.")])
    source.close()
    done = here("migrate", "--to", half, "--dir", watch)
    assert done.returncode == 0, done.stderr
    assert "40 lignes dans documents, identiques" in done.stderr
    moved = open_store(half, watch)
    with moved.reading() as c:
        assert [hit.title for hit in fulltext.search(c, "autrement")] == ["Mieux"]
        assert len(fulltext.search(c, "semaille", 99)) == 39
    moved.close()


def test_one_copy_at_a_time_goes_into_a_base(watch):
    url = databases.fresh()
    source = open_store("sqlite:///data/vigie.db", watch)
    target = open_store(url, watch, copying=True)
    with (
        transfer._alone(target),
        source.writing() as c,
        pytest.raises(StorageError, match="Une autre copie"),
    ):
        transfer.copy(c, target)
    assert rows(url, tables.documents) == 0
    source.close()
    target.close()


@pytest.mark.parametrize("what", ["documents of its own", "tables of another program"])
def test_a_base_that_holds_something_else_is_refused_and_left_alone(watch, press, what):
    if what == "documents of its own":
        url = databases.fresh()
        other = open_store(url, watch)
        with other.writing() as c:
            documents.save(c, [press.document(7, DAY, title="Autre")])
        other.close()
    else:
        url = databases.of_another_program()
    done = here("migrate", "--to", url, "--dir", watch)
    assert done.returncode == 1
    assert "contient déjà autre chose" in done.stderr
    assert "base vide" in done.stderr
    assert settings.load(watch).storage.url.startswith("sqlite")


def test_a_difference_is_found_and_nothing_is_changed(watch, monkeypatch):
    url = databases.fresh()
    source, target = open_store("sqlite:///data/vigie.db", watch), open_store(url, watch)
    honest = transfer._verified

    def spoilt(own, to, table, before):
        if table.name == "documents":
            with to.writing() as c:
                some = list(islice(c.execute(select(tables.documents.c.id)).scalars(), 1))
                c.execute(
                    tables.documents.update()
                    .where(tables.documents.c.id.in_(some))
                    .values(title="Faux")
                )
        return honest(own, to, table, before)

    monkeypatch.setattr(transfer, "_verified", spoilt)
    with (
        pytest.raises(StorageError, match="La table documents diffère"),
        source.writing() as c,
    ):
        transfer.copy(c, target)
    source.close()
    target.close()


@pytest.mark.parametrize("of", [lock.FETCHING, lock.READING, lock.SCHEDULE])
def test_a_workspace_in_which_something_works_is_not_moved(of, watch):
    url = databases.fresh()
    with FileLock(watch / "data" / f"{of}.lock"):
        done = here("migrate", "--to", url, "--dir", watch)
    assert done.returncode == 1
    assert "travaille déjà" in done.stderr
    assert settings.load(watch).storage.url.startswith("sqlite")


def test_only_a_server_is_a_place_to_move_to(watch):
    for url in ("sqlite:///autre.db", "nimporte"):
        done = here("migrate", "--to", url, "--dir", watch)
        assert done.returncode == 1
        assert "adresse de PostgreSQL" in done.stderr
        # Nothing that stands for a password is taken out of what it says.
        assert "…" not in done.stderr
