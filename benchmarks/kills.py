"""SIGKILL at random moments of crawl, annotate, detect and judgement, and what the next run makes.

`python -m benchmarks.kills [kills] [seed]`. A small simulated archive is crawled, read, detected
and judged once undisturbed. Then each stage is begun again from the state before it, killed at a
random moment, once or several times in a row, and run to its end. Afterwards the database passes
SQLite's integrity check and holds, row by row, what the undisturbed run holds; every document's
raw response is found in the archive; no spool is left. Verdicts are sent by an officer as HTTP
forms to a server that is killed under their hands; they look at the page again and send what
does not stand there.

A stage is a forked child, so that a kill costs no imports. Nothing but the clocks' moments, the
numbers of rows and the names of archive files is left out of the comparison, and of the
sources' health what a second visit must see otherwise (« nothing new »).
"""

from __future__ import annotations

import gzip
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import httpx
import tomlkit
from sqlalchemy import Integer

from benchmarks import report

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Table

Rows = dict[str, Counter[str]]
"""Table → its rows, told as text, with how often each stands there."""

SHARES = {"crawl": 0.15, "annotate": 0.15, "detect": 0.35, "judgement": 0.35}
"""Of all kills: the long stages write in one way only, and cost most to begin again."""
STAGES = tuple(SHARES)
DELAY = 0.01
"""Seconds between two requests to one host; 2 s is the default."""
IN_A_ROW = (1, 1, 2, 3)
"""Kills before a stage is let finish, one of these at random."""
WATCHED = ("quotidien", "hebdo", "ville", "portail", "mediatheque", "lettre", "registre")
"""Outlets that are crawled: of each kind of source one or two."""
COUNTERS = frozenset({"changes"})
"""Tables that count writings, of which a killed run makes more."""
OF_A_VISIT = frozenset({"outcomes", "source_health", "http_states"})
"""Tables that tell of the visits themselves: of these only whom they speak of is compared."""
VERDICTS = (
    {"verdict": "keep"},
    {"reason": "place"},
    {"verdict": "watch", "note": "À revoir."},
    {"verdict": "keep", "note": "Vu sur place."},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A simulated web that is served, and where its workspaces are made."""

    folder: Path
    port: int
    now: datetime


@dataclass
class Tally:
    """What happened to one stage."""

    kills: int = 0
    runs: int = 0
    """Runs to the end after kills, each compared."""
    differing: list[str] = field(default_factory=list)


# --- processes -----------------------------------------------------------------------------


def forked(act: Callable[[], object], log: Path) -> int:
    """Start `act` in a child and return its process id; what it says goes to `log`."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with log.open("ab", buffering=0) as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        act()
        status = 0
    finally:
        # The child must never return into the harness, whatever happened.
        if status:
            traceback.print_exc()
        os._exit(status)


def finished(child: int, log: Path) -> None:
    """Wait for a child that nobody kills."""
    _, status = os.waitpid(child, 0)
    if status:
        raise AssertionError(f"a run failed: {log.read_text(encoding='utf-8')[-3000:]}")


def killed(child: int, after: float) -> bool:
    """Kill a child after some seconds; return whether it was still at work."""
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def crawl_forked(job: Any) -> str:  # noqa: ANN401 - crawlers.batch.Job, imported in the child alone
    """Do what `crawlers.batch` starts a program for, in a fork that has its imports already."""
    from crawlers import batch, process  # noqa: PLC0415

    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(theirs)
        os.dup2(ours, 0)
        sys.stdin = os.fdopen(0, encoding="utf-8")
        with suppress(SystemExit):
            process.main()
        os._exit(0)
    os.close(ours)
    with os.fdopen(theirs, "w", encoding="utf-8") as lifeline:
        lifeline.write(batch.encode(job) + "\n")
        lifeline.flush()
        os.waitpid(child, 0)
    return ""


# --- stages --------------------------------------------------------------------------------


def crawl(folder: Path, now: datetime) -> None:
    """Crawl every source once."""
    from crawlers import batch  # noqa: PLC0415
    from flows import steps  # noqa: PLC0415

    batch._run = crawl_forked  # noqa: SLF001 - the same work, sooner
    with _opened(folder) as (settings, store):
        steps.crawl(settings, store, now=now)


def annotate(folder: Path, _: datetime) -> None:
    """Read what waits."""
    from flows import steps  # noqa: PLC0415

    with _opened(folder) as (settings, store):
        steps.annotate(settings, store)


def detect(folder: Path, now: datetime) -> None:
    """Compute the week's queue."""
    from flows import steps  # noqa: PLC0415

    with _opened(folder) as (settings, store):
        steps.detect(settings, store, now.date())


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Any, Any]]:
    from storage import open_store  # noqa: PLC0415
    from vigie.settings import load  # noqa: PLC0415

    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    yield settings, store
    store.close()


