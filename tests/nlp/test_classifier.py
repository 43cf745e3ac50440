"""Weights on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp import classifier

if TYPE_CHECKING:
    from pathlib import Path

RNG = np.random.default_rng(5)


def _some(*shape: int) -> np.ndarray:
    return RNG.normal(scale=0.1, size=shape).astype(np.float32)


def test_weights_read_from_a_file_judge_as_those_that_were_written(tmp_path: Path) -> None:
    facts = [f"fact {number}" for number in range(300)]
    weights = classifier.Weights(
        index={fact: row for row, fact in enumerate(facts)},
        facts=_some(300, 12),
        vectors=_some(6, 12),
        offsets=_some(12),
        presence=((_some(8, len(classifier.CLASSES)), _some(len(classifier.CLASSES))),),
        bounds=((_some(4, 1), _some(1)),),
    )
    path = tmp_path / "weights.npz"
    classifier.save(weights, path)
    with path.open("rb") as stored:
        again = classifier.read(stored)
    told, vectors = [facts[first : first + 40] for first in range(0, 240, 40)], _some(6, 6)
    before, after = (classifier.judge(each, told, vectors) for each in (weights, again))
    assert np.abs(before.presence - after.presence).max() < 0.002
    assert np.abs(before.bounds - after.bounds).max() < 0.002


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        classifier.save(classifier.shipped(), tmp_path / f"{name}.npz")
    first, second = ((tmp_path / f"{name}.npz").read_bytes() for name in ("first", "second"))
    assert first == second
