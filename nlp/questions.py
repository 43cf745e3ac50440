"""From an analysed text to its candidates with their facts, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp import features, spans, text
from nlp.spans import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc

    from nlp.spans import Tokens


@dataclass(slots=True)
class Question:
    """A candidate, the tokens of its sentence, and its facts."""

    candidate: Candidate
    bounds: tuple[int, int]
    facts: list[str]
    surface: str
    """The candidate's words in lower case, by which its other occurrences are known."""


def questions(doc: Doc, communes: Sequence[tuple[int, int, str]]) -> list[Question]:
    """Return every candidate of a document with its facts, in order of sentence."""
    tokens = spans.tokens_of(doc)
    words = [word.lower().replace("’", "'") for word in tokens.texts]
    entities = spans.from_entities(tokens, words)
    in_communes = _tokens_of(doc, communes)
    found: list[tuple[Candidate, tuple[int, int]]] = []
    for bounds in token_sentences(tokens):
        here = spans.candidates(tokens, bounds, words)
        known = {(c.start, c.end): c for c in here}
        for start, end in entities:
            if bounds[0] <= start and end <= bounds[1] and start < end:
                candidate = known.get((start, end))
                if candidate is None:
                    candidate = Candidate(start, end)
                    known[start, end] = candidate
                    here.append(candidate)
                candidate.sources.add("model")
        found += [(candidate, bounds) for candidate in here]
    surfaces = [" ".join(words[c.start : c.end]) for c, _ in found]
    repeats = Counter(surfaces)
    return [
        Question(
            candidate,
            bounds,
            features.facts(
                tokens, candidate, bounds, words, entities, in_communes, repeats[surface]
            ),
            surface,
        )
        for (candidate, bounds), surface in zip(found, surfaces, strict=True)
    ]


def token_sentences(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a document as token bounds."""
    starts = tokens.starts
    position = 0
    for low, high in text.sentences(tokens.text):
        while position < len(starts) and starts[position] < low:
            position += 1
        first = position
        while position < len(starts) and starts[position] < high:
            position += 1
        if position > first:
            yield first, position


def _tokens_of(doc: Doc, places: Sequence[tuple[int, int, str]]) -> frozenset[int]:
    covered: set[int] = set()
    for start, end, _ in places:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            covered.update(range(span.start, span.end))
    return frozenset(covered)
