"""What the features of one week share: dates, territory, themes, sources."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from signals.text import theme_stems, themes_in
from vigie import gazetteer
from vigie.records import ActorFacts, Cluster, Message, Reach, SourceFacts, Verdict, WeekFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.profile import Profile
    from vigie.records import Sighting
    from vigie.settings import Watch

RECENT_DAYS = 35
"""An actor not seen for longer than this is not proposed; about five weekly queues."""

SHOWN_DAYS = 42
"""Whom no queue has shown for so long is new again to whoever looks."""

FIRST_WEEKS = 6
"""Of an archive, in which no group is new: it was there before we listened, for all we know."""
FEWEST_KEPT = 5
"""Kept actors under which they say nothing of what the lab looks for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a feature says of an actor."""

    value: float
    """From 0 to 1."""
    detail: Message


@dataclass(frozen=True, slots=True)
class Named:
    """How many actors a document names."""

    actors: int
    first: int
    """Of these, the ones that nobody had named before that day."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near what is said of an actor stands to what the lab looks for."""

    likeness: float
    """A cosine."""
    words: tuple[str, ...]
    """That bring it there, the strongest first."""
    kept: int
    """Actors that the lab keeps and that say what it looks for, beside its themes."""


def say_day(day: date) -> str:
    """Return a day as it is written in French and English Europe alike."""
    return day.strftime("%d/%m/%Y")


@dataclass(frozen=True, slots=True)
class Season:
    """What comes back every year, from one day (`MM-DD`) to another, over the new year or not."""

    name: str
    first: str
    last: str

    def holds(self, day: str) -> bool:
        """Tell whether a day, `MM-DD`, is within it."""
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last


@dataclass(frozen=True, slots=True)
class Context:
    """All that a feature may know besides the actor."""

    as_of: date
    archive_start: date
    sources: Mapping[str, SourceFacts]
    territory: frozenset[str]
    """INSEE codes; empty when no territory is set."""
    themes: tuple[tuple[str, tuple[str, ...]], ...]
    outlets: Mapping[str, int]
    """Story → how many sources carried it."""
    kept_documents: frozenset[str]
    """Ids of the documents that name an actor the lab keeps."""
    proposed: Mapping[str, date]
    """Candidates of earlier queues → the day as of which one showed them last."""
    texts: Mapping[str, Named] = field(default_factory=dict)
    """Recent document → how many actors it names."""
    theme_weights: Mapping[str, float] = field(default_factory=dict)
    """Theme → from ½ to 1, by how many kept actors touch it; empty while there are few."""
    groups: Mapping[str, Cluster] = field(default_factory=dict)
    """Actor → the group that it stands in; of those alone that come near the queue."""
    newcomers: Mapping[str, int] = field(default_factory=dict)
    """Group → how many of its actors were first seen in the last month, in groups born lately."""
    near: Mapping[str, Near] = field(default_factory=dict)
    """Actor → how near it stands to what the lab looks for; of the same actors."""
    neighbours: frozenset[str] = frozenset()
    """INSEE codes beside the territory."""
    seasons: tuple[Season, ...] = ()
    """The watch's calendar of what comes back every year."""
    only_themes: bool = False
    """None is proposed but those whose sentences touch a theme."""

    @property
    def recent(self) -> date:
        """Return the first day that counts as recent."""
        return self.as_of - timedelta(days=RECENT_DAYS - 1)

    @property
    def young(self) -> bool:
        """Say whether the archive is too young for a group to be new."""
        return (self.as_of - self.archive_start).days < FIRST_WEEKS * 7

    def shown(self, found: Profile) -> date | None:
        """Return when a queue last showed an actor, unless it was judged then and comes back."""
        day, judgement = self.proposed.get(found.actor_id), found.judgement
        return None if day and judgement and judgement.at.date() >= day else day

    def source_name(self, source_id: str) -> str:
        """Return a source's name, or its id when nothing is known of it."""
        source = self.sources.get(source_id)
        return source.name if source else source_id

    def reach(self, source_id: str) -> Reach:
        """Return whom a source speaks to; an unknown one counts as local."""
        source = self.sources.get(source_id)
        return source.reach if source else Reach.LOCAL

    def weeks_of_listening(self, sighting: Sighting) -> float:
        """Return for how long its source had been read before a sighting, in weeks.

        A source that gave three documents in ten years was not listened to for ten years: no
        more weeks count than documents. What bears no date was first seen when it was fetched,
        and may be as old as the site unless the source had been fetched before.
        """
        return self.weeks_before(sighting.source_id, sighting.day, dated=sighting.dated)

    def weeks_before(self, source_id: str, day: date, *, dated: bool = True) -> float:
        """Return for how long a source had been read before a day, as `weeks_of_listening`."""
        source = self.sources.get(source_id)
        if source is None:
            return (day - self.archive_start).days / 7
        since = max(self.archive_start, source.first_day)
        if not dated:
            since = max(since, source.fetched_since or day)
        return min((day - since).days / 7, source.documents)


