from __future__ import annotations

import pytest

from nlp import standing
from nlp.recognition import Found
from vigie.records import Label


def corrected(text, label=Label.ACTOR, rule="run"):
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    given = [Found(start, end, label, 0.9, rule, (0, len(plain)))]
    return [(plain[i.start : i.end], i.label) for i in standing.corrected(plain, given)]


@pytest.mark.parametrize(
    "text",
    [
        "[Communiqué] – Librairie Marteau",
        "[Partenariat] avec la ville",
        "[Communiqué de presse] du 3 mars",
        "[Tous les mercredis], un atelier.",
        "[Chaque premier jeudi du mois] : couture.",
        "[Samedi 14 mars] : bal",
        "[Fin avril], on plante.",
        "[Assemblée générale] : samedi",
        "[STOP]",
        "[EPICERIE D']A COTE : réunion mardi",
    ],
)
def test_words_of_the_press_and_dates_name_nobody(text):
    assert corrected(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "L'association « [Partenariat] » ouvre.",
        "[Mercredi des Malles] recrute.",
        "[Ruche] : un atelier de couture",
        "[Collectif du 8 mars] recrute.",
        "[Les Jeudis du Val] recrutent.",
    ],
)
def test_a_name_of_such_words_is_one(text):
    assert [label for _, label in corrected(text)] == [Label.ACTOR]


def test_a_group_s_noun_before_it_makes_a_name_of_any_word():
    assert corrected("Le club [Rencontres] recrute.", rule="group_before") == [
        ("Rencontres", Label.ACTOR)
    ]


def test_a_bare_town_is_a_place_and_a_sale_an_event():
    assert corrected("[Thann] organise un marché.") == [("Thann", Label.PLACE)]
    assert corrected("[Vide-greniers de Thann] : 40 stands") == [
        ("Vide-greniers de Thann", Label.EVENT)
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Les Amis de [Odile Verdigot] lisent.", "Les Amis de Odile Verdigot"),
        ("L'association des amis d'[Odile Verdigot] lit.", "association des amis d'Odile Verdigot"),
        ("Association [Jean-Marie Verdigot] : bal", "Association Jean-Marie Verdigot"),
        ("L'association [Jean-Marie Verdigot] danse.", "association Jean-Marie Verdigot"),
        ("Le Fonds [Jean Verdigot] prête.", "Fonds Jean Verdigot"),
        ("Le fonds de dotation [Jean Verdigot] prête.", "fonds de dotation Jean Verdigot"),
        ("Le Cercle d'études [Simone Verdigot] lit.", "Cercle d'études Simone Verdigot"),
        ("L'Association familiale [Zoé-Verdigot] danse.", "Association familiale Zoé-Verdigot"),
    ],
)
@pytest.mark.parametrize("label", [Label.PERSON, Label.ACTOR])
def test_a_group_that_bears_a_person_s_name_is_kept_with_its_noun(text, name, label):
    assert corrected(text, label) == [(name, Label.ACTOR)]


@pytest.mark.parametrize(
    "text",
    [
        "Le président de l'association [Jean Verdigot] a conclu.",
        "Ses amis de [Jean Verdigot] sont là.",
        "La présidente du Club [Odile Verdigot] se réjouit.",
        "Le centre [Jean Verdigot] ferme.",
    ],
)
def test_a_person_beside_a_group_stays_a_person(text):
    assert [label for _, label in corrected(text, Label.PERSON)] == [Label.PERSON]


def test_a_club_that_the_networks_saw_keeps_its_noun_before_a_person_s_name():
    assert corrected("Le club [Jean Verdigot] joue.") == [("club Jean Verdigot", Label.ACTOR)]
    assert corrected("Le club [Jean Verdigot] joue.", Label.PERSON) == [
        ("Jean Verdigot", Label.PERSON)
    ]


def test_a_surname_alone_is_the_person_s_whom_the_text_named():
    plain = "Odile Verdigot gagne. Verdigot sourit."
    given = [
        Found(0, 14, Label.PERSON, 0.9, "run", (0, 21)),
        Found(22, 30, Label.ACTOR, 0.9, "run", (22, len(plain))),
    ]
    assert [i.label for i in standing.corrected(plain, given)] == [Label.PERSON] * 2
