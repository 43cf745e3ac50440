"""What the queue was promised to reach, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.measures import Measures
    from signals.reckoning import Backtest

WRONG = ("institution", "person", "work", "seasonal")


@dataclass(frozen=True, slots=True)
class Bar:
    """One of them."""

    name: str
    figure: float | None
    bar: float
    most: bool = False
    """The figure must not be over it; else not under it."""

    @property
    def said(self) -> str:
        """Return what came of it."""
        if self.figure is None:
            return "not measured"
        held = self.figure <= self.bar if self.most else self.figure >= self.bar
        return "met" if held else "missed"


def of_queue(found: Backtest) -> Iterator[Bar]:
    """Yield the bars of a replay on a simulated territory."""
    own = found.policies["vigie"]
    yield Bar("precision of the queue", own.precision.value, 0.80)
    yield Bar("worst week with 25 active", own.worst, 0.60)
    yield Bar("recall, named twice or more", own.recall_twice.value, 0.85)
    yield Bar("found by mention 1", own.found_by[0].value, 0.35)
    yield Bar("found by mention 2", own.found_by[1].value, 0.80)
    yield Bar("recall, named once", own.recall_once.value, 0.30)
    yield Bar("delayed beside sudden", _beside(found, "delayed", "sudden"), 0.70)
    yield Bar("NDCG@25", own.ndcg.value, 0.80)
    share = sum(own.make_up.get(one, 0.0) for one in WRONG)
    yield Bar("institutions, persons, works, seasonal", share, 0.05, most=True)
    for name in ("most_mentioned", "random"):
        yield Bar(f"precision, times {name}", _times(own, found.policies[name]), 2.0)


def _beside(found: Backtest, course: str, other: str) -> float | None:
    by = found.by_course
    if course not in by or other not in by:
        return None
    recall, whole = by[course].recall.value, by[other].recall.value
    return recall / whole if recall is not None and whole else None


def _times(own: Measures, other: Measures) -> float | None:
    mine, theirs = own.precision.value, other.precision.value
    return mine / theirs if mine is not None and theirs else None
