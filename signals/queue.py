"""From a week's facts to the queue that an officer goes through."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING

from signals.proposed import concerns, marked, proposed
from signals.ranking import LEAST_EXPLORED, Ranking, rank
from signals.scoring import logistic
from signals.showing import candidate
from vigie.records import (
    ActorKind,
    Cluster,
    EnteredBy,
    Queue,
    WeekFacts,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from signals.context import Context
    from signals.scoring import Scored
    from vigie.records import Candidate
    from vigie.settings import Watch

LEAST_SCORE = 0.3
"""A queue is rather short than padded: below this a candidate enters by exploration only."""
LEAST_KEPT = 0.1
"""Nor is there a place, once verdicts have taught it, for whom she would keep so seldom."""
LEAST_EVIDENCE = 0.28
"""Exploration measures whom the ranking misses among groups: what is surely none is not drawn."""
OF_ONE_STORY = 3
"""At most so many candidates that one story alone brings."""
NEWS = 2.0
"""What a place is worth, beyond the chance to be kept, for whom no queue has shown: it is new to
whoever looks, where the others wait for somebody who did not."""
DIVERSITY = 0.75
"""The same for whom is wholly like a candidate chosen before."""


def detect(facts: WeekFacts, watch: Watch, weights: Mapping[str, float] | None = None) -> Queue:
    """Return the week's queue: ranked, capped, varied, with its exploration slots at the end.

    Pure: the same facts give the same bytes. `weights` replaces the published ones, by name of
    feature; the start is `"start"`. Without them, judgements re-weight the published ones.
    """
    return compose(rank(facts, watch, weights), facts, watch)


def compose(ranking: Ranking, facts: WeekFacts, watch: Watch) -> Queue:
    """Return the queue of a ranking that `rank` made from the same facts."""
    week = iso_week(facts.as_of)
    slots = ranked_slots(watch)
    pool = [s for s in ranking.scored if s.worth >= LEAST_SCORE and s.score >= LEAST_KEPT][
        : 4 * watch.queue_size
    ]
    ranked = select(pool, slots, ranking.context)
    drawn = explore(ranking.scored, ranked, watch.queue_size - slots, week, ranking.context)
    shown = _shown(ranking.groups, {s.profile.actor_id for s in (*ranked, *drawn)}, ranking.known)
    entered = [(s, EnteredBy.RANKING) for s in ranked] + [(s, EnteredBy.EXPLORATION) for s in drawn]
    membership = _membership(shown)
    found = [
        candidate(scored, place, by, membership.get(scored.profile.actor_id), ranking)
        for place, (scored, by) in enumerate(entered, start=1)
    ]
    return Queue(
        week=week,
        as_of=facts.as_of,
        candidates=tuple(_with_proposals(found, facts, watch, ranking)),
        clusters=shown,
        watch=watch.id,
    )


def _with_proposals(
    found: Sequence[Candidate], facts: WeekFacts, watch: Watch, ranking: Ranking
) -> Iterable[Candidate]:
    """Yield the candidates, then what was proposed: it has places of its own, beyond the queue's.

    One that is there anyhow says that it was proposed too.
    """
    proposals = {one.actor_id: one for one in facts.proposals if concerns(watch, one)}
    for one in found:
        proposal = proposals.pop(one.actor_id, None)
        yield marked(one, proposal) if proposal else one
    yield from proposed(proposals.values(), ranking, watch.proposed, after=len(found))


def ranked_slots(watch: Watch) -> int:
    """Return how many places of the queue the ranking fills; at least one."""
    return max(watch.queue_size - watch.exploration, min(watch.queue_size, 1))


# --- who enters ----------------------------------------------------------------------------


def select(pool: Sequence[Scored], slots: int, shared: Context) -> list[Scored]:
    """Return the best of a pool without saying one thing many times, the best first.

    Maximal marginal relevance (Carbonell & Goldstein 1998): each choice weighs its log-odds
    against its likeness to those chosen before. What that makes of the chance to be kept is worth
    more by `NEWS` for whom no queue has shown yet, or not since it was judged: what nobody looked
    at is carried over, and cedes its place to news. Once a story has brought `OF_ONE_STORY`
    candidates, others that only it speaks of wait.
    """
    stories = {
        s.profile.actor_id: frozenset(x.story_id for x in s.profile.since(shared.recent))
        for s in pool
    }
    chosen: list[Scored] = []
    brought: Counter[str] = Counter()
    likeness = dict.fromkeys(stories, 0.0)
    waiting = list(pool)
    while waiting and len(chosen) < slots:
        free = [
            s
            for s in waiting
            if any(brought[x] < OF_ONE_STORY for x in stories[s.profile.actor_id])
        ]
        if not free:
            break
        best = max(free, key=lambda s: _worth(s, shared, likeness[s.profile.actor_id]))
        waiting.remove(best)
        chosen.append(best)
        own = stories[best.profile.actor_id]
        brought.update(own)
        group = shared.groups.get(best.profile.actor_id)
        for other in waiting:
            name = other.profile.actor_id
            alike = len(own & stories[name]) / min(len(own), len(stories[name]))
            if group is not None and shared.groups.get(name) is group:
                alike = max(alike, 0.3)
            likeness[name] = max(likeness[name], alike)
    return sorted(chosen, key=lambda s: (-round(s.log_odds, 9), s.profile.actor_id))


def _worth(scored: Scored, shared: Context, likeness: float = 0.0) -> float:
    """Return what a place for a candidate is worth."""
    news = shared.shown(scored.profile) is None
    chance = logistic(scored.log_odds - scored.shift - DIVERSITY * likeness)
    return chance * (1 + NEWS * news)


def explore(
    scored: Iterable[Scored], ranked: Sequence[Scored], slots: int, week: str, shared: Context
) -> list[Scored]:
    """Return a draw from those whom the ranking left out, the likelier ones more often.

    Weighted sampling without replacement (Efraimidis & Spirakis 2006): the largest u^(1/score)
    win. The numbers u come from a hash of the week and the actor, so that the draw can be redone.
    """
    taken = {s.profile.actor_id for s in ranked}
    left = [s for s in scored if s.profile.actor_id not in taken and _worth_a_look(s)]
    left.sort(
        key=lambda s: (
            log(_uniform(week, s.profile.actor_id)) / max(_worth(s, shared), 1e-3),
            s.profile.actor_id,
        )
    )
    return left[::-1][:slots]


def _worth_a_look(scored: Scored) -> bool:
    """Tell whether to draw an actor: likely a group, and not surely an old one.

    One story that does not say what sort of group a name is says too little: in real texts such
    names are works, artists and slips of extraction.
    """
    found, profile = scored.found.get("evidence"), scored.profile
    said = profile.kind is not ActorKind.UNKNOWN or profile.stories > 1
    return (
        said
        and found is not None
        and found.value >= LEAST_EVIDENCE
        and scored.worth >= LEAST_EXPLORED
    )


def _uniform(week: str, actor_id: str) -> float:
    """Return a number above 0 and at most 1 that a week and an actor fix."""
    digest = hashlib.sha256(f"{week}\n{actor_id}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / 2**64


def _membership(groups: Iterable[Cluster]) -> dict[str, Cluster]:
    return {member: group for group in groups for member in group.members}


def _shown(
    groups: Iterable[Cluster], queued: AbstractSet[str], kept: AbstractSet[str]
) -> tuple[Cluster, ...]:
    """Return the groups as far as they are in the queue or known already."""
    cut = [
        replace(
            g,
            members=tuple(m for m in g.members if m in queued or m in kept),
            known=tuple(m for m in g.members if m in kept),
        )
        for g in groups
    ]
    return tuple(g for g in cut if len(g.members) > 1 and not queued.isdisjoint(g.members))
