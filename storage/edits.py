"""What people write of actors: only ever added; one that is undone stays in the journal.

A writing belongs to the actor it was written of. Once that one is merged, what it says stands for
the one that stands for it, as far as that one has nothing of its own; undoing the merge is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, case, select, update

from storage import actors, tables
from storage.statements import chunks, insert_missing, one_of
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import MAIN_WATCH, Edit, Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import BindParameter

_edits, _views, _actors = tables.edits.c, tables.views.c, tables.actors.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A writing as it is kept."""

    id: int
    edit: Edit
    actor_name: str
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def words(self) -> str:
        """Return what was written, where it is one thing."""
        return ", ".join(self.edit.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """That a person opened a candidate, and when first."""

    who: str
    at: datetime


def add(c: Connection, edit: Edit) -> int:
    """Keep what a person wrote and return its number.

    Raises:
        UnknownNameError: there is no such actor.
    """
    if edit.actor_id not in actors.surviving(c, [edit.actor_id]):
        raise UnknownNameError(say("Pas d’acteur « {id} ».", id=edit.actor_id))
    statement = tables.edits.insert().values(
        actor_id=edit.actor_id,
        field=edit.field,
        value=list(edit.value),
        who=edit.who,
        at=edit.at,
    )
    return int(c.execute(statement.returning(_edits.id)).scalar_one())


def undo(c: Connection, number: int, who: str, at: datetime) -> Revision:
    """Take a writing back and return it; a second time changes nothing.

    Raises:
        UnknownNameError: there is no writing of that number.
    """
    c.execute(
        update(tables.edits)
        .where(_edits.id == number)
        .where(_edits.undone_at.is_(None))
        .values(undone_by=who, undone_at=at)
    )
    found = get(c, number)
    if found is None:
        raise UnknownNameError(say("Pas de modification numéro {id}.", id=number))
    return found


def get(c: Connection, number: int) -> Revision | None:
    """Return a writing by its number."""
    rows = c.execute(_revisions().where(_edits.id == number))
    return next((_revision(row) for row in rows), None)


def last(c: Connection, who: str) -> Revision | None:
    """Return a person's newest writing that stands: what `undo` would take back."""
    return next((_revision(row) for row in c.execute(_last(), {"who": who})), None)


def revisions(c: Connection, root: str) -> list[Revision]:
    """Return all that was written of an actor and of those merged into it, the newest first."""
    return [_revision(row) for row in c.execute(_of_actor(), {"root": root})]


def standing(
    c: Connection, roots: Iterable[str], field: Field | None = None
) -> dict[str, dict[Field, Revision]]:
    """Return what stands of each field of some actors; remarks are left out.

    What was written of the actor itself stands before what was written of one merged into it.
    """
    found: dict[str, dict[Field, Revision]] = {}
    query = _standing_of(every=field is None)
    for some in chunks(sorted(set(roots))):
        for row in c.execute(query, {"roots": some, "field": field or Field.NOTE}):
            found.setdefault(row.root_id, {})[Field(row.field)] = _revision(row)
    return found


def saying(c: Connection, field: Field, value: str) -> list[str]:
    """Return the unmerged actors of which people wrote a value in a field, by id."""
    query = select(_actors.root_id).join(tables.edits, _edits.actor_id == _actors.id)
    found = c.execute(query.where(_edits.field == field, _edits.undone_at.is_(None)).distinct())
    said = standing(c, found.scalars(), field)
    return sorted(i for i, one in said.items() if one[field].edit.value == (value,))


def notes(c: Connection, root: str) -> list[Revision]:
    """Return the remarks on an actor that stand, the newest first."""
    return [_revision(row) for row in c.execute(_notes(), {"root": root})]


def journal(
    c: Connection, limit: int, until: datetime | None = None, actor_id: str | None = None
) -> list[Revision]:
    """Return writings, undone ones too, newest first: until a moment, or of one actor."""
    query = _journal(until=until is not None, of_actor=actor_id is not None)
    values = {"until": until, "actor": actor_id, "limit": limit}
    return [_revision(row) for row in c.execute(query, values)]


# --- who has opened what -------------------------------------------------------------------


def saw(
    c: Connection, actor_id: str, week: str, who: str, at: datetime, *, watch: str = MAIN_WATCH
) -> None:
    """Remember that a person opened a watch's candidate; the first time counts."""
    row = {"watch": watch, "actor_id": actor_id, "week": week, "who": who, "at": at}
    insert_missing(c, tables.views, [row])


def seen_by(
    c: Connection, week: str, actor_ids: Iterable[str], watch: str = MAIN_WATCH
) -> Mapping[str, list[View]]:
    """Return who has opened the candidates of a watch's week, the first to do so first."""
    found: dict[str, list[View]] = {}
    for some in chunks(sorted(set(actor_ids))):
        for row in c.execute(_seen_by(), {"actors": some, "week": week, "watch": watch}):
            found.setdefault(row.actor_id, []).append(View(who=row.who, at=row.at))
    return found


# --- queries and rows --------------------------------------------------------------------------


@cache
def _seen_by() -> Select[Any]:
    return (
        select(tables.views)
        .where(_views.actor_id.in_(one_of("actors")))
        .where(_views.week == bindparam("week"), _views.watch == bindparam("watch"))
        .order_by(_views.at, _views.who)
    )


@cache
def _revisions() -> Select[Any]:
    return select(tables.edits, _actors.root_id, _actors.name.label("actor_name")).join(
        tables.actors, _actors.id == _edits.actor_id
    )


@cache
def _standing() -> Select[Any]:
    return _revisions().where(_edits.undone_at.is_(None))


@cache
def _last() -> Select[Any]:
    return _standing().where(_edits.who == bindparam("who")).order_by(_edits.id.desc()).limit(1)


@cache
def _of_actor() -> Select[Any]:
    return _revisions().where(_actors.root_id == bindparam("root")).order_by(_edits.id.desc())


@cache
def _notes() -> Select[Any]:
    return _of_actor().where(_edits.undone_at.is_(None)).where(_edits.field == Field.NOTE)


@cache
def _standing_of(*, every: bool) -> Select[Any]:
    """Select what stands of one field, or of all `every` other ones."""
    field: BindParameter[str] = bindparam("field")
    own = case((_edits.actor_id == _actors.root_id, 1), else_=0)
    return (
        _standing()
        .where(_actors.root_id.in_(one_of("roots")))
        .where(_edits.field != field if every else _edits.field == field)
        .order_by(own, _edits.id)
    )


@cache
def _journal(*, until: bool, of_actor: bool) -> Select[Any]:
    query = _revisions().order_by(_edits.id.desc()).limit(bindparam("limit"))
    if of_actor:
        query = query.where(_edits.actor_id == bindparam("actor"))
    return query.where(_edits.at <= bindparam("until")) if until else query


def _revision(row: Row[Any]) -> Revision:
    return Revision(
        id=row.id,
        edit=Edit(
            actor_id=row.actor_id,
            field=Field(row.field),
            value=tuple(row.value),
            who=row.who,
            at=row.at,
        ),
        actor_name=row.actor_name,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )
