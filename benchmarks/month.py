"""The simulated web crawled for four weeks, four times a day, as an unattended watch would.

`python -m benchmarks.month [weeks]`. Real crawls in processes of their own, a real server, a
real database; only the clock is simulated, the same for the server and for the crawl. Feeds
show their last 20 entries; outlets fall silent, break down, apologise, move, change their
format, refuse their pages and edit their texts. Counted at the end: what was published and is
stored, what is stored twice, and from the server's own log how close requests to a host came.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from benchmarks import report

if TYPE_CHECKING:
    from simulation import Web
    from storage import Connection

HOURS = (7, 12, 17, 22)
DELAY = 0.05
"""Seconds between two requests to one host; 2 s is the default, for which a test stands."""
FEED_LENGTH = 20
ZONE = ZoneInfo("Europe/Paris")


def replay(
    folder: Path, *, weeks: int = 4, days: range | None = None, seed: int = 7, scale: float = 2.0
) -> dict[str, Any]:
    """Simulate a web in a folder, crawl some of its days, and return what came of it."""
    from flows import steps  # noqa: PLC0415 - the crawl's rooms are slow to import
    from flows.intake import TakenIn  # noqa: PLC0415
    from simulation import serve, simulate, write_settings  # noqa: PLC0415
    from storage import open_store  # noqa: PLC0415
    from vigie.settings import load  # noqa: PLC0415

    web_folder = folder / "web"
    simulate(web_folder, "mulhouse", weeks=weeks, seed=seed, scale=scale)
    begun = time.perf_counter()
    with serve(web_folder, feed_length=FEED_LENGTH) as web:
        settings = load(write_settings(web_folder, folder, web.port).parent)
        settings = replace(settings, crawler=replace(settings.crawler, delay=DELAY))
        letter = next(outlet for outlet in web.outlets if outlet["style"] == "mbox")
        days = days or range(weeks * 7)
        begin = web.hour - timedelta(weeks=weeks)
        first, end = (begin + timedelta(days=day) for day in (days.start, days.stop))
        store = open_store(settings.storage.url, settings.folder)
        moments = [begin + timedelta(days=day, hours=hour) for day in days for hour in HOURS]
        taken = TakenIn()
        for moment in [first, *moments, end]:
            web.now = moment
            web.write_mailbox(letter, web_folder / letter["entry"])
            taken += steps.crawl(settings, store, now=moment).taken
        with store.reading() as c:
            found = measure(web, c, first, end)
        store.close()
        return {
            **found,
            "runs": len(moments),
            "new": taken.new,
            "revised": taken.revised,
            "seconds": round(time.perf_counter() - begun),
            **spacing(web),
        }


def measure(web: Web, c: Connection, first: datetime, end: datetime) -> dict[str, Any]:
    """Count what was published in the crawled days and is stored, and what is stored twice."""
    from sqlalchemy import select  # noqa: PLC0415

    from crawlers import identity  # noqa: PLC0415
    from storage import sources, tables  # noqa: PLC0415

    table, others = tables.documents.c, tables.addresses.c
    stored = list(c.execute(select(table.source_id, table.url, table.title, table.event_day)))
    had = {(row.source_id, row.url) for row in stored}
    # What a source published twice under one title is one document, known at both addresses.
    joined = {*c.execute(select(table.id)).scalars(), *c.execute(select(others.id)).scalars()}
    published = [
        json.loads(line)
        for line in (web.folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    wanted = [
        (one["source"], web.address(one["url"]))
        for one in published
        if first <= datetime.fromisoformat(one["date"]) <= end
    ]
    elsewhere = [one for one in wanted if one not in had]
    missed = [one for one in elsewhere if identity.document_id(one[1]) not in joined]
    known = {web.address(one["url"]) for one in published}
    # An event that recurs is one document a day, all at the address of its page.
    twice = Counter((row.source_id, row.url, row.event_day) for row in stored)
    habits = ("down", "maintenance", "moved", "changed", "blocked", "silent")
    return {
        "published": len(wanted),
        "recall": round(1 - len(missed) / len(wanted), 4),
        "missed": dict(Counter(source for source, _ in missed)),
        "joined": len(elsewhere) - len(missed),
        "stored": len(stored),
        "stored_twice": sum(count - 1 for count in twice.values()),
        "never_published": sum(row.url not in known for row in stored),
        "edited": sum(_edited(web, first, end)),
        "habits": {name: [o["id"] for o in web.outlets if o[name]] for name in habits},
        "health": dict(Counter(str(one.state) for one in sources.health(c).values())),
    }


def _edited(web: Web, first: datetime, end: datetime) -> list[bool]:
    lines = (web.folder / "web.jsonl").read_text(encoding="utf-8").splitlines()
    moments = (json.loads(line).get("edited") for line in lines)
    return [first <= datetime.fromisoformat(at) <= end for at in moments if at]


def spacing(web: Web) -> dict[str, Any]:
    """Return how close two requests to one host came, by the server's log, robots.txt included."""
    hosts: dict[str, list[float]] = {}
    for moment, host, _, _ in web.log:
        hosts.setdefault(host, []).append(moment)
    gaps = [after - before for moments in hosts.values() for before, after in pairwise(moments)]
    pages = Counter((host, path) for _, host, path, status in web.log if status == 200)
    return {
        "delay": DELAY,
        "closest": round(min(gaps), 4),
        "requests": len(web.log),
        "hosts": len(hosts),
        "most_fetches_of_one_article": max(
            (count for (_, path), count in pages.items() if "/actu/" in path), default=0
        ),
    }


def main() -> None:
    """Replay, print, write."""
    weeks = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    with tempfile.TemporaryDirectory() as name:
        figures = replay(Path(name), weeks=weeks)
    report.table("Four crawls a day", ("", ""), figures.items())
    print(report.write("month", figures))
    assert figures["recall"] >= 0.99
    assert figures["stored_twice"] == figures["never_published"] == 0
    assert figures["closest"] >= DELAY


if __name__ == "__main__":
    main()
