from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import rhythm
from vigie.records import HealthState, Message, Outcome, Source, SourceHealth, SourceKind

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
FEED = Source(
    id="gazette", name="G", url="https://g.example", kind=SourceKind.FEED, expected=(5, 60)
)


def health(state, failures=0, message="x"):
    return SourceHealth(
        source_id="gazette",
        state=state,
        message=Message(message),
        since=NOW,
        last_try=NOW,
        last_success=None,
        failures=failures,
    )


def wait(state, failures=0, message="x", recent=50, source=FEED):
    return rhythm.next_try(source, health(state, failures, message), recent) - NOW


def test_a_source_that_was_never_tried_is_due():
    assert rhythm.next_try(FEED, None, 0) is None


def test_a_lively_source_is_read_as_often_as_it_says_and_a_quiet_one_less():
    assert wait(HealthState.LIVELY, recent=100) == timedelta(hours=1)
    assert wait(HealthState.LIVELY, recent=0) == timedelta(hours=8)
    assert timedelta(hours=1) < wait(HealthState.LIVELY, recent=10) < timedelta(hours=8)
    weekly = Source(id="a", name="A", url="https://a.example", kind=SourceKind.FEED,
                    every=timedelta(weeks=1))  # fmt: skip
    assert wait(HealthState.LIVELY, recent=0, source=weekly) == timedelta(weeks=1)


@pytest.mark.parametrize(
    ("state", "message", "days"),
    [
        (HealthState.BLOCKED, "le site refuse l’accès", 1.0),
        (HealthState.UNREACHABLE, "le site est en panne", 0.5),
        (HealthState.UNREACHABLE, "nom de site inconnu : {host}", 0.25),
    ],
)
def test_failures_lengthen_the_wait_by_the_same_step_each_time(state, message, days):
    hour = timedelta(hours=1)
    assert wait(state, 1, message) == hour
    assert wait(state, 2, message) == hour + timedelta(days=days)
    assert wait(state, 5, message) == hour + timedelta(days=4 * days)


def test_a_site_that_asks_for_time_is_given_it_up_to_a_day():
    asked = replace(
        health(HealthState.UNREACHABLE, 1), message=Message("panne, {seconds} s", {"seconds": 7200})
    )
    assert rhythm.next_try(FEED, asked, 9) - NOW == timedelta(hours=2)
    endless = replace(asked, message=Message("panne, {seconds} s", {"seconds": 9_999_999}))
    assert rhythm.next_try(FEED, endless, 9) - NOW == timedelta(days=1)


def test_no_source_is_ever_given_up():
    assert wait(HealthState.BLOCKED, 10_000) == timedelta(days=30)


@pytest.mark.parametrize(
    ("recent", "weeks", "state"),
    [
        (0, 5, HealthState.SILENT),
        (12, 5, HealthState.QUIET),
        (25, 5, HealthState.LIVELY),
        (0, 2, HealthState.LIVELY),
    ],
)
def test_a_source_below_its_yield_says_so_once_it_has_been_read_for_four_weeks(
    recent, weeks, state
):
    outcome = Outcome(
        source_id="gazette", at=NOW, state=HealthState.LIVELY, message=Message("rien de nouveau")
    )
    judged = rhythm.yielding(FEED, outcome, recent, timedelta(weeks=weeks))
    assert judged.state is state
    failed = Outcome(
        source_id="gazette", at=NOW, state=HealthState.BLOCKED, message=Message("refusé")
    )
    assert rhythm.yielding(FEED, failed, 0, timedelta(weeks=9)) == failed


def test_a_map_gives_no_documents_and_is_not_silent_for_that():
    places = replace(FEED, kind=SourceKind.GOGOCARTO)
    outcome = Outcome(
        source_id="gazette", at=NOW, state=HealthState.LIVELY, message=Message("{n} acteurs connus")
    )
    assert rhythm.yielding(places, outcome, 0, timedelta(weeks=9)) == outcome
