"""What the classifier is told of a candidate: words that name facts, each worth a weight.

Facts are short strings such as `cue=group_before` or `w-1=chez`. The contextual vectors come
besides, as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nlp import cues, lexicon
from nlp.spans import Candidate, Tokens, is_name_token

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from spacy.tokens import Doc

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
CONTEXT = 90
"""Characters on each side of a name in which cues are looked for."""
WIDTH = 96 * 5


def facts(
    doc: Tokens,
    candidate: Candidate,
    bounds: tuple[int, int],
    words: list[str],
    entities: dict[tuple[int, int], str],
    communes: frozenset[int],
    repeats: int,
) -> list[str]:
    """Return the facts of a candidate.

    Args:
        doc: the analysed text.
        candidate: the tokens in question.
        bounds: the tokens of its sentence.
        words: the lower-case form of every token of the document.
        entities: the label that the language model gave to spans of tokens.
        communes: the tokens that belong to a commune's name.
        repeats: how often the candidate's text stands in the document.
    """
    start, end = candidate.start, candidate.end
    told = ["bias", *(f"from={source}" for source in candidate.sources)]
    told += _model_facts(start, end, entities, doc)
    told += _shape_facts(doc, start, end, words, bounds)
    told += _word_facts(start, end, bounds, words)
    first, last = doc.starts[start], doc.end(end - 1)
    before = doc.text[max(doc.starts[bounds[0]], first - CONTEXT) : first]
    after = doc.text[last : min(doc.end(bounds[1] - 1), last + CONTEXT)]
    told += [f"cue={cue.name}" for cue in cues.found(before, after)]
    told += _commune_facts(start, end, bounds[1], communes)
    told.append(f"repeats={min(repeats, 4)}")
    return told


def _word_facts(start: int, end: int, bounds: tuple[int, int], words: list[str]) -> list[str]:
    told = []
    for offset in (1, 2, 3):
        told.append(f"w-{offset}={words[start - offset] if start - offset >= bounds[0] else '<s>'}")
        if offset < 3:
            told.append(
                f"w+{offset}={words[end + offset - 1] if end + offset - 1 < bounds[1] else '</s>'}"
            )
    told.append(f"first={words[start]}")
    told.append(f"last={words[end - 1]}")
    for name, nouns in HEADS:
        if words[start] in nouns:
            told.append(f"first_is={name}")
        if end - start > 1 and words[end - 1] in nouns:
            told.append(f"last_is={name}")
        if end - start > 2 and any(word in nouns for word in words[start + 1 : end - 1]):
            told.append(f"has={name}")
        if start > bounds[0] and words[start - 1] in nouns:
            told.append(f"before_is={name}")
        if start > bounds[0] + 1 and words[start - 2] in nouns:
            told.append(f"before2_is={name}")
    return told


def _commune_facts(start: int, end: int, stop: int, communes: frozenset[int]) -> list[str]:
    told = []
    inside = sum(position in communes for position in range(start, end))
    if inside:
        told.append("commune=all" if inside == end - start else "commune=part")
        if end - 1 in communes and inside < end - start:
            told.append("commune=tail")
    if end < stop and end in communes:
        told.append("commune=next")
    return told


def _model_facts(
    start: int, end: int, entities: dict[tuple[int, int], str], doc: Tokens
) -> list[str]:
    exact = entities.get((start, end))
    if exact:
        return [f"model={exact}"]
    told = []
    tags = {doc.types[position] for position in range(start, end)}
    told += [f"model_in={tag}" for tag in tags if tag]
    if "" in tags:
        told.append("model_gap")
    if start and doc.types[start] and not doc.opens[start]:
        told.append("model_cuts_left")
    if end < len(doc.texts) and doc.types[end] and not doc.opens[end]:
        told.append("model_cuts_right")
    told.append("model=none" if tags == {""} else "model=overlap")
    return told


def _shape_facts(
    doc: Tokens, start: int, end: int, words: list[str], bounds: tuple[int, int]
) -> list[str]:
    length = end - start
    texts = [doc.texts[position] for position in range(start, end)]
    told = [f"length={min(length, 8)}"]
    capitals = sum(is_name_token(text) for text in texts)
    told.append(f"capitals={min(capitals, 4)}")
    lower = sum(text[0].islower() and text.lower() not in LINKING for text in texts)
    told.append(f"lower={min(lower, 4)}")
    if not lower:
        told.append("all_capital")
    if texts[0][0].islower():
        told.append("opens_lower")
    if length == 1:
        text = texts[0]
        told.append("one")
        if text.isupper():
            told.append(f"acronym={min(len(text), 6)}")
        elif text[0].isupper():
            told.append("title" if text[1:].islower() else "mixed")
    elif all(text.isupper() for text in texts):
        told.append("all_upper")
    if any(any(c.isdigit() for c in text) for text in texts):
        told.append("digit")
    if any(c in "@&+·!.#'" for text in texts for c in text[1:]):
        told.append("odd")
    return told + _edge_facts(doc, start, end, words, bounds)


def _edge_facts(
    doc: Tokens, start: int, end: int, words: list[str], bounds: tuple[int, int]
) -> list[str]:
    told = []
    if start == bounds[0]:
        told.append("at_start")
        if end - start == 1:
            told.append("lone_start")
    if end == bounds[1]:
        told.append("at_end")
    if start == bounds[0] and end == bounds[1]:
        told.append("whole_line")
    left = words[start - 1] if start > bounds[0] else ""
    right = words[end] if end < bounds[1] else ""
    if left in {"«", '"', "“"}:
        told.append("quoted_left" if right not in {"»", '"', "”"} else "quoted")
    if left == "(" and right == ")":
        told.append("bracketed")
    # A longer name is cut when the next or previous word looks as if it belonged to it.
    if end < bounds[1] and is_name_token(doc.texts[end]):
        told.append("cut_right")
    if start > bounds[0] and is_name_token(doc.texts[start - 1]):
        told.append("cut_left" if start - 1 > bounds[0] else "cut_left_start")
    if end + 1 < bounds[1] and right in LINKING and is_name_token(doc.texts[end + 1]):
        told.append(f"linked_right={right}")
    if start - 1 > bounds[0] and left in LINKING and is_name_token(doc.texts[start - 2]):
        told.append(f"linked_left={left}")
    if "et" in words[start:end] or "&" in words[start:end]:
        told.append("has_and")
    if {"-", "–"} & set(doc.texts[start:end]):
        told.append("has_dash")
    return told


LINKING = frozenset(
    "de du des d' la le les l' et & en à au aux pour sur sans - – the of and for".split()
)


def vectors(doc: Doc, pairs: list[Candidate], bounds: list[tuple[int, int]]) -> NDArray[np.float32]:
    """Return the contextual vectors of candidates (candidates x 480).

    First and last token, mean of all, the token before and the one after.
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
    return np.hstack([padded[starts], padded[ends - 1], mean, padded[before], padded[after]])
