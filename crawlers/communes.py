"""Which commune an address of a directory or registry is in."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vigie.records import Place

ROUND = 0.3
"""Degrees around a territory within which its neighbours are looked at."""
_AFTER_POSTCODE = re.compile(r"\b\d{5}\s+([^\d,;()]+?)\s*(?:$|[,;(\n])")
_CEDEX = re.compile(r"\s+cedex.*$|\s+\d+(?:e|er|ème)?$", re.IGNORECASE)


@lru_cache(maxsize=1 << 16)
def named(code: str = "", postcode: str = "", name: str = "") -> tuple[str, ...]:
    """Return the INSEE codes that an address may mean: by its code, else by postcode and name.

    A former commune is today's. Nothing is returned when the address names no commune.
    """
    if code:
        former = gazetteer.former().get(code)
        return (former[1] if former else code,)
    wanted = gazetteer.fold(_CEDEX.sub("", name))
    places = gazetteer.at_postcode(postcode) if postcode else ()
    places = places or (gazetteer.find(wanted) if wanted else ())
    same = tuple(place for place in places if gazetteer.fold(place.name) == wanted)
    return tuple(place.code for place in same or places)


def in_text(address: str) -> str | None:
    """Return the commune's name in an address written as text: what follows the postcode."""
    match = _AFTER_POSTCODE.search(address)
    return match[1].strip() if match else None


def around(codes: Iterable[str]) -> list[tuple[float, float, str]]:
    """Return latitude, longitude and INSEE code of some communes and of those around them."""
    every = [_point(place) for place in gazetteer.communes().values() if place.latitude]
    own = set(codes)
    here = [(lat, lon) for lat, lon, code in every if code in own]
    if not here:
        return every
    south, north = min(lat for lat, _ in here) - ROUND, max(lat for lat, _ in here) + ROUND
    west, east = min(lon for _, lon in here) - ROUND, max(lon for _, lon in here) + ROUND
    return [one for one in every if south <= one[0] <= north and west <= one[1] <= east]


def nearest(
    latitude: float, longitude: float, among: Iterable[tuple[float, float, str]]
) -> str | None:
    """Return the code of the commune whose centre is nearest to a point; None when all are far.

    On a flat map: in France a degree of longitude is about 0.7 of one of latitude.
    """
    far, code = min(
        ((lat - latitude) ** 2 + (0.7 * (lon - longitude)) ** 2, code) for lat, lon, code in among
    )
    return code if far < ROUND**2 else None


def _point(place: Place) -> tuple[float, float, str]:
    return place.latitude or 0.0, place.longitude or 0.0, place.code
