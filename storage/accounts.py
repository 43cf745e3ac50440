"""Accounts, their sessions, and who tried to sign in.

A session is known by the digest of its token: who reads the database cannot take one over.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, select, update

from storage import tables
from storage.folding import fold
from storage.statements import insert_missing
from vigie.errors import UnknownNameError, VigieError
from vigie.language import say
from vigie.records import Role, Scope, SignIn, SignInOutcome

_accounts, _sessions, _sign_ins = tables.accounts.c, tables.sessions.c, tables.sign_ins.c

IDLE = timedelta(hours=12)
"""A session that nobody used for so long is over."""
ABSOLUTE = timedelta(days=14)
"""A session that began so long ago is over, used or not."""
FEEDS = "feeds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who may sign in."""

    name: str
    """As it is compared."""
    shown: str
    role: Role
    password: str
    at: datetime
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser in which somebody is signed in."""

    digest: str
    began: datetime
    seen: datetime
    agent: str


def any_exist(c: Connection) -> bool:
    """Tell whether there is any account: without one, the pages are this machine's alone."""
    return c.execute(select(_accounts.name).limit(1)).first() is not None


def all_of(c: Connection) -> list[Account]:
    """Return every account, by name."""
    return [_account(row) for row in c.execute(select(tables.accounts).order_by(_accounts.name))]


def get(c: Connection, name: str) -> Account | None:
    """Return an account by its name, whatever its accents and case."""
    row = c.execute(select(tables.accounts).where(_accounts.name == fold(name))).first()
    return _account(row) if row else None


def add(c: Connection, shown: str, role: Role, password: str, at: datetime) -> Account:
    """Make an account; `password` is its hash.

    Raises:
        VigieError: there is one of that name, or the name is empty.
    """
    name = fold(shown)
    if not name or get(c, name):
        raise VigieError(say("Il y a déjà un compte « {name} », ou ce nom est vide.", name=shown))
    account = Account(name=name, shown=shown, role=role, password=password, at=at, disabled=False)
    insert_missing(c, tables.accounts, [asdict(account)])
    return account


def set_password(c: Connection, name: str, password: str) -> None:
    """Give an account another password, and end its sessions.

    Raises:
        UnknownNameError: there is no such account.
    """
    _change(c, name, password=password)


def disable(c: Connection, name: str, *, disabled: bool = True) -> None:
    """Let an account sign in no more, or again; its sessions end.

    Raises:
        UnknownNameError: there is no such account.
        VigieError: it is the last administrator's.
    """
    account = get(c, name)
    others = [one for one in all_of(c) if one.role is Role.ADMINISTRATOR and not one.disabled]
    if disabled and account and others == [account]:
        raise VigieError(
            say("« {name} » est le dernier compte d’administration : il reste.", name=account.shown)
        )
    _change(c, name, disabled=disabled)


def set_role(c: Connection, name: str, role: Role) -> Account:
    """Give an account another role and return it; its sessions end.

    Raises:
        UnknownNameError: there is no such account.
    """
    account = get(c, name)
    _change(c, name, role=role)
    assert account is not None  # noqa: S101  # `_change` has found it
    return replace(account, role=role)


def _change(c: Connection, name: str, **values: object) -> None:
    if get(c, name) is None:
        raise UnknownNameError(say("Pas de compte « {name} ».", name=name))
    c.execute(update(tables.accounts).where(_accounts.name == fold(name)).values(**values))
    end_all(c, name)


# --- sessions ------------------------------------------------------------------------------


def begin(c: Connection, digest: str, name: str, at: datetime, agent: str) -> None:
    """Remember that somebody signed in, and forget sessions that are over."""
    over = (_sessions.seen < at - IDLE) | (_sessions.began < at - ABSOLUTE)
    c.execute(delete(tables.sessions).where(over))
    row = {"digest": digest, "name": fold(name), "began": at, "seen": at, "agent": agent[:200]}
    insert_missing(c, tables.sessions, [row])


def of_session(c: Connection, digest: str, at: datetime) -> tuple[Account, Session] | None:
    """Return who is signed in by a session, unless it is over or the account disabled."""
    values = {"digest": digest, "seen": at - IDLE, "began": at - ABSOLUTE}
    row = c.execute(_of_session(), values).first()
    return (_account(row), _session(row)) if row else None


@cache
def _of_session() -> Select[Any]:
    return (
        select(tables.accounts, _sessions.digest, _sessions.began, _sessions.seen, _sessions.agent)
        .join(tables.sessions, _sessions.name == _accounts.name)
        .where(_sessions.digest == bindparam("digest"))
        .where(_sessions.seen >= bindparam("seen"))
        .where(_sessions.began >= bindparam("began"))
        .where(_accounts.disabled.is_(False))
    )


def used(c: Connection, digest: str, at: datetime) -> None:
    """Remember that a session was used."""
    c.execute(update(tables.sessions).where(_sessions.digest == digest).values(seen=at))


def sessions_of(c: Connection, name: str, at: datetime) -> list[Session]:
    """Return the sessions of an account that go on, the last used first."""
    query = (
        select(tables.sessions)
        .where(_sessions.name == fold(name))
        .where(_sessions.seen >= at - IDLE)
        .where(_sessions.began >= at - ABSOLUTE)
        .order_by(_sessions.seen.desc())
    )
    return [_session(row) for row in c.execute(query)]


def end(c: Connection, digest: str) -> None:
    """End a session."""
    c.execute(delete(tables.sessions).where(_sessions.digest == digest))


