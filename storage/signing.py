"""Links and forms that work without an account: signed by a key of this database, by purpose."""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from sqlalchemy import Connection, select

from storage import tables
from storage.statements import insert_missing

_keys = tables.keys.c


def key(c: Connection, purpose: str) -> bytes | None:
    """Return the key of a purpose, if it was ever made."""
    return c.execute(select(_keys.key).where(_keys.purpose == purpose)).scalar()


def make_key(c: Connection, purpose: str) -> bytes:
    """Return the key of a purpose; the first time makes it."""
    known = key(c, purpose)
    if known is None:
        insert_missing(c, tables.keys, [{"purpose": purpose, "key": secrets.token_bytes(32)}])
        known = key(c, purpose)
    assert known is not None  # noqa: S101 - just made
    return known


def token(c: Connection, purpose: str, name: str) -> str:
    """Return a name with what signs it; the first time makes the key, which takes writing."""
    return f"{name}.{_signature(make_key(c, purpose), purpose, name)}"


def named(c: Connection, purpose: str, given: str) -> str | None:
    """Return the name that a token was made for; None if we did not sign it."""
    known = key(c, purpose)
    name, _, signature = given.rpartition(".")
    right = known is not None and hmac.compare_digest(
        _signature(known, purpose, name).encode(), signature.encode()
    )
    return name if right else None


def _signature(known: bytes, purpose: str, name: str) -> str:
    return hmac.new(known, f"{purpose} {name}".encode(), sha256).hexdigest()[:40]
