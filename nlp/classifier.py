"""What a candidate names, how sure that is, and which of overlapping candidates to believe.

One multinomial logistic regression over facts and contextual vectors; its weights are arrays in
a `.npz` file, read without running anything that is stored in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from nlp.spans import Candidate

CLASSES = ("NOTHING", *(label.value for label in Label))
"""In the order of the weights' columns."""
WEIGHTS = "weights.npz"


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained classifier."""

    index: Mapping[str, int]
    facts: NDArray[np.float32]
    """Facts x classes."""
    vectors: NDArray[np.float32]
    """Vector components x classes."""
    temperature: float = 1.0


@cache
def shipped() -> Weights:
    """Return the weights that come with the program."""
    with files("nlp").joinpath(WEIGHTS).open("rb") as stored:
        arrays = np.load(stored, allow_pickle=False)
        names = str(arrays["names"]).split("\n")
        return Weights(
            {name: position for position, name in enumerate(names)},
            arrays["facts"].astype(np.float32),
            arrays["vectors"].astype(np.float32),
            float(arrays["temperature"]),
        )


def probabilities(
    weights: Weights, facts: Sequence[Sequence[str]], vectors: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the probability of each class for each candidate (candidates x classes)."""
    scores = vectors @ weights.vectors
    index = weights.index
    for row, told in enumerate(facts):
        known = [index[fact] for fact in told if fact in index]
        scores[row] += weights.facts[known].sum(axis=0)
    scores /= weights.temperature
    scores -= scores.max(axis=1, keepdims=True)
    exponentials = np.exp(scores)
    shares: NDArray[np.float32] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares


def chosen(
    candidates: Sequence[Candidate], shares: NDArray[np.float32], threshold: float = -0.7
) -> list[tuple[Candidate, Label, float]]:
    """Return the candidates to believe: of all sets without overlap, the likeliest.

    A candidate counts for the log of how much likelier its best label is than no name at all;
    `threshold` is added to what no name at all is worth. Weighted interval scheduling.
    """
    logs = np.log(np.maximum(shares, 1e-9))
    best = logs[:, 1:].argmax(axis=1)
    worth = logs[np.arange(len(logs)), best + 1] - logs[:, 0] - threshold
    order = sorted(
        (row for row in range(len(candidates)) if worth[row] > 0),
        key=lambda row: candidates[row].end,
    )
    totals: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ends = [0]
    for row in order:
        position = int(np.searchsorted(ends, candidates[row].start, side="right")) - 1
        total, rows = totals[position]
        taken = total + float(worth[row])
        totals.append((taken, (*rows, row)) if taken > totals[-1][0] else totals[-1])
        ends.append(candidates[row].end)
    return [
        (candidates[row], Label(CLASSES[best[row] + 1]), float(shares[row, best[row] + 1]))
        for row in totals[-1][1]
    ]
