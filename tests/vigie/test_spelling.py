from __future__ import annotations

import pytest

from vigie import spelling


@pytest.mark.parametrize(
    ("surfaces", "ranked"),
    [
        ({"LES ÎLOTS VERTS": 5, "Les Îlots verts": 1}, ("Les Îlots verts",)),
        ({"Les ilots verts": 3, "Les Îlots verts": 1}, ("Les Îlots verts",)),
        ({"la remise": 4, "La Remise": 1}, ("La Remise",)),
        ({"GRJ": 9, "Groupe rhénan": 1}, ("Groupe rhénan", "GRJ")),
        ({"Panier": 3, "Panier vert": 1}, ("Panier", "Panier vert")),
        ({"Panier": 1, "Panier vert": 1}, ("Panier vert", "Panier")),
        ({"RESSOURCERIE": 2}, ("RESSOURCERIE",)),
        ({"La  Remise": 1, "La Remise": 1}, ("La Remise",)),
        ({}, ()),
    ],
)
def test_names_are_shown_as_careful_writers_write_them_the_most_frequent_first(surfaces, ranked):
    assert spelling.ranked(surfaces) == ranked
