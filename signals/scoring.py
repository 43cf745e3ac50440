"""From features to a score, and back to what each feature brought.

The log-odds are a plain sum: `START` + Σ weight · value. The score is its logistic, a number
like a probability. A reader wants parts that add up to the *score*, so each part is shared out
along the straight path from nothing to what was found (Aumann & Shapley 1974; for a logistic
of a sum the path integral is closed): every feature gets the same slope,

    contribution = weight · value · (σ(z) − σ(START)) / (z − START),

and the start itself contributes σ(START). Contributions are rounded to four decimals and what
the rounding leaves goes to the largest, so that the shown figures add up to the shown score
exactly. Dividing contributions by the slope gives back log-odds: their order is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from typing import TYPE_CHECKING

from signals.features import FEATURES, START
from vigie.records import Feature, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signals.context import Context, Found
    from signals.profile import Profile

_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Scored:
    """An actor with what its features say."""

    profile: Profile
    found: Mapping[str, Found]
    log_odds: float
    shift: float = 0.0
    """Of the log-odds, by what was learnt of how many an officer keeps (`learning.shift`)."""

    @property
    def worth(self) -> float:
        """Return the score less what was learnt of how many are kept: is it worth a place?"""
        return round(logistic(self.log_odds - self.shift), _DIGITS)

    @property
    def score(self) -> float:
        """Return the score, from 0 to 1, to four decimals."""
        return round(logistic(self.log_odds), _DIGITS)


@lru_cache(maxsize=1)
def published_weights() -> Mapping[str, float]:
    """Return the weights that stand beside the features, and the start."""
    return {"start": START} | {term.name: term.weight for term in FEATURES}


def logistic(log_odds: float) -> float:
    """Return the probability of some log-odds."""
    return 1 / (1 + exp(-max(min(log_odds, 60.0), -60.0)))


def score(
    profile: Profile, context: Context, weights: Mapping[str, float], shift: float = 0.0
) -> Scored:
    """Return what all features say of an actor."""
    found: dict[str, Found] = {}
    total = weights["start"]
    for term in FEATURES:
        if not weights[term.name]:
            continue
        answer = term.function(profile, context)
        if answer is not None and answer.value:
            found[term.name] = answer
            total += weights[term.name] * answer.value
    return Scored(profile, found, total, shift)


def reasons(scored: Scored, weights: Mapping[str, float]) -> tuple[Feature, ...]:
    """Return the features, the weightiest first; their contributions add up to the score."""
    start, end = logistic(weights["start"]), logistic(scored.log_odds)
    distance = scored.log_odds - weights["start"]
    slope = (end - start) / distance if abs(distance) > 1e-9 else start * (1 - start)
    parts = {name: weights[name] * found.value * slope for name, found in scored.found.items()}
    shares = _rounded({"start": start} | parts, scored.score)
    features = [
        Feature(
            name=name,
            value=round(found.value, _DIGITS),
            weight=weights[name],
            contribution=shares[name],
            detail=found.detail,
        )
        for name, found in scored.found.items()
    ]
    features.sort(key=lambda f: (-abs(f.contribution), f.name))
    return (*features, _start(weights["start"], shares["start"]))


def _start(weight: float, share: float) -> Feature:
    return Feature(
        name="start",
        value=1.0,
        weight=weight,
        contribution=share,
        detail=Message("Point de départ : la plupart des noms cités ne sont pas émergents"),
    )


def _rounded(parts: Mapping[str, float], total: float) -> dict[str, float]:
    """Round parts so that their decimals add up to a total that is rounded already."""
    unit = 10**_DIGITS
    whole = {name: round(part * unit) for name, part in parts.items()}
    rest = round(total * unit) - sum(whole.values())
    largest = max(parts, key=lambda name: (abs(parts[name]), name))
    whole[largest] += rest
    return {name: count / unit for name, count in whole.items()}


_GROUNDS = ("start", "evidence")
"""Terms that say that it is a group at all, and nothing of this week."""


def why_now(reasons: Sequence[Feature], most: int = 3) -> tuple[Feature, ...]:
    """Return the reasons that speak for an actor this week, the strongest first."""
    telling = [r for r in reasons if r.contribution > 0 and r.name not in _GROUNDS]
    return tuple(sorted(telling, key=lambda reason: -reason.contribution)[:most])
