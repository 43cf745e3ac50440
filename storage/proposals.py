"""What people propose, and what became of it.

A proposal is answered by the verdict that stands on its actor and was given after it: there is no
second way to decide. How to reach who proposes is read by `storage.replies` alone, and
erased with the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import cos, radians
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select, update

from storage import actors, judgements, signing, tables
from storage.folding import sort_key
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import (
    Answer,
    Judgement,
    Proposal,
    ProposalKind,
    RejectReason,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

PURPOSE = "proposal"
REMEMBERED = timedelta(weeks=26)
"""What nobody answered for so long enters no queue any more."""
GRACE = timedelta(hours=1)
"""How long a verdict must have stood before who proposes is told: it may be taken back unseen."""
ERASED = "…"
"""What stands in the place of a name that was erased."""
ANSWERS = {
    Verdict.KEEP: Answer.KEPT,
    Verdict.WATCH: Answer.WATCHED,
    Verdict.REJECT: Answer.DECLINED,
    Verdict.MERGE: Answer.KNOWN,
}

_proposals, _actors = tables.proposals.c, tables.actors.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A proposal as it is kept, with the verdict that answers it, if one does."""

    proposal: Proposal
    root: str
    """The actor that stands for its own."""
    actor_name: str
    verdict: Judgement | None
    """The last one that stands and was given after it."""
    before: Judgement | None
    """The one that stood when it came."""
    told_at: datetime | None
    """When who proposes was told, or could have been."""
    undone_by: str | None = None
    undone_at: datetime | None = None

    @property
    def answer(self) -> Answer | None:
        """Return what became of it."""
        if self.verdict is None:
            return None
        if self.verdict.reason is RejectReason.UNWANTED:
            return Answer.UNWANTED
        return ANSWERS[self.verdict.verdict]


# --- writing -------------------------------------------------------------------------------


def add(
    c: Connection, proposal: Proposal, nonce: str, *, made_actor: bool, address: str = ""
) -> int:
    """Keep a proposal and return its number; what came by the same form before stays as it is."""
    known = of_nonce(c, nonce)
    if known is not None:
        return known
    statement = tables.proposals.insert().values(
        nonce=nonce,
        actor_id=proposal.actor_id,
        made_actor=made_actor,
        kind=proposal.kind,
        name=proposal.name,
        what=proposal.what,
        place=proposal.place,
        commune=proposal.commune,
        latitude=proposal.latitude,
        longitude=proposal.longitude,
        link=proposal.link,
        who=proposal.who,
        at=proposal.at,
        known_on=proposal.day,
        language=proposal.language,
        address=address or None,
    )
    return int(c.execute(statement.returning(_proposals.id)).scalar_one())


def undo(c: Connection, number: int, who: str, at: datetime) -> Entry:
    """Take a proposal back and return it; a second time changes nothing.

    Raises:
        UnknownNameError: there is no proposal of that number.
    """
    c.execute(
        update(tables.proposals)
        .where(_proposals.id == number, _proposals.undone_at.is_(None))
        .values(undone_by=who, undone_at=at, address=None)
    )
    found = get(c, number)
    if found is None:
        raise UnknownNameError(say("Pas de proposition numéro {id}.", id=number))
    return found


def note_answer(c: Connection, number: int, answer: Answer, at: datetime) -> None:
    """Note that a proposal is answered for good."""
    c.execute(
        update(tables.proposals)
        .where(_proposals.id == number, _proposals.answered_at.is_(None))
        .values(answer=answer, answered_at=at)
    )


def erase(c: Connection, number: int) -> None:
    """Erase all that was written in a proposal; and its actor's name, if no one else uses it."""
    row = c.execute(select(tables.proposals).where(_proposals.id == number)).one()
    blank = {"name": ERASED, "what": "", "place": "", "link": "", "address": None}
    c.execute(
        update(tables.proposals)
        .where(_proposals.id == number)
        .values(**blank, commune=None, latitude=None, longitude=None)
    )
    shown = tables.candidates.c
    c.execute(
        update(tables.candidates)
        .where(shown.actor_id == row.actor_id, shown.entered_by == "proposed")
        .values(name=ERASED, aliases=[], reasons=[], evidence=[], commune=None)
    )
    mentioned = select(tables.mentions.c.actor_id).where(tables.mentions.c.actor_id == row.actor_id)
    if row.made_actor and c.execute(mentioned.limit(1)).scalar() is None:
        _erase_names(c, row.actor_id)


