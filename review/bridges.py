"""Who stands inside the administration and who outside; the bridges, built and missing."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage import directory, edits
from vigie.gazetteer import fold
from vigie.records import Field, Side, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from storage.directory import Line
    from vigie.records import Edge

SHOWN = 40
"""Of each list, the best witnessed first."""
_SERVICE = re.compile(
    r"^(?:direction (?:de|du|des|d|generale|education|culture|sports)\b|service (?:de|du|des|d|"
    r"municipal|jeunesse|culture|sports|environnement)\b|mission \w+|pole \w+ de la ville|"
    r"delegation (?:a|aux|au)\b|secretariat general|cabinet du maire|regie municipale|ccas\b|"
    r"laboratoire d innovation publique|lab d innovation publique)"
)
"""How services of an administration are called, folded; people say otherwise where it errs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A tie between somebody inside and somebody outside."""

    inside: Line
    outside: Line
    edge: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """An actor outside, whom the lab keeps, to whom nobody inside is tied."""

    outside: Line
    through: Line | None = None
    """Who is tied to both, and could make the bridge."""
    inside: Line | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridges:
    """The ties between the two sides, and those that are not there."""

    built: tuple[Bridge, ...] = ()
    missing: tuple[Missing, ...] = ()
    alone: tuple[Line, ...] = ()
    """Allies inside who are tied to nobody outside."""


def side_of(line: Line) -> Side:
    """Return where an actor stands: as people wrote, else by its name."""
    if Field.SIDE in line.written:
        return Side(next(iter(line.written[Field.SIDE].edit.value), Side.EXTERNAL))
    return Side.INTERNAL if _SERVICE.match(fold(line.name)) else Side.EXTERNAL


def bridges(c: Connection, edges: Iterable[Edge], shown: Mapping[str, Line]) -> Bridges:
    """Return the bridges between the actors shown and those said to be inside, and the missing.

    `edges` are all ties, `shown` the actors that the page knows.
    """
    edges = list(edges)
    said = edits.saying(c, Field.SIDE, Side.INTERNAL)
    kept = directory.ids(c, frozenset({Verdict.KEEP, Verdict.WATCH}))
    more = [i for i in dict.fromkeys((*said, *kept)) if i not in shown]
    lines = {**shown, **{line.actor_id: line for line in directory.lines(c, more)}}
    inside = {i for i, line in lines.items() if side_of(line) is Side.INTERNAL}
    near: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        near[edge.actor_id].add(edge.other_id)
        near[edge.other_id].add(edge.actor_id)
    built = [_bridge(edge, lines, inside) for edge in edges if _crosses(edge, lines, inside)]
    built.sort(key=lambda one: (-one.edge.stories, one.inside.name, one.outside.name))
    outside = [i for i in kept if i in lines and i not in inside]
    missing = [_missing(i, near, lines, inside) for i in outside if not near[i] & inside]
    missing.sort(key=lambda one: (one.through is None, one.outside.name))
    alone = [lines[i] for i in sorted(inside) if not (near[i] - inside) & lines.keys()]
    return Bridges(
        built=tuple(built[:SHOWN]), missing=tuple(missing[:SHOWN]), alone=tuple(alone[:SHOWN])
    )


def _crosses(edge: Edge, lines: Mapping[str, Line], inside: set[str]) -> bool:
    both = {edge.actor_id, edge.other_id}
    return both <= lines.keys() and len(both & inside) == 1


def _bridge(edge: Edge, lines: Mapping[str, Line], inside: set[str]) -> Bridge:
    one, other = edge.actor_id, edge.other_id
    if one not in inside:
        one, other = other, one
    return Bridge(inside=lines[one], outside=lines[other], edge=edge)


def _missing(
    outside: str, near: Mapping[str, set[str]], lines: Mapping[str, Line], inside: set[str]
) -> Missing:
    """Return a bridge that is not there, with who could make it: tied to both."""
    ways = (
        (between, end)
        for between in sorted(near[outside] & lines.keys())
        for end in sorted(near[between] & inside)
    )
    through, end = next(ways, (None, None))
    return Missing(
        outside=lines[outside],
        through=lines[through] if through else None,
        inside=lines[end] if end else None,
    )
