"""Programs that one of ours starts beside itself: they end when it ends, however it ends."""

from __future__ import annotations

import os
import threading
import time

STARTER = "VIGIE_STARTED_BY"
"""The environment's variable with the process number of the program that started this one."""
PAUSE = 0.5
"""Seconds between two looks at whether it is still there."""


def environment(**more: str) -> dict[str, str]:
    """Return the environment for a program that ends with this one."""
    return {**os.environ, **more, STARTER: str(os.getpid())}


def end_with_starter() -> None:
    """End at once when the program that started this one is no more, if one of ours did.

    Killed, it cannot say so to those that it started; they would go on beside the next one.
    """
    starter = os.environ.get(STARTER)
    if starter is None:
        return

    def watch() -> None:
        while os.getppid() == int(starter):
            time.sleep(PAUSE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