def _erase_names(c: Connection, actor_id: str) -> None:
    names = tables.aliases.c
    keys = list(c.execute(select(names.key).where(names.actor_id == actor_id)).scalars())
    for table in (tables.alias_blocks, tables.name_words, tables.split_aliases, tables.aliases):
        c.execute(delete(table).where(table.c.key.in_(keys)))
    asked = tables.suggestions.c
    c.execute(
        delete(tables.suggestions).where(
            (asked.actor_id == actor_id) | (asked.other_id == actor_id)
        )
    )
    c.execute(
        update(tables.actors)
        .where(_actors.id == actor_id)
        .values(name=ERASED, folded=sort_key(ERASED), commune=None)
    )


def with_persons(c: Connection, before: datetime) -> dict[int, tuple[str, str]]:
    """Return the name and the words of proposals that came before a moment, by number.

    Those whose persons were not left out yet.
    """
    query = select(_proposals.id, _proposals.name, _proposals.what).where(
        _proposals.at < before, _proposals.persons_dropped_on.is_(None)
    )
    return {row.id: (row.name, row.what) for row in c.execute(query)}


def leave_persons_out(c: Connection, said: Mapping[int, str], on: date) -> None:
    """Keep words without persons in the place of those of some proposals."""
    for number, what in said.items():
        here = update(tables.proposals).where(_proposals.id == number)
        c.execute(here.values(what=what, persons_dropped_on=on))


# --- reading -------------------------------------------------------------------------------


def get(c: Connection, number: int) -> Entry | None:
    """Return a proposal by its number."""
    return next(iter(_entries(c, number=number)), None)


def of_account(c: Connection, number: int) -> Entry | None:
    """Return what somebody proposed in their own name, by its number."""
    return next(iter(_entries(c, "of_account", number=number)), None)


def of_nonce(c: Connection, nonce: str) -> int | None:
    """Return the number of what came by a form, if something did."""
    return c.execute(select(_proposals.id).where(_proposals.nonce == nonce)).scalar()


def of_token(c: Connection, given: str) -> Entry | None:
    """Return the proposal that a private link leads to; None if it is not signed."""
    name = signing.named(c, PURPOSE, given)
    return get(c, int(name)) if name and name.isdecimal() else None


def token(c: Connection, number: int) -> str:
    """Return what a private link to a proposal ends with."""
    return signing.token(c, PURPOSE, str(number))


def waiting(c: Connection) -> list[Entry]:
    """Return the proposals that no verdict answers, the oldest first."""
    found = _entries(c, "stands", "untold")
    return [one for one in found if one.answer is None]


def answered(c: Connection) -> list[Entry]:
    """Return the proposals that a verdict answers and of which nobody was told yet."""
    found = _entries(c, "stands", "untold")
    return [one for one in found if one.answer is not None]


def unwanted(c: Connection) -> list[Entry]:
    """Return those that were told to be unwanted, and still hold what was written."""
    return _entries(c, "unwanted")


def of_public_waiting(c: Connection) -> int:
    """Return how many proposals of the public have had no answer told."""
    query = (
        select(func.count())
        .select_from(tables.proposals)
        .where(_proposals.who == "", _proposals.answered_at.is_(None))
        .where(_proposals.undone_at.is_(None))
    )
    return int(c.execute(query).scalar_one())


def of_actor(c: Connection, root: str) -> list[Entry]:
    """Return the proposals about an actor and those merged into it, the newest first."""
    return _entries(c, "stands", root=root)[::-1]


def placed_near(
    c: Connection, spot: tuple[float, float], kilometres: float
) -> list[tuple[str, tuple[float, float]]]:
    """Return the actors proposed in a square around a point, each with its own point."""
    up = kilometres / 111
    aside = up / max(cos(radians(spot[0])), 0.01)
    query = (
        select(_actors.root_id, _proposals.latitude, _proposals.longitude)
        .join(tables.actors, _actors.id == _proposals.actor_id)
        .where(_proposals.latitude.between(spot[0] - up, spot[0] + up))
        .where(_proposals.longitude.between(spot[1] - aside, spot[1] + aside))
        .where(_proposals.undone_at.is_(None))
        .order_by(_actors.root_id)
    )
    return [(row.root_id, (row.latitude, row.longitude)) for row in c.execute(query)]


