from __future__ import annotations

import pytest

from nlp import model, questions


@pytest.fixture(scope="module")
def language_model():
    return model.load()


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Merci à Zig'Ouate et au 3e Souffle pour leur aide.", "3e Souffle"),
        ("Le collectif « Un toit pour demain » se réunit.", "Un toit pour demain"),
        ("La Ligue des droits du fleuve dénonce un abandon.", "Ligue des droits du fleuve"),
        ("Au 12 rue des Tanneurs, on répare.", "rue des Tanneurs"),
        ("L'association Zigzag ouvre une cantine.", "Zigzag"),
        ("Merci à La Remise pour la scie.", "La Remise"),
        ("L'Atelier du Coin recrute.", "Atelier du Coin"),
        ("L'envolée des pinsons recrute.", "L'envolée des pinsons"),
        ("Partenaires : La Remise / Les Doigts Noirs", "La Remise"),
    ],
)
def test_the_right_bounds_are_among_the_candidates(language_model, sentence, name):
    doc = language_model(sentence)
    proposed = {doc[q.candidate.start : q.candidate.end].text for q in questions.questions(doc, [])}
    assert name in proposed


def test_no_candidate_spans_a_slash(language_model):
    doc = language_model("Partenaires : La Remise / Les Doigts Noirs / Novabois")
    assert not any(
        "/" in doc[q.candidate.start : q.candidate.end].text for q in questions.questions(doc, [])
    )
