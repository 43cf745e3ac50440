"""Deciding together: asking for opinions on an actor, giving one, and how each round ended.

Whoever has an account that writes says what they think on the round's page; somebody who is asked
by mail does so by answering, or on a page whose address is signed for them alone.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.access import ANSWERED, CONTRIBUTOR, OFFICER, visitor
from review.forms import check_token
from review.proposed import see_that_others_judged
from review.proposing import ADDRESS
from review.schema import Answer
from review.shell import House, house, page, signature, today
from review.text import path_part, plain, visible
from review.troubles import IncompleteError, MissingError
from review.verdicts import clean_note
from review.watches import judged_in, see_that_may_undo
from review.words import choose_language, say_in
from storage import actors, directory, invitations, judgements, opinions, proposals
from storage.days import end_of
from vigie.records import (
    Judgement,
    Message,
    Opinion,
    Position,
    RejectReason,
    Round,
    RoundEnd,
    RoundKind,
    Verdict,
    iso_week,
)
from vigie.words import POSITIONS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.invitations import Invitation
    from storage.opinions import Entry

LONGEST = timedelta(days=92)
"""How long a round may last."""
MOST_INVITED = 50
ENDED = 30
"""Rounds that have ended, on their page."""
OFFERED = {
    RoundKind.ADVICE: (Position.YES, Position.NO, Position.ABSTAIN),
    RoundKind.CONSENT: (Position.YES, Position.OBJECTION, Position.ABSTAIN),
    RoundKind.VOTE: (Position.YES, Position.NO, Position.ABSTAIN),
}
SAID = {
    "ouverte": Message("La consultation est ouverte. Les courriels partent d’ici vingt minutes."),
    "dit": Message("C’est noté. On peut changer d’avis jusqu’à la fin : le dernier compte."),
    "tard": Message("La consultation est finie : votre avis n’y entre plus."),
    "finie": Message("La consultation est finie."),
    "conclue": Message("L’avis est donné."),
}

router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token)])
Token = Annotated[str, Path(max_length=200)]


@router.get("/consultations")
def show_all(request: Request) -> HTMLResponse:
    """Show the rounds in which opinions are taken, and those that ended last."""
    with house(request).store.reading() as c:
        taken, past = opinions.all_open(c), opinions.ended(c, ENDED)
    return page(
        request, "consultations.html", taken=taken, past=past, last_day=_last_day(house(request))
    )


@router.get("/consultations/{number:int}")
def show(request: Request, number: int, dit: str = "") -> HTMLResponse:
    """Show a round: what is asked, who said what, and how it ended."""
    made = house(request)
    with made.store.reading() as c:
        entry = _entry(c, number)
    mine = next((one for one in entry.opinions if one.who == signature(request)), None)
    return page(
        request,
        "consultation.html",
        entry=entry,
        mine=mine,
        offered=OFFERED[entry.round.kind],
        late=made.clock() >= entry.round.until,
        last_day=_last_day(made),
        said=say_in(choose_language(request), SAID[dit]) if dit in SAID else "",
    )


def _last_day(made: House) -> object:
    def day(entry: Entry) -> date:
        return (entry.round.until - timedelta(seconds=1)).astimezone(made.settings.zone).date()

    return day


def _entry(c: Connection, number: int) -> Entry:
    entry = opinions.get(c, number) if number < 2**31 else None
    if entry is None:
        raise MissingError(
            Message("Il n’y a pas de consultation à cette adresse."),
            "/consultations",
            Message("Toutes les consultations"),
        )
    return entry


# --- asking --------------------------------------------------------------------------------


@changes.post("/fiche/consulter/{actor_id:path}", dependencies=[OFFICER])
def ask(
    request: Request,
    actor_id: str,
    *,
    kind: Annotated[RoundKind, Form()],
    verdict: Annotated[Verdict, Form()] = Verdict.KEEP,
    question: Annotated[str, Form()] = "",
    until: Annotated[str, Form(max_length=20)] = "",
    quorum: Annotated[str, Form(max_length=5)] = "",
    invited: Annotated[str, Form()] = "",
    veille: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Open a round of opinions on an actor, for a watch in which the visitor judges."""
    watch = judged_in(request, veille)
    made, back = house(request), f"/acteurs/{path_part(actor_id)}"
    words = clean_note(question)[:1000]
    if not words:
        raise IncompleteError(Message("Écrivez la question."), back)
    if verdict is Verdict.MERGE:
        raise IncompleteError(Message("On consulte pour retenir, suivre ou écarter."), back)
    asked = Round(
        actor_id=actor_id,
        kind=kind,
        verdict=verdict,
        question=words,
        who=signature(request),
        at=made.clock(),
        until=_until(request, until, back),
        quorum=int(quorum) if quorum.isdecimal() else 0,
        watch=watch.id,
    )
    people = _people(invited, back)
    with made.store.writing() as c:
        if actors.surviving(c, [actor_id]).get(actor_id) != actor_id:
            raise MissingError(Message("Il n’y a pas d’acteur à cette adresse."), "/annuaire")
        number = opinions.ask(c, asked, people, choose_language(request))
    return RedirectResponse(f"/consultations/{number}?dit=ouverte", HTTPStatus.SEE_OTHER)


