"""What simulated territories teach the published weights of the score.

Usage: python -m benchmarks.weights [--seeds 101 102] [--keep DIR]

Every actor that was considered on a Monday is a line: what its features say, and whether it is
emerging; the lines of one actor together weigh as one, for they say much the same. Logistic
regression with a normal prior of deviation `PRIOR` around the weights that are published now,
each kept on its side of 0; the start is free. What weighs nothing until an officer judges (the
kinds), and what depends on how people write and on what a lab looks for, is left as it is.
Printed are the weights as fitted and rounded to quarters, and the start that goes with the
published ones (docs/decisions/0056); a person writes them into `signals/features.py`. The seeds
are never those of the other benchmarks.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from benchmarks import archive, report
from flows.backtest import mondays, placed
from nlp import names
from signals.backtest import WARM_UP
from signals.features import KINDS
from signals.queue import compose
from signals.ranking import rank
from signals.scoring import published_weights
from signals.truth import Matcher, read_truth
from storage import open_store
from storage.history import read_history
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

TERRITORY, WEEKS = "strasbourg", 52
PRIOR = 1.0
"""In log-odds for a full value."""
UNTOLD = (
    "evidence",
    "work",
    "institution",
    "event_name",
    "themes",
    "relevance",
    "nearness",
    "listed",
)
LEFT = {*KINDS, *UNTOLD}
"""A simulator cannot tell (docs/decisions/0032)."""


def lines(place: Path) -> Iterator[tuple[str, dict[str, float], bool]]:
    """Yield actors, what their features said on each Monday, and whether they are emerging."""
    settings = load(place)
    store = open_store(settings.storage.url, settings.folder)
    with store.reading() as c:
        history = read_history(c, zone=settings.zone)
        truth, _ = placed(c, read_truth(place / "web" / "truth.jsonl"))
    store.close()
    matcher, heard, last = Matcher(truth, names.key), date.min, None
    for number, week in enumerate(mondays(history)):
        for actor in week.actors:
            matcher.hear(actor.actor_id, (s for s in actor.sightings if s.day > heard))
        heard = week.as_of
        known = replace(week, last_queue=last)
        ranking = rank(known, settings.watch, published_weights())
        last = compose(ranking, known, settings.watch)
        if number < WARM_UP:
            continue
        for one in ranking.scored:
            index = matcher.entry(one.profile.actor_id)
            yield (
                f"{place.name} {one.profile.actor_id}",
                {name: found.value for name, found in one.found.items()},
                index is not None and truth[index].emerging is True,
            )


def fitted(
    values: NDArray[np.float64],
    right: NDArray[np.float64],
    worth: NDArray[np.float64],
    start: NDArray[np.float64],
    free: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the weights that a normal prior around some and the lines make the likeliest.

    The first weight is the start; it is free of the prior. What is not `free` stays.
    """
    prior = np.where(np.arange(len(start)) == 0, 0.0, 1 / PRIOR**2)

    def cost(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        odds, change = values @ weights, weights - start
        total = worth @ np.logaddexp(0.0, np.where(right > 0, -odds, odds))
        slope = values.T @ (worth * (expit(odds) - right)) + prior * change
        return float(total + (prior * change**2).sum() / 2), slope

    bounds = [
        (one, one) if not moves else (None, None) if not n else (0, None) if one > 0 else (None, 0)
        for n, (one, moves) in enumerate(zip(start, free, strict=True))
    ]
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def main() -> None:
    """Fit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102])
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    published = published_weights()
    order = list(published)
    whose: list[str] = []
    values: list[list[float]] = []
    right: list[bool] = []
    with tempfile.TemporaryDirectory() as made:
        for seed in given.seeds:
            folder = given.keep or Path(made)
            place = archive.simulated(folder, TERRITORY, weeks=WEEKS, seed=seed, scale=1.0)
            for actor, found, emerging in lines(place):
                whose.append(actor)
                values.append([1.0, *(found.get(name, 0.0) for name in order[1:])])
                right.append(emerging)
    start = np.array([published[name] for name in order])
    free = np.array([name not in LEFT for name in order])
    table = np.array(values)
    often = Counter(whose)
    worth = np.array([1 / often[actor] for actor in whose])
    weights = fitted(table, np.array(right, dtype=float), worth, start, free)
    rows = [
        (
            name,
            float(table[:, n].mean()),
            published[name],
            float(weights[n]),
            round(4 * weights[n]) / 4,
        )
        for n, name in enumerate(order)
        if free[n]
    ]
    title = f"{len(right)} lines of {len(often)} actors, {sum(right)} of them emerging"
    report.table(title, ("", "mean value", "published", "fitted", "rounded"), rows)
    alone = np.arange(len(order)) == 0
    begun = fitted(table, np.array(right, dtype=float), worth, start, alone)[0]
    print(f"the published weights go with a start of {begun:.2f} (published: {start[0]:.2f})")


if __name__ == "__main__":
    main()
