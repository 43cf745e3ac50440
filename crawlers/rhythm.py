"""When a source is to be tried again, and whether it gives what it should.

A lively source is read as often as the catalogue says; one that brings little, less often, for
each request is a favour asked. One that fails is tried later and later, and never given up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from vigie.records import HealthState, Message, Outcome, Source, SourceHealth, SourceKind

if TYPE_CHECKING:
    from datetime import datetime

LOOKING_BACK = timedelta(weeks=4)
LONGEST = timedelta(days=30)
"""However often a source has failed, it is tried again after this time."""
SLOWEST = 8
"""How many times its own interval a source that brings little is left alone, at most."""
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
_UNKNOWN_NAME = "nom de site inconnu"
_GONE = "cette adresse n’existe pas ou plus"
_NAME_WEIGHT = 0.25


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
    wait = max(wait, _asked(health))
    return health.last_try + min(wait, max(LONGEST, source.every))


def _asked(health: SourceHealth) -> timedelta:
    """Return how long the site itself has asked to be left alone, a day at most."""
    seconds = health.message.values.get("seconds")
    asked = seconds if isinstance(seconds, int) and health.failures else 0
    return min(timedelta(seconds=max(asked, 0)), timedelta(days=1))


def interval(source: Source, recent: int) -> timedelta:
    """Return how long a source that answers is left alone."""
    slower = LOOKING_BACK / source.every / (READS * max(recent, 1))
    # A day at most, unless the catalogue itself says more: news must not wait for long.
    longest = max(source.every, timedelta(days=1))
    return min(source.every * min(max(slower, 1.0), SLOWEST), longest)


def _weight(health: SourceHealth) -> float:
    if health.state not in _WEIGHTS or not health.failures:
        return 0.0
    template = health.message.template
    if template.startswith(_UNKNOWN_NAME):
        return _NAME_WEIGHT
    return 1.0 if template.startswith(_GONE) else _WEIGHTS[health.state]


def yielding(source: Source, outcome: Outcome, recent: int, watched: timedelta) -> Outcome:
    """Return an outcome that also says when a source gives less than it should.

    `recent` counts its documents of the last four weeks, `watched` is how long it has been
    read: what is younger than four weeks is not yet judged.
    """
    if outcome.state not in {HealthState.LIVELY, HealthState.QUIET} or watched < LOOKING_BACK:
        return outcome
    if source.kind is SourceKind.GOGOCARTO:
        return outcome  # a map gives known actors, and no documents
    least = source.expected[0] * 4 if source.expected else 1
    if not recent:
        message = Message("aucun document depuis quatre semaines")
        return replace(outcome, state=HealthState.SILENT, message=message)
    if recent < least:
        message = Message(
            "{n} document en quatre semaines, {least} au moins étaient attendus",
            {"n": recent, "least": least},
            "{n} documents en quatre semaines, {least} au moins étaient attendus",
        )
        return replace(outcome, state=HealthState.QUIET, message=message)
    return outcome