def serve_pages(folder: Path, listening: socket.socket) -> NoReturn:
    """Serve the pages until killed."""
    import uvicorn  # noqa: PLC0415

    from review.app import create_app  # noqa: PLC0415

    with _opened(folder) as (settings, store):
        app = create_app(store, settings)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    raise AssertionError("the server ended by itself")


class Officer:
    """Goes through a queue by its forms, and begins again where the server went away."""

    def __init__(self, folder: Path, log: Path, moments: Sequence[float]) -> None:
        """Say where, and how long after its start each server is killed; the last one is not."""
        self.folder, self.log, self.moments = folder, log, list(moments)
        self.server, self.killers = 0, list[int]()
        self.client = httpx.Client()
        self.acknowledged: set[str] = set()

    def begin(self) -> None:
        """Start a server, and who will kill it."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            self.server = forked(lambda: serve_pages(self.folder, listening), self.log)
        self.client = httpx.Client(base_url=url, timeout=60, headers={"origin": url})
        if self.moments:
            after = self.moments.pop()
            self.killers.append(forked(lambda: _kill(self.server, after), self.log))

    def judge_all(self, week: str, actors: Sequence[str]) -> None:
        """Give every candidate of a week the verdict that its rank has."""
        for rank, actor in enumerate(actors):
            while actor not in self.acknowledged:
                try:
                    self._judge(f"/semaines/{week}/acteurs/{actor}", VERDICTS[rank % len(VERDICTS)])
                    self.acknowledged.add(actor)
                except httpx.TransportError:
                    os.waitpid(self.server, 0)
                    self._nothing_lost()
                    self.begin()

    def _judge(self, page: str, form: Mapping[str, str]) -> None:
        html = self.client.get(page).text
        hidden = dict(re.findall(r'name="(csrf|seen)" value="([^"]*)"', html))
        if hidden["seen"]:
            return  # it stands, though the answer never came
        done = self.client.post(page, data={**hidden, "note": "", **form})
        assert done.status_code < 400, done.text[:300]

    def _nothing_lost(self) -> None:
        with _reading(self.folder) as c:
            kept = {actor for (actor,) in c.execute("SELECT actor_id FROM judgements")}
        assert self.acknowledged <= kept, "a verdict that was acknowledged is gone"

    def end(self) -> int:
        """Stop the server; return how many were killed at work before."""
        late = sum(os.waitpid(killer, os.WNOHANG)[0] == 0 for killer in self.killers)
        if late:
            os.kill(self.killers[-1], signal.SIGKILL)
            os.waitpid(self.killers[-1], 0)
        with suppress(ProcessLookupError):
            os.kill(self.server, signal.SIGKILL)
        os.waitpid(self.server, 0)
        return len(self.killers) - late


def judge(folder: Path, log: Path, moments: Sequence[float] = ()) -> int:
    """Go through the newest queue while its servers are killed so many seconds after their start.

    Returns how many kills met a server at work.
    """
    with _reading(folder) as c:
        week = c.execute("SELECT max(week) FROM queues").fetchone()[0]
        query = "SELECT actor_id FROM candidates WHERE week = ? ORDER BY rank"
        actors = [actor for (actor,) in c.execute(query, [week])]
    officer = Officer(folder, log, moments)
    officer.begin()
    officer.judge_all(week, actors)
    return officer.end()


def _kill(process: int, after: float) -> None:
    time.sleep(after)
    os.kill(process, signal.SIGKILL)


# --- comparing -----------------------------------------------------------------------------


@contextmanager
def _reading(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "data" / "vigie.db")) as c:
        yield c


def rows(folder: Path) -> Rows:
    """Return all that a workspace's database holds, but for moments, numbers and file names."""
    from storage.tables import metadata  # noqa: PLC0415

    with _reading(folder) as c:
        return {
            table.name: Counter(
                map(repr, c.execute(f"SELECT {', '.join(_compared(table))} FROM {table.name}"))  # noqa: S608 - names of our own tables
            )
            if table.name not in OF_A_VISIT
            else Counter({repr(row): 1 for row in c.execute(_visited(table))})
            for table in metadata.sorted_tables
            if _compared(table) and table.name not in COUNTERS
        }