def _until(request: Request, text: str, back: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise IncompleteError(
            Message("Dites jusqu’à quel jour, comme 2026-03-31."), back
        ) from error
    now = today(request)
    if not now <= day <= now + LONGEST:
        raise IncompleteError(
            Message("Le dernier jour est aujourd’hui ou dans les trois mois."), back
        )
    return end_of(day, house(request).settings.zone)


def _people(text: str, back: str) -> list[tuple[str, str]]:
    """Return names with addresses, one a line; a name tells that its answers come by mail."""
    found: dict[str, tuple[str, str]] = {}
    for line in re.split(r"[\n;]", visible(text)):
        if not line.strip():
            continue
        name, address = parseaddr(line.strip())
        if not ADDRESS.fullmatch(address):
            raise IncompleteError(
                Message("« {line} » n’est pas un nom suivi d’une adresse.", {"line": line[:80]}),
                back,
            )
        shown = plain(name, 60) or address.partition("@")[0]
        found.setdefault(address.lower(), (shown, address))
    if len(found) > MOST_INVITED:
        raise IncompleteError(Message("Cinquante personnes au plus, par courriel."), back)
    names: dict[str, str] = {}
    for shown, address in found.values():
        label = f"{shown} (courriel)"
        while label in names:
            label = f"{label}’"
        names[label] = address
    return list(names.items())


# --- saying --------------------------------------------------------------------------------


@changes.post("/consultations/{number:int}/dire", dependencies=[CONTRIBUTOR])
def give(
    request: Request,
    number: int,
    position: Annotated[Position, Form()],
    words: Annotated[str, Form()] = "",
) -> Response:
    """Keep what whoever is signed in says; the last time counts."""
    made = house(request)
    with made.store.writing() as c:
        entry = _entry(c, number)
        kept = opinions.give(
            c,
            Opinion(
                round_id=entry.round.id,
                who=signature(request),
                position=position,
                words=clean_note(words),
                at=made.clock(),
            ),
        )
    return _back(number, "dit" if kept else "tard")


@router.get(ANSWERED + "{token}")
def show_invited(request: Request, token: Token, dit: str = "") -> HTMLResponse:
    """Show what is asked to who was written to; looking says nothing."""
    made = house(request)
    with made.store.reading() as c:
        one, entry = _invited(c, token)
        line = next(iter(directory.lines(c, [entry.root])), None)
        told = proposals.of_actor(c, entry.root)
    mine = next((said for said in entry.opinions if said.who == one.name), None)
    return page(
        request,
        "consultation_avis.html",
        entry=entry,
        token=token,
        line=line,
        proposed=told[0].proposal.what if told else "",
        mine=mine,
        offered=OFFERED[entry.round.kind],
        late=made.clock() >= entry.round.until,
        name=one.name,
        last_day=_last_day(made),
        public=visitor(request) is None,
        said=say_in(choose_language(request), SAID[dit]) if dit in SAID else "",
    )


@router.post(ANSWERED + "{token}")
def give_invited(
    request: Request,
    token: Token,
    position: Annotated[Position, Form()],
    words: Annotated[str, Form()] = "",
) -> Response:
    """Keep what somebody says who was written to; the address itself is the right to say it."""
    made = house(request)
    with made.store.writing() as c:
        one, entry = _invited(c, token)
        kept = opinions.give(
            c,
            Opinion(
                round_id=entry.round.id,
                who=one.name,
                position=position,
                words=clean_note(words),
                at=made.clock(),
            ),
        )
    said = "dit" if kept else "tard"
    return RedirectResponse(f"{ANSWERED}{token}?dit={said}", HTTPStatus.SEE_OTHER)


def _invited(c: Connection, token: str) -> tuple[Invitation, Entry]:
    one = invitations.of_token(c, token)
    entry = opinions.get(c, one.round_id) if one else None
    if one is None or entry is None or entry.undone_at is not None:
        raise MissingError(Message("Cette adresse ne mène à aucune consultation."))
    return one, entry


# --- ending --------------------------------------------------------------------------------


@changes.post("/consultations/{number:int}/conclure", dependencies=[OFFICER])
def conclude(
    request: Request,
    number: int,
    verdict: Annotated[Verdict, Form()],
    note: Annotated[str, Form()] = "",
) -> Response:
    """Give the verdict that an advice informs, with all that was said; it ends the round."""
    made = house(request)
    with made.store.writing() as c:
        entry = _entry(c, number)
        free = entry.undone_at is None and entry.judgement_id is None
        if entry.round.kind is not RoundKind.ADVICE or not free or verdict is Verdict.MERGE:
            raise IncompleteError(
                Message("On conclut un avis une fois, pour retenir, suivre ou écarter."),
                f"/consultations/{number}",
            )
        see_that_may_undo(request, entry.round.watch)
        see_that_others_judged(c, request, [entry.root])
        given = judgements.add(
            c,
            Judgement(
                actor_id=entry.root,
                verdict=verdict,
                who=signature(request),
                at=made.clock(),
                week=iso_week(today(request)),
                reason=RejectReason.OTHER if verdict is Verdict.REJECT else None,
                note=clean_note("\n".join(filter(None, (note, _trace(entry))))),
                watch=entry.round.watch,
            ),
        )
        ended = entry.closed_at or made.clock()
        opinions.close(c, number, RoundEnd.ADVISED, ended, given)
    return _back(number, "conclue")


def _trace(entry: Entry) -> str:
    """Return who said what, in French, as it stays with a judgement."""
    said = "; ".join(f"{one.who} : {POSITIONS[one.position]}" for one in entry.opinions)
    return f"Consultation {entry.round.id} : {said or '—'}"


def _back(number: int, said: str) -> Response:
    return RedirectResponse(f"/consultations/{number}?dit={said}", HTTPStatus.SEE_OTHER)


# --- for programs --------------------------------------------------------------------------


class SaidOut(Answer):
    """What one person says in a round."""

    who: str
    position: Position
    words: str
    at: datetime
    by_mail: bool


class RoundOut(Answer):
    """A round of opinions that is under way."""

    id: int
    actor_id: str
    name: str
    kind: RoundKind
    verdict: Verdict
    """What is asked for."""
    question: str
    who: str
    until: datetime
    """The first moment after its last day."""
    quorum: int
    watch: str
    """For which its verdict is."""
    opinions: list[SaidOut]


def under_way(request: Request) -> list[RoundOut]:
    """Return the rounds of opinions that are under way, the first to end first."""
    with house(request).store.reading() as c:
        found = opinions.all_open(c)
    return [
        RoundOut(
            id=one.round.id,
            actor_id=one.root,
            name=one.actor_name,
            kind=one.round.kind,
            verdict=one.round.verdict,
            question=one.round.question,
            who=one.round.who,
            until=one.round.until,
            quorum=one.round.quorum,
            watch=one.round.watch,
            opinions=[
                SaidOut(
                    who=said.who,
                    position=said.position,
                    words=said.words,
                    at=said.at,
                    by_mail=said.by_mail,
                )
                for said in one.opinions
            ],
        )
        for one in found
    ]
