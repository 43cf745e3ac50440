"""When a source is to be tried again, and whether it gives what it should.

A lively source is read as often as the catalogue says; one that brings little, less often, for
each request is a favour asked. One that fails is tried later and later, and never given up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from crawlers import conclusions
from vigie.records import (
    FailureKind,
    HealthState,
    Message,
    Outcome,
    Source,
    SourceHealth,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from vigie.records import HttpState

LOOKING_BACK = timedelta(weeks=4)
LONGEST = timedelta(days=30)
"""However often a source has failed, it is tried again after this time."""
SLOWEST = 8
"""How many times its own interval a source that brings little is left alone, at most."""
FASTEST = 2.0
"""By how much the interval of a source that brings much is divided, at most."""
MUCH = 5.0
"""New documents a reading: a source that brings more is read more often."""
MOST_INTERVALS, FEWEST_INTERVALS = 24, 3
"""A source's own intervals for which « not modified » is believed, at most and at least."""
LONGEST_BELIEVED = timedelta(days=6)
"""However little is expected of a source: one that is read once a week is had whole each time."""
SHORTEST_BELIEVED = timedelta(days=1)
"""The same, the other way round: nothing is had whole at each reading that comes sooner."""
READS = 20
"""For one new document: a source that takes more is read too often."""
STEP = timedelta(days=1)
"""What one failure of weight 1 adds to the wait."""
_WEIGHTS = {
    HealthState.BLOCKED: 1.0,
    HealthState.WRONG_FORMAT: 1.0,
    HealthState.UNREACHABLE: 0.5,
    HealthState.SLOW: 0.5,
}
_BY_KIND = {FailureKind.HARD: 1.0, FailureKind.SOFT: 0.5, FailureKind.NAME: 0.25}


def next_try(source: Source, health: SourceHealth | None, recent: int) -> datetime | None:
    """Return when a source is due, or None when it was never tried.

    `recent` counts its documents of the last four weeks. Waits after failures grow linearly:
    so many days as failures in a row, weighted (refused or no feed 1, broken down 0.5, a name
    that is not found 0.25).
    """
    if health is None:
        return None
    weight = _weight(health)
    if weight:
        wait = source.every + STEP * (weight * max(health.failures - 1, 0))
    else:
        wait = interval(source, recent)
    due = health.last_try + min(wait, max(LONGEST, source.every))
    return max(due, health.not_before or due)


def interval(source: Source, recent: int) -> timedelta:
    """Return how long a source that answers is left alone.

    Its own interval when it brings a fair amount a reading; up to eight times that, a day at
    most, when it brings little; down to half of it when it brings so much that a short feed
    might let something go by.
    """
    readings = LOOKING_BACK / source.every
    slower = readings / (READS * max(recent, 1))
    faster = recent / (readings * MUCH)
    # A day at most, unless the catalogue itself says more: news must not wait for long.
    longest = max(source.every, timedelta(days=1))
    stretched = source.every * min(max(slower, 1.0), SLOWEST)
    return min(stretched / min(max(faster, 1.0), FASTEST), longest)


def _weight(health: SourceHealth) -> float:
    if health.state not in _WEIGHTS or not health.failures:
        return 0.0
    return _BY_KIND[health.failure] if health.failure else _WEIGHTS[health.state]


_WITH_PAGES = {SourceKind.FEED, SourceKind.SITEMAP, SourceKind.LISTING}
EDITED_WITHIN = timedelta(days=14)
"""After its first day, how long a page is asked again whether it was edited."""
MOST_AGAIN = 20
"""Pages of one source that one crawl asks again."""
AGAIN_AFTER = timedelta(days=1)
"""The first time; each page that has not changed doubles the wait for its next one."""
BELIEVED_OF_A_PAGE = timedelta(days=5)
"""Since a page was last had whole: of the times that it is asked again, the last is not spared."""


def has_pages(source: Source) -> bool:
    """Tell whether what a source announces has pages of its own, which are fetched."""
    return not source.full_text and source.kind in _WITH_PAGES


def asked_again(pages: Iterable[tuple[str, HttpState]], now: datetime) -> list[str]:
    """Return the ids of the documents whose pages are to be asked again whether they were edited.

    A page is due one day after it was read, then after two and four more without a change; an
    edit begins that anew. Of each source those that have waited longest, a bounded number.
    """
    due: dict[str, list[tuple[datetime, str]]] = {}
    for document_id, state in pages:
        at = state.checked_at
        if at is not None and at + AGAIN_AFTER * 2 ** min(state.unchanged, 10) <= now:
            due.setdefault(state.source_id, []).append((at, document_id))
    return [one for waiting in due.values() for _, one in sorted(waiting)[:MOST_AGAIN]]


def believed(source: Source) -> timedelta:
    """Return how long « not modified » is believed of a source, since it was last had whole.

    Until three documents should have come, by what is expected of it at least; where nothing is,
    until 24 of its own intervals have passed. Six days at most, and at least three of its
    intervals (a day, if those are longer). Some servers compare badly, and would keep us from
    the news for good. It is a time and no number of answers, since the real interval grows
    while nothing new is told.
    """
    longest = min(MOST_INTERVALS * source.every, LONGEST_BELIEVED)
    if not source.expected or not source.expected[0]:
        return longest
    missed = 3 * timedelta(weeks=1) / source.expected[0]
    shortest = min(FEWEST_INTERVALS * source.every, SHORTEST_BELIEVED)
    return min(max(missed, shortest), longest)


def conditions(state: HttpState | None, limit: timedelta, now: datetime) -> dict[str, str]:
    """Return the headers that ask for an address if it has changed.

    None when it was last had whole as long ago as `limit`, or nobody knows when: then the whole
    is asked for.
    """
    if state is None or state.whole_at is None or not timedelta() <= now - state.whole_at < limit:
        return {}
    wanted = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in wanted.items() if value}


def yielding(source: Source, outcome: Outcome, recent: int, watched: timedelta) -> Outcome:
    """Return an outcome that also says when a source gives less than it should.

    `recent` counts its documents of the last four weeks, `watched` is how long it has been
    read: what is younger than four weeks is not yet judged.
    """
    if outcome.state not in {HealthState.LIVELY, HealthState.QUIET} or watched < LOOKING_BACK:
        return outcome
    if conclusions.is_unfinished(outcome.message):
        return outcome  # what was read so far may well be old
    if source.kind is SourceKind.GOGOCARTO:
        return outcome  # a map gives known actors, and no documents
    least = source.expected[0] * 4 if source.expected else 1
    if not recent:
        message = _beside(Message("aucun document depuis quatre semaines"), outcome)
        return replace(outcome, state=HealthState.SILENT, message=message)
    if recent < least:
        message = Message(
            "{n} document en quatre semaines, {least} au moins étaient attendus",
            {"n": recent, "least": least},
            "{n} documents en quatre semaines, {least} au moins étaient attendus",
        )
        return replace(outcome, state=HealthState.QUIET, message=_beside(message, outcome))
    return outcome


def _beside(message: Message, outcome: Outcome) -> Message:
    """Return a message that goes on with what an outcome says itself, if that is of note."""
    if conclusions.is_plain(outcome.message):
        return message
    return Message("{report} ; {trouble}", {"report": message, "trouble": outcome.message})
