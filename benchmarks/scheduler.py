"""A week of the scheduler with 10,000 sources, on a clock of its own: no site is asked anything.

`python -m benchmarks.scheduler [SOURCES] [DAYS] [WORKERS]` writes a catalogue of invented sources
and four weeks of their documents into an SQLite base, then lets the time pass: at each tick of the
published cron, `flows.due` says who is due and `storage.sources` keeps what came of it, as in a
real crawl; the network, the spool and the storing of texts are left out. A source takes as long as
its requests are spaced; those of one host come one after the other; a tick that falls into a crawl
is left out. At the end a spool of sources that gave nothing new is taken in as a real crawl does
it, for what that costs a source.

Held against the catalogue: no source is asked again sooner than half of its own interval, no host
gets requests closer than the settings' delay, nobody waits longer than its rhythm allows.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from croniter import croniter

from benchmarks import report
from crawlers import rhythm, spool
from crawlers.process import MEAN, SOURCES_AT_ONCE
from flows import due, steps
from flows.hosts import host
from storage import Store, open_store, sources, tables
from vigie.records import (
    FailureKind,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Source,
    SourceKind,
)
from vigie.settings import Crawler, Schedule, Settings, Storage, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
EVERY = ((0.05, HOUR / 2), (0.35, HOUR), (0.3, 6 * HOUR), (0.2, 12 * HOUR), (0.1, 24 * HOUR))
"""How the packs' catalogues are written: share of the sources, and their interval."""
PLATFORMS = (300, 200, 100, 50, 50)
"""Sources that share a host: blogs and calendars of a platform."""
FAILING = 0.03
LATENCY = 0.4
"""Seconds until an answer."""
SPOOLED = 1_000
"""Sources that are taken in at the end, as much as the median tick has due."""


