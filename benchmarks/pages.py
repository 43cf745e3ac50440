"""How long the pages take with 100,000 actors and a million mentions, read and written at once.

Three measures of each page: what twenty readers meet who look at a page for some seconds before
they open the next, while two officers judge; for information, what they meet who open the next at
once, which measures how twenty requests queue for the processors rather than what a page costs;
and the processor time that the server spends on one request, alone. Everybody has an account and
a session. Nobody has opened a page before them but the first one of the queue, whose time from
the server's start is taken; the server then has some seconds to make itself ready (`SETTLING`).
The time of a page is the server's own (`Server-Timing`: from the arrival of the request in the
program to the first byte of the answer, waiting for a thread included); what a client waits
stands beside. Bars, of the readers who read: 95 of 100 answers of each page within 100 ms, none
a failure of the server or refused, no page above 150 kB, the first page within a second.
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
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING
from urllib.parse import quote

import httpx

from benchmarks import report as reporting
from benchmarks.large_base import HEADS, TAILS, candidate, fill, word
from review import access, forms
from storage import accounts, open_store
from vigie import workspace
from vigie.records import Role, iso_week
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

READERS = 20
WRITERS = 2
READING = 3.0
"""Seconds that a reader looks at a page, on average; a queue of 25 in twenty minutes is 48."""
JUDGING = 1.0
"""Seconds between two verdicts of an officer in a hurry, on average."""
SETTLING = 30.0
"""Seconds between the first page and the readers."""
ALONE = 12
"""Requests of each address by which its processor time is measured."""
BAR_MS = 100
BAR_KB = 150


def _slipped(word: str, draw: random.Random) -> str:
    """Return a word with a slip: a letter doubled, left out or changed for its neighbour."""
    place = draw.randrange(1, len(word) - 1)
    return draw.choice(
        (
            word[:place] + word[place] + word[place:],
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )
    )


def searches(actors: int) -> list[str]:
    """Return what is looked for: heads, heads and tails, rare words, half of them with a slip."""
    draw = random.Random(11)  # noqa: S311 - what is drawn is no secret
    found = []
    for number in range(60):
        words = draw.choice(
            (
                [draw.choice(HEADS)],
                [draw.choice(HEADS), draw.choice(TAILS)],
                [draw.choice(HEADS), "du", draw.choice(TAILS)],
                [word(draw.randrange(actors))],
            )
        )
        if number % 2:
            words[-1] = _slipped(words[-1], draw)
        found.append(" ".join(words).lower())
    return found


def pages(week: str, actors: int) -> dict[str, list[str]]:
    """Return the addresses of each page that readers choose from."""
    often, seldom = ["a0", "a3"], [candidate(actors, n) for n in range(1, 26)]
    return {
        "semaine": [f"/semaines/{week}/acteurs/{one}" for one in seldom],
        "fiche": [f"/acteurs/{one}" for one in seldom],
        "fiche d'un acteur très cité": [f"/acteurs/{one}" for one in often],
        "annuaire": ["/annuaire", "/annuaire?avis=tous", "/annuaire?avis=tous&tri=nom"],
        "annuaire, recherche": [
            f"/annuaire?avis=tous&q={quote(words)}" for words in searches(actors)
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

    def __init__(
        self, base: str, chosen: dict[str, list[str]], sessions: list[str], pause: float
    ) -> None:
        self.base = base
        self.sessions = sessions
        self.chosen = chosen
        self.pause = pause
        self.waited: dict[str, list[float]] = defaultdict(list)
        self.took: dict[str, list[float]] = defaultdict(list)
        self.sizes: dict[str, int] = defaultdict(int)
        self.failures: list[str] = []

    def read(self, until: float, seed: int) -> None:
        """Open pages one after the other until a moment, somewhere in a pause at first."""
        draw = random.Random(seed)  # noqa: S311 - what is drawn is no secret
        names = list(self.chosen)
        with _browser(self.base, self.sessions[seed]) as client:
            time.sleep(draw.random() * self.pause)
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
        with _browser(self.base, self.sessions[READERS + seed]) as client:
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
        # Two officers at one candidate: the second is told what the first decided (409).
        if answer.status_code >= 400 and answer.status_code != 409:
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
                "worst_ms": max(took),
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
    chosen, sessions = pages(week, actors), _sessions(folder)
    with _served(folder, sessions[0]) as (base, server, first):
        time.sleep(SETTLING)
        load_before = os.getloadavg()[0]
        reading = Load(base, chosen, sessions, READING)
        hurried = Load(base, chosen, sessions, 0)
        reading.run(seconds)
        hurried.run(seconds / 3)
        cpu = _alone(base, server.pid, chosen, sessions[0])
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
        (
            "page",
            "CPU ms",
            "answers",
            "median ms",
            "p95 ms",
            "worst ms",
            "client p95",
            "kB",
            "closed p95",
        ),
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


def _sessions(folder: Path) -> list[str]:
    """Return the sessions of the readers and then of the officers, whose accounts are made."""
    made = load(folder)
    store = open_store(made.storage.url, folder)
    now, tokens = datetime.now(UTC), []
    with store.writing() as c:
        for number in range(READERS + WRITERS):
            name = f"visiteur-{number}"
            role = Role.READER if number < READERS else Role.OFFICER
            if accounts.get(c, name) is None:
                accounts.add(c, name, role, "never asked for", now)
            tokens.append(forms.new_session())
            accounts.begin(c, access.digest(tokens[-1]), name, now, "benchmark")
    store.close()
    return tokens


def _alone(base: str, pid: int, chosen: dict[str, list[str]], session: str) -> dict[str, float]:
    """Return the milliseconds of processor time that one request of each page costs."""
    found = {}
    with _browser(base, session) as client:
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


def _browser(base: str, session: str) -> httpx.Client:
    # The server lets a silent connection go after five seconds: each request has its own.
    return httpx.Client(
        base_url=base,
        timeout=120,
        headers={"connection": "close"},
        cookies={forms.COOKIE: session},
    )


def _cpu(pid: int) -> float:
    """Return the processor time of a process, in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _served(folder: Path, session: str) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
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
            with _browser(base, session) as client:
                client.get("/", follow_redirects=True).raise_for_status()
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
