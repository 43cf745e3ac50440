"""An officer who judges a queue by its HTTP forms, whatever becomes of the server meanwhile."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from benchmarks.forks import forked
from benchmarks.likeness import reading

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

VERDICTS = (
    {"verdict": "keep"},
    {"reason": "place"},
    {"verdict": "watch", "note": "À revoir."},
    {"verdict": "keep", "note": "Vu sur place."},
)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Any]]:
    """Yield a workspace's settings and its store."""
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

    with opened(folder) as (settings, store):
        app = create_app(store, settings)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])
    raise AssertionError("the server ended by itself")


def give_verdict(client: httpx.Client, week: str, actor: str, rank: int) -> None:
    """Give a candidate the verdict that its rank has, unless one stands already."""
    page = f"/semaines/{week}/acteurs/{actor}"
    hidden = dict(re.findall(r'name="(csrf|seen)" value="([^"]*)"', client.get(page).text))
    if hidden["seen"]:
        return  # it stands, though the answer never came
    form = VERDICTS[rank % len(VERDICTS)]
    done = client.post(page, data={**hidden, "note": "", **form})
    assert done.status_code < 400, done.text[:300]


def newest_queue(folder: Path) -> tuple[str, list[str]]:
    """Return the newest week that has a queue, and its candidates in their order."""
    with reading(folder) as c:
        week = c.execute("SELECT max(week) FROM queues").fetchone()[0]
        query = "SELECT actor_id FROM candidates WHERE week = ? ORDER BY rank"
        return week, [actor for (actor,) in c.execute(query, [week])]


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
                    give_verdict(self.client, week, actor, rank)
                    self.acknowledged.add(actor)
                except httpx.TransportError:
                    os.waitpid(self.server, 0)
                    self._nothing_lost()
                    self.begin()

    def _nothing_lost(self) -> None:
        with reading(self.folder) as c:
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
    week, actors = newest_queue(folder)
    officer = Officer(folder, log, moments)
    officer.begin()
    officer.judge_all(week, actors)
    return officer.end()


def _kill(process: int, after: float) -> None:
    time.sleep(after)
    os.kill(process, signal.SIGKILL)
