"""Who appears when: the births of each week and the course that each takes.

Rates are entities born per week at scale 1. Every course is a list of appearances, in days
after the first, with the form of the text that carries it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from simulation import names, townsfolk
from simulation.cast import Entity, Numbers, actor
from simulation.chance import poisson, stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from simulation.world import World


@dataclass(frozen=True, slots=True)
class Appearance:
    """One story in which an entity is named."""

    day: date
    entity: Entity
    form: str
    """portrait, brief, passing, event, notice, split, merger, renamed, topic, forum or release."""
    others: tuple[Entity, ...] = ()
    copies: int = 0
    """How many further outlets carry the same text."""
    when: date | None = None
    """The day of the event, if one is announced."""


KINDS = (
    ("association",) * 8
    + ("collective",) * 5
    + ("third_place",) * 3
    + ("cooperative",) * 2
    + ("company",) * 2
    + ("citizen_project",) * 2
    + ("fablab", "cultural_venue", "network")
)

EMERGING = {
    "sudden": 1.15,
    "slow": 1.0,
    "delayed": 0.6,
    "once": 0.65,
    "split": 0.25,
    "merger": 0.2,
    "events_only": 0.6,
}
OTHERS = {
    "one_off_event": 1.0,
    "work": 0.7,
    "syndicated": 0.8,
    "national": 1.4,
    "person": 0.9,
    "advert": 1.4,
    "old": 1.6,
    "homonym": 0.35,
}
HABITS = {
    "one_off_event": (24, 6, 10, 0.4),
    "work": (24, 5, 8, 0.35),
    "national": (28, 9, 14, 0.2),
    "person": (30, 6, 9, 0.3),
    "advert": (28, 9, 14, 0.25),
    "old": (28, 6, 11, 0.25),
    "homonym": (30, 1, 3, 1.0),
}
"""Days over which others are named, how often at least and at most, share of texts of their own."""
_FORMS = ("portrait", "brief", "brief", "passing", "passing", "event", "event")


def offsets(course: str, rng: Random) -> list[int]:
    """Return the days, after the first, on which a course of emergence is told of."""
    match course:
        case "sudden":
            days = [rng.randrange(1, 32) for _ in range(rng.randint(2, 5))]
            days += [rng.randrange(35, 140) for _ in range(rng.randint(0, 2))]
        case "slow":
            days, gap, at = [], 30.0, 0.0
            for _ in range(rng.randint(3, 6)):
                at += max(3.0, gap * rng.uniform(0.6, 1.3))
                gap *= 0.75
                days.append(round(at))
        case "delayed":
            back = rng.randint(56, 120)
            days = [back, *(back + rng.randrange(2, 28) for _ in range(rng.randint(2, 4)))]
        case "once":
            days = []
        case "events_only":
            days = [rng.randrange(7, 100) for _ in range(rng.randint(2, 5))]
        case _:
            days = [rng.randrange(3, 70) for _ in range(rng.randint(2, 4))]
    return sorted({0, *days})


class Births:
    """Draws each week's newcomers and what becomes of them."""

    def __init__(self, stage: World, number: Numbers, weeks: int) -> None:
        self.stage, self.number, self.weeks = stage, number, weeks
        self._taken = {e.name.lower() for e in (*stage.old, *stage.national, *stage.works)}
        self._namesakes: list[Entity] = []

    def week(self, index: int, monday: date) -> list[Appearance]:
        """Return all appearances, in this week and later, of those born in a week."""
        rng = stream(self.stage.siren, self.stage.seed, "births", self.weeks - index)
        found: list[Appearance] = []
        for course, rate in EMERGING.items():
            for _ in range(poisson(rate * self.stage.scale, rng)):
                first = monday + timedelta(days=rng.randrange(7))
                found += self._course(self._emerging(course, rng), first, rng)
        for course, rate in OTHERS.items():
            for _ in range(poisson(rate * self.stage.scale, rng)):
                first = monday + timedelta(days=rng.randrange(7))
                found += self._noise(self._other(course, rng), first, rng)
        for entity, week in self.stage.regulars:
            if abs(monday.isocalendar().week - week) <= 1:
                for _ in range(poisson(1.6, rng)):
                    day = monday + timedelta(days=rng.randrange(7))
                    found.append(Appearance(day, entity, rng.choice(("topic", "passing"))))
        if monday.isocalendar().week in {36, 37}:
            found += self._forums(monday, rng)
        return found

    def _forums(self, monday: date, rng: Random) -> list[Appearance]:
        """In September every association has a stand: old ones are named for the first time."""
        found = []
        for _ in range(2 + poisson(self.stage.scale, rng)):
            crowd = [self._other("old", rng) for _ in range(rng.randint(6, 10))]
            crowd += rng.sample(self.stage.old, 4)
            day = monday + timedelta(days=rng.randint(4, 6))
            found.append(Appearance(day, crowd[0], "forum", tuple(crowd[1:])))
        return found

    def _unique(self, draw: Callable[[], Entity]) -> Entity:
        """Draw until the name is new; a world too large for its names repeats some."""
        for _ in range(30):
            entity = draw()
            if entity.name.lower() not in self._taken:
                break
        self._taken.add(entity.name.lower())
        return entity

    def _emerging(self, course: str, rng: Random) -> Entity:
        place, kind = self.stage.commune(rng), rng.choice(KINDS)
        entity = self._unique(lambda: self._actor(course, kind, place.name, place.code, rng))
        entity.emerging = True
        entity.spokesman = townsfolk.person(rng, self.number)
        if course in {"sudden", "slow"} and rng.random() < 0.1:
            entity.later_name = self._unique(
                lambda: self._actor(course, kind, place.name, place.code, rng)
            ).name
        if rng.random() < 0.1:
            self._namesakes = [*self._namesakes[-20:], entity]
        return entity

    def _actor(self, course: str, kind: str, place: str, code: str, rng: Random) -> Entity:
        far = rng.choice(self.stage.ground.far).name
        name = names.actor_name(rng, kind, place, far, self.stage.ground.border)
        return actor(self.number(), name, kind=kind, course=course, commune=code, rng=rng)

    def _course(self, entity: Entity, first: date, rng: Random) -> list[Appearance]:
        story: list[Appearance] = []
        days = offsets(entity.course, rng)
        for index, offset in enumerate(days):
            form = "event" if entity.course == "events_only" else rng.choice(_FORMS)
            others: tuple[Entity, ...] = ()
            if index == 0 and entity.course in {"split", "merger"}:
                form, others = entity.course, tuple(rng.sample(self.stage.old, 2))
            elif entity.later_name and index == len(days) // 2 and index:
                form = "renamed"
            elif entity.course == "once" and rng.random() < 0.15:
                form = "notice"
            day = first + timedelta(days=offset)
            when = day + timedelta(days=rng.randint(3, 24)) if form == "event" else None
            rewritten = form in {"portrait", "brief"} and rng.random() < 0.18
            copies = rng.choice((1, 1, 2)) if rewritten else 0
            story.append(Appearance(day, entity, form, others, copies, when))
        declared = entity.kind in {"association", "collective"} and entity.course != "once"
        if declared and rng.random() < 0.3:
            story.append(Appearance(first + timedelta(days=rng.randint(5, 60)), entity, "notice"))
        return story

    def _other(self, course: str, rng: Random) -> Entity:
        if course == "homonym" and self._namesakes and rng.random() < 0.3:
            return replace(
                self._namesakes.pop(0),
                id=self.number(),
                course="homonym",
                emerging=False,
                commune=rng.choice(self.stage.ground.far).code,
                spokesman=None,
                later_name="",
                renamed=False,
                told=False,
                aliases=set(),
            )
        entity = self._unique(lambda: self._stranger(course, rng))
        if course in {"syndicated", "national", "work"}:
            entity.spokesman = townsfolk.person(rng, self.number)
        return entity

    def _stranger(self, course: str, rng: Random) -> Entity:
        stage, number = self.stage, self.number
        far = rng.choice(stage.ground.far)
        draws: dict[str, Callable[[], Entity]] = {
            "one_off_event": lambda: townsfolk.festival(
                stage.ground.communes, rng, number, "one_off_event"
            ),
            "work": lambda: townsfolk.work(rng, number),
            "syndicated": lambda: townsfolk.national(rng, number, "syndicated"),
            "national": lambda: townsfolk.national(rng, number, "national"),
            "person": lambda: townsfolk.person(rng, number),
            "advert": lambda: townsfolk.shop(stage.commune(rng).code, rng, number),
            "homonym": lambda: self._actor(course, rng.choice(KINDS), far.name, far.code, rng),
            "old": lambda: townsfolk.old_actor(stage.ground, rng, number),
        }
        return draws[course]()

    def _noise(self, entity: Entity, first: date, rng: Random) -> list[Appearance]:
        if entity.course == "syndicated":
            return [Appearance(first, entity, "release", copies=rng.randint(7, 11))]
        span, least, most, own = HABITS[entity.course]
        when = first + timedelta(days=span) if entity.course == "one_off_event" else None
        days = sorted({0, *(rng.randrange(1, span) for _ in range(rng.randint(least, most) - 1))})
        story = []
        for offset in days:
            form = "topic" if rng.random() < own else "passing"
            if form == "topic" and entity.course == "one_off_event" and rng.random() < 0.6:
                form = "event"
            story.append(Appearance(first + timedelta(days=offset), entity, form, when=when))
        return story
