from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from crawlers import paging, walls
from crawlers.resource import Resource
from tests.crawlers.test_crawl import ARTICLE, documents, run, source, states
from vigie.records import HealthState, SourceKind

HERE = "http://ville.example/actus/?page=2"


def page(body: str) -> Resource:
    return Resource(
        body=f"<html><body>{body}</body></html>".encode(),
        url=HERE,
        source_id="ville",
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('<a rel="prev" href="?page=1">1</a><a rel="next" href="?page=3">3</a>', "?page=3"),
        ('<div class="pagination"><a href="?page=1">‹</a><a href="?page=3">Suivant ›</a></div>', "?page=3"),
        ('<ul class="pager"><li><a href="?page=1">1</a><li>2<li><a href="?page=3">3</a></ul>', "?page=3"),
        ('<nav aria-label="Pagination" class="pagination"><a href="?page=2">2</a><a href="?page=3">3</a></nav>', "?page=3"),
        ('<a href="/actus/la-saison-suivante">Suivante : la saison</a>', None),
        ('<a rel="next" href="http://ailleurs.example/3">Suivant</a>', None),
        ('<div class="pagination"><a href="?page=1">1</a> 2</div>', None),
    ],
)  # fmt: skip
def test_the_next_page_is_the_one_that_a_reader_would_open(body, wanted):
    found = paging.next_page(page(body))
    assert found == (f"http://ville.example/actus/{wanted}" if wanted else None)


def test_a_site_without_path_is_read_from_the_sitemap_that_robots_names(
    web, tmp_path, make_settings
):
    for name in ("un", "deux"):
        web.serve(f"/{name}", ARTICLE.format(title=f"Numéro {name}"))
    plan = "<urlset><url><loc>{}</loc><lastmod>2026-03-01</lastmod></url></urlset>"
    web.serve("/robots.txt", f"User-agent: *\nSitemap: {web.url('/plan')}\n", "text/plain")
    children = [
        web.serve(f"/{n}.xml.gz", gzip.compress(plan.format(web.url(f"/{n}")).encode()))
        for n in ("un", "deux")
    ]

    def index(last: str) -> None:
        listed = "".join(
            f"<sitemap><loc>{child}</loc><lastmod>{when}</lastmod></sitemap>"
            for child, when in zip(children, ("2026-03-01", last), strict=True)
        )
        web.serve("/plan", f"<sitemapindex>{listed}</sitemapindex>", "text/xml", ETag=f'"{last}"')

    index("2026-03-02")
    one = source("site", web.url("/"), SourceKind.SITEMAP)
    first, outcomes = run(tmp_path, make_settings(), one)
    assert {d.title for d in documents(first)} == {"Numéro un", "Numéro deux"}
    assert outcomes["site"].state is HealthState.LIVELY

    web.asked.clear()
    again, outcomes = run(tmp_path, make_settings(), one, states=states(first))
    assert documents(again) == []
    assert web.paths() == ["/robots.txt", "/plan"] or web.paths() == [
        "/robots.txt", "/robots.txt", "/plan",
    ]  # fmt: skip
    assert "rien de nouveau" in str(outcomes["site"].message)

    web.serve("/trois", ARTICLE.format(title="Numéro trois"))
    web.serve("/deux.xml.gz", plan.format(web.url("/trois")), "text/xml")
    index("2026-03-09")
    third, _ = run(tmp_path, make_settings(), one, states=[*states(first), *states(again)])
    assert {d.title for d in documents(third)} == {"Numéro trois"}


def test_every_sitemap_that_robots_names_is_read_though_the_first_is_unchanged(
    web, tmp_path, make_settings
):
    plan = "<urlset><url><loc>{}</loc><lastmod>2026-03-01</lastmod></url></urlset>"
    for name in ("un", "deux", "trois"):
        web.serve(f"/{name}", ARTICLE.format(title=f"Numéro {name}"))
    plans = [
        web.serve(f"/{n}.xml", plan.format(web.url(f"/{n}")), "text/xml", ETag=f'"{n}"')
        for n in ("un", "deux")
    ]
    named = "".join(f"Sitemap: {url}\n" for url in plans)
    web.serve("/robots.txt", f"User-agent: *\nAllow: /\n{named}", "text/plain")
    one = source("site", web.url("/"), SourceKind.SITEMAP)
    first, _ = run(tmp_path, make_settings(), one)
    assert {d.title for d in documents(first)} == {"Numéro un", "Numéro deux"}
    web.serve("/deux.xml", plan.format(web.url("/trois")), "text/xml", ETag='"3"')
    again, _ = run(tmp_path, make_settings(), one, states=states(first))
    assert [d.title for d in documents(again)] == ["Numéro trois"]


def test_a_sitemap_that_lists_itself_ends(web, tmp_path, make_settings):
    loop = web.url("/plan.xml")
    web.serve(
        "/plan.xml",
        f"<sitemapindex><sitemap><loc>{loop}</loc></sitemap><sitemap><loc>{loop}?2</loc></sitemap>"
        "</sitemapindex>",
        "text/xml",
    )
    web.routes["/plan.xml?2"] = web.routes["/plan.xml"]
    _, outcomes = run(tmp_path, make_settings(), source("site", loop, SourceKind.SITEMAP))
    assert web.paths().count("/plan.xml") == 1
    assert outcomes["site"].message


