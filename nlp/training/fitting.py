"""Weights from annotated sentences."""

from __future__ import annotations

import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from nlp import classifier, features, places, questions, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language
    from spacy.tokens import Doc

SCALE = 0.1
"""Of the contextual vectors beside facts of size one."""
RARE = 5
"""Facts seen in fewer candidates teach nothing but by heart."""
UNITS = {"presence": 64, "bounds": 44}
NETWORKS = 5
"""Of each kind, averaged: several seeds agree where one was lucky."""
AT_ONCE = 2
"""Networks that are fitted at the same time; which ones changes nothing in them."""
EPOCHS = 9
PENALTY = 0.5
BATCH = 1024
RATE = 5.6e-3
"""Of learning, for batches of this size."""
SAME = 0.5
"""A candidate names what a name does when they share this much of their union."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the spans that were found in it by reading: (start, end, label)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Table:
    """Candidates of many texts: what is told of each, and what it is."""

    facts: list[list[str]]
    vectors: NDArray[np.float32]
    presence: NDArray[np.int64]
    """The class; -1 where the candidate shares too little with a name to say."""
    bounds: NDArray[np.int64]
    """1 where the bounds are a name's own, 0 where they only meet one, -1 elsewhere."""


def tabulate(
    examples: Sequence[Example], language_model: Language, territory: frozenset[str]
) -> Table:
    """Return the candidates of examples with what they are."""
    facts: list[list[str]] = []
    rows: list[NDArray[np.float32]] = []
    targets: list[tuple[int, int]] = []
    prepared = [text.prepare(example.text) for example in examples]
    for example, doc in zip(examples, language_model.pipe(prepared, batch_size=64), strict=True):
        asked = questions.questions(doc, places.communes_in(doc.text, territory))
        if not asked:
            continue
        targets += [target(doc, q.candidate.start, q.candidate.end, example) for q in asked]
        facts += [question.facts for question in asked]
        rows.append(features.vectors(doc, [q.candidate for q in asked], [q.bounds for q in asked]))
    presence, bounds = np.array(targets).T
    return Table(facts, np.vstack(rows), presence, bounds)


def target(doc: Doc, first: int, after: int, example: Example) -> tuple[int, int]:
    """Return the presence and bounds of a candidate, in tokens, as `Table` has them."""
    start, end = doc[first].idx, doc[after - 1].idx + len(doc[after - 1])
    share, label = max(
        (
            (min(end, b) - max(start, a)) / (max(end, b) - min(start, a)),
            name,
        )
        for a, b, name in (*example.spans, (-2, -1, "NOTHING"))
    )
    if share <= 0:
        return 0, -1
    return classifier.CLASSES.index(label) if share >= SAME else -1, int(share == 1)


def fit(table: Table, seed: int = 1) -> classifier.Weights:
    """Return weights fitted to a table, the same for the same seed."""
    index = frequent(table.facts)
    matrix = hstack([encode(table.facts, index), csr_matrix(table.vectors * SCALE)]).tocsr()
    networks: dict[str, list[MLPClassifier]] = {}
    for kind, wanted in (("presence", table.presence), ("bounds", table.bounds)):
        known = wanted >= 0
        lessons, answers = matrix[known], wanted[known]
        blank = [_network(UNITS[kind], seed + number) for number in range(NETWORKS)]
        with warnings.catch_warnings(), ThreadPoolExecutor(AT_ONCE) as threads:
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
            networks[kind] = list(threads.map(partial(_fitted, lessons, answers), blank))
    every = [*networks["presence"], *networks["bounds"]]
    first = np.hstack([network.coefs_[0] for network in every]).astype(np.float32)
    return classifier.Weights(
        index,
        first[: len(index)],
        first[len(index) :] * np.float32(SCALE),
        np.hstack([network.intercepts_[0] for network in every]).astype(np.float32),
        tuple(map(_all_classes, networks["presence"])),
        tuple(
            (n.coefs_[1].astype(np.float32), n.intercepts_[1].astype(np.float32))
            for n in networks["bounds"]
        ),
    )


def _network(units: int, seed: int) -> MLPClassifier:
    return MLPClassifier(
        (units,),
        alpha=PENALTY,
        batch_size=BATCH,
        learning_rate_init=RATE,
        max_iter=EPOCHS,
        random_state=seed,
        # Stopping early is meant: more epochs learn the templates by heart.
        tol=0.0,
        n_iter_no_change=EPOCHS,
    )


def _fitted(
    lessons: csr_matrix, answers: NDArray[np.int64], network: MLPClassifier
) -> MLPClassifier:
    network.fit(lessons, answers)
    return network


def _all_classes(network: MLPClassifier) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a network's outputs with a column for every class, seen in training or not."""
    units = np.zeros((network.coefs_[1].shape[0], len(classifier.CLASSES)), dtype=np.float32)
    offsets = np.full(len(classifier.CLASSES), -20.0, dtype=np.float32)
    units[:, network.classes_] = network.coefs_[1]
    offsets[network.classes_] = network.intercepts_[1]
    return units, offsets


def frequent(facts: Iterable[Sequence[str]]) -> dict[str, int]:
    """Return the facts worth a weight, numbered."""
    counts = Counter(fact for told in facts for fact in set(told))
    kept = sorted(fact for fact, count in counts.items() if count >= RARE)
    return {fact: position for position, fact in enumerate(kept)}


def encode(facts: Sequence[Sequence[str]], index: dict[str, int]) -> csr_matrix:
    """Return facts as a sparse matrix of zeros and ones."""
    rows = [[index[fact] for fact in set(told) if fact in index] for told in facts]
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.concatenate([np.array(row, dtype=np.int64) for row in rows])
    data = np.ones(len(indices), dtype=np.float32)
    return csr_matrix((data, indices, indptr), shape=(len(facts), len(index)))
