"""The token that every form carries, so that no other site can send it in a person's name.

The cookie (SameSite=Strict, out of reach of scripts) holds a random session name, the form
its signature: knowing or planting one of them is not enough.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated

from fastapi import Form, Request
from pydantic import AfterValidator, AwareDatetime

COOKIE = "vigie_session"
_SESSION = re.compile(r"[A-Za-z0-9_-]{20,60}")


def _in_reach(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        msg = "beyond the years that there are"
        raise ValueError(msg) from error


Moment = Annotated[AwareDatetime, AfterValidator(_in_reach)]
"""A moment as an address says it, in UTC."""


class StaleFormError(Exception):
    """A form without a valid token: sent by another site, or older than the server."""


def session(request: Request) -> str | None:
    """Return the session name in a request's cookie, if it looks like one of ours."""
    name = request.cookies.get(COOKIE, "")
    return name if _SESSION.fullmatch(name) else None


def new_session() -> str:
    """Return a session name that nobody can guess."""
    return secrets.token_urlsafe(24)


def token(secret: bytes, session_name: str) -> str:
    """Return the token of a session's forms."""
    return hmac.new(secret, session_name.encode(), sha256).hexdigest()


def check_token(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """Let a form through only with its session's token (a dependency of every POST).

    Raises:
        StaleFormError: there is no session, or the token is not its own.
    """
    name = session(request)
    if name is None or not hmac.compare_digest(
        token(request.app.state.house.secret, name).encode(), csrf.encode()
    ):
        raise StaleFormError
