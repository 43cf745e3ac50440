"""Weights that lean towards what officers decide, and stay near the published ones.

With w the published weights, x the values of a judged candidate and y whether it was kept, the
change d of the weights minimises

    Σ log(1 + exp(−s·(w + d)·x)) + |d|² / 2τ²,   s = 1 if kept, else −1,

where the start, which alone says how many are kept, is free of the second term: logistic
regression with a normal prior of deviation τ around the published weights (MAP; Genkin, Lewis &
Madigan 2007, section 2). scikit-learn's regression shrinks towards 0 and takes no offset, so
SciPy minimises this convex sum. How far weights may move, τ, is what predicts judgements best
that it was not fitted to. The published weights stay unless these are better, by more than a
standard error, than the published order itself, made as steep or flat as the judgements are
(Platt 1999): judgements that contradict each other teach nothing.

How many she keeps is no taste. The learnt score says how likely she is to keep a candidate; who
is worth a place is asked of the learnt log-odds less `shift`, so that an officer who keeps one in
ten sees as long a queue as one who keeps every other, and in it more of what she keeps.
"""

from __future__ import annotations

import hashlib
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from signals.features import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vigie.records import Lesson

FEWEST = 20
"""Judgements under which the published weights stay."""
DEVIATIONS = (0.25, 0.5, 1.0, 2.0)
"""τ in log-odds for a full value; a typical published weight is 1.5."""
FREE = 20.0
"""The same for the start: as good as free, and still found where all are kept or none."""
FOLDS = 5


def learned(lessons: Sequence[Lesson], published: Mapping[str, float]) -> Mapping[str, float]:
    """Return the weights after some judgements; the published ones when they teach nothing."""
    kept = sum(lesson.kept for lesson in lessons)
    if len(lessons) < FEWEST or not 0 < kept < len(lessons):
        return published
    names = sorted(published, key=lambda name: name != "start")
    ordered = sorted(lessons, key=lambda one: (one.week, one.actor_id))
    values = np.array([[_value(lesson, name) for name in names] for lesson in ordered])
    signs = np.array([1.0 if lesson.kept else -1.0 for lesson in ordered])
    start = np.array([published[name] for name in names])
    folds = np.array([_fold(lesson.actor_id) for lesson in ordered])
    deviation = _deviation(values, signs, start, folds)
    if not deviation:
        return published
    moved = _fitted(values, signs, start, deviation)
    return dict(zip(names, (round(float(one), 3) for one in moved), strict=True))


def shift(
    lessons: Sequence[Lesson], weights: Mapping[str, float], published: Mapping[str, float]
) -> float:
    """Return by how much weights move the log-odds of the judged candidates, in the mean."""
    if weights == published or not lessons:
        return 0.0
    moves = (
        sum((weights[name] - published[name]) * _value(lesson, name) for name in published)
        for lesson in lessons
    )
    return round(fsum(moves) / len(lessons), 6)


def drift(
    weights: Mapping[str, float], published: Mapping[str, float]
) -> tuple[tuple[str, float, float], ...]:
    """Return (feature, published, learned) where they differ, the farthest apart first."""
    moved = [(n, published[n], weights[n]) for n in published if weights[n] != published[n]]
    return tuple(sorted(moved, key=lambda one: (-abs(one[2] - one[1]), one[0])))


def _value(lesson: Lesson, name: str) -> float:
    """Return a feature's value; kinds are weightless until learnt, so that no reason says them."""
    if name == "start":
        return 1.0
    if name in KINDS:
        return float(KINDS[name] is lesson.kind)
    return lesson.values.get(name, 0.0)


def _fold(actor_id: str) -> int:
    return hashlib.sha256(actor_id.encode()).digest()[0] % FOLDS


def _deviation(
    values: NDArray[np.float64],
    signs: NDArray[np.float64],
    start: NDArray[np.float64],
    folds: NDArray[np.int_],
) -> float:
    """Return the τ that predicts best what it was not fitted to; 0: the published order does."""

    def left_out(
        values: NDArray[np.float64], start: NDArray[np.float64], deviation: float
    ) -> NDArray[np.float64]:
        losses = np.empty(len(signs))
        for fold in range(FOLDS):
            out = folds == fold
            moved = _fitted(values[~out], signs[~out], start, deviation)
            losses[out] = _losses(values[out], signs[out], moved)
        return losses

    order = np.column_stack([np.ones(len(signs)), values @ start])
    plain = left_out(order, np.array([0.0, 1.0]), FREE)
    best, gain = 0.0, 0.0
    for deviation in DEVIATIONS:
        saved = plain - left_out(values, start, deviation)
        error = saved.std(ddof=1) / np.sqrt(len(saved))
        if saved.mean() > max(gain, float(error)):
            best, gain = deviation, float(saved.mean())
    return best


def _losses(
    values: NDArray[np.float64], signs: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(np.logaddexp(0.0, -signs * (values @ weights)))


def _fitted(
    values: NDArray[np.float64],
    signs: NDArray[np.float64],
    start: NDArray[np.float64],
    deviation: float,
) -> NDArray[np.float64]:
    """Return the weights; the first one, the start, moves freely, the others as τ allows."""
    scale = np.full(len(start), deviation)
    scale[0] = FREE

    def cost(change: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (values @ (start + scale * change))
        total = np.logaddexp(0.0, -margins).sum() + change @ change / 2
        slope = -scale * (values.T @ (signs * expit(-margins))) + change
        return float(total), slope

    def curve(change: NDArray[np.float64]) -> NDArray[np.float64]:
        sure = expit(values @ (start + scale * change))
        scaled = values * scale
        return np.asarray(scaled.T @ (scaled * (sure * (1 - sure))[:, None]) + np.eye(len(start)))

    found = minimize(cost, np.zeros_like(start), jac=True, hess=curve, method="trust-exact")
    return np.asarray(start + scale * found.x)
