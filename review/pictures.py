"""Pictures drawn by the server, as numbers for SVG: a timeline by source, a map without tiles."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from math import asinh, ceil, floor, log2, pi, radians, sqrt, tan
from typing import TYPE_CHECKING, NamedTuple

from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from storage.told import Week

WEEKS = 26
"""Shown on a timeline."""
MOST_STRIPS = 6
MAP_WIDTH = 100.0
ABOVE = 8.0
"""Room above the northernmost commune and below the southernmost."""
ALWAYS_NAMED = 3
"""Communes that a map names if it can at all."""
TILE_WIDTH = 30.0
"""What a tile is to measure about: 256 of its dots on a map that fills a window."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One week of a strip: its place, from 0, the height of its bar (0 to 10), its mentions."""

    place: int
    height: float
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What one source told, week by week."""

    source: str
    mentions: int
    beats: tuple[Beat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The strips, the most talkative first; sources beyond them are told together."""

    first: date
    last: date
    strips: tuple[Strip, ...]
    others: Strip | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One commune on a map; lengths are in its own units."""

    code: str
    name: str
    x: float
    y: float
    radius: float
    count: int = 0

    @property
    def after(self) -> bool:
        """Tell whether its name rather stands on its left, so as not to leave the map."""
        return self.x > 0.6 * MAP_WIDTH


class Box(NamedTuple):
    """A piece of a map."""

    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Tell whether two pieces have anything in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Communes where they lie; those with a count are to be shown."""

    width: float
    height: float
    ground: tuple[Dot, ...]
    marked: tuple[Dot, ...]
    """The highest count first."""
    scale: float
    """Units to a radian of longitude."""
    left: float
    """Radians east of Greenwich at x = 0."""
    top: float
    """Mercator's ordinate, in radians, at y = 0."""

    def named(self, size: float, most: int) -> tuple[tuple[Dot, bool], ...]:
        """Return the marked communes whose names, in letters of a size, lie over nothing else.

        With each, whether its name is to stand on its left. The names of the few with the highest
        counts may lie over a circle, if there is no other way.
        """
        kept: list[tuple[Dot, bool, Box]] = []
        for place, dot in enumerate(self.marked):
            sides = (
                (side, self._written(dot, size, after=side)) for side in (dot.after, not dot.after)
            )
            free = [
                (side, box)
                for side, box in sides
                if box.left >= 0
                and box.right <= self.width
                and not any(box.meets(other) for _, _, other in kept)
            ]
            clear = [
                (side, box)
                for side, box in free
                if not any(box.meets(self._circle(one)) for one in self.marked if one is not dot)
            ]
            if found := (clear or free[: place < ALWAYS_NAMED]):
                kept.append((dot, *found[0]))
            if len(kept) == most:
                break
        return tuple((dot, side) for dot, side, _ in kept)

    def reach(self, dot: Dot) -> float:
        """Return the radius of a commune's circle: its surface says its count."""
        return 0.7 + 3.1 * sqrt(dot.count / self.marked[0].count)

    def _circle(self, dot: Dot) -> Box:
        far = self.reach(dot)
        return Box(dot.x - far, dot.x + far, dot.y - far, dot.y + far)

    def _written(self, dot: Dot, size: float, *, after: bool) -> Box:
        """Return where a name would stand; a bold letter is 0.64 of its size wide."""
        near, wide = self.reach(dot) + 0.8, 0.64 * size * len(dot.name)
        left = dot.x - near - wide if after else dot.x + near
        return Box(left, left + wide, dot.y - 0.5 * size, dot.y + 0.5 * size)


def first_monday(until: date) -> date:
    """Return the Monday with which a timeline that ends in a day's week begins."""
    return until - timedelta(days=until.weekday(), weeks=WEEKS - 1)