@pytest.mark.parametrize(
    "chosen", [{"links": "li.item h2"}, {"link_pattern": r"/n/\d+$"}], ids=["css", "pattern"]
)
def test_a_listing_follows_the_links_that_the_source_names(chosen, web, tmp_path, make_settings):
    web.serve("/n/1", ARTICLE.format(title="Le fournil"))
    web.serve(
        "/liste",
        '<ul><li class="item"><h2><a href="/n/1">Pain</a></h2></li></ul>'
        '<p><a href="/une-page-qui-ressemble-a-un-article">Une page qui ressemble à un article</a>',
    )
    one = source("liste", web.url("/liste"), SourceKind.LISTING, **chosen)
    records, _ = run(tmp_path, make_settings(), one)
    assert [d.title for d in documents(records)] == ["Le fournil"]


def test_an_agenda_is_read_to_its_end_with_a_key_that_is_written_nowhere(
    web, tmp_path, make_settings, monkeypatch
):
    monkeypatch.setenv("VIGIE_OPENAGENDA_KEY", "cle-secrete")
    asked = []

    def agenda(request) -> None:
        asked.append((request.path, request.headers.get("key")))
        second = "after" in request.path
        event = {"uid": 2 if second else 1, "title": {"fr": f"Soirée {2 if second else 1}"}}
        event["canonicalUrl"] = f"https://agenda.example/{event['uid']}"
        answer = {"events": [event], "after": None if second else [10, 20]}
        if "removed=1" in request.path:
            # OpenAgenda then gives numbers and moments, of removed events alone.
            answer = {"events": removed, "after": None}
        body = json.dumps(answer).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    class Any(dict):
        def get(self, path, default=None):
            return agenda if path.startswith("/v2/") else default

    removed = []
    web.routes = Any()
    one = source("oa", web.url("/v2/agendas/1/events"), SourceKind.OPENAGENDA)
    records, outcomes = run(tmp_path, make_settings(), one)
    assert [d.title for d in documents(records)] == ["Soirée 1", "Soirée 2"]
    assert outcomes["oa"].documents == 2
    assert {key for _, key in asked} == {"cle-secrete"}
    assert "gte" not in asked[0][0]

    asked.clear()
    again, _ = run(tmp_path, make_settings(), one, states=states(records))
    assert documents(again) == []
    # What was removed is asked for apart: `removed=1` tells of nothing else.
    assert ["removed=1" in path for path, _ in asked] == [False, False, True]
    assert all("updatedAt%5Bgte%5D" in path for path, _ in asked)

    removed.append({"uid": 2, "updatedAt": "2026-03-01T10:00:00.000Z"})
    third, outcomes = run(tmp_path, make_settings(), one, states=states(records))
    (gone,) = documents(third)
    assert (gone.withdrawn, gone.title) == (True, "")
    assert {gone.id} == set(documents(records)[1].also)
    assert outcomes["oa"].documents == 2
    known = {(state.source_id, state.url): state for state in (*states(records), *states(third))}
    removed.clear()
    fourth, _ = run(tmp_path, make_settings(), one, states=known.values())
    assert [(d.title, d.withdrawn) for d in documents(fourth)] == [("Soirée 2", False)]
    written = "".join(path.read_text() for path in tmp_path.glob("spool-*"))
    assert "cle-secrete" not in written


def test_an_event_without_address_is_the_same_at_every_crawl(web, tmp_path, make_settings):
    def agenda(request) -> None:
        second = "after" in request.path
        event = {"uid": 2 if second else 1, "title": {"fr": "Soirée jeux"}}
        body = json.dumps({"events": [event], "after": None if second else [10, 20]}).encode()
        request.send_response(200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    class Any(dict):
        def get(self, path, default=None):
            return agenda if path.startswith("/v2/") else default

    web.routes = Any()
    one = source("oa", web.url("/v2/agendas/1/events"), SourceKind.OPENAGENDA)
    records, _ = run(tmp_path, make_settings(), one)
    assert len({d.id for d in documents(records)}) == 2
    assert {d.url for d in documents(records)} == {one.url}
    again, _ = run(tmp_path, make_settings(), one, states=states(records))
    assert documents(again) == []


def test_a_page_of_verification_blocks_and_is_no_article(web, tmp_path, make_settings):
    wall = (
        "<html><head><title>Just a moment...</title></head><body><p>Vérification</p></body></html>"
    )
    web.serve("/rss", wall)
    _, outcomes = run(tmp_path, make_settings(), source("mur", web.url("/rss")))
    assert outcomes["mur"].state is HealthState.BLOCKED
    assert "captcha" in str(outcomes["mur"].message)
    assert not walls.is_wall(ARTICLE.encode())


def test_a_source_that_moved_for_good_is_asked_where_it_is(web, tmp_path, make_settings):
    body = "<rss version='2.0'><channel><item><title>Une</title><description>x</description></item></channel></rss>"
    web.serve("/neuf", body, "text/xml", ETag='"a"')
    web.status("/vieux", 301, Location=web.url("/neuf"))
    one = source("ici", web.url("/vieux"))
    records, _ = run(tmp_path, make_settings(), one)
    web.asked.clear()
    web.status("/vieux", 410)
    again, outcomes = run(tmp_path, make_settings(), one, states=states(records))
    assert "/vieux" not in web.paths()
    assert outcomes["ici"].state is HealthState.MOVED
    assert outcomes["ici"].not_modified
    assert states(again)[0].unchanged == 1
