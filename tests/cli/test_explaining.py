"""What `annotate --explain` says of whose a name is."""

from __future__ import annotations

import pytest

from vigie.cli import explaining


class Read:
    """A mention as `storage.annotations.mentions_of` gives it, as far as it is asked."""

    def __init__(self, surface: str, key: str) -> None:
        self.surface, self.key, self.actor_name = surface, key, surface


@pytest.mark.parametrize(
    ("surface", "key", "said"),
    [
        ("MJC", "mjc@68195", "bien des communes en ont un : celui de Lutterbach"),
        ("La Remise", "remise@68195", "un autre porte le même nom : celui-ci est de Lutterbach"),
        ("La Remise", "remise@67482", "la phrase le situe à Strasbourg, hors du territoire"),
        ("La Remise", "remise@company", "un autre du même nom est d’un autre type, ou d’ailleurs"),
    ],
)
def test_a_namesake_is_said_to_be_far_away_only_if_it_is(surface, key, said):
    assert explaining._by_name(Read(surface, key), frozenset(["68195"])) == said
