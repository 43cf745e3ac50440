"""The truth file, written in bounded memory: rows are sorted on disk and merged at the end."""

from __future__ import annotations

import heapq
import json
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulation.cast import Entity

ROWS_IN_MEMORY = 200_000
_NAME, _ALIAS, _DOCUMENT = "0", "1", "2"


class Ledger:
    """Collects who is named where; `write` gives one line an entity."""

    def __init__(self, folder: Path) -> None:
        self._spill = TemporaryDirectory(dir=folder, prefix=".ledger-")
        self._rows: list[str] = []
        self._files: list[Path] = []

    def name(self, entity: Entity) -> None:
        """Note an entity when it is first named."""
        self._add(
            entity.id,
            _NAME,
            json.dumps(
                {
                    "name": entity.name,
                    "kind": entity.kind,
                    "label": str(entity.label),
                    "commune": entity.commune,
                    "course": entity.course,
                    "emerging": entity.emerging,
                },
                ensure_ascii=False,
            ),
        )

    def alias(self, entity: Entity, surface: str) -> None:
        """Note another way of writing an entity's name."""
        self._add(entity.id, _ALIAS, surface)

    def document(self, entity: Entity, day: str, url: str) -> None:
        """Note that a document published on an ISO day names an entity."""
        self._add(entity.id, _DOCUMENT, f"{day} {url}")

    def _add(self, number: int, sort: str, value: str) -> None:
        self._rows.append(f"{number:010d}\t{sort}\t{value}\n")
        if len(self._rows) >= ROWS_IN_MEMORY:
            path = Path(self._spill.name) / str(len(self._files))
            path.write_text("".join(sorted(self._rows)), encoding="utf-8", newline="\n")
            self._files.append(path)
            self._rows.clear()

    def write(self, out: TextIO) -> tuple[int, int]:
        """Write the truth by entity number; return how many entities, how many emerging."""
        entities = emerging = 0
        with ExitStack() as stack:
            parts: list[Iterable[str]] = [
                stack.enter_context(path.open(encoding="utf-8", newline="\n"))
                for path in self._files
            ]
            merged = heapq.merge(*parts, sorted(self._rows))
            for number, rows in groupby(merged, key=lambda row: row[:10]):
                entities += 1
                emerging += _entity(int(number), rows, out)
        self._spill.cleanup()
        return entities, emerging


def _entity(number: int, rows: Iterator[str], out: TextIO) -> bool:
    known: dict[str, object] = {}
    aliases: list[str] = []
    documents: list[str] = []
    first = ""
    for row in rows:
        _, sort, value = row[:-1].split("\t", 2)
        if sort == _NAME:
            known = json.loads(value)
        elif sort == _ALIAS:
            aliases.append(value)
        else:
            day, url = value.split(" ", 1)
            first = first or day
            documents.append(url)
    line = {
        "name": known["name"],
        "aliases": sorted(set(aliases)),
        **{k: v for k, v in known.items() if k != "name"},
        "first_date": first,
        "documents": documents,
        "entity": number,
    }
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return bool(known["emerging"])
