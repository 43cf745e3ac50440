"""Where the watch is not looking: what its sources hardly cover, and what comes of each."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from scipy.special import bdtr, pdtr

from signals.text import theme_stems, themes_in
from vigie import gazetteer
from vigie.records import ActorKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from vigie.records import ActorFacts, Sighting, WeekFacts
    from vigie.settings import Watch

    Listed = Mapping[tuple[str | None, ActorKind], int]
    """Entries of directories by commune and kind."""

RARE = 0.01
"""Covered so little by chance less than once in a hundred: a blind spot."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A commune, quartier or kind of actor, as told and as it might be expected to be told."""

    what: str
    """INSEE code of a commune, name of a quartier, value of a kind."""
    stories: int
    """Independent stories that name it, over the time looked at."""
    expected: float
    """Stories, had its share been that of its people; 0 of a kind, which has none."""
    listed: int
    """Entries of directories and registers."""
    population: int = 0
    commune: str = ""
    """INSEE code of the commune that a quartier lies in."""
    by_register: float = 0.0
    """Stories, had its share been that of the directories' entries; 0 without any."""

    @property
    def blind(self) -> bool:
        """Tell whether so few stories are no accident, if counts are Poisson."""
        return float(pdtr(self.stories, self.expected)) < RARE or self.short_of_register

    @property
    def short_of_register(self) -> bool:
        """Tell whether it has less stories than entries, beside all, by no accident of either.

        The exact test of two Poisson rates, given their sum (Przyborowski & Wilenski 1940): a
        single entry says as little as a single story.
        """
        if not self.by_register:
            return False
        rate = self.by_register / self.listed
        both = self.stories + self.listed
        return float(bdtr(self.stories, both, rate / (1 + rate))) < RARE

    @property
    def most_expected(self) -> float:
        """Return what its population lets expect, or the directories, if these say it is short."""
        return max(self.expected, self.by_register if self.short_of_register else 0.0)


