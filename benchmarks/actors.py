"""The whole way from simulated documents to actors: found, put together, placed.

Documents are imported, annotated and resolved as `vigie annotate` does it, in a real database;
then the truth of the simulator says which entity each mention names. Run with
`python -m benchmarks.actors [TERRITORY:SEED]… [--errors]`; by default on four worlds whose
seeds were drawn before the names of annotation version 17 were made. `--errors` lists
what was mixed and what was missed in the first document, with their sentences.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from benchmarks import report
from benchmarks.resolution import bcubed
from flows import steps
from nlp import model
from signals import profile
from simulation import simulate
from storage import open_store, tables
from storage.history import read_history
from vigie import workspace
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from storage import Connection

WORLDS = ("strasbourg:562316", "lille:304794", "metz:660867", "mulhouse:514529")
WEEKS = 26
HALL = re.compile(r"(?:mairie|ville|commune) (?:de |du |des |d['’])")
"""The town hall and the town are one body (decision 57); the simulator's cast has two."""
AROUND = 80
"""Characters shown on each side of a name that was mixed or missed."""
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


def known_as(entity: int, truth: Mapping[int, Mapping[str, Any]]) -> tuple[str, str]:
    """Return the name and the commune of an entity: two clubs of both are one to any reader."""
    told = truth.get(entity, {})
    return str(told.get("name", entity)).lower(), str(told.get("commune"))


def told_apart(
    votes: Mapping[str, Mapping[int, int]], truth: Mapping[int, Mapping[str, Any]]
) -> tuple[float, float]:
    """Return the share of actors that mix entities of other names or communes, and of mentions.

    The mentions are those of an actor that is mostly another entity, in the same sense.
    """
    mixed = wrong = 0
    for found in votes.values():
        by_name: Counter[tuple[str, str]] = Counter()
        for entity, count in found.items():
            by_name[known_as(entity, truth)] += count
        mixed += len(by_name) > 1
        wrong += sum(by_name.values()) - max(by_name.values())
    mentions = sum(sum(found.values()) for found in votes.values())
    return mixed / max(len(votes), 1), wrong / max(mentions, 1)


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


class World(NamedTuple):
    """An annotated archive with its truth."""

    texts: Mapping[str, str]
    truth: Mapping[int, Mapping[str, Any]]
    named: Mapping[str, list[Span]]
    """By French document: where it names which entity."""
    found: Mapping[str, list[tuple[int, int, str]]]
    entity_of: Mapping[tuple[str, int], int]
    actor_of: Mapping[tuple[str, int], str]
    votes: Mapping[str, Counter[int]]
    """By actor, of how many mentions which entity has."""


def read(c: Connection, folder: Path) -> World:
    """Return what was found in an archive beside its truth."""
    documents = {d["url"]: d for d in lines(folder / "documents.jsonl")}
    found = mentions(c)
    truth = {actor["entity"]: actor for actor in lines(folder / "truth.jsonl")}
    halls: dict[str, int] = {}
    body = {
        entity: halls.setdefault(actor["commune"], entity)
        for entity, actor in truth.items()
        if HALL.match(actor["name"].lower())
    }
    named: dict[str, list[Span]] = {
        one["url"]: [
            (s["start"], s["end"], body.get(s["entity"], s["entity"]))
            for s in one["spans"]
            if s["label"] in {Label.ACTOR, Label.INSTITUTION}
        ]
        for one in lines(folder / "annotations.jsonl")
        if documents[one["url"]]["lang"] == "fr"
    }
    entity_of: dict[tuple[str, int], int] = {}
    actor_of: dict[tuple[str, int], str] = {}
    votes: dict[str, Counter[int]] = defaultdict(Counter)
    for url, here in found.items():
        for start, end, actor in here:
            entity = entity_at(named.get(url, ()), start, end)
            if entity is not None:
                entity_of[url, start], actor_of[url, start] = entity, actor
                votes[actor][entity] += 1
    return World(
        {url: f"{d['title']}\n\n{d['text']}" for url, d in documents.items()},
        truth,
        named,
        found,
        entity_of,
        actor_of,
        votes,
    )


def measured(c: Connection, world: World) -> dict[str, float]:
    """Return the figures of a world."""
    of_actor = {actor: counts.most_common(1)[0][0] for actor, counts in world.votes.items()}
    first, actors = found_first(world.truth.values(), world.named, world.found)
    right, given, total = homes(c, of_actor, world.truth)
    mixed, wrong = told_apart(world.votes, world.truth)
    return {
        **bcubed(dict(world.entity_of), dict(world.actor_of)),
        "mixed actors that texts can tell": mixed,
        "mentions given to another that texts can tell": wrong,
        "mentions": len(world.actor_of),
        "found in the first document": first,
        "actors": actors,
        "home commune right": right,
        "home communes given": given,
        "home communes of": total,
    }


def print_errors(world: World) -> None:
    """Print the actors that mix entities and the entities missed in their first document."""
    for actor, counts in world.votes.items():
        if len(counts) > 1:
            print("mixed:", [(*known_as(entity, world.truth), n) for entity, n in counts.items()])
            for (url, start), entity in world.entity_of.items():
                if world.actor_of[url, start] == actor:
                    print(f"   {entity}: {_around(world.texts[url], start, start)}")
    for actor_told in world.truth.values():
        first = next((url for url in actor_told["documents"] if url in world.named), None)
        if actor_told["label"] != Label.ACTOR or first is None:
            continue
        spans = [span for span in world.named[first] if span[2] == actor_told["entity"]]
        met = any(a < e and s < b for a, b, _ in spans for s, e, _ in world.found.get(first, ()))
        if not met:
            print(f"missed: {actor_told['name']} ({actor_told['course']})")
            for start, end, _ in spans:
                print(f"   {_around(world.texts[first], start, end)}")


def _around(text: str, start: int, end: int) -> str:
    return repr(text[max(0, start - AROUND) : end + AROUND])


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("worlds", nargs="*", default=WORLDS, metavar="TERRITORY:SEED")
    parser.add_argument("--errors", action="store_true", help="list what was mixed or missed")
    options = parser.parse_args()
    figures = {}
    for told in options.worlds:
        territory, _, seed = told.partition(":")
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / "web"
            simulate(folder, territory, weeks=WEEKS, seed=int(seed))
            settings = workspace.create(Path(made) / "watch", territory)
            store = open_store(settings.storage.url, settings.folder)
            steps.import_archive(settings, store, folder / "documents.jsonl", None)
            steps.annotate(settings, store)
            with store.reading() as c:
                world = read(c, folder)
                figures[told] = measured(c, world)
            store.close()
        report.table(f"Actors of simulated documents, {told}", ["", "value"], figures[told].items())
        if options.errors:
            print_errors(world)
    if list(options.worlds) == list(WORLDS):
        print(report.write("actors", {"annotation": model.VERSION, "worlds": figures}).name)


if __name__ == "__main__":
    main()