@dataclass(slots=True)
class World:
    """What is true of each source, by id, and when it was asked."""

    weekly: dict[str, float]
    """Documents a week."""
    failing: frozenset[str]
    asked: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    at_host: dict[str, list[tuple[datetime, datetime]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """First and last request of each visit."""
    requests: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Simulate, print, write."""
    given = [int(word) for word in sys.argv[1:]]
    number, days, workers = (given + [10_000, 7, 1][len(given) :])[:3]
    luck = random.Random(20)  # noqa: S311 - an invented catalogue
    catalogue = invented(number, luck)
    world = World(
        weekly={source.id: min(luck.lognormvariate(0.7, 1.3), 150.0) for source in catalogue},
        failing=frozenset(s.id for s in catalogue if luck.random() < FAILING),
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            folder=Path(folder),
            watch=Watch(),
            crawler=Crawler(contact="veille@example.org"),
            storage=Storage(),
            schedule=Schedule(),
            sources=tuple(catalogue),
        )
        store = open_store(settings.storage.url, settings.folder)
        fill(store, catalogue, world, luck)
        ticks = list(simulate(settings, store, world, days, workers))
        spooled = taking_in(settings, store)
        store.close()
    figures = figures_of(settings, world, ticks, days)
    figures |= {"milliseconds to take a source in that gave nothing new": round(spooled, 2)}
    figures |= {"workers": workers, "load": round(os.getloadavg()[0], 1)}
    report.table("The scheduler on its own clock", ("", ""), figures.items())
    print(report.write("scheduler", figures))


def invented(number: int, luck: random.Random) -> list[Source]:
    """Return a catalogue: some on platforms, the others each on a host of its own."""
    shared = [f"plateforme-{n}" for n, size in enumerate(PLATFORMS) for _ in range(size)]
    places = shared[: number // 4]
    places += [f"site-{n}" for n in range(number - len(places))]
    shares, intervals = [share for share, _ in EVERY], [every for _, every in EVERY]
    return [
        Source(
            id=f"s{n}",
            name=f"Source {n}",
            url=f"https://{place}.example/{n}/rss",
            kind=SourceKind.FEED,
            every=luck.choices(intervals, shares)[0],
        )
        for n, place in enumerate(places)
    ]


def fill(store: Store, catalogue: Sequence[Source], world: World, luck: random.Random) -> None:
    """Write four weeks of documents, as far as rhythm counts them."""
    with store.writing() as c:
        sources.save(c, catalogue)
        for source in catalogue:
            count = 0 if source.id in world.failing else round(world.weekly[source.id] * 4)
            moments = [START - timedelta(days=28 * luck.random()) for _ in range(count)]
            write_documents(c, source.id, moments, 0)


def write_documents(c, source_id: str, moments: Sequence[datetime], first: int) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Write the rows of documents that became known at some moments."""
    rows = [
        {
            "id": f"{source_id}-{first + n}",
            "source_id": source_id,
            "url": f"https://{source_id}.example/{first + n}",
            "title": "",
            "published_at": at,
            "date_note": "",
            "fetched_at": at,
            "language": "fr",
            "kind": "article",
            "excerpt": False,
            "known_on": at.date(),
            "text_known_on": at.date(),
            "digest": "",
            "story_id": "",
            "annotated": "1",
            "communes": [],
        }
        for n, at in enumerate(moments)
    ]
    if rows:
        c.execute(tables.documents.insert(), rows)


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment at which the scheduler looked."""

    at: datetime
    due: int
    choosing: float
    """Seconds of the machine to say who is due."""
    storing: float
    """Seconds of the machine to keep what came of it."""
    crawl: timedelta
    """How long the crawl took, on the simulated clock."""
    left_out: int
    """Ticks that fell into the crawl before it."""


def simulate(
    settings: Settings, store: Store, world: World, days: int, workers: int
) -> Iterator[Tick]:
    """Let the days pass; yield each tick at which a crawl began."""
    numbers = Counter[str]()
    owed = defaultdict[str, float](float)
    end = START + timedelta(days=days)
    ended = START
    left_out = 0
    for moment in moments(settings.schedule.crawl, end):
        if moment < ended:
            left_out += 1
            continue
        begun = perf_counter()
        wanted = due.wanted_sources(settings, store, due_only=True, now=moment)
        chosen = perf_counter()
        ended = crawl(settings, store, world, wanted, moment, workers, numbers, owed)
        stored = perf_counter()
        yield Tick(moment, len(wanted), chosen - begun, stored - chosen, ended - moment, left_out)
        left_out = 0


def moments(cron: str, end: datetime) -> Iterator[datetime]:
    """Yield the moments of a cron in Paris until an end."""
    times: Iterator[datetime] = croniter(cron, START.astimezone(PARIS)).all_next(datetime)  # type: ignore[no-untyped-call]
    for at in times:
        if at.astimezone(UTC) >= end:
            return
        yield at.astimezone(UTC)


def crawl(  # noqa: PLR0917 - what a simulated crawl needs of its world
    settings: Settings,
    store: Store,
    world: World,
    wanted: Sequence[Source],
    start: datetime,
    workers: int,
    numbers: Counter[str],
    owed: dict[str, float],
) -> datetime:
    """Ask each source on the simulated clock, and keep what it gave; return when it ended."""
    of_host: dict[str, list[Source]] = defaultdict(list)
    for source in wanted:
        of_host[host(source)].append(source)
    places = [start] * (SOURCES_AT_ONCE * workers)
    heapify(places)
    spacing = timedelta(seconds=settings.crawler.delay * MEAN)
    with store.writing() as c:
        for name, its in of_host.items():
            at = heappop(places)
            for source in its:
                last = world.asked[source.id][-1] if world.asked[source.id] else start - HOUR * 24
                failing = source.id in world.failing
                owed[source.id] += world.weekly[source.id] * ((at - last) / timedelta(weeks=1))
                new = 0 if failing else int(owed[source.id])
                owed[source.id] -= new
                requests = 1 if failing else 1 + new
                # robots.txt is asked once a host; the pages of what is new follow.
                visit = requests * spacing + timedelta(seconds=LATENCY)
                world.asked[source.id].append(at)
                world.at_host[name].append((at, at + (requests - 1) * spacing))
                world.requests[name] += requests
                write_documents(c, source.id, [at] * new, 100_000 + numbers[source.id])
                numbers[source.id] += new
                sources.save_outcome(c, outcome(source, at + visit, new, failing=failing))
                at += visit
            heappush(places, at)
    return max(places)


def outcome(source: Source, at: datetime, new: int, *, failing: bool) -> Outcome:
    """Return how a source ended."""
    if failing:
        return Outcome(
            source_id=source.id,
            at=at,
            state=HealthState.UNREACHABLE,
            message=Message("le site est en panne"),
            failure=FailureKind.SOFT,
        )
    return Outcome(
        source_id=source.id, at=at, state=HealthState.LIVELY, message=Message(""), documents=new
    )


def taking_in(settings: Settings, store: Store) -> float:
    """Return the milliseconds that a source costs between its crawl and the database."""
    some, now = settings.sources[:SPOOLED], datetime.now(UTC)
    path = settings.data / "spool.jsonl"
    writer = spool.Writer(path)
    for source in some:
        writer.write(HttpState(url=source.url, source_id=source.id, checked_at=now))
        writer.write(outcome(source, now, 0, failing=False))
    writer.close()
    begun = perf_counter()
    steps.empty_spool(settings, store, path)
    return 1000 * (perf_counter() - begun) / len(some)


def figures_of(
    settings: Settings, world: World, ticks: Sequence[Tick], days: int
) -> dict[str, float | int]:
    """Return what became of sources and hosts."""
    every = {source.id: source.every for source in settings.sources}
    soonest = min(
        (later - earlier) / every[i]
        for i, moments in world.asked.items()
        for earlier, later in pairwise(moments)
    )
    spacing = timedelta(seconds=settings.crawler.delay)
    closest = min(
        (begun - ended).total_seconds()
        for visits in world.at_host.values()
        for (_, ended), (begun, _) in pairwise(visits)
    )
    assert closest >= spacing.total_seconds(), closest
    longest_night = timedelta(hours=9)  # no tick from 22:30 to 6:00, and up to half an hour
    longest_crawl = max(tick.crawl for tick in ticks)
    late = {
        i: max(
            (later - earlier) - allowed(every[i], i in world.failing, world.weekly[i])
            for earlier, later in pairwise(moments)
        )
        for i, moments in world.asked.items()
        if len(moments) > 1
    }
    starved = [i for i, wait in late.items() if wait > longest_night + longest_crawl]
    never = [source.id for source in settings.sources if not world.asked[source.id]]
    busiest = max(world.requests.values())
    choosing, crawls = sorted(t.choosing for t in ticks), sorted(t.crawl for t in ticks)
    return {
        "sources": len(every),
        "hosts": len(world.at_host),
        "days": days,
        "ticks": len(ticks),
        "ticks left out, a crawl being under way": sum(t.left_out for t in ticks),
        "visits a day": round(sum(map(len, world.asked.values())) / days),
        "sources never visited": len(never),
        "sources starved": len(starved),
        "soonest visit, in a source's own intervals (bar 0.5)": round(soonest, 3),
        "closest requests to a host, seconds (delay)": round(closest, 2),
        "busiest host, requests an hour": round(busiest / days / 17, 1),
        "due at a tick, median": sorted(t.due for t in ticks)[len(ticks) // 2],
        "due at a tick, most": max(t.due for t in ticks),
        "crawl, minutes, median": round(crawls[len(crawls) // 2] / timedelta(minutes=1), 1),
        "crawl, minutes, longest": round(crawls[-1] / timedelta(minutes=1), 1),
        "saying who is due, seconds, median": round(choosing[len(choosing) // 2], 3),
        "saying who is due, seconds, longest": round(choosing[-1], 3),
        "milliseconds of storage a visit": round(
            1000 * sum(t.storing for t in ticks) / sum(t.due for t in ticks), 3
        ),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def allowed(every: timedelta, failing: bool, weekly: float) -> timedelta:
    """Return the longest wait that a source's rhythm allows for, while ticks come all day."""
    if failing:
        return max(rhythm.LONGEST, every)
    return every if weekly > 20 * 7 * 24 * HOUR / every else max(every, 24 * HOUR)


if __name__ == "__main__":
    main()
