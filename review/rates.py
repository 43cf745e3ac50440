"""How often somebody may ask: generous for people, tight for what is dear or worth guessing.

By account, else by address. Each kind of request has a bucket that lets a burst through and then
so many a minute (the generic cell rate algorithm, ITU-T I.371: one moment is all that is kept of
a bucket). The buckets are in memory and bounded: of very many askers those least lately seen are
forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

MOST = 10_000
"""Buckets kept."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Asking(StrEnum):
    """A kind of request, by what it costs."""

    READ = "read"
    SEARCH = "search"
    """Looks for names in spite of slips."""
    WRITE = "write"
    SIGN_IN = "sign_in"
    PROPOSE = "propose"
    """Without an account."""


RATES: Mapping[Asking, tuple[int, float]] = {
    Asking.READ: (240, 600),
    Asking.SEARCH: (60, 120),
    Asking.WRITE: (120, 240),
    Asking.SIGN_IN: (40, 30),
    Asking.PROPOSE: (5, 0.5),
}
"""How many at once, and how many a minute from then on."""


class TooManyError(Exception):
    """Somebody asks too often; `seconds` is how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many requests: {seconds} s")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Rates:
    """The buckets of all who ask."""

    _full_at: OrderedDict[tuple[Asking, str], datetime] = field(default_factory=OrderedDict)
    """When each would be full again."""
    _lock: Lock = field(default_factory=Lock)

    def take(self, asking: Asking, who: str, now: datetime) -> None:
        """Take one request out of somebody's bucket.

        Raises:
            TooManyError: there is none left at the moment.
        """
        burst, per_minute = RATES[asking]
        each = timedelta(minutes=1) / per_minute
        with self._lock:
            full_at = max(self._full_at.get((asking, who), _LONG_AGO), now) + each
            late = full_at - burst * each - now
            if late > timedelta():
                raise TooManyError(int(late.total_seconds()) + 1)
            self._full_at[asking, who] = full_at
            self._full_at.move_to_end((asking, who))
            if len(self._full_at) > MOST:
                self._full_at.popitem(last=False)


def asking(request: Request) -> Asking:
    """Return the kind of a request."""
    path = request.url.path
    if path.startswith("/connexion") and (path != "/connexion" or request.method == "POST"):
        return Asking.SIGN_IN
    if request.method not in {"GET", "HEAD"}:
        return Asking.WRITE
    looks = any(request.query_params.get(name) for name in ("q", "avec", "name"))
    return Asking.SEARCH if looks else Asking.READ


def address(request: Request) -> str:
    """Return from where a request comes, as far as the server can tell."""
    return request.client.host if request.client else ""
