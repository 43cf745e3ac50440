"""One at a time: a workspace in which a crawl is under way is not crawled by another.

There is a lock for what fetches (`FETCHING`, which « vigie run » holds as well), one for what reads
documents by the schedule, one for the schedule itself.

The system itself holds the lock, and lets go of it when the program ends, however it ends.
"""

from __future__ import annotations

import json
import os
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from vigie.errors import HeldError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from vigie.settings import Settings


FETCHING, READING, SCHEDULE = "vigie", "reading", "schedule"
_TOLD = {FETCHING: "running.json", READING: "reading.json", SCHEDULE: "schedule.json"}
FILES = frozenset({*(f"{of}.lock" for of in _TOLD), *_TOLD.values()})
"""In the folder `data`: the locks, and what their holders say of themselves."""


@contextmanager
def sole(
    settings: Settings, command: str, *, of: str = FETCHING, patience: float = 0.0
) -> Iterator[None]:
    """Hold a workspace while a command works in it; the same program may hold it twice.

    Args:
        settings: of the workspace.
        command: what is at work, as it is typed after `vigie`.
        of: which of its locks.
        patience: seconds to wait for another program to let go of it.

    Raises:
        HeldError: another program holds it; the sentence says which, and since when.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    # What the holder says of itself stands apart: whoever tries the lock empties its file.
    told = settings.data / _TOLD[of]
    lock = FileLock(settings.data.resolve() / f"{of}.lock", is_singleton=True, thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=0.2)
    except Timeout as error:
        raise HeldError(_held(told, settings)) from error
    try:
        if lock.lock_counter == 1:
            now = datetime.now(UTC).isoformat()
            told.write_text(
                json.dumps({"command": command, "pid": os.getpid(), "since": now}),
                encoding="utf-8",
            )
        yield
    finally:
        lock.release()


@contextmanager
def whole(settings: Settings, command: str) -> Iterator[None]:
    """Hold all locks of a workspace: nothing is fetched or read there, and no schedule runs.

    Raises:
        HeldError: as `sole`.
    """
    with (
        sole(settings, command, of=SCHEDULE),
        sole(settings, command, of=FETCHING),
        sole(settings, command, of=READING),
    ):
        yield


@contextmanager
def worker(settings: Settings) -> Iterator[str]:
    """Yield a name under which a program takes work, and by which it is known to be alive.

    Its file stays until `bury`: who finds it no longer held knows that the worker is dead.
    """
    folder = settings.data.resolve() / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    name = uuid.uuid4().hex
    with FileLock(folder / f"{name}.lock", thread_local=False):
        yield name


def dead_workers(settings: Settings) -> list[str]:
    """Return the names of workers of this workspace's folder that are no more."""
    dead = []
    for path in sorted((settings.data.resolve() / "workers").glob("*.lock")):
        lock = FileLock(path, thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        lock.release()
        dead.append(path.stem)
    return dead


def bury(settings: Settings, names: Iterable[str]) -> None:
    """Forget workers that hold nothing any more."""
    for name in names:
        (settings.data.resolve() / "workers" / f"{name}.lock").unlink(missing_ok=True)


def _held(told: Path, settings: Settings) -> str:
    holder = _read(told)
    if holder is None:
        return say(
            "Un autre programme travaille déjà dans {folder} : attendez qu’il finisse, puis "
            "relancez.",
            folder=str(settings.folder),
        )
    return say(
        "« vigie {command} » travaille déjà dans {folder} depuis {since} (processus {pid}) : "
        "attendez la fin, ou arrêtez ce processus, puis relancez.",
        command=holder["command"],
        folder=str(settings.folder),
        since=f"{holder['since'].astimezone(settings.zone):%d/%m %H:%M}",
        pid=holder["pid"],
    )


def _read(told: Path) -> dict[str, Any] | None:
    """Return who holds the lock; None while it has not yet said so."""
    try:
        values = json.loads(told.read_text(encoding="utf-8"))
        return {
            "command": str(values["command"]),
            "pid": int(values["pid"]),
            "since": datetime.fromisoformat(values["since"]),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
