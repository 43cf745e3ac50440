"""What two workspaces hold, compared row by row, and whether one is sound.

Nothing but the clocks' moments (and the days on which retention looked at what was fetched by
then), the numbers of rows and the names of archive files is left out, and of the sources' health
what a second visit must see otherwise (« nothing new »).
"""

from __future__ import annotations

import gzip
import sqlite3
from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Integer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from sqlalchemy import Table

Rows = dict[str, Counter[str]]
"""Table → its rows, told as text, with how often each stands there."""

COUNTERS = frozenset({"changes"})
"""Tables that count writings, of which a killed run makes more."""
OF_A_VISIT = frozenset({"outcomes", "source_health", "http_states"})
"""Tables that tell of the visits themselves: of these only whom they speak of is compared."""


@contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection to a workspace's database."""
    with closing(sqlite3.connect(folder / "data" / "vigie.db")) as c:
        yield c


def rows(folder: Path) -> Rows:
    """Return all that a workspace's database holds, but for moments, numbers and file names."""
    from storage.tables import metadata  # noqa: PLC0415

    here = str(folder.parent)

    def told(row: object) -> str:
        return repr(row).replace(here, "…")  # a file that is watched stands beside the workspace

    with reading(folder) as c:
        return {
            table.name: Counter(
                map(told, c.execute(f"SELECT {', '.join(_compared(table))} FROM {table.name}"))  # noqa: S608 - names of our own tables
            )
            if table.name not in OF_A_VISIT
            else Counter({told(row): 1 for row in c.execute(_visited(table))})
            for table in metadata.sorted_tables
            if _compared(table) and table.name not in COUNTERS
        }


def _visited(table: Table) -> str:
    keys = [name for name in ("source_id", "url") if name in table.columns]
    return f"SELECT DISTINCT {', '.join(keys)} FROM {table.name}"  # noqa: S608 - as above


def _compared(table: Table) -> list[str]:
    from storage.columns import Instant  # noqa: PLC0415

    numbered = len(table.primary_key.columns) == 1
    return [
        f'"{column.name}"'
        for column in table.columns
        if not isinstance(column.type, Instant)
        and column.name not in {"archive", "seen", "at", "persons_dropped_on"}
        and not (numbered and column.primary_key and isinstance(column.type, Integer))
    ]


def differences(folder: Path, reference: Rows, but: Collection[str] = ()) -> list[str]:
    """Return what is not as it should be in a workspace, a line each; some tables left out."""
    found = []
    with reading(folder) as c:
        found += [f"integrity: {row[0]}" for row in c.execute("PRAGMA integrity_check")][:9]
        found = [line for line in found if line != "integrity: ok"]
        found += [f"foreign key: {row}" for row in c.execute("PRAGMA foreign_key_check")][:9]
        places = [
            place
            for (place,) in c.execute("SELECT archive FROM documents WHERE archive IS NOT NULL")
        ]
    for name, now in rows(folder).items():
        before = now if name in but else reference[name]
        if lost := before - now:
            found.append(f"{name}: {lost.total()} lost, such as {next(iter(lost))[:200]}")
        if more := now - before:
            found.append(f"{name}: {more.total()} more, such as {next(iter(more))[:200]}")
    found += [f"archive: nothing at {place}" for place in places if not _archived(folder, place)]
    found += [f"spool: {path.name} is left" for path in (folder / "data" / "spool").glob("*")]
    return found


def _archived(folder: Path, place: str) -> bool:
    name, _, offset = place.partition("#")
    try:
        with (folder / "data" / "archive" / name).open("rb") as file:
            file.seek(int(offset))
            with gzip.GzipFile(fileobj=file) as record:
                return record.read(5) == b"WARC/"
    except OSError:
        return False
