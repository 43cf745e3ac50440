"""Where an actor stands: known by whom, near to whom, about what, and how surely a group."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from signals.context import Context, Found, commune_name
from signals.text import themes_in
from vigie import words
from vigie.records import ActorKind, Message, Placing, Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.profile import Profile

NEWLY_LISTED = 90
"""Days for which being listed says nothing: a declaration is how an association is born."""


def stories(profile: Profile, context: Context) -> Found | None:
    """Independent stories of the last eight weeks: a third from two, two thirds from three on.

    By doublings, as ⌊log₂(n − 1) + 1⌋/3: a rule of ours; the second story tells more than the
    ninth.
    """
    since = context.as_of - timedelta(days=55)
    count = profile.stories_between(since, context.as_of + timedelta(days=1))
    if count < 2:
        return None
    return Found(
        min((count - 1).bit_length() / 3, 1.0),
        Message("{n} récits indépendants en huit semaines", {"n": count}),
    )


def sources(profile: Profile, context: Context) -> Found | None:
    """Distinct local and regional sources of its independent stories, over the first.

    A third for each, three at most: a rule of ours. A story counts for one source, the first.
    """
    local: dict[str, set[str]] = {}
    for sighting in profile.sightings:
        if context.reach(sighting.source_id) is not Reach.NATIONAL:
            local.setdefault(sighting.story_id, set()).add(sighting.source_id)
    distinct = {min(outlets) for outlets in local.values()} | {
        one.source_id
        for one in profile.past.sources
        if one.stories and context.reach(one.source_id) is not Reach.NATIONAL
    }
    if len(distinct) < 2:
        return None
    regional = sum(context.reach(one) is Reach.REGIONAL for one in distinct)
    return Found(min((len(distinct) - 1) / 3, 1.0), _relayed(len(distinct), regional))


def _relayed(sources: int, regional: int) -> Message:
    if not regional:
        return Message("Relayé par {n} sources locales", {"n": sources})
    return Message(
        "Relayé par {sources} sources, dont {n} régionale",
        {"n": regional, "sources": sources},
        "Relayé par {sources} sources, dont {n} régionales",
    )


def subject(profile: Profile, _: Context) -> Found | None:
    """How often one text names it, over the first time: 1 − 1/n, a rule of ours.

    Who is named again is what the text is about, and not only whom it mentions in passing. A
    third less for a name of unknown kind: texts about artists and works name them again, too.
    """
    count = max(Counter(s.document_id for s in profile.sightings).values())
    if count < 2:
        return None
    sort = 0.7 if profile.kind is ActorKind.UNKNOWN else 1.0
    return Found((1 - 1 / count) * sort, Message("Nommé {n} fois dans un même texte", {"n": count}))


def alone(profile: Profile, context: Context) -> Found | None:
    """Its share of a recent text that names the fewest other actors: 1/n, a rule of ours."""
    counts = [context.texts[s.document_id].actors for s in profile.since(context.recent)]
    if not counts:
        return None
    if (least := min(counts)) == 1:
        return Found(1.0, Message("Seul acteur nommé dans un texte"))
    others = Message(
        "Toujours nommé avec un autre acteur au moins",
        {"n": least - 1},
        "Toujours nommé avec {n} autres acteurs au moins",
    )
    return Found(1 / least, others)


_PLACED = {Placing.OWN, Placing.DATELINE, Placing.THERE, Placing.SENTENCE}
"""Ways in which a sentence itself names an actor with a commune."""


def communes(profile: Profile, context: Context) -> Found | None:
    """Distinct communes of the territory that its sentences name it with, over the first.

    A third for each, three at most: a rule of ours.
    """
    named = {
        s.communes[0]
        for s in profile.sightings
        if s.communes and s.placing in _PLACED and s.communes[0] in context.territory
    }
    if len(named) < 2:
        return None
    shown = sorted(map(commune_name, named))
    return Found(
        min((len(named) - 1) / 3, 1.0),
        Message(
            "Cité dans {n} communes du territoire : {places}",
            {"n": len(named), "places": ", ".join(shown[:4])},
        ),
    )


def anchoring(profile: Profile, context: Context) -> Found | None:
    """Share of its sightings that name a commune of the territory, nearest to it for a whole.

    A mean over the last twenty, where another commune stands nearer a half each: a rule of ours.
    """
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
    """Watched themes named beside it: each story that does halves the doubt.

    A noisy or over the stories (Pearl 1988, section 4.3). Once the lab keeps actors, a theme that
    few of them touch takes less of the doubt, down to a quarter.
    """
    found: Counter[str] = Counter()
    about: dict[str, float] = {}
    for sighting in profile.sightings[-20:]:
        named = themes_in(sighting.sentence, context.themes)
        found.update(named)
        if named:
            most = max(context.theme_weights.get(theme, 1.0) for theme in named)
            about[sighting.story_id] = max(about.get(sighting.story_id, 0.0), most)
    if not about:
        return None
    doubt = 1.0
    for weight in about.values():
        doubt *= 1 - weight / 2
    top = sorted(found, key=lambda theme: (-found[theme], theme))[:3]
    return Found(1 - doubt, Message("Touche à vos thèmes : {themes}", {"themes": ", ".join(top)}))


def of_kind(kind: ActorKind, profile: Profile, _: Context) -> Found | None:
    """Whether it is of a kind, 0 or 1; what that is worth, judgements tell."""
    if profile.kind is not kind:
        return None
    return Found(1.0, Message("Type : {kind}", {"kind": words.KINDS[kind]}))


def evidence(profile: Profile, _: Context) -> Found | None:
    """How sure it is that this is a group: extraction's confidence over independent stories.

    A noisy or over the stories (Pearl 1988, section 4.3), each certain to nine tenths at most,
    times the share of mentions typed as an actor; about a third of that when no mention says what
    sort of group it is: in real texts such names are titles, works and slips of extraction two
    times in three.
    """
    best: dict[str, float] = {}
    for sighting in profile.sightings[-40:]:
        best[sighting.story_id] = max(best.get(sighting.story_id, 0.0), sighting.confidence)
    doubt = 1.0
    for confidence in best.values():
        doubt *= 1 - 0.9 * confidence
    sort = 1.0 if profile.kind is not ActorKind.UNKNOWN else 0.35
    total = profile.mentions
    return Found(
        (1 - doubt) * profile.actor_share * sort,
        Message(
            "Reconnu comme groupe organisé dans {n} mention sur {total}",
            {"n": round(profile.actor_share * total), "total": total},
            "Reconnu comme groupe organisé dans {n} mentions sur {total}",
        ),
    )


def under_the_radar(profile: Profile, context: Context) -> Found | None:
    """Known to few: long in no directory, in no national source, told by few stories in all.

    Hyperbolic in the stories, 1/(1 + (n − 1)/5): six count half as much as one. A rule of ours.
    """
    if days_listed(profile, context) >= NEWLY_LISTED or national_stories(profile, context):
        return None
    return Found(
        1 / (1 + (profile.stories - 1) / 5),
        Message(
            "Sous le radar : {n} récit en tout, aucun national",
            {"n": profile.stories},
            "Sous le radar : {n} récits en tout, aucun national",
        ),
    )


def days_listed(profile: Profile, context: Context) -> int:
    """Return for how many days a directory or registry has listed an actor; 0 if none does."""
    return (context.as_of - profile.known_since).days if profile.known_since else 0


def national_stories(profile: Profile, context: Context) -> int:
    """Return how many independent stories national sources told of an actor."""
    read = {s.story_id for s in profile.sightings if context.reach(s.source_id) is Reach.NATIONAL}
    earlier = profile.past.sources
    counted = (one.stories for one in earlier if context.reach(one.source_id) is Reach.NATIONAL)
    return len(read - profile.past.begun) + sum(counted)


def share_elsewhere(profile: Profile, context: Context) -> float:
    """Return the mean over located sightings: 1 all outside, ½ the nearest or at a neighbour's."""
    if not context.territory:
        return 0.0
    located = [s.communes for s in profile.sightings[-40:] if s.communes]
    outside = sum(_outside(codes, context) for codes in located)
    return outside / len(located) if located else 0.0


def _outside(communes: Sequence[str], context: Context) -> float:
    """Return 1 when all communes are outside, a half when only the nearest one is.

    At a neighbour's it is half as far.
    """
    if context.territory.isdisjoint(communes):
        return 0.5 if communes[0] in context.neighbours else 1.0
    return 0.0 if communes[0] in context.territory else 0.5
