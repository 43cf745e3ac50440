"""A text as it is read: without markup, in pieces, prepared; what is found fits the given text.

So all of a long text is read, in bounded memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nlp import languages, markup, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nlp.markup import Clean

ENDS = ("\n", ". ", " ")
"""Where a text may be cut, the best first."""
REPEATED = re.compile(r"\b(\w+)(?:\W+\1\b){9,}")
"""One word ten times and more: no sentence, whatever its neighbours would make of it."""

GAP = re.compile(r"[^\S\n]{40,}")
"""So much blank ends a line, whatever it stood for."""


class Piece(NamedTuple):
    """A stretch of a text that is read at once; most texts are one."""

    first: int
    """Where it begins in the text without markup."""
    said: str
    plain: str
    """The same, prepared; behind a document's last one stand the fields of its event."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """What of it is in another language, with which one: blank where it is prepared."""


class Given(NamedTuple):
    """A text as it was given, and as it is read."""

    raw: str
    clean: Clean
    pieces: list[Piece]


def read_as(raw: str, more: str = "") -> Given:
    """Return a text as it is read, with `more` (prepared) behind it."""
    clean = markup.clean(raw)
    made = []
    for start, end in cuts(clean.text):
        said = clean.text[start:end]
        plain = REPEATED.sub(lambda run: " " * len(run[0]), text.prepare(text.recased(said)))
        plain = GAP.sub(lambda gap: "\n" * len(gap[0]), plain)
        left = tuple(languages.foreign(said))
        for first, last, _ in left:
            plain = plain[:first] + "\n" * (last - first) + plain[last:]
        made.append(Piece(start, said, plain + (more if end == len(clean.text) else ""), left))
    return Given(raw, clean, made)


def foreign(given: Given) -> Iterator[tuple[str, str]]:
    """Yield the passages of a text that are not read, each with the language it is in."""
    for piece in given.pieces:
        for start, end, language in piece.foreign:
            yield piece.said[start:end], language


def cuts(whole: str, longest: int = text.LONGEST_TEXT) -> Iterator[tuple[int, int]]:
    """Yield the bounds of the pieces of a text, one for most: each ends with a line if it can."""
    start = 0
    while len(whole) - start > longest:
        low, high = start + longest // 2, start + longest
        ends = (whole.rfind(mark, low, high) + len(mark) for mark in ENDS)
        cut = next((end for end in ends if end > low), high)
        yield start, cut
        start = cut
    yield start, len(whole)
