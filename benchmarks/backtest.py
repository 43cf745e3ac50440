"""What the weekly queue finds on simulated territories, beside two naive ones and an oracle.

Usage: python -m benchmarks.backtest [--quick] [--seeds 7 11 | --draw N] [--weeks N] [--scale X]
       [--keep DIR] [--bertopic]

Simulates, imports, annotates and replays. Each archive is replayed twice: as if nobody ever
looked at the queue, so that the same candidates come back, and as if an officer who knows the
truth judged all of it every Monday. How far stated scores hold is drawn
(`docs/images/score-calibre.svg`). `--draw` draws seeds that nobody can have tuned to and writes
them down. `--quick` is half a year of seed 7; `--speed` replays a year of 8,000 documents and only
measures the time. `--keep` keeps the annotated archives in a folder and uses those that are
there. `--bertopic` measures BERTopic on the same documents beside it (`benchmarks.topics`).
"""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from benchmarks import archive, bars, report, topics
from crawlers import identity
from flows import backtest
from nlp import model
from storage import open_store
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from signals.baselines import Policy
    from signals.measures import Estimate, Measures
    from signals.reckoning import Backtest

TERRITORY = "strasbourg"
SPEED_SCALE = 2.3
"""About 8,000 documents a year."""
RELIABILITY = Path(__file__).parents[1] / "docs/images/score-calibre.svg"
FEWEST_DRAWN = 20
"""Cases of a tenth that make a point."""
NAMED = 15
"""Misses and intruders listed in the results."""


def replayed(
    place: Path, truth: Path, *, judged: bool = False, rivals: Mapping[str, Policy] | None = None
) -> tuple[Backtest, float]:
    """Return a replay of a workspace's archive, and the seconds it took."""
    settings = load(place)
    store = open_store(settings.storage.url, settings.folder)
    try:
        start = perf_counter()
        found = backtest.run(settings, store, truth, judged=judged, rivals=rivals)
        return found, perf_counter() - start
    finally:
        store.close()


def show(title: str, found: Backtest) -> None:
    """Print the measures of every policy side by side."""
    columns = list(found.policies.values())
    rows = [(name, *(cell(m) for m in values)) for name, values in _by_measure(columns)]
    report.table(title, ("", *found.policies), rows)
    print("missed:", dict(whys(found)))
    print("not found by mention 2:", {str(late): n for late, n in found.late.items()})


def show_bars(found: Backtest) -> None:
    """Print each bar beside what was reached."""
    rows = [(one.name, one.figure, one.bar, one.said) for one in bars.of_queue(found)]
    report.table("Bars", ("", "reached", "bar", ""), rows)


def _by_measure(columns: list[Measures]) -> Iterator[tuple[str, list[Estimate]]]:
    yield "precision of the queue", [m.precision for m in columns]
    yield "NDCG@25", [m.ndcg for m in columns]
    yield "recall", [m.recall for m in columns]
    yield "recall, named twice or more", [m.recall_twice for m in columns]
    yield "recall, named once", [m.recall_once for m in columns]
    for nth in range(3):
        yield f"found by mention {nth + 1}", [m.found_by[nth] for m in columns]
    yield "lead in weeks on mention 10", [m.lead for m in columns]


def cell(estimate: Estimate) -> str:
    """Return a mean and its interval for a table."""
    if estimate.value is None:
        return "–"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"


def whys(found: Backtest) -> Counter[str]:
    """Return how many actors were lost in which way."""
    return Counter(f"{m.why}: {m.aside}" if m.aside else str(m.why) for m in found.misses)


def figures(found: Backtest) -> dict[str, Any]:
    """Return what is worth keeping of a replay."""

    def plain(measures: Measures) -> dict[str, Any]:
        whole = measures.as_json()
        return {name: whole[name] for name in whole if name not in ("weekly", "leads")}

    return {
        "emerging actors": found.emerging,
        "mentioned in the measured weeks": found.mentioned,
        "policies": {name: plain(m) for name, m in found.policies.items()},
        "recall by course": {name: m.recall.as_json() for name, m in found.by_course.items()},
        "found by mention 2, by course": {
            name: m.found_by[1].as_json() for name, m in found.by_course.items()
        },
        "reliability": [asdict(one) for one in found.reliability],
        "missed": dict(whys(found)),
        "not found by mention 2": {str(late): n for late, n in found.late.items()},
        "would have been enough": dict(
            Counter(name for miss in found.misses for name in miss.features).most_common(8)
        ),
        "most often named misses": [miss.as_json() for miss in found.misses[:NAMED]],
        "share of the unknown names that are badly bounded": badly_bounded(found),
        "most often proposed wrongly": [one.as_json() for one in found.intruders[:NAMED]],
    }


