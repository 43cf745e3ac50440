"""Is the simulated web hard enough, and not impossible? Checked from its truth alone.

Usage: python benchmarks/simulator.py [--territory NAME] [--seed N] [--weeks N] [--scale X]

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
from typing import Any

from simulation import Summary, simulate

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
        print(f"simulated in {perf_counter() - begin:.1f} s")
        report(summary)


def report(summary: Summary) -> None:
    """Print what the simulated web is like."""
    truth, days = seen(summary.folder)
    documents = lines(summary.folder / "documents.jsonl")
    words = [len(d["text"].split()) for d in documents]
    print(f"documents {len(documents)}, words a document: median {statistics.median(words):.0f},")
    print(f"  deciles {[round(q) for q in statistics.quantiles(words, n=10)]}")
    print("by source", dict(Counter(d["source"] for d in documents)))
    emerging = [k for k, v in truth.items() if v["emerging"]]
    print(f"emerging actors {len(emerging)}")
    for course in sorted({v["course"] for v in truth.values()}):
        counts = [len(days[k]) for k, v in truth.items() if v["course"] == course]
        print(
            f"  {course:15} {len(counts):5} named in {statistics.mean(counts):.1f} documents each"
        )
    present = active(summary)
    oracle = [min(n, QUEUE) / QUEUE for n in present]
    print(f"active emerging actors: least {min(present)}, median {statistics.median(present)}")
    print(f"weeks with at least 25: {sum(n >= QUEUE for n in present)} of {len(present)}")
    print(f"oracle precision@25 {statistics.mean(oracle):.3f} (bar: over 0.95)")
    for what, labels in (("any name", None), ("actors only", {"ACTOR"})):
        for fresh in (None, 8):
            score = statistics.mean(weekly(summary, labels, fresh))
            age = "since week 4" if fresh is None else f"in the last {fresh} weeks"
            print(f"baseline precision@25, {what} new {age}: {score:.3f} (bar: under 0.35)")


if __name__ == "__main__":
    main()
