"""Who is tied to whom, and which groups last: the network of half a year, groups over the weeks.

The list is the page; the picture, drawn by a script from the same numbers, is beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from review.bridges import bridges, insiders
from review.reckoning import Reckoning
from review.shell import house, page, waiting
from review.text import path_part, plain
from review.words import choose_language
from storage import directory, queues, relations
from vigie.language import render
from vigie.records import ActorKind, ClusterChange, Message, Verdict
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from review.shell import House
    from storage import Store
    from storage.directory import Line
    from vigie.records import Cluster, Edge
    from vigie.settings import Settings

HALF_YEAR = timedelta(weeks=26)
MOST_NODES = 500
LISTED = 60
"""Actors that the list names, the most tied first."""
WEEKS = 16
"""Shown of the groups."""

router = APIRouter()

Number = Annotated[int, Query(ge=1, le=50)]
Word = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True, slots=True)
class Tied:
    """What ties all actors, and of it what is shown to who asks for nothing."""

    edges: tuple[Edge, ...]
    by_actor: Mapping[str, tuple[Edge, ...]]
    """All ties of each actor, the best witnessed first."""
    shape: Shape


@dataclass(frozen=True, slots=True)
class Shape:
    """The ties of the actors that are tied most, and the groups that they make."""

    edges: tuple[Edge, ...]
    groups: Mapping[str, int]


@dataclass(frozen=True)
class Net:
    """Actors and the ties between them."""

    names: Mapping[str, str]
    edges: tuple[Edge, ...]
    groups: Mapping[str, int]
    """Actor → number of the group that the ties make; groups of one are left out."""

    def ties(self, actor_id: str) -> list[tuple[Edge, str]]:
        """Return the ties of an actor, the best witnessed first, with the other actor."""
        mine = self._by_actor[actor_id]
        return [(e, e.other_id if e.actor_id == actor_id else e.actor_id) for e in mine]

    @cached_property
    def degrees(self) -> Counter[str]:
        """Return how many ties each actor has."""
        return _degrees(self.edges)

    @cached_property
    def _by_actor(self) -> Mapping[str, tuple[Edge, ...]]:
        return _by_actor(self.edges)

    def ranked(self) -> list[str]:
        """Return the actors, the most tied first."""
        return sorted(self.names, key=lambda i: (-self.degrees[i], self.names[i]))


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the network; what is empty asks nothing."""

    type: str = ""
    lien: str = ""
    recits: int = 1
    qui: str = ""


def asked(
    *,
    type: Word = "",  # noqa: A002 - its name in the address
    lien: Word = "",
    recits: Number = 1,
    qui: Word = "",
) -> Asked:
    """Read what an address asks (a dependency)."""
    return Asked(type, lien, recits, qui)


Given = Annotated[Asked, Depends(asked)]


@router.get("/reseau")
def show(request: Request, given: Given) -> HTMLResponse:
    """Show the network: its actors with their ties as a list, and as a picture."""
    made, language = house(request), choose_language(request)
    tied = made.reckonings.ready(TIES)
    if tied is None:
        return waiting(request, Message("Le réseau se calcule"))
    with made.store.reading() as c:
        net = _asked_for(c, tied, given)
        across = bridges(c, tied.by_actor, net.names)
    ranked = net.ranked()
    return page(
        request,
        "reseau.html",
        net=net,
        listed=[(i, net.ties(i)) for i in ranked[:LISTED]],
        more=max(len(ranked) - LISTED, 0),
        given=given,
        across=across,
        kinds=sorted(KINDS.items(), key=lambda one: render(one[1], language)),
    )


