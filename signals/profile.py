"""What an actor is as of a date, read off its sightings alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from signals import cues
from vigie import gazetteer, spelling
from vigie.records import (
    Actor,
    ActorFacts,
    ActorKind,
    Judgement,
    Label,
    Message,
    Past,
    Placing,
    Sighting,
    Tie,
    is_institution,
)

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
    home: Home | None
    """The commune with how sure it is, and why."""
    first_seen: date
    last_seen: date
    sightings: tuple[Sighting, ...]
    """By day, oldest first; of one named very often, the newest weeks alone."""
    past: Past
    """Counts of what came before."""
    told: tuple[tuple[date, int], ...]
    """How many stories began on which day; of the past, on the Monday of their week."""
    story_days: tuple[tuple[date, str], ...]
    """First day of each independent story that began among the sightings, oldest first."""
    sources: frozenset[str]
    known_since: date | None
    judgement: Judgement | None
    allies: tuple[Tie, ...] = ()
    """Sentences that tie it to kept actors."""

    @property
    def stories(self) -> int:
        """Return how many independent stories tell of it."""
        return len(self.story_days) + sum(week.stories for week in self.past.weeks)

    @property
    def mentions(self) -> int:
        """Return how often it was named."""
        return len(self.sightings) + sum(week.mentions for week in self.past.weeks)

    @property
    def stories_read(self) -> int:
        """Return how many stories its sightings belong to."""
        return len({sighting.story_id for sighting in self.sightings})

    def stories_between(self, start: date, end: date) -> int:
        """Return how many stories began from one day on and before another."""
        return sum(count for day, count in self.told if start <= day < end)

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
    name, *aliases = spelling.ranked(Counter(s.surface for s in sightings))
    past = facts.past
    total = len(sightings) + sum(week.mentions for week in past.weeks)
    actors = sum(s.label is Label.ACTOR for s in sightings) + sum(w.as_actor for w in past.weeks)
    begun = tuple((d, story) for d, story in story_days(sightings) if story not in past.begun)
    found = home(sightings)
    kind = usual_kind(sightings)
    known = facts.known_since
    return Profile(
        actor_id=facts.actor_id,
        name=name,
        aliases=tuple(aliases),
        kind=kind,
        institution=is_institution(kind, total - actors, total)
        or (kind is ActorKind.UNKNOWN and cues.institution_name(name)),
        actor_share=actors / total,
        commune=found.commune if found else None,
        home=found,
        first_seen=facts.first_day,
        last_seen=sightings[-1].day,
        sightings=tuple(sightings),
        past=past,
        told=(*((w.monday, w.stories) for w in past.weeks), *((day, 1) for day, _ in begun)),
        story_days=begun,
        sources=frozenset(
            (*(s.source_id for s in sightings), *(t.source_id for t in past.sources))
        ),
        known_since=known if known is not None and known <= as_of else None,
        judgement=facts.judgement,
        allies=facts.allies,
    )


def story_days(sightings: Sequence[Sighting]) -> tuple[tuple[date, str], ...]:
    """Return the first day of each story with its id, oldest first."""
    first: dict[str, date] = {}
    for sighting in sightings:
        day = first.get(sighting.story_id)
        if day is None or sighting.day < day:
            first[sighting.story_id] = sighting.day
    return tuple(sorted((day, story) for story, day in first.items()))


def usual_kind(sightings: Iterable[Sighting]) -> ActorKind:
    """Return the kind most often given to an actor, the confident ones counting more."""
    votes: dict[ActorKind, float] = defaultdict(float)
    for sighting in sightings:
        if sighting.kind is not ActorKind.UNKNOWN:
            votes[sighting.kind] += sighting.confidence
    if not votes:
        return ActorKind.UNKNOWN
    return max(votes, key=lambda kind: (round(votes[kind], 6), kind.value))


WORTH = {
    Placing.OWN: 6.0,
    Placing.DATELINE: 3.0,
    Placing.THERE: 1.5,
    Placing.SENTENCE: 0.3,
    Placing.NEAR: 0.2,
    Placing.NOWHERE: 0.2,
}
"""What one story's way of placing an actor counts for its home."""
ELSEWHERE = 0.1
"""What the other communes of its documents share, a story."""
DOMINANT = 0.6
"""The share from which a home can be sure."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where an actor is at home, how sure that is, and why."""

    commune: str
    """INSEE code."""
    share: float
    """Of all that speaks for any commune, from 0 to 1."""
    placing: Placing
    """The surest way in which a sentence places it there."""
    stories: int
    """Independent stories that place it there in that way."""

    @property
    def sure(self) -> bool:
        """Tell whether it can be given: nearly alone, and said in so many words."""
        said = self.placing in {Placing.OWN, Placing.DATELINE} or (
            self.placing is Placing.THERE and self.stories >= 2
        )
        return said and self.share >= DOMINANT

    def reason(self) -> Message:
        """Return why, as a sentence that a reader can check."""
        place = gazetteer.communes()[self.commune].name
        return replace(_WHY[self.placing], values={"place": place, "n": self.stories})

    def doubt(self) -> Message:
        """Return what keeps it from being sure, of one that is not."""
        if self.share < DOMINANT:
            return _SHARED
        return _ONCE if self.placing is Placing.THERE else _UNSAID


