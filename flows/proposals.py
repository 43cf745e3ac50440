"""What people propose, taken in: whom it may be already, its actor, and whole files of it.

Names are compared as those of the press are (`nlp.names`), so that a proposal and what is written
of it later are one actor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flows import exchange
from nlp import gathering, names
from storage import actors, directory, erasures, proposals
from vigie import gazetteer
from vigie.errors import InputError
from vigie.exchange import tables
from vigie.exchange.report import Fate, Report, Told
from vigie.language import say
from vigie.records import (
    ActorKind,
    ActorSheet,
    Likeness,
    Message,
    Proposal,
    ProposalKind,
    Resolution,
    Suggestion,
    Verdict,
)
from vigie.whereabouts import Where, kilometres

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from storage import Connection, Store
    from storage.directory import Line
    from vigie.settings import Settings

NEAR = 1.0
"""Kilometres within which two points may be one place."""
LEAST_HERE = 0.6
"""How alike two names in one commune must be for somebody to be asked; elsewhere it takes more."""
MOST = 6
"""Likenesses shown."""
SAME_NAME = Message("Une proposition porte le même nom.")
ALIKE = Message("Une proposition porte un nom proche.")
ASKED_FROM = 0.85
"""From such a likeness on the officer is asked « same actor? »."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes proposals into a workspace; handed to the pages, which know neither names nor flows."""

    settings: Settings

    def alike(
        self, c: Connection, name: str, place: Where, *, besides: str = ""
    ) -> tuple[Likeness, ...]:
        """Return actors that a proposal may be about, the likeliest first.

        They bear a name that resolution would ask about, or stand within a kilometre of the point
        that was given. Of a commune nothing but its centre is known: there a name must be a little
        alike.
        """
        found = {one.actor_id: one for one in _within(c, place)}
        for actor_id, score in self._named(c, name, place).items():
            near = found.get(actor_id)
            found[actor_id] = Likeness(
                actor_id=actor_id, score=score, kilometres=near.kilometres if near else None
            )
        found.pop(besides, None)
        return tuple(sorted(found.values(), key=lambda one: (-one.score, one.actor_id))[:MOST])

    def _named(self, c: Connection, name: str, place: Where) -> dict[str, float]:
        """Return actors of a like name with how alike it is, from 0 to 1."""
        key = exchange.keys_of(ActorSheet(id="", name=name)).get(name)
        if key is None:
            return {}
        leading = actors.by_blocks(c, gathering.blocks(key, name)) | actors.by_keys(c, [key])
        scores: dict[str, float] = {}
        for other, actor_id in leading.items():
            score = names.similarity(key.partition("@")[0], other.partition("@")[0])
            if score >= LEAST_HERE:
                scores[actor_id] = max(score, scores.get(actor_id, 0.0))
        roots = actors.surviving(c, scores)
        best: dict[str, float] = {}
        for actor_id, root in roots.items():
            best[root] = max(scores[actor_id], best.get(root, 0.0))
        here = {
            line.actor_id
            for line in directory.lines(c, sorted(best))
            if place.commune and place.commune in line.communes
        }
        return {
            root: score
            for root, score in best.items()
            if score >= names.SUGGESTED_FROM or root in here
        }

    def enter(self, c: Connection, given: Proposal, nonce: str, address: str = "") -> int:
        """Keep a proposal and return its number; where it names nobody known it makes an actor.

        Raises:
            InputError: its name could name nobody.
        """
        known = proposals.of_nonce(c, nonce)
        if known is not None:
            return known
        given = erasures.current(c).within(given)
        if given.actor_id:
            return proposals.add(c, given, nonce, made_actor=False, address=address)
        actor_id, made = self._actor(c, given)
        taken = replace(given, actor_id=actor_id)
        return proposals.add(c, taken, nonce, made_actor=made, address=address)

    def _actor(self, c: Connection, given: Proposal) -> tuple[str, bool]:
        """Return the actor that a proposal is about, and whether it was made for it."""
        sheet = _sheet(given)
        keys = exchange.keys_of(sheet)
        if not keys:
            raise InputError(
                say("Ce nom n’a pas de lettre : écrivez celui que le groupe se donne.")
            )
        line = _of_that_name(c, keys[sheet.name])
        if line is not None and not exchange.elsewhere(line, sheet):
            return line.actor_id, False
        alike = [
            one.actor_id
            for one in self.alike(c, given.name, Where(commune=given.commune))
            if one.score >= ASKED_FROM
        ]
        made, _ = exchange.new_actor(c, sheet, keys, SAME_NAME)
        actors.save(c, Resolution(suggestions=tuple(_asked(made, other) for other in alike)))
        return made, True

    # --- whole files -----------------------------------------------------------------------

    def import_table(
        self, store: Store, raw: bytes, who: str, at: datetime, *, dry_run: bool = False
    ) -> Report:
        """Take each row of a CSV table in as a proposal, or with `dry_run` none.

        Whom the lab keeps or follows, and what is proposed already, is not proposed again; whose
        name is that of somebody else, or nearly, is, and a person decides.

        Raises:
            InputError: it is no table, or has no column of names.
        """
        report = Report()
        with store.writing() as c:
            before = c.begin_nested()
            for row in tables.read(raw):
                if row.sheet is None:
                    report.refused.append(row)
                    wrong = row.wrong or Message("ligne illisible")
                    told = Told(number=row.number, name="", fate=Fate.REFUSED, why=(wrong,))
                    report.note(told)
                    continue
                proposal = self._of_row(row.sheet, who, at)
                fate, why = self._fate(c, proposal)
                if fate is Fate.REFUSED:
                    report.refused.append(replace(row, wrong=why[0]))
                elif fate is not Fate.DUPLICATE:
                    self.enter(c, proposal, f"{at.isoformat()} {who} {row.number}")
                told = Told(number=row.number, name=proposal.name, fate=fate, why=why)
                report.note(told)
            if dry_run:
                before.rollback()
            else:
                before.commit()
        return report

    def _of_row(self, sheet: ActorSheet, who: str, at: datetime) -> Proposal:
        commune = next(iter(sheet.communes), None)
        return Proposal(
            kind=ProposalKind.PROJECT
            if ActorKind.CITIZEN_PROJECT in sheet.kinds
            else ProposalKind.ACTOR,
            name=sheet.name,
            what=sheet.description,
            place=gazetteer.commune(commune).name if commune else "",
            commune=commune,
            link=next(iter(sheet.links), ""),
            who=who,
            at=at,
            day=at.astimezone(self.settings.zone).date(),
        )

    def _fate(self, c: Connection, given: Proposal) -> tuple[Fate, tuple[Message, ...]]:
        """Return what becomes of a row, and why."""
        sheet = _sheet(given)
        keys = exchange.keys_of(sheet)
        if not keys:
            return Fate.REFUSED, (Message("ce nom n’a pas de lettre"),)
        line = _of_that_name(c, keys[given.name])
        if line is None:
            alike = tuple(_likes(c, self.alike(c, given.name, Where(commune=given.commune))))
            return (Fate.CONFLICT, alike) if alike else (Fate.NEW, ())
        if there := exchange.elsewhere(line, sheet):
            return Fate.CONFLICT, (there,)
        return _fate_of_known(c, line)


