from __future__ import annotations

import numpy as np
import spacy

from nlp import agreement, questions
from nlp.classifier import CLASSES, Judged

ACTOR, PLACE = CLASSES.index("ACTOR"), CLASSES.index("PLACE")


def heard(text, communes=()):
    """Return the candidates of a text and what is thought of them, all equally likely before."""
    doc = spacy.blank("fr")(text)
    asked = questions.questions(doc, communes)
    presence = np.full((len(asked), len(CLASSES)), 0.02, dtype=np.float32)
    presence[:, ACTOR] = 1 - 0.02 * (len(CLASSES) - 1)
    bounds = np.full(len(asked), 0.7, dtype=np.float32)
    judged = agreement.agreed(doc, asked, Judged(presence, bounds))
    return [q.surface for q in asked], judged


def bounds_of(text, name):
    surfaces, judged = heard(text)
    return judged.bounds[surfaces.index(name)]


def test_a_name_that_always_goes_on_in_the_same_words_is_cut_short():
    text = "La Remise aux outils prête une scie. La Remise aux outils recrute."
    assert bounds_of(text, "la remise") < 0.2
    assert bounds_of(text, "la remise aux outils") > 0.6


def test_a_name_that_also_stands_alone_is_whole():
    text = "La Remise aux outils prête une scie. La Remise recrute."
    assert bounds_of(text, "la remise") > 0.6


def test_a_sentence_that_stands_twice_says_nothing_about_where_its_names_end():
    text = "La Remise accueille du monde\nLa Remise accueille du monde"
    assert bounds_of(text, "la remise") > 0.6


def test_a_towns_bare_name_is_the_town_even_where_it_acts():
    surfaces, judged = heard("Mulhouse lance un concours.", [(0, 8, "68224")])
    assert judged.presence[surfaces.index("mulhouse")].argmax() == PLACE


def test_a_group_that_is_called_like_a_town_is_told_by_what_stands_before():
    text = "L'association Mulhouse lance un concours."
    surfaces, judged = heard(text, [(14, 22, "68224")])
    assert judged.presence[surfaces.index("mulhouse")].argmax() == ACTOR


def test_the_occurrences_of_one_name_agree():
    doc = spacy.blank("fr")("Merci à Zibou. Zibou rit.")
    asked = questions.questions(doc, ())
    rows = [i for i, q in enumerate(asked) if q.surface == "zibou"]
    presence = np.full((len(asked), len(CLASSES)), 0.02, dtype=np.float32)
    presence[:, ACTOR] = 0.9
    presence[rows[0], ACTOR], presence[rows[0], PLACE] = 0.45, 0.47
    judged = agreement.agreed(doc, asked, Judged(presence, np.ones(len(asked), np.float32)))
    assert {int(judged.presence[row].argmax()) for row in rows} == {ACTOR}
