"""From a week's facts to the queue that an officer goes through."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

from signals.clusters import clusters
from signals.context import RECENT_DAYS, Context, context, say_day
from signals.learning import learned
from signals.profile import Profile, profile
from signals.scoring import Scored, published_weights, reasons, score
from signals.standing import share_elsewhere
from signals.text import fold
from vigie.records import (
    ActorFacts,
    ActorKind,
    Candidate,
    Cluster,
    ClusterChange,
    EnteredBy,
    Evidence,
    Feature,
    Judgement,
    Message,
    Queue,
    Sighting,
    Verdict,
    WeekFacts,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vigie.settings import Watch

LEAST_SCORE = 0.4
"""A queue is rather short than padded: below this a candidate enters by exploration only."""
LEAST_EVIDENCE = 0.28
"""Exploration measures whom the ranking misses among groups: what is surely none is not drawn."""
LEAST_EXPLORED = 0.1
"""What scores less is old, well known or elsewhere, and no miss of the ranking."""
REJECTED_SCORE = 0.7
"""A rejected actor returns only above this …"""
REJECTED_STORIES = 2
"""… and with so many independent stories since it was rejected."""
LEAST_CONFIDENCE = 0.5
"""No mention surer than this: more likely a slip of extraction than a group."""
OF_ONE_STORY = 3
"""At most so many candidates that one story alone brings."""
QUOTES = 5
QUOTE_LENGTH = 400
_DIVERSITY = 0.15


class Aside(StrEnum):
    """Why an actor is not considered in a week."""

    SILENT = "silent"
    INSTITUTION = "institution"
    UNSURE = "unsure"
    ELSEWHERE = "elsewhere"
    KEPT = "kept"
    MERGED = "merged"
    WATCHED = "watched"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Ranking:
    """Everyone who was considered in a week, the best first, and those who were set aside."""

    context: Context
    weights: Mapping[str, float]
    scored: tuple[Scored, ...]
    aside: Mapping[str, Aside]


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
    pool = [s for s in ranking.scored if s.score >= LEAST_SCORE][: 4 * watch.queue_size]
    known = _known(facts.actors, facts.as_of)
    earlier = facts.clusters or (facts.last_queue.clusters if facts.last_queue else ())
    groups = clusters([s.profile for s in pool] + known, ranking.context, earlier, week)
    ranked = select(pool, slots, _membership(groups), ranking.context)
    drawn = explore(ranking.scored, ranked, watch.queue_size - slots, week)
    kept = {p.actor_id for p in known}
    shown = _shown(groups, {s.profile.actor_id for s in (*ranked, *drawn)}, kept)
    entered = [(s, EnteredBy.RANKING) for s in ranked] + [(s, EnteredBy.EXPLORATION) for s in drawn]
    membership = _membership(shown)
    return Queue(
        week=week,
        as_of=facts.as_of,
        candidates=tuple(
            _candidate(scored, place, by, membership.get(scored.profile.actor_id), ranking)
            for place, (scored, by) in enumerate(entered, start=1)
        ),
        clusters=shown,
    )


def ranked_slots(watch: Watch) -> int:
    """Return how many places of the queue the ranking fills; at least one."""
    return max(watch.queue_size - watch.exploration, min(watch.queue_size, 1))


def rank(facts: WeekFacts, watch: Watch, weights: Mapping[str, float] | None = None) -> Ranking:
    """Return everyone who may be proposed in a week, scored, the best first.

    Without `weights` they are those that the lessons of earlier weeks teach.
    """
    shared = context(facts, watch)
    used = {**published_weights(), **(weights or {})}
    if weights is None:
        used = dict(learned(facts.lessons, used))
    aside: dict[str, Aside] = {}
    scored: list[Scored] = []
    for actor in facts.actors:
        if (reason := _at_a_glance(actor, shared)) is not None:
            aside[actor.actor_id] = reason
            continue
        found = profile(actor, facts.as_of)
        if found is None:
            continue
        if (reason := _on_reading(found, shared)) is not None:
            aside[actor.actor_id] = reason
            continue
        result = score(found, shared, used)
        if (reason := _already_judged(result)) is not None:
            aside[actor.actor_id] = reason
            continue
        scored.append(result)
    scored.sort(key=lambda s: (-round(s.log_odds, 9), s.profile.actor_id))
    return Ranking(shared, used, tuple(scored), aside)


# --- who may enter -------------------------------------------------------------------------


def _at_a_glance(actor: ActorFacts, shared: Context) -> Aside | None:
    judgement = actor.judgement
    if judgement is not None and judgement.verdict is Verdict.KEEP:
        return Aside.KEPT
    if judgement is not None and judgement.verdict is Verdict.MERGE:
        return Aside.MERGED
    if not any(shared.recent <= s.day <= shared.as_of for s in reversed(actor.sightings)):
        return Aside.SILENT
    return None


def _on_reading(found: Profile, shared: Context) -> Aside | None:
    if found.institution:
        return Aside.INSTITUTION
    if max(s.confidence for s in found.sightings) < LEAST_CONFIDENCE:
        return Aside.UNSURE
    if share_elsewhere(found, shared) > 0.75:
        return Aside.ELSEWHERE
    return None


def _already_judged(result: Scored) -> Aside | None:
    judgement = result.profile.judgement
    if judgement is None:
        return None
    fresh = len(new_stories(result.profile, judgement))
    if judgement.verdict is Verdict.WATCH:
        return None if fresh else Aside.WATCHED
    enough = fresh >= REJECTED_STORIES and result.score >= REJECTED_SCORE
    return None if enough else Aside.REJECTED


def new_stories(found: Profile, judgement: Judgement) -> tuple[str, ...]:
    """Return the independent stories that began after an actor was judged.

    A judgement has seen all of the week that it was given in, and nothing later, even when it
    is given months afterwards on an old queue. One given outside any queue has seen its own day.
    """
    seen = judgement.at.date()
    if judgement.week:
        year, week = judgement.week.split("-W")
        seen = min(seen, date.fromisocalendar(int(year), int(week), 7))
    return tuple(story for day, story in found.story_days if day > seen)


# --- who enters ----------------------------------------------------------------------------


def select(
    pool: Sequence[Scored], slots: int, membership: Mapping[str, Cluster], shared: Context
) -> list[Scored]:
    """Return the best of a pool without saying one thing many times, the best first.

    Maximal marginal relevance (Carbonell & Goldstein 1998): each choice weighs its score
    against its likeness to those chosen before. Once a story has brought `OF_ONE_STORY`
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
        best = max(free, key=lambda s: s.score - _DIVERSITY * likeness[s.profile.actor_id])
        waiting.remove(best)
        chosen.append(best)
        own = stories[best.profile.actor_id]
        brought.update(own)
        group = membership.get(best.profile.actor_id)
        for other in waiting:
            name = other.profile.actor_id
            alike = len(own & stories[name]) / min(len(own), len(stories[name]))
            if group is not None and membership.get(name) is group:
                alike = max(alike, 0.3)
            likeness[name] = max(likeness[name], alike)
    return sorted(chosen, key=lambda s: (-round(s.log_odds, 9), s.profile.actor_id))


