"""How well relations are read off sentences: precision and recall on our own labelled ones.

`python -m benchmarks.relations` reads `relations.tsv`: sentences with their names between
brackets, and what is said of them. A first part was in view when the rules were written, a second
one was written just before them, a third after them. Names are given, so that nothing but the
relations is measured.
`--missed` prints what was read wrongly.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import report as results
from nlp import relations
from nlp.recognition import Found
from vigie.records import Label, RelationKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SENTENCES = Path(__file__).parent / "relations.tsv"
NAME = re.compile(r"\[([^\]]+)\]")
PARTS = ("in view", "before the rules", "after the rules")
Ties = frozenset[tuple[int, RelationKind, int]]


class Labelled(NamedTuple):
    """A sentence with its names, and the ties that it states, by the positions of names."""

    part: str
    text: str
    found: list[Found]
    ties: Ties


def main() -> None:
    """Measure, print, write."""
    measured: dict[str, dict[str, float | int]] = {}
    rows = list(labelled())
    for part in PARTS:
        some = [row for row in rows if row.part == part]
        for kind in (None, *(k for k in RelationKind if k is not RelationKind.TOGETHER)):
            measured[f"{part}: {kind.value if kind else 'all'}"] = figures(some, kind)
    if "--missed" in sys.argv:
        for row in rows:
            if read(row) != row.ties:
                print(f"{row.text}\n  missed {_shown(row.ties - read(row))}")
                print(f"  wrong {_shown(read(row) - row.ties)}")
    columns = ("", "sentences", "stated", "precision", "recall")
    results.table("Relations", columns, [(k, *f.values()) for k, f in measured.items()])
    print(results.write("relations", measured))


def labelled() -> Iterator[Labelled]:
    """Yield the labelled sentences."""
    part = ""
    for line in SENTENCES.read_text("utf-8").splitlines():
        if line.startswith("#"):
            part = next((one for one in PARTS if one in line), part)
            continue
        marked, _, said = line.partition("\t")
        plain, bounds, position = "", [], 0
        for mark in NAME.finditer(marked):
            plain += marked[position : mark.start()]
            bounds.append((len(plain), len(plain) + len(mark[1])))
            plain += mark[1]
            position = mark.end()
        plain += marked[position:]
        whole = (0, len(plain))
        found = [Found(a, b, Label.ACTOR, 0.9, "", whole) for a, b in bounds]
        told = (one.split() for one in said.split(";") if one.strip())
        ties = {_tie(int(a) - 1, RelationKind(kind), int(b) - 1) for a, kind, b in told}
        yield Labelled(part, plain, found, frozenset(ties))


def read(row: Labelled) -> Ties:
    """Return the ties that are read off a sentence, those of names merely together left out."""
    said = relations.relations(row.text, row.found)
    return frozenset(
        _tie(one, kind, other) for one, other, kind, _ in said if kind is not RelationKind.TOGETHER
    )


def _tie(one: int, kind: RelationKind, other: int) -> tuple[int, RelationKind, int]:
    return (one, kind, other) if kind.directed or one < other else (other, kind, one)


def figures(rows: list[Labelled], kind: RelationKind | None = None) -> dict[str, float | int]:
    """Return how many ties of a kind, or of all, are stated, and precision and recall."""
    counted: dict[str, int] = defaultdict(int)
    for row in rows:
        wanted = {tie for tie in row.ties if kind in (None, tie[1])}
        made = {tie for tie in read(row) if kind in (None, tie[1])}
        counted["right"] += len(wanted & made)
        counted["wanted"] += len(wanted)
        counted["made"] += len(made)
    return {
        "sentences": len(rows),
        "stated": counted["wanted"],
        "precision": round(counted["right"] / max(counted["made"], 1), 3),
        "recall": round(counted["right"] / max(counted["wanted"], 1), 3),
    }


def _shown(ties: Ties) -> str:
    return ", ".join(f"{a + 1} {kind.value} {b + 1}" for a, kind, b in sorted(ties)) or "nothing"


if __name__ == "__main__":
    main()
