"""A clock on the wall that can be set, for programs that know nothing of it (`clock.c`).

What programs measure for themselves (timeouts, leases, pauses) goes by real seconds; only what the
time and the day are is ours. So nothing that a program waits for comes sooner than it would.
libfaketime does the same and more; what it does to locks makes Prefect's server eight times slower.
"""

from __future__ import annotations

import os
import struct
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path


class Clock:
    """Tells the simulated time, and sets it at once for all programs that were started with it."""

    def __init__(self, folder: Path, moment: datetime) -> None:
        """Make the clock in a folder; this needs a C compiler."""
        self.file, self.library = folder / "clock", folder / "clock.so"
        source = Path(__file__).with_suffix(".c")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-o", self.library, source, "-ldl"], check=True
        )
        self.file.write_bytes(bytes(8))
        self.set(moment)

    def now(self) -> datetime:
        """Return the simulated moment."""
        return datetime.fromtimestamp(time.time() + self._ahead / 1e9, UTC)

    def set(self, moment: datetime) -> None:
        """Let it be this moment now."""
        self._ahead = round((moment.timestamp() - time.time()) * 1e9)
        # In place: programs have the file mapped.
        with self.file.open("r+b") as file:
            file.write(struct.pack("=q", self._ahead))

    def environment(self) -> dict[str, str]:
        """Return the environment of a program that goes by this clock."""
        return os.environ | {"LD_PRELOAD": str(self.library), "VIGIE_CLOCK": str(self.file)}
