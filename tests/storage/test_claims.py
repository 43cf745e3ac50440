"""Work is taken by one, for a time: by id, in its order, whoever else is at it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import claims, documents, open_store
from storage.claims import Work

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def waiting(store, press):
    """Forty documents, the newest first."""
    with store.writing() as c:
        documents.save(c, [press.document(n, DAY - timedelta(days=n)) for n in range(40)])
    return store


def take(store, worker: str, limit: int = 10, now: datetime = NOW) -> list[int]:
    with store.claiming() as c:
        ids = claims.take(c, Work.ANNOTATE, documents.never_read(limit), worker, now=now)
    return [int(one, 16) for one in ids]


def test_nobody_takes_what_another_has_and_the_most_urgent_goes_first(waiting):
    assert take(waiting, "a") == list(range(10))
    assert take(waiting, "b") == list(range(10, 20))
    assert take(waiting, "a", 50) == list(range(20, 40))
    assert take(waiting, "b") == []


def test_what_a_worker_lets_lie_is_free_once_its_time_is_over(waiting):
    assert take(waiting, "a") == list(range(10))
    assert take(waiting, "b", now=NOW + claims.LEASE - MINUTE) == list(range(10, 20))
    late = NOW + claims.LEASE + MINUTE
    assert take(waiting, "b", now=late) == list(range(10))
    with waiting.writing() as c:
        ids = [f"{n:016x}" for n in range(12)]
        assert claims.held(c, Work.ANNOTATE, ids, "a") == []
        assert claims.held(c, Work.ANNOTATE, ids, "b") == ids


def test_what_is_done_or_given_up_is_held_no_more(waiting):
    first = [f"{n:016x}" for n in take(waiting, "a")]
    with waiting.writing() as c:
        claims.done(c, Work.ANNOTATE, first[:4], "a")
        claims.done(c, Work.ANNOTATE, first[4:], "another")
        assert claims.held(c, Work.ANNOTATE, first, "a") == first[4:]
        assert claims.count(c, Work.ANNOTATE, NOW) == 6
        assert claims.end(c, ["a", "nobody"]) == 6
    assert take(waiting, "b") == list(range(10))


def test_another_kind_of_work_is_another_claim(waiting):
    take(waiting, "a", 40)
    with waiting.claiming() as c:
        assert len(claims.take(c, Work.CRAWL, documents.never_read(3), "b", now=NOW)) == 3


def test_many_at_once_take_all_of_it_and_nothing_twice(waiting, url, tmp_path):
    stores = [open_store(url, tmp_path, patience=20) for _ in range(4)]
    found: dict[int, list[int]] = {}

    def work(number: int) -> None:
        found[number] = []
        while ids := take(stores[number], str(number), 3):
            found[number] += ids

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in stores:
        one.close()
    assert sorted(n for some in found.values() for n in some) == list(range(40))


def test_one_that_looks_at_the_same_moment_is_passed_over_and_not_waited_for(waiting):
    """On PostgreSQL a claim waits for no claim and for no writer (SQLite has one writer)."""
    if waiting.engine.dialect.name == "sqlite":
        return
    with waiting.writing(), waiting.claiming() as first:
        mine = claims.take(first, Work.ANNOTATE, documents.never_read(10), "a", now=NOW)
        assert len(mine) == 10
        assert take(waiting, "b") == list(range(10, 20))


def test_what_a_slow_worker_writes_just_now_is_taken_over_by_nobody(waiting):
    if waiting.engine.dialect.name == "sqlite":
        return
    take(waiting, "a")
    ids, late = [f"{n:016x}" for n in range(10)], NOW + claims.LEASE + MINUTE
    with waiting.writing() as c:
        assert claims.held(c, Work.ANNOTATE, ids, "a") == ids
        assert take(waiting, "b", now=late) == list(range(10, 20))
        claims.done(c, Work.ANNOTATE, ids, "a")


def test_what_is_taken_over_just_now_is_held_no_more_by_the_slow_one(waiting):
    if waiting.engine.dialect.name == "sqlite":
        return
    take(waiting, "a")
    ids, late = [f"{n:016x}" for n in range(10)], NOW + claims.LEASE + MINUTE
    found: list[list[str]] = []

    def write() -> None:
        with waiting.writing() as c:
            found.append(claims.held(c, Work.ANNOTATE, ids, "a"))

    slow = threading.Thread(target=write)
    with waiting.claiming() as c:
        claims.take(c, Work.ANNOTATE, documents.never_read(10), "b", now=late)
        slow.start()
        slow.join(0.3)
    slow.join()
    assert found == [[]]


def test_what_is_given_back_waits_for_no_writer(waiting):
    if waiting.engine.dialect.name == "sqlite":
        return
    take(waiting, "a")
    with waiting.writing(), waiting.claiming() as c:
        assert claims.end(c, ["a"]) == 10
