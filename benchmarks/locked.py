"""What commands say and do while another program keeps the database locked for a minute.

`python -m benchmarks.locked`. First the lock is let go of after some seconds, less than a writer
waits (`storage.open_store`: 30 s), and each command does its work; then it is held for a minute at
least, and each ends with one line, nothing of its work kept. The next run of each then does it.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.likeness import Rows, rows
from vigie import workspace

COMMANDS = (
    "detect",
    "import lettre.jsonl --source lettre",
    "digest subscribers add lectrice@example.org",
)
SHORT, LONG = 5.0, 60.0
"""Seconds of the two locks."""
LETTER = (
    '{"url": "https://gazette.example/1", "date": "2026-03-02", "title": "Un atelier", '
    '"text": "L’association Les Braises ouvre un atelier à Mulhouse."}\n'
)


def main() -> None:
    """Lock twice, print, write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "watch"
        workspace.create(folder, "mulhouse")
        (folder / "lettre.jsonl").write_text(LETTER, encoding="utf-8")
        ended(started("actors list", folder))
        before = rows(folder)
        long = locked(folder, LONG)
        unchanged = rows(folder) == before
        short = locked(folder, SHORT)
        after = rows(folder)
    figures = {"seconds locked": LONG, "a minute": long, "a few seconds": short}
    report.table(
        f"A database locked for {LONG:.0f} s, then for {SHORT:.0f} s",
        ("command", "status", "last line", "status, short"),
        [(c, one["status"], one["line"], short[c]["status"]) for c, one in long.items()],
    )
    print(report.write("locked", figures))
    assert unchanged
    assert _told(before, after)
    assert all(one["status"] == 1 and "occupée" in one["line"] for one in long.values())
    assert all(one["status"] == 0 for one in short.values())


def _told(before: Rows, after: Rows) -> bool:
    """Tell whether the work that was to be done is done: a document, a queue."""
    return after["documents"].total() == before["documents"].total() + 1 and bool(after["queues"])


def locked(folder: Path, seconds: float) -> dict[str, dict[str, Any]]:
    """Run all commands beside one another while the database is locked; return how each ended."""
    with closing(sqlite3.connect(folder / "data" / "vigie.db", isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        programs = {command: started(command, folder) for command in COMMANDS}
        found = {}
        if seconds >= LONG:
            found = {command: ended(program) for command, program in programs.items()}
        time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
        c.execute("ROLLBACK")
        return found or {command: ended(program) for command, program in programs.items()}


def started(command: str, folder: Path) -> subprocess.Popen[str]:
    """Start a command in a workspace."""
    words = [sys.executable, "-m", "vigie", *command.split(), "--dir", "."]
    return subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(program: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a command; return how it ended."""
    said = program.communicate()[1]
    assert "Traceback" not in said, said
    return {
        "status": program.returncode,
        "line": re.sub(r"/\S*/(?=watch/)", "…/", (said.strip().splitlines() or [""])[-1]),
    }


if __name__ == "__main__":
    main()
