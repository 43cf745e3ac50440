"""Which documents tell the same thing: rewritten releases, excerpts, changed titles.

A document is reduced to the smallest hashes of its five-word shingles (a bottom-k sketch,
Cohen & Kaplan 2007). Unlike the usual MinHash signature it estimates containment as well as
resemblance (Broder 1997), so that an excerpt is recognised inside a longer article.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHINGLE = 5
"""Words. With three, documents that only share turns of phrase look like copies."""
MIXERS = tuple(np.uint64(pow(0x9E3779B97F4A7C15, n + 1, 2**64)) for n in range(SHINGLE))
SKETCH = 128
BANDS = 24
RESEMBLANCE = 0.3
CONTAINMENT = 0.5
FEWEST = 6
"""Shared hashes under which only equal texts are one story."""
MANY_STORIES = 4
NOTHING = np.empty(0, np.uint32)
WORD = re.compile(r"\w+")


class Fingerprint(NamedTuple):
    """What is kept of a text for finding its near-duplicates."""

    signature: bytes
    """The smallest hashes of its shingles, ascending, as little-endian uint32."""
    bands: tuple[str, ...]
    """Keys that near-duplicates share with high probability."""


def fingerprint(text: str) -> Fingerprint:
    """Return the same fingerprint for the same words on every machine, in any run."""
    hashes = _shingles(text)[:SKETCH]
    bands = tuple(f"{value:08x}" for value in hashes[:BANDS].tolist())
    return Fingerprint(hashes.astype("<u4").tobytes(), bands)


def same(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether two texts tell the same thing."""
    return likeness(_read(a.signature), _read(b.signature)) >= 1


def story_of(signature: bytes, neighbours: Sequence[tuple[str, str, bytes]]) -> str | None:
    """Return the story of the most alike of `neighbours`, `None` if none tells the same.

    A neighbour is a document's id, its story's id and its signature. What several stories share
    is a formula (a footer, a paragraph about the publisher), and says nothing.
    """
    mine = _read(signature)
    others = [(story, _read(other)) for _, story, other in neighbours]
    formulas = _formulas(mine, others)
    scored = [(likeness(mine, other, formulas), story) for story, other in others]
    best = max((score for score, _ in scored), default=0.0)
    return min(story for score, story in scored if score == best) if best >= 1 else None


def likeness(
    left: NDArray[np.uint32], right: NDArray[np.uint32], formulas: NDArray[np.uint32] = NOTHING
) -> float:
    """Return how alike two sketches are, `formulas` left out; from 1 on they are one story."""
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


def _formulas(
    mine: NDArray[np.uint32], others: list[tuple[str, NDArray[np.uint32]]]
) -> NDArray[np.uint32]:
    """Return those hashes of a sketch that more stories hold than copies would explain."""
    by_story: dict[str, list[NDArray[np.uint32]]] = defaultdict(list)
    for story, other in others:
        by_story[story].append(other)
    if len(by_story) < MANY_STORIES:
        return NOTHING
    held = [np.intersect1d(mine, np.concatenate(sketches)) for sketches in by_story.values()]
    values, counts = np.unique(np.concatenate(held), return_counts=True)
    return values[counts >= MANY_STORIES]


def _read(signature: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(signature, "<u4")


def _limit(sketch: NDArray[np.uint32]) -> int:
    """Return the hash up to which a sketch holds every shingle of its text."""
    return int(sketch[-1]) if len(sketch) >= SKETCH else 0xFFFFFFFF


def _shingles(text: str) -> NDArray[np.uint32]:
    """Return the sorted distinct hashes of the five-word shingles of a text."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))
    if not words:
        return np.empty(0, np.uint32)
    codes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
    if len(codes) >= SHINGLE:
        count = len(codes) - SHINGLE + 1
        codes = np.stack([codes[n : n + count] * mixer for n, mixer in enumerate(MIXERS)]).sum(0)
    codes ^= codes >> np.uint64(33)
    codes *= np.uint64(0xFF51AFD7ED558CCD)
    return np.unique((codes >> np.uint64(32)).astype(np.uint32))
