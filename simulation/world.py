"""The stage: a real intercommunality with invented quarters, streets, institutions and people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation import names, townsfolk
from simulation.cast import Entity, Numbers
from simulation.chance import stream
from simulation.townsfolk import Ground
from vigie import gazetteer
from vigie.errors import SettingsError
from vigie.language import say
from vigie.records import Label, Place

if TYPE_CHECKING:
    from random import Random

TERRITORIES = {
    "strasbourg": "246700488",
    "lille": "200093201",
    "metz": "200039865",
    "mulhouse": "200066009",
}
_BORDERS = {"67": "alsace", "68": "alsace", "57": "moselle", "59": "flanders", "62": "flanders"}


@dataclass(frozen=True, slots=True)
class World:
    """What does not change while the weeks go by."""

    seed: int
    scale: float
    siren: str
    epci: str
    ground: Ground
    weights: tuple[float, ...]
    """Of the communes: the square root of their population, so that villages are heard too."""
    quarters: tuple[str, ...]
    streets: tuple[str, ...]
    venues: tuple[str, ...]
    institutions: tuple[Entity, ...]
    authorities: tuple[Entity, ...]
    """Those of the institutions that govern or publish figures."""
    national: tuple[Entity, ...]
    old: tuple[Entity, ...]
    people: tuple[Entity, ...]
    works: tuple[Entity, ...]
    festivals: tuple[Entity, ...]
    regulars: tuple[tuple[Entity, int], ...]
    """Seasonal regulars, with the ISO week around which they return every year."""
    places: dict[str, Entity]

    def commune(self, rng: Random) -> Place:
        """Draw a commune of the territory."""
        return rng.choices(self.ground.communes, self.weights)[0]


def siren_of(territory: str) -> str:
    """Return the SIREN of the intercommunality meant by a name or a code."""
    known = TERRITORIES.get(territory.strip().lower())
    if known:
        return known
    if territory in gazetteer.epcis():
        return territory
    for found in gazetteer.search(territory):
        if isinstance(found, gazetteer.Epci):
            return found.siren
    raise SettingsError(
        say(
            "« {name} » n’est pas une intercommunalité connue : donnez son nom ou son SIREN",
            name=territory,
        )
    )


def build(territory: str, seed: int, scale: float, number: Numbers) -> World:
    """Return the world of a territory and a seed."""
    siren = siren_of(territory)
    epci = gazetteer.epci(siren)
    rng = stream(siren, seed, "world")
    communes = tuple(
        sorted((gazetteer.commune(c) for c in epci.members), key=lambda p: (-p.population, p.code))
    )
    department = communes[0].department
    everywhere = [
        p
        for p in gazetteer.communes().values()
        if p.department != department and 1500 < p.population < 60000
    ]
    everywhere.sort(key=lambda p: p.code)
    far = tuple(rng.sample(everywhere, 400))
    ground = Ground(communes, far, _BORDERS.get(department, "none"))
    size = max(1.0, scale**0.5)
    rulers = townsfolk.authorities(communes, epci.name, number)
    return World(
        seed=seed,
        scale=scale,
        siren=siren,
        epci=epci.name,
        ground=ground,
        weights=tuple(float(p.population) ** 0.5 for p in communes),
        quarters=tuple(names.quarter(rng) for _ in range(24)),
        streets=tuple(names.street(rng) for _ in range(round(140 * size))),
        venues=tuple(" ".join(names.person(rng)[:2]) for _ in range(round(30 * size))),
        institutions=(*rulers, *townsfolk.houses(communes, rng, number)),
        authorities=rulers,
        national=tuple(townsfolk.national(rng, number, "national") for _ in range(12)),
        old=tuple(townsfolk.old_actor(ground, rng, number) for _ in range(round(60 * size))),
        people=tuple(townsfolk.person(rng, number) for _ in range(round(90 * size))),
        works=tuple(townsfolk.work(rng, number) for _ in range(round(40 * size))),
        festivals=tuple(townsfolk.festival(communes, rng, number, "seasonal") for _ in range(12)),
        regulars=tuple(townsfolk.regular(communes, rng, number) for _ in range(round(16 * size))),
        places={p.code: place(p, number) for p in communes},
    )


def place(commune: Place, number: Numbers) -> Entity:
    """Return a commune as something that texts name."""
    return Entity(number(), commune.name, Label.PLACE, "commune", "place", commune=commune.code)
