from __future__ import annotations

import gzip
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace

from crawlers import batch, crawl, identity, spool
from tests.crawlers.conftest import serving
from vigie.records import Document, HealthState, HttpState, Outcome, Reject, Source, SourceKind

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>La Gazette des Sources</title><language>fr</language>
{items}</channel></rss>"""
ITEM = """<item><title>{title}</title><link>{link}</link>
<description>{text}</description><pubDate>{date}</pubDate></item>"""
DATE = "Tue, 03 Mar 2026 10:00:00 +0100"
ARTICLE = """<!doctype html><html lang="fr"><head><title>{title} | La Gazette</title></head><body>
<nav><a href="/">Accueil</a></nav><article><h1>{title}</h1>
<p>L’atelier partagé Les Copeaux a ouvert ses portes samedi dans l’ancienne menuiserie du
quartier, après deux années de chantier menées par une quinzaine de bénévoles.</p>
<p>On y répare des meubles, on y apprend à affûter un rabot, et le vendredi soir la cantine
solidaire y sert une soupe à prix libre pour toutes les personnes du voisinage.</p>
</article></body></html>"""


def rss(*items: tuple[str, str], text: str = "Brève du jour.") -> str:
    return RSS.format(
        items="".join(
            ITEM.format(title=title, link=link, text=text, date=DATE) for title, link in items
        )
    )


def source(id_: str, url: str, kind: SourceKind = SourceKind.FEED, **values) -> Source:
    return Source(id=id_, name=id_, url=url, kind=kind, **values)


def run(tmp_path, settings, *sources, states=(), now=None):
    path = tmp_path / f"spool-{time.monotonic_ns()}.jsonl"
    crawl(sources, states, settings, path, now=now)
    records = list(spool.read(path))
    outcomes = [record for record in records if isinstance(record, Outcome)]
    assert sorted(outcome.source_id for outcome in outcomes) == sorted(one.id for one in sources)
    return records, {outcome.source_id: outcome for outcome in outcomes}


def documents(records, source_id=None) -> list[Document]:
    return [
        record
        for record in records
        if isinstance(record, Document) and source_id in (None, record.source_id)
    ]


def states(records) -> list[HttpState]:
    return [record for record in records if isinstance(record, HttpState)]


@dataclass
class Others:
    sources: list[Source]
    allowed: tuple[str, ...]


@contextmanager
def polite_sites(tmp_path):
    """Well-behaved sources that ask for something: crawled beside the hostile ones."""
    calendar = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T080000Z\r\n"
        "DTSTART:20260320T180000Z\r\nSUMMARY:Assemblée de la Friche\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )
    event = {"@type": "Event", "name": "Fête du fournil", "startDate": "2026-05-02"}
    page = (
        f'<html><body><script type="application/ld+json">{json.dumps(event)}</script></body></html>'
    )
    export = [
        {"title_fr": "Bourse aux plantes", "uid": "7", "firstdate_begin": "2026-04-01T08:00:00Z"}
    ]
    with (
        serving("127.0.0.2") as strict,
        serving("127.0.0.3") as private,
        serving("127.0.0.4") as named,
    ):
        strict.serve(
            "/robots.txt", "User-agent: *\nDisallow: /prive\nCrawl-delay: 0.4\n", "text/plain"
        )
        strict.serve("/une", ARTICLE.format(title="Une"))
        strict.serve("/prive/deux", ARTICLE.format(title="Deux"))
        items = ("Une", strict.url("/une")), ("Deux", strict.url("/prive/deux"))
        served, moments = {}, []

        def busy(request) -> None:
            moments.append(time.monotonic())
            if len(moments) > 1:
                served["answer"](request)
                return
            request.send_response(503)
            request.send_header("Retry-After", "1")
            request.send_header("Content-Length", "0")
            request.end_headers()

        sources = [
            source("open", strict.serve("/rss", rss(*items), "text/xml")),
            source("closed", strict.serve("/prive/rss", rss(*items), "text/xml")),
            source("private", private.serve("/rss", rss(("Une", "")), "text/xml")),
            source("rebound", named.status("/rebound", 302, Location=private.url("/rss"))),
            source("busy", named.serve("/busy", rss(("Une", "")), "text/xml")),
            source("new", named.serve("/new", rss(("Une", "")), "text/xml")),
            source("old", named.status("/old", 301, Location=named.url("/new"))),
            source("ics", named.serve("/a.ics", calendar, "text/calendar"), SourceKind.CALENDAR),
            source("ld", named.serve("/agenda", page), SourceKind.EVENTS),
            source(
                "oa", named.serve("/oa", json.dumps(export), "text/json"), SourceKind.OPENAGENDA
            ),
            source(
                "map",
                named.serve(
                    "/sitemap.xml",
                    f"<urlset><url><loc>{named.url('/une')}</loc><lastmod>2026-03-01</lastmod></url>"
                    "</urlset>",
                    "text/xml",
                ),
                SourceKind.SITEMAP,
            ),
        ]
        named.serve("/une", ARTICLE.format(title="Les Copeaux"))
        served["answer"], named.routes["/busy"] = named.routes["/busy"], busy

        def check(records, outcomes) -> None:
            assert not any(path.startswith("/prive") for path in strict.paths())
            assert outcomes["closed"].state is HealthState.BLOCKED
            assert "robots.txt" in str(outcomes["closed"].message)
            excerpts = {one.title: one.excerpt for one in documents(records, "open")}
            assert excerpts == {"Une": False, "Deux": True}
            assert strict.spacing() >= 0.35
            assert private.asked == []
            assert "privée" in str(outcomes["private"].message)
            assert "privée" in str(outcomes["rebound"].message)
            assert outcomes["busy"].state is HealthState.LIVELY
            assert moments[1] - moments[0] >= 1
            assert outcomes["old"].state is HealthState.MOVED
            assert named.url("/new") in str(outcomes["old"].message)
            titles = {
                name: [one.title for one in documents(records, name)]
                for name in ("old", "ics", "ld", "oa", "map")
            }
            assert titles == {
                "old": ["Une"],
                "ics": ["Assemblée de la Friche"],
                "ld": ["Fête du fournil"],
                "oa": ["Bourse aux plantes"],
                "map": ["Les Copeaux"],
            }

        yield Others(sources, (f"127.0.0.4:{named.port}", "127.0.0.3:1")), check


def test_entries_are_completed_by_their_pages_and_not_fetched_twice(web, tmp_path, make_settings):
    web.serve("/copeaux", ARTICLE.format(title="Les Copeaux ouvrent"))
    web.status("/ferme", 410)
    items = ("Les Copeaux ouvrent", web.url("/copeaux")), ("La ferme", web.url("/ferme"))
    feeds = {
        "stable": web.serve("/rss", rss(*items), "application/rss+xml", ETag='"un"'),
        "grows": web.serve("/grows", rss(*items), "application/rss+xml", ETag='"un"'),
        "foreign": web.serve("/foreign", rss(items[0]), "application/rss+xml"),
    }
    whole = web.serve("/whole", rss(("Tout est là", web.url("/jamais"))), "application/rss+xml")
    sources = [source(name, url) for name, url in feeds.items()]
    sources.append(source("whole", whole, full_text=True))

    records, outcomes = run(tmp_path, make_settings(), *sources)

    found = {document.title: document for document in documents(records, "stable")}
    assert "quinzaine de bénévoles" in found["Les Copeaux ouvrent"].text
    assert "Accueil" not in found["Les Copeaux ouvrent"].text
    assert not found["Les Copeaux ouvrent"].excerpt
    assert found["La ferme"].excerpt
    assert found["La ferme"].text == "Brève du jour."
    (entire,) = documents(records, "whole")
    assert (entire.text, entire.excerpt) == ("Brève du jour.", False)
    assert outcomes["stable"].state is HealthState.LIVELY
    assert outcomes["stable"].documents == 2
    assert "/jamais" not in web.paths()
    agent = web.asked[-1][1]["User-Agent"]
    assert agent.startswith("Vigie/")
    assert "veille@exemple.test" in agent

    web.serve("/grows", rss(*items, ("Neuf", web.url("/neuf"))), "text/xml", ETag='"deux"')
    web.serve("/neuf", ARTICLE.format(title="Neuf"))
    web.asked.clear()
    remembered = [
        replace(state, source_id="elsewhere") if state.source_id == "foreign" else state
        for state in states(records)
    ]
    again, outcomes = run(tmp_path, make_settings(), *sources, states=remembered)

    assert outcomes["stable"].not_modified
    assert documents(again, "stable") == []
    assert [document.title for document in documents(again, "grows")] == ["Neuf"]
    assert len(documents(again, "foreign")) == 1
    assert web.paths().count("/copeaux") == 1


def cut_short(text: str):
    """Return an answer that announces a whole body, and hangs up after six tenths of it."""
    body = text.encode()

    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("ETag", '"a"')
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: len(body) * 6 // 10])
        request.close_connection = True

    return answer


def test_a_page_cut_short_stays_an_excerpt_until_the_whole_is_had(web, tmp_path, make_settings):
    page = ARTICLE.format(title="Les Copeaux")
    web.routes["/copeaux"] = cut_short(page)
    entries = rss(("Les Copeaux", web.url("/copeaux")))
    feed = source("presse", web.serve("/rss", entries, "text/xml", ETag='"a"'))
    records, _ = run(tmp_path, make_settings(), feed)
    (announced,) = documents(records)
    assert (announced.excerpt, announced.text) == (True, "Brève du jour.")

    web.serve("/copeaux", page)
    records, _ = run(tmp_path, make_settings(), feed, states=states(records))
    (had,) = documents(records)
    assert not had.excerpt
    assert "toutes les personnes du voisinage" in had.text


def test_a_feed_cut_short_gives_what_it_holds_and_the_rest_at_the_next_crawl(
    web, tmp_path, make_settings
):
    entries = rss(("Un", ""), ("Deux", ""), text="Brève du jour. " * 20)
    web.routes["/rss"] = cut_short(entries)
    feed = source("presse", web.url("/rss"))
    records, _ = run(tmp_path, make_settings(), feed)
    assert "Un" in {one.title for one in documents(records)}
    web.serve("/rss", entries, "text/xml", ETag='"a"')
    records, outcomes = run(tmp_path, make_settings(), feed, states=states(records))
    assert not outcomes["presse"].not_modified
    assert {one.title for one in documents(records)} == {"Un", "Deux"}


def test_every_bad_source_ends_in_one_line_and_the_good_ones_go_on(web, tmp_path, make_settings):
    def endless(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.end_headers()
        request.wfile.write(b"<rss version='2.0'><channel>")
        for _ in range(400):
            request.wfile.write(b"<!-- encore -->")
            time.sleep(0.05)
        request.close_connection = True

    def huge(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "application/rss+xml")
        request.send_header("Content-Length", "200000000")
        request.end_headers()
        for _ in range(200):
            request.wfile.write(b"x" * 1_000_000)

    def silent(request) -> None:
        time.sleep(5)
        request.close_connection = True

    laughs = "".join(
        f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' if n else '<!ENTITY lol0 "rire">'
        for n in range(10)
    )
    item = "<item><title>t{}</title></item>"
    cut = cut_short(rss(("Premier", web.url("/page")), ("Second", web.url("/page2"))))
    web.routes.update({"/endless": endless, "/huge": huge, "/silent": silent, "/cut": cut})
    page = web.serve("/page", ARTICLE.format(title="Premier"))
    pages = {
        "html": web.serve(
            "/html",
            "<html><head><link rel=alternate type=application/rss+xml href=/rss></head>"
            "<body><p>Bonjour</p></body></html>",
        ),
        "latin": web.serve(
            "/latin",
            rss(("Été à la Friche dénichée", page), text="Une fête à l’été — ça ira")
            .replace("’", "'")
            .replace("—", "-")
            .encode("latin-1"),
            "application/rss+xml; charset=utf-8",
        ),
        "empty": web.serve("/empty", b"", "application/rss+xml"),
        "no_entry": web.serve("/no_entry", RSS.format(items=""), "application/rss+xml"),
        "missing": web.url("/missing"),
        "forbidden": web.status("/forbidden", 403),
        "broken": web.status("/broken", 500),
        "loop": web.status("/loop", 302, Location=web.url("/loop")),
        "huge": web.url("/huge"),
        "endless": web.url("/endless"),
        "silent": web.url("/silent"),
        "cut": web.url("/cut"),
        "bomb": web.serve(
            "/bomb",
            gzip.compress(b" " * 30_000_000),
            "application/rss+xml",
            Content_Encoding="gzip",
        ),
        "laughs": web.serve(
            "/laughs",
            f"<?xml version='1.0'?><!DOCTYPE rss [{laughs}]><rss version='2.0'><channel>"
            "<item><title>&lol9;</title><description>x</description></item></channel></rss>",
            "application/rss+xml",
        ),
        "metadata": web.status("/metadata", 302, Location="http://169.254.169.254/latest/"),
        "decimal": "http://2130706433:1/rss",
        "file": web.status("/file", 302, Location="file:///etc/passwd"),
        "picture": web.serve("/picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "application/rss+xml"),
        "nulls": web.serve("/nulls", b"\0" * 5000, "application/rss+xml"),
        "invalid": web.serve(
            "/invalid", rss(("Titre", page)).encode().replace(b"Titre", b"Ti\xfftre\0"), "text/xml"
        ),
        "crowd": web.serve(
            "/crowd",
            RSS.format(items="".join(item.format(n) for n in range(100_000))),
            "application/rss+xml",
        ),
        "textless": web.serve("/textless_feed", rss(("Sans page", web.url("/textless")))),
        "lost": web.serve("/lost", rss(*((n, web.url(f"/lost-{n}")) for n in ("un", "deux")))),
        "down": "http://127.0.0.1:9/rss",
        "unknown": "http://nulle-part.invalid/rss",
    }
    web.serve("/textless", "<html><body><script>1</script></body></html>")
    good = source("good", web.serve("/good", rss(("Bonne nouvelle", page)), "application/rss+xml"))
    bad = [source(name, url) for name, url in pages.items()]

    begun = time.monotonic()
    with polite_sites(tmp_path) as (others, check):
        limits = make_settings(
            source_timeout=15.0, allow_private_hosts=("127.0.0.1", "127.0.0.2", *others.allowed)
        )
        records, outcomes = run(tmp_path, limits, *bad, good, *others.sources)
    assert time.monotonic() - begun < 90
    check(records, outcomes)

    assert outcomes["good"].state is HealthState.LIVELY
    assert [document.title for document in documents(records, "good")] == ["Bonne nouvelle"]
    lines = {name: str(outcome.message) for name, outcome in outcomes.items()}
    assert all(line and "\n" not in line and len(line) < 400 for line in lines.values())
    state = {name: outcome.state for name, outcome in outcomes.items()}
    assert state["html"] is HealthState.WRONG_FORMAT
    assert web.url("/rss") in lines["html"]
    assert "Été à la Friche dénichée" in {one.title for one in documents(records, "latin")}
    assert "vide" in lines["empty"]
    assert state["no_entry"] is HealthState.QUIET
    assert "404" in lines["missing"]
    assert state["forbidden"] is HealthState.BLOCKED
    assert "panne" in lines["broken"]
    assert "boucle" in lines["loop"]
    assert "volumineuse" in lines["huge"]
    assert state["endless"] is HealthState.SLOW
    assert state["silent"] is HealthState.SLOW
    assert [one.title for one in documents(records, "cut")][:1] == ["Premier"]
    assert "décompressée" in lines["bomb"]
    assert max(len(one.title) for one in documents(records, "laughs")) < 100
    assert "privée" in lines["metadata"]
    assert "privée" in lines["decimal"]
    assert "redirection" in lines["file"]
    assert state["picture"] is HealthState.WRONG_FORMAT
    assert state["nulls"] is HealthState.WRONG_FORMAT
    assert documents(records, "invalid")[0].title.startswith("Ti")
    assert "démesuré" in lines["crowd"]
    assert documents(records, "textless")[0].excerpt
    assert "aucune des 2 pages" in lines["lost"]
    assert state["down"] is HealthState.UNREACHABLE
    assert "inconnu" in lines["unknown"]


def test_a_crawl_killed_from_outside_still_gives_each_source_an_outcome(
    web, tmp_path, make_settings, monkeypatch
):
    monkeypatch.setattr(batch, "time_limit", lambda job: 4.0)

    def never(request) -> None:
        time.sleep(20)

    web.routes["/never"] = never
    _, outcomes = run(tmp_path, make_settings(timeout=15.0), source("muet", web.url("/never")))
    assert outcomes["muet"].state is HealthState.UNREACHABLE
    assert "arrêté" in str(outcomes["muet"].message)


def test_sources_that_an_import_made_are_left_alone(tmp_path, make_settings):
    path = tmp_path / "spool.jsonl"
    crawl([source("archive", "", SourceKind.FILES)], [], make_settings(), path)
    assert not path.exists()


def test_a_folder_of_archives_is_read_file_by_file_and_only_what_changed(
    tmp_path, make_settings, examples
):
    folder = tmp_path / "archives"
    (folder / "2026").mkdir(parents=True)
    for name in ("europresse.HTML", "moisson.warc.gz", "lettres.mbox"):
        (folder / "2026" / name).write_bytes((examples / "archives" / name).read_bytes())
    (folder / "article.html").write_text(ARTICLE.format(title="Page gardée"), encoding="utf-8")
    (folder / "image.png").write_bytes(b"\x89PNG rien a lire")
    one = source("fonds", str(folder), SourceKind.FILES)
    first, outcomes = run(tmp_path, make_settings(), one)
    assert {d.title for d in documents(first, "fonds")} == {
        "Un four commun rue des Lilas", "Le Portant habille le quartier", "Un four commun",
        "Les Semeurs échangent", "Été à la Friche", "Page gardée",
    }  # fmt: skip
    assert outcomes["fonds"].documents == 6
    said = str(outcomes["fonds"].message)
    assert said.startswith("3 entrées mises de côté ; la première, image.png : ")
    refused = {r.where for r in first if isinstance(r, Reject)}
    assert refused == {"europresse.HTML, article 3", "fonds", "image.png"}

    again, outcomes = run(tmp_path, make_settings(), one, states=states(first))
    assert documents(again) == []
    assert "rien de nouveau" in str(outcomes["fonds"].message)
    assert "3 entrées mises de côté" in str(outcomes["fonds"].message)
    assert outcomes["fonds"].state is HealthState.LIVELY
    (folder / "article.html").write_text(ARTICLE.format(title="Page revue"), encoding="utf-8")
    third, _ = run(tmp_path, make_settings(), one, states=states(first))
    assert [d.title for d in documents(third)] == ["Page revue"]


def test_archives_of_which_nothing_can_be_read_say_so_at_every_crawl(tmp_path, make_settings):
    folder = tmp_path / "archives"
    folder.mkdir()
    for name in ("une.png", "deux.png"):
        (folder / name).write_bytes(b"\x89PNG rien a lire")
    one = source("fonds", str(folder), SourceKind.FILES)
    first, outcomes = run(tmp_path, make_settings(), one)
    again, later = run(tmp_path, make_settings(), one, states=states(first))
    for outcome in (outcomes["fonds"], later["fonds"]):
        assert outcome.state is HealthState.WRONG_FORMAT
        assert str(outcome.message).startswith("aucun document : 2 entrées mises de côté")
    assert not [one for one in again if isinstance(one, Reject)]
    (folder / "article.html").write_text(ARTICLE.format(title="Une page"), encoding="utf-8")
    third, outcomes = run(tmp_path, make_settings(), one, states=states(first))
    assert [d.title for d in documents(third)] == ["Une page"]
    assert outcomes["fonds"].state is HealthState.LIVELY


def test_an_archive_that_is_not_there_is_one_line(tmp_path, make_settings):
    one = source("fonds", str(tmp_path / "rien"), SourceKind.FILES)
    _, outcomes = run(tmp_path, make_settings(), one)
    assert outcomes["fonds"].state is HealthState.UNREACHABLE
    assert "rien" in str(outcomes["fonds"].message)


def test_an_exported_agenda_is_read_from_its_file(tmp_path, make_settings, examples):
    one = source("agenda", str(examples / "openagenda" / "removed.json"), SourceKind.OPENAGENDA)
    records, _ = run(tmp_path, make_settings(), one)
    assert [d.title for d in documents(records)] == ["Troc de graines"]


def test_a_page_tells_at_which_other_address_it_stands(web, tmp_path, make_settings):
    page = ARTICLE.format(title="Le fournil")
    own = web.url("/fournil")
    web.serve(
        "/rubrique/fournil", page.replace("<head>", f'<head><link rel="canonical" href="{own}">')
    )
    feed = web.serve("/flux", rss(("Le fournil", web.url("/rubrique/fournil"))))
    records, _ = run(tmp_path, make_settings(), source("flux", feed))
    (found,) = documents(records)
    assert found.also == (identity.document_id(own),)
