"""How good a queue was, with how sure we are of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import log2
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

RESAMPLES = 1000
DEPTH = 25
"""Of the NDCG."""
TENTH = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % bootstrap interval; None where there was nothing to measure."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    """Weeks or actors measured."""

    def as_json(self) -> dict[str, float | int | None]:
        """Return the figures by name."""
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def estimate(values: Sequence[float], seed: int) -> Estimate:
    """Return the mean of some values with its percentile bootstrap interval (Efron 1979)."""
    if not values:
        return Estimate(None, None, None, 0)
    sample = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.percentile(sample[draws].mean(axis=1), (2.5, 97.5))
    return Estimate(
        round(float(sample.mean()), 4), round(float(low), 4), round(float(high), 4), len(sample)
    )


@dataclass(frozen=True, slots=True)
class Followed:
    """An emerging actor of the truth as the archive tells of it."""

    name: str
    kind: str
    course: str
    story_days: tuple[date, ...]
    """First day of each independent story, oldest first."""
    document_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class Queued:
    """One week of one policy: whom it proposed, as entries of the truth."""

    as_of: date
    entries: tuple[int | None, ...]
    """In order; None for what the truth does not name."""


@dataclass(frozen=True, slots=True)
class Measures:
    """What a policy achieved."""

    precision: Estimate
    """Mean over weeks of the share of the queue that is emerging; a second entry is a miss."""
    ndcg: Estimate
    recall: Estimate
    """Share of the emerging actors that the archive mentions, ever queued."""
    recall_twice: Estimate
    """The same for those with two independent mentions or more."""
    recall_once: Estimate
    """The same for those with exactly one."""
    found_by: tuple[Estimate, ...]
    """Queued by the first Monday on or after the day of the 1st, 2nd, 3rd independent mention."""
    lead: Estimate
    """Weeks between the first queue and the 10th mention, of those queued."""
    leads: tuple[float, ...]
    weekly: tuple[tuple[date, float, int], ...]
    """(Monday, precision, size of the queue)."""
    worst: float | None
    """The lowest precision of a week with at least `DEPTH` emerging actors active, if any."""
    make_up: Mapping[str, float]
    """Share of all candidates by course of the truth; `?` is what the truth does not name."""

    def as_json(self) -> dict[str, object]:
        """Return the figures by name."""
        return {
            "precision": self.precision.as_json(),
            "ndcg": self.ndcg.as_json(),
            "recall": self.recall.as_json(),
            "recall_twice": self.recall_twice.as_json(),
            "recall_once": self.recall_once.as_json(),
            "found_by": {str(k): e.as_json() for k, e in enumerate(self.found_by, 1)},
            "worst_week": self.worst,
            "lead_weeks": self.lead.as_json(),
            "leads": list(self.leads),
            "weekly": [
                {"as_of": day.isoformat(), "precision": share, "size": size}
                for day, share, size in self.weekly
            ],
            "make_up": dict(self.make_up),
        }


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What every policy is measured against."""

    followed: Mapping[int, Followed]
    """Emerging entries that the archive mentions in the measured time."""
    emerging: Callable[[int], bool]
    course: Callable[[int], str]
    active: Mapping[date, int]
    """Monday → emerging entries that were active then, and not kept yet."""
    measured_from: date
    """The first measured Monday."""
    mondays: tuple[date, ...]
    seed: int


def measure(policy: Sequence[Queued], stick: Yardstick) -> Measures:
    """Return what a policy achieved, over all weeks for the actors, measured ones for the weeks."""
    first = first_queued(policy)
    weekly = [_week(q, stick) for q in policy if q.as_of >= stick.measured_from]
    shares = [(day, share, size) for day, share, size, _ in weekly if size]
    gains = [gain for *_, gain in weekly if gain is not None]
    leads = tuple(_leads(stick.followed, first))
    return Measures(
        precision=estimate([share for _, share, _ in shares], stick.seed),
        ndcg=estimate(gains, stick.seed),
        recall=_recall(stick, first, lambda n: n >= 1),
        recall_twice=_recall(stick, first, lambda n: n >= 2),
        recall_once=_recall(stick, first, lambda n: n == 1),
        found_by=tuple(_found_by(stick, first, k) for k in (1, 2, 3)),
        lead=estimate(leads, stick.seed),
        leads=leads,
        weekly=tuple(shares),
        worst=min(
            (share for d, share, _ in shares if stick.active.get(d, 0) >= DEPTH), default=None
        ),
        make_up=_make_up(policy, stick),
    )


