"""Does the queue find invented actors whose mentions are planted in real texts?

Usage: python -m benchmarks.planted [--seed N] [--from DATE] [--to DATE] [--keep DIR]

Real dated documents of `../shared/real/corpus-dev.jsonl` (never committed; without them nothing
is measured) receive hand-written sentences about invented actors, at dates that follow a course:
sudden, slow, delayed, once; and about invented names that are not emerging. The archive is
imported, annotated and replayed against a truth of names and first dates alone, as a person
would write it. Real actors emerge in these texts too, and nobody knows them all: precision is a
lower bound.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import archive, report
from benchmarks.backtest import cell, figures, replayed, show
from nlp import model
from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from signals.reckoning import Backtest

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared/real/corpus-dev.jsonl"
WORDS = Path(__file__).parent / "planted.toml"
LEARNT_FROM = ("nlp/training/sentences/*.txt", "simulation/french/*.txt", "simulation/*.py")
RENNES = "243500139"
LONGEST = 5000
"""Characters of a document that are kept: reading whole reports tells nothing more."""
MOST_IN_ONE = 2
COURSES = ("sudden",) * 4 + ("slow",) * 5 + ("delayed",) * 4 + ("once",) * 3
VIGIE_TOML = f"""[watch]
name = "Noms plantés"
territory = ["{RENNES}"]
themes = ["tiers-lieux", "réemploi", "alimentation", "participation citoyenne", "mobilité douce"]
"""


@dataclass(frozen=True, slots=True)
class Name:
    """An invented name, and what is to be told of it."""

    name: str
    head: str
    course: str
    emerging: bool
    town: str
    kind: str = ""


def main() -> None:
    """Plant, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", type=date.fromisoformat, default=date(2024, 7, 1))
    parser.add_argument("--to", dest="end", type=date.fromisoformat, default=date(2026, 6, 29))
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    if not CORPUS.exists():
        print(f"{CORPUS} is absent: nothing measured")
        return
    with tempfile.TemporaryDirectory() as made:
        place = (given.keep or Path(made)) / f"planted-{given.seed}"
        if not (place / "documents.jsonl").exists():
            plant(place, given.seed, given.start, given.end)
        seconds = archive.annotated(place, [place / "documents.jsonl"])
        found, _ = replayed(place, place / "truth.jsonl")
        judged, _ = replayed(place, place / "truth.jsonl", judged=True)
        labelled, _ = replayed(place, place / "labelled.jsonl")
    tell(found, judged, labelled)
    kept = figures(found)
    # Quoting what real texts made the queue propose would publish them.
    kept.pop("most often proposed wrongly")
    conditions = {
        "seed": given.seed,
        "from": given.start.isoformat(),
        "to": given.end.isoformat(),
        "annotation": model.VERSION,
        "seconds to import and annotate": round(seconds, 1),
    }
    extra = {
        "judged every week": {k: v for k, v in figures(judged).items() if k == "policies"},
        "by course": {name: m.recall.as_json() for name, m in labelled.by_course.items()},
        "share of the queue by decoy": decoys(labelled),
    }
    print(report.write("planted", {**conditions, **kept, **extra}))


def tell(found: Backtest, judged: Backtest, labelled: Backtest) -> None:
    """Print what was found, as planted and by course."""
    show("Planted in real texts, never judged (precision: a lower bound)", found)
    show("The same, judged every week", judged)
    rows = [
        (name, m.recall.n, cell(m.recall), *map(cell, m.found_by))
        for name, m in labelled.by_course.items()
    ]
    report.table("By course", ("", "actors", "recall", "by 1", "by 2", "by 3"), rows)
    print("decoys, share of the queue:", decoys(labelled))


def decoys(labelled: Backtest) -> dict[str, float]:
    """Return the share of the queue that each sort of planted decoy took."""
    return {
        course: share
        for course, share in labelled.policies["vigie"].make_up.items()
        if course not in labelled.by_course and course != "?"
    }


# --- planting ------------------------------------------------------------------------------


def plant(place: Path, seed: int, start: date, end: date) -> None:
    """Write a workspace's settings, the documents with their planted sentences, the truth."""
    rng = random.Random(f"planted {seed}")  # noqa: S311 - what is drawn must be drawn again
    rows = list(real(start, end))
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    refuse_known(words)
    whole = "\n".join(f"{row['title']}\n{row['text']}" for row in rows)
    names = [name for name in cast(words, rng) if name.name not in whole]
    shelf = Shelf(rows)
    told: dict[str, list[date]] = {}
    for name in names:
        for number, day in enumerate(days(name.course, start, end, rng)):
            row = shelf.take(day, rng)
            if row is not None:
                sentence = say(name, words["sentences"], rng, first=number == 0)
                row["text"] = insert(row["text"], sentence, rng)
                told.setdefault(name.name, []).append(date.fromisoformat(row["date"][:10]))
    place.mkdir(parents=True, exist_ok=True)
    (place / "vigie.toml").write_text(VIGIE_TOML, encoding="utf-8")
    _write(place / "documents.jsonl", rows)
    known = [name for name in names if name.name in told]
    minimal = [
        {"name": n.name, "aliases": [], "first_date": min(told[n.name]).isoformat()} for n in known
    ]
    _write(place / "truth.jsonl", [m for m, n in zip(minimal, known, strict=True) if n.emerging])
    labels = [{"emerging": n.emerging, "course": n.course, "kind": n.kind} for n in known]
    _write(place / "labelled.jsonl", [{**m, **x} for m, x in zip(minimal, labels, strict=True)])


