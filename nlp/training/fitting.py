"""Weights from annotated sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from nlp import classifier, features, places, questions, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from spacy.language import Language

    from nlp.questions import Question


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the spans that were found in it by reading: (start, end, label)."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    weight: float = 1.0


@dataclass(slots=True)
class Table:
    """Candidates of many texts: what is told of each, and what it is."""

    facts: list[list[str]]
    vectors: NDArray[np.float32]
    classes: NDArray[np.int64]
    weights: NDArray[np.float64]


RARE = 2
"""Facts seen in fewer candidates teach nothing but by heart."""


def tabulate(
    examples: Sequence[Example], language_model: Language, territory: frozenset[str]
) -> Table:
    """Return the candidates of examples with their classes."""
    facts: list[list[str]] = []
    rows: list[NDArray[np.float32]] = []
    classes: list[int] = []
    weights: list[float] = []
    prepared = [text.prepare(example.text) for example in examples]
    for example, doc in zip(examples, language_model.pipe(prepared, batch_size=64), strict=True):
        asked = questions.questions(doc, places.communes_in(doc.text, territory))
        if not asked:
            continue
        truth = {(start, end): label for start, end, label in example.spans}
        for question in asked:
            candidate = question.candidate
            last = doc[candidate.end - 1]
            label = truth.get((doc[candidate.start].idx, last.idx + len(last)), "NOTHING")
            classes.append(classifier.CLASSES.index(label))
            weights.append(example.weight)
        facts += [question.facts for question in asked]
        rows.append(vectors_of(doc, asked))
    return Table(facts, np.vstack(rows), np.array(classes), np.array(weights))


def vectors_of(doc: object, asked: Sequence[Question]) -> NDArray[np.float32]:
    """Return the contextual vectors of questions."""
    return features.vectors(doc, [q.candidate for q in asked], [q.bounds for q in asked])  # type: ignore[arg-type]


def fit(table: Table, strength: float = 0.05, scale: float = 0.1) -> classifier.Weights:
    """Return weights fitted to a table.

    Args:
        table: what to learn from.
        strength: the inverse of the L2 penalty.
        scale: of the vectors, as opposed to facts of size one: smaller counts less.
    """
    index = frequent(table.facts)
    matrix = encode(table.facts, index)
    both = hstack([matrix, csr_matrix(table.vectors * scale)]).tocsr()
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    model.fit(both, table.classes, sample_weight=table.weights)
    coefficients = np.zeros((both.shape[1], len(classifier.CLASSES)), dtype=np.float32)
    coefficients[:, model.classes_] = model.coef_.T
    # The intercept goes to the fact that every candidate has.
    coefficients[index["bias"], model.classes_] += model.intercept_
    return classifier.Weights(
        index, coefficients[: len(index)], coefficients[len(index) :] * np.float32(scale)
    )


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
