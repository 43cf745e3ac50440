"""What the sites that are visited ask for, and how it is heeded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers import archive, crawl, reservations, spool
from tests.crawlers.conftest import serving
from tests.crawlers.test_crawl import ARTICLE, documents, rss, run, source, states
from vigie.records import Access, HealthState, Reservations, SourceKind


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


@pytest.mark.parametrize(
    ("said", "hours"),
    [("999999999", 24), ("9" * 400, 24), ("Wed, 01 Jan 2098 00:00:00 GMT", 24), ("3600", 1)],
)
def test_a_site_is_left_alone_for_a_day_at_most(web, tmp_path, make_settings, said, hours):
    feed = source("presse", web.status("/rss", 503, Retry_After=said))
    _, outcomes = run(tmp_path, make_settings(), feed)
    outcome = outcomes["presse"]
    assert outcome.state is HealthState.UNREACHABLE
    assert outcome.not_before - outcome.at == timedelta(hours=hours)
    assert asked(web, "/rss") == 1


# --- « not modified » -----------------------------------------------------------------------


def test_not_modified_is_not_believed_when_nobody_asked(web, tmp_path, make_settings):
    feed = source("presse", web.status("/rss", 304))
    _, outcomes = run(tmp_path, make_settings(), feed)
    assert outcomes["presse"].state is HealthState.UNREACHABLE
    assert "304" in str(outcomes["presse"].message)


def test_after_a_failure_and_after_too_long_a_silence_the_whole_is_asked_for(
    web, tmp_path, make_settings
):
    feed = source(
        "presse", web.serve("/rss", rss(("Une", "")), "text/xml", ETag='"a"'), expected=(500, 900),
        every=timedelta(hours=6),
    )  # fmt: skip
    records, _ = run(tmp_path, make_settings(), feed)
    known = {one.url: one for one in states(records)}
    for unchanged in (1, 2, 3):
        records, outcomes = run(tmp_path, make_settings(), feed, states=known.values())
        assert outcomes["presse"].not_modified
        known |= {one.url: one for one in states(records)}
        assert known[feed.url].unchanged == unchanged
    _, outcomes = run(tmp_path, make_settings(), feed, states=known.values())
    assert not outcomes["presse"].not_modified
    assert "If-None-Match" not in web.asked[-1][1]

    web.status("/rss", 500)
    fresh = [replace(one, unchanged=0) for one in known.values()]
    records, _ = run(tmp_path, make_settings(), feed, states=fresh)
    (doubted,) = states(records)
    assert (doubted.url, doubted.etag) == (feed.url, None)


# --- text and data mining -------------------------------------------------------------------

PAGE = ARTICLE.format(title="Une")
WAYS = {
    "noai": ("X-Robots-Tag", "noindex, noai"),
    "ours": ("X-Robots-Tag", "vigie: noai"),
    "header": ("tdm-reservation", "1"),
}


@pytest.mark.parametrize("way", [*WAYS, "meta", "robots", "file"])
def test_a_reserved_article_is_known_by_what_its_feed_says_alone(way, web, tmp_path, make_settings):
    head = {
        "meta": '<head><meta name="tdm-reservation" content="1">',
        "robots": "<head><meta content='noai, noimageai' name=robots>",
    }.get(way, "<head>")
    headers = dict([WAYS[way]]) if way in WAYS else {}
    web.serve("/une", PAGE.replace("<head>", head), **headers)
    if way == "file":
        rules = [{"location": "/une", "tdm-reservation": 1, "tdm-policy": "https://a.example"}]
        web.serve("/.well-known/tdmrep.json", json.dumps(rules), "application/json")
    feed = source("presse", web.serve("/rss", rss(("Une", web.url("/une"))), "text/xml"))

    records, outcomes = run(tmp_path, make_settings(), feed)
    (article,) = documents(records)
    assert (article.access, article.excerpt, article.text) == (
        Access.RESERVED, True, "Brève du jour.",
    )  # fmt: skip
    assert "TDM" in str(outcomes["presse"].message)
    again, _ = run(tmp_path, make_settings(), feed, states=states(records))
    assert asked(web, "/une") == asked(web, "/.well-known/tdmrep.json") == 1
    assert documents(again) == []

    agreed = replace(feed, reservations=Reservations.RECORD)
    records, _ = run(tmp_path, make_settings(), agreed)
    (article,) = documents(records)
    assert (article.access, article.excerpt) == (Access.RESERVED, False)
    assert "quinzaine de bénévoles" in article.text
    records, _ = run(tmp_path, make_settings(reservations=Reservations.RECORD), feed)
    assert not documents(records)[0].excerpt


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
