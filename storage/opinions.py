"""Rounds of opinions on an actor: who is asked, what they say, and how each round ended.

A round that passes is a judgement like any other, which remembers what was said; nothing else
decides. How to reach those who are asked by mail is kept apart (`storage.invitations`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, select, update

from storage import actors, tables
from vigie.errors import UnknownNameError, VigieError
from vigie.language import say
from vigie.records import Opinion, Position, Round, RoundEnd, RoundKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

_rounds, _opinions = tables.rounds.c, tables.opinions.c
_invited, _actors = tables.invitations.c, tables.actors.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A round as it is kept, with what counts in it."""

    round: Round
    root: str
    actor_name: str
    opinions: tuple[Opinion, ...]
    """The last one of each person that stands, in the order of giving."""
    invited: tuple[str, ...]
    """Names of those asked by mail."""
    outcome: RoundEnd | None = None
    closed_at: datetime | None = None
    judgement_id: int | None = None
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Tell whether opinions are still taken."""
        return self.closed_at is None and self.undone_at is None

    def count(self, *positions: Position) -> int:
        """Return how many hold one of some positions."""
        return sum(one.position in positions for one in self.opinions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An opinion as the journal keeps it."""

    opinion: Opinion
    actor_id: str
    actor_name: str
    undone_by: str | None = None
    undone_at: datetime | None = None
    final: bool = False
    """Its round has ended."""


# --- writing -------------------------------------------------------------------------------


def ask(c: Connection, asked: Round, invited: Sequence[tuple[str, str]], language: str) -> int:
    """Open a round and return its number; `invited` are names with their addresses.

    Raises:
        UnknownNameError: there is no such actor.
    """
    if asked.actor_id not in actors.surviving(c, [asked.actor_id]):
        raise UnknownNameError(say("Pas d’acteur « {id} ».", id=asked.actor_id))
    statement = tables.rounds.insert().values(
        actor_id=asked.actor_id,
        kind=asked.kind,
        verdict=asked.verdict,
        question=asked.question,
        who=asked.who,
        at=asked.at,
        until=asked.until,
        quorum=asked.quorum,
        watch=asked.watch,
    )
    number = int(c.execute(statement.returning(_rounds.id)).scalar_one())
    rows = [
        {"round_id": number, "name": name, "address": address, "language": language}
        for name, address in invited
    ]
    if rows:
        c.execute(tables.invitations.insert(), rows)
    return number


def give(c: Connection, opinion: Opinion, message: str | None = None) -> bool:
    """Keep what somebody says; False where the round is closed, or that mail was read before.

    Mails arrive before they are read: they count until the round is closed.
    """
    entry = get(c, opinion.round_id)
    late = entry is not None and message is None and opinion.at >= entry.round.until
    if entry is None or not entry.open or late:
        return False
    if message is not None:
        there = select(_opinions.id).where(_opinions.message == message)
        if c.execute(there).scalar() is not None:
            return False
    c.execute(
        tables.opinions.insert().values(
            round_id=opinion.round_id,
            who=opinion.who,
            position=opinion.position,
            words=opinion.words,
            at=opinion.at,
            message=message,
        )
    )
    return True


def close(
    c: Connection, number: int, outcome: RoundEnd, at: datetime, judgement_id: int | None = None
) -> None:
    """Note how a round ended."""
    c.execute(
        update(tables.rounds)
        .where(_rounds.id == number)
        .values(outcome=outcome, closed_at=at, judgement_id=judgement_id)
    )


def undo(c: Connection, number: int, who: str, at: datetime) -> Entry:
    """Call a round off and return it; a second time changes nothing.

    Raises:
        UnknownNameError: there is no round of that number.
        VigieError: it has ended; its judgement is what can be taken back.
    """
    found = get(c, number)
    if found is None:
        raise UnknownNameError(say("Pas de consultation numéro {id}.", id=number))
    if found.closed_at is not None:
        raise VigieError(
            say("Cette consultation est finie : c’est l’avis qu’elle a donné qui s’annule.")
        )
    here = update(tables.rounds).where(_rounds.id == number, _rounds.undone_at.is_(None))
    c.execute(here.values(undone_by=who, undone_at=at))
    return found


def take_back(c: Connection, number: int, who: str, at: datetime) -> Given:
    """Take an opinion back and return it; of a round that has ended nothing changes any more.

    Raises:
        UnknownNameError: there is no opinion of that number.
        VigieError: its round has ended.
    """
    found = given(c, number)
    if found is None:
        raise UnknownNameError(say("Pas d’avis numéro {id}.", id=number))
    entry = get(c, found.opinion.round_id)
    if entry is None or not entry.open:
        raise VigieError(say("Cette consultation est finie : ce qui y fut dit ne change plus."))
    here = update(tables.opinions).where(_opinions.id == number, _opinions.undone_at.is_(None))
    c.execute(here.values(undone_by=who, undone_at=at))
    return found


# --- reading -------------------------------------------------------------------------------


def get(c: Connection, number: int) -> Entry | None:
    """Return a round by its number."""
    return next(iter(_entries(c, number=number)), None)


def all_open(c: Connection) -> list[Entry]:
    """Return the rounds in which opinions are taken, the first to end first."""
    found = _entries(c, "open", "stands")
    return sorted(found, key=lambda one: (one.round.until, one.round.id))


def ended(c: Connection, limit: int) -> list[Entry]:
    """Return rounds that have ended, the last one first."""
    return _entries(c, "closed", newest=limit)


def of_actor(c: Connection, root: str) -> list[Entry]:
    """Return the rounds about an actor and those merged into it, the newest first."""
    return _entries(c, "stands", root=root)[::-1]


