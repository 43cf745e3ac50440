"""The two sides of the network: bridges between services and the outside, and the missing ones."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from starlette.testclient import TestClient

from review.app import create_app
from review.bridges import side_of
from storage import annotations, directory, documents, exchanges, judgements, open_store, sources
from tests.storage.conftest import Press, id_of
from vigie.records import (
    Relation,
    RelationKind,
    Side,
    Source,
    SourceKind,
    Verdict,
    Visibility,
)
from vigie.settings import parse

DAY, NOW = date(2026, 3, 4), datetime(2026, 3, 16, 8, tzinfo=UTC)
TOML = (
    '[watch]\nterritory = ["200066009"]\n[[source]]\nid = "lettre"\nname = "Lettre interne"\n'
    'url = "interne/Maildir"\nkind = "mailbox"\nside = "internal"\n'
)


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


@pytest.fixture
def workspace(tmp_path):
    settings = parse(TOML, tmp_path)
    (tmp_path / "data").mkdir()
    store = open_store("sqlite:///data/vigie.db", tmp_path)
    press = Press()
    gazette = Source(id="gazette", name="G", url="https://g.example", kind=SourceKind.FEED)
    with store.writing() as c:
        sources.save(c, [gazette, *settings.sources])
        pairs = (
            ("Direction des sports", "Les Braises", "gazette"),
            ("Les Braises", "Rives Vivantes", "lettre"),
        )
        for number, (one, other, source) in enumerate(pairs, start=1):
            sentence = f"{one} travaille en partenariat avec {other}."
            document = press.document(number, DAY, text=sentence, source=source)
            documents.save(c, [document])
            tie = Relation(first=0, second=1, kind=RelationKind.PARTNERS, sentence=sentence)
            found = press.annotation(document, one, other, relations=(tie,))
            annotations.save(c, [found], press.resolution(found))
        press.publish(c, 3, DAY, "Fabrique du Canal")
        for name in ("Les Braises", "Rives Vivantes"):
            judgements.add(c, press.judgement(name, Verdict.KEEP, DAY))
    yield store, settings
    store.close()


def test_the_network_shows_the_bridges_and_the_missing_ones_with_who_could_make_them(workspace):
    store, settings = workspace
    with TestClient(
        create_app(store, settings, clock=lambda: NOW), base_url="http://127.0.0.1"
    ) as site:
        shown = text_of(site.get("/reseau").text)
        nodes = {one["name"]: one["inside"] for one in site.get("/reseau.json").json()["nodes"]}
        assert nodes["Direction des sports"]
        assert not nodes["Les Braises"]
        assert "Direction des sports – Les Braises partenaire de" in shown
        missing = shown[shown.index("Ponts qui manquent") :]
        assert "Rives Vivantes par Les Braises vers Direction des sports" in missing

        fabrique = id_of("Fabrique du Canal")
        html = site.get(f"/acteurs/{fabrique}").text
        csrf = re.search(r'name="csrf" value="([^"]+)"', html)[1]
        for said in ({"side": "internal"}, {"function": "Ambassade de l’innovation, voirie"}):
            site.post(
                f"/fiche/dire/{fabrique}",
                data={"csrf": csrf, **said},
                headers={"origin": "http://127.0.0.1"},
            )
        person = site.post(
            f"/fiche/dire/{fabrique}",
            data={"csrf": csrf, "function": "ada.exemple@ville.example"},
            headers={"origin": "http://127.0.0.1"},
        )
        assert "semble joindre une personne" in text_of(person.text)
        fiche = text_of(site.get(f"/acteurs/{fabrique}").text)
        assert "fonction dans l’administration, Ambassade de l’innovation, voirie" in fiche
        shown = text_of(site.get("/reseau").text)
    assert (
        "Fabrique du Canal ( Ambassade de l’innovation, voirie )"
        in shown[shown.index("Alliés du dedans") :]
    )


def test_what_a_source_of_the_house_says_is_for_the_lab_alone(workspace):
    store, _ = workspace
    ids = [id_of("Rives Vivantes")]
    with store.reading() as c:
        (lab,) = exchanges.sheets(c, ids, Visibility.LAB, Visibility.PUBLIC, DAY)
        (public,) = exchanges.sheets(c, ids, Visibility.PUBLIC, Visibility.PUBLIC, DAY)
        (line,) = directory.lines(c, ids)
    assert len(lab.citations) == 1
    assert public.citations == ()
    assert side_of(line) is Side.EXTERNAL
