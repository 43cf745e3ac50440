"""From an analysed text to its candidates with their facts, sentence by sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nlp import announced, features, spans, text
from nlp.spans import Candidate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spacy.tokens import Doc

    from nlp.spans import Tokens


HALL = ("mairie de ", "mairie d'")


@dataclass(slots=True)
class Question:
    """A candidate, the tokens of its sentence, and its facts."""

    candidate: Candidate
    bounds: tuple[int, int]
    facts: list[str]
    surface: str
    """The candidate's words in lower case, by which its other occurrences are known."""
    settled: bool = False
    """Words around it, or its own first one, may leave no doubt (`nlp.certainties`)."""


def questions(doc: Doc, communes: Sequence[tuple[int, int, str]]) -> list[Question]:
    """Return every candidate of a document with its facts, in order of sentence."""
    tokens = spans.tokens_of(doc)
    entities = spans.from_entities(tokens)
    reader = features.Reader(tokens, entities, _tokens_of(tokens, communes))
    ordered = sorted(entities)
    found: list[tuple[Candidate, tuple[int, int]]] = []
    for bounds in token_sentences(tokens):
        here = spans.candidates(tokens, bounds)
        known = {(c.start, c.end): c for c in here}
        first = bisect_left(ordered, (bounds[0], 0))
        entities_here = ordered[first : bisect_left(ordered, (bounds[1], 0))]
        others = [("model", one) for one in entities_here if one[1] <= bounds[1]]
        others += [("announced", one) for one in announced.announced(tokens, bounds)]
        for source, (start, end) in others:
            candidate = known.get((start, end))
            if candidate is None:
                candidate = Candidate(start, end)
                known[start, end] = candidate
                here.append(candidate)
            candidate.sources.add(source)
        found += [(candidate, bounds) for candidate in here]
    surfaces = [" ".join(tokens.words[c.start : c.end]) for c, _ in found]
    repeats = Counter(surfaces)
    return [
        Question(
            candidate,
            bounds,
            reader.facts(candidate, bounds, repeats[surface]),
            surface,
            candidate.start in reader.telling
            or candidate.end in reader.telling
            or "announced" in candidate.sources
            or surface.startswith(HALL),
        )
        for (candidate, bounds), surface in zip(found, surfaces, strict=True)
    ]


def token_sentences(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a document as token bounds."""
    starts = tokens.starts
    position = 0
    for low, high in text.sentences(tokens.text):
        first = bisect_left(starts, low, position)
        position = bisect_left(starts, high, first)
        if position > first:
            yield first, position


def _tokens_of(tokens: Tokens, places: Sequence[tuple[int, int, str]]) -> frozenset[int]:
    """Return the tokens that share a character with a place."""
    covered: set[int] = set()
    for start, end, _ in places:
        first = bisect_right(tokens.starts, start) - 1
        covered.update(range(first, bisect_left(tokens.starts, end)))
    return frozenset(covered)
