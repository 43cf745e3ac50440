"""Where something is, as a person writes it: a commune, a postcode, or a point on a map."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from vigie.records import Place

EARTH = 6371.0
"""Kilometres: the mean radius."""
REACH = 10.0
"""Kilometres from a point within which the nearest commune's centre is taken to be its own."""
_POINT = re.compile(r"(-?\d{1,2}[.,]\d{2,8})\s*[,;/\s]\s*(-?\d{1,3}[.,]\d{2,8})")
"""`48.5839, 7.7455`, also inside of `geo:` and of a map's address."""
_POSTCODE = re.compile(r"\b\d{5}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What is understood of a place."""

    commune: str | None = None
    """INSEE code."""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def point(self) -> tuple[float, float] | None:
        """Return latitude and longitude, degrees, where a point was given."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


def where(text: str, territory: Collection[str]) -> Where:
    """Return the point and the commune that a text gives; of homonyms the one of the territory."""
    spot = point(text)
    if spot:
        return Where(commune=nearest(spot), latitude=spot[0], longitude=spot[1])
    return Where(commune=_commune(text, territory))


def point(text: str) -> tuple[float, float] | None:
    """Return the latitude and longitude that a text holds, in degrees."""
    found = _POINT.search(text)
    if found is None:
        return None
    latitude, longitude = (float(one.replace(",", ".")) for one in found.groups())
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _commune(text: str, territory: Collection[str]) -> str | None:
    found: tuple[Place, ...] = ()
    for part in _parts(text):
        found = gazetteer.find(part)
        if found:
            break
    if not found and (postcode := _POSTCODE.search(text)):
        found = gazetteer.at_postcode(postcode[0])
    here = (one.code for one in found if one.code in territory)
    return next(here, found[0].code if found else None)


def _parts(text: str) -> Iterator[str]:
    """Yield what may be a commune's name: the whole, else from the end of an address backwards."""
    yield text
    for part in reversed(re.split(r"[,;\n()]", text)):
        yield _POSTCODE.sub("", part).strip()


def nearest(spot: tuple[float, float]) -> str | None:
    """Return the commune whose centre is nearest to a point, if one is near (INSEE code)."""
    centres = (
        (kilometres(spot, (one.latitude, one.longitude)), one.code)
        for one in gazetteer.communes().values()
        if one.latitude is not None
        and one.longitude is not None
        and abs(one.latitude - spot[0]) < REACH / 100
    )
    distance, code = min(centres, default=(REACH, None))
    return code if distance < REACH else None


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance between two points on the globe (haversine; Sinnott 1984)."""
    (a, b), (c, d) = (tuple(map(radians, spot)) for spot in (one, other))
    h = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(h)))
