"""Weights that lean towards what officers decide, and stay near the published ones.

With w the published weights, x the values of a judged candidate and y whether it was kept, the
change d of the weights minimises

    Σ log(1 + exp(−s·(w + d)·x)) + Σ dᵢ² / 2τᵢ²,   s = 1 if kept, else −1,

where the start, which alone says how many are kept, is as good as free: logistic regression with
a normal prior of deviation τ around the published weights (MAP; Genkin, Lewis & Madigan 2007,
section 2). scikit-learn's regression shrinks towards 0 and takes no offset, so SciPy minimises
this convex sum. How far weights may move, τ, one for the kinds of actors and one for the rest, is
what makes the judgements the likeliest (the evidence of MacKay 1992, by Laplace's approximation).
The published weights stay unless that is likelier by `LEAST_GAIN` than the published order
itself, made as steep or flat as the judgements are (Platt 1999): judgements that contradict each
other teach nothing.

How many she keeps is no taste. The learnt score says how likely she is to keep a candidate; who
is worth a place is asked of the learnt log-odds less `shift`, so that an officer who keeps one in
ten sees as long a queue as one who keeps every other, and in it more of what she keeps.
"""

from __future__ import annotations

from itertools import product
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from signals.features import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from vigie.records import Lesson

FEWEST = 20
"""Judgements under which the published weights stay."""
KIND_DEVIATIONS = (0.5, 1.0, 2.0, 4.0)
DEVIATIONS = (0.0, 0.25, 0.5)
"""τ in log-odds for a full value. A typical published weight is 2 and rests on thousands of actors;
a hundred verdicts on those whom it has chosen should not turn it over."""
FREE = 20.0
"""The same for the start: as good as free, and still found where all are kept or none."""
LEAST_GAIN = 1.0
"""Nats: « positive » evidence begins there (Kass & Raftery 1995, section 3.2)."""


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
    found = _moved(values, signs, start, np.array([name in KINDS for name in names]))
    if found is None:
        return published
    return dict(zip(names, (round(float(one), 3) for one in found), strict=True))


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


def kept_of(lessons: Sequence[Lesson], *, drawn: bool) -> tuple[int, int]:
    """Return how many were kept of those that entered by lot, or by the ranking, and how many.

    What is kept of those drawn is what the ranking misses.
    """
    some = [lesson.kept for lesson in lessons if lesson.drawn is drawn]
    return sum(some), len(some)


def _value(lesson: Lesson, name: str) -> float:
    """Return a feature's value; kinds are weightless until learnt, so that no reason says them."""
    if name == "start":
        return 1.0
    if name in KINDS:
        return float(KINDS[name] is lesson.kind)
    return lesson.values.get(name, 0.0)


def _moved(
    values: NDArray[np.float64],
    signs: NDArray[np.float64],
    start: NDArray[np.float64],
    kinds: NDArray[np.bool_],
) -> NDArray[np.float64] | None:
    """Return the weights of the likeliest τ; None when the published order is as likely."""
    order = np.column_stack([np.ones(len(signs)), values @ start])
    _, plain = _fitted(order, signs, np.array([0.0, 1.0]), np.array([FREE, 1.0]))
    best, most = None, plain + LEAST_GAIN
    for kind, other in product(KIND_DEVIATIONS, DEVIATIONS):
        scale = np.where(kinds, kind, other)
        scale[0] = FREE
        weights, evidence = _fitted(values, signs, start, scale)
        if evidence > most:
            best, most = weights, evidence
    return best


def _fitted(
    values: NDArray[np.float64],
    signs: NDArray[np.float64],
    start: NDArray[np.float64],
    scale: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Return the weights, and the logarithm of how likely such a prior makes the judgements.

    `scale` is how far each may move from its start; in these units the prior is standard normal.
    """
    from scipy.optimize import minimize

    scaled = values * scale

    def cost(change: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margins = signs * (values @ start + scaled @ change)
        total = np.logaddexp(0.0, -margins).sum() + change @ change / 2
        return float(total), change - scaled.T @ (signs * expit(-margins))

    def curve(change: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = expit(values @ start + scaled @ change)
        return np.asarray(scaled.T @ (scaled * (kept * (1 - kept))[:, None]) + np.eye(len(start)))

    found = minimize(cost, np.zeros_like(start), jac=True, hess=curve, method="trust-exact")
    _, volume = np.linalg.slogdet(curve(found.x))
    return np.asarray(start + scale * found.x), -float(found.fun) - float(volume) / 2
