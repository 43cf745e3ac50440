"""What finding actors costs beside the bare language model, on the same texts in one run.

`python -m benchmarks.annotate [texts]`; rounds alternate, the fastest of each counts.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

from benchmarks import report
from nlp import annotate, languages, model, text
from nlp.training import generate
from vigie.records import Document

CORPUS = Path(__file__).parents[2] / "shared/real/corpus-dev.jsonl"
ROUNDS = 3


def texts(count: int) -> list[str]:
    """Return real texts if they are there, else invented ones of the same length."""
    if CORPUS.exists():
        rows = [json.loads(line) for line in CORPUS.read_text("utf-8").split("\n") if line]
        return [row["text"][:8000] for row in rows[:: max(1, len(rows) // count)]][:count]
    invented = " ".join(example.text for example in generate.examples(1, 1))
    return [invented[start : start + 3000] for start in range(0, count * 500, 500)]


def main() -> None:
    """Measure, print, write."""
    sample = [
        body
        for body in texts(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
        if languages.detect(text.prepare(body[: languages.SAMPLE])) == "fr"
    ]
    now = datetime.now(UTC)
    documents = [
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
    language_model = model.load()
    prepared = [text.prepare(body) for body in sample]
    list(annotate.annotate(documents[:8], language_model, frozenset()))  # gazetteer and weights
    bare, whole = [], []
    for _ in range(ROUNDS):
        start, cpu = perf_counter(), process_time()
        for _ in language_model.pipe(prepared, batch_size=16):
            pass
        bare.append((process_time() - cpu, perf_counter() - start))
        start, cpu = perf_counter(), process_time()
        mentions = sum(
            len(found.mentions)
            for found in annotate.annotate(documents, language_model, frozenset())
        )
        whole.append((process_time() - cpu, perf_counter() - start))
    figures = {
        "texts": len(sample),
        "characters": sum(map(len, sample)),
        "mentions": mentions,
        "bare_cpu_seconds": round(min(bare)[0], 2),
        "annotate_cpu_seconds": round(min(whole)[0], 2),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "ratio": round(min(whole)[0] / min(bare)[0], 3),
        "version": model.VERSION,
    }
    report.table("Finding actors beside the bare language model", ("", ""), figures.items())
    print(report.write("annotate", figures))


if __name__ == "__main__":
    main()