def _fate_of_known(c: Connection, line: Line) -> tuple[Fate, tuple[Message, ...]]:
    """Return what becomes of a row whose name leads to an actor."""
    told = proposals.of_actor(c, line.actor_id)
    if line.verdict in {Verdict.KEEP, Verdict.WATCH} or any(one.answer is None for one in told):
        return Fate.DUPLICATE, ()
    if line.verdict is Verdict.REJECT:
        return Fate.CONFLICT, (Message("la veille a écarté cet acteur"),)
    return Fate.NEW, (Message("la presse l’a déjà nommé"),)


def _sheet(given: Proposal) -> ActorSheet:
    project = given.kind is ProposalKind.PROJECT
    return ActorSheet(
        id="",
        name=given.name,
        kinds=(ActorKind.CITIZEN_PROJECT,) if project else (),
        communes=(given.commune,) if given.commune else (),
    )


def _asked(made: str, other: str) -> Suggestion:
    one, two = sorted((made, other))
    return Suggestion(actor_id=one, other_id=two, score=ASKED_FROM, reason=ALIKE)


def _of_that_name(c: Connection, key: str) -> Line | None:
    found = actors.by_keys(c, [key]).get(key)
    root = actors.surviving(c, [found]).get(found) if found else None
    return next(iter(directory.lines(c, [root])), None) if root else None


def _within(c: Connection, place: Where) -> Iterator[Likeness]:
    """Yield the actors that were proposed within a kilometre of a point."""
    if place.point is None:
        return
    for actor_id, spot in proposals.placed_near(c, place.point, NEAR):
        away = kilometres(place.point, spot)
        if away <= NEAR:
            yield Likeness(actor_id=actor_id, score=0.0, kilometres=away)


def _likes(c: Connection, alike: tuple[Likeness, ...]) -> Iterator[Message]:
    for line in directory.lines(c, [one.actor_id for one in alike[:3]]):
        yield Message("ressemble à « {name} »", {"name": line.name})
