"""The stage: a real intercommunality with invented quarters, streets, institutions and people."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from simulation import names
from simulation.cast import Entity, actor
from simulation.grammar import polish, words
from simulation.names import HEADS
from vigie import gazetteer
from vigie.errors import SettingsError
from vigie.language import say
from vigie.records import Label, Place

TERRITORIES = {
    "strasbourg": "246700488",
    "lille": "200093201",
    "metz": "200039865",
    "mulhouse": "200066009",
}
AUTHORITIES = 29
_GERMAN_BORDER = {"67", "68", "57"}
_FLEMISH_BORDER = {"59", "62"}


@dataclass(frozen=True, slots=True)
class World:
    """What does not change while the weeks go by."""

    siren: str
    epci: str
    communes: tuple[Place, ...]
    weights: tuple[float, ...]
    """Of the communes: the square root of their population, so that villages are heard too."""
    far: tuple[Place, ...]
    border: str
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
        return rng.choices(self.communes, self.weights)[0]


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


class Numbers:
    """Gives each entity its number."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> int:
        self._next += 1
        return self._next - 1


def build(territory: str, seed: int, scale: float, number: Numbers) -> World:
    """Return the world of a territory and a seed."""
    siren = siren_of(territory)
    epci = gazetteer.epci(siren)
    rng = Random(f"world/{siren}/{seed}")
    communes = tuple(
        sorted((gazetteer.commune(c) for c in epci.members), key=lambda p: (-p.population, p.code))
    )
    department = communes[0].department
    border = (
        "alsace"
        if department in {"67", "68"}
        else "moselle"
        if department in _GERMAN_BORDER
        else "flanders"
        if department in _FLEMISH_BORDER
        else "none"
    )
    everywhere = [
        p
        for p in gazetteer.communes().values()
        if p.department != department and 1500 < p.population < 60000
    ]
    everywhere.sort(key=lambda p: p.code)
    far = tuple(rng.sample(everywhere, 400))
    size = max(1.0, scale**0.5)
    places = {
        p.code: Entity(number(), p.name, Label.PLACE, "commune", "place", commune=p.code)
        for p in communes
    }
    return World(
        siren=siren,
        epci=epci.name,
        communes=communes,
        weights=tuple(float(p.population) ** 0.5 for p in communes),
        far=far,
        border=border,
        quarters=tuple(names.quarter(rng) for _ in range(24)),
        streets=tuple(names.street(rng) for _ in range(round(140 * size))),
        venues=tuple(" ".join(names.person(rng)[:2]) for _ in range(round(30 * size))),
        institutions=(institutions := _institutions(communes, epci.name, rng, number)),
        authorities=institutions[:AUTHORITIES],
        national=tuple(_national(rng, number) for _ in range(12)),
        old=tuple(old_actor(communes, far, border, rng, number) for _ in range(round(60 * size))),
        people=tuple(person(rng, number) for _ in range(round(90 * size))),
        works=tuple(work(rng, number) for _ in range(round(40 * size))),
        festivals=tuple(festival(communes, rng, number, "seasonal") for _ in range(12)),
        regulars=tuple(_regular(communes, rng, number) for _ in range(round(16 * size))),
        places=places,
    )


def person(rng: Random, number: Numbers) -> Entity:
    """Return an invented person."""
    first, last, feminine = names.person(rng)
    return Entity(
        number(),
        f"{first} {last}",
        Label.PERSON,
        "person",
        "person",
        feminine=feminine,
        first_name=first,
    )


def _institution(
    number: Numbers, name: str, article: str, commune: str | None = None, **more: bool
) -> Entity:
    feminine = article == "la" or more.get("feminine", False)
    return Entity(
        number(),
        name,
        Label.INSTITUTION,
        "institution",
        "institution",
        commune=commune,
        article=article,
        feminine=feminine,
    )


def _institutions(
    communes: tuple[Place, ...], epci: str, rng: Random, number: Numbers
) -> tuple[Entity, ...]:
    main = communes[0]
    shown = epci.removeprefix("CA ").removeprefix("CC ").removeprefix("CU ")
    of_a_kind = shown.startswith(("Eurométropole", "Métropole", "Communauté"))
    found = [_institution(number, shown, "la" if of_a_kind else "")]
    area = gazetteer.departments()[main.department]
    region = gazetteer.regions()[area.region]
    found += [
        _institution(number, f"conseil départemental {area.of}".strip(), "le"),
        _institution(number, f"Région {region.name}", "la"),
        _institution(number, f"préfecture {area.of}".strip(), "la"),
        _institution(number, "France Travail", ""),
        _institution(number, "Caisse d’allocations familiales", "la"),
        _institution(number, "Agence régionale de santé", "la"),
        _institution(number, "chambre de commerce et d’industrie", "la"),
        _institution(number, "chambre de métiers", "la"),
        _institution(number, polish(f"université de {main.name}"), "la", main.code),
        _institution(number, polish(f"office de tourisme de {main.name}"), "le", main.code),
        _institution(number, "Banque des territoires", "la"),
        _institution(number, "Ademe", "la"),
    ]
    for place in communes[:8]:
        found.append(_institution(number, polish(f"Ville de {place.name}"), "la", place.code))
        found.append(_institution(number, polish(f"mairie de {place.name}"), "la", place.code))
    for sort, article in (
        ("lycée", "le"),
        ("collège", "le"),
        ("médiathèque", "la"),
        ("hôpital", "le"),
        ("école", "la"),
        ("gymnase", "le"),
        ("maison de quartier", "la"),
        ("centre socioculturel", "le"),
    ):
        for _ in range(3):
            first, last, _f = names.person(rng)
            found.append(
                _institution(number, f"{sort} {first}-{last}", article, rng.choice(communes).code)
            )
    return tuple(found)


