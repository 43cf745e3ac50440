"""What a week's detection costs on an archive ten times as old.

Usage: python -m benchmarks.detect [--weeks N N] [--rounds N] [--keep DIR]

Two archives (SQLite) of one made-up territory, 10,000 mentions a week: ten weeks (100,000
mentions of 10,000 actors) and a hundred (1,000,000 of 100,000). Each then gets one more week of
10,000 mentions, and `flows.steps.detect`, counts included, is timed on it in a process of its
own, on a fresh copy each time; the two take turns. Of the mentions half name a group founded in
the last weeks, two fifths one of the regulars (some of them thousands of times),
3 % anybody who was ever named. Bars: at most 1.3 times the time, under 30 s, under 1 GB. The
processor's time is told beside the clock's, which other work on the machine moves.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks import report
from flows import steps
from storage import counts, open_store, sources
from vigie import gazetteer
from vigie.records import Source, SourceKind
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from storage import Connection

MENTIONS, BORN, A_DOCUMENT = 10_000, 1_000, 3
SOURCES, REGULARS = 40, 600
LAST = date(2026, 3, 16)
TERRITORY = "200066009"
VIGIE_TOML = f"""[watch]
name = "Grande archive"
territory = ["{TERRITORY}"]
themes = ["tiers-lieux", "réemploi", "alimentation", "mobilité douce"]
"""
HEADS = ("Atelier", "Collectif", "Jardin", "Compagnie", "Cercle", "Fabrique", "Réseau", "Club")
WORDS = ("saule", "brique", "canal", "lanterne", "tisane", "moulin", "verger", "boussole", "navet",
         "quai", "fenêtre", "racine", "poulie", "marelle", "tilleul", "charnière")  # fmt: skip
SENTENCES = (
    "{name} vient de voir le jour dans le quartier, note {n}.",
    "Une rencontre avec {name} est prévue au numéro {n} de la rue.",
    "{name}, fondé en 1987, reçoit {n} personnes à sa réunion.",
    "Les bénévoles de {name} ont ramassé {n} kilos de vaisselle pour le réemploi.",
    "Avec {name}, {n} enfants ont suivi la première séance de la saison.",
    "Le festival accueille {name} et {n} autres groupes des environs.",
)


def main() -> None:
    """Build, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, nargs=2, default=[10, 100])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(*once(given.one))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        built = [build(folder / str(weeks), weeks) for weeks in given.weeks]
        runs = [
            [run(place, Path(made) / "copy") for place, _ in built] for _ in range(given.rounds)
        ]
    show(given.weeks, built, runs)


def show(weeks: list[int], built: list[tuple[Path, float]], runs: list[list[list[float]]]) -> None:
    """Print and write what was measured."""
    small, large = ([one[n] for one in runs] for n in range(2))
    seconds = [median(one[0] for one in side) for side in (small, large)]
    memory = [max(one[1] for one in side) for side in (small, large)]
    processor = [median(one[2] for one in side) for side in (small, large)]
    ratios, of_processor = (
        sorted(b[n] / a[n] for a, b in zip(small, large, strict=True)) for n in (0, 2)
    )
    rows = [
        ("mentions before", *(f"{MENTIONS * n:,}" for n in weeks)),
        ("seconds to build", *(one for _, one in built)),
        ("seconds to detect (bar: 30)", *seconds),
        ("of them the processor's", *processor),
        ("memory, MB (bar: 1000)", *memory),
        ("ratio (bar: 1.3)", "", median(ratios)),
        ("ratio of the processor's seconds", "", median(of_processor)),
    ]
    report.table("A week's detection", ("", *(f"{n} weeks" for n in weeks)), rows)
    figures = {
        "mentions": [MENTIONS * n for n in weeks],
        "actors": [BORN * n for n in weeks],
        "new mentions": MENTIONS,
        "seconds": [round(one, 2) for one in seconds],
        "seconds of the processor": [round(one, 2) for one in processor],
        "memory in MB": [round(one) for one in memory],
        "ratio": round(median(ratios), 3),
        "ratio by round": [round(one, 3) for one in ratios],
        "ratio of the processor's seconds": round(median(of_processor), 3),
        "the same by round": [round(one, 3) for one in of_processor],
        "load": [round(one, 1) for one in os.getloadavg()],
    }
    print(report.write("detect", figures))


