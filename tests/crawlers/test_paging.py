from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import paging, spool, walls
from crawlers.answers import Failure, Fetched
from crawlers.articles import Articles
from crawlers.conclusions import NOTHING_NEW, conclude, mismatched
from crawlers.guard import Guard
from crawlers.once import Once
from crawlers.policies import Policies
from crawlers.progress import Progress
from crawlers.resource import Place, Reading, Resource
from crawlers.spider import Crawl
from crawlers.spool import Writer
from tests.crawlers.test_crawl import ARTICLE, documents, run, source, states
from vigie.records import HealthState, Message, Outcome, Reservations, SourceKind

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
        ('<nav aria-label="Pagination"><a href="?page=1">1</a><a href="?p=2" aria-current="page">2</a><a href="?page=3">3</a></nav>', "?page=3"),
        ('<ul class="pager"><li><a href="?p=1">1</a><li class="active"><a href="?p=2">2</a><li><a href="?page=3">3</a></ul>', "?page=3"),
        ('<ul class="pager"><a href="?page=0">1</a><a href="?page=3">2</a><a href="?page=9">9</a></ul>', "?page=3"),
        ('<ul class="pager"><a href="?page=1">1</a> … <a href="?page=9">9</a> 10</ul>', None),
        ('<p><a href="?page=1">1</a> <a href="?page=3">Page suivante</a></p>', "?page=3"),
        ('<base href="/actus/archives/"><a rel="next" href="../?page=3">3</a>', "?page=3"),
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


class ManyAddresses:
    """A site, without the network, of more addresses than one crawl follows."""

    PAGES, PLANS = 65, 70
    AGENDA, INDEX = "https://oa.example/v2/agendas/1/events", "https://plans.example/plans.xml"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def fetch(self, url, *_, **__):
        self.asked.append(url)
        if url.startswith(self.AGENDA):
            number = int(url.partition("after%5B%5D=")[2] or 0)
            event = {"uid": number, "title": {"fr": f"Soirée {number}"}}
            after = [number + 1] if number + 1 < self.PAGES else None
            body = json.dumps({"events": [event], "after": after})
        elif url == self.INDEX:
            listed = (
                f"<sitemap><loc>/plan-{n}</loc><lastmod>2026-{1 + n // 28:02}-{1 + n % 28:02}"
                "</lastmod></sitemap>"
                for n in range(self.PLANS)
            )
            body = f"<sitemapindex>{''.join(listed)}</sitemapindex>"
        elif "/plan-" in url:
            body = "<urlset></urlset>"
        else:
            return Failure(state=HealthState.UNREACHABLE, message=NOTHING_NEW, lasting=True)
        return Fetched(url=url, body=body.encode(), charset=None, etag=None, last_modified=None)

    def crawl(self, path, sources, known):
        """Crawl in this very process; return the records, and the plans that were asked."""
        self.asked.clear()
        writer, guard = Writer(path), Guard(())
        policies = Policies(self, writer, known, Reservations.OBEY)
        by_url = {(state.source_id, state.url): state for state in known}
        shared = {"fetcher": self, "writer": writer, "states": by_url, "policies": policies}
        place = Place(
            folder=path.parent, communes=frozenset(), timeout=1.0, is_allowed=guard.allows
        )
        articles = Articles(**shared, once=Once(self))
        work = Crawl(**shared, articles=articles, source_timeout=60, place=place, guard=guard)
        for one in sources:
            asyncio.run(work.run(one))
        writer.close()
        return list(spool.read(path)), {url for url in self.asked if "/plan-" in url}


def test_what_one_crawl_does_not_reach_is_read_by_the_next(tmp_path):
    site = ManyAddresses()
    both = (
        source("oa", site.AGENDA, SourceKind.OPENAGENDA),
        source("plans", site.INDEX, SourceKind.SITEMAP),
    )
    first, read = site.crawl(tmp_path / "un.jsonl", both, ())
    assert len(documents(first)) == 60
    assert {f"https://plans.example/plan-{n}" for n in range(50, site.PLANS)} < read
    assert len(read) == 59
    said = [str(one.message) for one in first if isinstance(one, Outcome)]
    assert all("il en reste" in message for message in said)

    second, again = site.crawl(tmp_path / "deux.jsonl", both, states(first))
    assert [d.title for d in documents(second)] == [f"Soirée {n}" for n in range(60, site.PAGES)]
    assert (len(read | again), read & again) == (site.PLANS, set())
    assert not any("il en reste" in str(o.message) for o in second if isinstance(o, Outcome))
    known = {(one.source_id, one.url): one for one in (*states(first), *states(second))}
    # What is removed or changed meanwhile is asked for from the first of these crawls on.
    (begun,) = {s.checked_at for s in states(first) if s.source_id == "oa" and s.content}
    assert known["oa", site.AGENDA].checked_at == begun
    assert not known["oa", f"{site.AGENDA}#left"].content


