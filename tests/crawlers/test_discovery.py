"""What a site has to offer, and what each source is, in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers import batch, discovery
from crawlers.resource import Resource
from tests.crawlers.test_crawl import ARTICLE, rss, source
from vigie import addresses
from vigie.errors import InputError, WrongValueError
from vigie.records import Document, HealthState, SourceKind

CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T080000Z\r\n"
    "DTSTART:20260320T180000Z\r\nSUMMARY:Assemblée de la Friche\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
EVENT = {"@type": "Event", "name": "Fête du fournil", "startDate": "2026-05-02"}
MAP = {
    "ontology": "gogofull",
    "data": [
        {"name": f"Jardin {n}", "createdAt": f"202{n}-01-02T00:00:00+01:00", "status": 1,
         "geo": {"latitude": 47.74, "longitude": 7.34}}
        for n in range(5)
    ],
}  # fmt: skip


def site(web) -> str:
    """Serve a site that offers everything; return its address."""
    titles = [f"Article numéro {n} de la gazette" for n in range(4)]
    articles = [
        web.serve(f"/actus/article-numero-{n}-de-la-gazette", ARTICLE.format(title=title))
        for n, title in enumerate(titles)
    ]
    entries = list(zip(titles, articles, strict=True))
    web.serve("/flux", rss(*entries[1:]), "application/rss+xml")
    web.serve("/agenda.ics", CALENDAR, "text/calendar")
    weekly = CALENDAR.replace("Friche", "Halle")
    for day in range(1, 5):
        again = CALENDAR.replace("Assemblée de la Friche", "Atelier vélo")
        again = again.replace("UID:1", f"UID:v{day}").replace("0320T", f"030{day}T")
        event = again[again.index("BEGIN:VEVENT") : again.index("END:VCALENDAR")]
        weekly = weekly.replace("END:VCALENDAR", f"{event}END:VCALENDAR")
    web.serve("/calendrier?format=ical", weekly, "text/calendar")
    web.serve("/api/elements.json", json.dumps(MAP), "application/json")
    home = web.serve("/contact", ARTICLE.format(title="Contact"))
    plan = "".join(
        f"<url><loc>{url}</loc><lastmod>2026-03-0{n + 1}</lastmod></url>"
        for n, url in enumerate([*articles, home])
    )
    web.serve("/sitemap.xml", f"<urlset>{plan}</urlset>", "text/xml")
    links = "".join(f'<h2><a href="{url}">{title}</a></h2>' for title, url in entries)
    return web.serve(
        "/",
        '<html><head><title>La Gazette&#7;</title><link rel="alternate" href="/flux" '
        'type="application/rss+xml"><link rel="alternate" type="text/calendar" '
        'href="/calendrier?format=ical"><script type="application/ld+json">'
        f'{json.dumps(EVENT)}</script></head><body><a href="webcal://{web.host}:{web.port}/agenda.ics">'
        f'S’abonner</a><iframe src="https://carte.gogocarto.fr"></iframe>{links}</body></html>',
    )


def test_everything_that_a_site_offers_is_found_with_samples(web, make_settings):
    home = site(web)
    found = {
        (one.source.kind, one.source.url): one for one in discovery.discover(home, make_settings())
    }
    assert [(kind, url.removeprefix(web.url(""))) for kind, url in found] == [
        (SourceKind.FEED, "/flux"),
        (SourceKind.GOGOCARTO, "/api/elements.json"),
        (SourceKind.CALENDAR, "/agenda.ics"),
        (SourceKind.CALENDAR, "/calendrier?format=ical"),
        (SourceKind.EVENTS, "/"),
        (SourceKind.SITEMAP, "/sitemap.xml"),
        (SourceKind.LISTING, "/"),
    ]
    assert {one.source.name for one in found.values()} == {"La Gazette"}
    feed, places, calendar, weekly, events, plan, listing = found.values()
    assert (feed.items, len(feed.samples)) == (3, 3)
    assert [one.name for one in places.samples] == ["Jardin 4", "Jardin 3", "Jardin 2"]
    assert [one.title for one in calendar.samples] == ["Assemblée de la Friche"]
    assert weekly.items == 5
    assert {one.title for one in weekly.samples} == {"Assemblée de la Halle", "Atelier vélo"}
    assert len(weekly.samples) == 2
    assert [one.title for one in events.samples] == ["Fête du fournil"]
    assert (plan.items, listing.items) == (5, 4)
    for finding in (plan, listing):
        assert len(finding.samples) == 3
        assert all(isinstance(one, Document) and one.title for one in finding.samples)
    assert len({one.source.id for one in found.values()}) == len(found)


def test_nothing_at_all_is_an_error_of_one_line(make_settings):
    for wrong in ("ftp://gazette.test", "javascript:alert(1)", "https://la gazette.test"):
        with pytest.raises(InputError, match="n’est pas une adresse web"):
            discovery.discover(wrong, make_settings())


def test_calendars_are_found_however_their_addresses_are_written(web, make_settings):
    for name in ("nue", "apostrophes", "guillemets"):
        text = CALENDAR.replace("UID:1", f"UID:{name}").replace("Friche", name)
        web.serve(f"/{name}.ics", text, "text/calendar")
    web.serve("/ical?salle=2", CALENDAR, "text/calendar")
    home = web.serve(
        "/",
        "<link rel=alternate type=text/calendar href=/ical?salle=2><a href=/nue.ics>Agenda</a>"
        "<a href='/apostrophes.ics'>Agenda</a><a href=\"/guillemets.ics\">Agenda</a>",
    )
    found = {one.source.url for one in discovery.discover(home, make_settings())}
    assert found == {
        web.url(path)
        for path in ("/ical?salle=2", "/nue.ics", "/apostrophes.ics", "/guillemets.ics")
    }


def test_what_is_worth_trying_is_found_on_an_ugly_page():
    body = (
        '<head><base href="/site/"></head><a href="http://[oops/cal.ics">Agenda</a>'
        '<a href="sortir.ics?cat=1&amp;lang=fr">Agenda</a><a href="/flux/actualites.xml">Flux RSS</a>'
        '<a href="mailto:atom@ville.example">Écrire</a>'
    )
    page = Resource(
        body=body.encode(),
        url="http://ville.example/sub/",
        source_id="x",
        fetched_at=datetime(2026, 4, 1, tzinfo=UTC),
    )
    found = discovery.candidates(page)
    assert found[:3] == [
        ("http://ville.example/site/sortir.ics?cat=1&lang=fr", SourceKind.CALENDAR),
        ("http://ville.example/flux/actualites.xml", SourceKind.FEED),
        ("http://ville.example/sub/feed/", SourceKind.FEED),
    ]
    # The site itself as a sitemap: those that its robots.txt names.
    assert {
        ("http://ville.example/rss", SourceKind.FEED),
        ("http://ville.example/feed.xml", SourceKind.FEED),
        ("http://ville.example/", SourceKind.SITEMAP),
    } <= set(found)
    assert all(address.startswith("http://ville.example/") for address, _ in found)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://marie:tr0p-secret@gazette.test/rss",
        "https://marie:tr0p-secret@",
        "http://marie:tr0p-secret@127.0.0.1:1/rss",
        "marie:tr0p-secret@127.0.0.1:1/rss",
        "https://marie:tr0p@-secret@gazette.invalid/rss",
    ],
)
def test_a_password_in_an_address_is_shown_nowhere(url, make_settings):
    with pytest.raises(InputError) as error:
        discovery.discover(url, make_settings(timeout=1.0))
    assert "secret" not in str(error.value)
    assert "…@" in str(error.value)


@pytest.mark.parametrize(
    ("url", "kind", "shown"),
    [
        (
            "ftp://marie:secret@gazette.test/@agenda",
            SourceKind.FEED,
            "ftp://…@gazette.test/@agenda",
        ),
        ("ftp://marie:secret@gazette.test", SourceKind.FILES, "ftp://…@gazette.test"),
        ("marie:secret@gazette.test/rss", SourceKind.FEED, "« …@gazette.test/rss »"),
        ("ftp://marie:très/secret?@gazette.test", SourceKind.FEED, "« ftp://…@gazette.test »"),
        ("marie:très/secret@gazette.test/rss", SourceKind.FEED, "« …@gazette.test/rss »"),
    ],
)
def test_settings_show_no_password_of_an_address(url, kind, shown):
    with pytest.raises(WrongValueError) as error:
        addresses.address(url, kind)
    assert shown in str(error.value)
    assert "secret" not in str(error.value)


def test_the_key_of_an_agenda_does_not_go_into_its_address(make_settings):
    url = "https://api.openagenda.test/v2/agendas/1/events?size=9&key=tr0p-secret"
    with pytest.raises(WrongValueError, match="VIGIE_OPENAGENDA_KEY") as told:
        addresses.address(url, SourceKind.OPENAGENDA)
    with pytest.raises(InputError, match="VIGIE_OPENAGENDA_KEY") as error:
        discovery.discover(url, make_settings())
    assert "secret" not in f"{told.value} {error.value}"
    assert addresses.address(url.rpartition("&")[0], SourceKind.OPENAGENDA)


def test_a_check_says_what_each_kind_is_how_much_and_how_new(
    web, tmp_path, make_settings, examples
):
    site(web)
    mbox, archives = examples / "archives" / "lettres.mbox", examples / "archives"
    sources = (
        source("flux", web.url("/flux")),
        source("plan", web.url("/sitemap.xml"), SourceKind.SITEMAP),
        source("index", web.url("/"), SourceKind.LISTING),
        source("fetes", web.url("/"), SourceKind.EVENTS),
        source("agenda", web.url("/agenda.ics"), SourceKind.CALENDAR),
        source("carte", web.url("/"), SourceKind.GOGOCARTO),
        source("lettres", str(mbox), SourceKind.MAILBOX),
        source("fonds", str(archives), SourceKind.FILES),
        source("faux", web.url("/"), SourceKind.FEED),
        source("vide", web.serve("/vide", rss(), "application/rss+xml")),
    )
    outcomes = {one.source_id: one for one in discovery.check_all(sources, make_settings())}
    said = {id_: str(one.message) for id_, one in outcomes.items()}
    assert said["flux"] == "flux : 3 documents, le plus récent daté du 2026-03-03"
    assert said["plan"] == "plan de site : 5 documents, le plus récent daté du 2026-03-05"
    assert said["index"].startswith("page de liens : 4 documents")
    assert said["fetes"].endswith(": 1 document, sans date")
    assert said["agenda"] == "calendrier : 1 document, daté du 2026-01-01"
    assert said["carte"] == "carte GoGoCarto : 5 acteurs connus, le dernier inscrit le 2024-01-02"
    assert "1 document, daté du 2026-03-19" in said["lettres"]
    assert "le plus récent daté du 2026-03-19" in said["fonds"]
    assert said["faux"].startswith("page web au lieu d’un flux ; elle annonce ce flux")
    assert "vide" in said["vide"]
    assert outcomes["faux"].state is HealthState.WRONG_FORMAT


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/", "adresse privée ou réservée"),
        ("http://10.0.0.1/flux", "adresse privée ou réservée"),
        ("http://[::1]/", "adresse privée ou réservée"),
        ("http://2130706433/", "adresse privée ou réservée"),
        ("https://marie:tr0p-secret@gazette.test", "contient un nom ou un mot de passe"),
    ],
)
def test_what_may_not_be_visited_is_refused_before_any_visit(
    make_settings, monkeypatch, url, words
):
    def visited(*_):
        pytest.fail("a crawl was begun")

    monkeypatch.setattr(batch, "_run", visited)
    settings = make_settings()
    settings = replace(settings, crawler=replace(settings.crawler, allow_private_hosts=()))
    with pytest.raises(InputError, match=words):
        discovery.discover(url, settings)