def real(start: date, end: date) -> Iterator[dict[str, Any]]:
    """Yield the French documents of some time, cut where they are very long."""
    for line in CORPUS.read_text(encoding="utf-8").split("\n"):
        row = json.loads(line) if line else {"lang": ""}
        if row["lang"] == "fr" and start.isoformat() <= row["date"][:10] < end.isoformat():
            text = row["text"]
            if len(text) > LONGEST:
                row["text"] = text[: text.rfind(" ", 0, LONGEST)]
            yield row


def refuse_known(words: dict[str, Any]) -> None:
    """Stop when a name or a sentence also stands where the product or the simulator learnt it."""
    learnt = "\n".join(
        path.read_text(encoding="utf-8").casefold()
        for pattern in LEARNT_FROM
        for path in ROOT.glob(pattern)
    )
    names = [n for group in (*words["emerging"], *words["decoy"]) for n in group["names"]]
    sentences = [re.split(r"\{\w+\}", s) for some in words["sentences"].values() for s in some]
    parts = [max(pieces, key=len).strip() for pieces in sentences]
    if known := [one for one in (*names, *parts) if one.casefold() in learnt]:
        raise SystemExit(f"learnt from, hence no measure: {known}")


def cast(words: dict[str, Any], rng: Random) -> Iterator[Name]:
    """Yield every invented name with its course and its town."""
    members = [gazetteer.commune(code) for code in gazetteer.epci(RENNES).members]
    towns = sorted(members, key=lambda place: -place.population)[:20]

    def town() -> str:
        return rng.choices(towns, [place.population**0.5 for place in towns])[0].name

    for group in words["emerging"]:
        for name in group["names"]:
            yield Name(name, group["head"], rng.choice(COURSES), True, town(), group["kind"])
    for group in words["decoy"]:
        for name in group["names"]:
            yield Name(name, group["head"], group["course"], False, town())


def days(course: str, start: date, end: date, rng: Random) -> list[date]:
    """Return the days on which a name is to be told of, the first one first."""
    birth = start + timedelta(days=rng.randint(70, (end - start).days - 30))
    after = {
        "sudden": lambda: [0, *rng.sample(range(2, 36), rng.randint(4, 7))],
        "slow": lambda: [0, 55, 100, 135, 160, *rng.sample(range(170, 200), rng.randint(1, 3))],
        "delayed": lambda: [0, 9, *(rng.randint(95, 125) for _ in range(rng.randint(3, 5)))],
        "once": lambda: [0],
        "one_off_event": lambda: [0, 4, 8],
        "work": lambda: [0, rng.randint(5, 30)],
        "person": lambda: [0, rng.randint(5, 60), rng.randint(61, 200)],
    }
    if course not in after:
        return [start + timedelta(days=n) for n in range(7, (end - start).days, 35)]
    return sorted(d for n in after[course]() if (d := birth + timedelta(days=n)) < end)


class Shelf:
    """The real documents by day, and how many sentences each has received."""

    def __init__(self, rows: Sequence[dict[str, Any]]) -> None:
        self.by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            self.by_day[date.fromisoformat(row["date"][:10])].append(row)
        self.planted: Counter[str] = Counter()

    def take(self, day: date, rng: Random) -> dict[str, Any] | None:
        """Return a document of that day or of the nearest one within two weeks."""
        for distance in range(15):
            near = {day - timedelta(days=distance), day + timedelta(days=distance)}
            free = [
                row
                for d in sorted(near)
                for row in self.by_day.get(d, ())
                if self.planted[row["url"]] < MOST_IN_ONE
            ]
            if free:
                row = rng.choice(free)
                self.planted[row["url"]] += 1
                return row
        return None


def say(name: Name, sentences: dict[str, list[str]], rng: Random, *, first: bool) -> str:
    """Return a sentence about a name."""
    if not name.emerging:
        frame = rng.choice(sentences[name.course])
    elif first and rng.random() < 0.5:
        frame = rng.choice(sentences["birth"])
    else:
        frame = rng.choice(sentences["passing" if rng.random() < 0.2 else "activity"])
    bare = not name.head or (rng.random() < 0.5 and not name.name.startswith("Les "))
    who = name.name if bare else f"{name.head} {name.name}"
    return frame.format(who=who, Who=who[0].upper() + who[1:], name=name.name, town=name.town)


def insert(text: str, sentence: str, rng: Random) -> str:
    """Return a text with a sentence between two others, or as a paragraph of its own."""
    places = [m.end() for m in re.finditer(r"(?<=[a-zà-ÿ»][.!?])\s+(?=[A-ZÀ-Ý«])", text)]
    if not places:
        return f"{text}\n\n{sentence}"
    at = rng.choice(places)
    return f"{text[:at]}{sentence} {text[at:]}"


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