def badly_bounded(found: Backtest) -> float | None:
    """Return how many of the proposals that the truth does not name are a piece of a name of it."""
    unknown = [one for one in found.intruders if one.course == "?"]
    weeks = sum(one.weeks for one in unknown)
    return round(sum(one.weeks for one in unknown if one.akin) / weeks, 3) if weeks else None


def bertopic_of(place: Path) -> topics.Topics:
    """Return BERTopic's topics of a simulated archive's documents."""
    with (place / "web" / "documents.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return topics.topics(
        [
            topics.Text(
                identity.document_id(row["url"]),
                date.fromisoformat(row["date"][:10]),
                f"{row['title']}\n\n{row['text']}",
            )
            for row in rows
        ]
    )


def measured(
    folder: Path, seed: int, weeks: int, scale: float, *, bertopic: bool = False
) -> Mapping[str, Any]:
    """Simulate, annotate and replay one territory; print and return its figures."""
    start = perf_counter()
    place = archive.simulated(folder, TERRITORY, weeks=weeks, seed=seed, scale=scale)
    prepared = perf_counter() - start
    result: dict[str, Any] = {"seconds to simulate, import and annotate": round(prepared, 1)}
    rivals: dict[str, Policy] = {}
    if bertopic:
        grouped = bertopic_of(place)
        rivals["BERTopic"] = topics.named_in_rising(grouped, only_new=False)
        rivals["BERTopic, new names"] = topics.named_in_rising(grouped, only_new=True)
        print(f"BERTopic: {len(grouped.times)} topics in {grouped.seconds:.0f} s")
        result["BERTopic"] = {
            "topics": len(grouped.times),
            "seconds": round(grouped.seconds, 1),
        }
    for judged in (False, True):
        found, seconds = replayed(
            place, place / "web" / "truth.jsonl", judged=judged, rivals=rivals
        )
        what = "judged every week" if judged else "never judged"
        show(f"{TERRITORY}, seed {seed}, {weeks} weeks, {what}: {seconds:.0f} s", found)
        show_bars(found)
        reached = {one.name: [one.figure, one.bar, one.said] for one in bars.of_queue(found)}
        result[what] = {"seconds": round(seconds, 1), "bars": reached, **figures(found)}
    return result


def draw_reliability(found: Mapping[str, Mapping[str, Any]]) -> None:
    """Draw, for each seed, the share that was emerging by stated score, a point for each tenth."""
    mpl.use("Agg")
    plt.rcParams["svg.hashsalt"] = "vigie"
    figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="parfaitement calibré")
    for seed, result in found.items():
        points = [one for one in result["never judged"]["reliability"] if one["n"] >= FEWEST_DRAWN]
        stated, right = ([one[what] for one in points] for what in ("score", "right"))
        axes.plot(stated, right, marker="o", label=f"{seed} ({sum(p['n'] for p in points)} cas)")
    axes.set(xlabel="score annoncé", ylabel="part d’émergents", xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")
    figure.savefig(RELIABILITY, metadata={"Date": None})


def speed(folder: Path) -> Mapping[str, Any]:
    """Return how long a year of replay takes over about 8,000 annotated documents."""
    place = archive.simulated(folder, TERRITORY, weeks=52, seed=7, scale=SPEED_SCALE)
    with (place / "web" / "documents.jsonl").open(encoding="utf-8") as lines:
        documents = sum(1 for _ in lines)
    _, seconds = replayed(place, place / "web" / "truth.jsonl")
    rows = [("documents", documents), ("seconds of replay (bar: under 120)", seconds)]
    report.table("A year of replay", ("", ""), rows)
    return {"documents": documents, "seconds": round(seconds, 1)}


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 11])
    parser.add_argument("--draw", type=int, metavar="N")
    parser.add_argument("--weeks", type=int, default=52)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--bertopic", action="store_true")
    given = parser.parse_args()
    if given.draw:
        given.seeds = [secrets.randbelow(1_000_000) for _ in range(given.draw)]
    if given.quick:
        given.seeds, given.weeks = [7], 26
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        if given.speed:
            print(report.write("backtest-speed", speed(folder)))
            return
        found = {
            f"seed {seed}": measured(
                folder, seed, given.weeks, given.scale, bertopic=given.bertopic
            )
            for seed in given.seeds
        }
    conditions = {
        "territory": TERRITORY,
        "weeks": given.weeks,
        "scale": given.scale,
        "annotation": model.VERSION,
    }
    name = "backtest-quick" if given.quick else "backtest"
    if not given.quick:
        draw_reliability(found)
    print(report.write(name, {**conditions, **found}))


if __name__ == "__main__":
    main()