def _visited(table: Table) -> str:
    keys = [name for name in ("source_id", "url") if name in table.columns]
    return f"SELECT DISTINCT {', '.join(keys)} FROM {table.name}"  # noqa: S608 - as above


def _compared(table: Table) -> list[str]:
    from storage.columns import Instant  # noqa: PLC0415

    numbered = len(table.primary_key.columns) == 1
    return [
        f'"{column.name}"'
        for column in table.columns
        if not isinstance(column.type, Instant)
        and column.name not in {"archive", "seen", "at"}
        and not (numbered and column.primary_key and isinstance(column.type, Integer))
    ]


def differences(folder: Path, reference: Rows) -> list[str]:
    """Return what is not as it should be in a workspace, a line each."""
    found = []
    with _reading(folder) as c:
        found += [f"integrity: {row[0]}" for row in c.execute("PRAGMA integrity_check")][:9]
        found = [line for line in found if line != "integrity: ok"]
        found += [f"foreign key: {row}" for row in c.execute("PRAGMA foreign_key_check")][:9]
        places = [
            place
            for (place,) in c.execute("SELECT archive FROM documents WHERE archive IS NOT NULL")
        ]
    for name, now in rows(folder).items():
        before = reference[name]
        if lost := before - now:
            found.append(f"{name}: {lost.total()} lost, such as {next(iter(lost))[:200]}")
        if more := now - before:
            found.append(f"{name}: {more.total()} more, such as {next(iter(more))[:200]}")
    found += [f"archive: nothing at {place}" for place in places if not _archived(folder, place)]
    found += [f"spool: {path.name} is left" for path in (folder / "data" / "spool").glob("*")]
    return found


def _archived(folder: Path, place: str) -> bool:
    name, _, offset = place.partition("#")
    try:
        with (folder / "data" / "archive" / name).open("rb") as file:
            file.seek(int(offset))
            with gzip.GzipFile(fileobj=file) as record:
                return record.read(5) == b"WARC/"
    except OSError:
        return False


# --- the whole -----------------------------------------------------------------------------


@contextmanager
def world(folder: Path, *, weeks: int, scale: float, seed: int = 7) -> Iterator[World]:
    """Simulate a small web and serve it from a process of its own."""
    from simulation import serve, simulate, write_settings  # noqa: PLC0415

    web_folder = folder / "web"
    simulate(web_folder, "mulhouse", weeks=weeks, seed=seed, scale=scale)
    ours, theirs = os.pipe()

    def serving() -> None:
        with serve(web_folder, feed_length=20) as web:
            web.now = web.hour
            letter = next(outlet for outlet in web.outlets if outlet["style"] == "mbox")
            web.write_mailbox(letter, web_folder / letter["entry"])
            os.write(theirs, f"{web.port} {web.hour.isoformat()}".encode())
            signal.pause()

    server = forked(serving, folder / "web.log")
    try:
        os.close(theirs)
        told = os.read(ours, 100).decode().split()
        assert told, (folder / "web.log").read_text(encoding="utf-8")
        port = int(told[0])
        settings = write_settings(web_folder, folder / "before-crawl", port)
        _watch_only(settings, WATCHED)
        # One request at a time to a host, as in real life: of two articles under one title the
        # first that comes is the document, and which one comes first must not be chance.
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("delay = 0.0", f"delay = {DELAY}"), encoding="utf-8")
        yield World(folder=folder, port=port, now=datetime.fromisoformat(told[1]))
    finally:
        os.close(ours)
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def _watch_only(settings: Path, wanted: Collection[str]) -> None:
    document = tomlkit.parse(settings.read_text(encoding="utf-8"))
    sources = tomlkit.aot()
    for source in document["source"]:
        if source["id"] in wanted:
            sources.append(source)
    document["source"] = sources
    settings.write_text(tomlkit.dumps(document), encoding="utf-8")


