"""Which documents tell the same thing: rewritten releases, excerpts, changed titles.

A document is reduced to the smallest hashes of its three-word shingles (a bottom-k sketch,
Cohen & Kaplan 2007). Unlike the usual MinHash signature it estimates containment as well as
resemblance (Broder 1997), so that an excerpt is recognised inside a longer article.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SKETCH = 128
BANDS = 24
RESEMBLANCE = 0.35
CONTAINMENT = 0.6
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
    return likeness(a.signature, b.signature) >= 1


def likeness(a: bytes, b: bytes) -> float:
    """Return how alike two signatures are; from 1 on their texts are one story."""
    left, right = np.frombuffer(a, "<u4"), np.frombuffer(b, "<u4")
    if not len(left) or not len(right):
        return 0.0
    limit = min(_limit(left), _limit(right))
    left, right = left[left <= limit], right[right <= limit]
    common = len(np.intersect1d(left, right, assume_unique=True))
    smaller = min(len(left), len(right))
    if common < 4:
        return 1.0 if common and len(left) == len(right) == common else 0.0
    resemblance = common / (len(left) + len(right) - common)
    return max(resemblance / RESEMBLANCE, common / smaller / CONTAINMENT)


def story_of(signature: bytes, neighbours: Sequence[tuple[str, str, bytes]]) -> str | None:
    """Return the story of the most alike of `neighbours`, `None` if none tells the same.

    A neighbour is a document's id, its story's id and its signature.
    """
    scored = [(likeness(signature, other), story) for _, story, other in neighbours]
    best = max((score for score, _ in scored), default=0.0)
    return min(story for score, story in scored if score == best) if best >= 1 else None


def _limit(sketch: NDArray[np.uint32]) -> int:
    """Return the hash up to which a sketch holds every shingle of its text."""
    return int(sketch[-1]) if len(sketch) >= SKETCH else 0xFFFFFFFF


def _shingles(text: str) -> NDArray[np.uint32]:
    """Return the sorted distinct hashes of the three-word shingles of a text."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))
    if not words:
        return np.empty(0, np.uint32)
    codes = np.array([zlib.crc32(word.encode()) for word in words], np.uint64)
    if len(codes) >= 3:
        codes = (
            codes[:-2] * np.uint64(0x9E3779B97F4A7C15)
            + codes[1:-1] * np.uint64(0xC2B2AE3D27D4EB4F)
            + codes[2:] * np.uint64(0x165667B19E3779F9)
        )
    codes ^= codes >> np.uint64(33)
    codes *= np.uint64(0xFF51AFD7ED558CCD)
    return np.unique((codes >> np.uint64(32)).astype(np.uint32))
