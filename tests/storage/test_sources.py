"""The catalogue's snapshot, what is remembered of URLs, and health over the crawls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import documents, sources
from vigie.records import (
    FailureKind,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Reach,
    Source,
    SourceKind,
)

GAZETTE = Source(
    id="gazette",
    name="La Gazette de l’Écluse",
    url="https://gazette.example/flux",
    kind=SourceKind.FEED,
    every=timedelta(minutes=30),
    reach=Reach.REGIONAL,
    tags=("presse", "ville"),
    expected=(2, 40),
    language="fr",
    full_text=True,
)
START = datetime(2026, 3, 2, 6, tzinfo=UTC)


def outcome(hours: int, state: HealthState, **more) -> Outcome:
    return Outcome(
        **{
            "source_id": "gazette",
            "at": START + timedelta(hours=hours),
            "state": state,
            "message": Message("{n} document lu.", {"n": 3}, "{n} documents lus."),
            **more,
        }
    )


@pytest.fixture
def c(store):
    with store.writing() as connection:
        sources.save(connection, [GAZETTE])
        yield connection


def test_a_source_comes_back_as_it_was_saved(c):
    sources.save(c, [GAZETTE])
    assert sources.all(c) == [GAZETTE]


def test_a_changed_source_takes_the_place_of_the_old_one(c):
    renamed = Source(id="gazette", name="Gazette", url="", kind=SourceKind.FILES)
    sources.save(c, [renamed])
    assert sources.all(c) == [renamed]


def test_a_source_that_left_the_catalogue_stays_known(c):
    sources.save(c, [])
    assert [source.id for source in sources.all(c)] == ["gazette"]


def test_what_is_remembered_of_a_url_is_the_last_that_was_said(c):
    first = HttpState(url="https://gazette.example/flux", source_id="gazette", etag='"a"')
    last = HttpState(
        url="https://gazette.example/flux",
        source_id="gazette",
        etag='"b"',
        last_modified="Mon, 02 Mar 2026 06:00:00 GMT",
        fingerprint="f",
        checked_at=START,
    )
    sources.save_http_states(c, [first])
    sources.save_http_states(c, [last])
    assert sources.http_states(c, ["gazette"]) == [last]
    assert sources.http_states(c, ["une-autre"]) == []


def test_a_source_that_was_never_tried_has_no_health(c):
    assert sources.health(c) == {}


def test_a_state_that_lasts_keeps_its_beginning(c):
    for hour in range(3):
        sources.save_outcome(c, outcome(hour, HealthState.LIVELY, documents=3))
    health = sources.health(c)["gazette"]
    assert (health.since, health.last_try) == (START, START + timedelta(hours=2))
    assert health.last_success == START + timedelta(hours=2)
    assert str(health.message) == "3 documents lus."


def test_failures_in_a_row_are_counted_and_a_success_ends_them(c):
    sources.save_outcome(c, outcome(0, HealthState.LIVELY))
    sources.save_outcome(c, outcome(1, HealthState.UNREACHABLE))
    sources.save_outcome(c, outcome(2, HealthState.BLOCKED))
    health = sources.health(c)["gazette"]
    assert (health.state, health.failures) == (HealthState.BLOCKED, 2)
    assert health.since == START + timedelta(hours=2)
    assert health.last_success == START
    sources.save_outcome(c, outcome(3, HealthState.LIVELY))
    assert sources.health(c)["gazette"].failures == 0


def test_an_empty_source_has_not_failed(c):
    sources.save_outcome(c, outcome(0, HealthState.QUIET, documents=0))
    assert sources.health(c)["gazette"].failures == 0
    assert sources.health(c)["gazette"].last_success == START


def test_not_modified_never_clears_a_failure(c):
    sources.save_outcome(c, outcome(0, HealthState.WRONG_FORMAT))
    sources.save_outcome(c, outcome(1, HealthState.QUIET, not_modified=True))
    health = sources.health(c)["gazette"]
    assert (health.state, health.failures) == (HealthState.WRONG_FORMAT, 1)
    assert health.since == START
    assert health.last_try == START + timedelta(hours=1)
    assert health.last_success is None


def test_the_same_outcome_saved_again_counts_no_failure_twice(c):
    for _ in range(2):
        sources.save_outcome(c, outcome(0, HealthState.UNREACHABLE))
    assert sources.health(c)["gazette"].failures == 1


def test_what_a_source_brought_is_counted_with_its_newest_day(c, press):
    assert sources.yields(c) == {}
    documents.save(c, [press.document(n, date(2026, 3, n)) for n in (1, 4, 2)])
    assert sources.yields(c) == {"gazette": (3, date(2026, 3, 4))}


def test_the_first_try_and_the_recent_documents_of_a_source_are_known(c, press):
    assert sources.watched_since(c, "gazette") is None
    for hour in (3, 1, 2):
        sources.save_outcome(c, outcome(hour, HealthState.LIVELY))
    assert sources.watched_since(c, "gazette") == START + timedelta(hours=1)
    days = (date(2026, 2, 1), date(2026, 3, 3), date(2026, 3, 4))
    documents.save(c, [press.document(number, day) for number, day in enumerate(days)])
    assert sources.recent(c, START) == {"gazette": 2} == sources.recent(c, START, "gazette")
    assert sources.recent(c, START, "ville") == {}


def test_what_a_site_asked_for_and_why_it_failed_is_kept_until_the_next_answer(c):
    later = START + timedelta(hours=9)
    failed = outcome(1, HealthState.UNREACHABLE, failure=FailureKind.NAME, not_before=later)
    sources.save_outcome(c, failed)
    told = sources.health(c)["gazette"]
    assert (told.failure, told.not_before, told.failures) == (FailureKind.NAME, later, 1)
    # « Not modified » clears no failure; that the site asked for time was for the last answer.
    sources.save_outcome(c, outcome(10, HealthState.LIVELY, not_modified=True))
    told = sources.health(c)["gazette"]
    assert (told.state, told.failure, told.not_before) == (
        HealthState.UNREACHABLE, FailureKind.NAME, None,
    )  # fmt: skip
    sources.save_outcome(c, outcome(11, HealthState.LIVELY))
    told = sources.health(c)["gazette"]
    assert (told.state, told.failure, told.failures) == (HealthState.LIVELY, None, 0)


def test_lines_that_a_source_repeats_are_remembered_for_it_alone(c):
    sources.save_repeated_lines(c, "gazette", ["Abonnez-vous."])
    sources.save_repeated_lines(c, "gazette", ["Abonnez-vous.", "Lire aussi"])
    assert sources.repeated_lines(c, "gazette") == {"Abonnez-vous.", "Lire aussi"}
    assert sources.repeated_lines(c, "ville") == frozenset()


def test_pages_that_were_read_before_their_marks_were_kept_are_asked_again_too(store, press):
    day = date(2026, 3, 2)
    whole, excerpt, fresh = (press.document(n, day) for n in range(3))
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    pages = [
        HttpState(url=one.url, source_id=one.source_id, checked_at=at, content=mark)
        for one, mark in ((whole, None), (excerpt, None), (fresh, "a b"))
    ]
    with store.writing() as c:
        documents.save(c, [whole, replace(excerpt, excerpt=True), fresh])
        sources.save_http_states(c, pages)
        found = sources.recent_pages(c, [whole.source_id], day)
    assert {i for i, _ in found} == {whole.id, fresh.id}
