from __future__ import annotations

from collections import Counter
from importlib.resources import files

import pytest

from vigie import catalogue, gazetteer
from vigie.errors import UnknownNameError
from vigie.records import Reach

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


def test_an_unknown_pack_is_answered_with_those_that_there_are():
    with pytest.raises(UnknownNameError, match="strasbourg, lille, metz, mulhouse"):
        catalogue.pack("brest")
