"""The names in prepared texts: candidates, judged together over each whole text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nlp import agreement, classifier, features, model, questions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language
    from spacy.tokens import Doc

    from nlp.questions import Question
    from vigie.records import Label

BATCH = 30_000
"""Characters given to the language model at once: more only costs memory."""
JUDGED = 4_096
"""Candidates judged at once: five kilobytes each."""


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a text: characters start to end (exclusive), and those of its sentence."""

    start: int
    end: int
    label: Label
    confidence: float
    rule: str
    sentence: tuple[int, int]


def recognise(
    texts: Sequence[str],
    communes: Sequence[Sequence[tuple[int, int, str]]],
    language_model: Language,
    weights: classifier.Weights | None = None,
) -> Iterator[list[Found]]:
    """Yield the names of each prepared text, by position; `communes` are those it names.

    `weights` are the classifier's; by default those that come with the program.
    """
    weights = weights or classifier.shipped()
    pairs = zip(texts, communes, strict=True)
    for batch in _batches(pairs):
        with model.swift(language_model):
            docs = language_model.pipe([plain for plain, _ in batch], batch_size=len(batch))
            found = [
                names_of(doc, questions.questions(doc, named), weights)
                for doc, (_, named) in zip(docs, batch, strict=True)
            ]
        yield from found


def _batches(
    pairs: Iterable[tuple[str, Sequence[tuple[int, int, str]]]],
) -> Iterator[list[tuple[str, Sequence[tuple[int, int, str]]]]]:
    """Yield the texts in groups of at most `BATCH` characters, or one by one if longer."""
    batch: list[tuple[str, Sequence[tuple[int, int, str]]]] = []
    size = 0
    for pair in pairs:
        if batch and size + len(pair[0]) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(pair)
        size += len(pair[0])
    if batch:
        yield batch


def names_of(doc: Doc, asked: Sequence[Question], weights: classifier.Weights) -> list[Found]:
    """Return the names of a text, given its candidates."""
    if not asked:
        return []
    candidates = [question.candidate for question in asked]
    judged = agreement.agreed(doc, asked, _judged(doc, asked, weights))
    return [
        _found(doc, asked[row], label, confidence)
        for row, label, confidence in classifier.chosen(candidates, judged)
    ]


def _judged(doc: Doc, asked: Sequence[Question], weights: classifier.Weights) -> classifier.Judged:
    """Return what the networks say of candidates, so many at a time that memory is bounded."""
    parts = []
    for first in range(0, len(asked), JUDGED):
        here = asked[first : first + JUDGED]
        vectors = features.vectors(doc, [q.candidate for q in here], [q.bounds for q in here])
        parts.append(classifier.judge(weights, [q.facts for q in here], vectors))
    if len(parts) == 1:
        return parts[0]
    return classifier.Judged(
        np.concatenate([part.presence for part in parts]),
        np.concatenate([part.bounds for part in parts]),
    )


def _found(doc: Doc, question: Question, label: Label, confidence: float) -> Found:
    candidate = question.candidate
    first, last = doc[candidate.start], doc[candidate.end - 1]
    closing = doc[question.bounds[1] - 1]
    return Found(
        start=first.idx,
        end=last.idx + len(last),
        label=label,
        confidence=confidence,
        rule=_rule(question),
        sentence=(doc[question.bounds[0]].idx, closing.idx + len(closing)),
    )


def _rule(question: Question) -> str:
    """Return what first drew attention to a name: its cues, or else what proposed it."""
    cues = [fact.removeprefix("cue=") for fact in question.facts if fact.startswith("cue=")]
    return "+".join(cues) if cues else "+".join(sorted(question.candidate.sources))