def first_queued(policy: Iterable[Queued]) -> dict[int, date]:
    """Return for each entry the first Monday on which a policy proposed it."""
    first: dict[int, date] = {}
    for queued in policy:
        for entry in queued.entries:
            if entry is not None:
                first.setdefault(entry, queued.as_of)
    return first


def gains(entries: Sequence[int | None], emerging: Callable[[int], bool]) -> list[int]:
    """Return 1 for each place that holds an emerging entry for the first time, else 0."""
    seen: set[int] = set()
    result: list[int] = []
    for entry in entries:
        good = entry is not None and entry not in seen and emerging(entry)
        result.append(int(good))
        if entry is not None:
            seen.add(entry)
    return result


def _week(queued: Queued, stick: Yardstick) -> tuple[date, float, int, float | None]:
    good = gains(queued.entries, stick.emerging)
    size = len(good)
    share = sum(good) / size if size else 0.0
    ideal = min(stick.active.get(queued.as_of, 0), DEPTH)
    if not ideal:
        return queued.as_of, share, size, None
    best = sum(1 / log2(place + 2) for place in range(ideal))
    got = sum(gain / log2(place + 2) for place, gain in enumerate(good[:DEPTH]))
    return queued.as_of, share, size, min(got / best, 1.0)


def _recall(stick: Yardstick, first: Mapping[int, date], which: Callable[[int], bool]) -> Estimate:
    chosen = [i for i, f in stick.followed.items() if which(len(f.story_days))]
    return estimate([float(index in first) for index in chosen], stick.seed)


def _found_by(stick: Yardstick, first: Mapping[int, date], nth: int) -> Estimate:
    hits: list[float] = []
    for index, followed in stick.followed.items():
        due = due_by(followed, nth, stick.mondays)
        if due is not None and due >= stick.measured_from:
            hits.append(float(first.get(index, date.max) <= due))
    return estimate(hits, stick.seed)


def due_by(followed: Followed, nth: int, mondays: Sequence[date]) -> date | None:
    """Return the first Monday by which an actor was told of in so many stories, if there is one."""
    if len(followed.story_days) < nth:
        return None
    return next((m for m in mondays if m >= followed.story_days[nth - 1]), None)


def _leads(followed: Mapping[int, Followed], first: Mapping[int, date]) -> Iterable[float]:
    for index, actor in followed.items():
        if index in first and len(actor.document_days) >= TENTH:
            yield round((actor.document_days[TENTH - 1] - first[index]) / timedelta(weeks=1), 2)


def _make_up(policy: Sequence[Queued], stick: Yardstick) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for queued in policy:
        if queued.as_of >= stick.measured_from:
            counts.update("?" if e is None else stick.course(e) for e in queued.entries)
    total = counts.total()
    return {course: round(n / total, 4) for course, n in sorted(counts.items())} if total else {}


@dataclass(frozen=True, slots=True)
class Stated:
    """A tenth of the scores, as stated and as it proved."""

    score: float
    """Their mean."""
    right: float
    """The share of them that was emerging."""
    n: int


def reliability(scores: Sequence[tuple[float, bool]]) -> tuple[Stated, ...]:
    """Return, for each tenth of the scores, their mean and how many proved right (DeGroot 1983)."""
    tenths: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for score, right in scores:
        tenths[min(int(10 * score), 9)].append((score, right))
    return tuple(
        Stated(
            round(sum(score for score, _ in some) / len(some), 4),
            round(sum(right for _, right in some) / len(some), 4),
            len(some),
        )
        for _, some in sorted(tenths.items())
    )
