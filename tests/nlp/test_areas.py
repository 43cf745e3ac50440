"""The territories that a text names, with their codes."""

from __future__ import annotations

import pytest

from nlp import areas, places
from vigie import gazetteer
from vigie.records import PlaceKind, Source, SourceKind

LILLE = gazetteer.territory(["200093201"])
GROUND = places.ground(LILLE, {"59350": ["Wazemmes", "Gare"]})


def named(text, ground=GROUND, home=None):
    found = areas.places_in(text, ground, home)
    return [(text[p.start : p.end], p.kind.value, p.code, p.commune) for p in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Un bal à Roubaix.", ("Roubaix", "commune", "59512", "59512")),
        ("Elle est née à Hellemmes.", ("Hellemmes", "former_commune", "59298", "59350")),
        (
            "Dans le 7e arrondissement de Lyon, un bal.",
            ("7e arrondissement de Lyon", "district", "69387", "69123"),
        ),
        ("Un bal à Paris 11e.", ("Paris 11e", "district", "75111", "75056")),
        ("Un bal à Wazemmes.", ("Wazemmes", "quarter", None, "59350")),
        (
            "Sur le territoire de la Métropole européenne de Lille, un bal.",
            ("Métropole européenne de Lille", "epci", "200093201", None),
        ),
        (
            "Dans l’Eurométropole de Metz, un bal.",
            ("Eurométropole de Metz", "epci", "200039865", None),
        ),
        (
            "Dans l’agglomération de Mulhouse, un bal.",
            ("agglomération de Mulhouse", "epci", "200066009", None),
        ),
        (
            "Rennes Métropole finance le bal.",
            ("Rennes Métropole", "epci", "243500139", None),
        ),
        ("m2A finance le bal.", ("m2A", "epci", "200066009", None)),
        ("La MEL finance le bal.", ("MEL", "epci", "200093201", None)),
        ("Un bal au Mans.", ("Mans", "commune", "72181", "72181")),
    ],
)
def test_a_territory_is_found_with_its_code(text, expected):
    assert named(text) == [expected]


def test_a_quartier_lies_in_the_commune_that_its_sentence_names_or_the_text_or_the_source():
    strasbourg, metz = "67482", "57463"
    said = "Un bal au quartier Hautepierre, à Strasbourg. Il pleut à Metz."
    assert ("Hautepierre", "quarter", None, strasbourg) in named(said)
    alone = "Un bal dans le quartier de Bellecroix."
    assert named(alone, home=metz) == [("Bellecroix", "quarter", None, metz)]
    assert named(alone) == [("Bellecroix", "quarter", None, None)]


@pytest.mark.parametrize(
    "text",
    [
        "Le Quartier Général ouvre.",
        "Il attend à la Gare.",
        "L’EMS finance le bal.",
        "Mel danse au bal.",
        "Un bal rue de Wazemmes.",
        "Le marché du Port et du Village.",
        "",
    ],
)
def test_what_is_no_territory_is_none(text):
    assert named(text) == []


@pytest.mark.parametrize(
    ("name", "siren"),
    [
        ("Mulhouse Alsace Agglomération", "200066009"),
        ("l’Eurométropole de Strasbourg", "246700488"),
        ("Metz Métropole", "200039865"),
        ("Eurométropole de Metz", "200039865"),
        ("communauté de communes du Pays de Sainte-Odile", "246701080"),
        ("Saint-Louis Agglomération", "200066058"),
        ("MEL", "200093201"),
        ("mel", None),
        ("CUS", None),
        ("Métropole", None),
        ("Les Métropolitains", None),
    ],
)
def test_the_name_of_an_intercommunality_leads_to_its_siren(name, siren):
    assert areas.epci_of(name, LILLE) == siren


def test_all_quartiers_of_a_town_are_the_town():
    found = named("Dans les quartiers de Lille, un bal.")
    assert found == [("Lille", "commune", "59350", "59350")]


def test_of_homonyms_the_one_near_the_source_is_meant():
    texts = "Un bal à Saint-Denis."
    of = {place.department: place.code for place in gazetteer.find("Saint-Denis")}
    assert areas.places_in(texts, places.Ground(frozenset())) == []  # nothing says which
    largest = gazetteer.find("Saint-Denis")[0].code
    near = next(code for department, code in sorted(of.items()) if code != largest)
    home = next(
        p.code
        for p in gazetteer.communes().values()
        if p.department == gazetteer.department_of(near) and p.code != near
    )
    assert areas.places_in(texts, places.Ground(frozenset()), home)[0].code == near


def test_a_former_commune_is_known_to_a_source_of_its_town_outside_the_territory():
    metz = places.Ground(frozenset(["57463"]))
    assert named("Elle est née à Hellemmes.", metz) == []
    assert named("Elle est née à Hellemmes.", metz, "59350")[0][1] == PlaceKind.FORMER_COMMUNE


def test_a_source_is_at_home_where_it_says_or_where_its_name_says():
    sources = [
        Source(id="a", name="Ville de Roubaix", url="", kind=SourceKind.FILES),
        Source(id="b", name="La Gazette", url="", kind=SourceKind.FILES, commune="59512"),
        Source(id="c", name="La Gazette", url="", kind=SourceKind.FILES),
        Source(id="d", name="De Lille à Roubaix", url="", kind=SourceKind.FILES),
    ]
    assert places.ground(LILLE, {}, sources).homes == {"a": "59512", "b": "59512"}
