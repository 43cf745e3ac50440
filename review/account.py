"""Signing in and out, one's own account, and for administrators everybody's."""

from __future__ import annotations

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from review import access, forms, rates
from review.access import (
    ADMINISTRATOR,
    NotAllowedError,
    SignInNeededError,
    Visitor,
    WrongKeyError,
    WrongTokenError,
)
from review.forms import check_token
from review.shell import House, house, is_secure, page
from review.single import ASKED_FOR, MARK, RefusedError
from review.troubles import MissingError, trouble
from review.words import choose_language, say_in
from storage import accounts
from vigie.errors import VigieError
from vigie.records import Message, SignIn, SignInOutcome
from vigie.words import ROLES, SIGN_INS

if TYPE_CHECKING:
    from fastapi import FastAPI

_log = logging.getLogger(__name__)
router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token)])

Password = Annotated[str, Form(max_length=1000)]


ASKED_COOKIE = "vigie_asked"
"""Holds, while somebody is at the single sign-on, what makes their answer this browser's."""
LONGEST_WAY = 500
"""Characters of an address to come back to."""


@router.get("/connexion")
def show_sign_in(
    request: Request, vers: Annotated[str, Query(max_length=LONGEST_WAY)] = "", dit: str = ""
) -> HTMLResponse:
    """Show the form; `vers` is where one wanted to go, `dit` how one came to be signed out."""
    single = house(request).single
    farewell = single.farewell(f"{_base(request)}/connexion") if single and dit == "sorti" else ""
    ended = Message(
        "Votre session est finie : ce que vous veniez de faire n’est pas enregistré. "
        "Connectez-vous, puis refaites-le."
    )
    return _form(request, vers, ended if dit == "perdu" else None, farewell=farewell)


def _form(
    request: Request,
    to: str,
    words: Message | None = None,
    status: int = 200,
    farewell: str = "",
) -> HTMLResponse:
    made = house(request)
    return page(
        request,
        "connexion.html",
        status,
        to=_own(to),
        single=f"/connexion/unique?vers={quote(_own(to), safe='/')}" if made.single else "",
        farewell=farewell,
        passwords=_by_password(made),
        said=say_in(choose_language(request), words) if words else "",
    )


def _own(path: str) -> str:
    """Return a path of ours to go to, never another site's."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


@changes.post("/connexion")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Password = "",
    vers: Annotated[str, Form(max_length=LONGEST_WAY)] = "",
) -> Response:
    """Sign in, or say why not: never whether the name or the password was wrong."""
    if not _by_password(house(request)):
        raise NotAllowedError
    tokens: list[str] = []
    found = access.sign_in(request, name, password, tokens.append)
    if isinstance(found, timedelta):
        seconds = int(found.total_seconds()) + 1
        words = Message(
            "Trop d’essais : attendez {n} seconde.",
            {"n": seconds},
            "Trop d’essais : attendez {n} secondes.",
        )
        return _form(request, vers, words, HTTPStatus.TOO_MANY_REQUESTS)
    if found is None:
        words = Message("Ce nom et ce mot de passe ne vont pas ensemble.")
        return _form(request, vers, words, HTTPStatus.UNAUTHORIZED)
    response = RedirectResponse(_own(vers), HTTPStatus.SEE_OTHER)
    secure = is_secure(request)
    response.set_cookie(forms.COOKIE, tokens[0], httponly=True, samesite="strict", secure=secure)
    response.set_cookie(
        access.DEVICE_COOKIE,
        access.device_of(found),
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return response


def _by_password(made: House) -> bool:
    """Tell whether one may sign in by a password: always, where there is no other way."""
    return made.settings.review.passwords or made.single is None


def _base(request: Request) -> str:
    """Return the address under which browsers reach the pages."""
    return house(request).settings.review.address or str(request.base_url).rstrip("/")


@router.get("/connexion/unique")
def ask(request: Request, vers: Annotated[str, Query(max_length=LONGEST_WAY)] = "") -> Response:
    """Lead to the city's single sign-on."""
    made, browser = house(request), forms.new_session()
    if made.single is None:
        raise MissingError(Message("Il n’y a pas de connexion unique ici."), "/connexion")
    back = f"{_base(request)}/connexion/retour"
    address = made.single.ask(browser, _own(vers), back, made.clock())
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        ASKED_COOKIE,
        browser,
        max_age=int(ASKED_FOR.total_seconds()),
        path="/connexion",
        httponly=True,
        # It has to come along when the provider sends the browser back.
        samesite="lax",
        secure=is_secure(request),
    )
    return response


