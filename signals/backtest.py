"""The same detection, once a Monday over an archive, measured against what is known to be true.

The truth names actors, and may say of each whether it is emerging. When it does for some, it is
taken to name everything that matters (as the simulator's does): a candidate that it does not
name is wrong. When it never does, all its entries are emerging and it names only some of what
was to be found: the share of the queue that it names is then a lower bound of precision, and
`Backtest.complete` says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from signals import baselines
from signals.context import RECENT_DAYS
from signals.misses import Standing, threshold
from signals.queue import compose, ranked_slots
from signals.ranking import Aside, Ranking, rank
from signals.reckoning import Backtest, Reckoning, Seen
from signals.scoring import published_weights
from signals.truth import Matcher, Occurrence, TruthActor
from vigie.records import ActorFacts, Judgement, Queue, RejectReason, Verdict, WeekFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from signals.baselines import Policy
    from vigie.settings import Watch

WARM_UP = 8
"""Weeks at the start in which nothing can be called new; not measured."""
NAIVE: Mapping[str, Policy] = {
    "most_mentioned": baselines.most_mentioned,
    "random": baselines.at_random,
}


def replay(
    weeks: Iterable[WeekFacts],
    truth: Sequence[TruthActor],
    watch: Watch,
    key: Callable[[str], str],
    *,
    occurrences: Mapping[int, Sequence[Occurrence]] | None = None,
    warm_up: int = WARM_UP,
    judged: bool = False,
    seed: int = 0,
    weights: Mapping[str, float] | None = None,
    rivals: Mapping[str, Policy] | None = None,
) -> Backtest:
    """Replay an archive and measure what its queues found.

    Args:
        weeks: the facts of each Monday, oldest first; read once, so they may be made lazily.
        truth: what was to be found.
        watch: the size of the queue, the territory, the themes.
        key: what equal names share (`nlp.names.key`).
        occurrences: by position in the truth, the documents whose text mentions an actor, when
            the caller can search the texts; without it, they are read off the sightings and the
            truth.
        warm_up: weeks at the start that count for nothing; ignored when there are not more.
        judged: an officer who knows the truth judges every queue, as far as it goes: what she
            kept does not come again. Otherwise nobody ever looks.
        seed: of the bootstrap.
        weights: other than the published ones.
        rivals: other ways to fill the queue, measured beside the naive ones.
    """
    seen = Seen(Matcher(truth, key), judged)
    used = {**published_weights(), **(weights or {})}
    others = {**NAIVE, **(rivals or {})}
    seen.proposed.update({name: [] for name in ("vigie", *others)})
    verdicts: dict[str, Judgement] = {}
    last: Queue | None = None
    shown: dict[str, date] = {}
    before = date.min
    for facts in weeks:
        for actor in facts.actors:
            seen.matcher.hear(actor.actor_id, (s for s in actor.sightings if s.day > before))
        before = facts.as_of
        actors = _with(facts.actors, verdicts)
        known = replace(facts, last_queue=last, shown=dict(shown), actors=actors)
        ranking = rank(known, watch, used)
        last = compose(ranking, known, watch)
        shown |= {candidate.actor_id: last.as_of for candidate in last.candidates}
        _observe(seen, known, last, ranking, watch)
        for name, policy in others.items():
            seen.note(name, facts.as_of, policy(known, watch.queue_size, seen.done[name]))
        if judged:
            verdicts |= _judge(last, seen.matcher)
    reckoning = Reckoning(
        seen, truth, occurrences=occurrences, watch=watch, weights=used, seed=seed
    )
    return reckoning.result(warm_up)


def _with(
    actors: Sequence[ActorFacts], verdicts: Mapping[str, Judgement]
) -> tuple[ActorFacts, ...]:
    if not verdicts:
        return tuple(actors)
    return tuple(
        replace(a, judgement=verdicts[a.actor_id]) if a.actor_id in verdicts else a for a in actors
    )


def _judge(queue: Queue, matcher: Matcher) -> dict[str, Judgement]:
    """Return the verdicts of an officer who knows the truth as far as it was recognised."""
    at = datetime.combine(queue.as_of, time(9), UTC)
    verdicts: dict[str, Judgement] = {}
    for candidate in queue.candidates:
        index = matcher.entry(candidate.actor_id)
        good = index is not None and matcher.truth[index].emerging is not False
        verdicts[candidate.actor_id] = Judgement(
            actor_id=candidate.actor_id,
            verdict=Verdict.KEEP if good else Verdict.REJECT,
            who="backtest",
            at=at,
            week=queue.week,
            reason=None if good else RejectReason.OTHER,
        )
    return verdicts


def _observe(seen: Seen, facts: WeekFacts, queue: Queue, ranking: Ranking, watch: Watch) -> None:
    day = facts.as_of
    seen.note("vigie", day, tuple(c.actor_id for c in queue.candidates))
    seen.called.update((c.actor_id, c.name) for c in queue.candidates)
    recent = day - timedelta(days=RECENT_DAYS - 1)
    here = (a for a in facts.actors if any(recent <= s.day <= day for s in reversed(a.sightings)))
    seen.present.append((day, tuple(a.actor_id for a in here)))
    bar = threshold(queue, ranking, ranked_slots(watch))
    for place, scored in enumerate(ranking.scored, start=1):
        actor_id = scored.profile.actor_id
        seen.stated.append((day, actor_id, scored.score))
        margin = scored.log_odds - bar
        known = seen.best.get(actor_id)
        if known is None or margin > known.margin:
            seen.best[actor_id] = Standing(day, place, margin, scored)
    for actor_id, reason in ranking.aside.items():
        if reason is not Aside.SILENT:
            seen.asides[actor_id][reason] += 1
