"""What long work shows of itself: a bar on a terminal, plain lines elsewhere.

Everything goes to standard error: standard output belongs to results.
"""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vigie import logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.table import Table


WIDTH = 140
"""Columns elsewhere than on a terminal: a file, a mail, the eyes of a script."""


def width() -> int:
    """Return how many columns a line of standard output has."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDTH


def show(table: Table) -> None:
    """Print a table on standard output, as wide as the terminal."""
    from rich.console import Console

    # What the web wrote stands in the cells: brackets in it are no markup.
    console = Console(markup=False, emoji=False, highlight=False)
    console.width = width()
    console.print(table)


def tell(line: str) -> None:
    """Write one line for the person who waits."""
    logs.say_line(line)


EVERY = 15.0
"""Seconds between two lines about one work."""


def _in_lines(title: str, total: int | None) -> Callable[[int], None]:
    """Return what is told how many items are done, and says so now and then in a line."""
    done, said = 0, time.monotonic()

    def advance(more: int) -> None:
        nonlocal done, said
        done += more
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            tell(f"{title} : {done} / {total}" if total else f"{title} : {done}")

    return advance


@contextmanager
def progress(title: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """Yield a function to be told how many items are done since the last call."""
    if logs.is_json() or not sys.stderr.isatty():
        tell(f"{title}…")
        yield _in_lines(title, total)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task, done)
