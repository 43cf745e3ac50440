"""The terms of the score: a visible list of small functions with published weights.

Each function is given an actor's profile and the week's context and returns a value, from 0 to
1, with the French sentence that lets a reader check it; None when it has nothing to say. A
weight is the log-odds that a full value adds to the chance that an officer would keep the
actor. Weights were chosen on simulated territories and rounded to quarters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from signals import cues, trends
from signals.context import Context, commune_name
from signals.text import themes_in
from vigie.records import ActorKind, DocumentKind, Message, Reach, Sighting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signals.profile import Profile


@dataclass(frozen=True, slots=True)
class Found:
    """What a feature says of an actor."""

    value: float
    detail: Message


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the list."""

    name: str
    weight: float
    function: Callable[[Profile, Context], Found | None]


START = -6.25
"""Log-odds of a name of which nothing is known: most are no emerging actor."""

BIRTH_DAYS = 120
"""A sign of birth older than this says nothing of today."""

NEWLY_LISTED = 90
"""Days for which being listed says nothing: a declaration is how an association is born."""


def say_day(day: date) -> str:
    """Return a day as it is written in French and English Europe alike."""
    return day.strftime("%d/%m/%Y")


# --- new, rising ---------------------------------------------------------------------------


def novelty(profile: Profile, context: Context) -> Found | None:
    """How sure it is that the actor is new, not just new to us.

    Left-censoring: the longer its first source had been read without naming it, the less an old
    actor could have stayed unseen (`trends.would_have_been_seen`). Novelty is whole for eight
    weeks and then halves every eight.
    """
    age = (context.as_of - profile.first_seen).days / 7
    first = [s for s in profile.sightings if s.day == profile.first_seen]
    exposure = max(context.weeks_of_listening(sighting) for sighting in first)
    value = trends.would_have_been_seen(exposure) * 0.5 ** (max(age - 8, 0) / 8)
    return Found(
        value,
        Message(
            "Vu pour la première fois le {day}, après {n} semaine d’écoute de cette source",
            {"day": say_day(profile.first_seen), "n": int(exposure)},
            "Vu pour la première fois le {day}, après {n} semaines d’écoute de cette source",
        ),
    )


def growth(profile: Profile, context: Context) -> Found | None:
    """How probable it is that stories have become more frequent (Poisson-Gamma posterior).

    The last four weeks against up to twenty-six before; 0 when a rise is as likely as a fall.
    """
    recent_from = context.as_of - timedelta(days=27)
    before_from = max(context.archive_start, recent_from - timedelta(days=182))
    recent = sum(1 for day, _ in profile.story_days if day >= recent_from)
    before = sum(1 for day, _ in profile.story_days if before_from <= day < recent_from)
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
    """Whether a burst is under way (`trends.burst_weight`, after Kleinberg 2002)."""
    counts = _weekly(profile, context.as_of, 26)
    weight = trends.burst_weight(counts)
    if weight <= 0:
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
    """Whether stories come faster over a year, without a burst (Laplace's trend test)."""
    start = max(context.archive_start, context.as_of - timedelta(days=364))
    days = [(day - start).days for day, _ in profile.story_days if day >= start]
    probability = trends.laplace_trend(days, (context.as_of - start).days + 1)
    if probability <= 0.8:
        return None
    return Found(
        2 * probability - 1,
        Message("Montée lente : {n} récits, de plus en plus rapprochés", {"n": len(days)}),
    )


def _weekly(profile: Profile, as_of: date, weeks: int) -> list[int]:
    counts = [0] * weeks
    for day, _ in profile.story_days:
        age = (as_of - day).days // 7
        if 0 <= age < weeks:
            counts[weeks - 1 - age] += 1
    return counts


def birth(profile: Profile, context: Context) -> Found | None:
    """Signs of birth in what is written of it, each independent story adding to the others.

    Strengths combine as a noisy or (Pearl 1988): 1 − ∏(1 − strength).
    """
    best: dict[str, tuple[float, Sighting, str]] = {}
    for sighting in profile.since(context.as_of - timedelta(days=BIRTH_DAYS)):
        strength, words = _birth_sign(sighting, context.as_of.year)
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


def repeated(profile: Profile, context: Context) -> Found | None:
    """Proposed before, with no independent story since: it makes room, and comes back after."""
    shown = context.proposed.get(profile.actor_id)
    if shown is None or any(day > shown for day, _ in profile.story_days):
        return None
    return Found(
        1.0, Message("Déjà proposé le {day}, rien de nouveau depuis", {"day": say_day(shown)})
    )


