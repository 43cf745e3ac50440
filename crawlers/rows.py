"""Rows of a CSV file that others wrote, read as a stream: damage costs its own line alone.

Registers are put together of files of several encodings, with stray quotes: what a strict reader
refuses whole, and a lenient one swallows from the quote on.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_FIELD = 1_000_000
MOST_LINES = 200
"""Lines that one row may take; a field that is longer began with a stray quote."""


class NoRegisterError(Exception):
    """The bytes are no register; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How the rows of a register are written."""

    delimiter: str
    width: int
    """Columns."""
    first: int
    """The line on which the rows begin."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that is no row."""

    number: int
    line: str


def read(told: Iterator[str], table: Table) -> Iterator[list[str] | Damaged]:
    """Yield the rows of a table; of one that is damaged its first line, and go on after that.

    A quote that is never closed would swallow all that follows: the lines that a row took are
    kept until it is seen to be one.
    """
    waiting: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while len(taken) < MOST_LINES:
            line = waiting.popleft() if waiting else next(told, None)
            if line is None:
                return
            taken.append(line)
            yield line

    number, rows = table.first, csv.reader(feed(), delimiter=table.delimiter)
    while True:
        try:
            cells = next(rows, None)
        except csv.Error:
            cells = []
        if cells is None and not taken:
            return
        if cells is not None and _is_whole(taken, cells, table):
            if cells:
                yield cells
            number += len(taken)
        else:
            yield Damaged(number, taken[0])
            number += 1
            waiting.extendleft(reversed(taken[1:]))
            rows = csv.reader(feed(), delimiter=table.delimiter)
        taken.clear()


def _is_whole(taken: list[str], cells: list[str], table: Table) -> bool:
    """Tell whether the lines that a row took are that row, all of it and nothing else."""
    if len(taken) == 1:
        if len(cells) < table.width:
            # Spreadsheets leave out the last columns of a row where they are empty.
            return '"' not in taken[0]
        return not any(cells[table.width :])
    if len(taken) == MOST_LINES or len(cells) != table.width:
        return False
    if any(line.count(table.delimiter) >= table.width - 1 for line in taken[1:-1]):
        return False  # rows, between two stray quotes
    try:
        next(csv.reader(taken, delimiter=table.delimiter, strict=True))
    except csv.Error:
        return False
    return True


def lines(stream: BinaryIO) -> Iterator[str]:
    """Yield the lines of a CSV file, plain, gzipped or the first one of a zip archive.

    UTF-8, and byte by byte what Windows would have meant where it is not: registers are put
    together of files of several encodings.
    """
    codecs.register_error("windows", _as_windows)
    opened = _uncompressed(io.BufferedReader(cast("io.RawIOBase", stream), 1 << 16))
    for line in io.TextIOWrapper(opened, "utf-8-sig", errors="windows", newline=""):
        yield line.replace("\0", "")


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


def _uncompressed(stream: io.BufferedReader) -> io.BufferedReader:
    start = stream.peek(4)[:4]
    try:
        if start.startswith(b"\x1f\x8b"):
            return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=stream)), 1 << 16)
        if start == b"PK\x03\x04" and stream.seekable():
            archive = zipfile.ZipFile(stream)
            name = next(n for n in archive.namelist() if n.lower().endswith((".csv", ".txt")))
            return io.BufferedReader(cast("io.RawIOBase", archive.open(name)), 1 << 16)
    except (OSError, zipfile.BadZipFile, StopIteration) as error:
        raise NoRegisterError(Message("archive illisible, ou sans fichier CSV")) from error
    return stream
