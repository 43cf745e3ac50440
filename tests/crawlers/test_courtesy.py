"""What the sites that are visited ask for, and how it is heeded."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import archive, crawl, process, reservations, spool
from tests.crawlers.conftest import serving
from tests.crawlers.test_crawl import ARTICLE, documents, rss, run, source, states
from vigie.records import Access, HealthState, HttpState, Reservations, SourceKind
from vigie.settings import Crawler


def asked(web, path: str) -> int:
    return web.paths().count(path)


# --- how often ---------------------------------------------------------------------------


def test_by_default_requests_to_one_host_are_two_seconds_apart_and_never_in_step(
    web, tmp_path, make_settings
):
    for name in ("un", "deux"):
        web.serve(f"/{name}", ARTICLE.format(title=name))
    feeds = [
        source(name, web.serve(f"/rss-{name}", rss((name, web.url(f"/{name}")))))
        for name in ("un", "deux")
    ]
    _, outcomes = run(tmp_path, make_settings(delay=2.0, source_timeout=90.0), *feeds)
    assert {one.state for one in outcomes.values()} == {HealthState.LIVELY}
    gaps = [after - before for before, after in zip(web.moments, web.moments[1:], strict=False)]
    # robots.txt and the site's mining policy are asked for like anything else.
    assert len(gaps) == 5
    assert min(gaps) >= 2.0
    assert max(gaps) - min(gaps) > 0.05


def test_hosts_do_not_wait_for_one_another(tmp_path, make_settings):
    with serving("127.0.0.1") as one, serving("127.0.0.2") as other:
        feeds = [
            source(site.host, site.serve("/rss", rss(("Une", "")), "text/xml"))
            for site in (one, other)
        ]
        allowed = ("127.0.0.1", "127.0.0.2")
        run(tmp_path, make_settings(delay=1.0, allow_private_hosts=allowed), *feeds)
        assert abs(one.moments[-1] - other.moments[-1]) < 1.5


@pytest.mark.parametrize(("delay", "robots"), [(0.8, ""), (0.1, "Crawl-delay: 0.8")])
def test_a_host_to_which_another_redirects_is_spaced_like_any(
    tmp_path, make_settings, delay, robots
):
    with serving("127.0.0.3") as host, serving("127.0.0.4") as other:
        host.serve("/robots.txt", f"User-agent: *\n{robots}\n", "text/plain")
        for n in range(6):
            host.serve(f"/{n}", ARTICLE.format(title=n))
            other.status(f"/r{n}", 302, Location=host.url(f"/{n}"))
        led = [(f"r{n}", other.url(f"/r{n}")) for n in range(3)]
        own = [(f"{n}", host.url(f"/{n}")) for n in range(3, 6)]
        feeds = (
            source("led", other.serve("/rss", rss(*led), "text/xml")),
            source("own", host.serve("/rss", rss(*own), "text/xml")),
        )
        allowed = (host.host, other.host)
        records, _ = run(tmp_path, make_settings(delay=delay, allow_private_hosts=allowed), *feeds)
        assert [one.excerpt for one in documents(records)] == [False] * 6
        assert host.spacing() >= 0.8


def test_a_host_that_asks_for_hours_when_another_led_to_it_is_left_alone(tmp_path, make_settings):
    with serving("127.0.0.3") as host, serving("127.0.0.4") as other:
        host.status("/busy", 429, Retry_After="7200")
        other.status("/r", 302, Location=host.url("/busy"))
        for n in range(12):
            host.serve(f"/{n}", ARTICLE.format(title=n))
        items = [("r", other.url("/r")), *((f"{n}", host.url(f"/{n}")) for n in range(12))]
        feed = source("presse", other.serve("/rss", rss(*items), "text/xml"))
        allowed = (host.host, other.host)
        run(tmp_path, make_settings(delay=0.3, allow_private_hosts=allowed), feed)
        # One request may be on its way when the answer comes.
        assert len(host.paths()[host.paths().index("/busy") + 1 :]) <= 1


def test_a_site_that_asks_for_hours_is_asked_nothing_more_in_this_crawl(
    web, tmp_path, make_settings
):
    pages = [(f"Page {n}", web.status(f"/page-{n}", 429, Retry_After="7200")) for n in range(20)]
    feed = source("presse", web.serve("/rss", rss(*pages), "text/xml"))
    other = source("autre", web.serve("/autre", rss(("Une", "")), "text/xml"))
    records, outcomes = run(tmp_path, make_settings(delay=0.2), feed, other)
    assert sum(path.startswith("/page-") for path in web.paths()) == 1
    outcome = outcomes["presse"]
    assert outcome.state is HealthState.LIVELY
    assert "7200" in str(outcome.message)
    assert outcome.not_before is not None
    assert timedelta(hours=1.9) < outcome.not_before - outcome.at <= timedelta(hours=2)
    assert {one.excerpt for one in documents(records, "presse")} == {True}


def test_a_site_is_left_alone_for_a_day_at_most(tmp_path, make_settings):
    said = {"999999999": 24, "9" * 400: 24, "Wed, 01 Jan 2098 00:00:00 GMT": 24, "3600": 1}
    with ExitStack() as stack:
        sites = [stack.enter_context(serving(f"127.0.0.{n}")) for n in range(2, 2 + len(said))]
        feeds = [
            source(f"s{hours}-{n}", site.status("/rss", code, Retry_After=asks))
            for n, (site, code, (asks, hours)) in enumerate(
                zip(sites, (503, 500, 403, 429), said.items(), strict=True)
            )
        ]
        allowed = tuple(site.host for site in sites)
        _, outcomes = run(tmp_path, make_settings(allow_private_hosts=allowed), *feeds)
        for site, (name, outcome) in zip(sites, sorted(outcomes.items()), strict=False):
            hours = int(name[1:].partition("-")[0])
            assert outcome.state in {HealthState.UNREACHABLE, HealthState.BLOCKED}
            assert outcome.not_before - outcome.at == timedelta(hours=hours)
            assert asked(site, "/rss") == 1


@pytest.mark.parametrize("code", [401, 403, 429, 200])
def test_a_page_that_is_refused_is_asked_for_again_at_a_later_crawl(
    web, tmp_path, make_settings, code
):
    wall = b"<html><title>Just a moment...</title></html>"
    names = ("un", "deux")
    for name in names:
        web.status(f"/{name}", code, wall, Content_Type="text/html")
    items = [(name, web.url(f"/{name}")) for name in names]
    feed = source("presse", web.serve("/rss", rss(*items), "text/xml", ETag='"a"'))
    records, outcomes = run(tmp_path, make_settings(), feed)
    assert [(one.excerpt, one.text) for one in documents(records)] == [(True, "Brève du jour.")] * 2
    assert outcomes["presse"].state is HealthState.LIVELY
    assert "2 pages refusées" in str(outcomes["presse"].message)
    # Only « too many requests » passes within a crawl.
    assert {asked(web, f"/{name}") for name in names} == {2 if code == 429 else 1}

    for name in names:
        web.serve(f"/{name}", ARTICLE.format(title=name))
    again, outcomes = run(tmp_path, make_settings(), feed, states=states(records))
    assert [one.excerpt for one in documents(again)] == [False, False]
    assert "refusée" not in str(outcomes["presse"].message)
    last, outcomes = run(tmp_path, make_settings(), feed, states=states(records + again))
    assert (documents(last), outcomes["presse"].not_modified) == ([], True)


# --- « not modified » -----------------------------------------------------------------------


def test_not_modified_is_not_believed_when_nobody_asked(web, tmp_path, make_settings):
    feed = source("presse", web.status("/rss", 304))
    _, outcomes = run(tmp_path, make_settings(), feed)
    assert outcomes["presse"].state is HealthState.UNREACHABLE
    assert "304" in str(outcomes["presse"].message)


def test_a_server_that_hides_its_news_behind_304_is_asked_for_the_whole_a_week_later(
    web, tmp_path, make_settings
):
    feed = source("presse", web.serve("/rss", rss(("Une", "")), "text/xml", ETag='"a"'))
    begun = datetime(2026, 3, 2, 7, tzinfo=UTC)
    records, _ = run(tmp_path, make_settings(), feed, now=begun)
    # A new entry waits, under the same ETag.
    web.serve("/rss", rss(("Une", ""), ("Deux", "")), "text/xml", ETag='"a"')
    soon, outcomes = run(
        tmp_path, make_settings(), feed, states=states(records), now=begun + timedelta(hours=8)
    )
    assert outcomes["presse"].not_modified
    (known,) = [one for one in states(soon) if one.url == feed.url]
    assert (known.unchanged, known.whole_at < known.checked_at) == (1, True)
    found, outcomes = run(
        tmp_path, make_settings(), feed, states=[known], now=begun + timedelta(weeks=1)
    )
    assert not outcomes["presse"].not_modified
    assert {one.title for one in documents(found)} == {"Une", "Deux"}
    assert "If-None-Match" not in web.asked[-1][1]


def test_after_a_failure_the_whole_is_asked_for(web, tmp_path, make_settings):
    feed = source("presse", web.status("/rss", 500))
    now = datetime(2026, 3, 2, 7, tzinfo=UTC)
    known = HttpState(url=feed.url, source_id=feed.id, etag='"a"', checked_at=now, whole_at=now)
    records, _ = run(tmp_path, make_settings(), feed, states=[known], now=now)
    (doubted,) = states(records)
    assert (doubted.url, doubted.etag) == (feed.url, None)


# --- text and data mining -------------------------------------------------------------------

HEADERS = {
    "noai": {"X-Robots-Tag": "noindex, noai"},
    "ours": {"X-Robots-Tag": "vigie: noai"},
    "header": {"tdm-reservation": "1"},
}
HEADS = {
    "meta": '<meta name="tdm-reservation" content="1">',
    "robots": "<meta content='noai, noimageai' name=robots>",
}
WAYS = (*HEADERS, *HEADS, "file")


def test_reserved_articles_are_known_by_what_their_feed_says_alone(web, tmp_path, make_settings):
    for way in (*WAYS, "free"):
        page = ARTICLE.format(title=way).replace("<head>", "<head>" + HEADS.get(way, ""))
        web.serve(f"/{way}", page, **HEADERS.get(way, {}))
    rules = [{"location": "/file", "tdm-reservation": 1, "tdm-policy": "https://a.example"}]
    web.serve("/.well-known/tdmrep.json", json.dumps(rules), "application/json")
    items = [(way, web.url(f"/{way}")) for way in (*WAYS, "free")]
    feed = source("presse", web.serve("/rss", rss(*items), "text/xml"))

    records, outcomes = run(tmp_path, make_settings(), feed)
    found = {one.title: one for one in documents(records)}
    free = found.pop("free")
    assert (free.access, free.excerpt) == (Access.OPEN, False)
    assert found.keys() == set(WAYS)
    for one in found.values():
        assert (one.access, one.excerpt, one.text) == (Access.RESERVED, True, "Brève du jour.")
    assert "6 textes réservés" in str(outcomes["presse"].message)
    again, _ = run(tmp_path, make_settings(), feed, states=states(records))
    assert {asked(web, f"/{way}") for way in WAYS} == {1}
    assert asked(web, "/.well-known/tdmrep.json") == 1
    assert documents(again) == []

    agreed = replace(feed, reservations=Reservations.RECORD)
    everywhere = make_settings(reservations=Reservations.RECORD)
    for limits, one in ((make_settings(), agreed), (everywhere, feed)):
        records, _ = run(tmp_path, limits, one)
        found = {one.title: one for one in documents(records) if one.title != "free"}
        assert {(one.access, one.excerpt) for one in found.values()} == {(Access.RESERVED, False)}
        assert all("quinzaine de bénévoles" in one.text for one in found.values())


def test_a_reserved_feed_is_left_alone_and_says_why(web, tmp_path, make_settings):
    feed = source("presse", web.serve("/rss", rss(("Une", "")), "text/xml", tdm_reservation="1"))
    plan = source("agenda", web.serve("/page", "<p>x</p>", tdm_reservation="1"), SourceKind.LISTING)
    records, outcomes = run(tmp_path, make_settings(), feed, plan)
    assert documents(records) == []
    assert {one.state for one in outcomes.values()} == {HealthState.BLOCKED}
    assert all("réserve" in str(one.message) for one in outcomes.values())

    folder, spooled = tmp_path / "archive", tmp_path / "record.jsonl"
    recording = make_settings(reservations=Reservations.RECORD)
    crawl([feed], (), recording, spooled, folder)
    (article,) = documents(list(spool.read(spooled)))
    (again,) = archive.reread(folder, {feed.id: feed})
    assert (article.access, again.access) == (Access.RESERVED, Access.RESERVED)


@pytest.mark.parametrize(
    ("path", "reserved"),
    [
        ("/", False),
        ("/presse/une", True),
        ("/presse/libre/une", False),
        ("/img/a.jpg", True),
        ("/img/a.jpg?x", False),
        ("/été", True),
        ("/%C3%A9t%C3%A9/2", True),
    ],
)
def test_the_longest_rule_that_matches_an_address_decides(path, reserved):
    rules = reservations.read_rules(
        json.dumps(
            [
                {"location": "/presse", "tdm-reservation": 1},
                {"location": "/presse/libre", "tdm-reservation": 0},
                {"location": "/*.jpg$", "tdm-reservation": "1"},
                {"location": "/été", "tdm-reservation": 1},
                {"location": 3},
                "x",
            ]
        )
    )
    assert reservations.read_rules(reservations.dump_rules(rules)) == rules
    assert reservations.is_reserved(f"https://a.example{path}", (), b"", rules) is reserved


def test_a_page_goes_before_its_header_and_that_before_the_site():
    everything = {"/": True}
    page = b'<meta name="tdm-reservation" content="0">'
    assert reservations.is_reserved("http://a.example/", (), b"", everything)
    assert not reservations.is_reserved(
        "http://a.example/", (("TDM-Reservation", "0"),), b"", everything
    )
    assert not reservations.is_reserved(
        "http://a.example/", (("TDM-Reservation", "1"),), page, everything
    )
    others = (("X-Robots-Tag", "otherbot: noai"), ("X-Robots-Tag", "noindex"))
    assert not reservations.is_reserved("http://a.example/", others, b"", {})


@pytest.mark.parametrize("content", ["", "<html>", "[" * 100_000, '{"location": 1}', "null", "3"])
def test_a_file_that_is_no_policy_reserves_nothing(content):
    assert reservations.read_rules(content) == {}


@pytest.mark.parametrize("code", [503, 429])
def test_a_site_whose_robots_txt_is_broken_is_asked_nothing_else(tmp_path, make_settings, code):
    with serving("127.0.0.3") as host:
        host.status("/robots.txt", code, Retry_After="7200")
        host.serve("/rss", rss(("Une", host.url("/une"))), "text/xml")
        one = source("presse", host.url("/rss"))
        _, outcomes = run(tmp_path, make_settings(allow_private_hosts=(host.host,)), one)
        assert set(host.paths()) == {"/robots.txt"}
        outcome = outcomes["presse"]
        assert outcome.state is HealthState.UNREACHABLE
        assert "robots.txt" in str(outcome.message)
        assert str(code) in str(outcome.message)
        assert outcome.not_before - outcome.at == timedelta(hours=2)


def test_a_robots_txt_that_drips_is_no_permission(tmp_path, make_settings):
    def drip(request) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"#")
            time.sleep(0.1)

    with serving("127.0.0.3") as host:
        host.routes["/robots.txt"] = drip
        host.serve("/rss", rss(("Une", host.url("/une"))), "text/xml")
        one = source("presse", host.url("/rss"))
        limits = make_settings(allow_private_hosts=(host.host,), timeout=1.0)
        _, outcomes = run(tmp_path, limits, one)
        assert set(host.paths()) == {"/robots.txt"}
        assert outcomes["presse"].state is HealthState.SLOW
        assert "robots.txt" in str(outcomes["presse"].message)


def test_a_robots_txt_that_is_huge_or_has_no_end_is_obeyed(tmp_path, make_settings):
    rules = b"User-agent: *\nDisallow: /rss\n" + b"# rien\n" * 800_000

    def endless(request) -> None:
        request.send_response(200)
        request.end_headers()
        request.wfile.write(rules)
        while True:
            request.wfile.write(rules[-7000:])

    with serving("127.0.0.2") as huge, serving("127.0.0.3") as long:
        huge.serve("/robots.txt", rules, "text/plain")
        long.routes["/robots.txt"] = endless
        both = [
            source(name, site.serve("/rss", rss(("Une", "")), "text/xml"))
            for name, site in (("huge", huge), ("long", long))
        ]
        allowed = (huge.host, long.host)
        _, outcomes = run(tmp_path, make_settings(allow_private_hosts=allowed), *both)
        assert [site.paths() for site in (huge, long)] == [["/robots.txt"]] * 2
        assert {outcome.state for outcome in outcomes.values()} == {HealthState.BLOCKED}


def test_a_page_that_two_sources_announce_is_asked_once(web, tmp_path, make_settings):
    web.serve("/une", ARTICLE.format(title="Une"))
    one = source("un", web.serve("/rss1", rss(("Une", web.url("/une"))), "text/xml"))
    two = source("deux", web.serve("/rss2", rss(("Une", web.url("/une?utm_source=x"))), "text/xml"))
    records, _ = run(tmp_path, make_settings(), one, two)
    assert asked(web, "/une") + asked(web, "/une?utm_source=x") == 1
    assert [one.excerpt for one in documents(records)] == [False, False]


@pytest.mark.parametrize(("asked", "given"), [(90.0, 90.0), (500.0, 120.0)])
def test_a_crawl_delay_is_honoured_as_far_as_a_source_has_time_for_it(asked, given):
    assert min(asked, process.longest_crawl_delay(Crawler())) == given