@router.get("/connexion/retour")
def come_back(request: Request) -> Response:
    """Let in who comes back from the single sign-on, or say that it was for nothing."""
    made, tokens = house(request), list[str]()
    if made.single is None:
        raise MissingError(Message("Il n’y a pas de connexion unique ici."), "/connexion")
    given = dict(request.query_params)
    try:
        person, question = made.single.answered(
            given, request.cookies.get(ASKED_COOKIE, ""), made.clock()
        )
    except RefusedError as refused:
        _log.warning("single sign-on: %s", refused)
        with made.store.writing() as c:
            access.note(c, request, "", SignInOutcome.WRONG)
        words = Message("La connexion unique n’a pas abouti : recommencez.")
        return _form(request, "", words, HTTPStatus.UNAUTHORIZED)
    if access.let_in(request, person, tokens.append) is None:
        words = Message(
            "La ville vous connaît, mais Vigie n’a pas de compte pour vous : demandez à qui "
            "l’administre."
        )
        return _form(request, "", words, HTTPStatus.FORBIDDEN)
    # A page: after a redirection that began elsewhere browsers keep the strict cookie back.
    response = page(request, "retour.html", to=question.to)
    response.set_cookie(
        forms.COOKIE, tokens[0], httponly=True, samesite="strict", secure=is_secure(request)
    )
    response.delete_cookie(ASKED_COOKIE, path="/connexion")
    return response


@changes.post("/deconnexion")
def sign_out(request: Request) -> Response:
    """End this session."""
    made, who = house(request), access.visitor(request)
    if who and who.session:
        address = rates.address(request)
        with made.store.writing() as c:
            accounts.end(c, who.session.digest)
            accounts.note(
                c,
                SignIn(
                    name=who.name,
                    address=address,
                    known=True,
                    outcome=SignInOutcome.OUT,
                    at=made.clock(),
                ),
            )
    by_single = who and who.account and who.account.password.startswith(MARK)
    to = "/connexion?dit=sorti" if by_single else "/connexion"
    response = RedirectResponse(to, HTTPStatus.SEE_OTHER)
    response.delete_cookie(forms.COOKIE)
    return response


@router.get("/compte")
def show_account(request: Request, dit: str = "") -> HTMLResponse:
    """Show one's own account: its sessions, the change of password."""
    made, who = house(request), _mine(request)
    with made.store.reading() as c:
        going_on = accounts.sessions_of(c, who.name, made.clock())
    return _account(request, who, going_on, changed=bool(dit))


def _account(
    request: Request,
    who: Visitor,
    going_on: list[accounts.Session],
    *,
    changed: bool = False,
    wrong: str = "",
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "compte.html",
        status,
        visitor=who,
        sessions=going_on,
        changed=changed,
        wrong=wrong,
        shortest=access.SHORTEST,
    )


def _mine(request: Request) -> Visitor:
    who = access.visitor(request)
    if who is None or who.account is None:
        raise MissingError(Message("Il n’y a pas de comptes ici : « vigie user add » en crée un."))
    return who


