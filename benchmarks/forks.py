"""Children of a benchmark: forked, so that a kill costs no imports; waited for, or killed."""

from __future__ import annotations

import os
import signal
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


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
