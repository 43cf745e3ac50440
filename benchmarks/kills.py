"""SIGKILL at random moments of crawl, annotate, detect and judgement, and what the next run makes.

`python -m benchmarks.kills [kills] [seed]`. A small simulated archive is crawled, read, detected
and judged once undisturbed. Then each stage is begun again from the state before it, killed at a
random moment, once or several times in a row, and run to its end. Afterwards the database passes
SQLite's integrity check and holds, row by row, what the undisturbed run holds; every document's
raw response is found in the archive; no spool is left. Verdicts are sent by an officer as HTTP
forms to a server that is killed under their hands; they look at the page again and send what
does not stand there.

A stage is a forked child (`benchmarks.forks`); `benchmarks.likeness` says what is compared.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import report
from benchmarks.forks import finished, forked, killed
from benchmarks.likeness import Rows, differences, rows
from benchmarks.officer import judge, opened
from benchmarks.town import World, world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

SHARES = {"crawl": 0.15, "annotate": 0.15, "detect": 0.35, "judgement": 0.35}
"""Of all kills: the long stages write in one way only, and cost most to begin again."""
STAGES = tuple(SHARES)
IN_A_ROW = (1, 1, 2, 3)
"""Kills before a stage is let finish, one of these at random."""


@dataclass
class Tally:
    """What happened to one stage."""

    kills: int = 0
    runs: int = 0
    """Runs to the end after kills, each compared."""
    differing: list[str] = field(default_factory=list)


# --- stages --------------------------------------------------------------------------------


def crawl_forked(job: Any) -> str:  # noqa: ANN401 - crawlers.batch.Job, imported in the child alone
    """Do what `crawlers.batch` starts a program for, in a fork that has its imports already."""
    from crawlers import batch, process  # noqa: PLC0415

    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        os.close(theirs)
        os.dup2(ours, 0)
        sys.stdin = os.fdopen(0, encoding="utf-8")
        with suppress(SystemExit):
            process.main()
        os._exit(0)
    os.close(ours)
    with os.fdopen(theirs, "w", encoding="utf-8") as lifeline:
        lifeline.write(batch.encode(job) + "\n")
        lifeline.flush()
        os.waitpid(child, 0)
    return ""


def crawl(folder: Path, now: datetime) -> None:
    """Crawl every source once."""
    from crawlers import batch  # noqa: PLC0415
    from flows import steps  # noqa: PLC0415

    batch._run = crawl_forked  # noqa: SLF001 - the same work, sooner
    with opened(folder) as (settings, store):
        steps.crawl(settings, store, now=now)


def annotate(folder: Path, _: datetime) -> None:
    """Read what waits."""
    from flows import steps  # noqa: PLC0415

    with opened(folder) as (settings, store):
        steps.annotate(settings, store)


def detect(folder: Path, now: datetime) -> None:
    """Compute the week's queue."""
    from flows import steps  # noqa: PLC0415

    with opened(folder) as (settings, store):
        steps.detect(settings, store, now.date())


# --- the whole -----------------------------------------------------------------------------


ACTS: Mapping[str, Callable[[Path, datetime], None]] = {
    "crawl": crawl,
    "annotate": annotate,
    "detect": detect,
}


def undisturbed(made: World) -> tuple[dict[str, Rows], dict[str, float]]:
    """Go through the stages once, keeping the state before each; return rows after, and seconds."""
    after: dict[str, Rows] = {}
    seconds: dict[str, float] = {}
    for stage, following in zip(STAGES, (*STAGES[1:], "nothing"), strict=True):
        folder = made.folder / f"before-{following}"
        shutil.copytree(made.folder / f"before-{stage}", folder)
        log = made.folder / "undisturbed.log"
        if stage == "annotate":
            _warm(made, folder)
        begun = time.perf_counter()
        if stage == "judgement":
            judge(folder, log)
        else:
            finished(forked(partial(ACTS[stage], folder, made.now), log), log)
        seconds[stage] = time.perf_counter() - begun
        after[stage] = rows(folder)
    return after, seconds


def _warm(made: World, folder: Path) -> None:
    """Read the archive once in this process, for the children to find in memory what that takes."""
    spare = made.folder / "spare"
    shutil.copytree(folder, spare)
    annotate(spare, made.now)
    shutil.rmtree(spare)


def tried(
    made: World, stage: str, moments: Sequence[float], reference: Rows
) -> tuple[int, list[str]]:
    """Kill a stage at some moments after its starts, then let it finish.

    Returns how many kills met it at work, and what differs from the undisturbed run.
    """
    folder, log = made.folder / "trial", made.folder / "trial.log"
    shutil.copytree(made.folder / f"before-{stage}", folder)
    if stage == "judgement":
        kills = judge(folder, log, moments)
    else:
        act = partial(ACTS[stage], folder, made.now)
        kills = sum(killed(forked(act, log), moment) for moment in moments)
        finished(forked(act, log), log)
    found = differences(folder, reference)
    shutil.rmtree(folder)
    return kills, found


def measure(kills: int, seed: int, *, weeks: int = 4, scale: float = 0.25) -> dict[str, Any]:
    """Return what became of so many kills, a share for each stage."""
    # Before anything is forked, and on one thread: a child must not wait for a thread it lacks.
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in ("crawlers.process", "review.app", "flows.steps"):
        import_module(name)
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    tallies = {stage: Tally() for stage in STAGES}
    with (
        tempfile.TemporaryDirectory() as name,
        world(Path(name), weeks=weeks, scale=scale) as made,
    ):
        after, seconds = undisturbed(made)
        for stage, tally in tallies.items():
            most = round(kills * SHARES[stage])
            while tally.kills < most:
                wanted = min(chance.choice(IN_A_ROW), most - tally.kills)
                moments = [chance.uniform(0, seconds[stage]) for _ in range(wanted)]
                met, differing = tried(made, stage, moments, after[stage])
                tally.kills += met
                tally.runs += 1
                tally.differing += differing
                print(
                    f"{stage}: {tally.kills} kills, {tally.runs} runs compared",
                    *differing,
                    sep="\n  ",
                )
    return {
        "seed": seed,
        "kills": sum(tally.kills for tally in tallies.values()),
        "documents": after["crawl"]["documents"].total(),
        "candidates": after["detect"]["candidates"].total(),
        "stages": {
            stage: {
                "undisturbed_seconds": round(seconds[stage], 2),
                "kills": tally.kills,
                "runs_compared": tally.runs,
                "differing": tally.differing,
            }
            for stage, tally in tallies.items()
        },
    }


def main() -> None:
    """Kill, compare, print, write."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 8
    figures = measure(kills, seed)
    report.table(
        f"{figures['kills']} kills, seed {seed}",
        ("stage", "seconds", "kills", "runs compared", "differing"),
        [
            (name, s["undisturbed_seconds"], s["kills"], s["runs_compared"], len(s["differing"]))
            for name, s in figures["stages"].items()
        ],
    )
    print(report.write("kills", figures))
    assert not any(s["differing"] for s in figures["stages"].values())


if __name__ == "__main__":
    main()
