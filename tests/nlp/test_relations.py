from __future__ import annotations

import re

import pytest

from benchmarks import relations as labelled
from nlp import bonds, relations
from nlp.recognition import Found
from vigie.records import Label, RelationKind

MARK = re.compile(r"\[([^\]]+)\]")


def marked(text: str, sentence: tuple[int, int] | None = None):
    """Return a text without its marks and the names that they enclose, all in one sentence."""
    names, plain, position = [], "", 0
    for mark in MARK.finditer(text):
        plain += text[position : mark.start()]
        names.append((len(plain), len(plain) + len(mark[1])))
        plain += mark[1]
        position = mark.end()
    plain += text[position:]
    bounds = sentence or (0, len(plain))
    return plain, [Found(a, b, Label.ACTOR, 0.9, "test", bounds) for a, b in names]


def said(text: str) -> dict[tuple[str, str], str]:
    plain, names = marked(text)
    return {
        (plain[names[a].start : names[a].end], plain[names[b].start : names[b].end]): kind.value
        for a, b, kind, _ in relations.relations(plain, names)
    }


@pytest.mark.parametrize("bond", bonds.BONDS, ids=lambda bond: bond.example)
def test_each_bond_is_understood_in_its_example(bond):
    plain, names = marked(bond.example)
    ((first, second, kind, _),) = relations.relations(plain, names)
    assert kind is bond.kind
    assert (first, second) == ((1, 0) if bond.turned else (0, 1))


@pytest.mark.parametrize("whole", bonds.WHOLES_SAID, ids=lambda whole: whole.example)
def test_what_is_said_around_two_names_is_understood_in_its_example(whole):
    plain, names = marked(whole.example)
    ((first, second, kind, _),) = relations.relations(plain, names)
    assert kind is whole.kind
    ahead = whole.pattern.find("(?P<b>") < whole.pattern.find("(?P<a>")
    assert (first, second) == ((1, 0) if kind.directed and ahead else (0, 1))


def test_our_labelled_sentences_are_read_as_people_read_them():
    rows = list(labelled.labelled())
    for part, precision, recall in (
        ("in view", 1.0, 1.0),
        ("before the rules", 0.95, 0.95),
        ("after the rules", 0.95, 0.8),
    ):
        figures = labelled.figures([row for row in rows if row.part == part])
        assert figures["precision"] >= precision, part
        assert figures["recall"] >= recall, part


def test_an_apposition_is_stepped_over():
    assert said(
        "Le collectif [Levain Libre], membre du réseau [Moulins Unis], travaille en partenariat "
        "avec l'association [Pain Levé] et la coopérative [Grains d'Ici]."
    ) == {
        ("Levain Libre", "Moulins Unis"): "member_of",
        ("Levain Libre", "Pain Levé"): "partners",
        ("Levain Libre", "Grains d'Ici"): "partners",
        ("Moulins Unis", "Pain Levé"): "together",
        ("Moulins Unis", "Grains d'Ici"): "together",
        ("Pain Levé", "Grains d'Ici"): "together",
    }


@pytest.mark.parametrize(
    "text",
    [
        "[Graine de Rue] n'est plus membre de [La Remise].",
        "[Graine de Rue], ancien membre de [La Remise], danse.",
        "[Graine de Rue] danse sans partenariat avec [La Remise].",
        "Les bénévoles de [Graine de Rue] accueillent des membres de [La Remise].",
        "[Graine de Rue] joue au bal organisé par [La Remise].",
    ],
)
def test_what_is_denied_or_said_of_others_is_no_bond(text):
    assert said(text) == {("Graine de Rue", "La Remise"): "together"}


def test_a_page_s_leftovers_are_not_searched_for_bonds():
    text = "[Graine de Rue] " + "porté par " * 300 + "[La Remise]."
    assert said(text) == {("Graine de Rue", "La Remise"): "together"}


def test_a_cue_speaks_for_the_whole_enumeration():
    found = said(
        "[Graine de Rue] tient un marché en partenariat avec [La Remise], le collectif "
        "[Fil et Co] et [Terre d'Ill]."
    )
    partners = {pair for pair, kind in found.items() if kind == "partners"}
    assert partners == {
        ("Graine de Rue", name) for name in ("La Remise", "Fil et Co", "Terre d'Ill")
    }
    assert found["La Remise", "Fil et Co"] == "together"


def test_two_names_of_one_sentence_are_together_and_no_more():
    assert said("[Graine de Rue] et [La Remise] étaient là.") == {
        ("Graine de Rue", "La Remise"): "together"
    }


def test_names_of_two_sentences_say_nothing_of_each_other():
    plain, (one, other) = marked("[Graine de Rue] danse. [La Remise] chante.")
    names = [
        Found(one.start, one.end, Label.ACTOR, 0.9, "test", (0, 20)),
        Found(other.start, other.end, Label.ACTOR, 0.9, "test", (21, len(plain))),
    ]
    assert list(relations.relations(plain, names)) == []


def test_a_long_list_does_not_make_everyone_a_neighbour():
    names = ", ".join(f"[Asso {number}]" for number in range(30))
    assert said(f"Merci à {names}.") == {}
    assert len(said(f"[Fil et Co] tient un marché en partenariat avec {names}.")) == 30


def test_what_a_clause_says_does_not_reach_over_a_full_stop():
    found = said("[Graine de Rue] danse ; la soirée était portée par [La Remise].")
    assert found == {("Graine de Rue", "La Remise"): RelationKind.TOGETHER.value}
