"""One polite request, with its retries, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader import Downloader
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawlers.answers import (
    CONDITIONS,
    UNASKED,
    Failure,
    Fetched,
    fetched,
    ignored,
    inflated,
    left_alone,
    refused,
    without_robots,
)
from crawlers.guard import PRIVATE
from crawlers.robots import BrokenRobotsError
from vigie.records import FailureKind, HealthState, Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy.core.engine import ExecutionEngine

    from crawlers.guard import Guard

TRAIL = "vigie_trail"
MOST_MISSES = 4
"""Requests in a row without an answer, after which a host is given up for this crawl."""


@dataclass(frozen=True, slots=True)
class _Asked:
    url: str
    headers: dict[str, str]
    meta: dict[str, object]


class TrailMiddleware:
    """Notes where redirects lead: the host that fails is blamed, the one that is asked spaced."""

    def process_request(self, request: Request) -> None:
        """Note one more address; Scrapy hands the same list on to the redirected request."""
        # It hands the first host's slot on as well, and would space the request as one to that.
        request.meta.pop(Downloader.DOWNLOAD_SLOT, None)
        trail = request.meta.get(TRAIL)
        if trail and trail[-1] != request.url:
            trail.append(request.url)


class Fetcher:
    """Makes requests through Scrapy's downloader: its delays, robots.txt, caps and redirects."""

    def __init__(
        self,
        engine: ExecutionEngine,
        guard: Guard,
        *,
        backoff: float,
        at_once: int = 1,
        tries: int = 3,
    ) -> None:
        self._engine = engine
        self._guard = guard
        self._backoff = backoff
        self._tries = tries
        # Scrapy would send what waits in its own queue even to a host that asks for a pause.
        self._places: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(at_once))
        self._paused_until: dict[str, float] = {}
        self._reached: set[str] = set()
        self._first: dict[str, asyncio.Lock] = {}
        self._lost: dict[str, Failure] = {}
        self._closed: dict[str, Failure] = {}
        """Hosts that asked to be left alone for longer than this crawl takes."""
        self._misses: dict[str, int] = {}

    async def fetch(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        tries: int | None = None,
        *,
        most: int | None = None,
        secret: bool = False,
    ) -> Fetched | Failure:
        """Return what a URL answers; several tries, further and further apart.

        `most` is another limit to the body, in bytes. With `secret` no redirect is followed,
        so that the headers reach nobody else.
        """
        meta: dict[str, object] = {"dont_redirect": True} if secret else {}
        if most is not None:
            meta["download_maxsize"] = most
        asked = _Asked(url, dict(headers or {}), meta)
        host = _host(url)
        if urlsplit(url).scheme not in {"http", "https"} or not host:
            return Failure(
                state=HealthState.UNREACHABLE,
                message=Message("adresse qui n’est ni http ni https : {url}", {"url": url[:200]}),
                lasting=True,
            )
        left = tries or self._tries
        for attempt in range(left):
            async with self._places[host]:
                await self._await_turn(host)
                if host in self._closed:
                    return left_alone(self._closed[host])
                outcome = await self._first_alone(asked, host)
            if isinstance(outcome, Fetched) or attempt == left - 1:
                return outcome
            if outcome.lasting or outcome.asks_for_long or host in self._lost:
                return outcome
            if outcome.wait is None:
                await asyncio.sleep(self._backoff * 2**attempt)
        raise AssertionError("at least one try is made")

    def _heed(self, outcome: Failure, hosts: set[str]) -> Failure:
        """Leave a host, and the one that led to it, alone for as long as it asks.

        That is for the whole of this crawl, if it asks for long.
        """
        for host in hosts:
            if outcome.asks_for_long:
                self._closed[host] = outcome
            if outcome.wait is not None:
                self._paused_until[host] = time.monotonic() + outcome.wait
        return outcome

    async def _first_alone(self, asked: _Asked, host: str) -> Fetched | Failure:
        """Try, alone if the host has not answered yet.

        A host that cannot be reached then costs its delay once, not once a page.
        """
        if host in self._reached:
            return await self._try(asked)
        async with self._first.setdefault(host, asyncio.Lock()):
            if host in self._lost:
                return self._lost[host]
            if host not in self._reached:
                return await self._try(asked)
        return await self._try(asked)

    async def _await_turn(self, host: str) -> None:
        pause = self._paused_until.get(host, 0.0) - time.monotonic()
        if pause > 0 and host not in self._closed:
            await asyncio.sleep(pause)

    async def _try(self, asked: _Asked) -> Fetched | Failure:
        """Return the answer to one request."""
        trail = [asked.url]
        request = Request(
            asked.url, headers=asked.headers, meta={**asked.meta, TRAIL: trail}, dont_filter=True
        )
        try:
            response = await self._engine.download_async(request)
            self._note_reached(trail)
        except BrokenRobotsError as error:
            return self._heed(without_robots(error.cause), {_host(asked.url), _host(trail[-1])})
        except IgnoreRequest as error:
            return ignored(str(error))
        except (
            CannotResolveHostError,
            DownloadCancelledError,
            DownloadConnectionRefusedError,
            DownloadFailedError,
            DownloadTimeoutError,
            NotSupported,
            ResponseDataLossError,
            UnsupportedURLSchemeError,
            OSError,
            ValueError,
        ) as error:
            failure = self._unreachable(error, trail[-1])
            self._note_missed(trail, failure, error)
            return failure
        if response.status == 304:
            asked_for = asked.headers.keys() & CONDITIONS
            return fetched(response, b"", not_modified=True) if asked_for else UNASKED
        if not 200 <= response.status < 300:
            return self._heed(refused(response), {_host(asked.url), _host(response.url)})
        return inflated(response)

    def _note_reached(self, trail: list[str]) -> None:
        self._reached.update(map(_host, trail))

    def _note_missed(self, trail: list[str], failure: Failure, error: Exception) -> None:
        """Give a host up for this crawl: at once without an address, else after some misses."""
        *passed, last = map(_host, trail)
        if (slot := self._engine.downloader.slots.get(last)) and slot.delay:
            # As after an answer: the host is spaced from now on, not from when it was asked.
            slot.lastseen = time.monotonic()
        self._reached.update(host for host in passed if host != last)
        self._misses[last] = self._misses.get(last, 0) + 1
        unknown = isinstance(error, CannotResolveHostError)
        if unknown or (self._misses[last] >= MOST_MISSES and last not in self._reached):
            self._lost[last] = failure

    def _unreachable(self, error: Exception, url: str) -> Failure:
        state, lasting, kind = HealthState.UNREACHABLE, False, None
        match error:
            case DownloadTimeoutError():
                state = HealthState.SLOW
                message = Message("pas de réponse complète dans le délai")
            case DownloadCancelledError():
                lasting = True
                message = Message("réponse trop volumineuse : abandonnée")
            case CannotResolveHostError() if _host(url) in self._guard.refused:
                lasting = True
                message = PRIVATE
            case CannotResolveHostError():
                kind = FailureKind.NAME
                message = Message("nom de site inconnu : {host}", {"host": _host(url)})
            case DownloadConnectionRefusedError():
                message = Message("connexion refusée par {host}", {"host": _host(url)})
            case DownloadFailedError() | ResponseDataLossError():
                message = Message("connexion interrompue ou réponse mal formée")
            case _:
                lasting = True
                message = Message("adresse inutilisable ({error})", {"error": type(error).__name__})
        return Failure(state=state, message=message, lasting=lasting, kind=kind)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
