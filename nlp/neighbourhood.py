"""What lies next to a territory."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from vigie import gazetteer
from vigie.whereabouts import kilometres

if TYPE_CHECKING:
    from vigie.records import Place

BESIDE = 10
"""Kilometres between two communes from which their intercommunalities are no neighbours."""


@cache
def beside(territory: frozenset[str]) -> frozenset[str]:
    """Return the INSEE codes of the intercommunalities that lie next to a territory.

    Such a one has a commune within ten kilometres of one of the territory's, where both have
    coordinates (`vigie/data/PROVENANCE.md`).
    """
    towns = gazetteer.communes()
    own = [spot for code in territory if (spot := _spot(towns[code]))]
    if not own:
        return frozenset()
    south, north = min(y for y, _ in own) - 0.1, max(y for y, _ in own) + 0.1
    found = {
        place.epci
        for place in towns.values()
        if place.epci
        and (spot := _spot(place))
        and south <= spot[0] <= north
        and any(kilometres(spot, other) <= BESIDE for other in own)
    }
    return frozenset(c for siren in found for c in gazetteer.epci(siren).members) - territory


def _spot(place: Place) -> tuple[float, float] | None:
    if place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude
