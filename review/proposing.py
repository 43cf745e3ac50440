"""The page on which anyone proposes an actor or a project, and the private one that follows it.

No account, no cookie, no script and no third party are needed. What is sent is held against a
hidden field that stays empty, a signed moment of the form, how often an address sends, and how
much waits already; a person judges all the same. The moment's signature is also what shows that a
form is ours: somebody without an account has no rights that another site could use, and the guard
refuses what comes from one. Whoever is signed in sends the token of their session besides.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review import fields, rates
from review.access import FOLLOWED, NotAllowedError, visitor
from review.forms import check_token
from review.rates import Asking
from review.shell import House, house, page, today
from review.text import plain, visible, web_link
from review.troubles import MissingError
from review.words import choose_language
from storage import directory, exchanges, proposals, signing
from vigie import gazetteer
from vigie.records import Message, Proposal, ProposalKind, Role, Verdict, Visibility
from vigie.whereabouts import Where, where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from review.intake import Intake
    from storage.directory import Line

STAMP = "stamp"
YOUNGEST = timedelta(seconds=3)
"""Nobody reads and fills the form faster."""
OLDEST = timedelta(hours=24)
MOST_WAITING = 300
"""Proposals of the public without an answer, after which no more are taken."""
MOST_LINKS = 2
"""Addresses in what is told."""
LONGEST = {"name": 200, "what": 2000, "place": 200, "link": 500, "address": 254}
"""Characters."""
ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,190}\.[^\W\d_]{2,24}")
_BARE = re.compile(r"(?:[\w-]+\.)+[a-z]{2,24}(?:/\S*)?", re.IGNORECASE)
_STAMP = re.compile(r"(\d{10})-[A-Za-z0-9_-]{16}")

router = APIRouter(default_response_class=HTMLResponse)
Token = Annotated[str, Path(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form as it was sent."""

    kind: ProposalKind = ProposalKind.ACTOR
    name: str = ""
    what: str = ""
    place: str = ""
    link: str = ""
    address: str = ""
    stamp: str = ""
    vu: list[str] = field(default_factory=list)
    """Ids of the actors that were shown as alike."""


async def sent(request: Request) -> Sent:
    """Return a form as it was sent, nothing of it lost (a dependency)."""
    form = await request.form()
    texts = {name: visible(str(form.get(name, ""))) for name in ("name", "what", "place", "link")}
    kind = form.get("kind")
    return Sent(
        kind=ProposalKind.PROJECT if kind == ProposalKind.PROJECT else ProposalKind.ACTOR,
        address=visible(str(form.get("address", ""))),
        stamp=str(form.get("stamp", ""))[:200],
        vu=[str(one) for one in form.getlist("vu")][:50],
        **texts,
    )


def intake(request: Request) -> Intake:
    """Return what takes proposals in.

    Raises:
        MissingError: nothing does here.
    """
    found = house(request).intake
    if found is None:
        raise MissingError(Message("Ici, rien ne prend les propositions."))
    return found


@router.get("/proposer")
def form(request: Request, nom: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """Show the form, empty or with a name (`nom`)."""
    intake(request)
    name = visible(nom)
    return _form(request, Sent(name=name), {}, likes=_alike(request, name, ""))


@router.get("/proposer/semblables")
def alike(
    request: Request,
    name: Annotated[str, Query(max_length=400)] = "",
    place: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """Show whom a proposal may be about, while it is being written."""
    return page(request, "_semblables.html", likes=_alike(request, visible(name), visible(place)))


@router.post("/proposer")
def propose(
    request: Request,
    given: Annotated[Sent, Depends(sent)],
    homepage: Annotated[str, Form()] = "",
    csrf: Annotated[str, Form()] = "",
) -> Response:
    """Keep a proposal; show the form again, whole, where something is wrong or to be looked at."""
    takes, signed_in = intake(request), _proposer(request)
    if signed_in is not None:
        check_token(request, csrf)
    made, now = house(request), house(request).clock()
    wrong = dict(_wrong(request, given, homepage))
    if wrong:
        return _form(request, given, wrong, HTTPStatus.BAD_REQUEST)
    seen = set(given.vu)
    likes = _alike(request, given.name, given.place)
    if any(one.line.actor_id not in seen for one in likes):
        return _form(request, given, {}, likes=likes, asked=True)
    if signed_in is None:
        made.rates.take(Asking.PROPOSE, f"@{rates.address(request)}", now)
        _see_that_there_is_room(made)
    proposal = _proposal(request, given, signed_in or "")
    address = given.address if signed_in is None and made.settings.mail.host else ""
    with made.store.writing() as c:
        number = takes.enter(c, proposal, given.stamp.partition(".")[0], address)
        followed = proposals.token(c, number)
    return RedirectResponse(f"{FOLLOWED}{followed}", HTTPStatus.SEE_OTHER)


def _see_that_there_is_room(made: House) -> None:
    with made.store.reading() as c:
        full = proposals.of_public_waiting(c) >= MOST_WAITING
    if full:
        raise FullError(
            Message(
                "Beaucoup de propositions attendent déjà d’être lues : revenez dans quelques "
                "jours. La vôtre n’est pas enregistrée."
            )
        )


class FullError(MissingError):
    """So much waits that no more is taken."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = Message("Trop de propositions")


def _proposer(request: Request) -> str | None:
    """Return the name of whoever proposes as themselves; None for the public.

    Raises:
        NotAllowedError: their account reads only, and the page is not open to the public.
    """
    who = visitor(request)
    if who is None:
        return None
    if not who.role.may(Role.CONTRIBUTOR):
        if not house(request).settings.review.proposals:
            raise NotAllowedError
        return None
    return who.name


def _proposal(request: Request, given: Sent, who: str) -> Proposal:
    made, spot = house(request), _where(house(request), given.place)
    return Proposal(
        kind=given.kind,
        name=plain(given.name, LONGEST["name"]),
        what=given.what,
        place=plain(given.place, LONGEST["place"]),
        commune=spot.commune,
        latitude=spot.latitude,
        longitude=spot.longitude,
        link=_link(given.link),
        who=who,
        at=made.clock(),
        day=today(request),
        language=choose_language(request),
    )


def _where(made: House, place: str) -> Where:
    return where(place[: LONGEST["place"]], gazetteer.territory(made.settings.territory))


def _link(text: str) -> str:
    """Return an address as it is followed: who writes `site.org` means the one on the web."""
    return f"https://{text}" if _BARE.fullmatch(text) else text


# --- what is wrong -------------------------------------------------------------------------


def _wrong(request: Request, given: Sent, homepage: str) -> Iterator[tuple[str, Message]]:
    """Yield what must be mended before a form is taken, by field."""
    for name, most in LONGEST.items():
        if len(getattr(given, name)) > most:
            yield name, Message("C’est trop long : {n} caractères au plus.", {"n": most})
    yield from _wrong_words(given)
    spot = _where(house(request), given.place)
    if not spot.commune:
        yield (
            "place",
            Message(
                "Écrivez le nom d’une commune, une adresse qui finit par elle, ou un point "
                "(latitude, longitude)."
            ),
        )
    if given.link and web_link(_link(given.link)) is None:
        yield "link", Message("Ce n’est pas une adresse du web : commencez par https://.")
    if given.address and not ADDRESS.fullmatch(given.address):
        yield "address", Message("Ce n’est pas une adresse de courriel.")
    if homepage:
        yield "homepage", Message("Ce champ doit rester vide : videz-le et renvoyez.")
    if (late := _stamp_trouble(request, given.stamp)) is not None:
        yield "stamp", late


def _wrong_words(given: Sent) -> Iterator[tuple[str, Message]]:
    if not any(character.isalpha() for character in given.name):
        yield "name", Message("Écrivez le nom que le groupe se donne.")
    elif "://" in given.name:
        yield "name", Message("Un nom, et l’adresse plus bas.")
    if not given.what:
        yield "what", Message("Dites en une phrase ou deux ce que c’est.")
    elif len(re.findall(r"https?:|www\.", given.what)) > MOST_LINKS:
        yield "what", Message("Deux adresses au plus dans ce texte.")
    for name in ("what", "place"):
        if (personal := fields.not_a_person(getattr(given, name))) is not None:
            yield name, personal


def _stamp_trouble(request: Request, stamp: str) -> Message | None:
    """Return what is wrong with the moment at which a form was given out."""
    made = house(request)
    with made.store.reading() as c:
        name = signing.named(c, STAMP, stamp)
    match = _STAMP.fullmatch(name or "")
    age = made.clock() - datetime.fromtimestamp(int(match[1]), UTC) if match else None
    if age is None or age > OLDEST:
        return Message("Cette page a vieilli. Rien n’est perdu : relisez, puis renvoyez.")
    if age < YOUNGEST:
        return Message("C’était très rapide : relisez, puis renvoyez.")
    return None


def new_stamp(made: House) -> str:
    """Return the signed moment that a form carries."""
    name = f"{int(made.clock().timestamp())}-{secrets.token_urlsafe(12)}"
    with made.store.reading() as c:
        if signing.key(c, STAMP) is not None:
            return signing.token(c, STAMP, name)
    with made.store.writing() as c:
        return signing.token(c, STAMP, name)


# --- whom it may be ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Like:
    """An actor that a proposal may be about, as it may be shown to who proposes."""

    line: Line
    kilometres: float | None
    leads: bool
    """Whether they can open its page."""


def _alike(request: Request, name: str, place: str) -> tuple[Like, ...]:
    """Return whom a proposal may be about; to the public, only those that are public."""
    if not any(character.isalpha() for character in name):
        return ()
    made, who = house(request), visitor(request)
    inside = who is not None and who.role.may(Role.READER)
    with made.store.reading() as c:
        found = intake(request).alike(c, name[: LONGEST["name"]], _where(made, place))
        lines = {one.actor_id: one for one in _shown(c, made, [o.actor_id for o in found], inside)}
    return tuple(
        Like(line=lines[one.actor_id], kilometres=one.kilometres, leads=inside)
        for one in found
        if one.actor_id in lines
    )


def _shown(c: Connection, made: House, ids: Sequence[str], inside: bool) -> Sequence[Line]:
    lines = directory.lines(c, ids)
    if inside:
        return lines
    usual = made.settings.watch.visibility
    return [
        line
        for line in lines
        if line.verdict in {Verdict.KEEP, Verdict.WATCH}
        and exchanges.visibility(line, usual).shown_to(Visibility.PUBLIC)
    ]


def _form(
    request: Request,
    given: Sent,
    wrong: Mapping[str, Message],
    status: int = 200,
    *,
    likes: Sequence[Like] = (),
    asked: bool = False,
) -> HTMLResponse:
    made = house(request)
    keeps = given.stamp and "stamp" not in wrong
    return page(
        request,
        "proposer.html",
        status,
        given=given,
        wrong=wrong,
        likes=likes,
        asked=asked,
        stamp=given.stamp if keeps else new_stamp(made),
        by_mail=bool(made.settings.mail.host) and _proposer(request) is None,
        public=visitor(request) is None,
        longest=LONGEST,
    )


# --- following it --------------------------------------------------------------------------


@router.get(FOLLOWED + "{token}")
def follow(request: Request, token: Token, retiree: str = "") -> HTMLResponse:
    """Show a proposal to who holds its private link: what was written, and what became of it."""
    with house(request).store.reading() as c:
        entry = proposals.of_token(c, token)
    if entry is None:
        raise _no_such()
    return page(
        request,
        "proposition.html",
        entry=entry,
        token=token,
        withdrawn=bool(retiree) or entry.undone_at is not None,
        told=entry.answer if entry.told_at or _old(request, entry) else None,
        public=visitor(request) is None,
    )


def _old(request: Request, entry: proposals.Entry) -> bool:
    """Tell whether a verdict has stood long enough to be told."""
    return (
        entry.verdict is not None and entry.verdict.at <= house(request).clock() - proposals.GRACE
    )


@router.post(FOLLOWED + "{token}")
def withdraw(request: Request, token: Token) -> Response:
    """Take a proposal back and erase what was written, as long as nobody has answered it.

    No token of ours is asked for: the address is signed.
    """
    made = house(request)
    with made.store.writing() as c:
        entry = proposals.of_token(c, token)
        if entry is None:
            raise _no_such()
        if entry.answer is None and entry.undone_at is None:
            proposals.undo(c, entry.proposal.id, entry.proposal.who, made.clock())
            proposals.erase(c, entry.proposal.id)
    return RedirectResponse(f"{FOLLOWED}{token}?retiree=1", HTTPStatus.SEE_OTHER)


def _no_such() -> MissingError:
    return MissingError(Message("Cette adresse ne mène à aucune proposition."))