_SEASONS = (
    ("Marché de Noël de {c}", "le", Label.EVENT, 49),
    ("Bourse aux vêtements de {c}", "la", Label.EVENT, 40),
    ("Carnaval de {c}", "le", Label.EVENT, 8),
    ("Comité du carnaval de {c}", "le", Label.ACTOR, 8),
    ("Amis de la Saint-Nicolas de {c}", "les", Label.ACTOR, 49),
    ("Vide-greniers de {c}", "le", Label.EVENT, 20),
    ("Fête de la courge de {c}", "la", Label.EVENT, 42),
    ("Confrérie de l’asperge de {c}", "la", Label.ACTOR, 18),
    ("Banque alimentaire {p}", "la", Label.ACTOR, 48),
    ("Foulées de {c}", "les", Label.EVENT, 14),
    ("Ciné d’été {p}", "le", Label.EVENT, 28),
    ("Jardins ouverts de {c}", "les", Label.EVENT, 23),
    ("Téléthon de {c}", "le", Label.EVENT, 49),
    ("Société d’arboriculture {p}", "la", Label.ACTOR, 11),
)


def _regular(communes: tuple[Place, ...], rng: Random, number: Numbers) -> tuple[Entity, int]:
    template, article, label, week = rng.choice(_SEASONS)
    place = rng.choice(communes)
    first, last, _ = names.person(rng)
    name = polish(template.format(c=place.name, p=f"{first}-{last}"))
    kind = "association" if label == Label.ACTOR else "event"
    made = Entity(number(), name, label, kind, "seasonal", commune=place.code, article=article)
    made.feminine, made.plural = article == "la", article == "les"
    return made, week


_FEDERATIONS = (
    "Fédération nationale des {}",
    "Union française des {}",
    "France {}",
    "Réseau national des {}",
    "Confédération des {}",
)


def _national(rng: Random, number: Numbers, course: str = "national") -> Entity:
    if rng.random() < 0.5:
        word = (
            rng.choice(words("who_pl"))
            + " "
            + rng.choice(
                (
                    "solidaires",
                    "de France",
                    "ruraux",
                    "unis",
                    "en lutte",
                    "volontaires",
                    "du rail",
                    "indépendants",
                )
            )
        )
        template = rng.choice(_FEDERATIONS)
        if template == "France {}":
            word = word.capitalize()
        name, feminine = template.format(word), template[0] in "FUC"
        kind = "network"
        article = "" if template == "France {}" else ("le" if template[0] == "R" else "la")
        return Entity(number(), name, Label.ACTOR, kind, course, article=article, feminine=feminine)
    drawn = names.actor_name(
        rng,
        rng.choice(("association", "foundation", "company")),
        names.surname(rng),
        names.surname(rng),
        "none",
    )
    kind = rng.choice(("foundation", "association", "network"))
    made = actor(number(), drawn, kind, course, None, rng)
    made.sloppy = 0.0
    return made


def national(rng: Random, number: Numbers, course: str) -> Entity:
    """Return a group known all over the country."""
    return _national(rng, number, course)


_OLD = (
    "Union sportive de {c}",
    "Harmonie de {c}",
    "Amicale des {who} de {c}",
    "Société d’histoire de {c}",
    "Chorale {p}",
    "Cercle d’échecs de {c}",
    "Club vosgien de {c}",
    "Comité des fêtes de {c}",
    "Foyer rural de {c}",
    "Donneurs de sang de {c}",
    "Football club de {c}",
    "Association familiale {p}",
    "Société de tir de {c}",
    "Arboriculteurs de {c}",
    "Scouts de {c}",
    "Restos de le {w}",
)


def old_actor(
    communes: tuple[Place, ...], far: tuple[Place, ...], border: str, rng: Random, number: Numbers
) -> Entity:
    """Return a group that has been there for decades; half of them are named like new ones."""
    place = rng.choice(communes)
    if rng.random() < 0.5:
        kind = rng.choice(
            (
                "association",
                "association",
                "collective",
                "third_place",
                "cooperative",
                "cultural_venue",
            )
        )
        drawn = names.actor_name(rng, kind, place.name, rng.choice(far).name, border)
        return actor(number(), drawn, kind, "old", place.code, rng)
    first, last, _ = names.person(rng)
    name = polish(
        rng.choice(_OLD).format(
            c=place.name,
            p=f"{first}-{last}",
            who=rng.choice(words("who_pl")),
            w=rng.choice(words("noun_m")),
        )
    )
    feminine = name.split()[0] in {
        "Union",
        "Harmonie",
        "Amicale",
        "Société",
        "Chorale",
        "Association",
    }
    plural = name.split()[0] in {"Donneurs", "Arboriculteurs", "Scouts", "Restos"}
    article = "les" if plural else "la" if feminine else "le"
    return Entity(
        number(),
        name,
        Label.ACTOR,
        "association",
        "old",
        commune=place.code,
        article=article,
        feminine=feminine,
        plural=plural,
        heads=HEADS["association"][:1] if rng.random() < 0.2 and not plural else (),
    )


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


def festival(communes: tuple[Place, ...], rng: Random, number: Numbers, course: str) -> Entity:
    """Return an event of several days or one."""
    template = rng.choice(_EVENTS)
    name = polish(
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
        course,
        commune=rng.choice(communes).code,
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
    return Entity(number(), polish(name), "WORK", "work", "work")


def shop(commune: str, rng: Random, number: Numbers) -> Entity:
    """Return a shop that advertises."""
    first, last, _ = names.person(rng)
    tail = rng.choice((last, first, rng.choice(words("noun_m")).capitalize()))
    name = f"{rng.choice(words('food_shop'))} {tail}"
    return Entity(number(), name, Label.ACTOR, "company", "advert", commune=commune)