class ManyIndexes(ManyAddresses):
    """A sitemap index of more indexes than one crawl reads addresses, each with some sitemaps."""

    INDEXES, EACH = 65, 2

    async def fetch(self, url, *_, **__):
        index, _, number = url.rpartition("/")[2].partition("-")
        if url == self.INDEX:
            inner = [f"/index-{n}" for n in range(self.INDEXES)]
        elif index == "index":
            inner = [f"/plan-{number}-{n}" for n in range(self.EACH)]
        else:
            return await super().fetch(url)
        self.asked.append(url)
        listed = (f"<sitemap><loc>{one}</loc></sitemap>" for one in inner)
        body = f"<sitemapindex>{''.join(listed)}</sitemapindex>".encode()
        return Fetched(url=url, body=body, charset=None, etag=None, last_modified=None)


def test_what_stands_behind_many_indexes_has_its_turn_though_they_alone_fill_a_crawl(tmp_path):
    site, known, read, crawls = ManyIndexes(), {}, set(), 0
    one = source("plans", site.INDEX, SourceKind.SITEMAP)
    while len(read) < site.INDEXES * site.EACH:
        records, plans = site.crawl(tmp_path / f"{crawls}.jsonl", (one,), known.values())
        assert len(plans) > 15
        assert len(site.asked) <= 60 + 2  # robots.txt and the site's policy aside
        known |= {(state.source_id, state.url): state for state in states(records)}
        read |= plans
        crawls += 1
        assert crawls < 15


class OneCalendar(ManyAddresses):
    """A calendar, without the network, that is changed between two crawls."""

    URL = "https://halle.example/agenda.ics"

    async def fetch(self, url, *_, **__):
        if url != self.URL:
            return await super().fetch(url)
        body = f"BEGIN:VCALENDAR\n{self.events}{self.end}"
        return Fetched(url=url, body=body.encode(), charset=None, etag=None, last_modified=None)

    def taken_back(self, path, before, after, end="END:VCALENDAR\n"):
        """Return the titles and days, from today, of the events taken back by the second."""
        one = source("halle", self.URL, SourceKind.CALENDAR)
        self.events, self.end = "".join(before), "END:VCALENDAR\n"
        first, _ = self.crawl(path / "avant.jsonl", (one,), ())
        self.events, self.end = "".join(after), end
        second, _ = self.crawl(path / "apres.jsonl", (one,), states(first))
        stored = {document.id: document for document in documents(first)}
        gone = [stored[one.id] for one in documents(second) if one.withdrawn]
        today = datetime.now(UTC).date()
        return {(one.title, (one.event.start.date() - today).days) for one in gone}


def vevent(title, day, *more, uid=None):
    lines = ("BEGIN:VEVENT", f"UID:{uid or title}", f"SUMMARY:{title}", f"DTSTART:{noon(day)}")
    return "\n".join((*lines, *more, "END:VEVENT", ""))


def noon(day):
    return f"{datetime.now(UTC) + timedelta(days=day):%Y%m%d}T120000Z"


NEAR, FAR = vevent("Près", 1), vevent("Loin", 40)
FINITE = vevent("Cours", 2, "RRULE:FREQ=WEEKLY;COUNT=4")
WEEKLY = ("Atelier", 3, "RRULE:FREQ=WEEKLY")


