"""Every act of a person, whatever it changed: the newest first, each undoable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, select

from storage import (
    distinctions,
    edits,
    judgements,
    opinions,
    proposals,
    searches,
    source_changes,
    splits,
    tables,
)
from storage.statements import pairs
from vigie.errors import UnknownNameError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import BindParameter

    from vigie.records import Edit, Judgement, Position


class ActKind(StrEnum):
    """What an act changed."""

    JUDGEMENT = "judgement"
    EDIT = "edit"
    SPLIT = "split"
    DISTINCTION = "distinction"
    SEARCH = "search"
    SOURCE = "source"
    PROPOSAL = "proposal"
    ROUND = "round"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that a person did."""

    kind: ActKind
    id: int
    """Numbers its kind alone."""
    actor_id: str
    """Empty of what is about no actor."""
    actor_name: str
    who: str
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None
    judgement: Judgement | None = None
    edit: Edit | None = None
    other_id: str = ""
    """Whom it was merged into, told apart from or split off."""
    other_name: str = ""
    source: source_changes.Changed | None = None
    position: Position | None = None
    """Of an opinion."""
    final: bool = False
    """It cannot be taken back by itself: the round that it is, or belongs to, has ended."""

    @property
    def key(self) -> str:
        """Return what names this act among all, as in `edit-12`."""
        return f"{self.kind}-{self.id}"


def read(
    c: Connection,
    limit: int,
    until: datetime | None = None,
    skip: int = 0,
    actor_id: str | None = None,
) -> list[Act]:
    """Return acts, undone ones too, the newest first.

    Args:
        c: a reading connection.
        limit: how many.
        until: the last moment looked at; later acts are left out.
        skip: acts of that moment that another page has shown.
        actor_id: of this actor alone.
    """
    most = limit + skip
    found = [
        *_judgements(c, most, until, actor_id),
        *_edits(c, most, until, actor_id),
        *_pairs(c, ActKind.SPLIT, most, until, actor_id),
        *_pairs(c, ActKind.DISTINCTION, most, until, actor_id),
        *(_of_proposal(one) for one in proposals.journal(c, most, until, actor_id)),
        *(_of_round(one) for one in opinions.journal(c, most, until, actor_id)),
        *(_of_opinion(one) for one in opinions.said(c, most, until, actor_id)),
    ]
    if actor_id is None:
        found += [_of_search(one) for one in searches.journal(c, most, until)]
        found += [_of_source(one) for one in source_changes.journal(c, most, until)]
    return _newest(found)[skip:most]


def last(c: Connection, who: str) -> Act | None:
    """Return a person's newest act that stands: what `undo` would take back."""
    judged, written = judgements.last(c, who), edits.last(c, who)
    found = [_of_judgement(judged)] if judged else []
    found += [_of_edit(written)] if written else []
    proposed = proposals.last(c, who)
    found += [_of_proposal(proposed)] if proposed else []
    asked, said = opinions.last_asked(c, who), opinions.last_said(c, who)
    found += [_of_round(asked)] if asked else []
    found += [_of_opinion(said)] if said else []
    for kind in _TABLES:
        found += _acts(c, kind, _last_paired(kind), {"who": who})
    return next(iter(_newest(found)), None)


def undo(c: Connection, key: str, who: str, at: datetime) -> Act:
    """Take an act back and return it; verdicts given together go together.

    Raises:
        UnknownNameError: there is no such act.
        VigieError: something later hangs on it, which is to be undone first.
    """
    kind, _, number = key.partition("-")
    if kind not in set(ActKind) or not number.isdecimal() or len(number) > 9:
        raise UnknownNameError(say("Ce geste n’est pas dans le journal."))
    act = _get(c, ActKind(kind), int(number))
    if act is None:
        raise UnknownNameError(say("Ce geste n’est pas dans le journal."))
    if act.undone_at is None:
        _UNDO[act.kind](c, act.id, who, at)
    return act


