"""What stands before every page: who may ask, and what every answer carries.

Even on loopback a page of the wide web, open in the same browser, can send requests here. So
only the names of this machine are answered (against DNS rebinding), a change must come from our
own pages, and bodies are small. Forms carry a token besides (`review.forms`).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from review.words import choose_language, say_in
from vigie import records
from vigie.language import speaking

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROBE = "/sante"
MAX_BODY = 64 * 1024
"""Bytes; a verdict with its note is far below."""

MAP_PATH = "/carte"
"""The one page that may ask another host, for the tiles that the settings name."""

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?")
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class Guard:
    """Refuse what does not come from this machine's own pages; harden every answer."""

    def __init__(self, app: ASGIApp, *, any_host: bool = False, tiles: str = "") -> None:
        self.app = app
        self.any_host = any_host
        self.tiles = tiles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the application do so."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        started = perf_counter()

        async def send_hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                harden(headers, static=scope["path"].startswith("/static/"))
                # From the request's arrival in the program to its answer's first byte.
                headers["server-timing"] = f"app;dur={1000 * (perf_counter() - started):.1f}"
                if self.tiles and scope["path"] == MAP_PATH:
                    allow_tiles(headers, self.tiles)
            await send(message)

        # A probe comes by whatever name its network has for this machine, and learns nothing.
        any_host = self.any_host or scope["path"] == PROBE
        refused = refusal(
            scope["method"], Headers(scope=scope), any_host=any_host, scheme=scope["scheme"]
        )
        if refused is None:
            with speaking(choose_language(Request(scope))):
                # The server itself leaves out the body of an answer to HEAD.
                asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
                await self.app(asked, receive, send_hardened)
        else:
            status, why = refused
            words = say_in(choose_language(Request(scope)), why)
            await PlainTextResponse(words + "\n", status)(scope, receive, send_hardened)


def harden(headers: MutableHeaders, *, static: bool = False) -> None:
    """Add to an answer's headers what all answers carry."""
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    # Pages change with every verdict: going back must show the truth.
    headers.setdefault("cache-control", "no-cache" if static else "no-store")


def allow_tiles(headers: MutableHeaders, tiles: str) -> None:
    """Let a page show pictures of the one host that the settings name."""
    parts = urlsplit(tiles)
    policy = headers["content-security-policy"]
    headers["content-security-policy"] = policy.replace(
        "img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}"
    )


def refusal(
    method: str, headers: Headers, *, any_host: bool = False, scheme: str = "http"
) -> tuple[int, records.Message] | None:
    """Return the status and the reason for which a request is refused, or None.

    With accounts any name may lead here: a page that came by another name has no session.
    """
    host = headers.get("host", "")
    if not any_host and not _LOOPBACK_HOST.fullmatch(host):
        return HTTPStatus.MISDIRECTED_REQUEST, records.Message(
            "Vigie ne répond qu’à cette machine : ouvrez-la par http://127.0.0.1."
        )
    if method in _SAFE_METHODS:
        return None
    if method != "POST":
        return (
            HTTPStatus.METHOD_NOT_ALLOWED,
            records.Message("Ces pages se lisent et envoient des formulaires, rien d’autre."),
        )
    # Behind a proxy that ends TLS the browser's origin is https though it arrives as http.
    ours = {f"{scheme}://{host}", f"https://{host}"} if any_host else {f"{scheme}://{host}"}
    from_elsewhere = headers.get("origin", f"{scheme}://{host}") not in ours or headers.get(
        "sec-fetch-site", "same-origin"
    ) not in {"same-origin", "none"}
    if from_elsewhere:
        return HTTPStatus.FORBIDDEN, records.Message(
            "Cet envoi vient d’un autre site : il est refusé."
        )
    return _unwieldy(headers.get("content-length", ""))


def _unwieldy(length: str) -> tuple[int, records.Message] | None:
    if not length.isdecimal():
        return HTTPStatus.LENGTH_REQUIRED, records.Message(
            "Cet envoi ne dit pas sa taille : il est refusé."
        )
    if int(length) > MAX_BODY:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, records.Message(
            "Cet envoi est trop gros : il est refusé."
        )
    return None
