"""One simulated web for all tests of the room."""

from __future__ import annotations

import pytest

from simulation import simulate


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("simulated")
    simulate(place, "strasbourg", weeks=12, seed=7)
    return place
