"""Judgements: only ever added; one that is taken back stays in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from storage import actors, tables
from storage.statements import chunks, insert_missing, one_of
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import MAIN_WATCH, ActorKind, EnteredBy, Judgement, Lesson, RejectReason, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_judgements = tables.judgements.c
_withdrawals = tables.withdrawals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A judgement as the journal keeps it."""

    id: int
    judgement: Judgement
    actor_name: str
    """As shown in the queue it was judged in, else the actor's own."""
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None


def add(c: Connection, judgement: Judgement) -> int:
    """Keep a judgement and return its number; a verdict of merging also merges.

    Raises:
        UnknownNameError: the actor, or the one to merge into, does not exist.
    """
    merges = judgement.verdict is Verdict.MERGE
    wanted = {judgement.actor_id} | ({judgement.merge_into or ""} if merges else set())
    for actor_id in sorted(wanted - actors.surviving(c, wanted).keys()):
        raise UnknownNameError(say("Pas d’acteur « {id} ».", id=actor_id))
    statement = tables.judgements.insert().values(
        actor_id=judgement.actor_id,
        verdict=judgement.verdict,
        who=judgement.who,
        at=judgement.at,
        week=judgement.week,
        reason=judgement.reason,
        merge_into=judgement.merge_into if merges else None,
        note=judgement.note,
        watch=judgement.watch,
    )
    number = c.execute(statement.returning(_judgements.id)).scalar_one()
    if merges and judgement.merge_into:
        actors.merge(c, judgement.actor_id, judgement.merge_into)
    return int(number)


def withdraw(c: Connection, judgement_id: int, who: str, at: datetime) -> Entry:
    """Take a judgement back and return it; a second time changes nothing.

    Raises:
        UnknownNameError: there is no judgement of that number.
    """
    entry = get(c, judgement_id)
    if entry is None:
        raise UnknownNameError(say("Pas d’avis numéro {id}.", id=judgement_id))
    if entry.withdrawn_at is not None:
        return entry
    insert_missing(c, tables.withdrawals, [{"judgement_id": judgement_id, "who": who, "at": at}])
    if entry.judgement.verdict is Verdict.MERGE:
        _merge_as_stands(c, entry.judgement.actor_id)
    return get(c, judgement_id) or entry


def _merge_as_stands(c: Connection, actor_id: str) -> None:
    """Merge an actor as the last verdict of merging that stands says, or not at all."""
    actors.unmerge(c, actor_id)
    query = (
        _standing()
        .where(_judgements.actor_id == actor_id)
        .where(_judgements.verdict == Verdict.MERGE)
        .order_by(_judgements.id.desc())
        .limit(1)
    )
    for row in c.execute(query):
        actors.merge(c, actor_id, row.merge_into)


def undo(c: Connection, who: str, at: datetime) -> Entry | None:
    """Take back the newest judgement of a person that stands; `None` if there is none."""
    newest = last(c, who)
    return withdraw(c, newest.id, who, at) if newest else None


# --- reading -------------------------------------------------------------------------------


def get(c: Connection, judgement_id: int) -> Entry | None:
    """Return a judgement by its number."""
    query = _entries().where(_judgements.id == judgement_id)
    return next((_entry(row) for row in c.execute(query)), None)


def last(c: Connection, who: str) -> Entry | None:
    """Return the newest judgement of a person that stands: what `undo` would take back."""
    return next((_entry(row) for row in c.execute(_last(), {"who": who})), None)


def practice(c: Connection, who: str) -> tuple[int, int]:
    """Return how many judgements a person has given, and how many of these were taken back."""
    given, withdrawn = c.execute(_practice(), {"who": who}).one()
    return int(given), int(withdrawn)


def last_merge(c: Connection, who: str) -> Entry | None:
    """Return the newest merge of a person that stands."""
    query = (
        _standing()
        .where(_judgements.who == who)
        .where(_judgements.verdict == Verdict.MERGE)
        .order_by(_judgements.id.desc())
        .limit(1)
    )
    return next((_entry(row) for row in c.execute(query)), None)


def standing(c: Connection, actor_ids: Iterable[str]) -> dict[str, Entry]:
    """Return the last judgement that stands of each actor, by actor id, whichever watch gave it."""
    return {i: entries[-1] for i, entries in _by_actor(c, actor_ids).items()}