def upcoming(profile: Profile, context: Context) -> Found | None:
    """Events announced for after today; a second one tells half as much as the first."""
    days = {s.event_day for s in profile.sightings if s.event_day and s.event_day > context.as_of}
    if not days:
        return None
    return Found(
        1 - 0.5 ** len(days),
        Message(
            "{n} rendez-vous annoncé, le prochain le {day}",
            {"n": len(days), "day": say_day(min(days))},
            "{n} rendez-vous annoncés, le prochain le {day}",
        ),
    )


# --- known by whom, where ------------------------------------------------------------------


def stories(profile: Profile, context: Context) -> Found | None:
    """Independent stories of the last eight weeks: a third from two, two thirds from three on."""
    since = context.as_of - timedelta(days=55)
    count = sum(1 for day, _ in profile.story_days if day >= since)
    if count < 2:
        return None
    return Found(
        min((count - 1).bit_length() / 3, 1.0),
        Message("{n} récits indépendants en huit semaines", {"n": count}),
    )


def sources(profile: Profile, context: Context) -> Found | None:
    """Distinct local and regional sources of its independent stories, over the first."""
    local: dict[str, set[str]] = {}
    for sighting in profile.sightings:
        if context.reach(sighting.source_id) is not Reach.NATIONAL:
            local.setdefault(sighting.story_id, set()).add(sighting.source_id)
    distinct = {min(outlets) for outlets in local.values()}
    if len(distinct) < 2:
        return None
    return Found(
        min((len(distinct) - 1) / 3, 1.0),
        Message("Relayé par {n} sources locales ou régionales", {"n": len(distinct)}),
    )


def anchoring(profile: Profile, context: Context) -> Found | None:
    """Share of its sightings that name a commune of the territory, nearest to it for a whole."""
    if not context.territory:
        return None
    weights = [_anchored(s.communes, context.territory) for s in profile.sightings[-20:]]
    value = sum(weights) / len(weights)
    if value == 0:
        return None
    names = Counter(
        s.communes[0]
        for s in profile.sightings
        if s.communes and s.communes[0] in context.territory
    )
    where = sorted(names, key=lambda code: (-names[code], code))[:2]
    if not where:
        return Found(value, Message("Cité avec des communes du territoire"))
    return Found(
        value,
        Message(
            "Ancré sur le territoire : {places}",
            {"places": ", ".join(commune_name(code) for code in where)},
        ),
    )


def _anchored(communes: Sequence[str], territory: frozenset[str]) -> float:
    if not communes:
        return 0.0
    if communes[0] in territory:
        return 1.0
    return 0.5 if any(code in territory for code in communes[1:]) else 0.0


def themes(profile: Profile, context: Context) -> Found | None:
    """Watched themes named beside it: each story that does halves the doubt."""
    found: Counter[str] = Counter()
    about: set[str] = set()
    for sighting in profile.sightings[-20:]:
        named = themes_in(sighting.sentence, context.themes)
        found.update(named)
        if named:
            about.add(sighting.story_id)
    if not about:
        return None
    top = sorted(found, key=lambda theme: (-found[theme], theme))[:3]
    return Found(
        1 - 0.5 ** len(about), Message("Touche à vos thèmes : {themes}", {"themes": ", ".join(top)})
    )


def nearness(profile: Profile, context: Context) -> Found | None:
    """Named in the same documents as actors that the lab keeps."""
    shared = {s.document_id for s in profile.sightings if s.document_id in context.kept_documents}
    if not shared:
        return None
    return Found(
        1 - 0.5 ** len(shared),
        Message(
            "Cité dans {n} document avec des acteurs que vous avez retenus",
            {"n": len(shared)},
            "Cité dans {n} documents avec des acteurs que vous avez retenus",
        ),
    )


def evidence(profile: Profile, _: Context) -> Found | None:
    """How sure it is that this is a group: extraction's confidence over independent stories.

    A noisy or over the stories, times the share of mentions typed as an actor; about a third of
    that when no mention says what sort of group it is: in real texts such names are titles,
    works and slips of extraction two times in three.
    """
    best: dict[str, float] = {}
    for sighting in profile.sightings[-40:]:
        best[sighting.story_id] = max(best.get(sighting.story_id, 0.0), sighting.confidence)
    doubt = 1.0
    for confidence in best.values():
        doubt *= 1 - 0.9 * confidence
    sort = 1.0 if profile.kind is not ActorKind.UNKNOWN else 0.35
    total = len(profile.sightings)
    return Found(
        (1 - doubt) * profile.actor_share * sort,
        Message(
            "Reconnu comme groupe organisé dans {n} mention sur {total}",
            {"n": round(profile.actor_share * total), "total": total},
            "Reconnu comme groupe organisé dans {n} mentions sur {total}",
        ),
    )


