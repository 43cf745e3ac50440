"""The answer « these two are not one actor »: kept, so that nobody is asked again, and undoable.

An answer is about two actors as they were then. Once one is merged into another, it speaks for
the one that stands for it; undoing the merge leaves it as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, or_, select, update

from storage import tables
from storage.statements import chunks
from vigie.errors import UnknownNameError, VigieError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_told = tables.distinctions.c
_actors = tables.actors.c
_one, _other = tables.actors.alias("one"), tables.actors.alias("other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distinction:
    """One answer, standing or undone."""

    id: int
    actor_id: str
    other_id: str
    who: str
    at: datetime


def add(c: Connection, actor_id: str, other_id: str, who: str, at: datetime) -> Distinction:
    """Keep that two actors are two.

    Raises:
        UnknownNameError: one of them does not exist.
        VigieError: they are one actor now, which is to be undone first.
    """
    query = select(_actors.id, _actors.root_id).where(_actors.id.in_([actor_id, other_id]))
    roots = {row.id: row.root_id for row in c.execute(query)}
    for wanted in (actor_id, other_id):
        if wanted not in roots:
            raise UnknownNameError(say("Pas d’acteur « {id} ».", id=wanted))
    if roots[actor_id] == roots[other_id]:
        raise VigieError(
            say("C’est un seul acteur : défaites d’abord la réunion (vigie actors undo).")
        )
    one, other = sorted((actor_id, other_id))
    number = c.execute(
        tables.distinctions.insert()
        .values(actor_id=one, other_id=other, who=who, at=at)
        .returning(_told.id)
    ).scalar_one()
    return Distinction(id=int(number), actor_id=one, other_id=other, who=who, at=at)


def undo(c: Connection, number: int, who: str, at: datetime) -> Distinction:
    """Take an answer back: the question may be asked again.

    Raises:
        UnknownNameError: no answer of that number stands.
    """
    row = c.execute(_standing().where(_told.id == number)).one_or_none()
    if row is None:
        raise UnknownNameError(say("Pas de réponse numéro {id} à défaire.", id=number))
    c.execute(
        update(tables.distinctions).where(_told.id == number).values(undone_by=who, undone_at=at)
    )
    return _distinction(row)


def standing(c: Connection, who: str | None = None) -> list[Distinction]:
    """Return the answers that were not undone, the newest first; those of one person with `who`."""
    query = _standing().order_by(_told.id.desc())
    if who is not None:
        query = query.where(_told.who == who)
    return [_distinction(row) for row in c.execute(query)]


def apart(c: Connection, roots: Iterable[str]) -> set[frozenset[str]]:
    """Return the pairs of unmerged actors that a standing answer holds apart, among some."""
    found: set[frozenset[str]] = set()
    for some in chunks(sorted(set(roots))):
        query = (
            select(_one.c.root_id, _other.c.root_id)
            .select_from(tables.distinctions)
            .join(_one, _one.c.id == _told.actor_id)
            .join(_other, _other.c.id == _told.other_id)
            .where(_told.undone_at.is_(None))
            .where(or_(_one.c.root_id.in_(some), _other.c.root_id.in_(some)))
        )
        found |= {frozenset(pair) for pair in c.execute(query)}
    return found


def _standing() -> Select[Any]:
    return select(tables.distinctions).where(_told.undone_at.is_(None))


def _distinction(row: Row[Any]) -> Distinction:
    return Distinction(
        id=row.id, actor_id=row.actor_id, other_id=row.other_id, who=row.who, at=row.at
    )
