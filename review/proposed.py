"""What was proposed, for those who answer it; proposing an actor from its page, or a table."""

from __future__ import annotations

import secrets
from datetime import datetime  # noqa: TC003 - pydantic reads it when it starts
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.access import CONTRIBUTOR, visitor
from review.forms import check_token
from review.proposing import intake
from review.schema import Answer
from review.shell import house, page, signature, today
from review.text import path_part, visible, web_link
from review.troubles import IncompleteError, MissingError
from review.watches import mine
from review.words import choose_language, say_in
from storage import actors, directory, judgements, opinions, proposals, suggestions
from vigie.errors import InputError
from vigie.records import Message, Proposal, ProposalKind, RoundKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from vigie.exchange.report import Report

MOST = 100
"""Proposals on the page; the oldest come first."""
LONGEST = 2000

router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token)])


@router.get("/propositions")
def show(request: Request, dit: str = "") -> HTMLResponse:
    """Show what waits for an answer, the oldest first."""
    made = house(request)
    with made.store.reading() as c:
        waiting = proposals.waiting(c)
        numbers = {
            one: entry.id for one, entry in judgements.settled(c, {w.root for w in waiting}).items()
        }
        asked = suggestions.of_actors(c, {one.root for one in waiting[:MOST]})
        likes = {
            one.actor_id: one.name
            for one in directory.lines(
                c, sorted({i for s in asked for i in (s.actor_id, s.other_id)})
            )
        }
    return page(
        request,
        "propositions.html",
        entries=waiting[:MOST],
        more=max(len(waiting) - MOST, 0),
        numbers=numbers,
        asked=asked,
        likes=likes,
        opened=made.settings.review.proposals,
        mine=mine(request),
        said=say_in(choose_language(request), SAID[dit]) if dit in SAID else "",
    )


SAID = {
    "juge": Message("L’avis est donné. Qui propose l’apprendra d’ici une heure environ."),
    "entretemps": Message("Entre-temps, quelqu’un a répondu : votre avis n’est pas enregistré."),
    "importe": Message("Le tableau est entré."),
}


@changes.post("/fiche/proposer/{actor_id:path}", dependencies=[CONTRIBUTOR])
def propose_known(
    request: Request,
    actor_id: str,
    what: Annotated[str, Form(max_length=4000)] = "",
    link: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Propose an actor that is known to the queue, saying why."""
    made, who, why = house(request), signature(request), visible(what)[:LONGEST]
    if not why:
        raise IncompleteError(Message("Dites pourquoi, en une phrase."), _page(actor_id))
    if link and web_link(link) is None:
        raise IncompleteError(
            Message("Ce n’est pas une adresse du web : commencez par https://."), _page(actor_id)
        )
    with made.store.writing() as c:
        line = next(iter(directory.lines(c, [actor_id])), None)
        if line is None or actors.surviving(c, [actor_id]).get(actor_id) != actor_id:
            raise MissingError(Message("Il n’y a pas d’acteur à cette adresse."), "/annuaire")
        given = Proposal(
            actor_id=actor_id,
            name=line.name,
            what=why,
            commune=next(iter(line.communes), None),
            link=link,
            who=who,
            at=made.clock(),
            day=today(request),
            language=choose_language(request),
        )
        intake(request).enter(c, given, secrets.token_urlsafe(16))
    return RedirectResponse(f"{_page(actor_id)}?dit=propose", HTTPStatus.SEE_OTHER)


def _page(actor_id: str) -> str:
    return f"/acteurs/{path_part(actor_id)}"


class ProposalOut(Answer):
    """What somebody proposes, before anybody has answered."""

    id: int
    actor_id: str
    kind: ProposalKind
    name: str
    what: str
    place: str
    """Where, as it was written."""
    commune: str | None
    """INSEE code."""
    latitude: float | None
    longitude: float | None
    link: str
    who: str
    """The account that proposes; empty: somebody of the public."""
    at: datetime


def waiting(request: Request) -> list[ProposalOut]:
    """Return the proposals that nobody has answered, the oldest first."""
    with house(request).store.reading() as c:
        found = proposals.waiting(c)
    return [
        ProposalOut(
            **{
                name: getattr(one.proposal, name)
                for name in ProposalOut.model_fields
                if name != "actor_id"
            },
            actor_id=one.root,
        )
        for one in found
    ]


# --- nobody judges their own alone ---------------------------------------------------------


class OwnProposalError(MissingError):
    """Whoever proposes something does not judge it alone."""

    status = HTTPStatus.FORBIDDEN
    title = Message("À juger par quelqu’un d’autre")

    def __init__(self, actor_id: str) -> None:
        super().__init__(
            Message(
                "Vous avez proposé cet acteur : une autre personne donne le premier avis. Le vôtre "
                "n’est pas enregistré ; vous pouvez demander des avis sur sa fiche."
            ),
            f"/acteurs/{path_part(actor_id)}",
            Message("Ouvrir sa fiche"),
        )


def see_that_others_judged(c: Connection, request: Request, actor_ids: Iterable[str]) -> None:
    """Let a verdict pass, unless it is on what the same account proposes and nobody else judged.

    Without accounts there is nobody else, and everything passes.

    Raises:
        OwnProposalError: somebody else is to judge.
    """
    who = visitor(request)
    if who is None or who.account is None:
        return
    roots = actors.surviving(c, actor_ids)
    for root in sorted(set(roots.values())):
        mine = [one for one in proposals.of_actor(c, root) if one.proposal.who == who.name]
        since = min((one.proposal.at for one in mine), default=None)
        others = (
            entry
            for actor_id, known in roots.items()
            if known == root
            for entry in judgements.journal(c, 100, actor_id=actor_id)
            if entry.withdrawn_at is None and entry.judgement.who != who.name
        )
        judged = any(entry.judgement.at >= since for entry in others) if since else True
        if since and not judged and not _consulted(c, root, who.name, since):
            raise OwnProposalError(root)


def _consulted(c: Connection, root: str, who: str, since: datetime) -> bool:
    """Tell whether others gave their opinion since a moment, in a round that has ended or advises.

    A vote or a consent decides by itself: only once it has ended is anything of it known.
    """
    return any(
        said.who != who
        for entry in opinions.of_actor(c, root)
        if entry.closed_at is not None or entry.round.kind is RoundKind.ADVICE
        for said in entry.opinions
        if said.at >= since
    )


# --- a whole table -------------------------------------------------------------------------


@router.get("/propositions/importer", dependencies=[CONTRIBUTOR])
def table(request: Request) -> HTMLResponse:
    """Show where a table of proposals is pasted."""
    return _table(request, "", None)


@changes.post("/propositions/importer", dependencies=[CONTRIBUTOR])
def take_table(
    request: Request, rows: Annotated[str, Form()] = "", really: Annotated[str, Form()] = ""
) -> Response:
    """Show what would become of a table's rows; once that was seen (`really`), take them in."""
    made = house(request)
    try:
        report = intake(request).import_table(
            made.store, rows.encode(), signature(request), made.clock(), dry_run=not really
        )
    except InputError as error:
        return _table(request, rows, None, str(error))
    if really:
        return RedirectResponse("/propositions?dit=importe", HTTPStatus.SEE_OTHER)
    return _table(request, rows, report)


def _table(request: Request, rows: str, report: Report | None, wrong: str = "") -> HTMLResponse:
    status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.OK
    return page(
        request, "propositions_importer.html", status, rows=rows, report=report, wrong=wrong
    )
