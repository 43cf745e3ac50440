"""Has the rate of a rare thing risen? Answers that hold for counts of a few."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from scipy.special import betainc, ndtr

if TYPE_CHECKING:
    from collections.abc import Sequence

PRIOR_STORIES = 0.5
PRIOR_WEEKS = 8.0
"""Before anything is seen, an actor is worth half a story in eight weeks."""


def rate_rose(recent: int, recent_weeks: float, before: int, before_weeks: float) -> float:
    """Return the probability that the weekly rate of stories is higher now than before.

    Both rates have a Gamma(½, 8 weeks) prior and Poisson counts, so their posteriors are
    Gamma; the ratio of two Gamma variables is a beta prime, hence the incomplete beta function
    (Gelman et al., *Bayesian Data Analysis*, 2013, section 2.6).
    """
    scale = (PRIOR_WEEKS + recent_weeks) / (PRIOR_WEEKS + before_weeks)
    now, then = PRIOR_STORIES + recent, PRIOR_STORIES + before
    return 1.0 - float(betainc(now, then, scale / (1.0 + scale)))


def burst_weight(counts: Sequence[int], ratio: float = 4.0, inertia: float = 1.0) -> float:
    """Return how strongly the last weeks stand in a burst (nats); 0 if they do not.

    `counts` are stories a week, oldest first. This is the two-state automaton of Kleinberg
    (2002, section 3), with Poisson batches: the calm state has the mean rate, the burst state
    `ratio` times that, and entering it costs `inertia`·ln(weeks). With one burst that lasts
    until now, its weight is the best sum, over the bursts that end in the last two weeks, of
    what each week saves over staying calm.
    """
    weeks = len(counts)
    if weeks < 3 or sum(counts) < 2:
        return 0.0
    calm = (sum(counts) + PRIOR_STORIES) / (weeks + PRIOR_WEEKS)
    entering, running, best = inertia * log(weeks), 0.0, 0.0
    for index, count in enumerate(counts):
        saved = count * log(ratio) - (ratio - 1.0) * calm
        running = max(running, 0.0) + saved
        if index >= weeks - 2:
            best = max(best, running)
    return max(best - entering, 0.0)


def laplace_trend(days: Sequence[int], length: int) -> float:
    """Return the probability that stories come faster and faster, by Laplace's trend test.

    `days` are counted from the start of a window of `length` days. Under a constant rate their
    mean is half the length, with a variance of length²/12n (Cox & Lewis 1966, section 3.3).
    """
    if len(days) < 3 or length <= 0:
        return 0.5
    mean = sum(days) / len(days)
    return float(ndtr((mean - length / 2) / (length / sqrt(12 * len(days)))))


def would_have_been_seen(exposure: float, typical: float = 4.0) -> float:
    """Return the probability that an old actor would have been seen in `exposure` weeks.

    Its rate is unknown: exponential with a mean of one story in `typical` weeks. Mixed over it,
    the Poisson probability of silence is typical/(typical + exposure).
    """
    exposure = max(exposure, 0.0)
    return exposure / (exposure + typical)


def saturate(weight: float, scale: float) -> float:
    """Return a value from 0 to 1 that grows with a weight and levels off."""
    return 1.0 - exp(-weight / scale)
