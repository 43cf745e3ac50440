"""For machines that watch: `/sante` says whether the program works, `/metrics` how it does.

`/sante` tells nothing but “ok”, to anybody and under any name. `/metrics`, in the form of
Prometheus, is there when `[review] metrics = true`; with accounts it takes a token that reads
the queue. What it counts is never a person's.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse, Response

from review import access
from review.guard import PROBE
from review.reckoning import Reckoning
from review.shell import house
from storage import accounts, documents, queues, sources
from storage.schema import is_current
from vigie import backups
from vigie.errors import StorageError
from vigie.records import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Send
    from starlette.types import Scope as Asked

    from review.shell import House
    from storage import Store
    from vigie.settings import Settings

METRICS = "/metrics"
_READ_FROM = ("documents", "actors", "mentions", "source_health", "queues")
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds; a page is to answer in a tenth of one."""


def install(app: FastAPI) -> None:
    """Add `/sante`, and `/metrics` if the settings want it."""
    app.add_route(PROBE, health, methods=["GET"])
    made: House = app.state.house
    if not made.settings.review.metrics:
        return
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Workspace(made))
    app.add_middleware(_Timed, registry=registry)

    def metrics(request: Request) -> Response:
        if not _may_read(request):
            return PlainTextResponse("a token is needed\n", 401, {"www-authenticate": "Bearer"})
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    app.add_route(METRICS, metrics, methods=["GET"])


def health(request: Request) -> Response:
    """Answer 200 if the database can be read and is of this program's schema, else 503."""
    well = is_well(house(request))
    return PlainTextResponse("ok\n") if well else PlainTextResponse("no\n", 503)


def is_well(made: House) -> bool:
    """Tell whether the database can be read, and by this version of the program."""
    try:
        with made.store.reading() as c:
            return is_current(c)
    except StorageError:
        return False


def _may_read(request: Request) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    with house(request).store.reading() as c:
        if not accounts.any_exist(c):
            return True
        token = accounts.of_token(c, access.digest(given)) if scheme.lower() == "bearer" else None
    return token is not None and Scope.QUEUE in token.scopes


class _Workspace(Collector):
    """What is stored and how the sources fare, read when it is asked for."""

    def __init__(self, made: House) -> None:
        self._house = made

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the counts; those that cost something are some minutes old at most."""
        counted: list[GaugeMetricFamily] = []
        well = is_well(self._house)
        if well:
            with suppress(StorageError):
                counted = self._house.reckonings.kept(COUNTED)
        up = GaugeMetricFamily("vigie_up", "1 if the database can be read", value=int(well))
        free = GaugeMetricFamily("vigie_disk_free_bytes", "Free on the disk of the workspace")
        free.add_metric([], shutil.disk_usage(self._house.settings.folder).free)
        saved = GaugeMetricFamily(
            "vigie_last_backup_seconds", "When the newest backup in the folder of [backup] was made"
        )
        if (made := backups.newest(self._house.settings)) is not None:
            saved.add_metric([], made.timestamp())
        yield from (up, free, saved, *counted)


def _counted(store: Store, _: Settings, _day: date) -> list[GaugeMetricFamily]:
    with store.reading() as c:
        sizes, health = documents.counts(c), sources.health(c)
        week = queues.latest(c)
    stored = GaugeMetricFamily("vigie_stored", "What is stored", labels=["what"])
    for what, number in sizes.items():
        stored.add_metric([what], number)
    by_state = GaugeMetricFamily("vigie_sources", "Sources by state", labels=["state"])
    for state in {one.state for one in health.values()}:
        by_state.add_metric([state], sum(one.state is state for one in health.values()))
    visited = GaugeMetricFamily("vigie_last_visit_seconds", "When a source was last visited")
    if health:
        visited.add_metric([], max(one.last_try for one in health.values()).timestamp())
    candidates = GaugeMetricFamily("vigie_queue_candidates", "In the newest queue")
    candidates.add_metric([], len(week.candidates) if week else 0)
    return [stored, by_state, visited, candidates]


COUNTED = Reckoning(METRICS, _READ_FROM, _counted)


class _Timed:
    """Counts requests and their seconds by kind of page, never by address: those name actors."""

    def __init__(self, app: ASGIApp, *, registry: CollectorRegistry) -> None:
        self.app = app
        self._answers = Counter(
            "vigie_requests", "Answers of the pages", ["page", "status"], registry=registry
        )
        self._seconds = Histogram(
            "vigie_request_seconds",
            "Seconds to an answer's first byte",
            ["page"],
            registry=registry,
            buckets=_BUCKETS,
        )

    async def __call__(self, scope: Asked, receive: Receive, send: Send) -> None:
        """Pass a request on, and count its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("route")
                page = str(getattr(route, "path", "")) or "other"
                self._answers.labels(page, str(message["status"])).inc()
                self._seconds.labels(page).observe(time.perf_counter() - begun)
            await send(message)

        await self.app(scope, receive, counted)