def end_all(c: Connection, name: str, but: str = "") -> None:
    """End the sessions of an account, but for one."""
    query = delete(tables.sessions).where(_sessions.name == fold(name))
    c.execute(query.where(_sessions.digest != but))


# --- tokens --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a program reads with, in the name of an account."""

    digest: str
    name: str
    label: str
    scopes: frozenset[Scope]
    at: datetime


def add_token(c: Connection, token: Token) -> None:
    """Keep a token.

    Raises:
        UnknownNameError: there is no such account.
    """
    if get(c, token.name) is None:
        raise UnknownNameError(say("Pas de compte « {name} ».", name=token.name))
    row = {
        "digest": token.digest,
        "name": fold(token.name),
        "label": token.label,
        "scopes": sorted(token.scopes),
        "at": token.at,
    }
    insert_missing(c, tables.tokens, [row])


def of_token(c: Connection, digest: str) -> Token | None:
    """Return a token, unless its account is disabled."""
    query = (
        select(tables.tokens)
        .join(tables.accounts, _accounts.name == tables.tokens.c.name)
        .where(tables.tokens.c.digest == digest)
        .where(_accounts.disabled.is_(False))
    )
    row = c.execute(query).first()
    return _token(row) if row else None


def tokens_of(c: Connection, name: str) -> list[Token]:
    """Return the tokens of an account, the newest first."""
    table = tables.tokens.c
    query = select(tables.tokens).where(table.name == fold(name)).order_by(table.at.desc())
    return [_token(row) for row in c.execute(query)]


def revoke(c: Connection, name: str, label: str) -> int:
    """Forget the tokens of an account that bear a label, and return how many they were."""
    table = tables.tokens.c
    query = delete(tables.tokens).where(table.name == fold(name)).where(table.label == label)
    return c.execute(query).rowcount


def _token(row: Row[Any]) -> Token:
    return Token(
        digest=row.digest,
        name=row.name,
        label=row.label,
        scopes=frozenset(Scope(one) for one in row.scopes),
        at=row.at,
    )


# --- feed keys -----------------------------------------------------------------------------


def make_feed_secret(c: Connection) -> None:
    """Draw what signs the addresses of feeds, unless that was done before."""
    insert_missing(c, tables.keys, [{"purpose": FEEDS, "key": secrets.token_bytes(32)}])


def feed_key(c: Connection, account: Account) -> str:
    """Return what opens feeds in an account's name until its password is another.

    Empty as long as nothing was drawn to sign it with (`make_feed_secret`).
    """
    secret = _feed_secret(c)
    return _feed_key(secret, account) if secret else ""


def of_feed_key(c: Connection, given: str) -> Account | None:
    """Return whose key this is; None if it is nobody's, or the account is disabled."""
    secret = _feed_secret(c)
    if secret is None:
        return None
    # The key names nobody, so that an address tells nothing of who reads: there are few accounts.
    return next(
        (
            one
            for one in all_of(c)
            if not one.disabled
            and hmac.compare_digest(_feed_key(secret, one).encode(), given.encode())
        ),
        None,
    )


def _feed_secret(c: Connection) -> bytes | None:
    query = select(tables.keys.c.key).where(tables.keys.c.purpose == FEEDS)
    return c.execute(query).scalar()


def _feed_key(secret: bytes, account: Account) -> str:
    what = f"{FEEDS} {account.name} {account.password}"
    return hmac.new(secret, what.encode(), sha256).hexdigest()[:40]


# --- the audit -----------------------------------------------------------------------------


def note(c: Connection, sign_in: SignIn) -> None:
    """Keep that somebody tried to sign in."""
    c.execute(
        tables.sign_ins.insert().values(
            name=fold(sign_in.name)[:80],
            address=sign_in.address,
            known=sign_in.known,
            outcome=sign_in.outcome,
            at=sign_in.at,
        )
    )


def failures(
    c: Connection,
    since: datetime,
    *,
    name: str | None = None,
    address: str = "",
    known: bool = False,
) -> tuple[int, datetime | None]:
    """Return how often a sign-in failed since a moment and the last success, and when last.

    Of one name and one address together, or of an address alone; those from browsers that have
    signed in under the name before count for themselves.
    """
    query = select(_sign_ins.outcome, _sign_ins.at).where(_sign_ins.at >= since)
    if name is not None:
        query = query.where(_sign_ins.name == fold(name)[:80]).where(_sign_ins.known.is_(known))
    if not known:
        query = query.where(_sign_ins.address == address)
    count, last = 0, None
    for outcome, at in c.execute(query.order_by(_sign_ins.id.desc()).limit(200)):
        if outcome == SignInOutcome.IN and name is not None:
            break
        if outcome == SignInOutcome.WRONG:
            count, last = count + 1, last or at
    return count, last


def audit(c: Connection, limit: int = 100) -> list[SignIn]:
    """Return who tried to sign in, the newest first."""
    query = select(tables.sign_ins).order_by(_sign_ins.id.desc()).limit(limit)
    return [
        SignIn(
            name=row.name,
            address=row.address,
            known=row.known,
            outcome=SignInOutcome(row.outcome),
            at=row.at,
        )
        for row in c.execute(query)
    ]


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        shown=row.shown,
        role=Role(row.role),
        password=row.password,
        at=row.at,
        disabled=row.disabled,
    )


def _session(row: Row[Any]) -> Session:
    return Session(digest=row.digest, began=row.began, seen=row.seen, agent=row.agent)