def context(facts: WeekFacts, watch: Watch) -> Context:
    """Return what the features of a week share."""
    themes = theme_stems(watch.themes)
    kept = [a for a in facts.actors if a.judgement and a.judgement.verdict is Verdict.KEEP]
    return Context(
        as_of=facts.as_of,
        archive_start=facts.archive_start,
        sources=facts.sources,
        territory=gazetteer.territory(watch.territory),
        themes=themes,
        outlets=_outlets(facts.actors, facts.as_of),
        kept_documents=frozenset(
            sighting.document_id
            for actor in kept
            for sighting in actor.sightings
            if sighting.day <= facts.as_of
        ),
        proposed=_proposed(facts),
        texts=_texts(facts.actors, facts.as_of),
        theme_weights=_theme_weights(kept, themes, facts.as_of),
        neighbours=gazetteer.territory(watch.neighbours) - gazetteer.territory(watch.territory),
        seasons=tuple(Season(name, *days) for name, days in sorted(watch.seasons.items())),
        only_themes=watch.only_themes and bool(themes),
    )


def _proposed(facts: WeekFacts) -> Mapping[str, date]:
    last = facts.last_queue
    newest = {one.actor_id: last.as_of for one in last.candidates} if last else {}
    since = facts.as_of - timedelta(days=SHOWN_DAYS)
    shown = {**facts.shown, **newest}
    return {actor_id: day for actor_id, day in shown.items() if since <= day < facts.as_of}


def _texts(actors: Iterable[ActorFacts], as_of: date) -> Mapping[str, Named]:
    """Count whom each recent document names: all of them were seen lately, and are at hand."""
    since = as_of - timedelta(days=RECENT_DAYS - 1)
    named: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for actor in actors:
        days = {s.document_id: s.day for s in actor.sightings if since <= s.day <= as_of}
        named.update(days.keys())
        first.update(one for one, day in days.items() if day == actor.first_day)
    return {one: Named(count, first[one]) for one, count in named.items()}


def _theme_weights(
    kept: Sequence[ActorFacts], themes: tuple[tuple[str, tuple[str, ...]], ...], as_of: date
) -> Mapping[str, float]:
    """Return a half for a theme that no kept actor touches, 1 for the one that most do."""
    touched: Counter[str] = Counter()
    for actor in kept:
        lately = [s for s in actor.sightings[-20:] if s.day <= as_of]
        touched.update({theme for s in lately for theme in themes_in(s.sentence, themes)})
    if touched.total() < FEWEST_KEPT:
        return {}
    most = max(touched.values())
    return {theme: 0.5 + 0.5 * touched[theme] / most for theme, _ in themes}


def _outlets(actors: tuple[ActorFacts, ...], as_of: date) -> Mapping[str, int]:
    pairs = {(s.story_id, s.source_id) for a in actors for s in a.sightings if s.day <= as_of}
    return Counter(story for story, _ in pairs)


def commune_name(code: str) -> str:
    """Return the name of a commune, or its code if the gazetteer has none."""
    try:
        return gazetteer.commune(code).name
    except KeyError:
        return code
