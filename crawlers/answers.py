"""What one request gives: an answer, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadTimeoutError

from crawlers import clock, encoding
from vigie.records import FailureKind, HealthState, Message

if TYPE_CHECKING:
    from scrapy.http import Response

_WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504, 520, 522, 523, 524}
_BLOCKED = {401, 402, 403, 407, 418, 429, 451}
_REFUSED = {401, 403, 429}
"""Of those, what a site says to a visitor that it does not like now, and may yet let in."""
_GONE = {404, 410}
LONGEST_WAIT = 120.0
"""Seconds that a crawl waits because a server asked for it; longer is left to the next crawl."""
LONGEST_ASKED = 86_400.0
"""Seconds that a server may ask to be left alone; more is taken as this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response with a body, or the answer that nothing has changed."""

    url: str
    """After redirects."""
    body: bytes
    charset: str | None
    etag: str | None
    last_modified: str | None
    not_modified: bool = False
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    moved_to: str | None = None
    """Where permanent redirects, and only those, have led."""
    truncated: bool = False
    """The connection ended before the body did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no response to read."""

    state: HealthState
    message: Message
    lasting: bool
    """Trying again soon would be of no use."""
    kind: FailureKind | None = None
    """None: what is usual for the state."""
    wait: float | None = None
    """Seconds that the site asks to be left alone, a day at most."""
    refused: bool = False
    """The site refuses this visit; asking again now is of no use, at a later crawl it may be."""

    @property
    def asks_for_long(self) -> bool:
        """Tell whether the site asks for more time than a crawl takes."""
        return self.wait is not None and self.wait > LONGEST_WAIT


def fetched(response: Response, body: bytes, *, not_modified: bool = False) -> Fetched:
    """Return a response as ours, with its body as it is to be read."""
    asked = response.request.url if response.request else response.url
    reasons = response.meta.get("redirect_reasons", []) if response.request else []
    moved = bool(reasons) and all(reason in {301, 308} for reason in reasons)
    return Fetched(
        url=response.url,
        body=body,
        charset=_charset(response),
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
        not_modified=not_modified,
        status=response.status,
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        ),
        moved_to=asked if moved else None,
        truncated="dataloss" in response.flags,
    )


def inflated(response: Response) -> Fetched | Failure:
    """Return a response with its body decompressed, if that stays within bounds."""
    try:
        return fetched(response, encoding.inflate(response.body))
    except encoding.TooLargeError:
        return _TOO_LARGE


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip()[:1000] or None if value else None


def _charset(response: Response) -> str | None:
    said = (_header(response, "Content-Type") or "").lower()
    return said.split("charset=", 1)[1].split(";")[0].strip("\"' ") if "charset=" in said else None


def _retry_after(response: Response) -> float | None:
    said = _header(response, "Retry-After")
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        # A number of any length must not become infinite.
        return min(float(said[:12]), LONGEST_ASKED)
    try:
        seconds = (parsedate_to_datetime(said) - clock.now()).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_ASKED)


def ignored(reason: str) -> Failure:
    """Return why Scrapy made no request, or gave its answer up, from what it says."""
    if "robots.txt" in reason:
        message = Message("le fichier robots.txt du site interdit cette adresse")
        return Failure(state=HealthState.BLOCKED, message=message, lasting=True)
    if "redirection" in reason:
        message = Message("redirections en boucle")
        return Failure(state=HealthState.UNREACHABLE, message=message, lasting=True)
    return _TOO_LARGE


CONDITIONS = {"If-None-Match", "If-Modified-Since"}
_TOO_LARGE = Failure(
    state=HealthState.UNREACHABLE,
    message=Message("réponse démesurée une fois décompressée : abandonnée"),
    lasting=True,
)
UNASKED = Failure(
    state=HealthState.UNREACHABLE,
    message=Message("le site répond « rien de nouveau » (304) à qui ne connaît encore rien"),
    lasting=True,
)


def left_alone(asked: Failure) -> Failure:
    """Return why an address is not asked whose host, at another one, wants to be left alone."""
    return Failure(
        state=HealthState.UNTRIED,
        message=Message(
            "pas demandée : le site a voulu, à une autre adresse, qu’on attende {seconds} s",
            {"seconds": round(asked.wait or 0)},
        ),
        lasting=False,
        wait=asked.wait,
    )


def without_robots(cause: Response | Exception) -> Failure:
    """Return why a site is left alone whose robots.txt breaks down, or never ends."""
    if isinstance(cause, Exception):
        slow = isinstance(cause, DownloadTimeoutError)
        return Failure(
            state=HealthState.SLOW if slow else HealthState.UNREACHABLE,
            message=Message(
                "le fichier robots.txt du site ne vient pas en entier : rien d’autre n’y est "
                "demandé d’ici le prochain passage"
            ),
            lasting=True,
            refused=True,
        )
    return Failure(
        state=HealthState.UNREACHABLE,
        message=Message(
            "le fichier robots.txt du site ne peut être lu (réponse {status}) : rien d’autre n’y "
            "est demandé d’ici le prochain passage",
            {"status": cause.status},
        ),
        lasting=True,
        wait=_retry_after(cause),
        refused=True,
    )


def refused(response: Response) -> Failure:
    """Return what a response other than a success means."""
    status, wait = response.status, _retry_after(response)
    lasting = status not in _WORTH_RETRYING
    values = {"status": status}
    if status in _GONE:
        return Failure(
            state=HealthState.UNREACHABLE,
            message=Message("cette adresse n’existe pas ou plus (réponse {status})", values),
            lasting=lasting,
            kind=FailureKind.HARD,
        )
    if status in _BLOCKED:
        message = Message("le site refuse l’accès (réponse {status})", values)
        if wait is not None:
            message = Message(
                "le site refuse l’accès (réponse {status}) et demande d’attendre {seconds} s",
                {"status": status, "seconds": round(wait)},
            )
        return Failure(
            state=HealthState.BLOCKED,
            message=message,
            lasting=lasting,
            wait=wait,
            refused=status in _REFUSED,
        )
    if 300 <= status < 400:
        message = Message("redirection sans destination utilisable (réponse {status})", values)
    elif status >= 500 and wait is not None:
        message = Message(
            "le site est en panne (réponse {status}) et demande d’attendre {seconds} s",
            {"status": status, "seconds": round(wait)},
        )
    elif status >= 500:
        message = Message("le site est en panne (réponse {status})", values)
    else:
        message = Message("réponse inattendue ({status})", values)
    return Failure(state=HealthState.UNREACHABLE, message=message, lasting=lasting, wait=wait)
