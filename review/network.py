"""Who is tied to whom, and which groups last: the network of half a year, groups over the weeks.

The list is the page; the picture, drawn by a script from the same numbers, is beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from review.shell import house, page, today
from review.text import path_part, plain
from review.words import choose_language
from storage import directory, queues, relations
from vigie.language import render
from vigie.records import ActorKind, Verdict
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from review.shell import House
    from storage.directory import Line
    from storage.relations import Edge
    from vigie.records import Cluster

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
class Net:
    """Actors and the ties between them."""

    lines: Mapping[str, Line]
    edges: tuple[Edge, ...]
    groups: Mapping[str, int]
    """Actor → number of the group that the ties make; groups of one are left out."""

    def ties(self, actor_id: str) -> list[tuple[Edge, Line]]:
        """Return the ties of an actor, the best witnessed first, with the other actor."""
        mine = [e for e in self.edges if actor_id in (e.actor_id, e.other_id)]
        mine.sort(key=lambda e: (-e.stories, e.actor_id, e.other_id))
        return [(e, self.lines[e.other_id if e.actor_id == actor_id else e.actor_id]) for e in mine]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the network; what is empty asks nothing."""

    type: str
    lien: str
    recits: int
    qui: str


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
    with house(request).store.reading() as c:
        net = _net(c, request, given)
    degrees = _degrees(net.edges)
    language = choose_language(request)
    ranked = sorted(net.lines, key=lambda i: (-degrees[i], net.lines[i].name))
    return page(
        request,
        "reseau.html",
        net=net,
        listed=[(net.lines[i], net.ties(i)) for i in ranked[:LISTED]],
        more=max(len(ranked) - LISTED, 0),
        given=given,
        kinds=sorted(KINDS.items(), key=lambda one: render(one[1], language)),
    )


@router.get("/reseau.json")
def data(request: Request, given: Given) -> JSONResponse:
    """Give what the picture is drawn from."""
    with house(request).store.reading() as c:
        net = _net(c, request, given)
    degrees = _degrees(net.edges)
    return JSONResponse(
        {
            "nodes": [
                {
                    "id": line.actor_id,
                    "name": plain(line.name, 60),
                    "href": f"/acteurs/{path_part(line.actor_id)}",
                    "ties": degrees[line.actor_id],
                    "group": net.groups.get(line.actor_id, 0),
                    "kept": line.verdict in {Verdict.KEEP, Verdict.WATCH},
                }
                for line in net.lines.values()
            ],
            "edges": [[e.actor_id, e.other_id, e.stories] for e in net.edges],
        }
    )


def _net(c: Connection, request: Request, given: Asked) -> Net:
    made, day = house(request), today(request)
    edges = [
        edge
        for edge in made.kept(("ties", day), lambda: _edges(made, day))
        if edge.stories >= given.recits and given.lien in ("", edge.kind)
    ]
    degrees = _degrees(edges)
    most = sorted(degrees, key=lambda i: (-degrees[i], i))[: 2 * MOST_NODES]
    lines = {line.actor_id: line for line in directory.lines(c, most)}
    if given.type in set(ActorKind):
        lines = {i: line for i, line in lines.items() if given.type in line.kinds}
    if given.qui:
        kept = {i for i, line in lines.items() if line.verdict in {Verdict.KEEP, Verdict.WATCH}}
        near = {
            i for e in edges for i in (e.actor_id, e.other_id) if {e.actor_id, e.other_id} & kept
        }
        lines = {i: line for i, line in lines.items() if i in near}
    shown = set(list(lines)[:MOST_NODES])
    kept_edges = tuple(e for e in edges if e.actor_id in shown and e.other_id in shown)
    tied = {i for e in kept_edges for i in (e.actor_id, e.other_id)}
    return Net(
        lines={i: lines[i] for i in lines if i in tied},
        edges=kept_edges,
        groups=_communities(kept_edges),
    )


def _edges(made: House, day: date) -> list[Edge]:
    with made.store.reading() as c:
        return relations.edges(c, day, day - HALF_YEAR)


def _degrees(edges: tuple[Edge, ...] | list[Edge]) -> Counter[str]:
    return Counter(i for e in edges for i in (e.actor_id, e.other_id))


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
        weeks = queues.weeks(c)[:WEEKS][::-1]
        found: dict[str, dict[str, Cluster]] = {}
        for week, clusters in queues.clusters(c, weeks).items():
            for cluster in clusters:
                found.setdefault(cluster.id, {})[week] = cluster
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
    labels = {one: ", ".join(cluster.label[:3]) for one, cluster in last.items()}
    return page(
        request,
        "communautes.html",
        groups=groups,
        weeks=weeks,
        labels=labels,
        most=max((max(g.sizes.values()) for g in groups), default=1),
    )
