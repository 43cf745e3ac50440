"""Which candidates belong together, and under what words."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from signals.labels import labels, nouns
from vigie.records import Cluster, ClusterChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from signals.vectors import Space


def clusters(
    space: Space,
    ties: Mapping[tuple[str, str], float],
    last: Sequence[Cluster],
    week: str,
    *,
    young: bool,
    themes: Sequence[tuple[str, tuple[str, ...]]] = (),
) -> tuple[Cluster, ...]:
    """Return the groups of actors that are spoken of alike or together, the largest first.

    HDBSCAN (Campello, Moulavi & Sander 2013) on the distances between their vectors, which a
    sentence that ties two of them shortens. `last` are the groups of earlier weeks: one that
    shares half its members with them goes on under the old id, and says so when it merged or
    split. In a `young` archive no group is new.
    """
    groups: dict[int, list[int]] = defaultdict(list)
    for index, mark in enumerate(_marks(_distances(space, ties))):
        if mark >= 0:
            groups[mark].append(index)
    bags = {mark: [space.bags[i] for i in members] for mark, members in groups.items()}
    members = {mark: tuple(space.actors[i] for i in found) for mark, found in groups.items()}
    told = labels(bags, nouns(space.bags), themes)
    lines = lineages(members, last, week, young=young)
    made = [
        replace(lines[mark], label=told[mark], members=members[mark]) for mark in sorted(groups)
    ]
    return tuple(sorted(made, key=lambda c: (-len(c.members), c.id)))


def _distances(space: Space, ties: Mapping[tuple[str, str], float]) -> NDArray[np.float64]:
    """Return how far apart actors are, from 0 to 2; a tie of strength s leaves 1 − s of it."""
    from sklearn.metrics.pairwise import euclidean_distances

    between = np.asarray(euclidean_distances(space.vectors))
    row = {actor: index for index, actor in enumerate(space.actors)}
    for (first, second), strength in ties.items():
        if first in row and second in row:
            between[row[first], row[second]] *= 1 - strength
            between[row[second], row[first]] *= 1 - strength
    return np.round(between, 6)


def _marks(distances: NDArray[np.float64]) -> list[int]:
    """Return a cluster number for each actor, -1 for those that belong nowhere."""
    from sklearn.cluster import HDBSCAN

    least = 2 if len(distances) < 30 else 3
    model = HDBSCAN(
        metric="precomputed",
        min_cluster_size=least,
        min_samples=1,
        cluster_selection_method="leaf",
        copy=True,
    )
    return [int(mark) for mark in model.fit_predict(distances)]


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
            lines[mark] = _born(found, week, parents[mark], since, young=young)
    return lines


def _heir(cluster_id: str, since: str, parents: Sequence[str]) -> Cluster:
    """Return the line of a group that keeps an earlier one's id."""
    plain = Cluster(id=cluster_id, label=(), members=(), since=since)
    if len(parents) == 1:
        return plain
    return replace(plain, change=ClusterChange.MERGED, came_from=tuple(sorted(parents)))


def _born(
    members: Sequence[str],
    week: str,
    parents: Sequence[str],
    since: Mapping[str, str],
    *,
    young: bool,
) -> Cluster:
    """Return the line of a group with an id of its own; a part is as old as what it was part of."""
    digest = hashlib.sha256("\n".join((week, *members)).encode()).hexdigest()
    plain = Cluster(id=f"c-{digest[:12]}", label=(), members=(), since="" if young else week)
    if parents:
        return replace(
            plain,
            since=min(since[one] for one in parents),
            change=ClusterChange.SPLIT,
            came_from=tuple(sorted(parents)),
        )
    return plain if young else replace(plain, change=ClusterChange.NEW)
