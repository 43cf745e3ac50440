"""Several programs on one PostgreSQL: each document is read once, each host asked by one."""

from __future__ import annotations

import importlib
import re
import signal
import subprocess
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from flows import hosts, learned, sharing, steps
from nlp.annotate import Reader
from storage import claims, documents, open_store, queues, sources, tables
from storage.claims import Work
from tests import databases
from tests.command import VIGIE
from tests.crawlers.conftest import serving
from tests.crawlers.test_crawl import rss, source
from tests.flows.test_courtesy import workspace
from vigie import workspace as workspaces
from vigie.errors import StorageError
from vigie.records import Document
from vigie.settings import load

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = Reader(None, {}, "")
"""Who reads where there is nothing to be read."""
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DOCUMENTS = 260
"""More than one batch, which a worker takes whole."""


def words(number: int) -> str:
    """Return words that no other number has, so that no two texts tell the same."""
    return " ".join(blake2b(f"{number}-{n}".encode(), digest_size=4).hexdigest() for n in range(9))


@pytest.fixture
def machines(tmp_path):
    """Two workspaces as on two machines, on one database in which documents wait."""
    url = databases.fresh()
    for name in ("une", "deux"):
        workspaces.create(tmp_path / name, "mulhouse")
        databases.place(tmp_path / name, url)
    store = open_store(url, tmp_path)
    made = [
        Document(
            id=f"d{number}",
            source_id="gazette",
            url=f"https://gazette.example/{number}",
            title="",
            text=f"Le collectif Graine de Rue ouvre un atelier. {words(number)}",
            published_at=NOW - timedelta(hours=number),
            fetched_at=NOW,
            language="fr",
        )
        for number in range(DOCUMENTS)
    ]
    with store.writing() as c:
        documents.save(c, made)
    yield tmp_path / "une", tmp_path / "deux", store
    store.close()


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([VIGIE, "annotate", "--dir", folder], stderr=subprocess.PIPE, text=True)


def read(process: subprocess.Popen[str]) -> int:
    said = process.communicate(timeout=900)[1]
    assert process.returncode == 0, said
    return int(re.search(r"(\d+) documents? lus?", said)[1])


def test_two_programs_read_each_document_once_and_take_up_what_a_killed_one_had(machines):
    one, two, store = machines
    killed = start(one)
    while not count(store):
        assert killed.poll() is None
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    with store.reading() as c:
        done = DOCUMENTS - len(documents.unread(c, DOCUMENTS))
    assert done < DOCUMENTS
    first, second = start(one), start(two)
    assert read(first) + read(second) == DOCUMENTS - done
    assert count(store) == 0
    with store.reading() as c:
        assert documents.unread(c, 1) == []
        assert documents.counts(c)["mentions"] >= DOCUMENTS


def count(store) -> int:
    with store.reading() as c:
        return claims.count(c, Work.ANNOTATE)


def test_what_a_worker_was_too_slow_for_is_left_to_the_one_that_took_it_over(tmp_path):
    settings = workspaces.create(tmp_path / "w", "mulhouse")
    store = open_store(settings.storage.url, settings.folder)
    at = datetime.now(UTC)
    made = [
        Document(id=f"d{n}", source_id="g", url=f"https://g.example/{n}", title="", text="Rien.", published_at=at, fetched_at=at)
        for n in range(3)
    ]  # fmt: skip
    with store.writing() as c:
        documents.save(c, made)
    written: list[int] = []

    def slowly(ids, reader, worker) -> int:
        with store.claiming() as c:
            late = at + claims.LEASE + timedelta(hours=1)
            taken = claims.take(c, Work.ANNOTATE, documents.never_read(1), "other", now=late)
        kept = steps.annotate_batch(settings, store, ids, reader, worker)
        written.append(kept)
        with store.reading() as c:
            assert documents.unread(c, 9) == taken
        return kept

    assert steps.annotate(settings, store, slowly).done == 2
    assert written == [2]
    store.close()


def test_who_reads_waits_for_a_writer_longer_than_others_do(tmp_path, monkeypatch):
    """Any number may read on PostgreSQL, each waiting for the turns of all others."""
    workspaces.create(tmp_path / "w", "mulhouse")
    databases.place(tmp_path / "w", databases.fresh())
    settings = load(tmp_path / "w")
    with (
        closing(open_store(settings.storage.url, settings.folder)) as other,
        closing(open_store(settings.storage.url, settings.folder, patience=0.1)) as store,
        closing(ExitStack()) as writer,
    ):
        writer.enter_context(other.writing())
        with pytest.raises(StorageError, match="occupée"), store.writing():
            pass
        monkeypatch.setattr(sharing, "PATIENCE", 0.2)
        with pytest.raises(StorageError, match="occupée"):
            steps.annotate_batch(settings, store, [], NOBODY, "w")
        monkeypatch.setattr(sharing, "PATIENCE", 60.0)
        threading.Timer(0.5, writer.close).start()
        assert steps.annotate_batch(settings, store, [], NOBODY, "w") == 0


