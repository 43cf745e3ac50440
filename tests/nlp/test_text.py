from __future__ import annotations

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
