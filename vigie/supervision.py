"""Several programs kept running beside one another, and ended together."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vigie.errors import ScheduleError
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

PAUSE = 0.2
"""Seconds between two looks at the programs."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a program that ended is started again; doubled each time."""
MOST_ENDS, SETTLED = 5, 600.0
"""A program that ended so often in a row, each time within so many seconds, is given up."""
GRACE = 20.0
"""Seconds that a program has to end once it is told to."""


@dataclass(slots=True)
class Part:
    """One of the programs."""

    name: str
    """As a person reads it."""
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    ends: int = 0
    """Times in a row that it ended soon after its start."""
    again_at: float = field(default=0.0)

    def begin(self, now: float) -> None:
        """Start it."""
        self.process = self.start()
        self.started = now


def supervise(parts: Sequence[Part]) -> None:
    """Keep programs running, in their order, until told to end; then end them, the last first.

    Raises:
        ScheduleError: one of them ended again and again.
    """
    with told_to_end() as is_told:
        try:
            while not is_told():
                for part in parts:
                    _look_after(part, time.monotonic())
                time.sleep(PAUSE)
        finally:
            for part in reversed(parts):
                if part.process is not None:
                    end(part.process)


def _look_after(part: Part, now: float) -> None:
    if part.process is None:
        if now >= part.again_at:
            part.begin(now)
        return
    status = part.process.poll()
    if status is None:
        return
    part.ends = part.ends + 1 if now - part.started < SETTLED else 1
    if part.ends >= MOST_ENDS:
        raise ScheduleError(
            say(
                "{name} : arrêts répétés (état {status}), voyez les lignes ci-dessus. Tout est "
                "arrêté.",
                name=part.name,
                status=status,
            )
        )
    wait = min(FIRST_WAIT * 2 ** (part.ends - 1), LONGEST_WAIT)
    part.process, part.again_at = None, now + wait
    tell(
        say(
            "{name} : arrêt inattendu (état {status}), nouveau départ dans {wait:.0f} s.",
            name=part.name,
            status=status,
            wait=wait,
        )
    )


def end(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """Tell a program to end, and make it after a while."""
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def ending_well(farewell: str) -> Iterator[None]:
    """Let a program that is told to end, by Ctrl+C or SIGTERM, do so at any moment with a line.

    It ends as asked for, thus with 0: whoever looks after it need not know what it was doing.
    """
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    except KeyboardInterrupt:
        tell(farewell)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def told_to_end() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether this program was told to end, by Ctrl+C or SIGTERM."""
    told = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
