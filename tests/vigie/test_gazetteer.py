from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vigie import gazetteer
from vigie.errors import SettingsError


def names(things):
    return [thing.name for thing in things]


def test_all_communes_and_intercommunalities_of_2026_are_there():
    assert len(gazetteer.communes()) == 34_969
    assert len(gazetteer.epcis()) == 1_255


def test_a_commune_has_its_department_intercommunality_population_and_coordinates():
    mulhouse = gazetteer.commune("68224")
    assert (mulhouse.name, mulhouse.department) == ("Mulhouse", "68")
    assert gazetteer.epci(mulhouse.epci).name == "Mulhouse Alsace Agglomération"
    assert mulhouse.population > 100_000
    assert mulhouse.latitude == pytest.approx(47.75, abs=0.02)
    assert mulhouse.longitude == pytest.approx(7.34, abs=0.02)


@pytest.mark.parametrize(
    ("code", "department"), [("2A004", "2A"), ("97411", "974"), ("01001", "01")]
)
def test_corsican_and_overseas_communes_belong_to_their_departments(code, department):
    assert gazetteer.commune(code).department == department


def test_an_unknown_code_is_a_key_error():
    with pytest.raises(KeyError):
        gazetteer.commune("00000")
    with pytest.raises(KeyError):
        gazetteer.epci("000000000")


def test_communes_without_coordinates_have_none_rather_than_a_guess():
    places = gazetteer.communes().values()
    assert all((place.latitude is None) == (place.longitude is None) for place in places)
    assert 14_000 < sum(place.latitude is not None for place in places) < 15_534


@pytest.mark.parametrize(
    ("code", "latitude", "longitude"),
    [
        ("67482", 48.58, 7.75),  # Strasbourg
        ("59350", 50.63, 3.06),  # Lille
        ("57463", 49.12, 6.18),  # Metz
        ("59183", 51.03, 2.37),  # Dunkerque, which GeoNames calls Dunkirk
        ("93066", 48.94, 2.36),  # Saint-Denis, and not the one of La Réunion
        ("97411", -20.88, 55.45),  # Saint-Denis, and not the one near Paris
    ],
)
def test_coordinates_are_those_of_the_right_homonym(code, latitude, longitude):
    place = gazetteer.commune(code)
    assert place.latitude == pytest.approx(latitude, abs=0.03)
    assert place.longitude == pytest.approx(longitude, abs=0.03)


def test_members_of_an_intercommunality_lie_near_each_other():
    for epci in gazetteer.epcis().values():
        if epci.siren[:3] == "200" and epci.members[0].startswith("97"):
            continue
        members = [gazetteer.commune(code) for code in epci.members]
        latitudes = [place.latitude for place in members if place.latitude is not None]
        assert not latitudes or max(latitudes) - min(latitudes) < 1.2, epci.name


@pytest.mark.parametrize(
    "written",
    [
        "L'Haÿ-les-Roses",
        "l’hay les roses",
        "L HAY-LES-ROSES",
        "Haÿ-les-Roses",
        "L'Hay\u0308-les-Roses",
    ],
)
def test_find_does_not_mind_accents_case_hyphens_apostrophes_and_articles(written):
    assert gazetteer.find(written)[0].code == "94038"


@pytest.mark.parametrize("written", ["St-Étienne", "Saint Etienne", "st etienne", "St. Étienne"])
def test_find_reads_st_as_saint(written):
    assert gazetteer.find(written)[0].code == "42218"


def test_find_gives_the_most_populous_homonym_first():
    populations = [place.population for place in gazetteer.find("Saint-Denis")]
    assert len(populations) > 2
    assert populations == sorted(populations, reverse=True)


def test_find_knows_the_names_of_communes_that_were_absorbed():
    assert [place.code for place in gazetteer.find("Lomme")] == ["59350"]
    assert gazetteer.find("Marseille 3e Arrondissement")[0].code == "13055"


def test_a_name_of_today_comes_before_an_absorbed_one():
    for name in ("Verdun", "Valence", "Sainte-Colombe"):
        today = [gazetteer.fold(p.name) == gazetteer.fold(name) for p in gazetteer.find(name)]
        assert today == sorted(today, reverse=True)


def test_find_of_nothing_is_empty():
    assert gazetteer.find("") == ()
    assert gazetteer.find("Zzyzx-sur-Rien") == ()


def test_postal_codes_lead_to_their_communes():
    assert "Mulhouse" in names(gazetteer.at_postcode("68200"))
    assert gazetteer.at_postcode("00000") == ()


def test_departments_and_regions_have_names_for_typing_institutions():
    assert gazetteer.departments()["67"].of == "du Bas-Rhin"
    assert gazetteer.departments()["57"].of == "de la Moselle"
    assert gazetteer.departments()["59"].of == "du Nord"
    assert gazetteer.regions()[gazetteer.departments()["67"].region].name == "Grand Est"


def test_a_territory_mixes_intercommunalities_departments_and_communes():
    codes = gazetteer.territory(["200066009", "90", "67482"])
    assert {"68224", "90010", "67482"} <= codes
    assert len(codes) == 39 + sum(c.startswith("90") for c in gazetteer.communes()) + 1


def test_a_department_may_be_corsican_or_overseas():
    assert "2A004" in gazetteer.territory(["2A"])
    assert "97411" in gazetteer.territory(["974"])


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("200066008", "« 200066009 » (Mulhouse Alsace Agglomération)"),
        ("68225 ", "« 68225 »"),
        ("Mulhouse", "« 68224 » (Mulhouse, Haut-Rhin)"),
        ("59355", "(Lomme) fait aujourd’hui partie de Lille : écrivez « 59350 »"),
        ("2a", "« 2A » (département Corse-du-Sud)"),
        ("", "« » n’est le code d’aucune commune"),
    ],
)
def test_a_code_that_is_nothing_is_named_with_the_nearest(code, said):
    with pytest.raises(SettingsError) as refused:
        gazetteer.territory([code])
    assert said.replace("« »", "«  »") in str(refused.value)
    assert "\n" not in str(refused.value)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=3))
@example(["\ud800"])
@example(["{code}"])
@example(["9" * 5000])
def test_territory_raises_nothing_but_settings_errors(codes):
    try:
        found = gazetteer.territory(codes)
    except SettingsError:
        return
    assert found <= gazetteer.communes().keys()


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once_but_for_articles(name):
    folded = gazetteer.fold(name)
    assert folded == folded.strip()
    assert gazetteer.fold(f"la {folded}") in {folded, gazetteer.fold(folded), "la"}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("67", "Bas-Rhin"),
        ("bas rhin", "Bas-Rhin"),
        ("2a", "Corse-du-Sud"),
        ("68224", "Mulhouse"),
        ("246700488", "Eurométropole de Strasbourg"),
        ("metropole europeenne de lille", "Métropole Européenne de Lille"),
        ("Eurométropole de Metz", "Metz Métropole"),
        ("grand nancy", "Métropole du Grand Nancy"),
        ("mulouse", "Mulhouse"),
        ("Lomme", "Lille"),
    ],
)
def test_search_finds_what_a_person_means(asked, first):
    assert gazetteer.search(asked)[0].name == first


def test_search_is_capped_and_never_repeats_itself():
    found = gazetteer.search("saint", limit=7)
    assert len(found) == 7 == len(set(found))
    assert gazetteer.search("") == gazetteer.search("!!!") == ()


def test_reading_every_commune_takes_a_fraction_of_a_second():
    script = (
        "import time; from vigie import gazetteer; t = time.process_time(); "
        "gazetteer.communes(); print(time.process_time() - t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 1.0  # 0.1 s on a quiet machine
