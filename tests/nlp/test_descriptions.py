from __future__ import annotations

import pytest

from nlp.descriptions import description


def described(text: str) -> str:
    start = text.index("[")
    end = text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    found = description(plain, (start, end), (0, len(plain)))
    return plain[found[0] : found[1]] if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[La Remise], une association qui prête des outils, ouvre samedi.",
            "association qui prête des outils",
        ),
        ("[La Remise] est un tiers-lieu dédié au réemploi.", "tiers-lieu dédié au réemploi"),
        (
            "Rendez-vous à [La Remise] (café associatif du quartier) dès 18 h.",
            "café associatif du quartier",
        ),
        (
            "Le collectif de couture solidaire [Fil et Co] recrute.",
            "collectif de couture solidaire",
        ),
        (
            "[Fil et Co] – jeune coopérative de couturières – recrute.",
            "jeune coopérative de couturières",
        ),
        # What is no more than the kind, or says nothing of what it is, is no description.
        ("L'association [Fil et Co] recrute.", ""),
        ("[Fil et Co], une association, recrute.", ""),
        ("[Fil et Co], samedi matin au marché, recrute.", ""),
        ("Avec le soutien de la ville, [Fil et Co] recrute.", ""),
        ("", ""),
    ],
)
def test_a_description_is_a_stretch_of_the_sentence(text, expected):
    if text:
        assert described(text) == expected
    else:
        assert description("", (0, 0), (0, 0)) is None
