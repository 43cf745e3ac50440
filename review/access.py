"""The door: who a visitor is, what their role may do, how they sign in.

Without any account the pages are this machine's alone and everybody at it may do everything.
With accounts every page but the sign-in asks for a session, kept by the server and revocable.

Nobody can lock somebody else out: wrong passwords make wait only those who try the same name from
the same address, and a browser that has signed in under a name before is counted apart (« device
cookies », OWASP), so that an attacker behind the same proxy does not count against it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from fastapi import Depends, Request

from review import forms, rates, single
from review.shell import house, local_signature
from storage import accounts
from storage.folding import fold
from vigie.errors import VigieError
from vigie.language import say
from vigie.records import Role, Scope, SignIn, SignInOutcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from review.shell import House
    from storage.accounts import Account, Session
    from vigie.settings import Settings

DEVICE_COOKIE = "vigie_device"
SIGNED = "/desabonnement/"
FOLLOWED = "/proposer/suivi/"
ANSWERED = "/consultations/avis/"
"""What begins so needs no account: its address is signed."""
PROPOSING = frozenset({"/proposer", "/proposer/semblables"})
"""What needs no account where the settings let the public propose."""
FEEDS = frozenset({"/annuaire.rss", "/annuaire.ics"})
"""What a program without sessions may read, by the key in its address."""
FEED_KEY = "cle"
FILES = "/exports/"
"""What begins so is the directory as a file, which a token of its scope reads as feeds."""
SHORTEST = 12
"""Characters of a password."""
LONGEST = 200
FREE_TRIES = 5
"""Wrong passwords before one has to wait."""
LONGEST_WAIT = timedelta(minutes=15)
MOST_FROM_AN_ADDRESS = 60
"""Wrong passwords from one address in ten minutes, whatever the names."""
SEEN_EVERY = timedelta(minutes=10)
"""How exactly it is remembered when a session was last used."""

OPEN = frozenset({"/connexion", "/connexion/unique", "/connexion/retour"})
"""What one sees before signing in."""

_AT_ONCE = BoundedSemaphore(2)
"""Passwords are dear to check, by intention: so many at a time."""


class SignInNeededError(Exception):
    """The page asks for a session."""


class NotAllowedError(Exception):
    """The visitor's role may not do that."""


class WrongKeyError(Exception):
    """The key in a feed's address opens nothing, or no more."""


class WrongTokenError(Exception):
    """The token that came with a request does not read the directory, or no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks for a page."""

    name: str
    role: Role
    account: Account | None = None
    session: Session | None = None


def door(request: Request) -> None:
    """Find out who asks (a dependency of every page).

    Raises:
        SignInNeededError: there are accounts and nobody is signed in.
        WrongKeyError: nobody is signed in, and the address's key is nobody's.
        WrongTokenError: nobody is signed in, and the token given does not read the directory.
        TooManyError: this account, or without one this address, asks too often.
    """
    made, token = house(request), forms.session(request)
    now, key, bearer = made.clock(), _feed_key_in(request), _token_in(request)
    with made.store.reading() as c:
        found: tuple[Account, Session | None] | None = None
        if token:
            found = accounts.of_session(c, digest(token), now)
        if found is None and key and (reader := accounts.of_feed_key(c, key)):
            found = replace(reader, role=Role.READER), None
        if found is None and bearer and (holder := _holder(c, bearer)):
            found = holder, None
        needed = found is None and is_guarded(c, made.settings)
    if found or needed:
        who = found[0].name if found else f"@{rates.address(request)}"
        made.rates.take(rates.asking(request), who, now)
    if found:
        account, session = found
        request.state.visitor = Visitor(
            name=account.shown, role=account.role, account=account, session=session
        )
    elif not needed:
        request.state.visitor = Visitor(name=local_signature(request), role=Role.ADMINISTRATOR)
    elif key:
        raise WrongKeyError
    elif bearer:
        raise WrongTokenError
    elif not _is_open(made, request.url.path):
        raise SignInNeededError


def _is_open(made: House, path: str) -> bool:
    """Tell whether a page is shown to who has no account."""
    if path in PROPOSING:
        return made.settings.review.proposals
    return path in OPEN or path.startswith((SIGNED, FOLLOWED, ANSWERED))


def _feed_key_in(request: Request) -> str:
    """Return the key in the address of a feed; no other page looks at it."""
    return request.query_params.get(FEED_KEY, "") if request.url.path in FEEDS else ""


def _token_in(request: Request) -> str:
    """Return the token that comes with a request for a feed or a file; no other page reads it."""
    path = request.url.path
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    reads = (path in FEEDS or path.startswith(FILES)) and scheme.lower() == "bearer"
    return given.strip() if reads else ""


def _holder(c: Connection, given: str) -> Account | None:
    """Return whose token reads the directory."""
    token = accounts.of_token(c, digest(given))
    return accounts.get(c, token.name) if token and Scope.DIRECTORY in token.scopes else None


def feed_key(request: Request) -> str:
    """Return what opens feeds in the name of who is signed in; nothing without accounts."""
    made, who = house(request), visitor(request)
    if who is None or who.account is None:
        return ""
    with made.store.reading() as c:
        key = accounts.feed_key(c, who.account)
    if not key:
        with made.store.writing() as c:
            accounts.make_feed_secret(c)
            key = accounts.feed_key(c, who.account)
    return key


def is_guarded(c: Connection, settings: Settings) -> bool:
    """Tell whether one has to sign in: there are accounts, or a single sign-on makes them."""
    return settings.review.oidc is not None or accounts.any_exist(c)


def visitor(request: Request) -> Visitor | None:
    """Return who asks; None on the sign-in page and on errors before the door."""
    found = getattr(request.state, "visitor", None)
    return found if isinstance(found, Visitor) else None


