"""A clock on the wall that can be set, for programs that know nothing of it (libfaketime).

What programs measure for themselves (timeouts, leases, pauses) goes by real seconds; only what the
time and the day are is ours. So nothing that a program waits for comes sooner than it would.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

CACHED = 1
"""Real seconds after which programs look into the file again."""


class Clock:
    """Tells the simulated time, and sets it for all programs that were started with it."""

    def __init__(self, file: Path, moment: datetime) -> None:
        self.file, self.offset = file, 0.0
        self.set(moment)

    def now(self) -> datetime:
        """Return the simulated moment."""
        return datetime.fromtimestamp(time.time() + self.offset, UTC)

    def set(self, moment: datetime) -> None:
        """Let it be this moment now, everywhere."""
        self.offset = moment.timestamp() - time.time()
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{self.offset:+.3f}\n", encoding="ascii")
        draft.replace(self.file)
        time.sleep(CACHED + 0.2)

    def environment(self) -> dict[str, str]:
        """Return the environment of a program that goes by this clock."""
        return os.environ | {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(CACHED),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


def library() -> Path:
    """Return where libfaketime's library is.

    Raises:
        FileNotFoundError: it is not installed.
    """
    spec = find_spec("libfaketime")
    if spec is not None and spec.origin is not None:
        # Debian's (0.9.10) lets no program of ours sleep: clock_nanosleep answers EINVAL.
        for path in Path(spec.origin).parent.rglob("libfaketime.so.1"):
            return path
    raise FileNotFoundError("libfaketime is missing: pip install libfaketime")