def standing_in(c: Connection, actor_ids: Iterable[str], watch: str) -> dict[str, Entry]:
    """Return the judgement that counts for each actor in a watch, by actor id.

    Its own last one; else one of another watch that keeps the actor: what is kept in one is known
    in all, what is rejected in one is not for the others to hear. A merge counts everywhere.
    """
    found: dict[str, Entry] = {}
    for actor_id, entries in _by_actor(c, actor_ids).items():
        last = {entry.judgement.watch: entry for entry in entries}
        own = [
            entry
            for entry in entries
            if entry.judgement.watch == watch or entry.judgement.verdict is Verdict.MERGE
        ]
        kept = [one for one in last.values() if one.judgement.verdict is Verdict.KEEP]
        if own or kept:
            found[actor_id] = (own or sorted(kept, key=lambda one: one.id))[-1]
    return found


def settled(c: Connection, actor_ids: Iterable[str]) -> dict[str, Entry]:
    """Return the judgement by which the directory knows each actor, by actor id.

    The last one that stands, but for whom a watch keeps while another has decided otherwise since.
    """
    found: dict[str, Entry] = {}
    for actor_id, entries in _by_actor(c, actor_ids).items():
        last = {entry.judgement.watch: entry for entry in entries}
        kept = [one for one in last.values() if one.judgement.verdict is Verdict.KEEP]
        found[actor_id] = max(kept or entries, key=lambda one: one.id)
    return found


def by_watch(c: Connection, actor_id: str) -> list[Entry]:
    """Return the last judgement of each watch that stands on an actor, oldest first."""
    entries = _by_actor(c, [actor_id]).get(actor_id, [])
    last = {entry.judgement.watch: entry for entry in entries}
    return sorted(last.values(), key=lambda one: one.id)


def _by_actor(c: Connection, actor_ids: Iterable[str]) -> dict[str, list[Entry]]:
    """Return all judgements that stand of each actor, oldest first."""
    found: dict[str, list[Entry]] = {}
    for ids in chunks(sorted(set(actor_ids))):
        for row in c.execute(_standing_of(), {"actors": ids}):
            found.setdefault(row.actor_id, []).append(_entry(row))
    return found


class Told(NamedTuple):
    """A sentence that names a judged actor, with the last verdict on it that stands."""

    actor_id: str
    verdict: Verdict
    reason: RejectReason | None
    surface: str
    sentence: str


def told(c: Connection, most: int) -> list[Told]:
    """Return the sentences that name judged actors, at most so many of each, the newest first.

    Merges teach nothing of a name and are left out.
    """
    last_of = {j.actor_id: j for j in all_standing(c) if j.verdict is not Verdict.MERGE}
    mentions = tables.mentions.c
    found: dict[str, dict[tuple[str, str], None]] = {}
    for ids in chunks(sorted(last_of)):
        query = (
            select(mentions.actor_id, mentions.surface, mentions.sentence)
            .where(mentions.actor_id.in_(ids))
            .order_by(mentions.known_on.desc(), mentions.document_id, mentions.position)
        )
        for actor_id, surface, sentence in c.execute(query):
            kept = found.setdefault(actor_id, {})
            if len(kept) < most:
                kept[surface, sentence] = None
    return [
        Told(actor_id, last_of[actor_id].verdict, last_of[actor_id].reason, surface, sentence)
        for actor_id, kept in sorted(found.items())
        for surface, sentence in kept
    ]


def lessons(c: Connection, watch: str = MAIN_WATCH) -> list[tuple[datetime, Lesson]]:
    """Return what a watch's standing judgements teach and when each was given, in that order.

    A candidate kept or rejected teaches with the values that its queue showed; one that was
    proposed has none.
    """
    shown = tables.candidates.c
    query = (
        select(
            _judgements.at,
            _judgements.actor_id,
            _judgements.week,
            _judgements.verdict,
            shown.kind,
            shown.reasons,
            shown.entered_by,
        )
        .join(
            tables.candidates,
            (shown.watch == _judgements.watch)
            & (shown.week == _judgements.week)
            & (shown.actor_id == _judgements.actor_id),
        )
        .outerjoin(tables.withdrawals, _withdrawals.judgement_id == _judgements.id)
        .where(_withdrawals.judgement_id.is_(None))
        .where(_judgements.watch == watch)
        .where(_judgements.verdict.in_([Verdict.KEEP, Verdict.REJECT]))
        .where(shown.entered_by != EnteredBy.PROPOSED)
        .order_by(_judgements.id)
    )
    return [
        (
            row.at,
            Lesson(
                actor_id=row.actor_id,
                week=row.week,
                kind=ActorKind(row.kind),
                values={one["name"]: one["value"] for one in row.reasons},
                kept=row.verdict == Verdict.KEEP,
                drawn=row.entered_by == EnteredBy.EXPLORATION,
            ),
        )
        for row in c.execute(query)
    ]


