from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from importlib.resources import files

import pytest

from vigie import catalogue, gazetteer, institutions, settings
from vigie.errors import SettingsError, UnknownNameError
from vigie.gazetteer import fold
from vigie.records import ActorKind, Reach

EPCI = {
    "strasbourg": ("246700488", "Eurométropole de Strasbourg"),
    "lille": ("200093201", "Métropole Européenne de Lille"),
    "metz": ("200039865", "Metz Métropole"),
    "mulhouse": ("200066009", "Mulhouse Alsace Agglomération"),
}


def test_there_are_four_packs_and_each_file_is_one():
    there = files("vigie").joinpath("territories").iterdir()
    assert {path.name for path in there} == {f"{name}.toml" for name in catalogue.PACKS}
    assert set(EPCI) == set(catalogue.PACKS)


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_a_pack_watches_its_intercommunality(name):
    siren, official = EPCI[name]
    watch = catalogue.pack(name).watch
    assert watch.territory == (siren,)
    assert gazetteer.epci(siren).name == official
    assert len(watch.themes) >= 15
    assert "fr" in watch.languages


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_a_pack_proposes_a_varied_catalogue(name):
    sources = catalogue.pack(name).sources
    assert len(sources) >= 15
    assert {"feed", "listing", "events"} <= {source.kind for source in sources}
    assert {Reach.LOCAL, Reach.REGIONAL} <= {source.reach for source in sources}
    tags = {tag for source in sources for tag in source.tags}
    assert {"presse", "collectivité", "agenda", "associations", "université", "culture"} <= tags
    assert {"tiers-lieu", "fablab"} & tags
    assert all(source.expected and source.tags for source in sources)
    languages = {source.language for source in sources} - {None}
    assert languages <= set(catalogue.pack(name).watch.languages)


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_no_address_is_said_to_have_been_tried(name):
    assert not any(source.checked for source in catalogue.pack(name).sources)


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_a_pack_lists_no_address_twice(name):
    urls = Counter(source.url.rstrip("/") for source in catalogue.pack(name).sources)
    assert max(urls.values()) == 1


def test_no_two_packs_share_a_source_id():
    ids = Counter(source.id for name in catalogue.PACKS for source in catalogue.pack(name).sources)
    assert [source_id for source_id, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_a_pack_has_neighbours_and_a_calendar(name):
    """Every code is of the gazetteer: a pack with another one would not be read at all."""
    watch = catalogue.pack(name).watch
    territory, beside = (
        gazetteer.territory(codes) for codes in (watch.territory, watch.neighbours)
    )
    assert beside - territory
    assert any(watch.abroad.values())
    assert len(watch.seasons) >= 10
    assert any("forum" in season for season in watch.seasons)
    assert watch.quarters.keys() <= territory


def test_strasbourg_has_the_bas_rhin_and_the_other_bank_beside_it():
    watch = catalogue.pack("strasbourg").watch
    assert watch.neighbours == ("67",)
    assert {"Kehl", "Offenburg"} <= set(watch.abroad["DE"])


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_every_source_says_its_kind_reach_and_rhythm(name):
    for source in catalogue.pack(name).sources:
        assert source.every <= timedelta(days=1)
        assert source.url.startswith("https://")
        assert source.commune is None or source.commune in gazetteer.communes()


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_the_known_institutions_of_a_territory_are_those_of_the_gazetteer_and_of_the_list(name):
    territory = catalogue.pack(name).watch.territory
    known = institutions.known(territory, date(2026, 3, 2))
    names = {fold(one) for entry in known for one in (entry.name, *entry.also)}
    communes = gazetteer.territory(territory)
    assert len(known) > len(communes) + 40
    assert all(entry.kind is ActorKind.INSTITUTION for entry in known)
    assert all(entry.commune is None or entry.commune in gazetteer.communes() for entry in known)
    for sort in ("ville", "mairie", "departement", "prefecture", "region", "universite", "sncf"):
        assert any(one.startswith(sort) for one in names), sort
    assert any("hospital" in one or "hopita" in one for one in names)
    assert fold(EPCI[name][1]) in names


def test_the_reviewed_list_names_codes_that_exist_and_nothing_twice():
    names = [fold(one) for e in institutions.listed() for one in (e["name"], *e.get("also", ()))]
    assert [one for one, times in Counter(names).items() if times > 1] == []
    for entry in institutions.listed():
        assert gazetteer.territory(entry.get("in", ())) or "in" not in entry
        assert entry.get("commune", "67482") in gazetteer.communes()


@pytest.mark.parametrize(
    ("commune", "name"),
    [("59368", "Ville de La Madeleine"), ("68154", "Ville d’Illzach"), ("72181", "Ville du Mans")],
)
def test_a_town_hall_is_named_as_french_has_it(commune, name):
    assert name in {entry.name for entry in institutions.known([commune], date(2026, 3, 2))}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('neighbours = ["67000"]', "67000"),
        ('[watch.abroad]\nallemagne = ["Kehl"]', "vouliez-vous dire DE"),
        ('[watch.seasons]\n"forum" = ["09-01"]', "premier et le dernier jour"),
        ('[watch.seasons]\n"forum" = ["09-01", "31-09"]', "premier et le dernier jour"),
    ],
)
def test_a_neighbour_or_season_that_is_none_is_named(line, said, tmp_path):
    with pytest.raises(SettingsError, match=said):
        settings.parse(f"[watch]\n{line}\n", tmp_path)


def test_an_unknown_pack_is_answered_with_those_that_there_are():
    with pytest.raises(UnknownNameError, match="strasbourg, lille, metz, mulhouse"):
        catalogue.pack("brest")