def journal(
    c: Connection, limit: int, until: datetime | None = None, actor_id: str | None = None
) -> list[Entry]:
    """Return rounds, those called off too, newest first: until a moment, or about one actor."""
    return _entries(c, newest=limit, until=until, actor=actor_id)


def given(c: Connection, number: int) -> Given | None:
    """Return an opinion by its number."""
    return next(iter(_given(c, number=number)), None)


def said(
    c: Connection, limit: int, until: datetime | None = None, actor_id: str | None = None
) -> list[Given]:
    """Return opinions, those taken back too, newest first: until a moment, or about one actor."""
    return _given(c, newest=limit, until=until, actor=actor_id)


def last_asked(c: Connection, who: str) -> Entry | None:
    """Return the newest round that a person opened and that can be called off."""
    return next(iter(_entries(c, "open", "stands", newest=1, who=who)), None)


def last_said(c: Connection, who: str) -> Given | None:
    """Return the newest opinion of a person that can be taken back."""
    return next(iter(_given(c, "stands", "under_way", who=who)), None)


# --- queries and rows --------------------------------------------------------------------------


_CLAUSES = {
    "stands": _rounds.undone_at.is_(None),
    "open": _rounds.closed_at.is_(None),
    "closed": _rounds.closed_at.is_not(None),
    "number": _rounds.id == bindparam("number"),
    "root": _actors.root_id == bindparam("root"),
    "actor": _rounds.actor_id == bindparam("actor"),
    "who": _rounds.who == bindparam("who"),
    "until": _rounds.at <= bindparam("until"),
}
_CLAUSES_OF_OPINIONS = {
    "stands": _opinions.undone_at.is_(None),
    "under_way": _rounds.closed_at.is_(None) & _rounds.undone_at.is_(None),
    "number": _opinions.id == bindparam("number"),
    "actor": _rounds.actor_id == bindparam("actor"),
    "who": _opinions.who == bindparam("who"),
    "until": _opinions.at <= bindparam("until"),
}


@cache
def _query(clauses: frozenset[str], *, newest: bool) -> Select[Any]:
    query = (
        select(tables.rounds, _actors.root_id, _actors.name.label("actor_name"))
        .join(tables.actors, _actors.id == _rounds.actor_id)
        .where(*(_CLAUSES[name] for name in sorted(clauses)))
    )
    if not newest:
        return query.order_by(_rounds.at, _rounds.id)
    return query.order_by(_rounds.at.desc(), _rounds.id.desc()).limit(bindparam("newest"))


def _entries(
    c: Connection, *clauses: str, newest: int | None = None, **given: object
) -> list[Entry]:
    """Return the rounds that some clauses ask for; one that is given None asks nothing."""
    values = {name: value for name, value in given.items() if value is not None}
    query = _query(frozenset((*clauses, *values)), newest=newest is not None)
    rows = list(c.execute(query, {**values, "newest": newest}))
    if not rows:
        return []
    ids = [row.id for row in rows]
    counted: dict[int, dict[str, Opinion]] = {}
    standing = select(tables.opinions).where(_opinions.round_id.in_(ids))
    for row in c.execute(standing.where(_opinions.undone_at.is_(None)).order_by(_opinions.id)):
        of_round = counted.setdefault(row.round_id, {})
        of_round.pop(row.who, None)
        of_round[row.who] = _opinion(row)
    names: dict[int, list[str]] = {}
    asked = select(_invited.round_id, _invited.name).where(_invited.round_id.in_(ids))
    for round_id, name in c.execute(asked.order_by(_invited.id)):
        names.setdefault(round_id, []).append(name)
    return [
        Entry(
            round=_round(row),
            root=row.root_id,
            actor_name=row.actor_name,
            opinions=tuple(counted.get(row.id, {}).values()),
            invited=tuple(names.get(row.id, ())),
            outcome=RoundEnd(row.outcome) if row.outcome else None,
            closed_at=row.closed_at,
            judgement_id=row.judgement_id,
            undone_by=row.undone_by,
            undone_at=row.undone_at,
        )
        for row in rows
    ]


@cache
def _query_of_opinions(clauses: frozenset[str]) -> Select[Any]:
    return (
        select(
            tables.opinions,
            _rounds.actor_id,
            _rounds.closed_at,
            _actors.name.label("actor_name"),
        )
        .join(tables.rounds, _rounds.id == _opinions.round_id)
        .join(tables.actors, _actors.id == _rounds.actor_id)
        .where(*(_CLAUSES_OF_OPINIONS[name] for name in sorted(clauses)))
        .order_by(_opinions.id.desc())
        .limit(bindparam("newest"))
    )


def _given(c: Connection, *clauses: str, newest: int = 1, **given: object) -> list[Given]:
    """Return the newest opinions that some clauses ask for; one given None asks nothing."""
    values = {name: value for name, value in given.items() if value is not None}
    query = _query_of_opinions(frozenset((*clauses, *values)))
    rows = c.execute(query, {**values, "newest": newest})
    return [
        Given(
            opinion=_opinion(row),
            actor_id=row.actor_id,
            actor_name=row.actor_name,
            undone_by=row.undone_by,
            undone_at=row.undone_at,
            final=row.closed_at is not None,
        )
        for row in rows
    ]


def _round(row: Row[Any]) -> Round:
    return Round(
        id=row.id,
        actor_id=row.actor_id,
        kind=RoundKind(row.kind),
        verdict=Verdict(row.verdict),
        question=row.question,
        who=row.who,
        at=row.at,
        until=row.until,
        quorum=row.quorum,
        watch=row.watch,
    )


def _opinion(row: Row[Any]) -> Opinion:
    return Opinion(
        id=row.id,
        round_id=row.round_id,
        who=row.who,
        position=Position(row.position),
        words=row.words,
        at=row.at,
        by_mail=row.message is not None,
    )
