from __future__ import annotations

import pytest

from nlp import homes, places
from vigie import gazetteer

MULHOUSE = frozenset({"68224"})
MOSELLE = gazetteer.territory(["57"])


def named(text, territory=MOSELLE):
    return [(text[start:end], code) for start, end, code in places.communes_in(text, territory)]


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("Réunion à Metz ce soir.", "Metz", "57463"),
        ("METZ – réunion ce soir.", "METZ", "57463"),
        ("Le marché de Saint-Avold est déplacé.", "Saint-Avold", "57606"),
        ("Le marché de St-Avold est déplacé.", "St-Avold", "57606"),
        ("Un local à Montigny lès Metz.", "Montigny lès Metz", "57480"),
        ("Elle vit à Lyon.", "Lyon", "69123"),
    ],
)
def test_a_commune_is_found_however_it_is_written(text, name, code):
    assert named(text) == [(name, code)]


@pytest.mark.parametrize(
    "text",
    [
        "Rendez-vous rue de Metz.",
        "Rendez-vous au 3, avenue de Nancy.",
        "Metz Handball a gagné.",
        "La chambre est pleine. Le quartier aussi.",
        "« Le quartier en avait besoin »",
        "Die Leute kommen.",
        "Sens interdit, Bus 9.",
        "la rue du Vieux-Puits",
        "",
    ],
)
def test_what_bears_a_communes_name_is_no_commune(text):
    assert named(text) == []


def test_a_common_word_is_a_commune_after_a_preposition():
    assert named("Il habite à Sens.") == [("Sens", "89387")]


def test_an_enumeration_goes_on_after_its_preposition():
    for opening in ("Le car passe par", "Il va à"):
        assert [name for name, _ in named(f"{opening} Ambon, Muzillac et Arzal.", MULHOUSE)] == [
            "Ambon",
            "Muzillac",
            "Arzal",
        ]
    assert named("Avec Ambon, Muzillac et Arzal.", MULHOUSE) == []
    assert [name for name, _ in named("À Ambon, Muzillac raconte.", MULHOUSE)] == ["Ambon"]
    assert [name for name, _ in named("Il va à Ambon, Muzillac Dupré et lui.", MULHOUSE)] == [
        "Ambon"
    ]


def test_of_homonyms_the_one_of_the_territory_is_meant():
    saint_louis = gazetteer.find("Saint-Louis")
    for place in saint_louis[:3]:
        territory = frozenset([place.code])
        assert named("La gare de Saint-Louis", territory) == [("Saint-Louis", place.code)]


@pytest.mark.parametrize(
    ("text", "name", "placing"),
    [
        ("La chorale de Mulhouse chante.", "chorale", "own"),
        ("La chorale de Mulhouse chante.", "chorale de Mulhouse", "own"),
        ("Mulhouse : le collectif Fil et Co se lance", "Fil et Co", "dateline"),
        ("À Mulhouse, Fil et Co plante des arbres.", "Fil et Co", "dateline"),
        ("Fil et Co plante des arbres à Mulhouse.", "Fil et Co", "there"),
        ("La ville de Mulhouse soutient Fil et Co.", "Fil et Co", "sentence"),
        # Two towns, and neither is surely its own.
        ("Fil et Co plante à Mulhouse et à Strasbourg.", "Fil et Co", "sentence"),
        ("Il pleut à Mulhouse.\nFil et Co danse.", "Fil et Co", "near"),
        (f"Il pleut à Mulhouse. {'Rien. ' * 80}\nFil et Co danse.", "Fil et Co", ""),
    ],
)
def test_a_sentence_places_a_name_in_a_commune_and_says_how(text, name, placing):
    found = places.communes_in(text, MULHOUSE)
    start = text.index(name)
    bounds = (text.rfind("\n", 0, start) + 1, len(text))
    code, how = homes.place_of(text, (start, start + len(name)), bounds, found)
    assert how == placing
    assert code == ("68224" if placing else None)


def test_a_former_commune_of_the_territory_stands_for_the_one_that_it_is_part_of():
    lille = gazetteer.territory(["200093201"])
    assert named("Fête de quartier à Lomme.", lille) == [("Lomme", "59350")]
    assert named("Fête de quartier à Lomme.") == []


def test_a_village_whose_name_is_a_common_word_is_not_named_by_every_of():
    for text, codes in (
        ("Le collectif Graine de Rue ouvre un atelier.", []),
        ("La ressourcerie ouvre à Rue, dans la Somme.", ["80688"]),
    ):
        named_here = places.communes_in(text, MOSELLE)
        assert [code for *_, code in places.meant(text, named_here, MOSELLE, None)] == codes


@pytest.mark.parametrize(
    "text", ["Elle vient de Valence en Espagne.", "Elle vit à Valence (Espagne)."]
)
def test_a_town_that_is_said_to_be_abroad_is_no_commune(text):
    found = places.communes_in(text, MULHOUSE)
    assert found
    assert places.meant(text, found, MULHOUSE, None) == []
    french = "Elle vient de Valence en train."
    assert places.meant(french, places.communes_in(french, MULHOUSE), MULHOUSE, None)


def test_a_town_across_the_border_is_not_its_french_namesake():
    text = "Le groupe est venu de Fribourg et de Thann."
    found = places.communes_in(text, MULHOUSE)
    abroad = places.ground(MULHOUSE, {}, (), ["Fribourg", "Bâle"]).abroad
    assert [code for *_, code in places.meant(text, found, MULHOUSE, None, abroad)] == ["68334"]
    home = frozenset({"57241"})
    assert places.meant(text, places.communes_in(text, home), home, None, abroad)[0][2] == "57241"
