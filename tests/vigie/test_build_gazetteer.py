from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from vigie import gazetteer

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def builder():
    path = ROOT / "scripts" / "build_gazetteer.py"
    spec = importlib.util.spec_from_file_location("build_gazetteer", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_gazetteer"] = module
    spec.loader.exec_module(module)
    return module


def commune(code, name, population, region="44", **more):
    row = {"code": code, "nom": name, "population": population, "region": region}
    return {**row, "type": "commune-actuelle", **more}


def city(name, population, region="44", geonameid=1):
    return {"name": name, "population": population, "region": region, "geonameid": geonameid}


def chosen(builder, place, *rows):
    found = builder.choose(place, gazetteer.fold(place["name"]), builder.claimants(rows))
    return found and found["code"]


def test_a_name_that_is_alone_may_have_grown(builder):
    alone = commune("67900", "Nouvelle-Rive", 2500)
    assert chosen(builder, city("Nouvelle Rive", 1000), alone) == "67900"
    assert chosen(builder, city("Nouvelle Rive", 100), alone) is None


def test_the_region_and_then_the_population_decide_between_homonyms(builder):
    far = commune("29900", "Rive", 1000, region="53")
    large, small = commune("67901", "Rive", 8000), commune("57901", "La Rive", 300)
    assert chosen(builder, city("Rive", 1000, "53"), far, large) == "29900"
    assert chosen(builder, city("Rive", 7000), far, large, small) == "67901"
    assert chosen(builder, city("Rive", 350), far, large, small) == "57901"


def test_homonyms_of_like_size_have_no_coordinates(builder):
    one, other = commune("67902", "Rive", 500), commune("57902", "Rive", 640)
    assert chosen(builder, city("Rive", 520), one, other) is None


def test_a_former_commune_keeps_its_name_from_being_taken_for_another(builder):
    tiny = commune("67903", "Rive", 35)
    absorbed = commune("57903", "Rive", 0, type="commune-deleguee", chefLieu="57999")
    assert chosen(builder, city("Rive", 3400), tiny, absorbed) is None


def test_the_seat_of_a_merged_commune_stands_for_it_under_its_old_name(builder):
    merged = commune("67904", "Rive-et-Port", 1500)
    seat = commune("67904", "Rive", 0, type="commune-deleguee", chefLieu="67904")
    assert chosen(builder, city("Rive", 1000), merged, seat) == "67904"


def test_a_commune_that_two_places_claim_gets_neither(builder):
    rive, port = commune("67905", "Rive", 1000), commune("67906", "Port", 1000)
    places = [city("Rive", 900, geonameid=1), city("Rive", 950, geonameid=2)]
    places.append(city("Port", 950, geonameid=3))
    assert builder.pick({1: rive, 2: rive, 3: port}, places) == {"67906": 3}


def test_a_point_outside_its_department_is_dropped(builder):
    points = {f"6790{n}": (48.5 + n / 100, 7.5) for n in range(5)}
    assert builder.drop_far({**points, "67909": (45.0, 0.0)}) == points


def test_a_point_away_from_its_intercommunality_is_dropped(builder):
    points = {f"6790{n}": (48.5 + n / 100, 7.5) for n in range(3)}
    epci = {"membres": [{"code": code} for code in [*points, "67909"]]}
    assert builder.drop_lonely({**points, "67909": (48.9, 7.5)}, [epci]) == points


@pytest.mark.parametrize(
    ("official", "kind", "said"),
    [
        ("CA Rives Agglomération", "CA", "Rives Agglomération"),
        ("CC du Pays des Rives", "CC", "Communauté de communes du Pays des Rives"),
        ("Rives Métropole", "METRO", "Rives Métropole"),
    ],
)
def test_intercommunalities_are_named_in_words(builder, official, kind, said):
    assert builder.epci_name({"nom": official, "type": kind}) == said


def test_the_stated_provenance_counts_what_the_file_holds():
    text = (ROOT / "vigie" / "data" / "PROVENANCE.md").read_text(encoding="utf-8")
    stated = int(re.search(r"longitude of ([\d,]+) communes", text)[1].replace(",", ""))
    located = sum(place.latitude is not None for place in gazetteer.communes().values())
    assert stated == located


def test_the_built_file_is_compact():
    assert (ROOT / "vigie" / "data" / "gazetteer.json.gz").stat().st_size < 1_500_000
