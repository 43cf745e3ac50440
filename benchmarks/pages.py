"""How long the pages take with 100,000 actors and a million mentions, read and written at once.

Three measures of each page: the processor time that the server spends on one request, alone; what
twenty readers meet who look at a page for some seconds before they open the next, while two
officers judge; and, for information, what they meet who open the next at once, which measures
how twenty requests queue for the processors rather than what a page costs. The time of a page is
the server's own (`Server-Timing`: from the arrival of the request in the program to the first
byte of the answer, waiting for a thread included); what a client waits stands beside. Bars, of
the readers who read: 95 of 100 answers of each page within 100 ms, none a failure of the server,
no page above 150 kB, the first page of the queue within a second of the server's start.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import Connection, text

from benchmarks import report as reporting
from storage import counts, open_store, queues, tables
from vigie import gazetteer, workspace
from vigie.records import Candidate, EnteredBy, Evidence, Feature, Message, Queue, iso_week

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = 20
WRITERS = 2
READING = 3.0
"""Seconds that a reader looks at a page, on average; a queue of 25 in twenty minutes is 48."""
JUDGING = 1.0
"""Seconds between two verdicts of an officer in a hurry, on average."""
ALONE = 12
"""Requests of each address by which its processor time is measured."""
BAR_MS = 100
BAR_KB = 150
HEADS = ("Atelier", "Collectif", "Jardin", "Fabrique", "Amis", "Maison", "Café", "Cercle", "Studio")
TAILS = ("canal", "moulin", "quartier", "vallon", "verger", "pont", "port", "rempart", "bief")


def fill(c: Connection, actors: int, mentions: int, today: date) -> None:
    """Write actors, names, documents, mentions and ties, and a queue, as the program would."""
    draw = random.Random(7)  # noqa: S311 - what is drawn is no secret
    communes = sorted(gazetteer.territory(("200066009",)))
    c.execute(
        tables.sources.insert(),
        [
            {
                "id": f"s{n}",
                "name": f"Source {n}",
                "url": f"https://s{n}.example/",
                "kind": "feed",
                "every": 3600,
                "reach": "local",
                "tags": [],
                "full_text": False,
            }
            for n in range(40)
        ],
    )
    documents = mentions // 10
    for start in range(0, documents, 20_000):
        rows = []
        for n in range(start, min(start + 20_000, documents)):
            day = today - timedelta(days=draw.randrange(730))
            at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
            rows.append(
                {
                    "id": f"d{n}",
                    "source_id": f"s{n % 40}",
                    "url": f"https://s{n % 40}.example/{n}",
                    "title": f"Titre {n}",
                    "published_at": at,
                    "date_note": "",
                    "fetched_at": at,
                    "kind": "article",
                    "excerpt": False,
                    "known_on": day,
                    "text_known_on": day,
                    "digest": "",
                    "story_id": f"d{n - n % 3}",
                    "annotated": "1",
                    "communes": [],
                    "links": [],
                    "access": "open",
                }
            )
        c.execute(tables.documents.insert(), rows)
    for start in range(0, actors, 20_000):
        numbers = range(start, min(start + 20_000, actors))
        names = {n: f"{draw.choice(HEADS)} du {draw.choice(TAILS)} {_word(n)}" for n in numbers}
        c.execute(
            tables.actors.insert(),
            [
                {
                    "id": f"a{n}",
                    "name": name,
                    "kind": draw.choice(("association", "collective", "company", "unknown")),
                    "commune": draw.choice(communes),
                    "institution": False,
                    "root_id": f"a{n}",
                    "folded": name.lower(),
                }
                for n, name in names.items()
            ],
        )
        c.execute(
            tables.aliases.insert(),
            [
                {"key": f"k{n}", "surface": name, "folded": name.lower(), "actor_id": f"a{n}"}
                for n, name in names.items()
            ],
        )
        c.execute(
            tables.name_words.insert(),
            [
                {"word": word, "key": f"k{n}"}
                for n, name in names.items()
                for word in set(name.lower().split())
            ],
        )
    for start in range(0, mentions, 50_000):
        rows = []
        for n in range(start, min(start + 50_000, mentions)):
            # A few are named very often, most a few times.
            actor = min(int(actors * draw.random() ** 2.5), actors - 1)
            rows.append(
                {
                    "document_id": f"d{n // 10}",
                    "position": n % 10,
                    "actor_id": f"a{actor}",
                    "known_on": today,
                    "surface": f"Nom {actor}",
                    "label": "ACTOR",
                    "kind": "association",
                    "begins": n % 10,
                    "ends": n % 10 + 5,
                    "confidence": 0.9,
                    "rule": "",
                    "commune": communes[actor % len(communes)],
                    "sentence": f"Voici Nom {actor} dans une phrase de longueur ordinaire.",
                }
            )
        c.execute(tables.mentions.insert(), rows)
    c.execute(
        text(
            "UPDATE mentions SET known_on = "
            "(SELECT known_on FROM documents WHERE id = mentions.document_id)"
        )
    )
    c.execute(
        tables.relations.insert(),
        [
            {
                "document_id": f"d{n}",
                "first": 0,
                "second": 1,
                "kind": "together",
                "sentence": "Les voici ensemble.",
            }
            for n in range(0, documents, 3)
        ],
    )
    counts.recount(c)
    queues.save(c, _queue(today, actors))


def _word(number: int) -> str:
    """Return a word of its own for a number."""
    letters = "bcdfglmnprst"
    word = ""
    while True:
        number, rest = divmod(number, 12)
        word += letters[rest] + "aeiou"[rest % 5]
        if not number:
            return word


def _candidate(actors: int, rank: int) -> str:
    """Return an actor that is named a few times, as candidates are."""
    return f"a{actors // 2 + rank * 7}"


def _queue(today: date, actors: int) -> Queue:
    detail = Message("{n} récits indépendants en huit semaines", {"n": 3})
    return Queue(
        week=iso_week(today),
        as_of=today,
        candidates=tuple(
            Candidate(
                actor_id=_candidate(actors, rank),
                name=f"Candidat {rank}",
                aliases=(),
                kind="association",  # type: ignore[arg-type]
                commune="68224",
                score=0.9,
                rank=rank,
                entered_by=EnteredBy.RANKING,
                first_seen=today,
                mentions=3,
                stories=3,
                sources=2,
                cluster=None,
                reasons=(
                    Feature(name="stories", value=1, weight=1, contribution=0.4, detail=detail),
                ),
                evidence=(
                    Evidence(
                        document_url="https://s1.example/1",
                        source="Source 1",
                        date=today,
                        quote="Voici Candidat.",
                        surface="Candidat",
                    ),
                ),
            )
            for rank in range(1, 26)
        ),
    )


def pages(week: str, actors: int) -> dict[str, list[str]]:
    """Return the addresses of each page that readers choose from."""
    often, seldom = ["a0", "a3"], [_candidate(actors, n) for n in range(1, 26)]
    return {
        "semaine": [f"/semaines/{week}/acteurs/{one}" for one in seldom],
        "fiche": [f"/acteurs/{one}" for one in seldom],
        "fiche d'un acteur très cité": [f"/acteurs/{one}" for one in often],
        "annuaire": ["/annuaire", "/annuaire?avis=tous", "/annuaire?avis=tous&tri=nom"],
        "annuaire, recherche": [
            "/annuaire?avis=tous&q=attelier canal",
            "/annuaire?avis=tous&q=jardin",
        ],
        "carte": ["/carte", "/carte?avis=tous"],
        "réseau": ["/reseau"],
        "communautés": ["/communautes"],
        "angles morts": ["/angles-morts"],
        "sources": ["/sources"],
        "journal": ["/journal"],
        "à propos": ["/a-propos"],
    }


class Load:
    """What readers and writers met."""

    def __init__(self, base: str, chosen: dict[str, list[str]], pause: float) -> None:
        self.base = base
        self.chosen = chosen
        self.pause = pause
        self.waited: dict[str, list[float]] = defaultdict(list)
        self.took: dict[str, list[float]] = defaultdict(list)
        self.sizes: dict[str, int] = defaultdict(int)
        self.failures: list[str] = []

    def client(self) -> httpx.Client:
        """Return a reader's browser."""
        return _browser(self.base)

    def read(self, until: float, seed: int) -> None:
        """Open pages one after the other until a moment."""
        draw = random.Random(seed)  # noqa: S311 - what is drawn is no secret
        names = list(self.chosen)
        with self.client() as client:
            while time.monotonic() < until:
                name = draw.choice(names)
                self.open(client, name, draw.choice(self.chosen[name]))
                if self.pause:
                    time.sleep(draw.expovariate(1 / self.pause))

    def open(self, client: httpx.Client, name: str, address: str) -> None:
        """Open one page and note how that went."""
        started = time.perf_counter()
        answer = client.get(address)
        self.note(name, time.perf_counter() - started, answer)

    def write(self, until: float, seed: int) -> None:
        """Judge candidates until a moment."""
        draw = random.Random(seed)  # noqa: S311 - what is drawn is no secret
        with self.client() as client:
            while time.monotonic() < until:
                address = draw.choice(self.chosen["semaine"])
                html = client.get(address).text
                fields = dict(re.findall(r'name="(csrf|seen)" value="([^"]*)"', html))
                started = time.perf_counter()
                answer = client.post(address, data={**fields, "verdict": "keep"})
                self.note("un avis", time.perf_counter() - started, answer)
                time.sleep(draw.expovariate(1 / JUDGING))

    def note(self, name: str, seconds: float, answer: httpx.Response) -> None:
        """Keep how an answer was."""
        self.waited[name].append(1000 * seconds)
        timing = re.search(r"app;dur=([\d.]+)", answer.headers.get("server-timing", ""))
        self.took[name].append(float(timing[1]) if timing else 1000 * seconds)
        self.sizes[name] = max(self.sizes[name], len(answer.content))
        if answer.status_code >= 500:
            self.failures.append(f"{name}: {answer.status_code}")

    def run(self, seconds: float) -> None:
        """Let the readers and the writers at it."""
        until = time.monotonic() + seconds
        threads = [
            *(threading.Thread(target=self.read, args=(until, n)) for n in range(READERS)),
            *(threading.Thread(target=self.write, args=(until, n)) for n in range(WRITERS)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def report(self) -> dict[str, dict[str, float | None]]:
        """Return the figures of each page."""
        return {
            name: {
                "answers": len(took),
                "median_ms": round(median(took), 1),
                "p95_ms": _p95(took),
                "client_p95_ms": _p95(self.waited[name]),
                "kB": round(self.sizes[name] / 1000, 1),
            }
            for name, took in sorted(self.took.items())
        }


def _p95(some: list[float]) -> float | None:
    return round(quantiles(some, n=20)[-1], 1) if len(some) > 1 else None


def main() -> None:
    """Fill a base, serve it, read and write, and say how long each page took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--actors", type=int, default=100_000)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--dir", type=Path, help="keep the base there, or read one that is there")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.dir or Path(made)
        today = datetime.now(UTC).date()
        if not (folder / "vigie.toml").exists():
            folder.mkdir(parents=True, exist_ok=True)
            workspace.create(folder, "mulhouse")
            store = open_store("sqlite:///data/vigie.db", folder)
            with store.writing() as c:
                fill(c, asked.actors, asked.mentions, today)
            store.close()
        measure(folder, asked.actors, iso_week(today), asked.seconds)


def measure(folder: Path, actors: int, week: str, seconds: float) -> None:
    """Measure the pages of a workspace in the three ways, print and keep the figures."""
    chosen = pages(week, actors)
    with _served(folder) as (base, server, first):
        for addresses in chosen.values():
            httpx.get(base + addresses[0], timeout=120)
        cpu = _alone(base, server.pid, chosen)
        load_before = os.getloadavg()[0]
        reading, hurried = Load(base, chosen, READING), Load(base, chosen, 0)
        reading.run(seconds)
        hurried.run(seconds / 3)
    report = {
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "first_queue_page_s": round(first, 2),
        "cpu_ms": cpu,
        "reading": reading.report(),
        "closed_loop": hurried.report(),
        "failures": reading.failures + hurried.failures,
    }
    reporting.write("pages", report)
    slow = [n for n, one in reading.report().items() if (one["p95_ms"] or 0) > BAR_MS]
    large = [n for n, one in reading.report().items() if (one["kB"] or 0) > BAR_KB]
    reporting.table(
        f"Pages, {READERS} readers who look at each for {READING:g} s, {WRITERS} officers",
        ("page", "CPU ms", "answers", "median ms", "p95 ms", "client p95", "kB", "closed p95"),
        [
            (name, cpu.get(name), *one.values(), hurried.report().get(name, {}).get("p95_ms"))
            for name, one in reading.report().items()
        ],
    )
    print(f"load {report['load_before']} to {report['load_after']}")
    print(f"first page of the queue, from a cold start: {first:.2f} s")
    print(f"p95 within {BAR_MS} ms:", "met" if not slow else f"missed by {', '.join(slow)}")
    print(f"at most {BAR_KB} kB:", "met" if not large else f"missed by {', '.join(large)}")
    print("failures:", report["failures"] or "none")


def _alone(base: str, pid: int, chosen: dict[str, list[str]]) -> dict[str, float]:
    """Return the milliseconds of processor time that one request of each page costs."""
    found = {}
    with _browser(base) as client:
        for name, addresses in chosen.items():
            some = addresses[:3]
            for address in some:
                client.get(address)
            before = _cpu(pid)
            for _ in range(ALONE):
                for address in some:
                    client.get(address)
            found[name] = round(1000 * (_cpu(pid) - before) / ALONE / len(some), 1)
    return found


def _browser(base: str) -> httpx.Client:
    # The server lets a silent connection go after five seconds: each request has its own.
    return httpx.Client(base_url=base, timeout=120, headers={"connection": "close"})


def _cpu(pid: int) -> float:
    """Return the processor time of a process, in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Serve a workspace; yield the address, the process, and how long its first page took.

    The first page is the queue, asked for as soon as the server listens.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = Path(sys.executable).with_name("vigie")
    command = [str(script), "review", "--dir", str(folder), "--port", str(port)]
    base = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            started = time.perf_counter()
            httpx.get(base, timeout=60, follow_redirects=True).raise_for_status()
            yield base, server, time.perf_counter() - started
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the pages did not open")


if __name__ == "__main__":
    main()
