"""Where a name may stand: every span worth asking about, whatever the language model calls it.

A candidate is a run of tokens. They come from the model's entities (their label is only a
hint), from runs of capitalised words and all the ways to cut them, from quoted words, and from
lower-case nouns that open the name of an institution or of a place.
"""

# ruff: noqa: SIM905 - a list of words reads as one, not as a column

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nlp import cues, lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.tokens import Doc

LINKS = frozenset(
    """
    de du des d' la le les l' et & en à au aux pour sur sans of for and the in dans
    """.split()
)
"""What may stand inside a name between two of its words."""
LONGEST = 14
"""Tokens in a name."""
ENCLOSURES = {"«": '»”"', '"': '"»”', "“": '”"»', "(": ")"}
"""What opens an enclosed span, and what may close it."""
SURE_STOPS = frozenset(
    """
    est sont a ont vous nous qui que dont où se s' y ne n' par avec chez mais car donc ou était
    étaient sera seront lors depuis afin ce cette ces son sa ses leur leurs un une il elle ils
    elles on propose proposent organise organisent invite lance lancent ouvre vient viennent sur
    dans entre vers
    """.split()
)
"""Words that never go on with a name whose words are in lower case."""
COMMON_OPENERS = frozenset(
    """
    ministère préfecture sous-préfecture mairie ville villes commune communauté communautés
    métropole agglomération eurométropole département région conseil université école collège
    lycée académie rectorat institut bibliothèque médiathèque musée hôpital tribunal chambre
    direction agence caisse office parc syndicat rue avenue boulevard place quai square allée
    chemin impasse cours esplanade parvis route pont port jardin forêt lac halle halles gare île
    quartier cité salle espace complexe stade gymnase vallée massif
    """.split()
)
"""Nouns that open a name although written in lower case."""
SPOKEN = frozenset(["m.", "mme", "mlle", "mm.", "dr", "monsieur", "madame"])


class Word(NamedTuple):
    """What a word tells wherever it stands; few words make up a text, so each is asked once."""

    text: str
    lower: str
    name: bool
    """It looks like a part of a name: a capital in it, or an odd mixture."""
    edge: bool
    """No name begins or ends with it: punctuation and space."""
    cues: int
    """The cues before a name that it may belong to, a bit each."""


@cache
def shared_words() -> dict[int, Word]:
    """Return the words met so far by their number in the language model's store of strings."""
    return {}


MOST_WORDS = 200_000
"""Words remembered; a program that runs for weeks meets every slip of the pen."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is asked of a document's tokens, again and again, in lists: spaCy's are slow to read."""

    text: str
    texts: list[str]
    words: list[str]
    """The lower-case form of each token."""
    names: list[bool]
    """Whether each token looks like a part of a name."""
    edges: list[bool]
    """Whether each token is one that no name begins or ends with."""
    cues: list[int]
    """The cues before a name that each token may belong to, a bit each."""
    starts: list[int]
    """Characters before each token."""
    spaces: list[bool]
    """Whether a space follows each token."""
    entities: list[tuple[int, int, str]]
    """Of the language model: first token, the one after the last, label."""
    types: list[str]
    """The label of the entity that holds each token, or nothing."""
    opens: list[bool]
    """Whether each token opens an entity."""

    def end(self, position: int) -> int:
        """Return the characters up to the end of a token."""
        return self.starts[position] + len(self.texts[position])


def tokens_of(doc: Doc) -> Tokens:
    """Return the tokens of an analysed text."""
    columns = doc.to_array(["ORTH", "SPACY"])
    spaces = [space == 1 for space in columns[:, 1].tolist()]
    words = _words_of(doc, columns[:, 0].tolist())
    starts, position = [], 0
    for word, space in zip(words, spaces, strict=True):
        starts.append(position)
        position += len(word.text) + space
    types = [""] * len(words)
    opens = [False] * len(words)
    entities = [(entity.start, entity.end, entity.label_) for entity in doc.ents]
    for start, end, label in entities:
        types[start:end] = [label] * (end - start)
        opens[start] = True
    return Tokens(
        # `doc.text` asks each token in turn: several times slower.
        "".join([word.text + " " * space for word, space in zip(words, spaces, strict=True)]),
        [word.text for word in words],
        [word.lower for word in words],
        [word.name for word in words],
        [word.edge for word in words],
        [word.cues for word in words],
        starts,
        spaces,
        entities,
        types,
        opens,
    )