@router.get("/reseau.json")
def data(request: Request, given: Given) -> JSONResponse:
    """Give what the picture is drawn from."""
    made = house(request)
    net = network(made, given)
    with made.store.reading() as c:
        inside, kept = insiders(c, net.names), _kept(c)
    return JSONResponse(
        {
            "nodes": [
                {
                    "id": i,
                    "name": plain(name, 60),
                    "href": f"/acteurs/{path_part(i)}",
                    "ties": net.degrees[i],
                    "group": net.groups.get(i, 0),
                    "kept": i in kept,
                    "inside": i in inside,
                }
                for i, name in net.names.items()
            ],
            "edges": [[e.actor_id, e.other_id, e.stories] for e in net.edges],
        }
    )


def network(made: House, given: Asked) -> Net:
    """Return the network of half a year as it is asked for, of the most tied actors."""
    tied = made.reckonings.kept(TIES)
    with made.store.reading() as c:
        return _asked_for(c, tied, given)


def _asked_for(c: Connection, tied: Tied, given: Asked) -> Net:
    if given == Asked():
        return _net(c, tied.shape, _names(tied.shape.edges))
    edges = [e for e in tied.edges if e.stories >= given.recits and given.lien in ("", e.kind)]
    shown = _names(edges)[: 2 * MOST_NODES]
    if given.type in set(ActorKind):
        shown = [i.actor_id for i in directory.lines(c, shown) if given.type in i.kinds]
    if given.qui:
        kept = _kept(c).intersection(shown)
        near = {
            i for e in edges for i in (e.actor_id, e.other_id) if {e.actor_id, e.other_id} & kept
        }
        shown = [i for i in shown if i in near]
    return _net(c, _shape(edges, shown[:MOST_NODES]), shown)


def _net(c: Connection, shape: Shape, shown: Sequence[str]) -> Net:
    """Return the network of a shape: those of its actors that are known, in the order given."""
    tied = _degrees(shape.edges)
    names = directory.names(c, [i for i in shown if i in tied])
    known = tuple(e for e in shape.edges if e.actor_id in names and e.other_id in names)
    return Net(names=names, edges=known, groups=shape.groups)


def _kept(c: Connection) -> frozenset[str]:
    """Return the actors that the lab keeps or watches."""
    return frozenset(directory.ids(c, frozenset({Verdict.KEEP, Verdict.WATCH})))


def _names(edges: Iterable[Edge]) -> list[str]:
    """Return the actors of some ties, the most tied first."""
    degrees = _degrees(edges)
    return sorted(degrees, key=lambda i: (-degrees[i], i))


def _shape(edges: Iterable[Edge], names: Iterable[str]) -> Shape:
    """Return what ties some actors among each other."""
    shown = set(names)
    among = tuple(e for e in edges if e.actor_id in shown and e.other_id in shown)
    return Shape(edges=among, groups=_communities(among))


def _tied(store: Store, _: Settings, day: date) -> Tied:
    with store.reading() as c:
        edges = tuple(relations.edges(c, day, day - HALF_YEAR))
    return Tied(
        edges=edges, by_actor=_by_actor(edges), shape=_shape(edges, _names(edges)[:MOST_NODES])
    )


TIES = Reckoning("ties", ("documents", "mentions", "actors", "relations"), _tied)


def _degrees(edges: Iterable[Edge]) -> Counter[str]:
    return Counter(i for e in edges for i in (e.actor_id, e.other_id))


def _by_actor(edges: Iterable[Edge]) -> Mapping[str, tuple[Edge, ...]]:
    """Return the ties of each actor, the best witnessed first."""
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda e: (-e.stories, e.actor_id, e.other_id)):
        found[edge.actor_id].append(edge)
        found[edge.other_id].append(edge)
    return {i: tuple(mine) for i, mine in found.items()}


