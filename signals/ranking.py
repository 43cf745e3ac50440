"""Everyone who may be proposed in a week, scored; and who is set aside, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from signals.context import RECENT_DAYS, Context, context
from signals.learning import learned, shift
from signals.profile import Profile, profile
from signals.scoring import Scored, published_weights, score
from signals.standing import share_elsewhere
from signals.text import themes_in
from signals.together import seen_together
from vigie.records import ActorFacts, Cluster, Judgement, Verdict, WeekFacts, iso_week

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vigie.settings import Watch

REJECTED_SCORE = 0.6
"""A rejected actor returns only above this …"""
REJECTED_STORIES = 2
"""… and with so many independent stories since it was rejected."""
LEAST_CONFIDENCE = 0.5
"""No mention surer than this: more likely a slip of extraction than a group."""
LEAST_EXPLORED = 0.06
"""What scores less is old, well known or elsewhere, and no miss of the ranking."""
REACH = 200
"""So many of the best are looked at together with each other; the rest come into no queue."""
MOST_KNOWN = 200


class Aside(StrEnum):
    """Why an actor is not considered in a week."""

    SILENT = "silent"
    INSTITUTION = "institution"
    UNSURE = "unsure"
    ELSEWHERE = "elsewhere"
    OFF_THEME = "off_theme"
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
    groups: tuple[Cluster, ...] = ()
    """Of those that come near the queue and of the known."""
    known: frozenset[str] = frozenset()
    """Actors that the lab keeps and that were named lately."""


def rank(facts: WeekFacts, watch: Watch, weights: Mapping[str, float] | None = None) -> Ranking:
    """Return everyone who may be proposed in a week, scored, the best first.

    Without `weights` they are those that the lessons of earlier weeks teach. Those who come near
    the queue are then looked at together: their groups, and what is said of them all.
    """
    shared = context(facts, watch)
    published = {**published_weights(), **(weights or {})}
    used = learned(facts.lessons, published) if weights is None else published
    moved = shift(facts.lessons, used, published)
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
        result = score(found, shared, used, moved)
        if (reason := _already_judged(result)) is not None:
            aside[actor.actor_id] = reason
            continue
        scored.append(result)
    known = _known(facts.actors, facts.as_of)
    near = sorted((s for s in scored if s.worth >= LEAST_EXPLORED), key=_best_first)[:REACH]
    earlier = facts.clusters or (facts.last_queue.clusters if facts.last_queue else ())
    whole, groups = seen_together(
        [s.profile for s in near], known, shared, earlier, iso_week(facts.as_of)
    )
    again = {s.profile.actor_id: score(s.profile, whole, used, moved) for s in near}
    ordered = sorted((again.get(s.profile.actor_id, s) for s in scored), key=_best_first)
    kept = frozenset(p.actor_id for p in known)
    return Ranking(whole, used, tuple(ordered), aside, groups, kept)


def _best_first(scored: Scored) -> tuple[float, str]:
    return -round(scored.log_odds, 9), scored.profile.actor_id


def _known(actors: Iterable[ActorFacts], as_of: date) -> list[Profile]:
    kept = (a for a in actors if a.judgement and a.judgement.verdict is Verdict.KEEP)
    recent = as_of - timedelta(days=RECENT_DAYS)
    found = (profile(actor, as_of) for actor in kept if actor.sightings[-1].day >= recent)
    return [p for p in found if p is not None][:MOST_KNOWN]


# --- who may enter -------------------------------------------------------------------------


def _at_a_glance(actor: ActorFacts, shared: Context) -> Aside | None:
    judgement = actor.judgement
    if actor.public:
        return Aside.INSTITUTION
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
    if shared.only_themes and not any(
        themes_in(sighting.sentence, shared.themes) for sighting in found.sightings
    ):
        return Aside.OFF_THEME
    return None


def _already_judged(result: Scored) -> Aside | None:
    judgement = result.profile.judgement
    if judgement is None:
        return None
    fresh = len(new_stories(result.profile, judgement))
    if judgement.verdict is Verdict.WATCH:
        return None if fresh else Aside.WATCHED
    enough = fresh >= REJECTED_STORIES and result.worth >= REJECTED_SCORE
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
