"""Weights carried on from those that come with the program, a little way, by new lessons.

Fitting anew takes all of the shipped sentences (minutes and gigabytes); carried on, the networks
need only enough of them beside the judgements not to forget. Facts that the shipped weights do
not know teach nothing.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from nlp import classifier
from nlp.training import fitting

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from nlp.classifier import Weights
    from nlp.training.fitting import Table

EPOCHS = 3
RATE = 6e-4
"""Of learning: a tenth of that by which they were fitted."""
BATCH = 1024
KEPT = 0.7
"""Of the way that was gone: weights between those before and those after forget less than they
lose of what was learnt (Wortsman et al. 2022, “Robust fine-tuning of zero-shot models”)."""

Output = tuple["NDArray[np.float32]", "NDArray[np.float32]"]
"""Hidden units x classes (one column for yes and no), and offsets."""


def carry_on(
    weights: Weights, table: Table, seed: int, done: Callable[[int], None] = lambda _: None
) -> Weights:
    """Return weights that have also learnt a table, the same for the same seed.

    `done` is told of each network.
    """
    facts = fitting.encode(table.facts, dict(weights.index))
    matrix = hstack([facts, csr_matrix(table.vectors * fitting.SCALE)]).tocsr()
    first = np.vstack([weights.facts, weights.vectors / np.float32(fitting.SCALE)])
    hidden, offsets = first.copy(), weights.offsets.copy()
    outputs: dict[bool, list[Output]] = {True: [], False: []}
    at = 0
    every = [(True, o) for o in weights.presence] + [(False, o) for o in weights.bounds]
    for number, (presence, output) in enumerate(every):
        own = slice(at, at + len(output[0]))
        wanted = table.presence if presence else table.bounds
        known = wanted >= 0
        classes = np.unique(wanted[known])
        network = _started((first[:, own], weights.offsets[own]), output, classes, seed + number)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a few epochs are meant
            network.fit(matrix[known], wanted[known])
        hidden[:, own] = _between(first[:, own], network.coefs_[0])
        offsets[own] = _between(weights.offsets[own], network.intercepts_[0])
        outputs[presence].append(_output(network, output))
        at = own.stop
        done(1)
    return classifier.Weights(
        weights.index,
        hidden[: len(weights.index)],
        hidden[len(weights.index) :] * np.float32(fitting.SCALE),
        offsets,
        tuple(outputs[True]),
        tuple(outputs[False]),
    )


def _started(
    hidden: Output, output: Output, classes: NDArray[np.int64], seed: int
) -> MLPClassifier:
    """Return a network with the given layers; of its classes those that there are to learn."""
    network = MLPClassifier(
        (hidden[0].shape[1],),
        alpha=fitting.PENALTY,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=1,
        random_state=seed,
        tol=0.0,
        n_iter_no_change=EPOCHS,
        warm_start=True,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it only has to know its shape
        network.fit(np.zeros((len(classes), len(hidden[0])), dtype=np.float32), classes)
    units, offsets = output
    if units.shape[1] > 1:
        units, offsets = units[:, classes], offsets[classes]
    for layer, given in zip(network.coefs_, (hidden[0], units), strict=True):
        layer[:] = given
    for layer, given in zip(network.intercepts_, (hidden[1], offsets), strict=True):
        layer[:] = given
    network.set_params(max_iter=EPOCHS)
    return network


def _output(network: MLPClassifier, before: Output) -> Output:
    """Return the output of a network; classes that were not learnt stay as they were."""
    units, offsets = before[0].copy(), before[1].copy()
    columns = network.classes_ if units.shape[1] > 1 else [0]
    units[:, columns] = _between(units[:, columns], network.coefs_[1])
    offsets[columns] = _between(offsets[columns], network.intercepts_[1])
    return units, offsets


def _between(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (before + KEPT * (after - before)).astype(np.float32)
    return found
