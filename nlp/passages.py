"""What a text says, in passages that can be met again in another: sentences, spoken words.

A passage is known by a hash of its words, whatever their case, accents and punctuation: what two
writers word alike by chance is hardly ever a whole sentence.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PAIR = struct.Struct("<II")
SHORTEST = 5
"""Words of a passage: fewer are a turn of phrase."""
MOST = 40
"""Passages kept of a text, those of the smallest hashes: the same ones in any two texts."""
LONGEST = 255
"""Words that are counted in a passage."""
SPOKEN, CLOSING = 256, 512
"""Added to the number of words of a passage that is so."""
LAST = 3
"""Passages at the end of a text, where a paragraph about its author stands."""
TOKEN = re.compile(r"\w+|[.!?](?=\s|$)|[«»“”\"\n]")
MARKS = frozenset('«»“”"\n.!?')
ACCENTS = re.compile("[\u0300-\u036f]+")


class Passage(NamedTuple):
    """A sentence, or a part of one that stands in quotation marks or beside them."""

    key: int
    words: int
    spoken: bool
    """It stands in quotation marks."""
    closing: bool
    """It is among the last ones of its text."""


def read(text: str) -> tuple[list[str], list[Passage]]:
    """Return the words of a text, without case, accents and marks, and its passages by key."""
    units = _units(text)
    told = [unit for unit in units if len(unit[0]) >= SHORTEST]
    found = {
        key: Passage(key, min(len(words), LONGEST), spoken, place >= len(told) - LAST)
        for place, (words, spoken) in enumerate(told)
        if (key := zlib.crc32(" ".join(words).encode()))
    }
    return [word for words, _ in units for word in words], [
        found[key] for key in sorted(found)[:MOST]
    ]


def packed(passages: Sequence[Passage]) -> bytes:
    """Return passages as numbers, two each."""
    return b"".join(PAIR.pack(p.key, _said(p)) for p in passages)


def unpacked(numbers: bytes) -> list[Passage]:
    """Return the passages that numbers stand for."""
    return [
        Passage(key, said % SPOKEN, bool(said & SPOKEN), bool(said & CLOSING))
        for key, said in PAIR.iter_unpack(numbers)
    ]


def _said(passage: Passage) -> int:
    return passage.words + SPOKEN * passage.spoken + CLOSING * passage.closing


def _units(text: str) -> list[tuple[list[str], bool]]:
    """Return the words of each passage of a text, and whether they are spoken."""
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    words: list[str] = []
    units = [(words, False)]
    for token in TOKEN.findall(plain):
        if token not in MARKS:
            words.append(token)
        else:
            words = []
            units.append((words, _speaks(token, before=units[-1][1])))
    return units


def _speaks(mark: str, *, before: bool) -> bool:
    """Tell whether what follows a mark is spoken; a new line ends what stands in quotes."""
    if mark in ".!?":
        return before
    return mark in "«“" or (mark == '"' and not before)
