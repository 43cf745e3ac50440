"""How well mentions are put together into actors, and what a mention costs in a large base.

On the simulator's own spans, so that nothing but the resolution is measured: B-cubed precision,
recall and F (Bagga & Baldwin 1998), wrong automatic merges, and the time of a batch in an empty
base and in one of 100,000 actors. Run with `python -m benchmarks.resolution [FOLDER]`; the
folder is written by `vigie simulate`, or a small one is made.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import report
from nlp import gathering, names, resolution
from simulation import simulate
from vigie.records import ActorKind, Annotation, Label, Mention

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 200
LARGE = 100_000
MOST_IN_A_BLOCK = 50
ACRONYM = re.compile(r"\s?\(([A-Z]{2,8})\)")


class Base:
    """Aliases in memory, answering as the storage does."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.blocks: dict[str, list[str]] = defaultdict(list)

    def known(self, keys: set[str], blocks: set[str]) -> dict[str, str]:
        """Return the actor of each key, and of the keys that share a telling block."""
        near = (k for b in blocks if len(m := self.blocks.get(b, ())) <= MOST_IN_A_BLOCK for k in m)
        return {key: self.keys[key] for key in {*keys, *near} if key in self.keys}

    def add(self, key: str, actor_id: str, blocks: tuple[str, ...]) -> None:
        """Store an alias."""
        self.keys[key] = actor_id
        for block in blocks:
            self.blocks[block].append(key)


def simulated(folder: Path) -> tuple[list[Annotation], dict[tuple[str, int], int]]:
    """Return the simulator's spans as annotations, oldest first, and the truth of each mention."""
    texts = {}
    for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        texts[document["url"]] = f"{document['title']}\n\n{document['text']}"
    found, truth = [], {}
    for line in (folder / "annotations.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        text, mentions, acronyms = texts[told["url"]], [], []
        for span in told["spans"]:
            if span["label"] not in {Label.ACTOR, Label.INSTITUTION}:
                continue
            truth[told["url"], span["start"]] = span["entity"]
            if match := ACRONYM.match(text, span["end"]):
                acronyms.append((match.group(1), span["text"]))
            mentions.append(
                Mention(
                    document_id=told["url"],
                    surface=span["text"],
                    label=Label(span["label"]),
                    start=span["start"],
                    end=span["end"],
                    sentence="",
                    confidence=1.0,
                    rule="truth",
                    kind=ActorKind.UNKNOWN,
                )
            )
        found.append(
            Annotation(
                document_id=told["url"],
                version="truth",
                language="fr",
                mentions=tuple(mentions),
                communes=tuple(told["communes"]),
                acronyms=tuple(acronyms),
            )
        )
    return found, truth


def run(base: Base, found: list[Annotation]) -> tuple[dict[tuple[str, int], str], int, float]:
    """Return the actor of each mention, the number of suggestions and the seconds taken."""
    given: dict[tuple[str, int], str] = {}
    suggested, spent = 0, 0.0
    for at in range(0, len(found), BATCH):
        batch = found[at : at + BATCH]
        start = time.perf_counter()
        gathered = gathering.gather(batch)
        known = base.known(gathered.keys, gathered.blocks)
        resolved = resolution.resolve(gathered, known)
        spent += time.perf_counter() - start
        for alias in resolved.aliases:
            base.add(alias.key, alias.actor_id, alias.blocks)
        given |= {(link.document_id, link.start): link.actor_id for link in resolved.links}
        suggested += len(resolved.suggestions)
    return given, suggested, spent


def bcubed(
    truth: dict[tuple[str, int], int], given: dict[tuple[str, int], str]
) -> dict[str, float]:
    """Return B-cubed precision, recall and F, and the share of actors that mix entities."""
    both = Counter((truth[m], actor) for m, actor in given.items())
    of_entity, of_actor = Counter(truth.values()), Counter(given.values())
    total = len(given)
    precision = sum(n * n / of_actor[actor] for (_, actor), n in both.items()) / total
    recall = sum(n * n / of_entity[entity] for (entity, _), n in both.items()) / total
    entities = Counter(actor for _, actor in both)
    mixed = sum(n > 1 for n in entities.values()) / len(entities)
    f = 2 * precision * recall / (precision + recall)
    return {"precision": precision, "recall": recall, "f": f, "mixed actors": mixed}


def invented_names(count: int) -> Iterator[str]:
    """Yield different names made of real syllables."""
    parts = ["bal", "dor", "mi", "ket", "ran", "sol", "vi", "tun", "lac", "per", "gau", "che"]
    heads = ["Atelier", "Jardin", "Maison", "Fabrique", "Amis"]
    for number in range(count):
        rest, word = number, ""
        for _ in range(5):
            rest, part = divmod(rest, len(parts))
            word += parts[part]
        yield f"{heads[number % len(heads)]} {word}"


def large() -> Base:
    """Return a base of 100,000 invented actors."""
    base = Base()
    for name in invented_names(LARGE):
        key = names.key(name)
        base.add(key, resolution.actor_id(key), gathering.blocks(key, name))
    return base


def main() -> None:
    """Measure, print and write."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made)
        if len(sys.argv) == 1:
            simulate(folder, "mulhouse", weeks=26, seed=7)
        found, truth = simulated(folder)
    run(Base(), found[:1])  # reads the gazetteer, once
    given, suggested, spent = run(Base(), found)
    figures = bcubed(truth, given)
    each = 1e6 * spent / len(given)
    spent_in_large = 1e6 * run(large(), found)[2] / len(given)
    rows = [*figures.items(), ("suggestions", suggested), ("µs a mention", each)]
    rows.append(("µs a mention, 100,000 actors", spent_in_large))
    report.table(f"{len(given)} mentions, {len(set(given.values()))} actors", ["", "value"], rows)
    print(report.write("resolution", dict(rows)).name)


if __name__ == "__main__":
    main()
