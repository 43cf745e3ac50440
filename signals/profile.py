"""What an actor is as of a date, read off its sightings alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from signals import cues
from signals.text import fold
from vigie.records import Actor, ActorFacts, ActorKind, Judgement, Label, Sighting

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Profile:
    """An actor's name, nature, home and history, as of a date."""

    actor_id: str
    name: str
    aliases: tuple[str, ...]
    kind: ActorKind
    institution: bool
    actor_share: float
    """Of its sightings, those typed as an actor."""
    commune: str | None
    """INSEE code of the most likely home."""
    commune_share: float
    """How sure the home is: its share of all communes named with the actor."""
    first_seen: date
    last_seen: date
    sightings: tuple[Sighting, ...]
    """By day, oldest first."""
    story_days: tuple[tuple[date, str], ...]
    """First day of each independent story with its id, oldest first."""
    sources: frozenset[str]
    known_since: date | None
    judgement: Judgement | None

    @property
    def stories(self) -> int:
        """Return how many independent stories tell of it."""
        return len(self.story_days)

    def since(self, day: date) -> tuple[Sighting, ...]:
        """Return the sightings of a day and later."""
        return tuple(s for s in self.sightings if s.day >= day)

    def actor(self) -> Actor:
        """Return the record of it that the other rooms know."""
        return Actor(
            id=self.actor_id,
            name=self.name,
            kind=self.kind,
            commune=self.commune,
            first_seen=self.first_seen,
            aliases=self.aliases,
            institution=self.institution,
        )


def profile(facts: ActorFacts, as_of: date) -> Profile | None:
    """Return what an actor is as of a date, or None if nothing was known of it by then."""
    sightings = facts.sightings
    if sightings and sightings[-1].day > as_of:
        sightings = sightings[: bisect_right(sightings, as_of, key=lambda s: s.day)]
    if not sightings:
        return None
    name, aliases = preferred_name(s.surface for s in sightings)
    actors = sum(1 for s in sightings if s.label is Label.ACTOR)
    commune, share = home(sightings)
    kind = usual_kind(sightings)
    known = facts.known_since
    return Profile(
        actor_id=facts.actor_id,
        name=name,
        aliases=aliases,
        kind=kind,
        institution=kind is ActorKind.INSTITUTION
        or 2 * actors < len(sightings)
        or (kind is ActorKind.UNKNOWN and cues.institution_name(name)),
        actor_share=actors / len(sightings),
        commune=commune,
        commune_share=share,
        first_seen=sightings[0].day,
        last_seen=sightings[-1].day,
        sightings=tuple(sightings),
        story_days=story_days(sightings),
        sources=frozenset(s.source_id for s in sightings),
        known_since=known if known is not None and known <= as_of else None,
        judgement=facts.judgement,
    )


def story_days(sightings: Sequence[Sighting]) -> tuple[tuple[date, str], ...]:
    """Return the first day of each story with its id, oldest first."""
    first: dict[str, date] = {}
    for sighting in sightings:
        day = first.get(sighting.story_id)
        if day is None or sighting.day < day:
            first[sighting.story_id] = sighting.day
    return tuple(sorted((day, story) for story, day in first.items()))


def preferred_name(surfaces: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return the name to show and the others, the most frequent first.

    Spellings that differ in case and accents alone are one name; of two as frequent the longer
    one is preferred, and of its spellings the capitalised one that does not shout.
    """
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for surface in surfaces:
        cleaned = " ".join(surface.split())
        groups[fold(cleaned)][cleaned] += 1
    ranked = sorted(groups.items(), key=lambda g: (-g[1].total(), -len(g[0]), g[0]))
    names = [max(group, key=lambda s: (_well_written(s), group[s], s)) for _, group in ranked]
    return names[0], tuple(names[1:])


def _well_written(surface: str) -> int:
    shouting = surface.isupper() and (len(surface) > 6 or " " in surface)
    return 0 if shouting else 1 + surface[:1].isupper()


def usual_kind(sightings: Iterable[Sighting]) -> ActorKind:
    """Return the kind most often given to an actor, the confident ones counting more."""
    votes: dict[ActorKind, float] = defaultdict(float)
    for sighting in sightings:
        if sighting.kind is not ActorKind.UNKNOWN:
            votes[sighting.kind] += sighting.confidence
    if not votes:
        return ActorKind.UNKNOWN
    return max(votes, key=lambda kind: (round(votes[kind], 6), kind.value))


def home(sightings: Iterable[Sighting]) -> tuple[str | None, float]:
    """Return the most likely home commune (INSEE code) and its share of the votes.

    The commune named nearest to the actor has one vote, the document's others share a quarter.
    """
    votes: dict[str, float] = defaultdict(float)
    for sighting in sightings:
        others = sighting.communes[1:]
        for code in sighting.communes[:1]:
            votes[code] += 1.0
        for code in others:
            votes[code] += 0.25 / len(others)
    if not votes:
        return None, 0.0
    best = max(votes, key=lambda code: (round(votes[code], 6), code))
    return best, votes[best] / sum(votes.values())


def before(whole: Profile, day: date) -> Profile:
    """Return a profile without the sightings after a day; its nature stays as it is."""
    kept = tuple(s for s in whole.sightings if s.day <= day)
    return replace(whole, sightings=kept, story_days=story_days(kept))
