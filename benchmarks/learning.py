"""What a hundred judgements of one officer make of her queue.

Usage: python -m benchmarks.learning [--seeds 21 22] [--keep DIR]

On simulated territories an officer goes through the weekly queues until she has given a hundred
verdicts; from then on the queues with the weights learnt are set beside those with the published
ones, week by week, over the same candidates (what she judged does not come back in either). Four
officers: two keep emerging actors of some kinds only, about a half and a quarter of all; one
keeps every emerging actor; one throws a coin. A candidate counts as right when it is emerging
and to her taste (for the coin: when it is emerging).
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import archive, report
from flows.backtest import mondays
from nlp import names
from signals.learning import drift, learned
from signals.queue import compose
from signals.ranking import rank
from signals.scoring import published_weights
from signals.truth import Matcher, TruthActor, read_truth
from storage import open_store
from storage.history import read_history
from vigie.records import Judgement, Lesson, Queue, Verdict, WeekFacts
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from vigie.settings import Watch

TERRITORY, WEEKS, WARM_UP, VERDICTS = "strasbourg", 52, 8, 100
FEW = {"third_place", "cooperative", "fablab", "citizen_project"}
MANY = FEW | {"association"}


def likes_some_kinds(actor: TruthActor | None, _: str) -> bool:
    """Keep emerging actors of five kinds, about half of them: no collectives, no companies."""
    return actor is not None and actor.emerging is True and actor.kind in MANY


def likes_few_kinds(actor: TruthActor | None, _: str) -> bool:
    """Keep emerging actors of four kinds, about a quarter of them."""
    return actor is not None and actor.emerging is True and actor.kind in FEW


def keeps_all_that_emerge(actor: TruthActor | None, _: str) -> bool:
    """Keep every emerging actor."""
    return actor is not None and actor.emerging is True


def throws_a_coin(_: TruthActor | None, actor_id: str) -> bool:
    """Keep half, whatever they are."""
    return hashlib.sha256(actor_id.encode()).digest()[0] < 128


OFFICERS: dict[str, tuple[Callable[[TruthActor | None, str], bool], Callable[..., bool]]] = {
    "tastes, half of the kinds": (likes_some_kinds, likes_some_kinds),
    "tastes, a quarter of them": (likes_few_kinds, likes_few_kinds),
    "keeps all that emerge": (keeps_all_that_emerge, keeps_all_that_emerge),
    "contradictory": (throws_a_coin, keeps_all_that_emerge),
}
"""How she judges, and what is right for her."""


@dataclass
class Officer:
    """What an officer has judged so far."""

    judge: Callable[[TruthActor | None, str], bool]
    right: Callable[[TruthActor | None, str], bool]
    verdicts: dict[str, Judgement] = field(default_factory=dict)
    lessons: list[Lesson] = field(default_factory=list)
    shares: dict[str, list[float]] = field(default_factory=lambda: {"published": [], "learnt": []})
    found: dict[str, set[int]] = field(
        default_factory=lambda: {"published": set(), "learnt": set()}
    )
    sought: set[int] = field(default_factory=set)
    weights: Mapping[str, float] | None = None

    def known(self, week: WeekFacts) -> WeekFacts:
        """Return a week's facts with her verdicts."""
        return replace(
            week,
            actors=tuple(replace(a, judgement=self.verdicts.get(a.actor_id)) for a in week.actors),
        )

    def learn(self, queue: Queue, entry: Callable[[str], TruthActor | None]) -> None:
        """Judge a queue until a hundred verdicts are given."""
        for one in queue.candidates:
            if len(self.lessons) == VERDICTS:
                break
            kept = self.judge(entry(one.actor_id), one.actor_id)
            values = {reason.name: reason.value for reason in one.reasons}
            self.lessons.append(
                Lesson(
                    actor_id=one.actor_id,
                    week=queue.week,
                    kind=one.kind,
                    values=values,
                    kept=kept,
                )
            )
            self.verdicts[one.actor_id] = Judgement(
                actor_id=one.actor_id,
                verdict=Verdict.KEEP if kept else Verdict.REJECT,
                who="officer",
                at=datetime.combine(queue.as_of, time(9), UTC),
                week=queue.week,
            )


