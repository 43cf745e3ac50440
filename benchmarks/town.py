"""A small simulated web that is served, and a workspace that watches a part of it."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import tomlkit

from benchmarks.forks import forked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

DELAY = 0.01
"""Seconds between two requests to one host; 2 s is the default."""
WATCHED = ("quotidien", "hebdo", "ville", "portail", "mediatheque", "lettre", "registre")
"""Outlets that are crawled: of each kind of source one or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A simulated web that is served, and where its workspaces are made."""

    folder: Path
    port: int
    now: datetime


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
        watch_some(settings)
        yield World(folder=folder, port=port, now=datetime.fromisoformat(told[1]))
    finally:
        os.close(ours)
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def watch_some(settings: Path, wanted: Collection[str] = WATCHED) -> None:
    """Leave a few sources in a `vigie.toml`, each asked one thing at a time."""
    document = tomlkit.parse(settings.read_text(encoding="utf-8"))
    sources = tomlkit.aot()
    for source in document["source"]:
        if source["id"] in wanted:
            sources.append(source)
    document["source"] = sources
    # As in real life: of two articles under one title the first that comes is the document, and
    # which one comes first must not be chance.
    document["crawler"]["delay"] = DELAY
    settings.write_text(tomlkit.dumps(document), encoding="utf-8")