ACTS: Mapping[str, Callable[[Path, datetime], None]] = {
    "crawl": crawl,
    "annotate": annotate,
    "detect": detect,
}


def undisturbed(made: World) -> tuple[dict[str, Rows], dict[str, float]]:
    """Go through the stages once, keeping the state before each; return rows after, and seconds."""
    after: dict[str, Rows] = {}
    seconds: dict[str, float] = {}
    for stage, following in zip(STAGES, (*STAGES[1:], "nothing"), strict=True):
        folder = made.folder / f"before-{following}"
        shutil.copytree(made.folder / f"before-{stage}", folder)
        log = made.folder / "undisturbed.log"
        if stage == "annotate":
            _warm(made, folder)
        begun = time.perf_counter()
        if stage == "judgement":
            judge(folder, log)
        else:
            finished(forked(partial(ACTS[stage], folder, made.now), log), log)
        seconds[stage] = time.perf_counter() - begun
        after[stage] = rows(folder)
    return after, seconds


def _warm(made: World, folder: Path) -> None:
    """Read the archive once in this process, for the children to find in memory what that takes."""
    spare = made.folder / "spare"
    shutil.copytree(folder, spare)
    annotate(spare, made.now)
    shutil.rmtree(spare)


def tried(
    made: World, stage: str, moments: Sequence[float], reference: Rows
) -> tuple[int, list[str]]:
    """Kill a stage at some moments after its starts, then let it finish.

    Returns how many kills met it at work, and what differs from the undisturbed run.
    """
    folder, log = made.folder / "trial", made.folder / "trial.log"
    shutil.copytree(made.folder / f"before-{stage}", folder)
    if stage == "judgement":
        kills = judge(folder, log, moments)
    else:
        act = partial(ACTS[stage], folder, made.now)
        kills = sum(killed(forked(act, log), moment) for moment in moments)
        finished(forked(act, log), log)
    found = differences(folder, reference)
    shutil.rmtree(folder)
    return kills, found


def measure(kills: int, seed: int, *, weeks: int = 4, scale: float = 0.25) -> dict[str, Any]:
    """Return what became of so many kills, a share for each stage."""
    # Before anything is forked, and on one thread: a child must not wait for a thread it lacks.
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in ("crawlers.process", "review.app", "flows.steps"):
        import_module(name)
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    tallies = {stage: Tally() for stage in STAGES}
    with (
        tempfile.TemporaryDirectory() as name,
        world(Path(name), weeks=weeks, scale=scale) as made,
    ):
        after, seconds = undisturbed(made)
        for stage, tally in tallies.items():
            most = round(kills * SHARES[stage])
            while tally.kills < most:
                wanted = min(chance.choice(IN_A_ROW), most - tally.kills)
                moments = [chance.uniform(0, seconds[stage]) for _ in range(wanted)]
                met, differing = tried(made, stage, moments, after[stage])
                tally.kills += met
                tally.runs += 1
                tally.differing += differing
                print(
                    f"{stage}: {tally.kills} kills, {tally.runs} runs compared",
                    *differing,
                    sep="\n  ",
                )
    return {
        "seed": seed,
        "kills": sum(tally.kills for tally in tallies.values()),
        "documents": after["crawl"]["documents"].total(),
        "candidates": after["detect"]["candidates"].total(),
        "stages": {
            stage: {
                "undisturbed_seconds": round(seconds[stage], 2),
                "kills": tally.kills,
                "runs_compared": tally.runs,
                "differing": tally.differing,
            }
            for stage, tally in tallies.items()
        },
    }


def main() -> None:
    """Kill, compare, print, write."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    figures = measure(kills, seed)
    report.table(
        f"{figures['kills']} kills, seed {seed}",
        ("stage", "seconds", "kills", "runs compared", "differing"),
        [
            (name, s["undisturbed_seconds"], s["kills"], s["runs_compared"], len(s["differing"]))
            for name, s in figures["stages"].items()
        ],
    )
    print(report.write("kills", figures))
    assert not any(s["differing"] for s in figures["stages"].values())


if __name__ == "__main__":
    main()
