"""Names in small letters, which only the words or marks around them tell from what they say.

« L'association un pas de côté », « la compagnie « le fil rouge » »: their first word is an
article, a preposition or a number, of which other candidates are trimmed. The classifier has
learnt from few of them, so only where a person would not hesitate are they candidates at all.
"""

# ruff: noqa: SIM905 - a list of words reads as one, not as a column

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp import spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.spans import Tokens

HEADS = frozenset(
    """
    association asso collectif compagnie cie coopérative tiers-lieu lieu réseau fablab café club
    troupe chorale fanfare ressourcerie recyclerie épicerie librairie théâtre galerie
    """.split()
)
ADJECTIVES = frozenset("associatif citoyen culturel solidaire partagé participatif".split())
OPENERS = frozenset("un une mon ma mes deux trois quatre cinq cent mille d'".split())
"""First words of a name within a sentence."""
LINE_OPENERS = OPENERS | frozenset(
    "le la les l' nos notre à au aux sous entre chez tout tous".split()
)
"""And of one that fills a line after its noun: « association au fil des pages »."""
NO_NAME = frozenset("plus moins mieux but service sein profit taille titre fois peu".split())
"""Second words of what is no name: « le plus ancien », « à but non lucratif »."""
CLOSES = frozenset([",", "(", ":", "–", "-", ".", "!"])
"""What may stand after a name that fills a line."""
QUOTES = frozenset(["«", "“", '"'])
MOST_WORDS = 6
"""Telling words of such a name."""


def announced(doc: Tokens, bounds: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the bounds, in tokens, that names in small letters may have in a sentence."""
    for start in range(bounds[0] + 1, bounds[1] - 1):
        if doc.words[start] in LINE_OPENERS and doc.texts[start][0].islower():
            head = _head(doc, start, bounds[0])
            if head < 0 or doc.words[start + 1] in NO_NAME:
                continue
            ends = list(_ends(doc, start, bounds[1]))
            whole = [end for end in ends if end == bounds[1] or doc.texts[end] in CLOSES]
            if head == bounds[0] and whole:
                yield start, whole[-1]
            elif doc.words[start] in OPENERS:
                yield from ((start, end) for end in ends)
    for start, end in spans.enclosed(doc, bounds):
        if doc.texts[start - 1] in QUOTES and doc.words[start] in spans.OPENING_ARTICLES:
            yield start, end


def _head(doc: Tokens, start: int, first: int) -> int:
    """Return where the noun of a group stands right before a token, -1 if there is none."""
    before = start - 1
    if doc.words[before] in ADJECTIVES and before > first:
        before -= 1
    return before if doc.words[before] in HEADS else -1


def _ends(doc: Tokens, start: int, stop: int) -> Iterator[int]:
    telling = 0
    for position in range(start + 1, min(stop, start + spans.LONGEST)):
        word = doc.words[position]
        small = word in spans.LINKS or word in LINE_OPENERS
        if not word[0].isalpha() or (word in spans.SURE_STOPS and not small):
            return
        if not small:
            telling += 1
            yield position + 1
        if telling == MOST_WORDS:
            return
