"""The whole way from simulated documents to actors: found, put together, placed.

Documents are imported, annotated and resolved as `vigie annotate` does it, in a real database;
then the truth of the simulator says which entity each mention names. Run with
`python -m benchmarks.actors [TERRITORY [SEED]]`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from benchmarks import report
from benchmarks.resolution import bcubed
from flows import steps
from signals import profile
from simulation import simulate
from storage import open_store, tables
from storage.history import read_history
from vigie import workspace
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storage import Connection

SEED, WEEKS = 7, 26
Span = tuple[int, int, int]
"""Start, end, entity."""


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def mentions(c: Connection) -> dict[str, list[tuple[int, int, str]]]:
    """Return, by the document's address, where each mention stands and its actor."""
    table = tables.mentions.c
    query = (
        select(tables.documents.c.url, table.begins, table.ends, tables.actors.c.root_id)
        .join(tables.documents, tables.documents.c.id == table.document_id)
        .join(tables.actors, tables.actors.c.id == table.actor_id)
        .where(table.ends > table.begins)
    )
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for url, start, end, actor in c.execute(query):
        found[url].append((start, end, actor))
    return found


def entity_at(spans: Iterable[Span], start: int, end: int) -> int | None:
    """Return the entity that a mention overlaps most, if it holds at least half of it."""
    shares = [
        ((min(end, b) - max(start, a)) / (max(end, b) - min(start, a)), entity)
        for a, b, entity in spans
    ]
    share, entity = max(shares, default=(0.0, None))
    return entity if share >= 0.5 else None


def found_first(
    truth: Iterable[Mapping[str, Any]],
    named: Mapping[str, list[Span]],
    found: Mapping[str, list[tuple[int, int, str]]],
) -> tuple[float, int]:
    """Return the share of actors found in the first French document that names them."""
    seen = total = 0
    for actor in truth:
        first = next((url for url in actor["documents"] if url in named), None)
        if actor["label"] != Label.ACTOR or first is None:
            continue
        spans = [span for span in named[first] if span[2] == actor["entity"]]
        total += 1
        seen += any(a < end and start < b for a, b, _ in spans for start, end, _ in found[first])
    return seen / total, total


def told_apart(
    votes: Mapping[str, Mapping[int, int]], truth: Mapping[int, Mapping[str, Any]]
) -> float:
    """Return the share of actors that mix entities of other names or communes.

    Two clubs of one name in one commune are one to any reader.
    """

    def known_as(entity: int) -> tuple[str, str]:
        told = truth.get(entity, {})
        return str(told.get("name", entity)).lower(), str(told.get("commune"))

    mixed = sum(len({known_as(entity) for entity in found}) > 1 for found in votes.values())
    return mixed / max(len(votes), 1)


def homes(
    c: Connection, of_actor: Mapping[str, int], truth: Mapping[int, Mapping[str, Any]]
) -> tuple[float, int, int]:
    """Return the share of homes that are right, how many are given, and how many there are."""
    right = given = total = 0
    for actor_id, past in read_history(c).actors.items():
        entity = of_actor.get(actor_id)
        if entity is None or truth.get(entity, {}).get("label") != Label.ACTOR:
            continue
        if not truth[entity]["commune"]:
            continue
        total += 1
        home = profile.home(past.sightings)
        if home and home.sure:
            given += 1
            right += home.commune == truth[entity]["commune"]
    return right / max(given, 1), given, total


def main() -> None:
    """Measure, print, write."""
    territory = sys.argv[1] if len(sys.argv) > 1 else "strasbourg"
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "web"
        simulate(folder, territory, weeks=WEEKS, seed=seed)
        settings = workspace.create(Path(made) / "watch", territory)
        store = open_store(settings.storage.url, settings.folder)
        steps.import_archive(settings, store, folder / "documents.jsonl", None)
        steps.annotate(settings, store)
        told = lines(folder / "annotations.jsonl")
        truth = {actor["entity"]: actor for actor in lines(folder / "truth.jsonl")}
        languages = {d["url"]: d["lang"] for d in lines(folder / "documents.jsonl")}
        with store.reading() as c:
            found = mentions(c)
            named: dict[str, list[Span]] = {
                one["url"]: [
                    (s["start"], s["end"], s["entity"])
                    for s in one["spans"]
                    if s["label"] in {Label.ACTOR, Label.INSTITUTION}
                ]
                for one in told
                if languages[one["url"]] == "fr"
            }
            entity_of: dict[tuple[str, int], int] = {}
            actor_of: dict[tuple[str, int], str] = {}
            for url, here in found.items():
                for start, end, actor in here:
                    entity = entity_at(named.get(url, ()), start, end)
                    if entity is not None:
                        entity_of[url, start], actor_of[url, start] = entity, actor
            votes: dict[str, Counter[int]] = defaultdict(Counter)
            for place, actor in actor_of.items():
                votes[actor][entity_of[place]] += 1
            of_actor = {actor: counts.most_common(1)[0][0] for actor, counts in votes.items()}
            first, actors = found_first(truth.values(), named, found)
            right, given, total = homes(c, of_actor, truth)
        store.close()
    figures = {
        **bcubed(entity_of, actor_of),
        "mixed actors that texts can tell": told_apart(votes, truth),
        "mentions": len(actor_of),
        "found in the first document": first,
        "actors": actors,
        "home commune right": right,
        "home communes given": given,
        "home communes of": total,
    }
    report.table(f"Actors of simulated documents, {territory}", ["", "value"], figures.items())
    if seed == SEED:
        print(report.write("actors", {"territory": territory, **figures}).name)


if __name__ == "__main__":
    main()