_SHARED = Message("D’autres communes sont nommées avec lui presque autant.")
_ONCE = Message("Un seul récit le dit.")
_UNSAID = Message("Aucune phrase ne dit qu’il y est installé.")
_WHY = {
    Placing.OWN: Message(
        "{place}, que son nom porte ({n} récit).",
        plural="{place}, que son nom porte ({n} récits).",
    ),
    Placing.DATELINE: Message(
        "{place}, qui ouvre la phrase où il est nommé ({n} récit).",
        plural="{place}, qui ouvre la phrase où il est nommé ({n} récits).",
    ),
    Placing.THERE: Message(
        "{place}, où une phrase le situe ({n} récit).",
        plural="{place}, où des phrases le situent ({n} récits).",
    ),
    Placing.SENTENCE: Message(
        "{place}, nommée dans la même phrase ({n} récit).",
        plural="{place}, nommée dans la même phrase ({n} récits).",
    ),
    Placing.NEAR: Message(
        "{place}, nommée non loin de lui ({n} récit).",
        plural="{place}, nommée non loin de lui ({n} récits).",
    ),
    Placing.NOWHERE: Message(
        "{place}, nommée dans le même document ({n} récit).",
        plural="{place}, nommée dans les mêmes documents ({n} récits).",
    ),
}


def home(sightings: Iterable[Sighting]) -> Home | None:
    """Return the most likely home commune, `None` if none is named with the actor.

    Each independent story votes once for a commune, by its surest way of placing the actor
    there; the other communes of its documents share a little. What acts for a whole
    intercommunality or department is at home in none.
    """
    placed: dict[str, dict[str, Placing]] = defaultdict(dict)
    votes: dict[str, float] = defaultdict(float)
    shared: set[str] = set()
    for sighting in sightings:
        if not sighting.communes or sighting.placing is Placing.WIDE:
            continue
        nearest, *others = sighting.communes
        before = placed[nearest].get(sighting.story_id)
        if before is None or WORTH[sighting.placing] > WORTH[before]:
            placed[nearest][sighting.story_id] = sighting.placing
        if sighting.story_id not in shared:
            shared.add(sighting.story_id)
            for code in others:
                votes[code] += ELSEWHERE / len(others)
    if not placed:
        return None
    for code, ways in placed.items():
        votes[code] += sum(WORTH[way] for way in ways.values())
    best = max(placed, key=lambda code: (round(votes[code], 6), code))
    surest = max(placed[best].values(), key=lambda way: WORTH[way])
    stories = sum(way is surest for way in placed[best].values())
    return Home(best, votes[best] / sum(votes.values()), surest, stories)
