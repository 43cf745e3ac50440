from __future__ import annotations

import re

import pytest

from nlp import relations
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


@pytest.mark.parametrize("cue", relations.CUES, ids=lambda cue: cue.example)
def test_each_cue_is_understood_in_its_example(cue):
    plain, names = marked(cue.example)
    [(first, second, kind, _)] = relations.relations(plain, names)
    assert kind is cue.kind
    assert (first, second) == ((1, 0) if cue.turned else (0, 1))


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
