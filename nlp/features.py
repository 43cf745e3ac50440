"""What the classifier is told of a candidate: words that name facts, each worth a weight.

Facts are short strings such as `cue=group_before` or `w-1=chez`. The contextual vectors come
besides, as they are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp import cues, lexicon, spans, speech

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from nlp.spans import Candidate, Tokens

HEADS = (
    ("actor", lexicon.ACTOR_HEADS),
    ("institution", lexicon.INSTITUTION_HEADS),
    ("place", lexicon.PLACE_HEADS),
    ("event", lexicon.EVENT_HEADS),
    ("work", lexicon.WORK_WORDS),
    ("time", lexicon.TIME_WORDS),
    ("opening", lexicon.OPENING_WORDS),
    ("first_name", lexicon.FIRST_NAMES),
)
SETTLING = frozenset(f"cue={cue.name}" for cue in cues.CUES if cue.settles)
CONTEXT = 90
"""Characters on each side of a name in which cues are looked for."""
REACH = 16
"""Tokens before a name in which a word of its cues may stand."""


class Reader:
    """Tells the facts of the candidates of one text; what depends on one end is told once."""

    def __init__(
        self, doc: Tokens, entities: dict[tuple[int, int], str], communes: frozenset[int]
    ) -> None:
        """Read an analysed text.

        Args:
            doc: its tokens.
            entities: the label that the language model gave to spans of tokens.
            communes: the tokens that belong to a commune's name.
        """
        self.doc = doc
        self.entities = entities
        self.communes = communes
        self._before: dict[int, list[str]] = {}
        self._after: dict[int, list[str]] = {}
        self._shouted: dict[int, bool] = {}
        self.telling: set[int] = set()
        """Tokens before or after which a cue settles what the name beside it is."""

    def facts(self, candidate: Candidate, bounds: tuple[int, int], repeats: int) -> list[str]:
        """Return the facts of a candidate.

        Args:
            candidate: the tokens in question.
            bounds: the tokens of its sentence.
            repeats: how often the candidate's text stands in the document.
        """
        start, end = candidate.start, candidate.end
        left = self._before.get(start)
        if left is None:
            left = self._before[start] = _facts_before(self.doc, start, bounds)
            if not SETTLING.isdisjoint(left):
                self.telling.add(start)
        right = self._after.get(end)
        if right is None:
            right = self._after[end] = _facts_after(self.doc, end, bounds)
            if not SETTLING.isdisjoint(right):
                self.telling.add(end)
        told = [f"from={source}" for source in candidate.sources]
        told += left
        told += right
        told += self._model_facts(start, end)
        told += _word_facts(self.doc, start, end)
        told += _shape_facts(self.doc, start, end)
        told += _edge_facts(self.doc, start, end, bounds)
        if self._is_shouted(bounds):
            told.append("shouted")
        told += self._commune_facts(start, end, bounds[1])
        told.append(f"repeats={min(repeats, 4)}")
        return told

    def _is_shouted(self, bounds: tuple[int, int]) -> bool:
        """Tell whether nearly every word of a sentence has a capital, as in a title."""
        known = self._shouted.get(bounds[0])
        if known is None:
            shapes = [_shape(text) for text in self.doc.texts[bounds[0] : bounds[1]]]
            capitals = sum(self.doc.names[bounds[0] : bounds[1]])
            known = capitals >= 4 and capitals > 4 * sum(shape.lower for shape in shapes)
            self._shouted[bounds[0]] = known
        return known

    def _commune_facts(self, start: int, end: int, stop: int) -> list[str]:
        if not self.communes:
            return []
        told = []
        inside = sum(position in self.communes for position in range(start, end))
        if inside:
            told.append("commune=all" if inside == end - start else "commune=part")
            if end - 1 in self.communes and inside < end - start:
                told.append("commune=tail")
        if end < stop and end in self.communes:
            told.append("commune=next")
        return told

    def _model_facts(self, start: int, end: int) -> list[str]:
        exact = self.entities.get((start, end))
        if exact:
            return [f"model={exact}"]
        doc = self.doc
        tags = set(doc.types[start:end])
        told = [f"model_in={tag}" for tag in tags if tag]
        if "" in tags:
            told.append("model_gap")
        if start and doc.types[start] and not doc.opens[start]:
            told.append("model_cuts_left")
        if end < len(doc.texts) and doc.types[end] and not doc.opens[end]:
            told.append("model_cuts_right")
        told.append("model=none" if tags == {""} else "model=overlap")
        return told


def _facts_before(doc: Tokens, start: int, bounds: tuple[int, int]) -> list[str]:
    """Return what the words before a name tell, and its first word."""
    low, words = bounds[0], doc.words
    told = [
        f"w-{offset}={words[start - offset] if start - offset >= low else '<s>'}"
        for offset in (1, 2, 3)
    ]
    told.append(f"first={words[start]}")
    told.append(f"first_may_be={speech.classes_of(words[start])}")
    if start > low:
        told.append(f"before_may_be={speech.classes_of(words[start - 1])}")
    told += [f"first_is={name}" for name in heads_of(words[start])]
    if start > low:
        told += _ending("before", doc.texts[start - 1])
        told += [f"before_is={name}" for name in heads_of(words[start - 1])]
        if doc.names[start - 1]:
            told.append("cut_left" if start - 1 > low else "cut_left_start")
    if start > low + 1:
        told += [f"before2_is={name}" for name in heads_of(words[start - 2])]
        if words[start - 1] in LINKING and doc.names[start - 2]:
            told.append(f"linked_left={words[start - 1]}")
    hinted = 0
    for position in range(max(low, start - REACH), start):
        hinted |= doc.cues[position]
    if hinted:
        first = doc.starts[start]
        before = doc.text[max(doc.starts[low], first - CONTEXT) : first]
        told += [f"cue={cue.name}" for cue in cues.before(before, hinted)]
    return told


def _facts_after(doc: Tokens, end: int, bounds: tuple[int, int]) -> list[str]:
    """Return what the words after a name tell, and its last word."""
    stop, words = bounds[1], doc.words
    told = [
        f"w+{offset + 1}={words[end + offset] if end + offset < stop else '</s>'}"
        for offset in (0, 1)
    ]
    told.append(f"last={words[end - 1]}")
    if doc.texts[end - 1][0].islower():
        told.append(f"last_may_be={speech.classes_of(words[end - 1])}")
    if end < stop:
        told.append(f"next_may_be={speech.classes_of(words[end])}")
        if end + 1 < stop:
            told.append(f"next2_may_be={speech.classes_of(words[end + 1])}")
    told += _ending("last", doc.texts[end - 1])
    if end < stop:
        told += _ending("next", doc.texts[end])
    # A longer name is cut when the next or previous word looks as if it belonged to it.
    if end < stop and doc.names[end]:
        told.append("cut_right")
    if end + 1 < stop and words[end] in LINKING and doc.names[end + 1]:
        told.append(f"linked_right={words[end]}")
    last = doc.end(end - 1)
    after = doc.text[last : min(doc.end(stop - 1), last + CONTEXT)]
    told += [f"cue={cue.name}" for cue in cues.after(after)]
    return told


@lru_cache(maxsize=65536)
def _ending(role: str, text: str) -> tuple[str, ...]:
    """Return how a word in small letters ends, by which verbs are known that no list holds."""
    return (f"{role}~{text[-3:]}",) if len(text) > 4 and text[0].islower() else ()


@lru_cache(maxsize=65536)
def heads_of(word: str) -> tuple[str, ...]:
    """Return the lists of nouns that hold a lower-case word."""
    return tuple(name for name, nouns in HEADS if word in nouns)


def _word_facts(doc: Tokens, start: int, end: int) -> list[str]:
    length = end - start
    told = [f"last_is={name}" for name in heads_of(doc.words[end - 1])] if length > 1 else []
    classes = [
        (text[0].islower(), speech.classes_of(word))
        for text, word in zip(doc.texts[start:end], doc.words[start:end], strict=True)
        if text[0].isalpha() and word not in LINKING
    ]
    told += {f"{'low' if lower else 'cap'}_may_be={letters}" for lower, letters in classes}
    if length > 2:
        told += [fact for text in doc.texts[start + 1 : end - 1] for fact in _ending("in", text)]
        inner = {name for word in doc.words[start + 1 : end - 1] for name in heads_of(word)}
        told += [f"has={name}" for name in inner]
    return told


class Shape(NamedTuple):
    """What the letters of a word tell."""

    lower: bool
    """It begins with a small letter and is no link."""
    upper: bool
    digit: bool
    odd: bool


@lru_cache(maxsize=65536)
def _shape(text: str) -> Shape:
    return Shape(
        text[0].islower() and text.lower() not in LINKING,
        text.isupper(),
        any(c.isdigit() for c in text),
        any(c in "@&+·!.#'" for c in text[1:]),
    )


def _shape_facts(doc: Tokens, start: int, end: int) -> list[str]:
    length = end - start
    texts = doc.texts[start:end]
    shapes = [_shape(text) for text in texts]
    lower = sum(shape.lower for shape in shapes)
    told = [
        f"length={min(length, 8)}",
        f"capitals={min(sum(doc.names[start:end]), 4)}",
        f"lower={min(lower, 4)}",
    ]
    if not lower:
        told.append("all_capital")
    if texts[0][0].islower():
        told.append("opens_lower")
    if length == 1:
        told += _single(texts[0])
    elif all(shape.upper for shape in shapes):
        told.append("all_upper")
    if any(shape.digit for shape in shapes):
        told.append("digit")
    if any(shape.odd for shape in shapes):
        told.append("odd")
    told.append(f"pattern={_pattern(doc, start, end)}")
    words = doc.words[start:end]
    if "et" in words or "&" in words:
        told.append("has_and")
    if "-" in texts or "–" in texts:
        told.append("has_dash")
    return told


def _pattern(doc: Tokens, start: int, end: int) -> str:
    """Return what the words of a name are, one after the other; of a long one, its two ends."""
    length = end - start
    inside = range(start, end)
    kept = [*inside[:3], *inside[-3:]] if length > 6 else inside
    told = [_sort(doc.texts[position], doc.words[position]) for position in kept]
    return " ".join(told if length <= 6 else [*told[:3], "…", *told[3:]])


@lru_cache(maxsize=65536)
def _sort(text: str, word: str) -> str:
    if word in LINKING:
        return word if text[0].islower() else word.capitalize()
    if not text[0].isalpha():
        return "9" if text[0].isdigit() else "."
    if text.isupper() and len(text) > 1:
        return "AA"
    return "A" if text[0].isupper() else speech.classes_of(word) or "x"


def _single(text: str) -> list[str]:
    if text.isupper():
        return ["one", f"acronym={min(len(text), 6)}"]
    if text[0].isupper():
        return ["one", "title" if text[1:].islower() else "mixed"]
    return ["one"]


def _edge_facts(doc: Tokens, start: int, end: int, bounds: tuple[int, int]) -> list[str]:
    told = []
    if start == bounds[0]:
        told.append("at_start")
        if end - start == 1:
            told.append("lone_start")
        if end == bounds[1]:
            told.append("whole_line")
    elif doc.texts[start - 1] in OPENING_QUOTES:
        closed = end < bounds[1] and doc.texts[end] in CLOSING_QUOTES
        told.append("quoted" if closed else "quoted_left")
    elif doc.texts[start - 1] == "(" and end < bounds[1] and doc.texts[end] == ")":
        told.append("bracketed")
    if end == bounds[1]:
        told.append("at_end")
    return told


OPENING_QUOTES = frozenset(["«", '"', "“"])
CLOSING_QUOTES = frozenset(["»", '"', "”"])
LINKING = spans.LINKS - {"in", "dans"} | {"-", "–"}


def vectors(doc: Doc, pairs: list[Candidate], bounds: list[tuple[int, int]]) -> NDArray[np.float32]:
    """Return the contextual vectors of candidates (candidates x 576).

    First and last token, mean of all, the token before and the one after, mean of the sentence.
    """
    tensor = np.asarray(doc.tensor, dtype=np.float32)
    padded = np.vstack([tensor, np.zeros((1, tensor.shape[1]), dtype=np.float32)])
    nothing = len(tensor)
    starts = np.array([c.start for c in pairs])
    ends = np.array([c.end for c in pairs])
    lows = np.array([low for low, _ in bounds])
    highs = np.array([high for _, high in bounds])
    sums = np.vstack([np.zeros((1, tensor.shape[1]), dtype=np.float32), np.cumsum(tensor, axis=0)])
    mean = (sums[ends] - sums[starts]) / (ends - starts)[:, None]
    before = np.where(starts > lows, starts - 1, nothing)
    after = np.where(ends < highs, ends, nothing)
    around = (sums[highs] - sums[lows]) / (highs - lows)[:, None]
    return np.hstack(
        [padded[starts], padded[ends - 1], mean, padded[before], padded[after], around]
    )