def measured(place: Path) -> dict[str, Any]:
    """Return what each officer's judgements did on one archive."""
    settings = load(place)
    store = open_store(settings.storage.url, settings.folder)
    with store.reading() as c:
        history = read_history(c, zone=settings.zone)
    store.close()
    truth = read_truth(place / "web" / "truth.jsonl")
    matcher = Matcher(truth, names.key)
    officers = {name: Officer(*how) for name, how in OFFICERS.items()}
    heard = history.first_day - timedelta(days=1) if history.first_day else date.min
    for number, week in enumerate(mondays(history)):
        for actor in week.actors:
            matcher.hear(actor.actor_id, (s for s in actor.sightings if s.day > heard))
        heard = week.as_of
        if number >= WARM_UP:
            for officer in officers.values():
                one_week(officer, week, settings.watch, matcher)
    return {name: figures(officer) for name, officer in officers.items()}


def one_week(officer: Officer, week: WeekFacts, watch: Watch, matcher: Matcher) -> None:
    """Let an officer judge a week, or measure it once she has judged enough."""

    def entry(actor_id: str) -> TruthActor | None:
        index = matcher.entry(actor_id)
        return None if index is None else matcher.truth[index]

    known, published = officer.known(week), published_weights()
    if len(officer.lessons) < VERDICTS:
        officer.learn(compose(rank(known, watch, published), known, watch), entry)
        return
    if officer.weights is None:
        officer.weights = learned(officer.lessons, published)
    judged = {matcher.entry(actor_id) for actor_id in officer.verdicts}
    for actor in week.actors:
        index = matcher.entry(actor.actor_id)
        if index is not None and officer.right(truth_of(matcher, index), ""):
            officer.sought |= {index} - judged
    taught = replace(known, lessons=tuple(officer.lessons))
    for name, weights in (("published", published), ("learnt", None)):
        ranking = rank(taught, watch, weights)
        queue = compose(ranking, known, watch)
        good = right(queue, matcher, officer)
        officer.found[name] |= good
        officer.shares[name].append(len(good) / max(len(queue.candidates), 1))


def truth_of(matcher: Matcher, index: int) -> TruthActor:
    """Return an entry of the truth."""
    return matcher.truth[index]


def right(queue: Queue, matcher: Matcher, officer: Officer) -> set[int]:
    """Return the entries in a queue that are right for an officer."""
    entries = (matcher.entry(one.actor_id) for one in queue.candidates)
    return {i for i in entries if i is not None and officer.right(truth_of(matcher, i), "")}


def figures(officer: Officer) -> dict[str, Any]:
    """Return precision at the queue's size and recall with both weights, and what moved."""
    moved = drift(officer.weights or {}, published_weights()) if officer.weights else ()
    return {
        "kept": sum(lesson.kept for lesson in officer.lessons),
        "weeks measured": len(officer.shares["learnt"]),
        "precision of the queue": {name: mean(shares) for name, shares in officer.shares.items()},
        "recall": {
            name: round(len(found & officer.sought) / max(len(officer.sought), 1), 3)
            for name, found in officer.found.items()
        },
        "moved most": {name: [before, after] for name, before, after in moved[:6]},
    }


def mean(shares: Iterable[float]) -> float:
    """Return a mean to three decimals; 0 of nothing."""
    some = list(shares)
    return round(sum(some) / len(some), 3) if some else 0.0


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[21, 22])
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        for seed in given.seeds:
            place = archive.simulated(folder, TERRITORY, weeks=WEEKS, seed=seed, scale=1.0)
            found[f"seed {seed}"] = measured(place)
    rows = [
        (f"{seed}, {name}", *one["precision of the queue"].values(), *one["recall"].values())
        for seed, officers in found.items()
        for name, one in officers.items()
    ]
    columns = ("", "P@25 published", "learnt", "recall published", "learnt")
    report.table("After a hundred judgements", columns, rows)
    print(report.write("learning", found))


if __name__ == "__main__":
    main()
