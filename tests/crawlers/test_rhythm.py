from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import conclusions, rhythm
from vigie.records import (
    FailureKind,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Source,
    SourceHealth,
    SourceKind,
)

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


def wait(state, failures=0, kind=None, recent=50, source=FEED):
    found = replace(health(state, failures), failure=kind)
    return rhythm.next_try(source, found, recent) - NOW


def test_a_source_that_was_never_tried_is_due():
    assert rhythm.next_try(FEED, None, 0) is None


def test_a_source_that_brings_much_is_read_up_to_twice_as_often():
    often = Source(id="a", name="A", url="https://a.example", kind=SourceKind.FEED,
                   every=timedelta(hours=6))  # fmt: skip
    assert wait(HealthState.LIVELY, recent=300, source=often) == timedelta(hours=6)
    assert wait(HealthState.LIVELY, recent=840, source=often) == timedelta(hours=4)
    assert wait(HealthState.LIVELY, recent=50_000, source=often) == timedelta(hours=3)


@pytest.mark.parametrize(
    ("expected", "every", "hours"),
    [
        (None, 1, 24),
        ((0, 9), 1, 24),
        ((5, 60), 1, 24),
        ((35, 200), 1, 14.4),
        ((500, 900), 6, 18),
        ((5, 60), 24, 100.8),
        ((1, 5), 24, 144),
        ((50, 90), 168, 24),
    ],
)
def test_nothing_new_is_believed_for_as_long_as_it_is_likely(expected, every, hours):
    source = replace(FEED, expected=expected, every=timedelta(hours=every))
    assert rhythm.believed(source) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("every", "expected", "step", "hours"),
    [
        (1, None, 168, 168),
        (1, (5, 60), 168, 168),
        (168, (1, 5), 168, 168),
        (1, None, 8, 24),
        (1, (5, 60), 0.5, 24),
        (6, (500, 900), 3, 18),
        (24, (1, 5), 24, 144),
    ],
)
def test_a_server_that_always_says_nothing_is_new_does_not_hide_the_news_for_long(
    every, expected, step, hours
):
    """Crawled every `step` hours, whatever the interval that the catalogue says."""
    source = replace(FEED, every=timedelta(hours=every), expected=expected)
    state = HttpState(url="u", source_id="g", etag='"a"', whole_at=NOW, checked_at=NOW)
    spared = 0
    for reading in range(1, 1000):
        now = NOW + reading * timedelta(hours=step)
        if not rhythm.conditions(state, rhythm.believed(source), now):
            break
        state, spared = replace(state, checked_at=now, unchanged=spared + 1), spared + 1
    assert now - NOW == timedelta(hours=hours)
    assert spared == hours / step - 1


def test_what_was_last_had_whole_nobody_knows_when_is_asked_for_whole():
    state = HttpState(url="u", source_id="g", etag='"a"', checked_at=NOW)
    assert not rhythm.conditions(state, timedelta(days=1), NOW)
    # A clock that was wrong must not shield an address for years.
    ahead = replace(state, whole_at=NOW + timedelta(days=400))
    assert not rhythm.conditions(ahead, timedelta(days=1), NOW)
    state = replace(state, whole_at=NOW, last_modified="Mon")
    assert rhythm.conditions(state, timedelta(days=1), NOW) == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "Mon",
    }


def test_a_lively_source_is_read_as_often_as_it_says_and_a_quiet_one_less():
    assert wait(HealthState.LIVELY, recent=100) == timedelta(hours=1)
    assert wait(HealthState.LIVELY, recent=0) == timedelta(hours=8)
    assert timedelta(hours=1) < wait(HealthState.LIVELY, recent=10) < timedelta(hours=8)
    weekly = Source(id="a", name="A", url="https://a.example", kind=SourceKind.FEED,
                    every=timedelta(weeks=1))  # fmt: skip
    assert wait(HealthState.LIVELY, recent=0, source=weekly) == timedelta(weeks=1)


@pytest.mark.parametrize(
    ("state", "kind", "days"),
    [
        (HealthState.BLOCKED, None, 1.0),
        (HealthState.WRONG_FORMAT, None, 1.0),
        (HealthState.UNREACHABLE, FailureKind.HARD, 1.0),
        (HealthState.UNREACHABLE, None, 0.5),
        (HealthState.SLOW, None, 0.5),
        (HealthState.UNREACHABLE, FailureKind.NAME, 0.25),
    ],
)
def test_failures_lengthen_the_wait_by_the_same_step_each_time(state, kind, days):
    hour = timedelta(hours=1)
    assert wait(state, 1, kind) == hour
    assert wait(state, 2, kind) == hour + timedelta(days=days)
    assert wait(state, 5, kind) == hour + timedelta(days=4 * days)


def test_a_site_that_asks_for_time_is_given_it_up_to_a_day():
    for state in (HealthState.UNREACHABLE, HealthState.LIVELY):
        asked = replace(health(state, 1), not_before=NOW + timedelta(hours=9))
        assert rhythm.next_try(FEED, asked, 90) - NOW == timedelta(hours=9)


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


def test_what_a_crawl_said_stays_said_beside_a_silence():
    cut = Outcome(
        source_id="gazette",
        at=NOW,
        state=HealthState.LIVELY,
        message=Message("3 pages refusées"),
    )
    judged = rhythm.yielding(FEED, cut, 0, timedelta(weeks=9))
    assert judged.state is HealthState.SILENT
    assert "refusées" in str(judged.message)
    unfinished = replace(cut, message=conclusions.more_remains(60))
    assert rhythm.yielding(FEED, unfinished, 0, timedelta(weeks=9)) == unfinished


def test_a_map_gives_no_documents_and_is_not_silent_for_that():
    places = replace(FEED, kind=SourceKind.GOGOCARTO)
    outcome = Outcome(
        source_id="gazette", at=NOW, state=HealthState.LIVELY, message=Message("{n} acteurs connus")
    )
    assert rhythm.yielding(places, outcome, 0, timedelta(weeks=9)) == outcome


def test_of_a_source_a_bounded_number_of_pages_is_asked_again_the_longest_waiting_first():
    now = datetime(2026, 3, 16, 12, tzinfo=UTC)

    def page(n: int, source_id: str, hours: float, unchanged: int = 0):
        at = now - timedelta(hours=hours)
        state = HttpState(url=f"u{n}", source_id=source_id, checked_at=at, unchanged=unchanged)
        return str(n), state

    many = [page(n, "presse", 24 + n) for n in range(50)]
    others = [page(90, "blog", 23), page(91, "blog", 47, 1), page(92, "blog", 49, 1)]
    found = rhythm.asked_again(many + others, now)
    assert found == [*(str(n) for n in range(49, 29, -1)), "92"]


def test_a_page_is_asked_again_at_widening_intervals_and_at_last_without_conditions():
    read = datetime(2026, 3, 2, 8, tzinfo=UTC)
    believed = rhythm.BELIEVED_OF_A_PAGE
    for step, expected in ((1, [(1, True), (3, True), (7, False)]), (168, [(7, False)])):
        state = HttpState(url="u", source_id="blog", checked_at=read, whole_at=read, etag='"a"')
        asked = []
        for hour in range(step, 24 * rhythm.EDITED_WITHIN.days, step):
            now = read + timedelta(hours=hour)
            if rhythm.asked_again([("1", state)], now):
                asked.append((hour / 24, bool(rhythm.conditions(state, believed, now))))
                state = replace(state, checked_at=now, unchanged=state.unchanged + 1)
        # A server may say « not modified » of everything: in the end the whole is asked for.
        assert asked == expected
