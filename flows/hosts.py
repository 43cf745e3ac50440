"""Crawling shared out among machines, by host: none is asked by two of them at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flows import due, sharing, steps
from flows.intake import TakenIn
from storage import Store, claims, sources
from storage.claims import Work
from vigie import lock
from vigie.language import say
from vigie.settings import Settings, require_contact
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from vigie.records import Source

HOSTS = 16
"""Hosts that a worker crawls together before it looks what else is due."""

LEASE = timedelta(hours=3)
"""How long they are left to it: some of their sources are slow, and asked one after the other."""


def crawl(settings: Settings, store: Store, *, now: datetime | None = None) -> steps.CrawlReport:
    """Crawl what is due beside the workers of other machines: some hosts at a time, until none is.

    Each worker has a workspace folder of its own, with the same settings and the same database.
    """
    require_contact(settings)
    report = steps.CrawlReport((), TakenIn())
    with lock.sole(settings, "crawl --shared"), sharing.working(settings, store) as worker:
        for left_over in steps.waiting_spools(settings):
            report += steps.empty_spool(settings, store, left_over)
        with store.writing() as c:
            sources.save(c, settings.sources)
        seen: set[str] = set()
        with progress(say("Collecte des sources"), None) as advance:
            while mine := take(settings, store, worker, now, seen):
                # What another worker has crawled since we looked is not due any more.
                still = _due(settings, store, now)
                wanted = [source for source in mine if source.id in still]
                if wanted:
                    path = steps.fetch(settings, store, wanted=wanted, now=now)
                    report += steps.empty_spool(settings, store, path)
                with store.claiming() as c:
                    claims.end(c, [worker])
                seen |= {source.id for source in mine}
                advance(len(wanted))
    return report


def take(
    settings: Settings,
    store: Store,
    worker: str,
    now: datetime | None = None,
    seen: Collection[str] = (),
) -> list[Source]:
    """Take sources that are due and not yet seen, of sixteen hosts at most, and return them.

    All others of their hosts are taken with them, so that no host is asked by two workers at a
    time, whatever becomes due meanwhile.
    """
    of_host: dict[str, set[str]] = defaultdict(set)
    for source in due.crawled_sources(settings):
        of_host[host(source)].add(source.id)
    wanted: dict[str, list[Source]] = defaultdict(list)
    for source in _due(settings, store, now).values():
        if source.id not in seen:
            wanted[host(source)].append(source)
    hosts = list(wanted)
    while hosts:
        some, hosts = hosts[:HOSTS], hosts[HOSTS:]
        ids = sorted(i for one in some for i in of_host[one])
        held = set(sharing.taken(store, Work.CRAWL, sources.among(ids), worker, lease=LEASE))
        whole = [one for one in some if of_host[one] <= held]
        parts = held - {i for one in whole for i in of_host[one]}
        if parts:  # of hosts of which another worker has the rest
            with store.claiming() as c:
                claims.done(c, Work.CRAWL, parts, worker)
        if whole:
            return [source for one in whole for source in wanted[one]]
    return []


def _due(settings: Settings, store: Store, now: datetime | None) -> dict[str, Source]:
    found = due.wanted_sources(settings, store, due_only=True, now=now)
    return {source.id: source for source in found}


def host(source: Source) -> str:
    """Return whom a source asks: its host, or itself where it asks none."""
    name = (urlsplit(source.url).hostname or "").lower().removeprefix("www.")
    return name or source.id
