"""What lies next to a territory, and what lies abroad.

Each is said in two ways. `beside` is reckoned from the map: names of these communes are believed
without a preposition, wherever a watch is. A watch's `neighbours` are what its officers care for
in ranking, be it a whole department, and need not touch it. `ABROAD_CITIES` are known from
anywhere in France, unless the text speaks of the department; a watch's `abroad` are small towns
across its own border, whose names mean no commune of France even where the text speaks of it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from vigie import gazetteer
from vigie.whereabouts import kilometres

if TYPE_CHECKING:
    from vigie.records import Place

BESIDE = 10
"""Kilometres between two communes from which their intercommunalities are no neighbours."""

ABROAD = re.compile(
    r"[\s,]+\(?(?:(?:en|au|aux)\s+|(?<=\())(?:Espagne|Italie|Allemagne|Suisse|Belgique|Luxembourg|"
    r"Autriche|Portugal|Pays-Bas|Angleterre|Écosse|Irlande|Pologne|Tchéquie|Hongrie|Roumanie|Grèce|"
    r"Turquie|Maroc|Algérie|Tunisie|Sénégal|Canada|États-Unis|Brésil|Mexique|Japon|Chine)\b"
)
"""After a town that is no commune of France: « Valence en Espagne », « Valence (Espagne) »."""
ABROAD_CITIES = frozenset(
    """
    fribourg treves cologne mons bruges berne sion montreal bologne venise modene grenade pavie
    caire liege
    """.split()  # noqa: SIM905 - a list of words reads as one
)
"""Cities abroad that are better known than the communes of France that are called like them."""


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
