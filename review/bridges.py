"""Who stands inside the administration and who outside; the bridges, built and missing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from storage import directory, edits
from vigie.gazetteer import fold
from vigie.records import Field, Side, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

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
    inside: frozenset[str] = frozenset()
    """Who of those that the page knows stands inside."""


def side_of(line: Line) -> Side:
    """Return where an actor stands: as people wrote, else by its name."""
    if Field.SIDE in line.written:
        return Side(next(iter(line.written[Field.SIDE].edit.value), Side.EXTERNAL))
    return _by_name(line.name)


def _by_name(name: str) -> Side:
    return Side.INTERNAL if _SERVICE.match(fold(name)) else Side.EXTERNAL


def insiders(c: Connection, names: Mapping[str, str]) -> frozenset[str]:
    """Return those of some actors, given with their names, who stand inside (`side_of`)."""
    said = {
        i: next(iter(one[Field.SIDE].edit.value), Side.EXTERNAL)
        for i, one in edits.standing(c, names, Field.SIDE).items()
    }
    return frozenset(
        i for i, name in names.items() if (said.get(i) or _by_name(name)) == Side.INTERNAL
    )


def bridges(c: Connection, ties: Mapping[str, Sequence[Edge]], shown: Mapping[str, str]) -> Bridges:
    """Return the bridges between the actors shown and those said to be inside, and the missing.

    `ties` are all ties of each actor, `shown` the names of the actors that the page knows.
    """
    said = edits.saying(c, Field.SIDE, Side.INTERNAL)
    kept = directory.ids(c, frozenset({Verdict.KEEP, Verdict.WATCH}))
    more = [i for i in dict.fromkeys((*said, *kept)) if i not in shown]
    names = {**shown, **directory.names(c, more)}
    inside = insiders(c, names)

    def near(i: str) -> set[str]:
        return {_other(edge, i) for edge in ties.get(i, ())}

    built = [
        (i, other, edge)
        for i in inside
        for edge in ties.get(i, ())
        if (other := _other(edge, i)) in names and other not in inside
    ]
    built.sort(key=lambda one: (-one[2].stories, names[one[0]], names[one[1]], one[2].kind))
    missing = [
        (i, *_between(near, near(i), names, inside))
        for i in kept
        if i in names and i not in inside and not near(i) & inside
    ]
    missing.sort(key=lambda one: (not one[1], names[one[0]]))
    alone = [i for i in sorted(inside) if not (near(i) - inside) & names.keys()]
    found = _read(c, built[:SHOWN], missing[:SHOWN], alone[:SHOWN])
    return replace(found, inside=inside)


def _other(edge: Edge, i: str) -> str:
    return edge.other_id if edge.actor_id == i else edge.actor_id


def _between(
    near: Callable[[str], set[str]],
    around: set[str],
    names: Mapping[str, str],
    inside: frozenset[str],
) -> tuple[str, str]:
    """Return who of those around an actor is tied to whom inside; empty where nobody is."""
    ways = (
        (between, end)
        for between in sorted(around & names.keys())
        for end in sorted(near(between) & inside)
    )
    return next(ways, ("", ""))


def _read(
    c: Connection,
    built: Sequence[tuple[str, str, Edge]],
    missing: Sequence[tuple[str, str, str]],
    alone: Sequence[str],
) -> Bridges:
    """Return bridges with what is read of their actors."""
    ends = (i for one, other, _ in built for i in (one, other))
    wanted = dict.fromkeys((*ends, *(i for way in missing for i in way if i), *alone))
    lines = {line.actor_id: line for line in directory.lines(c, list(wanted))}
    return Bridges(
        built=tuple(
            Bridge(inside=lines[one], outside=lines[other], edge=edge) for one, other, edge in built
        ),
        missing=tuple(
            Missing(outside=lines[i], through=lines.get(through), inside=lines.get(end))
            for i, through, end in missing
        ),
        alone=tuple(lines[i] for i in alone),
    )
