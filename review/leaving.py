"""The way out of the weekly letter: one click, no account (RFC 8058).

Looking at the address changes nothing, since mail programs look at addresses by themselves; the
button does, and so does the request that a mail program sends when its reader asks it to.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from review.access import SIGNED
from review.shell import house, page
from storage import subscribers

router = APIRouter(default_response_class=HTMLResponse)
Token = Annotated[str, Path(max_length=200)]


@router.get(SIGNED + "{token}")
def ask(request: Request, token: Token) -> HTMLResponse:
    """Show what leaving means, with the button; of who has left, that it is done."""
    with house(request).store.reading() as c:
        known = subscribers.of_token(c, token)
    return page(request, "leaving.html", token=token, known=known is not None)


@router.post(SIGNED + "{token}")
def leave(request: Request, token: Token) -> HTMLResponse:
    """Erase a reader; a second time, and for an address that is not signed, nothing is left to do.

    No token of ours is asked for: the address is signed, and mail programs have no page of ours.
    """
    made = house(request)
    with made.store.reading() as c:
        known = subscribers.of_token(c, token)
    if known:
        with made.store.writing() as c:
            subscribers.remove(c, known.id)
    return page(request, "leaving.html", token=token, known=False)
