"""What is long to reckon from the tables: kept, shown, and reckoned anew beside the pages.

A reckoning of some seconds in the server would make every page wait its turn for the interpreter.
So a server has it done by a process of its own (`apart`); an application that no server opened, as
in tests, reckons by itself.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from storage import changes, open_store
from vigie import children
from vigie.errors import StorageError, VigieError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from storage import Store
    from vigie.settings import Settings

T = TypeVar("T")
FRESH = timedelta(minutes=5)
"""How old what is long to reckon may be."""
YIELDING = 10
"""How far a process yields the processors to others where no page waits for it (`nice`)."""


@dataclass(frozen=True, slots=True)
class Reckoning(Generic[T]):
    """Something long to reckon: from which tables, and how, as of a day."""

    name: str
    read_from: tuple[str, ...]
    make: Callable[[Store, Settings, date], T]
    """A function of a module, so that another process finds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reckoned:
    """What was reckoned, when that was, and of which state of the tables."""

    at: datetime
    of: tuple[object, ...]
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckonings:
    """All that a server has reckoned."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]
    apart: bool = False
    """By a process of its own."""
    _kept: dict[str, _Reckoned] = field(default_factory=dict)
    _failed: dict[str, StorageError] = field(default_factory=dict)
    """Why what was never reckoned could not be, until somebody is told."""
    _locks: defaultdict[str, Lock] = field(default_factory=lambda: defaultdict(Lock))

    def kept(self, what: Reckoning[T], *, yielding: int = 0) -> T:
        """Return what was reckoned as of today.

        The first time one waits for it. Once a table was written to, or the day is another, what
        was reckoned more than some minutes ago is shown once more while it is reckoned anew beside.
        `yielding` is how far the first reckoning yields the processors to others (`nice`).

        Raises:
            StorageError: it was never reckoned, and cannot be.
        """
        day, state = self._now(what)
        found, lock = self._kept.get(what.name), self._locks[what.name]
        if found is None:
            with lock:
                found = self._kept.get(what.name) or self._reckon(what, day, state, yielding)
        elif found.of != state and self.clock() - found.at > FRESH:
            self._beside(what, day, state)
        kept: T = found.value
        return kept

    def ready(self, what: Reckoning[T]) -> T | None:
        """Return what was reckoned; None while another process does so for the first time.

        Raises:
            StorageError: it could not be reckoned since somebody last asked.
        """
        if not self.apart or what.name in self._kept:
            return self.kept(what)
        if failed := self._failed.pop(what.name, None):
            raise failed
        self._beside(what, *self._now(what))
        return None

    def _now(self, what: Reckoning[T]) -> tuple[date, tuple[object, ...]]:
        """Return the day, and the state of the tables that something is reckoned from."""
        day = self.clock().astimezone(self.settings.zone).date()
        with self.store.reading() as c:
            return day, (day, *changes.numbers(c, what.read_from))

    def _beside(self, what: Reckoning[T], day: date, state: tuple[object, ...]) -> None:
        """Reckon something beside the pages, unless that is being done."""
        lock = self._locks[what.name]
        if lock.acquire(blocking=False):
            Thread(target=self._again, args=(lock, what, day, state), daemon=True).start()

    def _reckon(
        self, what: Reckoning[T], day: date, state: tuple[object, ...], yielding: int
    ) -> _Reckoned:
        job = what.make, self.store, self.settings, day
        value = _apart(*job, yielding=yielding) if self.apart else what.make(*job[1:])
        found = self._kept[what.name] = _Reckoned(at=self.clock(), of=state, value=value)
        return found

    def _again(self, lock: Lock, what: Reckoning[T], day: date, state: tuple[object, ...]) -> None:
        try:
            # No page waits for it.
            self._reckon(what, day, state, YIELDING)
        except StorageError as error:
            self._failed[what.name] = error
        finally:
            lock.release()


def _apart(
    make: Callable[[Store, Settings, date], T],
    store: Store,
    settings: Settings,
    day: date,
    *,
    yielding: int,
) -> T:
    """Return what another process makes of the same database; it ends with this one.

    `yielding` is how far it yields the processors to others (`nice`).
    """
    url = store.engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        # -P: not from the folder that the server was started in.
        [sys.executable, "-P", "-c", "from review.reckoning import work; work()"],
        input=pickle.dumps((make, url, settings, day, yielding)),
        stdout=subprocess.PIPE,
        env=children.environment(),
        # What interrupts the server from its terminal is not for it; its share of the processors
        # is that of the server's session.
        process_group=0,
        check=False,
    )
    if done.returncode:
        raise StorageError(say("Le calcul n’a pas abouti : le journal du programme dit pourquoi."))
    value: T = pickle.loads(done.stdout)  # noqa: S301 - written by `work`
    return value


def work() -> None:
    """Reckon what standard input asks for and write it to standard output."""
    children.end_with_starter()
    make, url, settings, day, yielding = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `_apart`
    os.nice(yielding)
    try:
        store = open_store(url, Path(), anew=False)
        value = make(store, settings, day)
    except VigieError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
