from __future__ import annotations

import pytest

from nlp import names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L’association Les Tisserands du Fleuve", "les tisserands du fleuve"),
        ("Collectif Oasis Nord", "Oasis Nord"),
        ("M.J.C. du Rempart", "Maison des Jeunes et de la Culture du Rempart"),
        ("FabLab des Berges", "Fab Lab des Berges"),
        ("« La Boîte à Vis »", "La Boite a vis"),
        ("SCIC L'Envolée", "L’Envolée"),
        ("Le Jardin-des-Merles", "Jardins des Merles"),
        ("Œuvrons Ensemble", "Oeuvrons ensemble"),
        ("Compost & Cie", "COMPOST ET COMPAGNIE"),
        ("Kulturhof e.V.", "Kulturhof"),
        ("Tiers-lieux des Jeux", "Tiers-lieu du Jeu"),
    ],
)
def test_ways_of_writing_one_name_share_a_key(one, other):
    assert names.key(one) == names.key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vélocité", "Vélocité Toulouse"),
        ("Association Metz", "Metz"),
        ("Collectif citoyen", "Citoyens"),
        ("Jardin du Nord", "Jardin du Sud"),
        ("Fabrique 12", "Fabrique 13"),
    ],
)
def test_what_may_be_two_actors_has_two_keys(one, other):
    assert names.key(one) != names.key(other)
    assert not names.is_typo(names.key(one), names.key(other))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "L’association",
        "Le collectif",
        "samedi 12 mars",
        "Venez",
        "2026",
        "Depuis",
        "www://x",
        "INFOS PRATIQUES",
        "l’été",
        "mot " * 20,
        "a@b.fr",
    ],
)
def test_what_names_nobody_is_not_plausible(text):
    assert not names.is_plausible(text)


@pytest.mark.parametrize(
    "text", ["Les Braises", "CODE", "boîte à vis", "3ème Jardin", "Semons demain"]
)
def test_odd_names_are_plausible(text):
    assert names.is_plausible(text)


def test_the_last_letter_of_a_singular_stays():
    assert names.key("La Croix Verte") == "croix verte"
    one, other = names.key("Mapbox"), names.key("MapBox")
    assert names.compact(one) == names.compact(other) == "mapbox"


def test_a_town_more_is_asked_about():
    score = names.similarity(names.key("Vélocité"), names.key("Vélocité Toulouse"))
    assert names.SUGGESTED_FROM <= score < 1


def test_one_slip_in_a_long_word_is_a_typo_and_in_a_short_one_is_not():
    assert names.is_typo("tisserand fleuve", "tiserand fleuve")
    assert not names.is_typo("atelier martin", "atelier marin")
    assert not names.is_typo("maison verte", "maison vertu")


def test_two_towns_and_two_words_of_the_dictionary_are_no_typos_of_each_other():
    assert not names.is_typo("laique montigny", "laique montagny")
    assert not names.is_typo("theatre fourneau", "theatre fourreau")


@pytest.mark.parametrize("text", ["", "…", "🎉", "\x00", "L’", "A" * 100_000])
def test_odd_text_has_a_key_without_complaint(text):
    assert isinstance(names.key(text), str)