def journal(
    c: Connection, limit: int, until: datetime | None = None, actor_id: str | None = None
) -> list[Entry]:
    """Return what accounts proposed, taken back too, newest first: until a moment, or of one."""
    return _entries(c, "of_account", newest=limit, until=until, actor=actor_id)


def last(c: Connection, who: str) -> Entry | None:
    """Return what a person proposed last that stands."""
    return next(iter(_entries(c, "stands", newest=1, who=who)), None)


def unanswered(
    c: Connection, as_of: date, verdicts: Mapping[str, Judgement]
) -> tuple[Proposal, ...]:
    """Return what was proposed by the end of a day and had no answer by then, the oldest first.

    `verdicts` are those of that day, by actor. One on whom the lab has decided stays out, but for
    whom it follows; what was merged since is known under another name.
    """
    query = (
        select(tables.proposals)
        .join(tables.actors, _actors.id == _proposals.actor_id)
        .where(_proposals.known_on <= as_of, _proposals.known_on > as_of - REMEMBERED)
        .where(_proposals.undone_at.is_(None), _actors.root_id == _actors.id)
        .order_by(_proposals.at, _proposals.id)
    )
    found: dict[str, Proposal] = {}
    for row in c.execute(query):
        verdict = verdicts.get(row.actor_id)
        follows = verdict is not None and verdict.verdict is Verdict.WATCH and verdict.at < row.at
        if verdict is None or follows:
            found.setdefault(row.actor_id, of_row(row))
    return tuple(found.values())


_CLAUSES = {
    "stands": _proposals.undone_at.is_(None),
    "untold": _proposals.answered_at.is_(None),
    "of_account": _proposals.who != "",
    "unwanted": (_proposals.answer == Answer.UNWANTED) & (_proposals.name != ERASED),
    "number": _proposals.id == bindparam("number"),
    "root": _actors.root_id == bindparam("root"),
    "actor": _proposals.actor_id == bindparam("actor"),
    "who": _proposals.who == bindparam("who"),
    "until": _proposals.at <= bindparam("until"),
}


@cache
def _query(clauses: frozenset[str], *, newest: bool) -> Select[Any]:
    query = (
        select(tables.proposals, _actors.root_id, _actors.name.label("actor_name"))
        .join(tables.actors, _actors.id == _proposals.actor_id)
        .where(*(_CLAUSES[name] for name in sorted(clauses)))
    )
    if not newest:
        return query.order_by(_proposals.at, _proposals.id)
    turned = query.order_by(_proposals.at.desc(), _proposals.id.desc())
    return turned.limit(bindparam("newest"))


def _entries(
    c: Connection, *clauses: str, newest: int | None = None, **given: object
) -> list[Entry]:
    """Return what some clauses ask for; one that is given None asks nothing."""
    values = {name: value for name, value in given.items() if value is not None}
    query = _query(frozenset((*clauses, *values)), newest=newest is not None)
    rows = list(c.execute(query, {**values, "newest": newest}))
    ids = {row.actor_id for row in rows} | {row.root_id for row in rows}
    standing = judgements.standing(c, ids)
    names = {one.id: one.name for one in actors.load(c, {row.root_id for row in rows}).values()}
    return [_entry(row, standing, names) for row in rows]


def _entry(
    row: Row[Any], standing: Mapping[str, judgements.Entry], names: Mapping[str, str]
) -> Entry:
    own, of_root = standing.get(row.actor_id), standing.get(row.root_id)
    merged = own is not None and own.judgement.verdict is Verdict.MERGE
    found = own if merged or of_root is None else of_root
    verdict = found.judgement if found else None
    later = verdict is not None and verdict.at >= row.at
    return Entry(
        proposal=of_row(row),
        root=row.root_id,
        actor_name=names.get(row.root_id, row.actor_name),
        verdict=verdict if later else None,
        before=None if later else verdict,
        told_at=row.answered_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
    )


def of_row(row: Row[Any]) -> Proposal:
    """Return what a row of `tables.proposals` holds."""
    return Proposal(
        id=row.id,
        actor_id=row.actor_id,
        kind=ProposalKind(row.kind),
        name=row.name,
        what=row.what,
        place=row.place,
        commune=row.commune,
        latitude=row.latitude,
        longitude=row.longitude,
        link=row.link,
        who=row.who,
        at=row.at,
        day=row.known_on,
        language=row.language,
    )