def run(place: Path, copy: Path) -> list[float]:
    """Return seconds, megabytes and the processor's seconds of a detection on a copy."""
    shutil.copytree(place, copy)
    try:
        command = [sys.executable, "-m", "benchmarks.detect", "--one", str(copy)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    finally:
        shutil.rmtree(copy)
    return [float(one) for one in done.stdout.split()]


def once(place: Path) -> tuple[float, float, float]:
    """Return the seconds, megabytes and the processor's seconds of one detection."""
    settings = load(place)
    store = open_store(settings.storage.url, settings.folder)
    gazetteer.territory(settings.watch.territory)
    start, processor = perf_counter(), process_time()
    steps.detect(settings, store, LAST)
    seconds, processor = perf_counter() - start, process_time() - processor
    store.close()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, processor


# --- the archive -----------------------------------------------------------------------------


def build(place: Path, weeks: int) -> tuple[Path, float]:
    """Make a workspace of some weeks, counted, with one more week that is not; return the time."""
    start = perf_counter()
    if (place / "done").exists():
        return place, 0.0
    place.mkdir(parents=True)
    (place / "vigie.toml").write_text(VIGIE_TOML, encoding="utf-8")
    store = open_store("sqlite:///data/vigie.db", place)
    draw = random.Random(weeks)  # noqa: S311 - what is drawn must be drawn again
    first = counts.monday(LAST) - timedelta(weeks=weeks + 1)
    with store.writing() as c:
        sources.save(c, [source(n) for n in range(SOURCES)])
        for week in range(weeks):
            fill(c, week, first + timedelta(weeks=week), draw)
    with store.writing() as c:
        counts.recount(c)
    with store.writing() as c:
        touched = fill(c, weeks, first + timedelta(weeks=weeks), draw)
        counts.touched(c, touched)
    store.close()
    (place / "done").touch()
    return place, perf_counter() - start


def source(number: int) -> Source:
    """Return one of the sources."""
    return Source(id=f"s{number}", name=f"Journal {number}", url="", kind=SourceKind.FEED)


def fill(c: Connection, week: int, monday: date, draw: Random) -> list[tuple[str, date]]:
    """Write one week of documents and mentions; return who is mentioned when."""
    born = [(week * BORN + n, "actor") for n in range(BORN)]
    communes = sorted(gazetteer.territory((TERRITORY,)))
    insert(c, "actors", ({"id": f"a{n}", "name": name(n), "kind": "association", "root_id": f"a{n}",
                          "institution": 0} for n, _ in born))  # fmt: skip
    who = list(named(week, draw))
    documents, mentions, story = [], [], ""
    for number in range(-(-len(who) // A_DOCUMENT)):
        document = f"{week:04d}{number:06d}"
        day = monday + timedelta(days=draw.randrange(7))
        story = document if draw.random() > 0.15 or not story else story
        commune = draw.choice(communes)
        documents.append(document_row(document, story, day, commune, draw))
        for position, actor in enumerate(who[number * A_DOCUMENT : (number + 1) * A_DOCUMENT]):
            mentions.append(mention_row(document, position, actor, day, commune=commune, draw=draw))
    insert(c, "documents", documents)
    insert(c, "mentions", mentions)
    return [(row["actor_id"], date.fromisoformat(row["known_on"])) for row in mentions]


def named(week: int, draw: Random) -> Iterator[int]:
    """Yield whom a week names: those newly founded at least once, then by lot."""
    yield from range(week * BORN, (week + 1) * BORN)
    for _ in range(MENTIONS - BORN):
        lot = draw.random()
        if lot < 0.55:
            age = min(int(draw.expovariate(0.4)), week)
            yield (week - age) * BORN + draw.randrange(BORN)
        elif lot < 0.97:
            yield int(REGULARS ** draw.random()) - 1
        else:
            yield draw.randrange((week + 1) * BORN)


def name(number: int) -> str:
    """Return an actor's name."""
    head, rest = HEADS[number % len(HEADS)], number // len(HEADS)
    first, second = WORDS[rest % len(WORDS)], WORDS[rest // len(WORDS) % len(WORDS)]
    return f"{head} {first} {second} {number}"


def document_row(
    document: str, story: str, day: date, commune: str, draw: Random
) -> dict[str, Any]:
    """Return one document, without its text: detection never reads it."""
    return {
        "id": document,
        "source_id": f"s{draw.randrange(SOURCES)}",
        "url": f"https://exemple.example/{document}",
        "title": "",
        "published_at": f"{day} 12:00:00.000000",
        "date_note": "",
        "fetched_at": f"{day} 14:00:00.000000",
        "language": "fr",
        "kind": "article",
        "excerpt": 0,
        "access": "open",
        "known_on": str(day),
        "text_known_on": str(day),
        "digest": document,
        "story_id": story,
        "annotated": "benchmark",
        "communes": f'["{commune}"]',
    }


def mention_row(
    document: str, position: int, actor: int, day: date, *, commune: str, draw: Random
) -> dict[str, Any]:
    """Return one mention with its sentence."""
    surface = name(actor)
    sentence = draw.choice(SENTENCES).format(name=surface, n=draw.randrange(1000))
    return {
        "document_id": document,
        "position": position,
        "actor_id": f"a{actor}",
        "known_on": str(day),
        "surface": surface,
        "label": "ACTOR",
        "kind": "association",
        "begins": 0,
        "ends": 1,
        "confidence": round(draw.uniform(0.5, 1), 2),
        "rule": "benchmark",
        "commune": commune,
        "sentence": sentence,
        "placing": "near",
    }


def insert(c: Connection, table: str, rows: Any) -> None:  # noqa: ANN401 - rows of any table
    """Insert rows past the types, as fast as the driver can."""
    rows = list(rows)
    columns = list(rows[0])
    places = ", ".join(f":{column}" for column in columns)
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
    c.connection.executemany(statement, rows)


if __name__ == "__main__":
    main()
