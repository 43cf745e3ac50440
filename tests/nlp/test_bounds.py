from __future__ import annotations

import pytest

from nlp import bounds
from nlp.recognition import Found
from vigie.records import Label


def repaired(text):
    """Return the names of a text in which brackets show what the classifier took for one."""
    found, plain = [], ""
    for part in text.replace("]", "[").split("["):
        found.append((len(plain), len(plain) + len(part)))
        plain += part
    given = [
        Found(start, end, Label.ACTOR, 0.9, "run", (0, len(plain))) for start, end in found[1::2]
    ]
    return [plain[item.start : item.end] for item in bounds.repaired(plain, given)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[Grain de Mil fête] un jubilé.", "Grain de Mil"),
        ("[Grain de Mil fête un jubilé].", "Grain de Mil"),
        ("Quand [Rive Courte travaille] avec la mairie, tout va.", "Rive Courte"),
        ("[Une malle du talus tisse] des liens.", "Une malle du talus"),
        ("L'étude de l'[Union des riverains solidaires alerte] sur le bruit.",
         "Union des riverains solidaires"),
        ("Pour mémoire, la [coopérative du Val avait] lancé un appel.", "coopérative du Val"),
        ("Le [Club des lecteurs vous] propose un jeu.", "Club des lecteurs"),
        ("[Les Malles de l'île se retrouvent] samedi.", "Les Malles de l'île"),
        ("Proposé par [Grain de Mil en partenariat] avec la ville.", "Grain de Mil"),
        ("Un prêt à [Rive Courte le jeudi soir].", "Rive Courte"),
        ("Qui dirige l'[Union des malles au niveau national] ?", "Union des malles"),
        ("Ils ont choisi de s'appeler [Rive Courte et de louer] ici.", "Rive Courte"),
        ("Pour découvrir [Les Malles du Val et ouvrir] un lieu.", "Les Malles du Val"),
        ("On expulse la [Ligue des Malles de ses locaux].", "Ligue des Malles"),
        ("Sous le nom de [Rive Courte, quatre copains] chantent.", "Rive Courte"),
        ("[La fondation le tiroir vert publie] un rapport.", "le tiroir vert"),
    ],
)  # fmt: skip
def test_a_name_ends_where_its_sentence_goes_on(text, name):
    assert repaired(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Le collectif « [Chacun cherche son pain] » se réunit.",
        "L'association [Ici on tricote encore] ouvre.",
        "L'association [Les mains qui parlent] recrute.",
        "Le collectif [Pas sans nous] recrute.",
        "La compagnie [Le vent souffle] joue samedi.",
        "L'association [La marche verte] recrute.",
        "Le café [La fête des voisins] ouvre.",
        "Le collectif [Lire et écrire] recrute.",
        "L'association [Vivre en partage] recrute.",
        "La compagnie [Le vent tourne].",
        "L'association [Habitat et partage] recrute.",
        "Le club [Rive Courte] organise un bal.",
    ],
)
def test_a_verb_of_the_name_stays_in_it(text):
    assert repaired(text) == [text[text.index("[") + 1 : text.index("]")]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("La [Maison des jeunes] et de la culture de Vermont ouvre.",
         "Maison des jeunes et de la culture de Vermont"),
        ("Hier, [Association des riverains] pour un canal vivant passe à table.",
         "Association des riverains pour un canal vivant"),
        ("[Comité pour l'air] pur organise un bal.", "Comité pour l'air pur"),
        ("[Groupement des voisins] pour le droit au jardin recrute.",
         "Groupement des voisins pour le droit au jardin"),
        ("Le lieu [Le 89] bis ouvre.", "Le 89 bis"),
        ("Le [Cercle des Malles] du Val Vert (CMVV) recrute.", "Cercle des Malles du Val Vert"),
    ],
)  # fmt: skip
def test_what_everyone_writes_out_belongs_to_the_name(text, name):
    assert repaired(text) == [name]


def test_a_purpose_that_is_the_sentence_s_stays_out():
    assert repaired("L'[association des riverains] pour la fête a tout loué.") == [
        "association des riverains"
    ]


def test_public_bodies_of_common_words_are_names_though_nothing_was_found():
    assert repaired("Selon la chambre de métiers, la mairie du Val-Noir ferme.") == [
        "chambre de métiers",
        "mairie du Val-Noir",
    ]


def test_two_groups_in_one_name_are_two():
    assert repaired("Il y avait [Les Malles du Val et le théâtre Midi Vingt].") == [
        "Les Malles du Val",
        "Midi Vingt",
    ]


def test_a_text_s_own_longer_writing_bounds_a_name():
    text = "[La marelle en liberté] ouvre. [La marelle] en liberté et [La marelle en liberté]."
    assert repaired(text) == ["La marelle en liberté"] * 3


def test_a_tail_that_stands_once_is_the_sentence_s():
    text = "[Rive Courte] ouvre. [Rive Courte] ferme. Il aide [Rive Courte pour la fête]."
    assert repaired(text) == ["Rive Courte"] * 3