def needs(least: Role) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Return a dependency that lets through whoever may do what needs a role."""

    def check(request: Request) -> None:
        who = visitor(request)
        if who is None or not who.role.may(least):
            raise NotAllowedError

    return Depends(check)


CONTRIBUTOR = needs(Role.CONTRIBUTOR)
OFFICER = needs(Role.OFFICER)
ADMINISTRATOR = needs(Role.ADMINISTRATOR)


def digest(token: str) -> str:
    """Return what the database knows a session by."""
    return sha256(token.encode()).hexdigest()


# --- passwords -----------------------------------------------------------------------------


@cache
def hasher() -> PasswordHasher:
    """Return argon2id with the parameters that its library recommends (RFC 9106, low memory)."""
    return PasswordHasher()


def hashed(password: str) -> str:
    """Return a password's hash.

    Raises:
        VigieError: it is too short, or far too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise VigieError(
            say(
                "Un mot de passe compte de {least} à {most} caractères : une phrase fait un bon "
                "mot de passe.",
                least=SHORTEST,
                most=LONGEST,
            )
        )
    with _AT_ONCE:
        return hasher().hash(password)


@cache
def _nobody() -> str:
    """Return a hash that no password fits, as long to check as any other."""
    return hasher().hash("\0 nobody")


def fits(password: str, account: Account | None) -> bool:
    """Tell whether a password is an account's; it takes as long for a name that is none."""
    made_here = account and not account.disabled and not account.password.startswith(single.MARK)
    against = account.password if account and made_here else _nobody()
    with _AT_ONCE:
        try:
            hasher().verify(against, password[:LONGEST])
        except (VerifyMismatchError, InvalidHashError):
            return False
    return bool(made_here)


# --- signing in ------------------------------------------------------------------------------


def device_of(account: Account) -> str:
    """Return what a browser is given that signed in; a new password makes it worthless."""
    return hmac.new(account.password.encode(), b"device", sha256).hexdigest()


def is_known(request: Request, account: Account | None) -> bool:
    """Tell whether this browser has signed in under an account before."""
    given = request.cookies.get(DEVICE_COOKIE, "")
    return account is not None and hmac.compare_digest(given.encode(), device_of(account).encode())


def wait(c: Connection, name: str, address: str, now: datetime, *, known: bool) -> timedelta:
    """Return how long is to be waited before a password is looked at."""
    since = now - timedelta(hours=1)
    wrong, last = accounts.failures(c, since, name=name, address=address, known=known)
    pause = timedelta(seconds=2 ** min(wrong - FREE_TRIES, 20)) if wrong >= FREE_TRIES else None
    left = last + min(pause, LONGEST_WAIT) - now if last and pause else timedelta()
    if not known:
        ten = timedelta(minutes=10)
        many, newest = accounts.failures(c, now - ten, address=address)
        if many >= MOST_FROM_AN_ADDRESS and newest:
            left = max(left, newest + timedelta(minutes=1) - now)
    return max(left, timedelta())


def sign_in(
    request: Request, name: str, password: str, keep: Callable[[str], None]
) -> Account | timedelta | None:
    """Sign somebody in: the account, how long to wait, or None when it is not right.

    `keep` is given the token of the new session.
    """
    made = house(request)
    now, address = made.clock(), rates.address(request)
    with made.store.reading() as c:
        account = accounts.get(c, name)
        known = is_known(request, account)
        left = wait(c, name, address, now, known=known)
    if left:
        return left
    right = fits(password, account)
    token = forms.new_session()
    with made.store.writing() as c:
        outcome = SignInOutcome.IN if right else SignInOutcome.WRONG
        accounts.note(
            c, SignIn(name=fold(name), address=address, known=known, outcome=outcome, at=now)
        )
        if account and right:
            agent = request.headers.get("user-agent", "")
            accounts.begin(c, digest(token), account.name, now, agent)
    if not right:
        return None
    keep(token)
    return account


def let_in(request: Request, person: single.Person, keep: Callable[[str], None]) -> Account | None:
    """Sign in whom the single sign-on names; None when they have no account and get none.

    An account that it made is theirs alone; one made by hand only where the settings say so.
    """
    made = house(request)
    now, oidc = made.clock(), made.settings.review.oidc
    token = forms.new_session()
    with made.store.writing() as c:
        account = accounts.get(c, person.name)
        if account is None and oidc and oidc.create_accounts:
            account = accounts.add(c, person.name, person.role, person.mark, now)
        own = account is not None and account.password == person.mark
        by_hand = account is not None and not account.password.startswith(single.MARK)
        right = own or (by_hand and oidc is not None and oidc.existing_accounts)
        if account and own and account.role is not person.role:
            account = accounts.set_role(c, account.name, person.role)
        if account and right and not account.disabled:
            accounts.begin(
                c, digest(token), account.name, now, request.headers.get("user-agent", "")
            )
            keep(token)
        else:
            account = None
        outcome = SignInOutcome.IN if account else SignInOutcome.WRONG
        note(c, request, person.name, outcome)
    return account


def note(c: Connection, request: Request, name: str, outcome: SignInOutcome) -> None:
    """Keep in the audit that somebody signed in by single sign-on, tried to, or signed out."""
    accounts.note(
        c,
        SignIn(
            name=fold(name),
            address=rates.address(request),
            known=True,
            outcome=outcome,
            at=house(request).clock(),
        ),
    )


def touch(request: Request) -> None:
    """Remember now and then that a session is used; a busy database is let be."""
    made, who = house(request), visitor(request)
    now = made.clock()
    if who and who.session and now - who.session.seen > SEEN_EVERY:
        with made.store.writing() as c:
            accounts.used(c, who.session.digest, now)
