"""What is new about an actor, and what rises: the terms of emergence itself."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from signals import cues, trends
from signals.context import Context, Found, say_day
from vigie.records import ActorKind, DocumentKind, Message, Sighting

if TYPE_CHECKING:
    from datetime import date

    from signals.profile import Profile

BIRTH_DAYS = 120
"""A sign of birth older than this says nothing of today."""
FIRST_TIME = 0.65
"""The strength of signs that something takes place for the first time, whatever it is."""


def novelty(profile: Profile, context: Context) -> Found | None:
    """How sure it is that the actor is new, not just new to us.

    Left-censoring: the longer its first source had been read without naming it, the less an old
    actor could have stayed unseen (`trends.would_have_been_seen`). Novelty is whole for eight
    weeks and then halves every eight: a rule of ours, chosen on the simulator's seeds 7 and 11.
    """
    age = (context.as_of - profile.first_seen).days / 7
    exposure = _exposure(profile, context)
    value = trends.would_have_been_seen(exposure) * 0.5 ** (max(age - 8, 0) / 8)
    return Found(
        value,
        Message(
            "Vu pour la première fois le {day}, après {n} semaine d’écoute de cette source",
            {"day": say_day(profile.first_seen), "n": int(exposure)},
            "Vu pour la première fois le {day}, après {n} semaines d’écoute de cette source",
        ),
    )


def _exposure(profile: Profile, context: Context) -> float:
    """Return for how many weeks the best known of its first sources had been read without it."""
    day = profile.first_seen
    if profile.past.sources:
        first = {one.source_id for one in profile.past.sources if one.first_day == day}
        return max(context.weeks_before(source_id, day) for source_id in first)
    return max(context.weeks_of_listening(s) for s in profile.sightings if s.day == day)


def growth(profile: Profile, context: Context) -> Found | None:
    """How probable it is that stories have become more frequent (Poisson-Gamma posterior).

    The last four weeks against up to twenty-six before; 0 when a rise is as likely as a fall:
    2p − 1 of the probability p of `trends.rate_rose` (Gelman et al. 2013, section 2.6).
    """
    recent_from = context.as_of - timedelta(days=27)
    before_from = max(context.archive_start, recent_from - timedelta(days=182))
    recent = profile.stories_between(recent_from, context.as_of + timedelta(days=1))
    before = profile.stories_between(before_from, recent_from)
    weeks = max((recent_from - before_from).days / 7, 0.0)
    probability = trends.rate_rose(recent, 4.0, before, weeks)
    if probability <= 0.5:
        return None
    return Found(
        2 * probability - 1,
        Message(
            "Rythme probablement en hausse ({percent} %) : {n} récit en quatre semaines, "
            "{before} avant",
            {"percent": round(100 * probability), "n": recent, "before": before},
            "Rythme probablement en hausse ({percent} %) : {n} récits en quatre semaines, "
            "{before} avant",
        ),
    )


def burst(profile: Profile, context: Context) -> Found | None:
    """Whether a burst is under way (`trends.burst_weight`, after Kleinberg 2002).

    Its weight w over 26 weeks as 1 − e^(−w/2), so that none is worth more than a whole.
    """
    counts = _weekly(profile, context.as_of, 26)
    weight = trends.burst_weight(counts)
    if weight <= 0 or not any(counts[-2:]):
        return None
    return Found(
        trends.saturate(weight, 2.0),
        Message(
            "Emballement : {n} récit indépendant en deux semaines",
            {"n": counts[-1] + counts[-2]},
            "Emballement : {n} récits indépendants en deux semaines",
        ),
    )


def slow_rise(profile: Profile, context: Context) -> Found | None:
    """Whether stories come faster over a year, without a burst (Laplace's trend test).

    Nothing under a probability of 0.8, then what it is over an even chance (`trends`).
    """
    start = max(context.archive_start, context.as_of - timedelta(days=364))
    days = [(day - start).days for day, n in profile.told if day >= start for _ in range(n)]
    probability = trends.laplace_trend(days, (context.as_of - start).days + 1)
    if probability <= 0.8:
        return None
    return Found(
        2 * probability - 1,
        Message("Montée lente : {n} récits, de plus en plus rapprochés", {"n": len(days)}),
    )


def _weekly(profile: Profile, as_of: date, weeks: int) -> list[int]:
    counts = [0] * weeks
    for day, count in profile.told:
        age = (as_of - day).days // 7
        if 0 <= age < weeks:
            counts[weeks - 1 - age] += count
    return counts


def birth(profile: Profile, context: Context) -> Found | None:
    """Signs of birth in what is written of it, each independent story adding to the others.

    Strengths combine as a noisy or (Pearl 1988): 1 − ∏(1 − strength). A first edition or a first
    exhibition counts half for a name of unknown kind: artists and works have theirs too.
    """
    best: dict[str, tuple[float, Sighting, str]] = {}
    for sighting in profile.since(context.as_of - timedelta(days=BIRTH_DAYS)):
        strength, words = _birth_sign(sighting, context.as_of.year)
        if profile.kind is ActorKind.UNKNOWN and strength <= FIRST_TIME:
            strength /= 2
        if strength > best.get(sighting.story_id, (0.0,))[0]:
            best[sighting.story_id] = (strength, sighting, words)
    if not best:
        return None
    signs = sorted(best.values(), key=lambda s: (-s[0], s[1].day, s[1].document_id))
    none = 1.0
    for strength, _, _ in signs[:3]:
        none *= 1 - strength
    _, sighting, words = signs[0]
    values = {"source": context.source_name(sighting.source_id), "day": say_day(sighting.day)}
    if not words:
        return Found(1 - none, Message("Signe de naissance : avis légal ({source}, {day})", values))
    return Found(
        1 - none,
        Message("Signe de naissance : « {words} » ({source}, {day})", {"words": words, **values}),
    )


def _birth_sign(sighting: Sighting, year: int) -> tuple[float, str]:
    """Return how strong the best sign is, and its words; none for a notice as such."""
    strength, words = cues.birth_of(sighting.sentence, sighting.surface)
    if sighting.document_kind is DocumentKind.NOTICE and strength < 0.6:
        # A registry also publishes changes and dissolutions: alone, a notice is half a sign.
        strength, words = (0.0 if cues.later_notice(sighting.sentence) else 0.6), ""
    founded = [y for y in cues.read(sighting.sentence).years if year - 1 <= y <= year]
    return max((strength, words), (0.8, str(founded[0])) if founded else (0.0, ""))


def fresh(profile: Profile, context: Context) -> Found | None:
    """How lately it was spoken of: halves every two weeks.

    What nobody judged stays in the running, and makes room for what is told this week.
    Exponential forgetting (Brown 1959); the half-life is ours.
    """
    days = (context.as_of - profile.last_seen).days
    if not days:
        return Found(1.0, Message("Cité le jour même"))
    return Found(
        0.5 ** (days / 14),
        Message(
            "Cité pour la dernière fois il y a {n} jour",
            {"n": days},
            "Cité pour la dernière fois il y a {n} jours",
        ),
    )


def upcoming(profile: Profile, context: Context) -> Found | None:
    """Events announced for after today; a second one tells half as much as the first.

    Half of that for a name of unknown kind: exhibitions, concerts and talks are announced too.
    A geometric series, 1 − ½ⁿ: a rule of ours.
    """
    days = {s.event_day for s in profile.sightings if s.event_day and s.event_day > context.as_of}
    if not days:
        return None
    sort = 0.5 if profile.kind is ActorKind.UNKNOWN else 1.0
    return Found(
        (1 - 0.5 ** len(days)) * sort,
        Message(
            "{n} rendez-vous annoncé, le prochain le {day}",
            {"n": len(days), "day": say_day(min(days))},
            "{n} rendez-vous annoncés, le prochain le {day}",
        ),
    )
