"""The downloads of the directory, and who is shown an actor."""

from __future__ import annotations

import json

import pytest

from review import access, forms
from storage import accounts, tables
from tests.review.conftest import ACTORS, slug
from vigie.records import Role

FIRST = slug(ACTORS[0][0])


@pytest.fixture
def reader_role(site):
    """The application, and the cookie of somebody who may only read."""
    token, now = forms.new_session(), site.clock()
    with site.store.writing() as c:
        accounts.add(c, "Lise", Role.READER, "never asked", now)
        accounts.begin(c, access.digest(token), "lise", now, "tests")
    yield {forms.COOKIE: token}
    with site.store.writing() as c:
        c.execute(tables.sessions.delete())
        c.execute(tables.accounts.delete())


def keep(site, reader, **more):
    for fields in ({"verdict": "keep", "seen": ""}, *([more] if more else [])):
        path = "juger" if "verdict" in fields else "dire"
        csrf = site.hidden(reader.get(f"/acteurs/{FIRST}").text, "csrf")
        sent = reader.post(
            f"/fiche/{path}/{FIRST}", data={"csrf": csrf, **fields}, headers={"origin": site.url}
        )
        assert sent.status_code == 303


def names(answer) -> list[str]:
    return [one["name"] for one in json.loads(answer.text)["actors"]]


def test_the_public_download_holds_what_a_fiche_says_is_public(site):
    with site.reader() as reader:
        keep(site, reader)
        assert names(reader.get("/exports/json")) == []
        assert names(reader.get("/exports/json?visibilite=lab")) == [ACTORS[0][0]]
        keep(site, reader, visibility="public")
        answer = reader.get("/exports/json")
        assert names(answer) == [ACTORS[0][0]]
        assert "annuaire-public-2026-03-17.json" in answer.headers["content-disposition"]
        assert reader.get("/exports/csv").headers["content-type"].startswith("text/csv")
        assert "visibilité" in reader.get("/journal").text.lower()
        assert reader.get(f"/api/actors/{FIRST}").json()["visibility"] == "public"


def test_the_directory_offers_its_downloads(site):
    with site.reader() as reader:
        html = reader.get("/annuaire").text
        for name in ("csv", "geojson", "gexf", "ical"):
            assert f'href="/exports/{name}?visibilite=public"' in html
        assert reader.get("/exports/xls").status_code == 404
        assert reader.get("/exports/json?visibilite=x").status_code in {400, 422}


def test_who_only_reads_downloads_what_is_public(site, reader_role):
    with site.reader() as reader:
        reader.cookies.update(reader_role)
        assert reader.get("/exports/json").status_code == 200
        assert reader.get("/exports/json?visibilite=lab").status_code == 403
        assert "visibilite=lab" not in reader.get("/annuaire").text


def test_the_downloads_ask_who_is_there(site, reader_role):
    with site.reader() as reader:
        assert reader.get("/exports/json").status_code == 303
