"""Under what words a group of actors is told: nouns, as people write them."""

from __future__ import annotations

from collections import Counter
from math import log
from typing import TYPE_CHECKING

from signals.nouns import telling
from signals.text import words
from signals.vectors import spelling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from signals.vectors import Bag

TERMS = 3
FEWEST_TERMS = 2


def nouns(bags: Iterable[Bag]) -> frozenset[str]:
    """Return the nouns that some texts hold and that say what somebody does."""
    written: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for bag in bags:
        for ways in bag.spelt.values():
            written.update(ways)
        for ways in bag.named.values():
            named.update(ways)
    return telling(named, written)


def labels(
    groups: Mapping[int, Sequence[Bag]],
    known: AbstractSet[str],
    themes: Sequence[tuple[str, tuple[str, ...]]],
) -> dict[int, tuple[str, ...]]:
    """Return the most telling of the `known` nouns for each group, by class-based TF-IDF.

    W(t, c) = tf(t, c) · ln(1 + A / f(t)), with A the mean number of words of a class and f(t)
    the term's frequency over all classes (Grootendorst 2022, equation 2).
    """
    counts = {mark: Counter(s for bag in bags for s in bag.stems) for mark, bags in groups.items()}
    overall: Counter[str] = Counter()
    for count in counts.values():
        overall.update(count)
    mean = overall.total() / max(len(counts), 1)
    return {
        mark: _told(
            {s: n / count.total() * log(1 + mean / overall[s]) for s, n in count.items()},
            groups[mark],
            known,
            themes,
        )
        for mark, count in counts.items()
    }


def _told(
    weight: Mapping[str, float],
    bags: Sequence[Bag],
    known: AbstractSet[str],
    themes: Sequence[tuple[str, tuple[str, ...]]],
) -> tuple[str, ...]:
    """Return the words of one group, the weightiest first.

    A word of one member alone comes in only where two are wanting, one of a member's name never.
    A theme whose words two members bear is called as the lab calls it. Where nothing is a noun,
    as in bare lists, the words stand as they are.
    """
    held = Counter(s for bag in bags for s in set(bag.stems))
    names = frozenset[str]().union(*(bag.names for bag in bags))
    ways = {s: theme for theme, stems in themes if _held(stems, held) for s in stems}
    for s in weight.keys() - ways.keys():
        if (way := _noun(s, bags, known, names)) is not None:
            ways[s] = way
    for s in weight if not ways else ():
        if names.isdisjoint(words(way := spelling(s, bags))):
            ways[s] = way
    told: list[str] = []
    for s in sorted(ways, key=lambda s: (held[s] < 2, -weight[s], s)):
        if len(told) == TERMS or (held[s] < 2 and len(told) >= FEWEST_TERMS):
            break
        told = _joined(told, ways[s])
    return tuple(told)


def _joined(told: Sequence[str], term: str) -> list[str]:
    """Return terms with one more, none of which is part of another: *jeu*, *jeu de société*."""
    new = set(words(term))
    if any(new <= set(words(other)) for other in told):
        return list(told)
    return [*(other for other in told if not set(words(other)) < new), term]


def _held(stems: Iterable[str], held: Mapping[str, int]) -> bool:
    return all(held.get(s, 0) > 1 for s in stems)


def _noun(
    root: str, bags: Sequence[Bag], known: AbstractSet[str], names: AbstractSet[str]
) -> str | None:
    """Return the noun of a stem that some texts write most often, unless a name holds it."""
    found: Counter[str] = Counter()
    for bag in bags:
        found.update(bag.named.get(root, {}))
    likely = [way for way in found if way in known and names.isdisjoint(words(way))]
    return min(likely, key=lambda way: (-found[way], way), default=None)
