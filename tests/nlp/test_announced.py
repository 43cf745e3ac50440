from __future__ import annotations

import pytest
import spacy

from nlp import announced, spans


@pytest.fixture(scope="module")
def language():
    return spacy.blank("fr")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("L'association un bout de quai lit aux enfants.", "un bout de quai"),
        ("association au bout du quai, Thann", "au bout du quai"),
        ("association un brin de laine", "un brin de laine"),
        ("Café associatif la cuillère en bois", "la cuillère en bois"),
        ("La compagnie « la main à la pâte » joue.", "la main à la pâte"),
        ("Ce sera au collectif « d'une berge à l'autre » de chanter.", "d'une berge à l'autre"),
    ],
)
def test_a_name_in_small_letters_may_stand_where_words_or_marks_announce_one(language, text, name):
    doc = language(text)
    found = announced.announced(spans.tokens_of(doc), (0, len(doc)))
    assert name in [doc[start:end].text for start, end in found]


@pytest.mark.parametrize(
    "text",
    [
        "L'association propose un repas à ses membres.",
        "Le collectif est né un lundi.",
        "L'association à taille humaine compte dix membres.",
        "Le club le plus titré gagne.",
        "association à but non lucratif",
        "Au programme : un repas, un bal, la tombola.",
        "La soirée se tient dans le hall (la petite salle).",
    ],
)
def test_nothing_announces_a_name_in_ordinary_sentences(language, text):
    doc = language(text)
    assert list(announced.announced(spans.tokens_of(doc), (0, len(doc)))) == []
