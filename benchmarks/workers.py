"""One and two workers reading the same archive on PostgreSQL, and what working together costs.

`python -m benchmarks.workers [DOCUMENTS]` needs a PostgreSQL server in `VIGIE_TEST_POSTGRES`, where
it makes databases of its own. With `--prefect`, the same by a Prefect server (its data on that
PostgreSQL too), a work pool and two worker processes that talk to it over the network.

Workers load the language model, wait for one another, then read until nothing waits. In a busy
machine seconds say little: beside them stand those of the processor, of which reading needs the
same however many programs share it, and the seconds in which a worker writes and the others wait.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from sqlalchemy import create_engine, make_url, text

from benchmarks import report
from flows import sharing, steps
from flows.server import wait_for
from flows.workers import ONE_THREAD
from nlp import model
from simulation import serve, simulate, write_settings
from storage import Store, documents, open_store
from vigie.settings import load
from vigie.supervision import end

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER = os.environ.get("VIGIE_TEST_POSTGRES", "")
WEEKS, SEED = 26, 21


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("documents", type=int, nargs="?", default=2000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--prefect", action="store_true")
    parser.add_argument("--worker", nargs=2, metavar=("FOLDER", "GATE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        print(json.dumps(work(Path(given.worker[0]), Path(given.worker[1]))))
        return
    if not SERVER:
        sys.exit("VIGIE_TEST_POSTGRES: the address of a PostgreSQL server is missing")
    with tempfile.TemporaryDirectory() as folder, database() as archive:
        place = Path(folder) / "w"
        number = fill(place, archive, given.documents)
        before = os.getloadavg()[0]
        if given.prefect:
            figures = by_prefect(place, archive, number)
        else:
            figures = by_hand(place, archive, number, given.rounds)
        figures |= {"documents": number, "load before": round(before, 1)}
    figures["load after"] = round(os.getloadavg()[0], 1)
    name = "workers-prefect" if given.prefect else "workers"
    report.table("Workers on one archive", ("", ""), figures.items())
    print(report.write(name, figures))


# --- an archive -----------------------------------------------------------------------------


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    """Make a database of our own, and drop it in the end; yield its address."""
    server = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    name = f"vigie_workers_{os.getpid()}_{time.monotonic_ns()}"
    source = make_url(template).database if "://" in template else template
    with engine.connect() as c:
        c.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as c:
            c.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def fill(place: Path, url: str, most: int) -> int:
    """Make a workspace on a database in which documents wait; return how many."""
    weeks = min(WEEKS, 4 + most // 80)
    simulate(place / "web", "strasbourg", weeks=weeks, seed=SEED)
    write_settings(place / "web", place)
    settle(place, url)
    lines = (place / "web" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    file = place / "some.jsonl"
    file.write_text("\n".join(lines[:most]), encoding="utf-8")
    settings = load(place)
    store = open_store(url, place)
    steps.import_archive(settings, store, file)
    with store.reading() as c:
        number = len(documents.unread(c, most))
    store.close()
    return number


def settle(place: Path, url: str) -> None:
    """Write a database into a workspace's settings."""
    path = place / "vigie.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["storage"] = {"url": url}
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


# --- workers that are started by hand -------------------------------------------------------


def by_hand(place: Path, archive: str, number: int, rounds: int) -> dict[str, Any]:
    """Read the archive with one worker and with two, in turns; return the best of each."""
    best: dict[int, dict[str, float]] = {}
    for _ in range(rounds):
        for workers in (1, 2):
            found = together(place, archive, workers, number)
            if workers not in best or found["seconds"] < best[workers]["seconds"]:
                best[workers] = found
    one, two = best[1], best[2]
    return {
        **{f"1 worker: {name}": round(value, 2) for name, value in one.items()},
        **{f"2 workers: {name}": round(value, 2) for name, value in two.items()},
        "characters a document": characters(place, number),
        "kilobytes of PostgreSQL a document": round(one["bytes"] / number / 1000, 2),
        "times as fast (bar 1.6)": round(one["seconds"] / two["seconds"], 2),
        "milliseconds of the processor a document": round(1000 * one["processor"] / number, 2),
        "milliseconds of claims a document": round(1000 * two["claiming"] / number, 3),
        "share of the time that writes": round(one["writing"] / one["seconds"], 3),
        "processor, two beside one": round(two["processor"] / one["processor"], 3),
    }


def characters(place: Path, number: int) -> int:
    """Return how long a text of the archive is, in the mean."""
    lines = (place / "some.jsonl").read_text(encoding="utf-8").splitlines()
    return sum(len(json.loads(line)["text"]) for line in lines) // number


