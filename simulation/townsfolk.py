"""Those who are not emerging: institutions, old groups, national ones, regulars, events, works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation import names
from simulation.cast import Entity, Numbers, actor
from simulation.grammar import polish, words
from simulation.names import HEADS
from vigie import gazetteer
from vigie.records import Label, Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random


@dataclass(frozen=True, slots=True)
class Ground:
    """Where names come from."""

    communes: tuple[Place, ...]
    """Of the territory, the most populous first."""
    far: tuple[Place, ...]
    """Of elsewhere."""
    border: str
    """alsace, moselle, flanders or none: which other language names speak."""


def _institution(number: Numbers, name: str, article: str, commune: str | None = None) -> Entity:
    return Entity(
        number(),
        polish(name),
        Label.INSTITUTION,
        "institution",
        "institution",
        commune=commune,
        article=article,
        feminine=article == "la",
    )


def authorities(communes: Sequence[Place], epci: str, number: Numbers) -> tuple[Entity, ...]:
    """Return those that govern or publish figures: State, local authorities, agencies."""
    main = communes[0]
    shown = epci.removeprefix("CA ").removeprefix("CC ").removeprefix("CU ")
    of_a_kind = shown.startswith(("Eurométropole", "Métropole", "Communauté"))
    area = gazetteer.departments()[main.department]
    region = gazetteer.regions()[area.region]
    found = [
        _institution(number, name, article, code)
        for name, article, code in (
            (shown, "la" if of_a_kind else "", None),
            (f"conseil départemental {area.of}", "le", None),
            (f"Région {region.name}", "la", None),
            (f"préfecture {area.of}", "la", None),
            ("France Travail", "", None),
            ("Caisse d’allocations familiales", "la", None),
            ("Agence régionale de santé", "la", None),
            ("chambre de commerce et d’industrie", "la", None),
            ("chambre de métiers", "la", None),
            (f"université de {main.name}", "la", main.code),
            (f"office de tourisme de {main.name}", "le", main.code),
            ("Banque des territoires", "la", None),
            ("Ademe", "la", None),
        )
    ]
    for place in communes[:8]:
        found.append(_institution(number, f"Ville de {place.name}", "la", place.code))
        found.append(_institution(number, f"mairie de {place.name}", "la", place.code))
    return tuple(found)


_HOUSES = (
    ("lycée", "le"),
    ("collège", "le"),
    ("médiathèque", "la"),
    ("hôpital", "le"),
    ("école", "la"),
    ("gymnase", "le"),
    ("maison de quartier", "la"),
    ("centre socioculturel", "le"),
)


def houses(communes: Sequence[Place], rng: Random, number: Numbers) -> tuple[Entity, ...]:
    """Return schools, libraries and the like, each with a person's name."""
    return tuple(
        _institution(number, f"{sort} {'-'.join(names.person(rng)[:2])}", article, code)
        for sort, article in _HOUSES
        for code in (rng.choice(communes).code for _ in range(3))
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


def regular(communes: Sequence[Place], rng: Random, number: Numbers) -> tuple[Entity, int]:
    """Return a seasonal regular, and the ISO week around which it returns."""
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
_FEDERATED = (
    "solidaires",
    "de France",
    "ruraux",
    "unis",
    "en lutte",
    "volontaires",
    "du rail",
    "indépendants",
)


def national(rng: Random, number: Numbers, course: str) -> Entity:
    """Return a group known all over the country."""
    if rng.random() < 0.5:
        word = f"{rng.choice(words('who_pl'))} {rng.choice(_FEDERATED)}"
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
    made = actor(number(), drawn, kind=kind, course=course, commune=None, rng=rng)
    made.sloppy = 0.0
    return made


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


_OLD_FEMININE = {"Union", "Harmonie", "Amicale", "Société", "Chorale", "Association"}
_OLD_KINDS = ("association",) * 2 + ("collective", "third_place", "cooperative", "cultural_venue")


def old_actor(ground: Ground, rng: Random, number: Numbers) -> Entity:
    """Return a group that has been there for decades; half of them are named like new ones."""
    place = rng.choice(ground.communes)
    if rng.random() < 0.5:
        kind = rng.choice(_OLD_KINDS)
        drawn = names.actor_name(rng, kind, place.name, rng.choice(ground.far).name, ground.border)
        return actor(number(), drawn, kind=kind, course="old", commune=place.code, rng=rng)
    first, last, _ = names.person(rng)
    name = polish(
        rng.choice(_OLD).format(
            c=place.name,
            p=f"{first}-{last}",
            who=rng.choice(words("who_pl")),
            w=rng.choice(words("noun_m")),
        )
    )
    first_word = name.split()[0]
    feminine = first_word in _OLD_FEMININE
    plural = first_word in {"Donneurs", "Arboriculteurs", "Scouts", "Restos"}
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


def festival(communes: Sequence[Place], rng: Random, number: Numbers, course: str) -> Entity:
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
