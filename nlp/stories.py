"""Which documents tell the same thing: rewritten releases, excerpts, quotes, changed titles.

A document is reduced to the smallest hashes of its five-word shingles (a bottom-k sketch,
Cohen & Kaplan 2007). Unlike the usual MinHash signature it estimates containment as well as
resemblance (Broder 1997), so that an excerpt is recognised inside a longer article. Beside it
stand its passages (`nlp.passages`): sentences and spoken words, which are the same in whatever
order and company they are told. A document that quotes one release counts as that release; one
that takes from several is a round-up, and is a story of its own.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nlp import passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint32]

SKETCH = 128
BANDS = 24
RESEMBLANCE = 0.3
CONTAINMENT = 0.5
FEWEST = 6
"""Shared hashes under which only equal texts are one story."""
MANY_STORIES = 4
RETOLD = 0.5
"""Share of the shorter text's words, in passages of both, from which it is the other told anew."""
QUOTED = 0.2
"""The same share, from which one quotes the other, when what closes both is left out."""
CITED = 0.1
"""The same share in spoken words: nobody says the same twice."""
SPOKEN = 14
"""Words of one sentence in quotation marks that is no commonplace."""
SEVERAL = 32
"""Words, in two sentences at least, that no two writers find by themselves; of a text told anew
two thirds will do."""
MOSTLY = 0.6
"""Share of what a text takes from earlier ones that comes from its one story."""
NOTHING = np.empty(0, np.uint32)


class Fingerprint(NamedTuple):
    """What is kept of a text for finding its near-duplicates."""

    signature: bytes
    """The smallest hashes of its shingles, ascending; a zero; its passages. Little-endian uint32.
    """
    bands: tuple[str, ...]
    """Keys that near-duplicates share with high probability."""


class Kept(NamedTuple):
    """A signature, read."""

    source: str
    sketch: Hashes
    passages: Mapping[int, passages.Passage]
    words: int
    """In all its passages."""


def fingerprint(text: str) -> Fingerprint:
    """Return the same fingerprint for the same words on every machine, in any run."""
    hashes, told = passages.read(text)
    sketch = np.unique(hashes)[:SKETCH]
    keys = dict.fromkeys([*sketch[:BANDS].tolist(), *(p.key for p in told)])
    signature = np.concatenate([sketch, np.zeros(1, np.uint32), passages.packed(told)])
    return Fingerprint(signature.astype("<u4").tobytes(), tuple(f"{key:08x}" for key in keys))


def same(a: Fingerprint, b: Fingerprint, *, one_source: bool = False) -> bool:
    """Tell whether two texts tell the same thing."""
    return likeness(_read(a.signature, "a"), _read(b.signature, "a" if one_source else "b")) >= 1


def story_of(
    signature: bytes, source: str, neighbours: Sequence[tuple[str, str, bytes]]
) -> str | None:
    """Return the story of the most alike of `neighbours`, `None` if none tells the same.

    A neighbour is its source's id, its story's id and its signature. What several stories share
    is a formula (a footer, a paragraph about the publisher), and says nothing; nor does a
    sentence that one source repeats.
    """
    mine = _read(signature, source)
    others = [(story, _read(other, where)) for where, story, other in neighbours]
    formulas = _formulas(mine, others)
    alike: dict[str, float] = {}
    taken: dict[str, dict[int, int]] = {}
    for story, other in others:
        alike[story] = max(alike.get(story, 0.0), likeness(mine, other, formulas))
        taken.setdefault(story, {}).update({p.key: p.words for p in _shared(mine, other, formulas)})
    words = {story: sum(keys.values()) for story, keys in taken.items()}
    told = [story for story, score in alike.items() if score >= 1]
    if not told:
        return None
    best = min(told, key=lambda story: (-words[story], -alike[story], story))
    everything = {key: count for keys in taken.values() for key, count in keys.items()}
    return best if words[best] >= MOSTLY * sum(everything.values()) else None


def likeness(mine: Kept, other: Kept, formulas: Hashes = NOTHING) -> float:
    """Return how alike two texts are, `formulas` left out; from 1 on they are one story."""
    return max(
        _sketched(mine.sketch, other.sketch, formulas),
        _retold(mine, other, formulas),
    )


def _sketched(left: Hashes, right: Hashes, formulas: Hashes) -> float:
    limit = min(_limit(left), _limit(right))
    left, right = left[left <= limit], right[right <= limit]
    if len(formulas):
        left = np.setdiff1d(left, formulas, assume_unique=True)
        right = np.setdiff1d(right, formulas, assume_unique=True)
    common = len(np.intersect1d(left, right, assume_unique=True))
    if common < FEWEST:
        return 1.0 if common and len(left) == len(right) == common else 0.0
    resemblance = common / (len(left) + len(right) - common)
    containment = common / min(len(left), len(right))
    return max(resemblance / RESEMBLANCE, containment / CONTAINMENT)


def _retold(mine: Kept, other: Kept, formulas: Hashes) -> float:
    """Return how far one of two texts is made of passages of the other, from 1 on if it is.

    A quotation gives 1 and no more: a text that is told anew is nearer.
    """
    shared = _shared(mine, other, formulas)
    if not shared or mine.source == other.source:
        return 0.0
    whole = min(mine.words, other.words)
    words = _words(shared)
    if len(shared) > 1 and words >= max(SEVERAL * 2 / 3, RETOLD * whole):
        return words / (RETOLD * whole)
    spoken = max((p.words for p in shared if p.spoken), default=0)
    body = [p for p in shared if not (p.closing and other.passages[p.key].closing)]
    quoted = len(body) > 1 and _words(body) >= max(SEVERAL, QUOTED * whole)
    return 1.0 if quoted or spoken >= max(SPOKEN, CITED * whole) else 0.0


def _words(told: Iterable[passages.Passage]) -> int:
    return sum(passage.words for passage in told)


def _shared(mine: Kept, other: Kept, formulas: Hashes) -> list[passages.Passage]:
    """Return the passages of a text that another one has, too."""
    keys = mine.passages.keys() & other.passages.keys()
    return [mine.passages[key] for key in keys.difference(formulas.tolist())]


def _formulas(mine: Kept, others: Sequence[tuple[str, Kept]]) -> Hashes:
    """Return those hashes of a text that more stories hold than copies would explain."""
    by_story: dict[str, list[Hashes]] = defaultdict(list)
    for story, other in others:
        by_story[story].append(_hashes(other))
    if len(by_story) < MANY_STORIES:
        return NOTHING
    own = _hashes(mine)
    held = [np.intersect1d(own, np.concatenate(hashes)) for hashes in by_story.values()]
    values, counts = np.unique(np.concatenate(held), return_counts=True)
    return values[counts >= MANY_STORIES]


def _hashes(kept: Kept) -> Hashes:
    return np.concatenate([kept.sketch, np.fromiter(kept.passages, np.uint32)])


def _read(signature: bytes, source: str) -> Kept:
    """Return what a signature holds; one that was made before there were passages has none."""
    values = np.frombuffer(signature, "<u4")
    zeros = np.flatnonzero(values == 0)
    end = int(zeros[0]) if len(zeros) else len(values)
    told = passages.unpacked(values[end + 1 :])
    return Kept(source, values[:end], {p.key: p for p in told}, _words(told))


def _limit(sketch: Hashes) -> int:
    """Return the hash up to which a sketch holds every shingle of its text."""
    return int(sketch[-1]) if len(sketch) >= SKETCH else 0xFFFFFFFF
