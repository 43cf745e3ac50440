from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import text


@given(st.text(max_size=300))
def test_preparing_never_moves_a_character(raw):
    assert len(text.prepare(raw)) == len(raw)


def test_markup_and_capitals_are_calmed():
    assert text.prepare("<b>Zoé</b>") == "   Zoé    "
    assert (
        text.prepare("LES DOIGTS NOIRS ORGANISENT UNE FÊTE")
        == "les Doigts Noirs Organisent une Fête"
    )


def test_a_line_or_a_stop_ends_a_sentence_but_a_title_does_not():
    plain = "Mme. Roux parle. Elle rit.\nFin"
    assert [plain[a:b] for a, b in text.sentences(plain)] == [
        "Mme. Roux parle.",
        "Elle rit.",
        "Fin",
    ]


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("L'ASSOCIATION TERRE VIVE ORGANISE UN GOÛTER", "L'association Terre Vive organise un goûter"),
        ("MALLE VERTE, UN COLLECTIF DE VERMONT, RECRUTE", "Malle Verte, un collectif de Vermont, recrute"),
        ("LE CLUB DU VAL ACCUEILLE LES FAMILLES", "Le Club du Val accueille les familles"),
        ("Un texte en MAJUSCULES par endroits", "Un texte en MAJUSCULES par endroits"),
        ("MJC DU VAL", "MJC DU VAL"),
    ],
)  # fmt: skip
def test_a_line_in_capitals_becomes_a_sentence(said, read):
    assert text.recased(said) == read


def test_a_text_in_capitals_is_known_as_one():
    assert text.shouts("GRAND LOTO DU CLUB SAMEDI 14 MARS À 20 H")
    assert not text.shouts("GRAND LOTO DU CLUB SAMEDI 14 mars à 20 h")
    assert not text.shouts("MJC")