def resets(c: Connection, watch: str = MAIN_WATCH) -> list[datetime]:
    """Return the moments from which on earlier judgements teach a watch nothing, oldest first."""
    at = tables.resets.c.at
    query = select(at).where(tables.resets.c.watch == watch).order_by(at)
    return list(c.execute(query).scalars())


def reset(c: Connection, who: str, at: datetime, watch: str = MAIN_WATCH) -> None:
    """Let a watch's judgements given before a moment teach nothing any more."""
    insert_missing(c, tables.resets, [{"watch": watch, "at": at, "who": who}])


def all_standing(c: Connection) -> list[Judgement]:
    """Return every judgement that was not taken back, oldest first."""
    return [_judgement(row) for row in c.execute(_standing().order_by(_judgements.id))]


def journal(
    c: Connection, limit: int = 100, until: datetime | None = None, actor_id: str | None = None
) -> list[Entry]:
    """Return judgements, withdrawn ones too, newest first: until a moment, or of one actor."""
    query = _journal(until=until is not None, of_actor=actor_id is not None)
    values = {"until": until, "actor": actor_id, "limit": limit}
    return [_entry(row) for row in c.execute(query, values)]


def given_with(c: Connection, judgement_id: int) -> list[int]:
    """Return the numbers of the standing judgements of one act: same person, same moment."""
    one = get(c, judgement_id)
    if one is None:
        return []
    query = (
        _standing()
        .where(_judgements.who == one.judgement.who)
        .where(_judgements.at == one.judgement.at)
    )
    return [row.id for row in c.execute(query.order_by(_judgements.id))]


@cache
def _entries() -> Select[Any]:
    shown = tables.candidates.c
    return (
        select(
            tables.judgements,
            func.coalesce(shown.name, tables.actors.c.name).label("actor_name"),
            _withdrawals.who.label("withdrawn_by"),
            _withdrawals.at.label("withdrawn_at"),
        )
        .join(tables.actors, tables.actors.c.id == _judgements.actor_id)
        .outerjoin(
            tables.candidates,
            (shown.watch == _judgements.watch)
            & (shown.week == _judgements.week)
            & (shown.actor_id == _judgements.actor_id),
        )
        .outerjoin(tables.withdrawals, _withdrawals.judgement_id == _judgements.id)
    )


@cache
def _standing() -> Select[Any]:
    return _entries().where(_withdrawals.judgement_id.is_(None))


@cache
def _last() -> Select[Any]:
    query = _standing().where(_judgements.who == bindparam("who"))
    return query.order_by(_judgements.id.desc()).limit(1)


@cache
def _standing_of() -> Select[Any]:
    return _standing().where(_judgements.actor_id.in_(one_of("actors"))).order_by(_judgements.id)


@cache
def _practice() -> Select[tuple[int, int]]:
    return (
        select(func.count(), func.count(_withdrawals.judgement_id))
        .select_from(tables.judgements)
        .outerjoin(tables.withdrawals, _withdrawals.judgement_id == _judgements.id)
        .where(_judgements.who == bindparam("who"))
    )


@cache
def _journal(*, until: bool, of_actor: bool) -> Select[Any]:
    query = _entries().order_by(_judgements.id.desc()).limit(bindparam("limit"))
    if of_actor:
        query = query.where(_judgements.actor_id == bindparam("actor"))
    return query.where(_judgements.at <= bindparam("until")) if until else query


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        judgement=_judgement(row),
        actor_name=row.actor_name,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
    )


def _judgement(row: Row[Any]) -> Judgement:
    return Judgement(
        actor_id=row.actor_id,
        verdict=Verdict(row.verdict),
        who=row.who,
        at=row.at,
        week=row.week,
        reason=RejectReason(row.reason) if row.reason else None,
        merge_into=row.merge_into,
        note=row.note,
        watch=row.watch,
    )
