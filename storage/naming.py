"""Actors found by name, whatever accents and slips.

A search starts from the words of names. Each word asked for stands for itself, for words that
begin with it, and for those that a slip or two turn into it; names that hold one of each are
ranked by how near they are to what was asked.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, exists, func, select

from storage import tables
from storage.folding import fold
from storage.statements import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_actors, _aliases, _words = tables.actors.c, tables.aliases.c, tables.name_words.c

MOST_NAMES = 1000
"""Names that a search looks at together, the shortest of those that hold the words."""
MOST_WORDS = 120
"""Words that one word asked for may stand for."""
NEAR = 65
"""Of 100: how near a name must be to what was asked."""


EMPTY = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"})
"""Words that a name may be looked for without."""


@dataclass(frozen=True)
class Vocabulary:
    """Every word of every name, in the order of their code points."""

    words: tuple[str, ...]
    names: tuple[int, ...]
    """How many names hold each."""

    @cached_property
    def by_length(self) -> Mapping[int, tuple[tuple[str, ...], NDArray[np.uint32]]]:
        """Return the words of each length, and which letters each has.

        A slip changes the length by one at most, and the letters by two.
        """
        found: dict[int, list[str]] = defaultdict(list)
        for word in self.words:
            found[len(word)].append(word)
        return {length: (tuple(some), _letters(some)) for length, some in found.items() if length}

    def held(self, words: Iterable[str]) -> int:
        """Return how many names hold some words, at most; 0 for words of none."""
        places = ((bisect_left(self.words, word), word) for word in words)
        return sum(
            self.names[place]
            for place, word in places
            if place < len(self.words) and self.words[place] == word
        )

    def begun(self, start: str) -> tuple[str, ...]:
        """Return the words that begin with another."""
        end = bisect_right(self.words, start + chr(0x10FFFF))
        return self.words[bisect_left(self.words, start) : end]

    def near(self, word: str, slips: int) -> list[str]:
        """Return the words that so many slips at most make of another, the nearest first."""
        some: list[str] = []
        for length in range(len(word) - slips, len(word) + slips + 1):
            if length in self.by_length:
                words, letters = self.by_length[length]
                other = np.bitwise_count(letters ^ _letters([word])[0])
                some += [words[place] for place in np.flatnonzero(other <= 2 * slips)]
        found = process.extract(
            word, some, scorer=OSA.distance, score_cutoff=slips, limit=MOST_WORDS
        )
        return [one for one, _, _ in found]

    def meant(self, word: str) -> list[str]:
        """Return the words of names that a word asked for may stand for."""
        begun = self.begun(word) if len(word) > 1 else ()
        slips = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
        near = self.near(word, slips) if slips else []
        plain = sorted(begun, key=len)[:MOST_WORDS]
        return list(dict.fromkeys([word, *near, *plain]))[: 2 * MOST_WORDS]


def _letters(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return which letters some words of one length have, as bits; some share one."""
    signs = np.array(words, dtype=f"U{len(words[0])}").view(np.uint32).reshape(len(words), -1)
    bits: NDArray[np.uint32] = np.bitwise_or.reduce(np.uint32(1) << (signs & 31), axis=1)
    return bits


def vocabulary(c: Connection) -> Vocabulary:
    """Return every word of every name: what slips are compared with."""
    counted = select(_words.word, func.count()).group_by(_words.word)
    rows = sorted(c.execute(counted).tuples().all())
    return Vocabulary(tuple(word for word, _ in rows), tuple(names for _, names in rows))


VOCABULARY_OF = ("name_words",)
"""The tables that it is read from."""


def named(c: Connection, text: str, words: Vocabulary, limit: int = 200) -> list[str]:
    """Return the ids of actors one of whose names is near a text, the nearest first."""
    folded = fold(text)[:200]
    every = folded.split()
    asked = ([word for word in every if word not in EMPTY] or every)[:8]
    if not asked:
        return []
    # As it is written, it is most often found often enough; slips are looked for beyond that.
    plain = {word: [word] if words.held([word]) else words.meant(word) for word in asked}
    scores = _scores(c, folded, _holding(c, plain.values(), words, 2 * limit))
    if len(scores) < limit:
        meant = {
            word: words.meant(word) if plain[word] == [word] else plain[word] for word in plain
        }
        scores |= _scores(c, folded, _holding(c, meant.values(), words, MOST_NAMES))
        if not scores:
            first = next(some for some in meant.values())
            scores = _scores(c, folded, _holding(c, [first], words, MOST_NAMES))
    return sorted(scores, key=lambda root: (-scores[root], root))[:limit]


def _holding(
    c: Connection, meant: Iterable[Sequence[str]], words: Vocabulary, limit: int
) -> list[str]:
    """Return the keys of names that hold a word of each list, the shortest."""
    # From the rarest words on: of their names it is asked whether they hold the others.
    rarest, *others = sorted(meant, key=words.held)
    query = select(_words.key).where(_words.word.in_(rarest))
    for some in others:
        other = tables.name_words.alias()
        holds = (other.c.key == _words.key) & other.c.word.in_(some)
        # A name holds each word once: of one word a join is the same, and quicker.
        query = query.join(other, holds) if len(some) == 1 else query.where(exists().where(holds))
    found = (query if len(rarest) == 1 else query.distinct()).subquery()
    shortest = select(found.c.key).order_by(func.length(found.c.key), found.c.key).limit(limit)
    return list(c.execute(shortest).scalars().all())


def _scores(c: Connection, folded: str, keys: Sequence[str]) -> dict[str, float]:
    """Return the actors with names of some keys that are near a text, with how near: to 100."""
    rows: list[tuple[str, str]] = []
    for some in chunks(keys):
        query = (
            select(_actors.root_id, _aliases.folded)
            .join(tables.aliases, _aliases.actor_id == _actors.id)
            .where(_aliases.key.in_(some))
        )
        rows += c.execute(query).tuples().all()
    if not rows:
        return {}
    near = process.cdist([folded], [name for _, name in rows], scorer=fuzz.token_set_ratio)[0]
    scores: dict[str, float] = {}
    for (root, name), whole in zip(rows, near.tolist(), strict=True):
        part = fuzz.partial_ratio(folded, name, score_cutoff=whole) if whole < 100 else 0
        score = max(whole, part) - abs(len(name) - len(folded)) / 100
        scores[root] = max(score, scores.get(root, 0.0))
    return {root: score for root, score in scores.items() if score >= NEAR}
