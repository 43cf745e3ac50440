"""What every page is set in: the store and settings behind it, the visitor before it."""

from __future__ import annotations

import getpass
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, unquote, urlencode

from fastapi.responses import HTMLResponse, Response

from review import forms
from review.rates import Rates
from review.text import plain
from review.trials import Trials
from review.words import LANGUAGE_COOKIE, choose_language, commune_name, environment, moment
from storage import changes, directory, naming, notices
from vigie import settings
from vigie.errors import SettingsError, StorageError, WorkspaceError
from vigie.language import say
from vigie.records import Role
from vigie.typography import in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import date, datetime

    from fastapi import Request
    from sqlalchemy import Connection

    from review.intake import Intake
    from review.reckoning import Reckonings
    from review.single import SingleSignOn
    from review.trials import Scout
    from storage import Store
    from storage.directory import Found, Search
    from storage.naming import Vocabulary
    from vigie.records import Message
    from vigie.settings import Settings

SIGNATURE_COOKIE = "vigie_signature"
T = TypeVar("T")
MOST_KEPT = 50
AGAIN = 3
"""Seconds after which a page that waits for what is reckoned asks again."""
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
    reckonings: Reckonings
    """What is long to reckon."""
    scout: Scout | None = None
    """Visits sites for the pages, if whoever made the application lets it."""
    intake: Intake | None = None
    """Takes proposals in, if whoever made the application lets it."""
    trials: Trials = field(default_factory=Trials)
    _settings: dict[int, Settings] = field(default_factory=dict)
    single: SingleSignOn | None = None
    """The city's single sign-on, where there is one."""
    rates: Rates = field(default_factory=Rates)
    """How often each asked of late."""
    _current: dict[Hashable, tuple[tuple[int, ...], Any]] = field(default_factory=dict)

    def current(
        self, c: Connection, name: Hashable, read_from: Sequence[str], make: Callable[[], T]
    ) -> T:
        """Return what was reckoned from some tables, reckoned anew once one was written to.

        `make` reads by the same connection, so that it sees the moment that the tables' numbers
        are of.
        """
        numbers = changes.numbers(c, read_from)
        found = self._current.get(name)
        if found is None or found[0] != numbers:
            if len(self._current) >= MOST_KEPT:
                self._current.clear()
            found = self._current[name] = (numbers, make())
        current: T = found[1]
        return current

    def vocabulary(self, c: Connection) -> Vocabulary:
        """Return every word of every name."""
        return self.current(c, "vocabulary", naming.VOCABULARY_OF, lambda: naming.vocabulary(c))

    def found(self, c: Connection, asked: Search, limit: int, offset: int = 0) -> Found:
        """Return a page of what a search of the directory finds."""
        total = None
        if not asked.text:
            total = self.current(
                c,
                ("count", replace(asked, sort="")),
                directory.counted_from(asked),
                lambda: directory.count(c, asked),
            )
        return directory.search(
            c, asked, self.vocabulary(c), limit=limit, offset=offset, total=total
        )

    def fresh_settings(self) -> Settings:
        """Return what `vigie.toml` says now; raise as `settings.load` does."""
        folder = self.settings.folder
        try:
            stamp = (folder / settings.FILE_NAME).stat().st_mtime_ns
        except OSError:
            stamp = 0
        found = self._settings.get(stamp)
        if found is None:
            found = settings.load(folder)
            self._settings.clear()
            self._settings[stamp] = found
        return found

    def settings_trouble(self) -> str:
        """Return what is wrong with `vigie.toml` as it stands; nothing if it can be read."""
        try:
            self.fresh_settings()
        except (SettingsError, WorkspaceError) as error:
            return say(
                "Les réglages ne se lisent plus, les pages montrent ceux d’avant. {reason}.",
                reason=str(error).rstrip(" ."),
            )
        return ""

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


def sign(request: Request, response: Response, name: str) -> None:
    """Remember the name that a visitor chose."""
    remember(request, response, SIGNATURE_COOKIE, quote(plain(name, 60)))


def page(request: Request, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page in the visitor's language, with the cookies that it needs."""
    made = house(request)
    asked = request.path_params.get("veille")
    watches = {one.id: one for one in made.settings.watches}
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
            watch=watches.get(asked or "", made.settings.watch),
            watches=watches,
            path=request.url.path,
            other_language=f"{quote(request.url.path)}?{urlencode([*query, ('lang', other)])}",
            csrf=forms.token(made.secret, name),
            who=signature(request),
            account=getattr(who, "account", None),
            may=lambda role: who is not None and who.role.may(Role(role)),
            commune_name=commune_name,
            attention=_attention(request, status),
            moment=lambda at: moment(at, language, made.settings.zone),
        )
    )
    response = HTMLResponse(html, status, headers={"vary": "HX-Request, Accept-Language, Cookie"})
    if session is None and not values.get("public"):
        secure = is_secure(request)
        response.set_cookie(forms.COOKIE, name, httponly=True, samesite="strict", secure=secure)
    if request.query_params.get("lang") == language:
        remember(request, response, LANGUAGE_COOKIE, language)
    return response


def waiting(request: Request, what: Message) -> HTMLResponse:
    """Return the page that says what is being reckoned, and that asks again by itself."""
    title = in_words(what, choose_language(request))
    response = page(request, "waiting.html", title=title, every=AGAIN)
    response.headers["retry-after"] = str(AGAIN)
    return response


def _attention(request: Request, status: int) -> int:
    """Return how many things need a person, for those who may read; 0 where all is amiss anyway."""
    who = getattr(request.state, "visitor", None)
    if status >= HTTPStatus.BAD_REQUEST or who is None or not who.role.may(Role.READER):
        return 0
    made = house(request)
    unreadable = bool(made.settings_trouble())
    with suppress(StorageError), made.store.reading() as c:
        return notices.count(c) + unreadable
    return int(unreadable)


def is_secure(request: Request) -> bool:
    """Tell whether the visitor came by https, as the server or a trusted proxy says."""
    return request.url.scheme == "https"


def remember(request: Request, response: Response, name: str, value: str) -> None:
    """Give a browser a cookie that stays for a year."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
    )


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "local"
