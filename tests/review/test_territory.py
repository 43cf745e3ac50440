"""The map, the network, the groups over the weeks, the blind spots."""

import re
import threading
from dataclasses import replace
from datetime import date
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx
import pytest
from playwright.sync_api import expect

from review import network
from review.network import _communities
from review.pictures import ALWAYS_NAMED, territory_map
from storage import queues
from tests.review.conftest import TOML
from vigie import gazetteer
from vigie.errors import SettingsError
from vigie.records import Cluster, ClusterChange, Edge, RelationKind
from vigie.settings import FILE_NAME, load


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
    boxes = [drawn._written(dot, 2.5, after=after) for dot, after in named]
    for place, box in enumerate(boxes):
        assert not any(box.meets(other) for other in boxes[place + 1 :])
        # The first few are named whatever they lie over.
        if place >= ALWAYS_NAMED:
            others = [dot for dot in drawn.marked if dot is not named[place][0]]
            assert not any(box.meets(drawn._circle(dot)) for dot in others)


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


def test_a_group_is_new_in_the_newest_week_alone(site, monkeypatch):
    with site.store.reading() as c:
        week, *_ = queues.weeks(c)
        one = next(one for one in queues.clusters(c, [week])[week])
    one = replace(one, since=week, change=ClusterChange.NEW)
    group = network.Lasting(one, {week: len(one.members)}, ())
    for weeks, said, unsaid in (
        ([week], "vu depuis la semaine 12 de 2026 · nouveau", "seulement"),
        ([week, "2026-W13"], "vu seulement en semaine 12 de 2026", "nouveau"),
    ):
        monkeypatch.setattr(network, "lasting", lambda _, weeks=weeks: (weeks, [group]))
        with site.reader() as reader:
            shown = text_of(reader.get("/communautes").text)
        assert said in shown
        assert unsaid not in shown


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
    page.on("pageerror", lambda error: errors.append(str(error)))
    expect(page.locator("#network")).to_have_attribute("data-drawn", "2")
    page.evaluate("document.getElementById('network-canvas').style.width = '0'")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(100)
    page.goto("/annuaire")
    page.go_back()
    expect(page.locator("#network")).to_have_attribute("data-drawn", "2")
    context.close()
    assert errors == []


# --- tiles, by setting -----------------------------------------------------------------------


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "f8cfc0f01f00050001ff56c72f0d0000000049454e44ae426082"
)


class Tiles(BaseHTTPRequestHandler):
    """Another host: it answers every address with one dot, and notes who asks for what."""

    asked: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["referer"]))
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.end_headers()
        self.wfile.write(PIXEL)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def tiled(serving, site, tmp_path):
    """An application whose settings name a host of tiles; yield both addresses."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    Tiles.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{server.server_address[1]}"
    setting = f'\n[review]\ntiles = "{host}/{{z}}/{{x}}/{{y}}.png"\nattribution = "© <Ville>"\n'
    (tmp_path / FILE_NAME).write_text(TOML + setting, encoding="utf-8")
    with serving(site.store, tmp_path) as url:
        yield url, host
    server.shutdown()
    server.server_close()


def test_the_map_alone_asks_one_host_for_tiles_and_says_whose_they_are(browser, tiled):
    url, host = tiled
    page = browser.new_page()
    asked, complaints = set(), []
    page.on("request", lambda one: asked.add(one.url.split("/")[2]))
    page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
    page.goto(url + "/carte?avis=tous")
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("© <Ville>").is_visible()
    page.goto(url + "/annuaire?avis=tous")
    page.close()
    assert complaints == []
    assert {f"http://{one}" for one in asked} == {url, host}
    assert 4 <= len(Tiles.asked) <= 40
    places = [tuple(map(int, re.findall(r"\d+", path))) for path, _ in Tiles.asked]
    assert {referer for _, referer in Tiles.asked} == {None}
    for zoom, column, line in places:
        # Mulhouse lies at 7.34° east, 47.75° north.
        assert abs(column / 2**zoom - 0.5204) < 0.002
        assert abs(line / 2**zoom - 0.3485) < 0.002
    policy = httpx.get(url + "/carte").headers["content-security-policy"]
    assert f"img-src 'self' {host};" in policy
    assert host not in httpx.get(url + "/annuaire").headers["content-security-policy"]


def test_without_the_setting_the_map_asks_nobody(site):
    answer = httpx.get(site.url + "/carte?avis=tous")
    assert "<image" not in answer.text
    assert "img-src 'self';" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "line",
    [
        'tiles = "https://tuiles.example/1.png"\nattribution = "x"',
        'tiles = "https://a.example\' evil.example/{z}/{x}/{y}"\nattribution = "x"',
        'tiles = "javascript:{z}{x}{y}"\nattribution = "x"',
        'tiles = "https://tuiles.example/{z}/{x}/{y}.png"',
    ],
)
def test_tiles_that_cannot_be_are_named_with_their_line(tmp_path, line):
    (tmp_path / FILE_NAME).write_text(f"[review]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="ligne 2, tiles"):
        load(tmp_path)


def group(label, members, since, change=ClusterChange.NEW):
    return Cluster(
        id=f"{label}-{since}", label=(label,), members=tuple(members), since=since, change=change
    )


def test_a_group_that_comes_back_is_one_line_and_two_at_once_are_two():
    early, late = group("vélo", "abc", "2026-W02"), group("cycle", "bcd", "2026-W09")
    beside = group("roue", "bcx", "2026-W09")
    lines = network._joined({g.id: {g.since: g} for g in (early, late)})
    (line,) = lines.values()
    assert list(lines) == [late.id]
    assert sorted(line) == ["2026-W02", "2026-W09"]
    last = line["2026-W09"]
    assert (last.since, last.change) == ("2026-W02", ClusterChange.GOES_ON)
    assert len(network._joined({g.id: {g.since: g} for g in (late, beside)})) == 2
    strangers = group("vélo", "abc", "2026-W02"), group("vélo", "xyz", "2026-W09")
    assert len(network._joined({g.id: {g.since: g} for g in strangers})) == 2