def explore(
    scored: Iterable[Scored], ranked: Sequence[Scored], slots: int, week: str
) -> list[Scored]:
    """Return a draw from those whom the ranking left out, the likelier ones more often.

    Weighted sampling without replacement (Efraimidis & Spirakis 2006): the largest u^(1/score)
    win. The numbers u come from a hash of the week and the actor, so that the draw can be redone.
    """
    taken = {s.profile.actor_id for s in ranked}
    left = [s for s in scored if s.profile.actor_id not in taken and _worth_a_look(s)]
    left.sort(
        key=lambda s: (
            log(_uniform(week, s.profile.actor_id)) / max(s.score, 1e-3),
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
        and scored.score >= LEAST_EXPLORED
    )


def _uniform(week: str, actor_id: str) -> float:
    """Return a number above 0 and at most 1 that a week and an actor fix."""
    digest = hashlib.sha256(f"{week}\n{actor_id}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 1) / 2**64


def _known(actors: Iterable[ActorFacts], as_of: date) -> list[Profile]:
    kept = (a for a in actors if a.judgement and a.judgement.verdict is Verdict.KEEP)
    recent = as_of - timedelta(days=RECENT_DAYS)
    found = (profile(actor, as_of) for actor in kept if actor.sightings[-1].day >= recent)
    return [p for p in found if p is not None][:200]


def _membership(groups: Iterable[Cluster]) -> dict[str, Cluster]:
    return {member: group for group in groups for member in group.members}


def _shown(groups: Iterable[Cluster], queued: set[str], kept: set[str]) -> tuple[Cluster, ...]:
    """Return the groups as far as they are in the queue or known already."""
    cut = [
        replace(
            g,
            members=tuple(m for m in g.members if m in queued or m in kept),
            known=tuple(m for m in g.members if m in kept),
        )
        for g in groups
    ]
    return tuple(g for g in cut if len(g.members) > 1 and queued.intersection(g.members))


# --- how it is shown -----------------------------------------------------------------------


def _candidate(
    scored: Scored, place: int, by: EnteredBy, cluster: Cluster | None, ranking: Ranking
) -> Candidate:
    found = scored.profile
    return Candidate(
        actor_id=found.actor_id,
        name=found.name,
        aliases=found.aliases,
        kind=found.kind,
        commune=found.commune,
        score=scored.score,
        rank=place,
        entered_by=by,
        first_seen=found.first_seen,
        mentions=found.mentions,
        stories=found.stories,
        sources=len(found.sources),
        cluster=cluster.id if cluster else None,
        reasons=(
            *_news(found, ranking.context),
            *_company(cluster),
            *reasons(scored, ranking.weights),
        ),
        evidence=evidence(found, ranking.context),
    )


def _news(found: Profile, shared: Context) -> tuple[Feature, ...]:
    """Say what is new since an actor was last judged; it weighs nothing by itself."""
    judgement = found.judgement
    if judgement is None:
        return ()
    fresh = set(new_stories(found, judgement))
    outlets = sorted(
        {shared.source_name(s.source_id) for s in found.sightings if s.story_id in fresh}
    )
    detail = Message(
        "Depuis votre avis du {day} : {n} nouveau récit ({sources})",
        {"day": say_day(judgement.at.date()), "n": len(fresh), "sources": ", ".join(outlets)},
        "Depuis votre avis du {day} : {n} nouveaux récits ({sources})",
    )
    return (Feature(name="news", value=float(len(fresh)), weight=0, contribution=0, detail=detail),)


def _company(cluster: Cluster | None) -> tuple[Feature, ...]:
    """Say that an actor belongs to a group that was not there before; it weighs nothing."""
    if cluster is None or cluster.change is not ClusterChange.NEW:
        return ()
    detail = Message(
        "Groupe nouveau autour de {label} : {n} acteur",
        {"label": ", ".join(cluster.label), "n": len(cluster.members)},
        "Groupe nouveau autour de {label} : {n} acteurs",
    )
    return (Feature(name="company", value=1.0, weight=0, contribution=0, detail=detail),)


def evidence(found: Profile, shared: Context) -> tuple[Evidence, ...]:
    """Return up to five quotes that hold the name: distinct stories first, newest first."""
    quotable = [s for s in found.sightings if fold(s.surface) in fold(s.sentence)]
    quotable.sort(key=lambda s: (-s.day.toordinal(), -s.confidence, s.document_id, s.sentence))
    told: set[str] = set()
    quotes: set[str] = set()
    first: list[Sighting] = []
    again: list[Sighting] = []
    for sighting in quotable:
        if sighting.sentence in quotes:
            continue
        quotes.add(sighting.sentence)
        (again if sighting.story_id in told else first).append(sighting)
        told.add(sighting.story_id)
    return tuple(
        Evidence(
            document_url=s.document_url,
            source=shared.source_name(s.source_id),
            date=s.day,
            quote=shortened(s.sentence, s.surface),
            surface=s.surface,
        )
        for s in (first + again)[:QUOTES]
    )


def shortened(sentence: str, surface: str) -> str:
    """Return a sentence, or the part of a very long one that stands around the name."""
    sentence = " ".join(sentence.split())
    if len(sentence) <= QUOTE_LENGTH:
        return sentence
    at = max(sentence.find(surface), 0)
    start = max(0, min(at - QUOTE_LENGTH // 2, len(sentence) - QUOTE_LENGTH))
    end = start + QUOTE_LENGTH
    if start:
        start = min(sentence.find(" ", start) + 1 or start, at)
    if end < len(sentence):
        end = max(sentence.rfind(" ", start, end), at + len(surface))
    cut = sentence[start:end].strip()
    return ("… " if start else "") + cut + (" …" if end < len(sentence) else "")
