"""Where things stand in a TOML file: parsers say what a file means, not on which line."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A table header or a `key = value`, which may span several lines."""

    start: int
    """Its first line, from 1."""
    end: int
    """Its last line, included."""
    table: str
    """Dotted name of the table it opens or belongs to; empty at the top of the file."""
    index: int
    """Which of the tables of that name, from 0."""
    key: str | None
    """None for a header."""


_ENDS = ("]", "}", '"""', "'''")
"""One of these stands on the last line of any statement of several lines."""


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a valid TOML text, in order.

    A statement ends at the first line where it is valid by itself.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    table, number = "", 0
    counts: dict[str, int] = {}
    while number < len(lines):
        start = number
        parsed: dict[str, object] | None = None
        while parsed is None and number < len(lines):
            number += 1
            if number == start + 1 or any(end in lines[number - 1] for end in _ENDS):
                parsed = _parse("\n".join(lines[start:number]))
        if not parsed:
            continue
        path = ".".join(_path(parsed))
        if lines[start].lstrip().startswith("["):
            table = path
            counts[table] = counts.get(table, -1) + 1
            key = None
        else:
            key = next(iter(parsed))
        yield Statement(
            start=start + 1, end=number, table=table, index=counts.get(table, 0), key=key
        )


def _parse(text: str) -> dict[str, object] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _path(parsed: dict[str, object]) -> Iterator[str]:
    """Yield the keys of a header's nested, else empty, tables."""
    inside: object = parsed
    while isinstance(inside, dict) and inside:
        key, inside = next(iter(inside.items()))
        yield key
        if isinstance(inside, list):
            inside = inside[0] if inside else None
