"""The map, the network, the groups over the weeks, the blind spots."""

import re
from datetime import date
from html import unescape

import httpx
from playwright.sync_api import expect

from review.network import _communities
from review.pictures import territory_map
from storage.relations import Edge
from vigie import gazetteer
from vigie.records import RelationKind


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def edge(one, other, stories=1):
    day = date(2026, 3, 1)
    return Edge(
        actor_id=one,
        other_id=other,
        kind=RelationKind.TOGETHER,
        stories=stories,
        first_day=day,
        last_day=day,
    )


def test_the_map_counts_actors_where_they_are_and_leads_to_them(site):
    with site.reader() as reader:
        html = reader.get("/carte?avis=tous").text
        shown = text_of(html)
        assert "Mulhouse 31 " in shown
        assert "sans commune connue" in shown
        address = unescape(re.search(r'href="(/annuaire\?[^"]*commune=68224)"', html)[1])
        assert "Studio Brindille" in reader.get(address).text
        assert "montrer tous les noms repérés" in reader.get("/carte").text
        network = text_of(reader.get("/carte?avis=tous&type=network").text)
        assert "Par commune" in network
        assert "Mulhouse 31 " not in network


def test_names_on_a_map_do_not_overlap():
    territory = gazetteer.territory(("200066009",))
    drawn = territory_map(territory, dict.fromkeys(territory, 1))
    named = drawn.named(2.5, 50)
    assert 5 < len(named) < len(territory)
    for one in named:
        for other in named:
            if one is not other and one.after == other.after and abs(one.y - other.y) < 2:
                assert abs(one.x - other.x) > 5


def test_the_network_is_a_list_and_the_numbers_of_a_picture(site):
    with site.reader() as reader:
        shown = text_of(reader.get("/reseau").text)
        assert "2 acteurs, 1 lien lu" in shown
        assert "porté par Les Graines du Quartier" in shown
        assert "porte La Fabrique du Canal" in shown
        data = reader.get("/reseau.json").json()
        assert {node["name"] for node in data["nodes"]} == {
            "La Fabrique du Canal",
            "Les Graines du Quartier",
        }
        assert data["edges"][0][2] == 1
        assert reader.get("/reseau.json?lien=partners").json()["nodes"] == []
        assert reader.get("/reseau.json?type=fablab").json()["nodes"] == []
        assert reader.get("/reseau.json?qui=retenus").json()["nodes"] == []
        assert "Aucun lien ne répond" in reader.get("/reseau?recits=9").text
        assert reader.get("/reseau?recits=0").status_code == 400


def test_actors_tied_more_to_each_other_are_one_community():
    edges = [edge("a", "b", 3), edge("b", "c", 3), edge("a", "c", 3), edge("c", "d")]
    edges += [edge("d", "e", 3), edge("e", "f", 3), edge("d", "f", 3)]
    groups = _communities(tuple(edges))
    assert groups["a"] == groups["b"] == groups["c"]
    assert groups["d"] == groups["e"] == groups["f"]
    assert groups["a"] != groups["d"]
    assert _communities(()) == {}


def test_groups_are_shown_over_the_weeks(site):
    with site.reader() as reader:
        html = reader.get("/communautes").text
    shown = text_of(html)
    assert "atelier, réparation, partage" in shown
    assert "pour la dernière fois en semaine 12" in shown
    assert "Répar’Ensemble" in shown


def test_blind_spots_name_communes_themes_and_sources(site):
    with site.reader() as reader:
        for _ in range(2):
            shown = text_of(reader.get("/angles-morts").text)
            assert "Où la veille ne regarde pas, du 16 décembre 2025 au 17 mars 2026." in shown
            assert "Aucun annuaire" in shown or "Aucun type" in shown


def test_an_empty_base_explains_itself_on_every_page(empty_url):
    for path in ("/carte", "/reseau", "/communautes", "/angles-morts", "/annuaire"):
        answer = httpx.get(empty_url + path)
        assert answer.status_code == 200
        assert "Auc" in answer.text


def test_the_picture_of_the_network_is_drawn(browser, site):
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    errors = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto("/reseau")
    expect(page.locator("#network")).to_have_attribute("data-drawn", "2")
    context.close()
    assert errors == []