def _words_of(doc: Doc, numbers: list[int]) -> list[Word]:
    known = shared_words()
    if len(known) > MOST_WORDS:
        known.clear()
    strings = doc.vocab.strings
    for number in set(numbers):
        if number not in known:
            known[number] = _word(strings[number])
    return [known[number] for number in numbers]


def _word(text: str) -> Word:
    lower = text.lower().replace("’", "'")
    edge = EDGE.match(text) is not None or text.isspace()
    return Word(text, lower, is_name_token(text), edge, cues.hints(lower))


@dataclass(slots=True)
class Candidate:
    """Tokens start to end (exclusive) of a document that may be a name, and who says so."""

    start: int
    end: int
    sources: set[str] = field(default_factory=set)


def candidates(doc: Tokens, bounds: tuple[int, int]) -> list[Candidate]:
    """Return the candidates of a sentence, given by its first token and the one after its last."""
    found: dict[tuple[int, int], Candidate] = {}

    def add(start: int, end: int, source: str) -> None:
        start, end = _trimmed(doc, start, end)
        if start < end and is_sound(doc, start, end):
            found.setdefault((start, end), Candidate(start, end)).sources.add(source)

    for run_start, end in runs(doc, bounds):
        for start in _openings(doc, run_start, end):
            for cut_start, cut_end in _cuts(doc, start, end):
                add(cut_start, cut_end, "run")
            for longer in _longer(doc, start, end, bounds[1]):
                add(start, longer, "longer")
    for start, end in enclosed(doc, bounds):
        add(start, end, "quoted")
    for start, end in _opened(doc, bounds):
        add(start, end, "opened")
    return list(found.values())


SEPARATORS = frozenset(
    """
    / | : ; ) ( [ ] → • · » « " “ ” … – *
    """.split()
)
"""What no name holds, unless it touches the words on both sides."""
GROUP_HEADS = frozenset(
    """
    association asso collectif compagnie coopérative scop scic tiers-lieu réseau entreprise
    société cabinet collectifs associations start-up syndicat éditions cinéma librairie fondation
    """.split()
)


def is_sound(doc: Tokens, start: int, end: int) -> bool:
    """Tell whether a span may be a name at all: no separator in it, no bare head before it."""
    if end - start > LONGEST or (doc.words[start] in GROUP_HEADS and doc.texts[start][0].islower()):
        return False
    return not any(
        doc.texts[position] in SEPARATORS and (doc.spaces[position] or doc.spaces[position - 1])
        for position in range(start + 1, end - 1)
    )


def is_name_token(text: str) -> bool:
    """Tell whether a token looks like a part of a name: a capital in it, or an odd mixture."""
    if text[0].isupper():
        return True
    if text[0].isdigit():
        return (
            len(text) > 1
            and any(c.isalpha() for c in text)
            and text[1:2] != "h"
            and text[2:3] != "h"
        )
    return any(c.isupper() for c in text[1:])


