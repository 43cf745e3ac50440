from __future__ import annotations

import pytest

from nlp.kinds import kind_of
from vigie.records import ActorKind


@pytest.mark.parametrize(
    ("surface", "sentence", "kind"),
    [
        ("Les Braises", "L’association Les Braises ouvre un local.", ActorKind.ASSOCIATION),
        ("Les Braises", "Le collectif citoyen Les Braises ouvre.", ActorKind.COLLECTIVE),
        ("Kaleidos", "Kaleidos, une coopérative d’outils, s’installe.", ActorKind.COOPERATIVE),
        ("Kaleidos", "Kaleidos, jeune start-up, s’installe.", ActorKind.COMPANY),
        ("Fablab du Port", "Fablab du Port ouvre.", ActorKind.FABLAB),
        ("L’Ancre", "Le tiers-lieu « L’Ancre » accueille un bal.", ActorKind.THIRD_PLACE),
        (
            "Société d’histoire du Val",
            "La Société d’histoire du Val expose.",
            ActorKind.ASSOCIATION,
        ),
        ("Braises", "L’association des Braises ouvre un local.", ActorKind.ASSOCIATION),
        ("Les Braises", "L’association d’habitants « Les Braises » ouvre.", ActorKind.ASSOCIATION),
        ("Racing Club du Val", "Le Racing Club du Val recrute.", ActorKind.ASSOCIATION),
        ("La Passerelle", "La Passerelle, nouveau lieu culturel du Val.", ActorKind.CULTURAL_VENUE),
        ("5e Ciel café associatif", "Au 5e Ciel café associatif.", ActorKind.THIRD_PLACE),
        (
            "Théâtre du Verger",
            "La compagnie Théâtre du Verger joue samedi.",
            ActorKind.ASSOCIATION,
        ),
        ("Théâtre du Verger", "Rendez-vous au Théâtre du Verger.", ActorKind.CULTURAL_VENUE),
        ("La Petite Librairie", "La Petite Librairie ferme.", ActorKind.COMPANY),
    ],
)
def test_the_kind_is_what_the_text_says(surface, sentence, kind):
    assert kind_of(surface, sentence) is kind


@pytest.mark.parametrize(
    ("surface", "sentence"),
    [
        ("Les Braises", "Les Braises ouvre un local samedi."),
        ("Les Braises", "L’association est venue hier soir. Les Braises ouvre."),
        ("Les Braises", "Autre phrase."),
        ("Syndicat mixte du Val", "Le Syndicat mixte du Val vote."),
        ("ESS", "Les entreprises de l’ESS recrutent."),
        ("Braises et Cie Duo", "L’union des artistes Braises et Cie Duo séduit."),
        ("Extrêmes droites et réseaux", "Débat : Extrêmes droites et réseaux."),
        ("Fête du café associatif", "La Fête du café associatif ouvre."),
        ("Réseaux sociaux : mode d’emploi", "Réseaux sociaux : mode d’emploi"),
        ("", ""),
    ],
)
def test_a_kind_that_nothing_says_is_unknown(surface, sentence):
    assert kind_of(surface, sentence) is ActorKind.UNKNOWN


def test_a_name_said_twice_is_of_the_kind_said_where_it_stands():
    said = "Le jardin partagé Les Braises est tenu par le collectif Les Braises."
    assert kind_of("Les Braises", said) is ActorKind.ASSOCIATION
    assert kind_of("Les Braises", said, said.rindex("Les Braises")) is ActorKind.COLLECTIVE