def timeline(weeks: Sequence[Week], until: date) -> Timeline | None:
    """Return the strips of the weeks that end with a day's; None when nothing was told in them."""
    start = first_monday(until)
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for week in weeks:
        place = (week.monday - start).days // 7
        if 0 <= place < WEEKS:
            counts[week.source][place] += week.mentions
    if not counts:
        return None
    most = max(max(counted.values()) for counted in counts.values())
    ranked = sorted(counts, key=lambda source: (-counts[source].total(), source))
    shown = ranked if len(ranked) <= MOST_STRIPS else ranked[: MOST_STRIPS - 1]
    rest: Counter[int] = Counter()
    for source in ranked[len(shown) :]:
        rest += counts[source]
    return Timeline(
        first=start,
        last=start + timedelta(weeks=WEEKS, days=-1),
        strips=tuple(_strip(source, counts[source], most) for source in shown),
        others=_strip("", rest, max(most, *rest.values())) if rest else None,
    )


def _strip(source: str, counted: Counter[int], most: int) -> Strip:
    return Strip(
        source=source,
        mentions=counted.total(),
        beats=tuple(
            Beat(place, round(2 + 8 * counted[place] / most, 1), counted[place])
            for place in sorted(counted)
        ),
    )


def territory_map(territory: Iterable[str], counts: Mapping[str, int]) -> Map | None:
    """Return the communes of a territory and those counted; None when none of these lies in it.

    Args:
        territory: INSEE codes.
        counts: by INSEE code; those outside of the territory are left out.
    """
    places = [gazetteer.commune(code) for code in sorted(territory)]
    located = [(p, p.longitude, p.latitude) for p in places if p.longitude and p.latitude]
    marked = {p.code for p, _, _ in located if counts.get(p.code)}
    if not marked:
        return None
    # Mercator, as tiles are: over a territory it differs from others by less than a dot.
    xs = [radians(longitude) for _, longitude, _ in located]
    ys = [-asinh(tan(radians(latitude))) for _, _, latitude in located]
    wide, high = max(xs) - min(xs) or 0.001, max(ys) - min(ys) or 0.001
    scale = (MAP_WIDTH - 20) / max(wide, high / 1.2)
    aside = (MAP_WIDTH - wide * scale) / 2
    most = max(p.population for p, _, _ in located) or 1
    dots = tuple(
        Dot(
            code=place.code,
            name=place.name,
            x=round(aside + (x - min(xs)) * scale, 2),
            y=round(ABOVE + (y - min(ys)) * scale, 2),
            radius=round(0.7 + 2.6 * sqrt(place.population / most), 2),
            count=counts.get(place.code, 0),
        )
        for (place, _, _), x, y in zip(located, xs, ys, strict=True)
    )
    return Map(
        width=MAP_WIDTH,
        height=round(2 * ABOVE + high * scale, 2),
        scale=scale,
        left=min(xs) - aside / scale,
        top=min(ys) - ABOVE / scale,
        ground=tuple(dot for dot in dots if dot.code not in marked),
        marked=tuple(
            sorted((dot for dot in dots if dot.code in marked), key=lambda dot: -dot.count)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A picture under a map."""

    url: str
    x: float
    y: float
    size: float


def tiles_under(drawn: Map, template: str) -> tuple[Tile, ...]:
    """Return the tiles that lie under a map, about a dozen; `template` says where they are.

    At zoom z the world is 2^z tiles wide, and as high (« slippy map tilenames »).
    """
    zoom = min(max(round(log2(2 * pi * drawn.scale / TILE_WIDTH)), 0), 19)
    count = 2**zoom
    size = 2 * pi * drawn.scale / count
    left, top = (drawn.left + pi) * drawn.scale / size, (drawn.top + pi) * drawn.scale / size
    columns = range(floor(left), ceil(left + drawn.width / size))
    rows = range(max(floor(top), 0), min(ceil(top + drawn.height / size), count))
    return tuple(
        Tile(
            url=template.replace("{z}", str(zoom))
            .replace("{x}", str(column % count))
            .replace("{y}", str(row)),
            x=round((column - left) * size, 2),
            y=round((row - top) * size, 2),
            size=round(size, 2) + 0.02,  # no seams
        )
        for column in columns
        for row in rows
    )
