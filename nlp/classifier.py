"""What a candidate names, how sure that is, and which of overlapping candidates to believe.

Two questions are put apart, since a span that overlaps a name is wrong in another way than one
that names nothing: does a name stand here, and of what kind (*presence*), and are these its very
bounds (*bounds*)? Each is answered by small networks of one hidden layer over facts and
contextual vectors, averaged. Their weights are arrays in a `.npz` file, read without running
anything that is stored in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nlp.spans import Candidate

CLASSES = ("NOTHING", *(label.value for label in Label))
"""In the order of the presence networks' outputs."""
WEIGHTS = "weights.npz"
PRESENT = 0.6
"""A name is believed to stand where this share of the evidence says so."""
CALIBRATION = (0.52, -0.13)
"""Slope and shift of the log odds by which presence becomes confidence (Platt, 1999)."""
LENIENCE = 2.0
"""Added to the log odds of a candidate's bounds: how much a doubtful end is forgiven."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The networks: their hidden layers side by side, their outputs one by one."""

    index: Mapping[str, int]
    """Rows of `facts`."""
    facts: NDArray[np.float32]
    """Facts x hidden units of all networks."""
    vectors: NDArray[np.float32]
    """Vector components x hidden units of all networks."""
    offsets: NDArray[np.float32]
    """Of the hidden units."""
    presence: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    """For each network, units x classes and offsets; they own the first hidden units."""
    bounds: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    """For each network, units x 1 and offset."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the networks say of candidates."""

    presence: NDArray[np.float32]
    """Candidates x classes, each row a distribution."""
    bounds: NDArray[np.float32]
    """Candidates: the probability that a name that is met has these bounds."""


@cache
def shipped() -> Weights:
    """Return the weights that come with the program."""
    with files("nlp").joinpath(WEIGHTS).open("rb") as stored:
        return read(stored)


def read(stored: IO[bytes]) -> Weights:
    """Return the weights of a file that `save` wrote; ValueError or KeyError if it is another."""
    arrays = np.load(stored, allow_pickle=False)
    names = str(arrays["names"]).split("\n")

    def outputs(kind: str) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
        count = sum(key.startswith(f"{kind}_units_") for key in arrays.files)
        return tuple(
            (
                arrays[f"{kind}_units_{n}"].astype(np.float32),
                arrays[f"{kind}_offsets_{n}"].astype(np.float32),
            )
            for n in range(count)
        )

    return Weights(
        {name: position for position, name in enumerate(names)},
        arrays["facts"] * arrays["steps"],
        arrays["vectors"].astype(np.float32),
        arrays["offsets"].astype(np.float32),
        outputs("presence"),
        outputs("bounds"),
    )


def save(weights: Weights, path: Path) -> None:
    """Write weights; the same weights give the same bytes.

    Half precision, and a byte for each weight of a fact, in steps that fit its hidden unit: on
    real sentences that reads as full precision does, in a quarter of the room.
    """
    steps = np.abs(weights.facts).max(axis=0) / 127
    steps[steps == 0] = 1
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "names": np.array("\n".join(weights.index)),
        "facts": np.round(weights.facts / steps).astype(np.int8),
        "vectors": weights.vectors,
        "offsets": weights.offsets,
    }
    for kind, outputs in (("presence", weights.presence), ("bounds", weights.bounds)):
        for number, (units, offsets) in enumerate(outputs):
            arrays[f"{kind}_units_{number}"] = units
            arrays[f"{kind}_offsets_{number}"] = offsets
    half: dict[str, Any] = {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in arrays.items()
    }
    np.savez_compressed(path, steps=steps, **half)