@changes.post("/compte/mot-de-passe")
def change_password(
    request: Request, old: Password = "", new: Password = "", again: Password = ""
) -> Response:
    """Change one's password; other sessions end."""
    made, who = house(request), _mine(request)
    words: Message | None = None
    if not access.fits(old, who.account):
        words = Message("Le mot de passe actuel n’est pas celui-là.")
    elif new != again:
        words = Message("Les deux nouveaux mots de passe diffèrent.")
    else:
        try:
            password = access.hashed(new)
        except VigieError as error:
            words = Message("{sentence}", {"sentence": str(error)})
    if words:
        with made.store.reading() as c:
            going_on = accounts.sessions_of(c, who.name, made.clock())
        said = say_in(choose_language(request), words)
        return _account(request, who, going_on, wrong=said, status=HTTPStatus.BAD_REQUEST)
    with made.store.writing() as c:
        accounts.set_password(c, who.name, password)
        if who.session:
            now = made.clock()
            accounts.begin(c, who.session.digest, who.name, now, who.session.agent)
    return RedirectResponse("/compte?dit=change", HTTPStatus.SEE_OTHER)


@changes.post("/compte/fermer")
def end_session(request: Request, session: Annotated[str, Form(max_length=64)] = "") -> Response:
    """End one of one's own sessions; without one named, all the others."""
    made, who = house(request), _mine(request)
    with made.store.writing() as c:
        mine = {one.digest for one in accounts.sessions_of(c, who.name, made.clock())}
        if session in mine:
            accounts.end(c, session)
        elif not session and who.session:
            accounts.end_all(c, who.name, who.session.digest)
    return RedirectResponse("/compte", HTTPStatus.SEE_OTHER)


@router.get("/comptes", dependencies=[ADMINISTRATOR])
def show_accounts(request: Request) -> HTMLResponse:
    """Show the accounts and who tried to sign in."""
    with house(request).store.reading() as c:
        every, tried = accounts.all_of(c), accounts.audit(c)
    return page(
        request, "comptes.html", accounts=every, tried=tried, ROLES=ROLES, SIGN_INS=SIGN_INS
    )


def install(app: FastAPI) -> None:
    """Say what is to be done when the door stays shut."""

    @app.exception_handler(SignInNeededError)
    def _sign_in(request: Request, _: Exception) -> Response:
        lost = request.method != "GET"
        # A part of a page is asked for: the sign-in is a page of its own, and leads back to it.
        partly = request.headers.get("hx-request") == "true"
        back = request.headers.get("hx-current-url" if partly else "referer", "")
        url = urlsplit(back) if lost or partly else urlsplit(str(request.url))
        wanted = url.path + (f"?{url.query}" if url.query else "")
        wanted = wanted if len(wanted) <= LONGEST_WAY else url.path
        address = f"/connexion?vers={quote(_own(wanted), safe='/')}{'&dit=perdu' if lost else ''}"
        if partly:
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={"hx-redirect": address})
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    @app.exception_handler(WrongKeyError)
    def _wrong_key(request: Request, _: Exception) -> Response:
        # For a feed reader: a line of text, without a page's cookie.
        words = Message(
            "Cette adresse n’ouvre plus rien : prenez la nouvelle sur la page de l’annuaire."
        )
        return PlainTextResponse(
            say_in(choose_language(request), words) + "\n", HTTPStatus.FORBIDDEN
        )

    @app.exception_handler(WrongTokenError)
    def _wrong_token(request: Request, _: Exception) -> Response:
        words = Message(
            "Ce jeton ne lit pas l’annuaire, ou plus : « vigie user token » en donne un autre."
        )
        return PlainTextResponse(
            say_in(choose_language(request), words) + "\n",
            HTTPStatus.UNAUTHORIZED,
            {"www-authenticate": "Bearer"},
        )

    @app.exception_handler(NotAllowedError)
    def _not_allowed(request: Request, _: Exception) -> HTMLResponse:
        words = Message("Votre compte ne permet pas cela : demandez à qui administre Vigie.")
        return trouble(request, HTTPStatus.FORBIDDEN, Message("Réservé"), words)
