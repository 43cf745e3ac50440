"""A group is told in nouns, as a person would say them."""

from __future__ import annotations

import pytest

from signals import vectors
from signals.labels import labels, nouns
from signals.nouns import nouns_in
from signals.profile import profile
from signals.text import theme_stems
from tests.signals.facts import MONDAY, World


def label(*told: tuple[str, str], themes: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the label of one group of actors, each with what is said of it."""
    world = World()
    for name, sentence in told:
        world.say(name, sentence)
    found = [profile(one, MONDAY) for one in world.facts().actors]
    bags = [vectors.bag(one, {"mulhouse"}) for one in found if one is not None]
    return labels({0: bags}, nouns(bags), theme_stems(themes))[0]


SEWING = (
    "Le Fil accueille lundi, derrière le marché couvert, les machines à coudre et la dentelle.",
    "La Maille accueille derrière la gare, mardi, des machines et de la dentelle.",
)


def test_a_label_holds_neither_verbs_nor_adverbs_nor_days():
    found = label(("Le Fil", SEWING[0]), ("La Maille", SEWING[1]))
    assert set(found) == {"machines", "dentelle"}


def test_a_label_is_written_as_most_texts_write_it():
    found = label(
        ("Le Fil", "Le Fil ouvre un théâtre ; les théâtres, un théâtre, la forêt."),
        ("Le Dé", "Le Dé : le théâtre et la forêt."),
    )
    assert set(found) == {"théâtre", "forêt"}


def test_an_adjective_stands_with_its_noun():
    found = label(
        ("Le Fil", "Le Fil cherche un service civique et une assemblée."),
        ("Le Dé", "Le Dé accueille un service civique dans l’assemblée."),
    )
    assert set(found) == {"service civique", "assemblée"}


def test_no_label_holds_a_members_name_or_a_place_of_the_territory():
    found = label(
        ("La Fane", "La Fane ouvre un jardin à Mulhouse, pour le compost et la fane."),
        ("Jardin du Ver", "Le Jardin du Ver montre le compost, le jardin et la fane de Mulhouse."),
    )
    assert found == ("compost",)


def test_a_theme_is_called_as_the_lab_calls_it():
    found = label(
        ("Le Fil", "Le Fil : fablab, économie très circulaire, bien sûr."),
        ("Le Dé", "Le Dé parle d’une économie enfin circulaire."),
        themes=("économie circulaire",),
    )
    assert found[0] == "économie circulaire"


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("on répare des vélos", ["vélos"]),
        ("un cours de couture", ["cours", "couture"]),
        ("il s’agit de réparer", []),
        ("un vide-grenier solidaire", ["vide-grenier", "vide-grenier solidaire"]),
        ("la fête, musicale", ["fête"]),
        ("le collectif explique la vie culturelle", ["collectif", "vie", "vie culturelle"]),
        ("à Paris, en France", []),
    ],
)
def test_a_noun_is_known_by_what_stands_before_it(sentence, told):
    assert [noun for _, noun in nouns_in(sentence) if noun] == told
