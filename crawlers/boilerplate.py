"""Lines that a source repeats under all its texts: appeals, mentions, « à propos de nous ».

Extraction sees one page at a time and cannot know them; beside one another they are plain.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FEWEST = 5
"""Texts in which a line must stand before it is called repeated."""
SHARE = 0.3
"""Of the texts that are compared."""
SHORTEST = 12
"""Characters: what is shorter (« Samedi 14 h ») says too little to be known again."""


def repeated(texts: Iterable[str]) -> frozenset[str]:
    """Return the lines that stand in many of some texts of one source.

    The same text several times, as of an event that recurs, is one text.
    """
    counts: Counter[str] = Counter()
    apart = set(texts)
    for text in apart:
        counts.update({line for line in text.split("\n") if len(line) >= SHORTEST})
    enough = max(FEWEST, SHARE * len(apart))
    return frozenset(line for line, count in counts.items() if count >= enough)


def without(text: str, lines: frozenset[str]) -> str:
    """Return a text without some lines; as it is, when nothing would be left of it."""
    if not lines:
        return text
    kept = "\n".join(line for line in text.split("\n") if line not in lines)
    return kept if kept.strip() else text