def test_no_host_is_asked_by_two_machines_at_a_time(tmp_path):
    every = [
        source(f"s{n}", f"https://{host}.example/{n}")
        for n, host in enumerate(("un", "un", "deux", "www.deux", "trois"))
    ]
    settings = workspace(tmp_path, *every)
    store = open_store(settings.storage.url, tmp_path)
    with store.writing() as c:
        sources.save(c, every)
    with sharing.working(settings, store) as first, sharing.working(settings, store) as second:
        with store.claiming() as c:
            assert claims.take(c, Work.CRAWL, sources.among(["s3"]), "third") == ["s3"]
        mine = hosts.take(settings, store, first)
        assert {one.id for one in mine} == {"s0", "s1", "s4"}
        assert hosts.take(settings, store, second) == []
    with store.reading() as c:
        assert claims.count(c, Work.CRAWL) == 1
    with store.writing() as c:
        claims.end(c, ["third"])
    with sharing.working(settings, store) as third:
        assert len(hosts.take(settings, store, third)) == 5
    store.close()


def test_hosts_are_taken_and_given_back_while_somebody_writes(tmp_path):
    every = [source(name, f"https://ville.example/{name}") for name in ("un", "deux")]
    settings = workspace(tmp_path, *every)
    store = open_store(databases.fresh(), tmp_path, patience=0.5)
    with store.writing() as c:
        sources.save(c, every)
    with store.claiming() as c:
        claims.take(c, Work.CRAWL, sources.among(["un"]), "other")
    with store.writing(), sharing.working(settings, store) as worker:
        assert hosts.take(settings, store, worker) == []
    with store.reading() as c:
        assert claims.count(c, Work.CRAWL) == 1
    store.close()


def test_what_is_due_is_crawled_a_few_hosts_at_a_time_and_once(tmp_path, monkeypatch):
    monkeypatch.setattr(hosts, "HOSTS", 1)
    with serving() as web:
        watch = workspace(
            tmp_path,
            *(
                source(name, web.serve(f"/{name}", rss((f"Une de {name}", "")), "text/xml"))
                for name in ("un", "deux")
            ),
        )
        store = open_store(watch.storage.url, tmp_path)
        report = hosts.crawl(watch, store)
        assert {one.source_id for one in report.outcomes} == {"un", "deux"}
        assert report.taken.new == 2
        web.asked.clear()
        again = hosts.crawl(watch, store)
        assert (again.outcomes, web.asked) == ((), [])
    store.close()


def test_a_queue_waits_for_what_other_workers_still_crawl_or_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    workers = importlib.import_module("flows.workers")
    monkeypatch.setattr(workers, "LOOKING", 0.01)
    settings = workspace(tmp_path, source("s0", "https://un.example/"))
    settings = replace(settings, sources=())
    store = open_store(settings.storage.url, tmp_path)
    left = [Work.CRAWL, Work.ANNOTATE]
    with store.writing() as c:
        sources.save(c, [source("s0", "https://un.example/")])
        documents.save(c, [Document(id="d0", source_id="s0", url="https://un.example/0", title="", text="Rien.", published_at=NOW, fetched_at=NOW)])  # fmt: skip
        c.execute(update(tables.documents).values(annotated=learned.version(settings.data)))
    with store.claiming() as c:
        assert claims.take(c, Work.CRAWL, sources.among(["s0"]), "other")
        assert claims.take(c, Work.ANNOTATE, documents.read_before("", 9), "other")

    def others_end(_seconds: float) -> None:
        """Stand in for the time that passes: the other worker ends one thing after the other."""
        with store.reading() as c:
            assert queues.load(c, "2026-W10") is None
        with store.writing() as c:
            claims.done(c, left.pop(0), ["s0", "d0"], "other")

    monkeypatch.setattr(workers.time, "sleep", others_end)
    made, lines = workers.beside_others(settings, store, NOW.date())
    assert left == []
    assert [one.week for one in made] == ["2026-W10"]
    assert lines[-1] == "Semaine 2026-W10 : 0 candidat."
    store.close()
