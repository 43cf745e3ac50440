"""Is the simulated web hard enough, and not impossible? Checked from its truth alone.

Usage: python -m benchmarks.simulator [--territory NAME] [--seed N] [--weeks N] [--scale X]

The baseline knows every name without error and queues, each Monday from week 9, the 25 most
mentioned of the last four weeks among those that the first weeks did not know. The oracle
knows who is emerging and takes those first named in the last eight weeks.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from bisect import bisect_left
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks import report
from simulation import Summary, simulate

if TYPE_CHECKING:
    from collections.abc import Iterator

QUEUE = 25
FIRST_WEEK = 9


def lines(path: Path) -> list[dict[str, Any]]:
    """Return a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def seen(folder: Path) -> tuple[dict[int, dict[str, Any]], dict[int, list[date]]]:
    """Return the truth by entity, and the days on which each is named (once a document)."""
    days = {d["url"]: date.fromisoformat(d["date"][:10]) for d in lines(folder / "documents.jsonl")}
    truth = {line["entity"]: line for line in lines(folder / "truth.jsonl")}
    return truth, {k: sorted(days[url] for url in v["documents"]) for k, v in truth.items()}


def between(days: list[date], start: date, end: date) -> int:
    """Count sorted days from `start` to before `end`."""
    return bisect_left(days, end) - bisect_left(days, start)


def weekly(summary: Summary, labels: set[str] | None, fresh: int | None) -> list[float]:
    """Return the baseline's precision each Monday; `fresh` is how many weeks a name is new."""
    truth, days = seen(summary.folder)
    start = summary.first_day + timedelta(weeks=4)
    found = []
    monday = summary.first_day + timedelta(weeks=FIRST_WEEK)
    while monday <= summary.until:
        since = max(start, monday - timedelta(weeks=fresh)) if fresh else start
        counts = Counter(
            {
                k: between(v, monday - timedelta(weeks=4), monday)
                for k, v in days.items()
                if since <= v[0] < monday and (labels is None or truth[k]["label"] in labels)
            }
        )
        best = [k for k, _ in counts.most_common(QUEUE)]
        found.append(sum(truth[k]["emerging"] for k in best) / QUEUE)
        monday += timedelta(weeks=1)
    return found


def active(summary: Summary) -> list[int]:
    """Return how many emerging actors were first named in the eight weeks before each Monday."""
    truth, days = seen(summary.folder)
    mondays = [
        summary.first_day + timedelta(weeks=w)
        for w in range(FIRST_WEEK, (summary.until - summary.first_day).days // 7 + 1)
    ]
    firsts = [v[0] for k, v in days.items() if truth[k]["emerging"]]
    return [sum(m - timedelta(weeks=8) <= f < m for f in firsts) for m in mondays]


def main() -> None:
    """Simulate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--territory", default="strasbourg")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begin = perf_counter()
        summary = simulate(
            Path(folder), given.territory, weeks=given.weeks, seed=given.seed, scale=given.scale
        )
        seconds = perf_counter() - begin
        figures = {"seconds": seconds, **measures(summary)}
    title = f"{given.territory}, seed {given.seed}, {given.weeks} weeks, scale {given.scale:g}"
    report.table(f"Simulator: {title}", ("", ""), rows(figures))
    if given == parser.parse_args([]):
        print(report.write("simulator", figures))


def measures(summary: Summary) -> dict[str, Any]:
    """Return what the simulated web is like, and how hard."""
    truth, days = seen(summary.folder)
    documents = lines(summary.folder / "documents.jsonl")
    words = [len(d["text"].split()) for d in documents]
    present = active(summary)
    courses = sorted({v["course"] for v in truth.values()})
    named = {c: [len(days[k]) for k, v in truth.items() if v["course"] == c] for c in courses}
    return {
        "documents": len(documents),
        "words per document, deciles": [round(q) for q in statistics.quantiles(words, n=10)],
        "documents by source": dict(sorted(Counter(d["source"] for d in documents).items())),
        "emerging actors": sum(v["emerging"] for v in truth.values()),
        "entities by course": {c: len(v) for c, v in named.items()},
        "documents per entity by course": {c: statistics.mean(v) for c, v in named.items()},
        "active emerging actors, least": min(present),
        "active emerging actors, median": statistics.median(present),
        "weeks with 25 active": f"{sum(n >= QUEUE for n in present)} of {len(present)}",
        "oracle precision@25 (bar: over 0.95)": statistics.mean(
            min(n, QUEUE) / QUEUE for n in present
        ),
        "baseline precision@25 (bar: under 0.35)": {
            f"{what}, new {age}": statistics.mean(weekly(summary, labels, fresh))
            for what, labels in (("any name", None), ("actors only", {"ACTOR"}))
            for age, fresh in (("since week 4", None), ("in the last 8 weeks", 8))
        },
    }


def rows(figures: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Return one row a figure, those of a group under each other."""
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from ((f"{name}: {key}", inner) for key, inner in value.items())
        else:
            yield name, value


if __name__ == "__main__":
    main()