def judge(weights: Weights, facts: Sequence[Sequence[str]], vectors: NDArray[np.float32]) -> Judged:
    """Return what the networks say of candidates, given their facts and vectors."""
    from scipy.sparse import csr_matrix

    index = weights.index
    rows = [[index[fact] for fact in told if fact in index] for told in facts]
    indices = np.fromiter(chain.from_iterable(rows), np.int32)
    indptr = np.zeros(len(rows) + 1, np.int32)
    np.cumsum([len(row) for row in rows], out=indptr[1:])
    ones = np.ones(len(indices), np.float32)
    told_facts = csr_matrix((ones, indices, indptr), shape=(len(rows), len(index)))
    hidden = vectors @ weights.vectors + weights.offsets
    hidden += told_facts @ weights.facts
    np.maximum(hidden, 0, out=hidden)
    presence = np.zeros((len(facts), len(CLASSES)), dtype=np.float32)
    bounds = np.zeros(len(facts), dtype=np.float32)
    first = 0
    for units, offsets in weights.presence:
        scores = hidden[:, first : first + len(units)] @ units + offsets
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        presence += scores / scores.sum(axis=1, keepdims=True)
        first += len(units)
    for units, offsets in weights.bounds:
        scores = hidden[:, first : first + len(units)] @ units + offsets
        bounds += 1 / (1 + np.exp(-scores[:, 0]))
        first += len(units)
    presence /= len(weights.presence)
    bounds /= len(weights.bounds)
    return Judged(presence, bounds)


def chosen(candidates: Sequence[Candidate], judged: Judged) -> list[tuple[int, Label, float]]:
    """Return (candidate's position, label, confidence) of those to believe, none overlapping.

    Where a name is believed to stand, the likeliest bounds are taken: those of the set without
    overlap whose log odds sum highest (weighted interval scheduling), or else the best single
    candidate of a place where no bounds convince.
    """
    presence = 1 - judged.presence[:, 0]
    best = judged.presence[:, 1:].argmax(axis=1) + 1
    joint = np.clip(presence * judged.bounds, 1e-6, 1 - 1e-6)
    worth = np.log(joint / (1 - joint)) + LENIENCE
    eligible = [row for row in range(len(candidates)) if presence[row] >= PRESENT]
    taken = _scheduled(candidates, [row for row in eligible if worth[row] > 0], worth)
    taken += _last_resort(candidates, eligible, taken, joint)
    taken.sort(key=lambda row: candidates[row].start)
    sure = confidence(presence)
    return [(row, Label(CLASSES[best[row]]), float(sure[row])) for row in taken]


def confidence(presence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how often a name that the networks are so sure of is one, in real text.

    They learnt from invented sentences, in which they are hardly ever wrong.
    """
    slope, shift = CALIBRATION
    bounded = np.clip(presence.astype(np.float64), 1e-6, 1 - 1e-6)
    odds = slope * np.log(bounded / (1 - bounded)) + shift
    result: NDArray[np.float32] = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return result


def _scheduled(
    candidates: Sequence[Candidate], rows: Sequence[int], worth: NDArray[np.float32]
) -> list[int]:
    totals: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ends = [0]
    for row in sorted(rows, key=lambda row: candidates[row].end):
        position = int(np.searchsorted(ends, candidates[row].start, side="right")) - 1
        total, before = totals[position]
        with_it = total + float(worth[row])
        totals.append((with_it, (*before, row)) if with_it > totals[-1][0] else totals[-1])
        ends.append(candidates[row].end)
    return list(totals[-1][1])


def _last_resort(
    candidates: Sequence[Candidate],
    eligible: Sequence[int],
    taken: Sequence[int],
    joint: NDArray[np.float32],
) -> list[int]:
    """Return the best candidate of each place where a name stands and none was taken."""
    standing: dict[int, list[int]] = {}
    for row in eligible:
        for place in range(candidates[row].start, candidates[row].end):
            standing.setdefault(place, []).append(row)

    def rivals(row: int) -> set[int]:
        places = range(candidates[row].start, candidates[row].end)
        return {other for place in places for other in standing.get(place, ())}

    blocked = set(taken).union(*map(rivals, taken))
    found: list[int] = []
    for row in sorted(set(eligible) - blocked, key=lambda row: -joint[row]):
        beside = rivals(row)
        if blocked.isdisjoint(beside):
            found.append(row)
            blocked |= beside
    return found
