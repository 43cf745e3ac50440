"""Which candidates belong together, and under what words."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from math import log
from typing import TYPE_CHECKING

import numpy as np
from sklearn.cluster import HDBSCAN
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from signals.context import Context, commune_name
from signals.text import STOP_WORDS, fold, stem, words
from vigie.records import Cluster, ClusterChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signals.profile import Profile

DIMENSIONS = 20
LABEL_TERMS = 4
FIRST_WEEKS = 6
"""Of an archive, in which no group is new: it was there before we listened, for all we know."""
SENTENCES = 12
"""Of one actor, the newest; one a story."""
_SPELT = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class _Bag:
    """The stems beside one actor, with the ways in which they are written."""

    stems: tuple[str, ...]
    spelt: Mapping[str, Counter[str]]


def clusters(
    profiles: Sequence[Profile], context: Context, last: Sequence[Cluster], week: str
) -> tuple[Cluster, ...]:
    """Return the groups of actors that are spoken of alike, the largest first.

    HDBSCAN (Campello, Moulavi & Sander 2013) on the truncated singular vectors of the TF-IDF of
    the words beside each actor. `last` are the groups of earlier weeks: one that shares half its
    members with them goes on under the old id, and says so when it merged or split. Fewer than
    four actors make no group.
    """
    ordered = sorted(profiles, key=lambda p: p.actor_id)
    places = {w for code in context.territory for w in words(commune_name(code))}
    bags = [_bag(profile, places) for profile in ordered]
    spoken = [index for index, bag in enumerate(bags) if bag.stems]
    if len(spoken) < 4:
        return ()
    marks = _marks([bags[index].stems for index in spoken])
    groups: dict[int, list[int]] = defaultdict(list)
    for index, mark in zip(spoken, marks, strict=True):
        if mark >= 0:
            groups[mark].append(index)
    labels = _labels({mark: [bags[i] for i in members] for mark, members in groups.items()})
    members = {mark: tuple(ordered[i].actor_id for i in found) for mark, found in groups.items()}
    lines = lineages(members, last, week, young=_young(context))
    made = [
        replace(lines[mark], label=labels[mark], members=members[mark]) for mark in sorted(groups)
    ]
    return tuple(sorted(made, key=lambda c: (-len(c.members), c.id)))


def _young(context: Context) -> bool:
    """Say whether the archive is too young for a group to be new."""
    return (context.as_of - context.archive_start).days < FIRST_WEEKS * 7


def _marks(documents: list[tuple[str, ...]]) -> list[int]:
    """Return a cluster number for each document, -1 for those that belong nowhere."""
    matrix = TfidfVectorizer(analyzer=list, sublinear_tf=True).fit_transform(documents)
    size = min(DIMENSIONS, len(documents) - 1, matrix.shape[1] - 1)
    if size < 2:
        return [-1] * len(documents)
    with np.errstate(invalid="ignore", divide="ignore"):  # texts that are all alike vary by nothing
        reduced = TruncatedSVD(size, algorithm="randomized", random_state=0).fit_transform(matrix)
    vectors = np.round(normalize(reduced), 6)
    least = 2 if len(documents) < 30 else 3
    model = HDBSCAN(
        min_cluster_size=least, min_samples=1, cluster_selection_method="leaf", copy=True
    )
    return [int(mark) for mark in model.fit_predict(vectors)]


def _bag(profile: Profile, places: set[str]) -> _Bag:
    own = {w for name in (profile.name, *profile.aliases) for w in words(name)}
    stems: list[str] = []
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    told: set[str] = set()
    for sighting in reversed(profile.sightings):
        if sighting.story_id in told:
            continue
        told.add(sighting.story_id)
        for word in _SPELT.findall(sighting.sentence):
            for folded in words(word):
                if len(folded) < 4 or folded in STOP_WORDS or folded in own or folded in places:
                    continue
                root = stem(folded)
                stems.append(root)
                if fold(word) == folded:
                    spelt[root][word.lower()] += 1
        if len(told) == SENTENCES:
            break
    return _Bag(tuple(stems), spelt)


def _labels(groups: Mapping[int, list[_Bag]]) -> dict[int, tuple[str, ...]]:
    """Return the most telling terms of each group by class-based TF-IDF.

    W(t, c) = tf(t, c) · ln(1 + A / f(t)), with A the mean number of words of a class and f(t)
    the term's frequency over all classes (Grootendorst 2022, equation 2). A term of one member
    alone labels no group unless nothing else does.
    """
    counts = {mark: Counter(s for bag in bags for s in bag.stems) for mark, bags in groups.items()}
    overall: Counter[str] = Counter()
    for count in counts.values():
        overall.update(count)
    mean = overall.total() / max(len(counts), 1)
    labels: dict[int, tuple[str, ...]] = {}
    for mark, bags in groups.items():
        held = Counter(s for bag in bags for s in set(bag.stems))
        total = counts[mark].total()
        weight = {s: n / total * log(1 + mean / overall[s]) for s, n in counts[mark].items()}
        top = sorted(weight, key=lambda s: (held[s] < 2, -weight[s], s))[:LABEL_TERMS]
        labels[mark] = tuple(_spelling(s, bags) for s in top)
    return labels


def _spelling(root: str, bags: Sequence[_Bag]) -> str:
    ways: Counter[str] = Counter()
    for bag in bags:
        ways.update(bag.spelt.get(root, {}))
    return min(ways, key=lambda way: (-ways[way], way)) if ways else root


def lineages(
    members: Mapping[int, tuple[str, ...]], last: Sequence[Cluster], week: str, *, young: bool
) -> dict[int, Cluster]:
    """Give each group its line: the earlier group that it continues, and how, or its birth.

    Two groups are of one line when they share two members or more and half of the smaller. The
    greatest overlap keeps the id; another group of that line has split from it, and a group that
    continues several has merged them (Greene, Doyle & Cunningham 2010, section III).
    """
    overlaps = sorted(
        (-len(shared), earlier.id, mark)
        for mark, found in members.items()
        for earlier in last
        if (shared := set(found) & set(earlier.members))
        and len(shared) >= 2
        and 2 * len(shared) >= min(len(found), len(earlier.members))
    )
    parents: dict[int, list[str]] = defaultdict(list)
    heirs: dict[str, int] = {}
    for _, earlier, mark in overlaps:
        parents[mark].append(earlier)
        if mark not in heirs.values():
            heirs.setdefault(earlier, mark)
    ids = {mark: cluster_id for cluster_id, mark in heirs.items()}
    since = {one.id: one.since for one in last}
    lines: dict[int, Cluster] = {}
    for mark, found in members.items():
        if mark in ids:
            lines[mark] = _heir(ids[mark], since[ids[mark]], parents[mark])
        else:
            lines[mark] = _born(found, week, parents[mark], young=young)
    return lines


def _heir(cluster_id: str, since: str, parents: Sequence[str]) -> Cluster:
    """Return the line of a group that keeps an earlier one's id."""
    plain = Cluster(id=cluster_id, label=(), members=(), since=since)
    if len(parents) == 1:
        return plain
    return replace(plain, change=ClusterChange.MERGED, came_from=tuple(sorted(parents)))


def _born(members: Sequence[str], week: str, parents: Sequence[str], *, young: bool) -> Cluster:
    """Return the line of a group with an id of its own."""
    digest = hashlib.sha256("\n".join((week, *members)).encode()).hexdigest()
    plain = Cluster(id=f"c-{digest[:12]}", label=(), members=(), since="" if young else week)
    if parents:
        return replace(plain, change=ClusterChange.SPLIT, came_from=tuple(sorted(parents)))
    return plain if young else replace(plain, change=ClusterChange.NEW)
