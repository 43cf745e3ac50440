"""A catalogue whose addresses nobody has tried: what a first check and a first run make of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from crawlers import repair
from flows import engine, notices, steps
from storage import notices as stored
from storage import open_store, sources
from tests import databases
from tests.crawlers.conftest import Web, serving
from tests.crawlers.test_crawl import ARTICLE, rss, source
from vigie.cli import cli
from vigie.records import Finding, SourceKind
from vigie.settings import load

pytestmark = databases.once

SOURCES = """
# La presse, d’après l’annuaire de 2025
[[source]]
id = "gazette"
name = "La Gazette"
url = "{base}/rss"
kind = "feed"
every = "30min"
reach = "regional"
tags = ["presse"]            # à garder
expected = [1, 50]
checked = false

[[source]]
id = "quartier"
name = "Le Quartier"
url = "{base}/quartier.xml"
kind = "feed"
checked = false

[[source]]
id = "disparue"
name = "Radio disparue"
url = "{other}/feed/"
kind = "feed"
checked = false

[[source]]
id = "ancienne"
name = "Vérifiée jadis"
url = "{base}/partie"
kind = "feed"
"""


def press(web: Web) -> None:
    """Serve a paper whose feed has moved within its site, one that is right."""
    page = web.serve("/articles/un", ARTICLE.format(title="Un four dans le quartier"))
    entries = (("Un four dans le quartier", page), ("Le four rouvre", page + "?2"))
    web.serve("/flux/actualites.xml", rss(*entries), "application/rss+xml")
    web.serve("/quartier.xml", rss(entries[0]), "application/rss+xml")
    link = '<link rel="alternate" type="application/rss+xml" href="/flux/actualites.xml">'
    web.serve("/", f"<html><head><title>La Gazette</title>{link}</head><body>Une</body></html>")


@pytest.fixture
def workspace(tmp_path):
    with serving() as web, serving("127.0.0.2") as other:
        press(web)
        folder = tmp_path / "veille"
        folder.mkdir()
        (folder / "vigie.toml").write_text(
            '[watch]\nname = "Essai"\nterritory = ["68224"]\n[crawler]\ncontact = "a@b.example"\n'
            'delay = 0\ntimeout = 3\nallow_private_hosts = ["127.0.0.1", "127.0.0.2"]\n'
            + SOURCES.format(base=web.url(""), other=other.url("")),
            encoding="utf-8",
        )
        databases.settle(folder)
        yield folder, web


def vigie(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def test_the_first_check_reports_and_mends_what_nobody_had_tried(workspace):
    folder, web = workspace
    result = vigie("sources", "check", "--dir", folder)
    assert result.exit_code == 1, result.output  # two still answer nothing
    lines = result.stdout.splitlines()
    assert lines[0].startswith("gazette : cette adresse n’existe pas")
    assert lines[1].startswith(f"   trouvé depuis {web.url('/')} : ")
    assert any(line.startswith("quartier : flux : 1 document") for line in lines)
    assert any("rien trouvé depuis la page d’accueil" in line for line in lines)
    assert "2 adresses vérifiées, dont 1 réparée" in result.stderr

    made = {source.id: source for source in load(folder).sources}
    assert made["gazette"].url == web.url("/flux/actualites.xml")
    assert (made["gazette"].reach, made["gazette"].expected) == ("regional", (1, 50))
    assert [i for i, source in made.items() if not source.checked] == ["disparue"]
    assert made["ancienne"].url == web.url("/partie")  # a person wrote it down: hers to change
    text = (folder / "vigie.toml").read_text(encoding="utf-8")
    assert "# La presse, d’après l’annuaire de 2025" in text
    assert "# à garder" in text


def test_the_failure_of_an_untried_source_is_news_and_no_alarm(workspace):
    folder, _ = workspace
    settings = load(folder)
    engine.keep_at_home(settings.data)
    from flows.watch import Workspace, ailing  # noqa: PLC0415 - Prefect is told first where it lives

    store = open_store(settings.storage.url, settings.folder)
    steps.crawl(settings, store)
    told, unproven = ailing(Workspace(settings, store))
    assert [one.source_id for one in told] == ["ancienne"]
    assert unproven == ("disparue", "gazette")
    with store.reading() as c:
        later = max(one.last_try for one in sources.health(c).values()) + notices.FOR_A_WEEK
    notices.look(settings, store, later)
    with store.reading() as c:
        about = {one.about for one in stored.standing(c)}
    store.close()
    assert "ancienne" in about
    assert about.isdisjoint({"gazette", "disparue"})
    listed = vigie("sources", "list", "--dir", folder).stdout.splitlines()
    first = [line.split()[0] for line in listed if line[:1].strip()][1]
    assert first == "ancienne"


def test_what_is_found_is_of_the_same_sort_as_what_was_sought():
    def of(kind):
        return replace(source("x", "https://a.example/"), kind=kind)

    offered = [
        Finding(source=of(kind), items=3, samples=())
        for kind in (SourceKind.LISTING, SourceKind.FEED, SourceKind.CALENDAR, SourceKind.GOGOCARTO)
    ]
    assert repair._best(of(SourceKind.EVENTS), offered).source.kind is SourceKind.CALENDAR
    assert repair._best(of(SourceKind.LISTING), offered).source.kind is SourceKind.FEED
    assert repair._best(of(SourceKind.FEED), offered[3:]) is None


def test_a_source_is_looked_for_at_its_address_above_it_and_at_home():
    assert repair.pages("https://a.example/ville/rss") == [
        "https://a.example/ville/rss",
        "https://a.example/ville/",
        "https://a.example/",
    ]
    assert repair.pages("https://a.example/feed/", gone=True) == ["https://a.example/"]
    assert repair.pages("https://a.example/feed/") == [
        "https://a.example/feed/",
        "https://a.example/",
    ]


def test_without_a_pack_the_command_asks_for_a_commune_or_an_epci(tmp_path):
    folder = tmp_path / "veille"
    result = CliRunner().invoke(
        cli, ["init", str(folder)], input="Nulpart-sur-Rien\nm2a agglo\nColmar\n"
    )
    assert result.exit_code == 0, result.output
    assert "Territoire inconnu" in result.stderr
    assert "vigie sources add" in result.stderr
    made = load(folder)
    assert (made.watch.territory, made.sources) == (("68066",), ())

    refused = CliRunner().invoke(cli, ["init", str(tmp_path / "rien")], input="")
    assert refused.exit_code == 2
    assert not (tmp_path / "rien").exists()
    again = CliRunner().invoke(cli, ["init", str(folder)], input="Metz\n")
    assert again.exit_code == 1
