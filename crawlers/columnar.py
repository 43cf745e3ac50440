"""Registers as Parquet, the form in which Sirene is published: read by DuckDB, in bounded memory.

Of a file of gigabytes only the columns that we know and the rows of the territory are read; what
its statistics say is elsewhere is not even unpacked.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawlers.rows import NoRegisterError
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    import duckdb

MEMORY = "400MB"
"""What DuckDB may hold at most; it works by parts, or says that it cannot."""
ROWS = 2_000
_LINK = "siren"
"""What names a unit in both files of Sirene."""


def is_parquet(path: Path) -> bool:
    """Tell whether a file is Parquet, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def columns(path: Path) -> tuple[str, ...]:
    """Return the names of a Parquet file's columns; raise as `opened`."""
    with opened(path) as table:
        return table.names


@dataclass(frozen=True, slots=True)
class Table:
    """A Parquet file, or two that are joined, ready to be read."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    """SQL of what is read from."""
    names: tuple[str, ...]
    """Of its columns, in their order."""

    def rows(
        self, wanted: Sequence[int], by: int | None, only: Collection[str] | None
    ) -> Iterator[list[str]]:
        """Yield rows as text, a cell for each column; those not wanted are empty.

        With `only`, the rows whose column `by` holds one of some texts.
        """
        chosen = ", ".join(
            f"coalesce(CAST({_quoted(name)} AS VARCHAR), '')" if place in set(wanted) else "''"
            for place, name in enumerate(self.names)
        )
        query, values = f"SELECT {chosen} FROM {self.relation}", []  # noqa: S608 - names are quoted
        if by is not None and only is not None:
            values = sorted(only)
            marks = ", ".join("?" * len(values))
            query += f" WHERE CAST({_quoted(self.names[by])} AS VARCHAR) IN ({marks})"
        found = self.connection.execute(query, values)
        while some := found.fetchmany(ROWS):
            yield from (list(row) for row in some)


@contextmanager
def opened(path: Path, units: Path | None = None) -> Iterator[Table]:
    """Open a Parquet file; with `units` each row also has the columns of its unit.

    Raises:
        NoRegisterError: a file is damaged, or the two have nothing that links them.
    """
    import duckdb  # noqa: PLC0415 - a fifth of a second, for those alone who have such files

    try:
        with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connection:
            connection.execute("SET preserve_insertion_order = false")
            names = _names(connection, path)
            relation = _file(path)
            if units is not None:
                of_units = _names(connection, units)
                if _LINK not in map(str.lower, names) or _LINK not in map(str.lower, of_units):
                    raise NoRegisterError(
                        Message("ces deux fichiers n’ont pas de colonne « siren » qui les relie")
                    )
                more = [one for one in of_units if one not in names]
                listed = ", ".join(f"u.{_quoted(name)}" for name in more)
                relation = (
                    f"(SELECT e.*, {listed} FROM {relation} e "  # noqa: S608 - names are quoted
                    f"JOIN {_file(units)} u USING ({_LINK}))"
                )
                names = (*names, *more)
            yield Table(connection, relation, names)
    except duckdb.Error as error:
        raise NoRegisterError(
            Message(
                "fichier Parquet illisible ({error})", {"error": str(error).splitlines()[0][:200]}
            )
        ) from error


def _names(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[str, ...]:
    described = f"DESCRIBE SELECT * FROM {_file(path)}"  # noqa: S608 - the name is quoted
    found = connection.execute(described).fetchall()
    return tuple(str(row[0]) for row in found)


def _file(path: Path) -> str:
    """Return the SQL of a file; no table name can be a parameter."""
    return "read_parquet('" + str(path).replace("'", "''") + "')"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