def _undo_judgements(c: Connection, number: int, who: str, at: datetime) -> None:
    for one in judgements.given_with(c, number):
        judgements.withdraw(c, one, who, at)


_UNDO: dict[ActKind, Callable[[Connection, int, str, datetime], object]] = {
    ActKind.JUDGEMENT: _undo_judgements,
    ActKind.EDIT: edits.undo,
    ActKind.SPLIT: splits.undo,
    ActKind.DISTINCTION: distinctions.undo,
    ActKind.SEARCH: searches.undo,
    ActKind.SOURCE: source_changes.undo,
    ActKind.PROPOSAL: proposals.undo,
    ActKind.ROUND: opinions.undo,
    ActKind.OPINION: opinions.take_back,
}
_TABLES: dict[ActKind, Table] = {
    ActKind.SPLIT: tables.splits,
    ActKind.DISTINCTION: tables.distinctions,
}


def _get(c: Connection, kind: ActKind, number: int) -> Act | None:
    if kind in _TABLES:
        query = _paired(kind).where(_TABLES[kind].c.id == number)
        return next(iter(_acts(c, kind, query)), None)
    return _GET[kind](c, number)


def _judgements(
    c: Connection, limit: int, until: datetime | None, actor_id: str | None
) -> list[Act]:
    found = [_of_judgement(one) for one in judgements.journal(c, limit, until, actor_id)]
    actors = tables.actors.c
    wanted = sorted({one.other_id for one in found if one.other_id})
    names = pairs(c, select(actors.id, actors.name).where(actors.id.in_(wanted))) if wanted else {}
    return [replace(one, other_name=names.get(one.other_id, "")) for one in found]


def _edits(c: Connection, limit: int, until: datetime | None, actor_id: str | None) -> list[Act]:
    return [_of_edit(one) for one in edits.journal(c, limit, until, actor_id)]


def _pairs(
    c: Connection, kind: ActKind, limit: int, until: datetime | None, actor_id: str | None
) -> list[Act]:
    query = _listed(kind, until=until is not None, of_actor=actor_id is not None)
    return _acts(c, kind, query, {"limit": limit, "until": until, "actor": actor_id})


@cache
def _listed(kind: ActKind, *, until: bool, of_actor: bool) -> Select[Any]:
    query, table = _paired(kind).limit(bindparam("limit")), _TABLES[kind].c
    if until:
        query = query.where(table.at <= bindparam("until"))
    if of_actor:
        other = table.new_id if kind is ActKind.SPLIT else table.other_id
        wanted: BindParameter[str] = bindparam("actor")
        query = query.where((table.actor_id == wanted) | (other == wanted))
    return query


@cache
def _last_paired(kind: ActKind) -> Select[Any]:
    table = _TABLES[kind].c
    query = _paired(kind).where(table.who == bindparam("who"), table.undone_at.is_(None))
    return query.limit(1)


@cache
def _paired(kind: ActKind) -> Select[Any]:
    """Select the acts of a kind that join two actors, with their names."""
    table = _TABLES[kind].c
    other_id = table.new_id if kind is ActKind.SPLIT else table.other_id
    one, other = tables.actors.alias("one"), tables.actors.alias("other")
    return (
        select(
            _TABLES[kind],
            one.c.name.label("actor_name"),
            other.c.id.label("second_id"),
            other.c.name.label("second_name"),
        )
        .join(one, one.c.id == table.actor_id)
        .join(other, other.c.id == other_id)
        .order_by(table.id.desc())
    )


def _acts(
    c: Connection, kind: ActKind, query: Select[Any], values: Mapping[str, object] | None = None
) -> list[Act]:
    return [
        Act(
            kind=kind,
            id=row.id,
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            who=row.who,
            at=row.at,
            undone_by=row.undone_by,
            undone_at=row.undone_at,
            other_id=row.second_id,
            other_name=row.second_name,
        )
        for row in c.execute(query, values)
    ]


