"""Which documents tell the same thing: rewritten releases, excerpts, quotes, changed titles.

A document is reduced to a theta sketch of its five-word shingles (Dasgupta, Lang, Rhodes & Thaler
2016; the library is Apache DataSketches): the smallest hashes, and the bound under which it holds
all of them. Unlike the usual MinHash signature it estimates containment as well as resemblance
(Broder 1997), so that an excerpt is recognised inside a longer article. Beside it stand its
passages (`nlp.passages`): sentences and spoken words, which are the same in whatever order and
company they are told. A document that quotes one release counts as that release; one that takes
from several is a round-up, and is a story of its own.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections import Counter, defaultdict
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from datasketches import compact_theta_sketch, update_theta_sketch

from nlp import passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

LG_SKETCH = 7
"""Binary logarithm of how many hashes a sketch keeps: 128."""
SHINGLE = 5
"""Words. With three, documents that only share turns of phrase look like copies."""
BANDS = 24
KEY = 0xFFFFFFFF
"""Bits of a hash by which the base finds neighbours; the smallest hashes differ in the low ones."""
HEADER = struct.Struct("<II")
"""A zero, which older signatures do not begin with, and the length of the sketch in bytes."""
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
NOTHING: AbstractSet[int] = frozenset()
AT_HAND = 1024
"""Signatures that are kept as read, some 10 kB each: a batch looks at its neighbours again and
again, while others wait for their turn to write."""


class Fingerprint(NamedTuple):
    """What is kept of a text for finding its near-duplicates."""

    signature: bytes
    """`HEADER`, the sketch as the library writes it, the passages as little-endian uint32."""
    bands: tuple[str, ...]
    """Keys that near-duplicates share with high probability."""


class Kept(NamedTuple):
    """A signature, read."""

    source: str
    sketch: compact_theta_sketch
    hashes: frozenset[int]
    """Of the sketch."""
    ordered: tuple[int, ...]
    """The same, the smallest first."""
    passages: Mapping[int, passages.Passage]
    words: int
    """In all its passages."""


def fingerprint(text: str) -> Fingerprint:
    """Return the same fingerprint for the same words on every machine, in any run."""
    words, told = passages.read(text)
    sketch = _sketch(words)
    keys = dict.fromkeys([*(h & KEY for h in islice(sketch, BANDS)), *(p.key for p in told)])
    kept = sketch.serialize()
    signature = HEADER.pack(0, len(kept)) + kept + passages.packed(told)
    return Fingerprint(signature, tuple(f"{key:08x}" for key in keys))


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


def likeness(mine: Kept, other: Kept, formulas: AbstractSet[int] = NOTHING) -> float:
    """Return how alike two texts are, `formulas` left out; from 1 on they are one story."""
    return max(
        _sketched(mine, other, formulas),
        _retold(mine, other, formulas),
    )


def _sketch(words: Sequence[str]) -> compact_theta_sketch:
    """Return the sketch of each run of five words; of all of them if there are fewer."""
    sketch = update_theta_sketch(LG_SKETCH)
    shingle = min(SHINGLE, len(words))
    for run in zip(*(words[n:] for n in range(shingle)), strict=False):
        sketch.update(" ".join(run))
    sketch.trim()
    return sketch.compact()


def _sketched(left: Kept, right: Kept, formulas: AbstractSet[int]) -> float:
    met = (left.hashes & right.hashes) - formulas
    if not met:
        return 0.0  # most neighbours share a sentence, or a band by chance
    bound = min(left.sketch.theta64, right.sketch.theta64)  # as of their intersection
    common = sum(h < bound for h in met)
    mine, theirs = (
        bisect_left(kept.ordered, bound) - sum(h < bound for h in kept.hashes & formulas)
        for kept in (left, right)
    )
    if common < FEWEST:
        return 1.0 if common and mine == theirs == common else 0.0
    resemblance = common / (mine + theirs - common)
    containment = common / min(mine, theirs)
    return float(max(resemblance / RESEMBLANCE, containment / CONTAINMENT))


def _retold(mine: Kept, other: Kept, formulas: AbstractSet[int]) -> float:
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


def _shared(mine: Kept, other: Kept, formulas: AbstractSet[int]) -> list[passages.Passage]:
    """Return the passages of a text that another one has, too."""
    keys = (mine.passages.keys() & other.passages.keys()) - formulas
    return [mine.passages[key] for key in keys]


def _formulas(mine: Kept, others: Sequence[tuple[str, Kept]]) -> AbstractSet[int]:
    """Return those hashes of a text that more stories hold than copies would explain."""
    by_story: dict[str, set[int]] = defaultdict(set)
    own = mine.hashes | mine.passages.keys()
    for story, other in others:
        by_story[story] |= (own & other.hashes) | (own & other.passages.keys())
    held = Counter(value for hashes in by_story.values() for value in hashes)
    return {value for value, stories in held.items() if stories >= MANY_STORIES}


@lru_cache(maxsize=AT_HAND)
def _read(signature: bytes, source: str) -> Kept:
    """Return what a signature holds; of one that an older version made, its passages alone."""
    zero, length = HEADER.unpack_from(signature.ljust(HEADER.size, b"\0"))
    if zero == 0 < length:
        end = HEADER.size + length
        sketch = compact_theta_sketch.deserialize(signature[HEADER.size : end])
    else:
        end, sketch = _end_of_former(signature), _sketch([])
    told = passages.unpacked(signature[end:])
    hashes = tuple(sorted(sketch))
    return Kept(source, sketch, frozenset(hashes), hashes, {p.key: p for p in told}, _words(told))


def _end_of_former(signature: bytes) -> int:
    """Return where the passages begin of a signature whose sketch was uint32, then a zero."""
    values = [value for (value,) in struct.iter_unpack("<I", signature)]
    return 4 * (values.index(0) + 1) if 0 in values else len(signature)