def runs(doc: Tokens, bounds: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the longest runs of name-like tokens, linked by small words, in a sentence."""
    position, stop = bounds
    while position < stop:
        if not doc.names[position]:
            position += 1
            continue
        end = _run_end(doc, position, stop)
        yield position, end
        position = end


def _run_end(doc: Tokens, start: int, stop: int) -> int:
    end = start + 1
    while end < stop and end - start < LONGEST:
        if doc.names[end] or _glued(doc, end):
            end += 1
            continue
        ahead = end
        while ahead < stop and ahead - end < 3 and doc.words[ahead] in LINKS:
            ahead += 1
        if ahead == end or ahead >= stop or not doc.names[ahead]:
            if _digit_end(doc, end):
                end += 1
            break
        end = ahead + 1
    return end


def _digit_end(doc: Tokens, position: int) -> bool:
    """Tell whether a number closes a name, as in « Fabrique 21 »."""
    return doc.texts[position].isdigit() and len(doc.texts[position]) <= 4


ELISIONS = frozenset(["l'", "d'", "qu'", "n'", "s'", "j'", "c'", "m'", "t'"])


def _glued(doc: Tokens, position: int) -> bool:
    """Tell whether a token goes on without a space from the one before: `ech` in `Clic'ech`."""
    if doc.spaces[position - 1] or doc.words[position - 1] in ELISIONS:
        return False
    text = doc.texts[position]
    before = doc.texts[position - 1]
    if text in {"-", "'", "@", "+", "&", "·", "!"}:
        return position + 1 < len(doc.texts) and not doc.spaces[position]
    return (text[0].isalnum() and before[-1] in "-'@+&·.") or (text[:1] in ".-'" and len(text) > 1)


def _openings(doc: Tokens, start: int, end: int) -> Iterator[int]:
    """Yield where a run may open: also after a word whose capital may be the sentence's."""
    yield start
    if start + 1 < end and doc.words[start] in lexicon.OPENING_WORDS and doc.names[start + 1]:
        yield start + 1


def _cuts(doc: Tokens, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a run and its pieces: between links, and without its first or last piece."""
    yield start, end
    pieces = _pieces(doc, start, end)
    if len(pieces) > 1:
        pieces = pieces[:6]
        for first in range(len(pieces)):
            opening = pieces[first][0]
            # « La » with its capital may open a name, or only the sentence.
            articled = opening > start and doc.names[opening - 1]
            for last in range(first, len(pieces)):
                yield opening, pieces[last][1]
                if articled:
                    yield opening - 1, pieces[last][1]
    for first, last in pieces:
        if 1 < last - first <= 6:
            yield first + 1, last
            yield first, last - 1


def _pieces(doc: Tokens, start: int, end: int) -> list[tuple[int, int]]:
    """Return what stands between the links of a run."""
    pieces: list[tuple[int, int]] = []
    piece = start
    for position in range(start, end):
        if doc.words[position] in LINKS:
            if position > piece:
                pieces.append((piece, position))
            piece = position + 1
    if piece < end:
        pieces.append((piece, end))
    return pieces


def _longer(doc: Tokens, start: int, end: int, stop: int) -> Iterator[int]:
    """Yield the ends a run may have if lower-case words go on with it."""
    content = 0
    position = end
    while position < stop and content < 5 and position - start < LONGEST:
        word = doc.words[position]
        if (word in SURE_STOPS and word not in {"sur", "dans"}) or not (
            word[0].isalpha() or word == "-"
        ):
            return
        position += 1
        if word in LINKS:
            continue
        content += 1
        yield position


def enclosed(doc: Tokens, bounds: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield what stands between quotation marks or brackets."""
    position, stop = bounds
    while position < stop:
        closings = ENCLOSURES.get(doc.texts[position])
        if closings:
            for end in range(position + 1, min(stop, position + LONGEST)):
                if doc.texts[end] in closings:
                    if end > position + 1:
                        yield position + 1, end
                    position = end
                    break
        position += 1


def _opened(doc: Tokens, bounds: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the names that open with a common noun: `rue des Lilas`, `région Normandie`."""
    for start in range(bounds[0], bounds[1]):
        if doc.words[start] not in COMMON_OPENERS or doc.texts[start][0].isupper():
            continue
        position, content = start + 1, 0
        while position < bounds[1] and position - start < LONGEST and content < 6:
            word = doc.words[position]
            if doc.names[position]:
                end = _run_end(doc, position, bounds[1])
                yield start, min(end, start + LONGEST)
                for piece_end in range(position + 1, end):
                    if doc.words[piece_end] in LINKS:
                        yield start, piece_end
                break
            if word in SURE_STOPS or not (word[0].isalpha() or word == "-"):
                break
            content += word not in LINKS
            position += 1
            if content and content <= 3 and word not in LINKS:
                yield start, position


def from_entities(doc: Tokens) -> dict[tuple[int, int], str]:
    """Return the model's entities, trimmed, with their label."""
    trimmed = {_trimmed(doc, start, end): label for start, end, label in doc.entities}
    return {
        (start, end): label
        for (start, end), label in trimmed.items()
        if start < end and is_sound(doc, start, end)
    }


def _closes_sentence(doc: Tokens, end: int) -> bool:
    """Tell whether the mark before `end` ends the sentence rather than a name."""
    return end == len(doc.texts) or not doc.texts[end][0].islower()


EDGE = re.compile(r"^[^\w#@+!?*&]+$")
OPENING_ARTICLES = frozenset(
    """
    le la les l' un une des du de d' au aux et à en
    """.split()
)
CLOSING = LINKS | {"-", "–"}


def _trimmed(doc: Tokens, start: int, end: int) -> tuple[int, int]:
    """Return bounds without punctuation, lower-case articles and dangling links."""
    while start < end and (
        doc.edges[start]
        or (doc.words[start] in OPENING_ARTICLES and not doc.texts[start][0].isupper())
        or doc.words[start] in SPOKEN
    ):
        start += 1
    while end > start and (
        doc.edges[end - 1]
        or (doc.words[end - 1] in CLOSING and not doc.texts[end - 1][0].isupper())
        or (doc.texts[end - 1] in {"!", "?"} and _closes_sentence(doc, end))
    ):
        end -= 1
    return start, end
