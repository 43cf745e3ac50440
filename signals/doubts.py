"""Reasons to doubt that an actor is emerging, or an actor at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals import cues
from signals.context import Context, Found, commune_name, say_day
from signals.standing import NEWLY_LISTED, days_listed, national_stories, share_elsewhere
from signals.text import fold
from vigie.records import ActorKind, Message

if TYPE_CHECKING:
    from datetime import date

    from signals.profile import Profile
    from vigie.records import Sighting


def listed(profile: Profile, context: Context) -> Found | None:
    """In a directory or registry for long: whole from one year on, nothing before three months.

    Linear between: a rule of ours.
    """
    days = days_listed(profile, context)
    if profile.known_since is None or days < NEWLY_LISTED:
        return None
    return Found(
        min((days - NEWLY_LISTED) / (365 - NEWLY_LISTED), 1.0),
        Message("Dans un annuaire depuis le {day}", {"day": say_day(profile.known_since)}),
    )


def national(profile: Profile, context: Context) -> Found | None:
    """Told by national sources, or spoken of or named as national: not under the radar.

    A half, and the other half by the share of its stories that do: a rule of ours.
    """
    count = national_stories(profile, context)
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
            min(share + len(told) / profile.stories_read, 1.0), Message("Présenté comme national")
        )
    return None


def established(profile: Profile, context: Context) -> Found | None:
    """Said to be old: a founding year or an age of three years or more, or the words for it.

    The strongest sign alone counts, with a value of ours: 1 for a date, 0.7 for words, 0.4 for
    a name of a traditional group.
    """
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
    when they cover at least one earlier year and nothing much happened in between. What is said:
    that it comes back, or, in its days, a season of the watch's calendar; that is half a sign, for
    who has a first stand at September's forum may be new all the same. Shares, and a rule of ours.
    """
    earlier = [(day, n) for day, n in profile.told if n and (context.as_of - day).days > 180]
    alike = [(day, n) for day, n in earlier if _season_gap(day, context.as_of) <= 45]
    same, total = sum(n for _, n in alike), sum(n for _, n in earlier)
    if same and same / total >= 0.6 and _quiet_between(profile, context.as_of):
        last = max(day for day, _ in alike)
        return Found(
            same / total,
            Message("Saisonnier : déjà vu à la même époque, le {day}", {"day": say_day(last)}),
        )
    told = {s.story_id for s in profile.sightings if cues.read(s.sentence).recurring}
    if told:
        return Found(
            0.7 * len(told) / profile.stories_read,
            Message("Présenté comme un rendez-vous qui revient"),
        )
    named = {s.story_id: season for s in profile.sightings if (season := _season_of(s, context))}
    if not named:
        return None
    return Found(
        0.35 * len(named) / profile.stories_read,
        Message(
            "Cité autour d’un rendez-vous de saison : {season}", {"season": min(named.values())}
        ),
    )


def _season_of(sighting: Sighting, context: Context) -> str:
    """Return the season of the watch's calendar that a sentence names in its days; empty: none."""
    if not context.seasons:
        return ""
    day, sentence = sighting.day.strftime("%m-%d"), fold(sighting.sentence)
    return next(
        (one.name for one in context.seasons if one.holds(day) and fold(one.name) in sentence), ""
    )


def _season_gap(day: date, as_of: date) -> int:
    """Return how many days two dates are apart in the year."""
    apart = abs(day.timetuple().tm_yday - as_of.timetuple().tm_yday)
    return min(apart, 365 - apart)


def _quiet_between(profile: Profile, as_of: date) -> bool:
    between = sum(n for day, n in profile.told if 60 < (as_of - day).days <= 300)
    return between <= profile.stories / 5