def together(place: Path, archive: str, workers: int, number: int) -> dict[str, float]:
    """Let workers read a fresh copy of the archive; return seconds, summed but for the time."""
    with database(archive) as url, ExitStack() as stack:
        settle(place, url)
        gate = place / "gate"
        gate.unlink(missing_ok=True)
        command = [sys.executable, "-m", "benchmarks.workers", "--worker", str(place), str(gate)]
        started = [
            stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD)
            )
            for _ in range(workers)
        ]
        while len(list(place.glob("ready-*"))) < workers:
            assert all(one.poll() is None for one in started), "a worker ended before it began"
            time.sleep(0.05)
        gate.touch()
        told = [json.loads(one.communicate()[0]) for one in started]
        room = size(url) - size()
    for ready in place.glob("ready-*"):
        ready.unlink()
    assert sum(one["done"] for one in told) == number, told
    found = {
        name: sum(one[name] for one in told)
        for name in ("processor", "claiming", "waiting", "writing")
    }
    begun, ended = min(one["begun"] for one in told), max(one["ended"] for one in told)
    return {"seconds": ended - begun, **found, "bytes": room}


def size(url: str = "") -> int:
    """Return how many bytes a database takes; without an address, an empty one."""
    engine = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"))
    with engine.connect() as c:
        name = make_url(url).database if url else "template1"
        found = c.execute(text("SELECT pg_database_size(CAST(:name AS text))"), {"name": name})
        return int(found.scalar_one())


def work(place: Path, gate: Path) -> dict[str, float]:
    """Be a worker: read until nothing waits; return what it did and where its seconds went."""
    settings = load(place)
    store = open_store(settings.storage.url, settings.folder, patience=600)
    model.load()
    (place / f"ready-{os.getpid()}").touch()
    while not gate.exists():
        time.sleep(0.01)
    with measured() as spent:
        begun, processor = time.time(), time.process_time()
        done = steps.annotate(settings, store).done
        found = {
            "done": done,
            "begun": begun,
            "ended": time.time(),
            "processor": time.process_time() - processor,
        }
    store.close()
    return found | spent


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Yield the seconds spent on claims, on waiting for a turn to write, and on writing."""
    spent = {"claiming": 0.0, "waiting": 0.0, "writing": 0.0}
    taken, writing = sharing.taken, Store.writing

    def timed_taken(*args: Any, **more: Any) -> list[str]:  # noqa: ANN401 - as it is called
        start = time.perf_counter()
        found = taken(*args, **more)
        spent["claiming"] += time.perf_counter() - start
        return found

    @contextmanager
    def timed_writing(store: Store, patience: float = 0.0) -> Iterator[Any]:
        asked = time.perf_counter()
        with writing(store, patience) as c:
            begun = time.perf_counter()
            spent["waiting"] += begun - asked
            yield c
        spent["writing"] += time.perf_counter() - begun

    sharing.taken, Store.writing = timed_taken, timed_writing  # type: ignore[assignment, method-assign]
    try:
        yield spent
    finally:
        sharing.taken, Store.writing = taken, writing  # type: ignore[method-assign]


# --- workers of a Prefect work pool ---------------------------------------------------------


def by_prefect(place: Path, archive: str, number: int) -> dict[str, Any]:
    """Read the archive by two workers of a work pool, through a Prefect server on PostgreSQL."""
    with ExitStack() as stack:
        url = stack.enter_context(database(archive))
        web = stack.enter_context(serve(place / "web"))
        write_settings(place / "web", place, web.port)
        own = make_url(stack.enter_context(database()))
        settle(place, url)
        port = "42970"
        environment = os.environ | {
            "PREFECT_HOME": str(place / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_API_DATABASE_CONNECTION_URL": own.set(
                drivername="postgresql+asyncpg"
            ).render_as_string(hide_password=False),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "DO_NOT_TRACK": "1",
        }
        (place / "prefect").mkdir()
        prefect = str(Path(sys.executable).with_name("prefect"))

        def start(*words: str) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [prefect, *words], env=environment, stdout=subprocess.DEVNULL
            )
            stack.callback(end, process)
            return process

        begun = time.monotonic()
        server = start("server", "start", "--host", "127.0.0.1", "--port", port)
        wait_for(f"http://127.0.0.1:{port}/api", lambda: server.poll() is None, 600)
        served = time.monotonic()
        create = [prefect, "work-pool", "create", "vigie", "--type", "process"]
        subprocess.run(create, env=environment, check=True, stdout=subprocess.DEVNULL)
        for worker in ("one", "two"):
            start("worker", "start", "--pool", "vigie", "--name", worker, "--limit", "1")
        script = (
            "import sys; from pathlib import Path; from flows import workers; "
            "workers.deploy(Path(sys.argv[1]), 'vigie'); "
            "print(len(workers.watch(sys.argv[1], sys.argv[2], 2)[0].candidates))"
        )
        day = max(
            json.loads(line)["date"][:10]
            for line in (place / "some.jsonl").read_text(encoding="utf-8").splitlines()
        )
        command = [sys.executable, "-c", script, str(place), day]
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        ended = time.monotonic()
        store = open_store(url, place)
        with store.reading() as c:
            left, counted = len(documents.unread(c, number)), documents.counts(c)
        store.close()
    assert left == 0
    return {
        "seconds until the server answers": round(served - begun, 1),
        "seconds of the whole job": round(ended - served, 1),
        "documents left": left,
        "documents of the archive": number,
        "documents read in all": counted["documents"],
        "mentions": counted["mentions"],
        "candidates": int(done.stdout.split()[-1]),
    }


if __name__ == "__main__":
    main()
