"""What finding actors costs beside the bare language model, on the same texts in one run.

`python -m benchmarks.annotate [texts]`; rounds alternate, the fastest of each counts, in seconds
of the processor. *Bare* is the stock model with its `ner` alone; *annotating* is all of a
document's annotation and the resolution of its names in a database, in one with no actor and in
one with 100,000.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import spacy

from benchmarks import report
from benchmarks.resolution import invented_names
from nlp import annotate, gathering, languages, model, names, resolution, text
from nlp.training import generate
from storage import actors, open_store
from storage import annotations as stored_annotations
from vigie.records import Alias, Document, NewActor, Resolution

if TYPE_CHECKING:
    from collections.abc import Callable

    from spacy.language import Language

    from storage import Store

CORPUS = Path(__file__).parents[2] / "shared/real/corpus-dev.jsonl"
ROUNDS = 4
LARGE = 100_000


def texts(count: int) -> list[str]:
    """Return real texts if they are there, else invented ones of the same length."""
    if CORPUS.exists():
        rows = [json.loads(line) for line in CORPUS.read_text("utf-8").split("\n") if line]
        return [row["text"][:8000] for row in rows[:: max(1, len(rows) // count)]][:count]
    invented = " ".join(example.text for example in generate.examples(1, 1))
    return [invented[start : start + 3000] for start in range(0, count * 500, 500)]


def documents_of(sample: list[str]) -> list[Document]:
    """Return a document for each text."""
    now = datetime.now(UTC)
    return [
        Document(
            id=str(number),
            source_id="s",
            url=f"https://journal.example/{number}",
            title="",
            text=body,
            published_at=now,
            fetched_at=now,
            language="fr",
        )
        for number, body in enumerate(sample)
    ]


def fill(store: Store, count: int) -> None:
    """Put invented actors into a database, each with its name."""
    made = []
    for name in invented_names(count):
        key = names.key(name)
        made.append((key, name, resolution.actor_id(key), gathering.blocks(key, name)))
    with store.writing() as c:
        stored_annotations.save(
            c,
            [],
            Resolution(
                actors=tuple(NewActor(id=i, name=name) for _, name, i, _ in made),
                aliases=tuple(
                    Alias(key=key, surface=name, actor_id=i, blocks=found)
                    for key, name, i, found in made
                ),
            ),
        )


def whole(documents: list[Document], language_model: Language, store: Store) -> int:
    """Annotate documents and resolve their names; return the number of mentions."""
    found = list(annotate.annotate(documents, language_model, frozenset()))
    gathered = gathering.gather(found)
    with store.reading() as c:
        known = actors.by_blocks(c, gathered.blocks) | actors.by_keys(c, gathered.keys)
    return len(resolution.resolve(gathered, known).links)


def fastest(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the seconds of the processor that each task takes at best, in turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = process_time()
            task()
            best[name] = min(best[name], process_time() - start)
    return best


def main() -> None:
    """Measure, print, write."""
    sample = [
        body
        for body in texts(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
        if languages.detect(text.prepare(body[: languages.SAMPLE])) == "fr"
    ]
    documents, language_model = documents_of(sample), model.load()
    with tempfile.TemporaryDirectory() as folder:
        empty = open_store("sqlite:///empty.db", Path(folder))
        large = open_store("sqlite:///large.db", Path(folder))
        mentions = whole(documents[:8], language_model, empty)  # reads gazetteer and weights
        whole(documents, language_model, empty)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        fill(large, LARGE)
        mentions = whole(documents, language_model, large)
        bare = spacy.load(model.NAME, exclude=model.UNUSED)
        prepared = [text.prepare(body) for body in sample]
        seconds = fastest(
            {
                "bare": lambda: list(bare.pipe(prepared, batch_size=16)),
                "annotating": lambda: whole(documents, language_model, empty),
                "annotating, 100,000 actors": lambda: whole(documents, language_model, large),
            }
        )
        empty.close()
        large.close()
    figures = {
        "texts": len(sample),
        "characters": sum(map(len, sample)),
        "mentions": mentions,
        **{f"{name} (s)": round(spent, 3) for name, spent in seconds.items()},
        "ratio": round(seconds["annotating"] / seconds["bare"], 3),
        "ratio, 100,000 actors": round(seconds["annotating, 100,000 actors"] / seconds["bare"], 3),
        "memory_mb": memory,
        "load": round(os.getloadavg()[0], 1),
        "version": model.VERSION,
    }
    report.table("Finding actors beside the bare language model", ("", ""), figures.items())
    print(report.write("annotate", figures))


if __name__ == "__main__":
    main()
