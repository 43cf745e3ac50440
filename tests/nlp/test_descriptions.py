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
        ("[Grand Braquet], une vélo-école pour adultes, roule.", "vélo-école pour adultes"),
        (
            "[La Remise], nouveau lieu culturel de Vermont, ouvre.",
            "nouveau lieu culturel de Vermont",
        ),
        ("[La Remise], ressourcerie de Vermont, recrute.", "ressourcerie de Vermont"),
        ("La ressourcerie de Vermont [La Remise] recrute.", "ressourcerie de Vermont"),
        ("À [La Remise], atelier couture pour tous, samedi.", ""),
        ("Avec [La Remise], cafés offerts à tous, samedi.", ""),
        # What is no more than the kind, or says nothing of what it is, is no description.
        ("L'association [Fil et Co] recrute.", ""),
        ("[Fil et Co], une association, recrute.", ""),
        ("[Fil et Co], samedi matin au marché, recrute.", ""),
        ("Avec le soutien de la ville, [Fil et Co] recrute.", ""),
        # A clause is none, nor what says only whose it is, nor what leads up to another noun.
        ("Nommé [La Remise], le lieu voit le jour à Vermont.", ""),
        ("Nommé [La Remise], le projet pousse de travers à Vermont.", ""),
        ("Le groupe se nomme désormais [La Remise].", ""),
        ("Le collectif s'adosse au centre [La Remise].", ""),
        ("La jeune coopérative compte sur l'[Atelier Fil].", ""),
        ("L'équipe réserve de l'[Étoile du Nord] a perdu.", ""),
        ("Le groupe senior de l'association [Fil et Co] chante.", ""),
        ("La chorale enfant du tiers-lieu citoyen [La Remise] chante.", ""),
        ("[Fil et Co], un projet de la coopérative, ouvre.", ""),
        ("[Fil et Co], une initiative de la coopérative « La Remise », ouvre.", ""),
        ("[Fil et Co], un groupe très actif, recrute.", ""),
        ("Le collectif la grange à [tuiles] recrute.", ""),
        # What may be a verb is none after « une », « de », or in a relative clause.
        ("[Fil et Co], une association couture et tricot, ouvre.", "association couture et tricot"),
        ("[Fil et Co], une coopérative de garde partagée, ouvre.", "coopérative de garde partagée"),
        (
            "[Fil et Co], un projet qui veut réparer les jouets, naît.",
            "projet qui veut réparer les jouets",
        ),
        ("[Fil et Co], un collectif ouvert à tous, danse.", "collectif ouvert à tous"),
        ("", ""),
    ],
)
def test_a_description_is_a_stretch_of_the_sentence(text, expected):
    if text:
        assert described(text) == expected
    else:
        assert description("", (0, 0), (0, 0)) is None


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("[La Remise], l'association Rayon Libre et la mairie invitent.", "Rayon Libre", ""),
        ("[La Remise], une association membre du réseau Rhin Vif, ouvre.", "Rhin Vif",
         "association membre du réseau Rhin Vif"),
        ("Le collectif prépare avec l'association de quartier [La Remise] un bal.", "",
         "association de quartier"),
        ("L'association Rayon Libre et le collectif citoyen [La Remise] dansent.", "Rayon Libre",
         ""),
        ("Le réseau des cafés organise avec [La Remise] un bal.", "", ""),
        ("[La Remise], l'atelier des cyclistes et la mairie invitent les voisins.", "", ""),
    ],
)  # fmt: skip
def test_what_another_one_is_describes_nobody_else(text, other, expected):
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    at = plain.find(other) if other else -1
    others = [(at, at + len(other))] if other else []
    found = description(plain, (start, end), (0, len(plain)), others)
    assert (plain[found[0] : found[1]] if found else "") == expected