def under_the_radar(profile: Profile, context: Context) -> Found | None:
    """Known to few: long in no directory, in no national source, told by few stories in all."""
    if _days_listed(profile, context) >= NEWLY_LISTED or _national_stories(profile, context):
        return None
    return Found(
        1 / (1 + (profile.stories - 1) / 5),
        Message(
            "Sous le radar : {n} récit en tout, aucun national",
            {"n": profile.stories},
            "Sous le radar : {n} récits en tout, aucun national",
        ),
    )


# --- reasons to doubt ----------------------------------------------------------------------


def listed(profile: Profile, context: Context) -> Found | None:
    """In a directory or registry for long: whole from one year on, nothing before three months."""
    days = _days_listed(profile, context)
    if profile.known_since is None or days < NEWLY_LISTED:
        return None
    return Found(
        min((days - NEWLY_LISTED) / (365 - NEWLY_LISTED), 1.0),
        Message("Dans un annuaire depuis le {day}", {"day": say_day(profile.known_since)}),
    )


def _days_listed(profile: Profile, context: Context) -> int:
    """Return for how many days a directory or registry has listed an actor; 0 if none does."""
    return (context.as_of - profile.known_since).days if profile.known_since else 0


def national(profile: Profile, context: Context) -> Found | None:
    """Told by national sources, or spoken of or named as national: not under the radar."""
    count = _national_stories(profile, context)
    if count:
        return Found(
            min(0.5 + 0.5 * count / profile.stories, 1.0),
            Message(
                "Déjà cité par la presse nationale ({n} récit)",
                {"n": count},
                "Déjà cité par la presse nationale ({n} récits)",
            ),
        )
    told = {s.story_id for s in profile.sightings if cues.read(s.sentence).national}
    if cues.national_name(profile.name) or told:
        share = 0.5 if cues.national_name(profile.name) else 0.0
        return Found(
            min(share + len(told) / profile.stories, 1.0), Message("Présenté comme national")
        )
    return None


def _national_stories(profile: Profile, context: Context) -> int:
    return len(
        {s.story_id for s in profile.sightings if context.reach(s.source_id) is Reach.NATIONAL}
    )


def established(profile: Profile, context: Context) -> Found | None:
    """Said to be old: a founding year or an age of three years or more, or the words for it."""
    strongest, since, age = 0.0, 0, 0
    for sighting in profile.sightings[-40:]:
        cue = cues.read(sighting.sentence)
        years = [y for y in cue.years if y <= context.as_of.year - 3]
        ages = [n for n in cue.ages if 3 <= n <= 200]
        value = 1.0 if years or ages else 0.7 if cue.long_standing else 0.0
        if value > strongest:
            strongest, since, age = value, next(iter(years), 0), next(iter(ages), 0)
    if strongest == 0 and cues.traditional_name(profile.name):
        return Found(0.4, Message("Nom de groupe traditionnel"))
    if strongest == 0:
        return None
    if since:
        return Found(strongest, Message("Présenté comme existant depuis {year}", {"year": since}))
    if age:
        return Found(strongest, Message("Présenté comme existant depuis {age} ans", {"age": age}))
    return Found(strongest, Message("Présenté comme installé de longue date"))


def seasonal(profile: Profile, context: Context) -> Found | None:
    """Comes back in the same weeks of the year, by its own history or by what is said of it.

    History: the share of its earlier stories that fall within 45 days of today's season,
    when they cover at least one earlier year and nothing much happened in between.
    """
    earlier = [day for day, _ in profile.story_days if (context.as_of - day).days > 180]
    same = sum(1 for day in earlier if _season_gap(day, context.as_of) <= 45)
    if same and same / len(earlier) >= 0.6 and _quiet_between(profile, context.as_of):
        last = max(day for day in earlier if _season_gap(day, context.as_of) <= 45)
        return Found(
            same / len(earlier),
            Message("Saisonnier : déjà vu à la même époque, le {day}", {"day": say_day(last)}),
        )
    told = {s.story_id for s in profile.sightings if cues.read(s.sentence).recurring}
    if not told:
        return None
    return Found(
        0.7 * len(told) / max(profile.stories, 1),
        Message("Présenté comme un rendez-vous qui revient"),
    )


def _season_gap(day: date, as_of: date) -> int:
    """Return how many days two dates are apart in the year."""
    apart = abs(day.timetuple().tm_yday - as_of.timetuple().tm_yday)
    return min(apart, 365 - apart)


def _quiet_between(profile: Profile, as_of: date) -> bool:
    between = [d for d, _ in profile.story_days if 60 < (as_of - d).days <= 300]
    return len(between) <= profile.stories / 5


