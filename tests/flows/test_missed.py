"""What the schedule catches up, by a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows import missed
from storage import open_store, queues, sources, subscribers
from tests.storage.conftest import Press
from vigie import settings as reading
from vigie.digest.edition import Subscriber
from vigie.records import HealthState, Message, Outcome, Queue, Visibility

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def fresh(tmp_path):
    """A workspace in which nothing was read yet."""
    settings = reading.parse(
        '[[source]]\nid = "g"\nname = "G"\nurl = "https://g.example"\nkind = "feed"\nevery = "1h"\n',
        tmp_path,
    )
    store = open_store(settings.storage.url, tmp_path)
    with store.writing() as c:
        sources.save(c, settings.sources)
    yield settings, store
    store.close()


@pytest.fixture
def watched(fresh):
    """A workspace with a document and a queue of January."""
    with fresh[1].writing() as c:
        Press().publish(c, 1, date(2026, 1, 5), "Les Braises")
    queue_of(fresh[1], "2026-W02", date(2026, 1, 5))
    return fresh


def queue_of(store, week: str, day: date) -> None:
    with store.writing() as c:
        queues.save(c, Queue(week=week, as_of=day, candidates=(), clusters=()))


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 3, 16, 5, 59, tzinfo=PARIS), date(2026, 3, 9)),
        (datetime(2026, 3, 16, 6, 1, tzinfo=PARIS), date(2026, 3, 16)),
        (datetime(2026, 3, 19, 12, tzinfo=PARIS), date(2026, 3, 16)),
        (datetime(2026, 3, 30, 5, 59, tzinfo=PARIS), date(2026, 3, 23)),  # the day after the change
        (datetime(2026, 3, 30, 6, 1, tzinfo=PARIS), date(2026, 3, 30)),
        (datetime(2026, 10, 26, 4, 59, tzinfo=UTC), date(2026, 10, 19)),
        (datetime(2026, 10, 26, 5, 1, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_the_last_queue_that_was_due_is_missed_until_it_is_made(watched, now, due):
    settings, store = watched
    assert missed.queue_day(settings, store, now) == due
    queue_of(store, f"{due:%G-W%V}", due)
    assert missed.queue_day(settings, store, now) is None


def test_the_first_queue_is_owed_today_and_the_next_by_its_hour(fresh):
    settings, store = fresh
    thursday = datetime(2026, 3, 19, 12, tzinfo=PARIS)
    assert missed.queue_day(settings, store, thursday) == thursday.date()
    with store.writing() as c:
        Press().publish(c, 1, date(2026, 3, 18), "Les Braises")
    queue_of(store, "2026-W12", thursday.date())
    assert missed.queue_day(settings, store, thursday + timedelta(days=2)) is None
    monday = datetime(2026, 3, 23, 6, 1, tzinfo=PARIS)
    assert missed.queue_day(settings, store, monday) == monday.date()


def test_of_weeks_before_the_archive_begins_no_queue_is_missed(fresh):
    settings, store = fresh
    queue_of(store, "2026-W10", date(2026, 3, 5))
    monday = date(2026, 3, 16)
    assert missed.without_queue(settings, store, monday) == []
    with store.writing() as c:
        Press().publish(c, 1, monday + timedelta(days=1), "Les Braises")
    assert missed.queue_day(settings, store, datetime(2026, 3, 19, tzinfo=PARIS)) is None


def test_of_several_missed_weeks_only_the_last_is_made(watched):
    settings, store = watched
    queue_of(store, "2026-W08", date(2026, 2, 16))
    assert missed.queue_day(settings, store, datetime(2026, 3, 18, tzinfo=PARIS)) == date(
        2026, 3, 16
    )


def test_nothing_is_missed_of_what_is_never_to_run(tmp_path):
    settings = reading.parse('[schedule]\nqueue = ""\ncrawl = ""\nannotate = ""\n', tmp_path)
    store = open_store(settings.storage.url, tmp_path)
    now = datetime(2026, 3, 18, tzinfo=PARIS)
    assert missed.queue_day(settings, store, now) is None
    assert not missed.crawl_is_due(settings, store, now)
    assert not missed.reading_is_due(settings, store)
    store.close()


def test_a_crawl_is_due_when_a_source_is_or_when_something_waits_in_the_spool(watched):
    settings, store = watched
    now = datetime(2026, 3, 18, tzinfo=PARIS)
    assert missed.crawl_is_due(settings, store, now)
    with store.writing() as c:
        well = Outcome(source_id="g", at=now, state=HealthState.LIVELY, message=Message("bien"))
        sources.save_outcome(c, well)
    assert not missed.crawl_is_due(settings, store, now + timedelta(minutes=30))
    spool = settings.data / "spool"
    spool.mkdir()
    (spool / "a.jsonl").touch()
    assert missed.crawl_is_due(settings, store, now + timedelta(minutes=30))


def test_last_nights_backup_is_caught_up_once_there_have_been_some(watched):
    settings, _ = watched
    noon = datetime(2026, 3, 18, 12, tzinfo=PARIS)
    folder = settings.folder / settings.backup.folder
    folder.mkdir()
    assert not missed.backup_is_due(settings, noon)
    (folder / "vigie-20260317T030000Z.zip").touch()  # 4:00 in Paris, the day before
    assert missed.backup_is_due(settings, noon)
    assert not missed.backup_is_due(settings, datetime(2026, 3, 18, 3, 59, tzinfo=PARIS))
    (folder / "vigie-20260318T030012Z.zip").touch()
    assert not missed.backup_is_due(settings, noon)


@pytest.mark.parametrize(
    ("made", "now", "due"),
    [
        ("20260328T023000", datetime(2026, 3, 29, 1, 10, tzinfo=UTC), True),  # 3:30, before 4:00
        ("20260328T033000", datetime(2026, 3, 29, 1, 10, tzinfo=UTC), False),
        ("20261024T023000", datetime(2026, 10, 25, 2, 10, tzinfo=UTC), False),  # 4:30, after it
        ("20261024T013000", datetime(2026, 10, 25, 2, 10, tzinfo=UTC), True),
    ],
)
def test_a_backup_is_caught_up_by_the_clock_on_the_wall_when_it_changes(watched, made, now, due):
    settings, _ = watched
    folder = settings.folder / settings.backup.folder
    folder.mkdir()
    (folder / f"vigie-{made}Z.zip").touch()
    assert missed.backup_is_due(settings, now) is due


def test_a_letter_is_due_to_a_reader_who_has_not_had_it_once_its_hour_is_past(watched):
    settings, store = watched
    monday = datetime(2026, 3, 16, 8, 29, tzinfo=PARIS)
    later = monday + timedelta(days=2)
    assert not missed.digest_is_due(settings, store, later)  # nobody reads it
    reader = Subscriber(
        id=subscribers.new_id(), address="a@example.org", audience=Visibility.LAB, language="fr", areas=(),
        themes=(), who="Awa", at=monday,
    )  # fmt: skip
    with store.writing() as c:
        subscribers.add(c, reader)
    assert not missed.digest_is_due(settings, store, monday)
    assert missed.digest_is_due(settings, store, later)
    with store.writing() as c:
        subscribers.begin(c, "2026-W11", reader.id, later)
        subscribers.done(c, "2026-W11", reader.id, later)
    assert not missed.digest_is_due(settings, store, later)
