"""What every page is set in: the store and settings behind it, the visitor before it."""

from __future__ import annotations

import getpass
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from fastapi.responses import HTMLResponse, Response

from review import forms
from review.text import plain
from review.words import LANGUAGE_COOKIE, choose_language, commune_name, environment, moment
from storage import directory
from vigie.errors import StorageError
from vigie.records import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import date, datetime

    from fastapi import Request
    from sqlalchemy import Connection

    from storage import Store
    from vigie.settings import Settings

SIGNATURE_COOKIE = "vigie_signature"
T = TypeVar("T")
FRESH = timedelta(minutes=5)
"""How old what is long to reckon may be."""
MOST_KEPT = 50
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the application was made with."""

    store: Store
    settings: Settings
    secret: bytes
    """Signs the forms; drawn when the application starts."""
    clock: Callable[[], datetime]
    """Returns the current moment, aware."""
    version: str
    """Of the static files, so that a browser fetches them again when they change."""
    parts: tuple[dict[str, str], ...]
    """Front-end parts in place: name, version, licence, licence_file."""
    _reckoned: dict[Hashable, tuple[datetime, Any]] = field(default_factory=dict)
    _reckoning: set[Hashable] = field(default_factory=set)
    _words: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what is long to reckon, as it was at most some minutes ago.

        The first time one waits for it; later what is old is shown once more while it is reckoned
        anew beside.
        """
        found = self._reckoned.get(name)
        if found is None:
            return self._reckon(name, make)
        if self.clock() - found[0] > FRESH and name not in self._reckoning:
            self._reckoning.add(name)
            Thread(target=self._again, args=(name, make), daemon=True).start()
        kept: T = found[1]
        return kept

    def _reckon(self, name: Hashable, make: Callable[[], T]) -> T:
        made = make()
        if len(self._reckoned) >= MOST_KEPT:
            self._reckoned.clear()
        self._reckoned[name] = (self.clock(), made)
        return made

    def _again(self, name: Hashable, make: Callable[[], object]) -> None:
        try:
            with suppress(StorageError):
                self._reckon(name, make)
        finally:
            self._reckoning.discard(name)

    def vocabulary(self, c: Connection) -> tuple[str, ...]:
        """Return every word of every name, read anew once there are more names."""
        size = directory.size(c)
        found = self._words.get(size)
        if found is None:
            found = directory.vocabulary(c)
            self._words.clear()
            self._words[size] = found
        return found

    @property
    def htmx(self) -> bool:
        """Tell whether htmx was fetched; without it the pages are plain forms."""
        return self.has("htmx.org")

    def has(self, name: str) -> bool:
        """Tell whether a front-end part was fetched."""
        return any(part["name"] == name for part in self.parts)


def house(request: Request) -> House:
    """Return what the application was made with."""
    made = request.app.state.house
    assert isinstance(made, House)  # noqa: S101  # put there by create_app
    return made


def today(request: Request) -> date:
    """Return the day it is on the territory."""
    made = house(request)
    return made.clock().astimezone(made.settings.zone).date()


def wants_fragment(request: Request) -> bool:
    """Tell whether htmx asks for the part of the page that changes."""
    return "hx-request" in request.headers and "hx-history-restore-request" not in request.headers


def signature(request: Request) -> str:
    """Return the name under which a visitor's acts are kept: that of the account.

    Without accounts it is the name they chose on the journal's page, else the name of the
    account that runs the program.
    """
    who = getattr(request.state, "visitor", None)
    return str(who.name) if who else local_signature(request)


def local_signature(request: Request) -> str:
    """Return the name under which acts are kept as long as there are no accounts."""
    chosen = plain(unquote(request.cookies.get(SIGNATURE_COOKIE, ""))[:200], 60)
    return chosen or _account()


def sign(response: Response, name: str) -> None:
    """Remember the name that a visitor chose."""
    _set_cookie(response, SIGNATURE_COOKIE, quote(plain(name, 60)))


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page in the visitor's language, with the cookies that it needs."""
    made = house(request)
    language = choose_language(request)
    who = getattr(request.state, "visitor", None)
    session = forms.session(request)
    name = session or forms.new_session()
    other = "en" if language == "fr" else "fr"
    query = [(key, value) for key, value in request.query_params.items() if key != "lang"]
    html = (
        environment(language)
        .get_template(template)
        .render(
            values,
            house=made,
            watch=made.settings.watch,
            path=request.url.path,
            other_language=f"{quote(request.url.path)}?{urlencode([*query, ('lang', other)])}",
            csrf=forms.token(made.secret, name),
            who=signature(request),
            account=getattr(who, "account", None),
            may=lambda role: who is not None and who.role.may(Role(role)),
            commune_name=commune_name,
            moment=lambda at: moment(at, language, made.settings.zone),
        )
    )
    response = HTMLResponse(html, status, headers={"vary": "HX-Request, Accept-Language, Cookie"})
    if session is None:
        response.set_cookie(forms.COOKIE, name, httponly=True, samesite="strict")
    if request.query_params.get("lang") == language:
        _set_cookie(response, LANGUAGE_COOKIE, language)
    return response


def _set_cookie(response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="strict")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local"