@dataclass(frozen=True, slots=True)
class SourceYield:
    """What one source gave, and what officers made of the actors that it was first to name."""

    source_id: str
    documents: int
    kept: int
    rejected: int


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """What the watch covers, over some weeks."""

    since: date
    as_of: date
    communes: tuple[Spot, ...]
    """Of the territory; those told least beside what was expected come first."""
    quarters: tuple[Spot, ...]
    """Of the watch; nobody counts their people, so what is told of a commune's is shared evenly."""
    kinds: tuple[Spot, ...]
    """Empty when no directory or register was read."""
    themes: Mapping[str, int]
    """Stories by watched theme."""
    sources: tuple[SourceYield, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Return the ids of the sources that gave nothing."""
        return tuple(one.source_id for one in self.sources if not one.documents)

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for `json.dumps`."""
        return {
            "since": self.since.isoformat(),
            "as_of": self.as_of.isoformat(),
            "communes": [{**asdict(one), "blind": one.blind} for one in self.communes],
            "quarters": [{**asdict(one), "blind": one.blind} for one in self.quarters],
            "kinds": [{**asdict(one), "blind": one.blind} for one in self.kinds],
            "themes": dict(self.themes),
            "sources": [asdict(one) for one in self.sources],
            "silent": list(self.silent),
        }


def blind_spots(
    facts: WeekFacts,
    watch: Watch,
    since: date,
    *,
    listed: Listed,
    documents: Mapping[str, int],
) -> BlindSpots:
    """Return what was covered from a day until the facts' own.

    Args:
        facts: with the actors of at least that time.
        watch: the territory and the themes.
        since: the first day looked at.
        listed: how many entries of directories there are, by commune and kind.
        documents: by source of the catalogue, how many it gave since then; 0 for none.
    """
    told = [s for a in facts.actors for s in a.sightings if since <= s.day <= facts.as_of]
    return BlindSpots(
        since=since,
        as_of=facts.as_of,
        communes=_communes(told, watch, listed),
        quarters=_quarters(told, watch),
        kinds=_kinds(told, listed),
        themes=_themes(told, watch),
        sources=_sources(facts, documents),
    )


def _communes(
    told: list[Sighting], watch: Watch, listed: Mapping[tuple[str | None, ActorKind], int]
) -> tuple[Spot, ...]:
    territory = gazetteer.territory(watch.territory)
    stories: dict[str, set[str]] = defaultdict(set)
    for sighting in told:
        for code in territory.intersection(sighting.communes):
            stories[code].add(sighting.story_id)
    people = {code: gazetteer.commune(code).population for code in sorted(territory)}
    total, inhabitants = sum(map(len, stories.values())), sum(people.values()) or 1
    entries = _by(listed, 0)
    in_all = sum(entries[code] for code in people) or 1
    spots = [
        Spot(
            what=code,
            stories=len(stories[code]),
            expected=round(total * population / inhabitants, 1),
            listed=entries[code],
            population=population,
            by_register=round(total * entries[code] / in_all, 1),
        )
        for code, population in people.items()
    ]
    return tuple(sorted(spots, key=_least_told))


def _quarters(told: list[Sighting], watch: Watch) -> tuple[Spot, ...]:
    spots: list[Spot] = []
    for code, names in sorted(watch.quarters.items()):
        asked = {name: re.compile(rf"(?<!\w){re.escape(name)}(?!\w)") for name in names}
        near = [s for s in told if not s.communes or code in s.communes]
        stories = {
            name: {s.story_id for s in near if pattern.search(s.sentence)}
            for name, pattern in asked.items()
        }
        even = round(sum(map(len, stories.values())) / max(len(stories), 1), 1)
        spots += [Spot(name, len(found), even, 0, commune=code) for name, found in stories.items()]
    return tuple(sorted(spots, key=_least_told))


def _kinds(
    told: list[Sighting], listed: Mapping[tuple[str | None, ActorKind], int]
) -> tuple[Spot, ...]:
    stories: dict[str, set[str]] = defaultdict(set)
    for sighting in told:
        stories[sighting.kind.value].add(sighting.story_id)
    entries = _by(listed, 1)
    told_in_all, listed_in_all = sum(len(stories[kind]) for kind in entries), entries.total()
    share = told_in_all / (listed_in_all or 1)
    spots = [
        Spot(kind, len(stories[kind]), 0.0, count, by_register=round(share * count, 1))
        for kind, count in sorted(entries.items())
        if kind != ActorKind.UNKNOWN
    ]
    return tuple(sorted(spots, key=_least_told))


def _by(listed: Listed, part: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for key, count in listed.items():
        if key[part] is not None:
            counts[str(key[part])] += count
    return counts


def _least_told(spot: Spot) -> tuple[bool, float, str]:
    return (not spot.blind, spot.stories - spot.most_expected, spot.what)


def _themes(told: list[Sighting], watch: Watch) -> Mapping[str, int]:
    stems = theme_stems(watch.themes)
    stories: dict[str, set[str]] = {theme: set() for theme, _ in stems}
    for sighting in told:
        for theme in themes_in(sighting.sentence, stems):
            stories[theme].add(sighting.story_id)
    return {theme: len(found) for theme, found in stories.items()}


def _sources(facts: WeekFacts, documents: Mapping[str, int]) -> tuple[SourceYield, ...]:
    brought: dict[str, Counter[Verdict]] = defaultdict(Counter)
    for actor in facts.actors:
        if actor.judgement is not None:
            for source_id in _first_to_name(actor):
                brought[source_id][actor.judgement.verdict] += 1
    return tuple(
        SourceYield(
            source_id, count, brought[source_id][Verdict.KEEP], brought[source_id][Verdict.REJECT]
        )
        for source_id, count in sorted(documents.items(), key=lambda one: (-one[1], one[0]))
    )


def _first_to_name(actor: ActorFacts) -> Iterator[str]:
    day = actor.first_day
    early = {one.source_id for one in actor.past.sources if one.first_day == day}
    yield from sorted(early | {s.source_id for s in actor.sightings if s.day == day})
