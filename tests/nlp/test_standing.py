from __future__ import annotations

import pytest

from nlp import standing
from nlp.recognition import Found
from vigie.records import Label


def corrected(text, label=Label.ACTOR):
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    first = plain.rfind("\n", 0, start) + 1
    (item,) = standing.corrected(plain, [Found(start, end, label, 0.9, "run", (first, len(plain)))])
    return plain[item.start : item.end], item.label


@pytest.mark.parametrize(
    "text",
    [
        "Une fête.\n\nLieu : [Salle Paul Verdigot], Kembs",
        "Une fête.\n\nLieu : [Parc des Sorbiers]",
        "Une fête.\n\nLieu : [Centre Odile Verdigot]",
        "Rendez-vous samedi à la salle [Les Tilleuls].",
        "Le bal aura lieu à la salle « [le préau vert] ».",
        "Repli au gymnase [Odilon-Verdigot] en cas de pluie.",
        "Le [gymnase Odilon-Verdigot] ferme.",
        "La salle [Paul Verdigot] rouvre.",
        "L'assemblée se tient au [centre Odile Verdigot].",
        "Le club : [Neues aus Kembs]",
        "Repli au centre [Violette Verdigot].",
    ],
)
def test_where_something_takes_place_is_a_place(text):
    assert corrected(text)[1] is Label.PLACE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Une fête.\n\nLieu : [Théâtre du Verger]", "Théâtre du Verger"),
        ("Une fête.\n\nLieu : [Tiers-lieu La Remise]", "Tiers-lieu La Remise"),
        ("Une fête.\n\nLieu : [Salle Théâtre du Verger]", "Salle Théâtre du Verger"),
        ("La salle [Le Préau] organise un bal.", "Le Préau"),
        ("[Stade Vermontois] recrute.", "Stade Vermontois"),
        ("Le [Parc naturel du Val] recrute.", "Parc naturel du Val"),
        ("Une halte au café [Les Tilleuls].", "Les Tilleuls"),
        # A head without which a person's name is left belongs to the name.
        ("Le centre socioculturel [Odilon-Marc-Verdigot] recrute.",
         "centre socioculturel Odilon-Marc-Verdigot"),
        ("Le centre [Odile Verdigot] recrute.", "centre Odile Verdigot"),
        ("Le théâtre [Le Verdigot] ouvre.", "Le Verdigot"),
        ("L'espace culturel [Odile Verdigot] ouvre.", "espace culturel Odile Verdigot"),
        ("Le centre social [L'Escale] recrute.", "L'Escale"),
        ("[Garage] recrute.", "Garage"),
        ("Garage [Novabois] : devis gratuit.", "Garage Novabois"),
        ("Une vente chez Boulangerie [Sésame] samedi.", "Boulangerie Sésame"),
        ("Le garage [Novabois] recrute.", "Novabois"),
        ("Baptisé Chez [Odile], le lieu ouvre.", "Chez Odile"),
        # What announces a name does not.
        ("[Nommé Novabois], le lieu ouvre.", "Novabois"),
        ("[Anciennement Les Tilleuls], le groupe danse.", "Les Tilleuls"),
        ("Voici l'[ex-Comptoir du Val].", "Comptoir du Val"),
        ("[Wer steckt hinter Les Tilleuls bleus]?", "Les Tilleuls bleus"),
        ("Le collectif [d'habitants Les Tilleuls] danse.", "Les Tilleuls"),
        ("Le réseau [d'entraide la malle à vis] danse.", "la malle à vis"),
        ("L'association [d'un rivage à l'autre] danse.", "d'un rivage à l'autre"),
        ("[Baptisés du Val] chantent.", "Baptisés du Val"),
    ],
)  # fmt: skip
def test_a_group_keeps_its_head_and_loses_what_announces_it(text, name):
    assert corrected(text) == (name, Label.ACTOR)


def test_who_has_a_name_and_a_trade_is_a_person():
    assert corrected("Le même avis chez [Odile Verdigot], libraire et bénévole : « Oui. »")[1] is (
        Label.PERSON
    )
    assert corrected("Chez [Germaine Grive], comptable et bénévole, non.")[1] is Label.PERSON
    assert corrected("Avec [Claire Verdigot], menuisière, et le club.")[1] is Label.PERSON
    assert corrected("Avec [Nova Verdigot], imprimeur, et le club.")[1] is Label.ACTOR
    assert corrected("Avec [Rebel Garage], menuisier et bénévole, et le club.")[1] is Label.ACTOR