def _of_judgement(entry: judgements.Entry) -> Act:
    return Act(
        kind=ActKind.JUDGEMENT,
        id=entry.id,
        actor_id=entry.judgement.actor_id,
        actor_name=entry.actor_name,
        who=entry.judgement.who,
        at=entry.judgement.at,
        undone_by=entry.withdrawn_by,
        undone_at=entry.withdrawn_at,
        judgement=entry.judgement,
        other_id=entry.judgement.merge_into or "",
    )


def _of_edit(revision: edits.Revision) -> Act:
    return Act(
        kind=ActKind.EDIT,
        id=revision.id,
        actor_id=revision.edit.actor_id,
        actor_name=revision.actor_name,
        who=revision.edit.who,
        at=revision.edit.at,
        undone_by=revision.undone_by,
        undone_at=revision.undone_at,
        edit=revision.edit,
    )


def _of_search(kept: searches.Saved) -> Act:
    return Act(
        kind=ActKind.SEARCH,
        id=kept.id,
        actor_id="",
        actor_name=kept.name,
        who=kept.who,
        at=kept.at,
        undone_by=kept.undone_by,
        undone_at=kept.undone_at,
    )


def _of_source(changed: source_changes.Changed) -> Act:
    return Act(
        kind=ActKind.SOURCE,
        id=changed.id,
        actor_id="",
        actor_name=changed.source_name,
        who=changed.who,
        at=changed.at,
        undone_by=changed.undone_by,
        undone_at=changed.undone_at,
        source=changed,
    )


def _of_proposal(entry: proposals.Entry) -> Act:
    return Act(
        kind=ActKind.PROPOSAL,
        id=entry.proposal.id,
        actor_id=entry.proposal.actor_id,
        actor_name=entry.proposal.name,
        who=entry.proposal.who,
        at=entry.proposal.at,
        undone_by=entry.undone_by,
        undone_at=entry.undone_at,
    )


def _of_round(entry: opinions.Entry) -> Act:
    return Act(
        kind=ActKind.ROUND,
        id=entry.round.id,
        actor_id=entry.round.actor_id,
        actor_name=entry.actor_name,
        who=entry.round.who,
        at=entry.round.at,
        undone_by=entry.undone_by,
        undone_at=entry.undone_at,
        final=entry.closed_at is not None,
    )


def _of_opinion(given: opinions.Given) -> Act:
    return Act(
        kind=ActKind.OPINION,
        id=given.opinion.id,
        actor_id=given.actor_id,
        actor_name=given.actor_name,
        who=given.opinion.who,
        at=given.opinion.at,
        undone_by=given.undone_by,
        undone_at=given.undone_at,
        position=given.opinion.position,
        final=given.final,
    )


def _newest(found: Iterable[Act]) -> list[Act]:
    return sorted(found, key=lambda act: (act.at, act.id, act.kind), reverse=True)


K = TypeVar("K")


def _one(
    get: Callable[[Connection, int], K | None], told: Callable[[K], Act]
) -> Callable[[Connection, int], Act | None]:
    """Return how an act of a kind is found by its number."""

    def find(c: Connection, number: int) -> Act | None:
        found = get(c, number)
        return None if found is None else told(found)

    return find


_GET: dict[ActKind, Callable[[Connection, int], Act | None]] = {
    ActKind.JUDGEMENT: _one(judgements.get, _of_judgement),
    ActKind.EDIT: _one(edits.get, _of_edit),
    ActKind.SEARCH: _one(searches.get, _of_search),
    ActKind.SOURCE: _one(source_changes.get, _of_source),
    ActKind.PROPOSAL: _one(proposals.of_account, _of_proposal),
    ActKind.ROUND: _one(opinions.get, _of_round),
    ActKind.OPINION: _one(opinions.given, _of_opinion),
}
