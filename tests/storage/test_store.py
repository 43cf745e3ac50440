"""Opening, migrating, two ways in, and what a person is told when the database fails."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import socketserver
import struct
import threading
import time
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url, select, text

import storage.schema
import storage.store
from storage import Store, annotations, documents, open_store, sources, tables
from tests import databases
from tests.storage.conftest import database
from vigie.errors import StorageError
from vigie.records import ActorKind, HttpState, Message, NewActor, Reject, Resolution

DAY = date(2026, 3, 2)
MIGRATIONS = Path(storage.store.__file__).parent / "migrations"


def test_the_migrations_make_exactly_the_tables_of_the_model(store: Store):
    with store.reading() as c:
        opts = {"compare_type": True, "include_name": _of_the_model}
        context = MigrationContext.configure(c, opts=opts)
        assert compare_metadata(context, tables.metadata) == []


def _of_the_model(name: str | None, type_: str, _: object) -> bool:
    """The words of texts stand in tables of each database's own kind, kept up by triggers."""
    return type_ != "table" or not str(name).startswith(
        ("text_search", "text_words", "text_numbers")
    )


def test_the_schema_is_that_of_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == storage.schema.SCHEMA


def test_opening_again_keeps_what_is_stored(url, tmp_path, store, press):
    with store.writing() as c:
        documents.save(c, [press.document(1, DAY)])
    store.close()
    again = open_store(url, tmp_path)
    with again.reading() as c:
        assert documents.counts(c)["documents"] == 1
    again.close()


def test_a_relative_path_starts_from_the_workspace(tmp_path):
    open_store("sqlite:///data/vigie.db", tmp_path).close()
    assert (tmp_path / "data" / "vigie.db").is_file()


def test_a_newer_database_is_refused_and_left_alone(url, tmp_path, store):
    with store.writing() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StorageError, match=r"version plus récente de Vigie \(schéma 9999\)"):
        open_store(url, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("nimporte quoi", "n’est pas une adresse de base de données"),
        ("postgresql+psycopg://u:pa/secret@h:54x/b", "« postgresql.psycopg://… » n’est pas"),
        ("u:secret@h/b", "« … » n’est pas une adresse"),
        ("sqlite://", "ne convient pas"),
        ("mysql://u:secret@h/b", "ne convient pas"),
        ("oracle+inconnu://h/b", "ne convient pas"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(wrong, says, tmp_path):
    with pytest.raises(StorageError, match=says) as refused:
        open_store(wrong, tmp_path)
    assert "secret" not in str(refused.value)


def test_a_server_that_does_not_answer_is_named_without_the_password(tmp_path):
    with pytest.raises(StorageError, match="PostgreSQL ne répond pas") as refused:
        open_store("postgresql+psycopg://vigie:secret@127.0.0.1:1/vigie", tmp_path)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_server_that_refuses_is_told_from_one_that_does_not_answer(tmp_path):
    missing = make_url(databases.of_another_program()).set(database="nulle_part")
    with pytest.raises(StorageError, match="répond, mais n’ouvre pas") as refused:
        open_store(missing.render_as_string(hide_password=False), tmp_path)
    assert "nulle_part" in str(refused.value)


class _Asking(socketserver.BaseRequestHandler):
    """A server that wants a password, and no encryption."""

    def handle(self) -> None:
        while len(self.request.recv(1000)) == 8:  # asks for encryption
            self.request.sendall(b"N")
        self.request.sendall(b"R" + struct.pack("!ii", 8, 3))


def test_a_server_that_wants_a_password_is_told_where_it_belongs(tmp_path, monkeypatch):
    monkeypatch.delenv("PGPASSWORD", raising=False)
    with socketserver.TCPServer(("127.0.0.1", 0), _Asking) as asking:
        threading.Thread(target=asking.handle_request).start()
        with pytest.raises(StorageError, match=r"n’ouvre pas.*PGPASSWORD ou ~/\.pgpass"):
            open_store(
                f"postgresql+psycopg://vigie@127.0.0.1:{asking.server_address[1]}/b", tmp_path
            )


@pytest.mark.parametrize("login", ["vigie:hem@melig", "vigie:hem@melig%2F"])
def test_a_password_that_is_cut_in_two_is_told_without_any_of_it(login, tmp_path):
    with pytest.raises(StorageError, match="%40 pour @") as refused:
        open_store(f"postgresql+psycopg://{login}@127.0.0.1:1/base", tmp_path)
    assert "melig" not in str(refused.value)


def test_a_base_that_cannot_hold_every_character_is_refused_before_anything_is_made(tmp_path):
    url = databases.latin1()
    with pytest.raises(StorageError, match=r"LATIN1.*--encoding UTF8 --template template0"):
        open_store(url, tmp_path)
    assert databases.tables(url) == []


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vigie.db").write_text("Ceci n’est pas une base de données. " * 100)
    with pytest.raises(StorageError, match=r"vigie\.db est abîmée"):
        open_store("sqlite:///data/vigie.db", tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "data").write_text("un fichier")
    with pytest.raises(StorageError, match="ne peut pas être créé"):
        open_store("sqlite:///data/vigie.db", tmp_path)


def test_a_locked_database_is_a_clear_sentence_and_loses_nothing(url, tmp_path, store, press):
    other = open_store(url, tmp_path)
    with (
        other.writing(),
        pytest.raises(StorageError, match="occupée par un autre programme"),
        store.writing(),
    ):
        pass
    other.close()
    with store.writing() as c:
        documents.save(c, [press.document(1, DAY)])
    with store.reading() as c:
        assert documents.counts(c)["documents"] == 1


def test_a_full_disk_is_a_clear_sentence_and_loses_nothing(sqlite_store, press):
    store = sqlite_store
    with store.writing() as c:
        documents.save(c, [press.document(1, DAY)])
        pages = c.execute(text("PRAGMA page_count")).scalar()
        c.execute(text(f"PRAGMA max_page_count = {pages}"))
    many = [press.document(n, DAY, text="long " * 9999) for n in range(2, 40)]
    with pytest.raises(StorageError, match="Plus de place sur le disque"), store.writing() as c:
        documents.save(c, many)
    with store.writing() as c:
        c.execute(text("PRAGMA max_page_count = 1000000"))
        assert documents.counts(c)["documents"] == 1
        documents.save(c, many)
        assert documents.counts(c)["documents"] == 39


def test_a_database_that_cannot_be_written_is_a_clear_sentence(sqlite_store):
    with sqlite_store.reading() as c:
        c.execute(text("PRAGMA query_only = ON"))
    with (
        pytest.raises(StorageError, match="ne peut pas être modifiée"),
        sqlite_store.writing() as c,
    ):
        c.execute(tables.queues.delete())


def test_a_mistake_in_the_program_is_not_taken_for_a_failing_database(store):
    with pytest.raises(Exception, match="nulle_part") as bug, store.reading() as c:
        c.execute(text("SELECT * FROM nulle_part"))
    assert not isinstance(bug.value, StorageError)


def test_an_exception_in_the_middle_keeps_nothing_of_the_block(store, press):
    def fail_half_way() -> None:
        with store.writing() as c:
            documents.save(c, [press.document(1, DAY)])
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with store.reading() as c:
        assert documents.counts(c)["documents"] == 0


def test_a_reader_sees_one_moment_while_another_writes(store, press):
    with store.reading() as c:
        assert documents.counts(c)["documents"] == 0
        with store.writing() as other:
            documents.save(other, [press.document(1, DAY)])
        assert documents.counts(c)["documents"] == 0
    with store.reading() as c:
        assert documents.counts(c)["documents"] == 1


def test_two_writers_at_once_take_turns(url, tmp_path, press):
    stores = [open_store(url, tmp_path, patience=20) for _ in range(2)]
    failures: list[BaseException] = []

    def write(one: Store, first: int) -> None:
        try:
            for number in range(first, first + 20):
                with one.writing() as c:
                    before = documents.counts(c)["documents"]
                    documents.save(c, [press.document(number, DAY), press.document(7, DAY)])
                    assert documents.counts(c)["documents"] - before in (1, 2)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [
        threading.Thread(target=write, args=(one, 100 * place))
        for place, one in enumerate(stores, start=1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with stores[0].reading() as c:
        assert documents.counts(c)["documents"] == 41
    for one in stores:
        one.close()


def test_killed_in_the_middle_of_writing_nothing_is_half_written(url, tmp_path, store, press):
    store.close()
    fork = multiprocessing.get_context("fork")
    started = fork.Event()

    def write_until_killed() -> None:
        one = open_store(url, tmp_path)
        with one.writing() as c:
            documents.save(c, [press.document(1, DAY)])
        with one.writing() as c:
            documents.save(c, [press.document(n, DAY) for n in range(1, 500)])
            started.set()
            time.sleep(60)

    child = fork.Process(target=write_until_killed)
    child.start()
    assert started.wait(30)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    again = open_store(url, tmp_path, patience=20)
    with again.writing() as c:
        assert documents.counts(c)["documents"] == 1
        documents.save(c, [press.document(n, DAY) for n in range(1, 500)])
    with again.reading() as c:
        assert documents.counts(c)["documents"] == 499
    again.close()


def test_what_is_as_long_as_a_page_is_kept_or_passed_over_and_stops_nothing(store, press):
    """An index of PostgreSQL takes 2,704 bytes: no name, address or line may trip over that."""
    long = "".join(f"{hashlib.sha256(str(n).encode()).hexdigest()} " for n in range(200))
    with store.writing() as c:
        documents.save(c, [press.document(1, DAY, title=long)])
        sources.save_http_states(
            c,
            [
                HttpState(url=f"https://a.example/{long}", source_id="gazette", etag='"1"'),
                HttpState(url="https://a.example/", source_id="gazette", etag='"2"'),
            ],
        )
        sources.save_repeated_lines(c, "gazette", [long, "Une ligne."])
        documents.save_rejects(c, [Reject(where=long, reason=Message("non"), raw=long)])
        actor = NewActor(id="a", name=long, kind=ActorKind.UNKNOWN)
        annotations.save(c, (), Resolution(actors=(actor,)))
    with store.reading() as c:
        assert [state.etag for state in sources.http_states(c, ["gazette"])] == ['"2"']
        assert sources.repeated_lines(c, "gazette") == {"Une ligne."}
        assert c.execute(select(tables.actors.c.name)).scalars().all() == [long]
        assert documents.counts(c)["rejects"] == 1


def test_an_extension_that_postgresql_lacks_is_named_with_what_to_install(server, tmp_path):
    """None can be taken from the server of the tests: another is asked for that no server has."""
    if server is None:
        pytest.skip("of PostgreSQL alone")
    with database(server, server.get_execution_options()["fresh"]) as url:
        opened = open_store(url, tmp_path)
        with (
            pytest.raises(StorageError, match=r"l’extension vigie_absente .*postgresql-contrib"),
            opened.writing() as c,
        ):
            c.execute(text("CREATE EXTENSION vigie_absente"))
        opened.close()


def test_a_user_of_postgresql_without_rights_is_told_whose_the_database_should_be(server, tmp_path):
    if server is None:
        pytest.skip("of PostgreSQL alone")
    with database(server) as url:
        role = f"guest_{uuid4().hex}"
        with server.connect() as c:
            c.execute(text(f"CREATE ROLE {role} LOGIN"))
        guest = make_url(url).set(username=role).render_as_string()
        with pytest.raises(StorageError, match=r"n’a pas tous les droits .* OWNER TO"):
            open_store(guest, tmp_path)
        with server.connect() as c:
            c.execute(text(f"DROP ROLE {role}"))