def _communities(edges: tuple[Edge, ...]) -> Mapping[str, int]:
    """Return groups of actors by label propagation (Raghavan, Albert & Kumara 2007).

    Each actor takes, in a fixed order, the label with the most stories among its neighbours,
    until nothing moves; the largest group is number 1.
    """
    near: dict[str, Counter[str]] = defaultdict(Counter)
    for edge in edges:
        near[edge.actor_id][edge.other_id] += edge.stories
        near[edge.other_id][edge.actor_id] += edge.stories
    label = {i: i for i in near}
    for _ in range(20):
        moved = False
        for i in sorted(near, key=lambda i: (-len(near[i]), i)):
            votes: Counter[str] = Counter()
            for other, stories in near[i].items():
                votes[label[other]] += stories
            best = min(votes, key=lambda one: (-votes[one], one != label[i], one))
            moved |= best != label[i]
            label[i] = best
        if not moved:
            break
    sizes = Counter(label.values())
    numbers = {one: n for n, one in enumerate(sorted(sizes, key=lambda i: (-sizes[i], i)), start=1)}
    return {i: numbers[label[i]] for i in label}


# --- groups over the weeks -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lasting:
    """A group over the weeks: as it was last seen, and its size in each week it was seen."""

    cluster: Cluster
    sizes: Mapping[str, int]
    members: tuple[Line, ...]

    @property
    def last(self) -> str:
        """Return the week in which it was last seen."""
        return max(self.sizes)


@router.get("/communautes")
def show_groups(request: Request) -> HTMLResponse:
    """Show the groups of the last weeks' queues: since when, how large, who is in them."""
    with house(request).store.reading() as c:
        weeks, groups = lasting(c)
    return page(
        request,
        "communautes.html",
        groups=groups,
        weeks=weeks,
        labels={one.cluster.id: ", ".join(one.cluster.label[:3]) for one in groups},
        most=max((max(g.sizes.values()) for g in groups), default=1),
    )


def lasting(c: Connection) -> tuple[list[str], list[Lasting]]:
    """Return the last weeks, the oldest first, and their groups, those seen last first."""
    weeks = queues.weeks(c)[:WEEKS][::-1]
    found: dict[str, dict[str, Cluster]] = {}
    for week, clusters in queues.clusters(c, weeks).items():
        for cluster in clusters:
            found.setdefault(cluster.id, {})[week] = cluster
    found = _joined(found)
    last = {one: seen[max(seen)] for one, seen in found.items()}
    members = {i for cluster in last.values() for i in cluster.members}
    lines = {line.actor_id: line for line in directory.lines(c, sorted(members))}
    groups = [
        Lasting(
            last[one],
            {week: len(cluster.members) for week, cluster in seen.items()},
            tuple(lines[i] for i in last[one].members if i in lines),
        )
        for one, seen in found.items()
    ]
    groups.sort(key=lambda g: (g.last, len(g.cluster.members), g.cluster.id), reverse=True)
    return weeks, groups


def _joined(found: dict[str, dict[str, Cluster]]) -> dict[str, dict[str, Cluster]]:
    """Return the groups by week, those that a person would call one under the id of the last.

    The queue's own identity is stricter: a group that comes back after weeks of silence with
    other words, or with some of its members, may have another id.
    """
    lines: dict[str, dict[str, Cluster]] = {}
    for one, seen in sorted(found.items(), key=lambda i: (max(i[1]), i[0]), reverse=True):
        later = next((i for i, line in lines.items() if _goes_on(seen, line)), None)
        lines[later or one] = seen | lines[later] if later else dict(seen)
    for one, line in lines.items():
        last = max(line)
        since = min(line[week].since or week for week in line)
        cluster = line[last]
        if one in found and len(line) > len(found[one]):
            cluster = replace(cluster, since=since, change=ClusterChange.GOES_ON)
        line[last] = cluster
    return lines


def _goes_on(seen: Mapping[str, Cluster], later: Mapping[str, Cluster]) -> bool:
    """Tell whether a group of some weeks went on as another one, of later weeks."""
    if max(seen) >= min(later):
        return False
    one, other = seen[max(seen)], later[min(later)]
    shared = len(set(one.members) & set(other.members))
    most = 2 * shared >= min(len(one.members), len(other.members))
    return shared > 0 and (most or one.label[:3] == other.label[:3])