@pytest.mark.parametrize(
    ("before", "after", "gone"),
    [
        ([vevent(*WEEKLY)], [vevent(*WEEKLY, f"EXDATE:{noon(10)}")], {("Atelier", 10)}),
        (
            [vevent(*WEEKLY)],
            [vevent(*WEEKLY), vevent("Atelier", 11, f"RECURRENCE-ID:{noon(10)}")],
            {("Atelier", 10)},
        ),
        ([vevent("Bal", 8)], [vevent("Bal", 9)], {("Bal", 8)}),
        ([vevent("Bal", 8)], [vevent("Bal", 8, uid="neuf")], set()),
        ([vevent("Bal", -8)], [vevent("Bal", -9)], set()),
        ([NEAR, vevent("Bal", 8), FAR], [NEAR, FAR], {("Bal", 8)}),
        ([vevent("Bal", 8), FINITE], [FINITE], {("Bal", 8)}),
        ([NEAR, FAR], [NEAR], set()),
        ([NEAR, vevent("Bal", 50), vevent(*WEEKLY)], [NEAR, vevent(*WEEKLY)], set()),
        ([NEAR, vevent("Bal", 8), FAR], [NEAR, "BEGIN:VEVENT\nEND:VEVENT\n", FAR], set()),
    ],
    ids=[
        "dropped", "moved in a series", "moved", "another UID", "past", "inside",
        "inside a series that ends", "beyond", "beyond beside a series without end", "not all could be read",
    ],
)  # fmt: skip
def test_what_a_calendar_moves_or_drops_is_taken_back(tmp_path, before, after, gone):
    assert OneCalendar().taken_back(tmp_path, before, after) == gone


def test_a_calendar_that_is_cut_takes_nothing_back(tmp_path):
    before, after = [NEAR, vevent("Bal", 8), FAR], [NEAR, vevent("Bal", 9), FAR]
    assert OneCalendar().taken_back(tmp_path, before, after, end="") == set()


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


def titled(title, body="", script=""):
    return f"<html><head><title data-x='1'>{title}</title>{script}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "page",
    [
        titled("Just a moment..."),
        titled("One moment, please...", "Please wait while your request is being verified…"),
        titled("gazette.test", "<p>Please wait while your request is being verified…</p>"),
        titled("Bot Verification", "Verifying that you are not a robot", "<script src=recaptcha>"),
        titled("Pardon Our Interruption"),
        titled("Captcha", "<div class='g-recaptcha'></div>"),
        titled("Attention Required! | Cloudflare"),
        titled("You are being redirected...", "Javascript is required."),
        titled("Vérification de sécurité"),
        titled("V&eacute;rifiez que vous &ecirc;tes humain"),
        titled("", "<iframe src='/_Incapsula_Resource?x=1'>Request unsuccessful.</iframe>"),
        titled("", "", "<script src='/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1'>"),
    ],
)
def test_the_walls_of_many_makers_are_known(page):
    assert walls.is_wall(page.encode())
    assert walls.is_wall(page.encode("cp1252"))


@pytest.mark.parametrize(
    "page",
    [
        ARTICLE,
        titled("Fête du quartier", "<p>Bonjour</p>", "<script>a.src='/cdn-cgi/challenge-platform/"
               "scripts/jsd/main.js'; window.__CF$cv$params={r:1}</script>"),
        titled("Un instant de poésie au musée", "<p>Samedi.</p>"),
        titled("Fête", "<p>Samedi, à la halle. </p>" * 20, "<script src=/_Incapsula_Resource></script>"),
        titled("Captcha : qui lit encore ?", "<p>Vous devez prouver que vous êtes humain. </p>" * 40),
        titled("Contact", "<form>Écrivez-nous<div class='g-recaptcha'></div></form>"),
    ],
)  # fmt: skip
def test_what_stands_behind_a_wall_or_tells_of_one_is_none(page):
    assert not walls.is_wall(page.encode())


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


def test_that_a_source_moved_hides_no_other_trouble():
    one, new = source("ici", "https://halle.example/rss"), "https://halle.example/neuf/"
    answer = Fetched(url=new, body=b"", charset=None, etag=None, last_modified=None, moved_to=new)
    progress = Progress(one, seen=2)
    outcome = conclude(progress, Reading(), answer)
    assert (outcome.state, outcome.documents) == (HealthState.MOVED, 2)
    assert str(outcome.message) == f"a changé d’adresse : remplacez-la par {new}"
    progress.trouble = Message("flux coupé")
    assert str(conclude(progress, Reading(), answer).message).endswith(f"{new} ; flux coupé")

    page = mismatched(one, answer, HealthState.WRONG_FORMAT, Message("page web"))
    assert page.state is HealthState.WRONG_FORMAT
    assert str(page.message).startswith("page web ; ")
    assert new in str(page.message)
    here = replace(answer, moved_to=None)
    said = mismatched(one, here, HealthState.WRONG_FORMAT, Message("page web")).message
    assert str(said) == "page web"
