"""Pages that are edited while nothing that announces them changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from flows import steps
from storage import documents, open_store
from tests.crawlers.conftest import serving
from tests.crawlers.test_crawl import ARTICLE, rss, source
from tests.flows.test_courtesy import workspace
from vigie.records import SourceKind

if TYPE_CHECKING:
    from flows.intake import TakenIn

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
DATED = '<head><meta property="article:published_time" content="2026-03-09T09:00:00+01:00">'
LISTING = '<html><body><main>{links}</main><a href="/contact">Contact</a></body></html>'


def page(title: str, more: str = "", text: str = ARTICLE) -> str:
    found = text.format(title=title).replace("<head>", DATED)
    return found.replace("</article>", f"<p>{more}</p></article>")


@pytest.fixture
def web():
    with serving() as site:
        yield site


@pytest.fixture
def watch(web, tmp_path):
    """A listing, a feed and a sitemap, each with pages; what they announce never changes."""
    for name in ("un", "deux", "trois", "quatre"):
        web.serve(f"/actu/{name}-article-du-jour", page(f"Article {name}"), ETag=f'"{name}"')
    links = "".join(
        f'<h2><a href="/actu/{name}-article-du-jour">Article {name}</a></h2>'
        for name in ("un", "deux")
    )
    third, fourth = (web.url(f"/actu/{name}-article-du-jour") for name in ("trois", "quatre"))
    sitemap = f"<urlset><url><loc>{fourth}</loc></url></urlset>"
    feed = rss(("Article trois", third)).replace("03 Mar", "09 Mar")
    found = workspace(
        tmp_path,
        source(
            "liste",
            web.serve("/actu", LISTING.format(links=links), ETag='"l"'),
            SourceKind.LISTING,
            links="h2 a",
        ),
        source("flux", web.serve("/rss", feed, "text/xml", ETag='"f"')),
        source("plan", web.serve("/plan.xml", sitemap, "text/xml"), SourceKind.SITEMAP),
    )
    store = open_store(found.storage.url, tmp_path)
    assert steps.crawl(found, store, now=NOW).taken.new == 4
    web.asked.clear()
    yield found, store
    store.close()


def crawl(watch, after: timedelta) -> TakenIn:
    return steps.crawl(*watch, now=NOW + after).taken


def stored(watch, title: str):
    with watch[1].reading() as c:
        found = documents.load(c, documents.unread(c, 99))
        (found,) = [one for one in found if one.title == title]
        return found, documents.revisions(c, found.id)


def articles(web) -> list[str]:
    return [path.removeprefix("/actu/").split("-")[0] for path in web.paths() if "-article" in path]


def test_an_edit_is_seen_though_nothing_announces_it_and_keeps_the_first_date(web, watch):
    for name in ("un", "quatre"):
        text = page(f"Article {name}", "Ajout : la soupe devient payante.").replace("-09T", "-10T")
        web.serve(f"/actu/{name}-article-du-jour", text, ETag=f'"{name}-revu"')
    web.serve("/actu/trois-article-du-jour", page("Les Copeaux ferment"), ETag='"b"')
    cut = re.sub(r" dans l’ancienne.*</p>", ".</p>", page("Article deux"), flags=re.DOTALL)
    web.serve("/actu/deux-article-du-jour", cut, ETag='"c"')
    assert crawl(watch, timedelta(hours=4)).revised == 0
    assert articles(web) == []
    taken = crawl(watch, timedelta(days=1, hours=1))
    assert (taken.new, taken.revised) == (0, 4)
    assert sorted(articles(web)) == ["deux", "quatre", "trois", "un"]
    asked = [headers for path, headers in web.asked if "-article" in path]
    assert all("If-None-Match" in headers for headers in asked)
    for name in ("un", "quatre"):
        found, before = stored(watch, f"Article {name}")
        assert "devient payante" in found.text
        assert found.published_at == datetime(2026, 3, 9, 8, tzinfo=UTC)
        assert len(before) == 1
        assert "devient payante" not in before[0][2]
    found, before = stored(watch, "Article deux")
    assert 0 < 2 * len(found.text) < len(before[0][2])
    assert stored(watch, "Les Copeaux ferment")[1][0][1] == "Article trois"
    again = steps.reread(*watch)
    assert (again.new, again.revised) == (0, 0)


def test_what_has_taken_the_place_of_an_article_is_no_edit_of_it(web, watch):
    web.status("/actu/un-article-du-jour", 302, Location=web.url("/"))
    web.serve("/", page("La Gazette"))
    gone = (
        "<html><head><title>Page introuvable</title></head><body><h1>Page introuvable</h1>"
        "<p>Cette page n’existe plus, ou a été déplacée. Retournez à l’accueil.</p></body></html>"
    )
    web.serve("/actu/deux-article-du-jour", gone)
    web.status("/actu/trois-article-du-jour", 410)
    web.serve("/actu/quatre-article-du-jour", page("Article quatre"))
    assert crawl(watch, timedelta(days=2)).revised == 0
    assert sorted(articles(web)) == ["deux", "quatre", "trois", "un"]
    for name in ("un", "deux", "trois", "quatre"):
        assert "quinzaine de bénévoles" in stored(watch, f"Article {name}")[0].text

    web.asked.clear()
    for name in ("un", "deux"):
        web.status(f"/actu/{name}-article-du-jour", 429, Retry_After="7200")
    report = steps.crawl(*watch, now=NOW + timedelta(days=5))
    assert len([one for one in articles(web) if one in {"un", "deux"}]) == 1
    asked_for = {one.source_id: one.not_before for one in report.outcomes}
    assert asked_for["liste"] >= NOW + timedelta(days=5, hours=2)
