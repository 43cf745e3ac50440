"""How long the pages take with 100,000 actors and a million mentions, read and written at once.

Twenty readers open pages one after the other with a pause as people make it, two officers judge
and undo; each page's time is what a client on the same machine waits, headers and body. Bars: 95
of 100 answers of each page in 100 ms, none a failure of the server, no page above 150 kB.
"""

from __future__ import annotations

import argparse
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
from sqlalchemy import Connection, text

from benchmarks import report as reporting
from storage import counts, open_store, queues, tables
from vigie import gazetteer, workspace
from vigie.records import Candidate, EnteredBy, Evidence, Feature, Message, Queue, iso_week

READERS = 20
WRITERS = 2
PAUSE = 1.0
"""Seconds between two pages of a reader, on average."""
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


def _queue(today: date, actors: int) -> Queue:
    detail = Message("{n} récits indépendants en huit semaines", {"n": 3})
    return Queue(
        week=iso_week(today),
        as_of=today,
        candidates=tuple(
            Candidate(
                actor_id=f"a{actors - rank * 7}",
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
    often, seldom = ["a0", "a3"], [f"a{actors - 7 * n}" for n in range(1, 26)]
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

    def __init__(self, base: str, chosen: dict[str, list[str]]) -> None:
        self.base = base
        self.chosen = chosen
        self.times: dict[str, list[float]] = defaultdict(list)
        self.sizes: dict[str, int] = defaultdict(int)
        self.failures: list[str] = []

    def _client(self) -> httpx.Client:
        # The server lets a silent connection go after five seconds.
        limits = httpx.Limits(keepalive_expiry=3)
        return httpx.Client(base_url=self.base, timeout=60, limits=limits)

    def read(self, until: float, seed: int) -> None:
        """Open pages one after the other until a moment."""
        draw = random.Random(seed)  # noqa: S311 - what is drawn is no secret
        names = list(self.chosen)
        with self._client() as client:
            while time.monotonic() < until:
                name = draw.choice(names)
                address = draw.choice(self.chosen[name])
                started = time.perf_counter()
                answer = client.get(address)
                self.note(name, time.perf_counter() - started, answer)
                time.sleep(draw.expovariate(1 / PAUSE))

    def write(self, until: float, seed: int) -> None:
        """Judge candidates and take verdicts back until a moment."""
        draw = random.Random(seed)  # noqa: S311 - what is drawn is no secret
        with self._client() as client:
            while time.monotonic() < until:
                address = draw.choice(self.chosen["semaine"])
                html = client.get(address).text
                fields = dict(re.findall(r'name="(csrf|seen)" value="([^"]*)"', html))
                started = time.perf_counter()
                answer = client.post(address, data={**fields, "verdict": "keep"})
                self.note("un avis", time.perf_counter() - started, answer)
                time.sleep(draw.expovariate(1 / PAUSE))

    def note(self, name: str, seconds: float, answer: httpx.Response) -> None:
        """Keep how an answer was."""
        self.times[name].append(seconds)
        self.sizes[name] = max(self.sizes[name], len(answer.content))
        if answer.status_code >= 500:
            self.failures.append(f"{name}: {answer.status_code}")


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
            with store.reading() as c:
                c.exec_driver_sql("ANALYZE")
            store.close()
        load = measured(folder, pages(iso_week(today), asked.actors), asked.seconds)
    report = {
        name: {
            "answers": len(times),
            "median_ms": round(1000 * median(times)),
            "p95_ms": round(1000 * quantiles(times, n=20)[-1]) if len(times) > 1 else None,
            "kB": round(load.sizes[name] / 1000),
        }
        for name, times in sorted(load.times.items())
    }
    reporting.write("pages", {"pages": report, "failures": load.failures})
    reporting.table(
        "Pages",
        ("page", "answers", "median ms", "p95 ms", "kB"),
        [(name, *one.values()) for name, one in report.items()],
    )
    print("failures:", load.failures or "none")


def measured(folder: Path, chosen: dict[str, list[str]], seconds: float) -> Load:
    """Serve a workspace, let readers and writers at it, and return what they met."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    script = Path(sys.executable).with_name("vigie")
    command = [str(script), "review", "--dir", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            load = Load(f"http://127.0.0.1:{port}", chosen)
            _wait(load.base)
            for addresses in chosen.values():
                httpx.get(load.base + addresses[0], timeout=120)
            until = time.monotonic() + seconds
            threads = [
                *(threading.Thread(target=load.read, args=(until, n)) for n in range(READERS)),
                *(threading.Thread(target=load.write, args=(until, n)) for n in range(WRITERS)),
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return load
        finally:
            server.terminate()


def _wait(base: str) -> None:
    for _ in range(300):
        try:
            httpx.get(base + "/a-propos", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the pages did not open")


if __name__ == "__main__":
    main()