def event_name(profile: Profile, _: Context) -> Found | None:
    """Named like an event, or tied to one single day and silent since."""
    if cues.event_name(profile.name):
        sure = 1.0 if profile.kind is ActorKind.UNKNOWN else 0.6
        return Found(sure, Message("Nom d’événement plutôt que de groupe"))
    spoken = {
        s.story_id for s in profile.sightings if cues.spoken_of_as_an_event(s.sentence, s.surface)
    }
    if spoken and profile.kind is ActorKind.UNKNOWN:
        return Found(
            0.8 * len(spoken) / profile.stories, Message("Cité comme un événement, non un groupe")
        )
    days = {s.event_day for s in profile.sightings}
    if len(days) == 1 and None not in days and profile.stories >= 3:
        return Found(0.4, Message("Lié à une seule date"))
    return None


def work(profile: Profile, _: Context) -> Found | None:
    """Called a film, a book, a plan or a prize by the words before its name."""
    told = {
        s.story_id for s in profile.sightings if cues.introduced_as_a_work(s.sentence, s.surface)
    }
    if not told:
        return None
    return Found(
        min(1.5 * len(told) / profile.stories, 1.0),
        Message("Présenté comme une œuvre, un programme ou un dispositif"),
    )


def advert(profile: Profile, _: Context) -> Found | None:
    """Named in the language of advertising."""
    told = {s.story_id for s in profile.sightings if cues.read(s.sentence).advert}
    if told:
        return Found(len(told) / profile.stories, Message("Cité dans une publicité"))
    if cues.shop_name(profile.name):
        return Found(0.5, Message("Nom de commerce"))
    return None


def syndicated(profile: Profile, context: Context) -> Found | None:
    """One release in many outlets, and little else: fame that was sent out.

    Nothing up to three outlets, whole from eight; divided by its other stories.
    """
    outlets = {story: context.outlets.get(story, 1) for _, story in profile.story_days}
    widest = max(outlets.values())
    if widest <= 3:
        return None
    others = sum(1 for count in outlets.values() if count <= 3)
    return Found(
        min((widest - 3) / 5, 1.0) / (1 + others),
        Message("Un même communiqué, repris par {n} sources : compté une fois", {"n": widest}),
    )


def elsewhere(profile: Profile, context: Context) -> Found | None:
    """How far it stands outside the territory, by the communes named with it."""
    share = share_elsewhere(profile, context)
    if share == 0:
        return None
    if profile.commune is None or profile.commune in context.territory:
        return Found(share, Message("Cité aussi avec des communes d’ailleurs"))
    place = commune_name(profile.commune)
    return Found(share, Message("Situé hors du territoire : {place}", {"place": place}))


def share_elsewhere(profile: Profile, context: Context) -> float:
    """Return the mean over located sightings: 1 all outside, ½ the nearest commune only."""
    if not context.territory:
        return 0.0
    located = [s.communes for s in profile.sightings[-40:] if s.communes]
    outside = sum(_outside(codes, context.territory) for codes in located)
    return outside / len(located) if located else 0.0


def _outside(communes: Sequence[str], territory: frozenset[str]) -> float:
    """Return 1 when all communes are outside, a half when only the nearest one is."""
    if territory.isdisjoint(communes):
        return 1.0
    return 0.0 if communes[0] in territory else 0.5


def institution(profile: Profile, _: Context) -> Found | None:
    """Typed as a public body by some of its mentions."""
    share = 1 - profile.actor_share
    if share == 0:
        return None
    total = len(profile.sightings)
    return Found(
        share,
        Message(
            "Pris pour une institution dans {n} mention sur {total}",
            {"n": round(share * total), "total": total},
            "Pris pour une institution dans {n} mentions sur {total}",
        ),
    )


FEATURES: tuple[Term, ...] = (
    Term("novelty", 1.75, novelty),
    Term("birth", 3.0, birth),
    Term("growth", 0.5, growth),
    Term("burst", 0.25, burst),
    Term("slow_rise", 0.75, slow_rise),
    Term("fresh", 0.5, fresh),
    Term("stories", 0.25, stories),
    Term("sources", 0.25, sources),
    Term("upcoming", 1.0, upcoming),
    Term("anchoring", 0.5, anchoring),
    Term("themes", 0.75, themes),
    Term("nearness", 0.5, nearness),
    Term("evidence", 3.5, evidence),
    Term("under_the_radar", 1.5, under_the_radar),
    Term("repeated", -2, repeated),
    Term("listed", -2.5, listed),
    Term("national", -2.5, national),
    Term("established", -3, established),
    Term("seasonal", -3, seasonal),
    Term("event_name", -4, event_name),
    Term("work", -1.5, work),
    Term("advert", -3.0, advert),
    Term("syndicated", -2.5, syndicated),
    Term("elsewhere", -3.0, elsewhere),
    Term("institution", -1.5, institution),
)
"""Every term of the score, in the order in which they are read."""
