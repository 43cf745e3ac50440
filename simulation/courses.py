"""Who appears when: the births of each week and the course that each takes.

Rates are entities born per week at scale 1. Every course is a list of appearances, in days
after the first, with the form of the text that carries it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import exp
from random import Random

from simulation import names, world
from simulation.cast import Entity, actor
from simulation.grammar import words
from simulation.world import Numbers, World
from vigie.records import Label


@dataclass(frozen=True, slots=True)
class Appearance:
    """One story in which an entity is named."""

    day: date
    entity: Entity
    form: str
    """portrait, brief, passing, event, notice, split, merger, topic or release."""
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
    "sudden": 1.0,
    "slow": 0.9,
    "delayed": 0.5,
    "once": 0.6,
    "split": 0.22,
    "merger": 0.18,
    "events_only": 0.5,
}
OTHERS = {
    "one_off_event": 1.5,
    "work": 1.2,
    "syndicated": 0.55,
    "national": 0.5,
    "person": 1.1,
    "advert": 0.5,
    "old": 0.9,
    "homonym": 0.25,
}


def poisson(rate: float, rng: Random) -> int:
    """Return a Poisson draw (Knuth 1969), split so that large rates stay exact."""
    total = 0
    while rate > 20:
        total += poisson(20, rng)
        rate -= 20
    limit, product = exp(-rate), rng.random()
    while product > limit:
        total += 1
        product *= rng.random()
    return total


class Births:
    """Draws each week's newcomers and what becomes of them."""

    def __init__(self, stage: World, seed: int, scale: float, number: Numbers, weeks: int) -> None:
        self.stage, self.seed, self.scale, self.number, self.weeks = (
            stage,
            seed,
            scale,
            number,
            weeks,
        )
        self.taken: set[str] = set()

    def week(self, index: int, monday: date) -> list[tuple[Entity, list[Appearance]]]:
        """Return the entities born in a week, each with all its appearances."""
        rng = Random(f"births/{self.stage.siren}/{self.seed}/{self.weeks - index}")
        born: list[tuple[Entity, list[Appearance]]] = []
        for course, rate in EMERGING.items():
            for _ in range(poisson(rate * self.scale, rng)):
                first = monday + timedelta(days=rng.randrange(7))
                entity = self._emerging(course, rng)
                born.append((entity, list(self._course(entity, course, first, rng))))
        for course, rate in OTHERS.items():
            for _ in range(poisson(rate * self.scale, rng)):
                first = monday + timedelta(days=rng.randrange(7))
                entity = self._other(course, rng)
                born.append((entity, list(self._noise(entity, course, first, rng))))
        return born

    def _fresh(self, kind: str, home: str, rng: Random) -> names.ActorName:
        while True:
            drawn = names.actor_name(
                rng, kind, home, rng.choice(self.stage.far).name, self.stage.border
            )
            if drawn.full.lower() not in self.taken:
                self.taken.add(drawn.full.lower())
                return drawn

    def _emerging(self, course: str, rng: Random) -> Entity:
        place, kind = self.stage.commune(rng), rng.choice(KINDS)
        entity = actor(
            self.number(), self._fresh(kind, place.name, rng), kind, course, place.code, rng
        )
        entity.emerging = True
        entity.spokesman = world.person(rng, self.number)
        return entity

    def _course(self, entity: Entity, course: str, first: date, rng: Random) -> list[Appearance]:
        if course == "sudden":
            days = [0] + sorted(rng.randrange(1, 30) for _ in range(rng.randint(3, 6)))
            days += [rng.randrange(35, 140) for _ in range(rng.randint(0, 2))]
        elif course == "slow":
            days, gap, at = [0], 30.0, 0.0
            for _ in range(rng.randint(4, 7)):
                at += max(3.0, gap * rng.uniform(0.6, 1.3))
                gap *= 0.75
                days.append(round(at))
        elif course == "delayed":
            back = rng.randint(56, 120)
            days = [0, back] + [back + rng.randrange(2, 28) for _ in range(rng.randint(2, 4))]
        elif course == "once":
            days = [0]
        elif course == "events_only":
            days = [0] + sorted(rng.randrange(7, 100) for _ in range(rng.randint(3, 6)))
        else:
            days = [0] + sorted(rng.randrange(3, 70) for _ in range(rng.randint(2, 5)))
        forms = ("portrait", "brief", "brief", "passing", "passing", "event", "event")
        story: list[Appearance] = []
        for index, offset in enumerate(sorted(days)):
            form = "event" if course == "events_only" else rng.choice(forms)
            others: tuple[Entity, ...] = ()
            if index == 0 and course in {"split", "merger"}:
                form, others = course, tuple(rng.sample(self.stage.old, 2))
            day = first + timedelta(days=offset)
            when = day + timedelta(days=rng.randint(3, 24)) if form == "event" else None
            copies = (
                rng.choice((1, 1, 2))
                if form in {"portrait", "brief"} and rng.random() < 0.18
                else 0
            )
            story.append(Appearance(day, entity, form, others, copies, when))
        if entity.kind in {"association", "collective"} and rng.random() < 0.3 and course != "once":
            story.append(Appearance(first + timedelta(days=rng.randint(5, 60)), entity, "notice"))
        return story

    def _other(self, course: str, rng: Random) -> Entity:
        stage = self.stage
        if course == "one_off_event":
            return one_off(stage, rng, self.number)
        if course == "work":
            made = work(rng, self.number)
            made.spokesman = world.person(rng, self.number)
            return made
        if course in {"syndicated", "national"}:
            entity = world.national(rng, self.number, course)
            entity.spokesman = world.person(rng, self.number)
            return entity
        if course == "person":
            return world.person(rng, self.number)
        if course == "advert":
            first, last, _ = names.person(rng)
            sort = rng.choice(words("food_shop"))
            name = f"{sort} {rng.choice((last, first, rng.choice(words('noun_m')).capitalize()))}"
            return Entity(
                self.number(),
                name,
                Label.ACTOR,
                "company",
                "advert",
                commune=stage.commune(rng).code,
            )
        if course == "homonym":
            kind = rng.choice(KINDS)
            entity = actor(
                self.number(),
                self._fresh(kind, "Nord", rng),
                kind,
                course,
                rng.choice(stage.far).code,
                rng,
            )
            return entity
        return world.old_actor(stage.communes, stage.far, stage.border, rng, self.number)

    def _noise(self, entity: Entity, course: str, first: date, rng: Random) -> list[Appearance]:
        if course == "syndicated":
            return [Appearance(first, entity, "release", copies=rng.randint(7, 11))]
        span, least, most = {
            "one_off_event": (24, 6, 10),
            "work": (24, 5, 9),
            "national": (35, 5, 9),
            "person": (30, 6, 10),
            "advert": (50, 5, 8),
            "old": (120, 2, 5),
            "homonym": (30, 1, 3),
        }[course]
        when = first + timedelta(days=span) if course == "one_off_event" else None
        days = sorted({0, *(rng.randrange(1, span) for _ in range(rng.randint(least, most) - 1))})
        story = []
        for offset in days:
            form = rng.choice(("topic", "passing", "passing"))
            if course == "one_off_event" and rng.random() < 0.3:
                form = "event"
            if course in {"advert", "homonym"}:
                form = "topic"
            story.append(Appearance(first + timedelta(days=offset), entity, form, when=when))
        return story