def event_name(profile: Profile, _: Context) -> Found | None:
    """Named like an event, or tied to one single day and silent since.

    By its name a whole, or 0.6 for a known kind; by what is said 0.8 of its stories' share; by one
    day 0.4: values of ours.
    """
    if cues.event_name(profile.name):
        sure = 1.0 if profile.kind is ActorKind.UNKNOWN else 0.6
        return Found(sure, Message("Nom d’événement plutôt que de groupe"))
    spoken = {
        s.story_id for s in profile.sightings if cues.spoken_of_as_an_event(s.sentence, s.surface)
    }
    if spoken and profile.kind is ActorKind.UNKNOWN:
        return Found(
            0.8 * len(spoken) / profile.stories_read,
            Message("Cité comme un événement, non un groupe"),
        )
    days = {s.event_day for s in profile.sightings}
    if len(days) == 1 and None not in days and profile.stories >= 3:
        return Found(0.4, Message("Lié à une seule date"))
    return None


def work(profile: Profile, _: Context) -> Found | None:
    """Called a film, a book, a plan or a prize by the words before its name.

    Once and a half the share of its stories that do, up to a whole: a rule of ours.
    """
    told = {
        s.story_id for s in profile.sightings if cues.introduced_as_a_work(s.sentence, s.surface)
    }
    if not told:
        return None
    return Found(
        min(1.5 * len(told) / profile.stories_read, 1.0),
        Message("Présenté comme une œuvre, un programme ou un dispositif"),
    )


def advert(profile: Profile, _: Context) -> Found | None:
    """Named in the language of advertising, by the share of its stories; a shop's name a half.

    A rule of ours.
    """
    told = {s.story_id for s in profile.sightings if cues.read(s.sentence).advert}
    if told:
        return Found(len(told) / profile.stories_read, Message("Cité dans une publicité"))
    if cues.shop_name(profile.name):
        return Found(0.5, Message("Nom de commerce"))
    return None


FEW_NEW = 2
"""Names that a text may be the first to say without being a list."""


def crowd(profile: Profile, context: Context) -> Found | None:
    """Named only where many names are said for the first time: a list of stands, of partners.

    Who has a stand at the September forum is no newcomer: nobody had named it, that is all. From
    the text that names the fewest of them: nothing up to two new names, whole from six, linear
    between. A rule of ours.
    """
    counts = [context.texts[s.document_id].first for s in profile.since(context.recent)]
    least = min(counts, default=0)
    if least <= FEW_NEW:
        return None
    return Found(
        min((least - FEW_NEW) / 4, 1.0),
        Message("Cité dans une liste : {n} noms inconnus dans un même texte", {"n": least}),
    )


def syndicated(profile: Profile, context: Context) -> Found | None:
    """One release in many outlets, and little else: fame that was sent out.

    Nothing up to three outlets, whole from eight; divided by its other stories. A rule of ours.
    """
    outlets = {story: context.outlets.get(story, 1) for _, story in profile.story_days}
    widest = max(outlets.values(), default=1)
    if widest <= 3:
        return None
    others = sum(1 for count in outlets.values() if count <= 3)
    return Found(
        min((widest - 3) / 5, 1.0) / (1 + others),
        Message("Un même communiqué, repris par {n} sources : compté une fois", {"n": widest}),
    )


def elsewhere(profile: Profile, context: Context) -> Found | None:
    """How far it stands outside the territory, by the communes named with it.

    The mean of `standing.share_elsewhere`, a rule of ours.
    """
    share = share_elsewhere(profile, context)
    if share == 0:
        return None
    if profile.commune is None or profile.commune in context.territory:
        return Found(share, Message("Cité aussi avec des communes d’ailleurs"))
    place = commune_name(profile.commune)
    if profile.commune in context.neighbours:
        return Found(
            share, Message("Situé chez un voisin du territoire : {place}", {"place": place})
        )
    return Found(share, Message("Situé hors du territoire : {place}", {"place": place}))


def institution(profile: Profile, _: Context) -> Found | None:
    """Typed as a public body by some of its mentions: their share."""
    share = 1 - profile.actor_share
    if share == 0:
        return None
    total = profile.mentions
    return Found(
        share,
        Message(
            "Pris pour une institution dans {n} mention sur {total}",
            {"n": round(share * total), "total": total},
            "Pris pour une institution dans {n} mentions sur {total}",
        ),
    )
