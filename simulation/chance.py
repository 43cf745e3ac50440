"""Chance that comes out the same on every machine."""

from __future__ import annotations

from math import exp
from random import Random


def stream(*keys: object) -> Random:
    """Return a source of chance that depends on the keys alone."""
    return Random("/".join(str(key) for key in keys))  # noqa: S311  # nothing here is a secret  # nothing here is a secret


def poisson(rate: float, rng: Random) -> int:
    """Return a Poisson draw (Knuth 1969, section 3.4.1), split so that large rates stay exact."""
    total = 0
    while rate > 20:
        total += poisson(20, rng)
        rate -= 20
    limit, product = exp(-rate), rng.random()
    while product > limit:
        total += 1
        product *= rng.random()
    return total