_EVENTS = (
    "festival des {n}",
    "Fête des {n}",
    "Nuit des {n}",
    "Salon {t}",
    "Semaine {t}",
    "Foulées de {p}",
    "Printemps des {n}",
    "Rencontres {c}",
    "Journée {t}",
    "Marché des {n}",
    "Course des {n}",
    "Biennale {t}",
)


def one_off(stage: World, rng: Random, number: Numbers) -> Entity:
    """Return an event that takes place once."""
    template = rng.choice(_EVENTS)
    name = names.polish(
        template.format(
            n=rng.choice(words("noun_pl")),
            t="de " + rng.choice(words("theme_noun")),
            p=rng.choice(words("street_tail"))
            .removeprefix("des ")
            .removeprefix("du ")
            .removeprefix("de "),
            c=rng.choice(words("noun_compl")),
        )
    )
    head = name.split()[0]
    plural = head in {"Foulées", "Rencontres"}
    feminine = head in {"Fête", "Nuit", "Semaine", "Journée", "Course", "Biennale"}
    article = "les" if plural else "la" if feminine else "le"
    return Entity(
        number(),
        name[0].upper() + name[1:],
        Label.EVENT,
        "event",
        "one_off_event",
        commune=stage.commune(rng).code,
        article=article,
        feminine=feminine,
        plural=plural,
    )


_WORKS = (
    "Le {m} {c}",
    "La {f} {c}",
    "Les {n} {c}",
    "{F}, ma {f}",
    "Un {m} {c}",
    "{N}",
    "Sous les {n}",
    "Ce que disent les {n}",
    "Le Dernier {m}",
    "{F} et les {n}",
)


def work(rng: Random, number: Numbers) -> Entity:
    """Return a play, a film, a book or an exhibition."""
    noun_m, noun_f, noun_pl = (
        rng.choice(words("noun_m")),
        rng.choice(words("noun_f")),
        rng.choice(words("noun_pl")),
    )
    name = rng.choice(_WORKS).format(
        m=noun_m,
        f=noun_f,
        n=noun_pl,
        N=noun_pl.capitalize(),
        F=rng.choice(words("first_f")),
        c=rng.choice(words("noun_compl")),
    )
    return Entity(number(), names.polish(name), "WORK", "work", "work")
