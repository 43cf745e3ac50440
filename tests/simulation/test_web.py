"""The simulated web, visited over real HTTP."""

from __future__ import annotations

import csv
import io
import json
import mailbox
import re
import urllib.error
import urllib.request
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import extruct
import feedparser
import icalendar
import pytest

from simulation import serve, write_settings
from vigie import settings

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module")
def web(folder):
    with serve(folder) as running:
        yield running


@pytest.fixture(scope="module")
def published(folder):
    found = {}
    for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        found.setdefault(document["source"], []).append(document)
    return found


def fetch(url, **headers):
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def outlet(web, name):
    return next(o for o in web.outlets if o["id"] == name)


def entry(web, name):
    return fetch(web.entry(outlet(web, name)))[2]


def of_feed(url):
    return {e.link for e in feedparser.parse(fetch(url)[2]).entries}


def of_json_feed(url):
    return {item["url"] for item in json.loads(fetch(url)[2])["items"]}


def of_calendar(url):
    return {str(e["URL"]) for e in icalendar.Calendar.from_ical(fetch(url)[2]).walk("VEVENT")}


def of_agenda(url):
    found, after = set(), 0
    while after is not None:
        page = json.loads(fetch(f"{url}?after={after}&size=50")[2])
        found |= {event["canonicalUrl"] for event in page["events"]}
        after = page["after"][0] if page["after"] else None
    return found


def of_registry(url):
    rows = csv.DictReader(io.StringIO(fetch(url)[2].decode()), delimiter=";")
    return {row["siteweb"] for row in rows}


def of_mailbox(path):
    return {m["Archived-At"].strip("<>") for m in mailbox.mbox(path)}


def of_sitemap(url):
    months = re.findall(r"<loc>(.+?)</loc>", fetch(url)[2].decode())
    return {u for m in months for u in re.findall(r"<loc>(.+?)</loc>", fetch(m)[2].decode())}


def of_listing(url):
    found, page, body = set(), 0, 'rel="next"'
    while 'rel="next"' in body:
        page += 1
        body = fetch(f"{url}?page={page}")[2].decode()
        found |= set(re.findall(r'<h2><a href="(http://[^"]+)"', body))
    return found


READERS = {
    "rss": of_feed,
    "atom": of_feed,
    "jsonfeed": of_json_feed,
    "ical": of_calendar,
    "openagenda": of_agenda,
    "csv": of_registry,
    "mbox": of_mailbox,
    "sitemap": of_sitemap,
    "listing": of_listing,
    "jsonld": of_listing,
}


def test_every_document_is_reachable_from_its_outlets_entry_point(web, published):
    for one in web.outlets:
        found = {web.canonical(link) for link in READERS[one["style"]](web.entry(one))}
        assert found == {d["url"] for d in published[one["id"]]}, one["id"]


def test_every_page_is_served_with_its_text(web, published):
    for one in web.outlets:
        for document in published[one["id"]][:: max(1, len(published[one["id"]]) // 5)]:
            status, _, body = fetch(web.address(document["url"]))
            if one["blocked"]:
                assert status == 403
                continue
            assert status == 200
            text = body.decode().replace("&#x27;", "'").replace("&quot;", '"').replace("&amp;", "&")
            assert document["text"].split("\n")[0] in text


def test_feeds_satisfy_an_independent_parser(web, published):
    for name in ("quotidien", "hebdo", "blog-a", "blog-b", "radio", "grenze", "national"):
        feed = feedparser.parse(entry(web, name))
        assert not feed.bozo
        assert [e.title for e in feed.entries] == [d["title"] for d in published[name]][::-1]


def test_full_text_feeds_carry_whole_texts(web, published):
    feed = feedparser.parse(entry(web, "blog-a"))
    newest = published["blog-a"][-1]
    assert newest["text"].split("\n")[-1] in feed.entries[0].content[0].value


def test_the_calendar_satisfies_an_independent_parser_and_recurs(web, published):
    events = icalendar.Calendar.from_ical(entry(web, "mediatheque")).walk("VEVENT")
    assert len(events) == len(published["mediatheque"])
    assert any("RRULE" in event for event in events)
    by_url = {web.canonical(str(e["URL"])): e for e in events}
    for document in published["mediatheque"]:
        event = by_url[document["url"]]
        assert str(event["SUMMARY"]) == document["title"]
        assert event["DTSTART"].dt == datetime.fromisoformat(document["event_date"])


def test_event_pages_hold_schema_org_events(web, published):
    document = published["sortir"][-1]
    page = fetch(web.address(document["url"]))[2].decode()
    (event,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    assert event["@type"] == "Event"
    assert event["name"] == document["title"]
    assert event["startDate"] == document["event_date"]


def test_json_feed_follows_its_specification(web):
    feed = json.loads(entry(web, "labo"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert all(
        {"id", "url", "content_html", "date_published"} <= set(item) for item in feed["items"]
    )


def test_the_mailbox_holds_dated_letters(web, published):
    letters = list(mailbox.mbox(web.entry(outlet(web, "lettre"))))
    assert len(letters) == len(published["lettre"])
    text = letters[0].get_payload(decode=True).decode()
    assert published["lettre"][0]["text"].split("\n")[1] in text


def test_a_second_request_is_answered_not_modified(web):
    url = web.entry(outlet(web, "quotidien"))
    _, headers, _ = fetch(url)
    assert fetch(url, **{"If-None-Match": headers["ETag"]})[0] == 304
    page = web.address(f"http://127.0.0.11:{web.config['port']}/robots.txt")
    assert fetch(page)[0] == 200


def test_requests_are_logged_with_time_host_path_and_status(web):
    fetch(web.entry(outlet(web, "quotidien")))
    moment, host, path, status = web.log[-1]
    assert (host, path, status) == ("127.0.0.11", "/rss.xml", 200)
    assert (
        (web.folder / "requests.log")
        .read_text(encoding="utf-8")
        .endswith(f"{host} {path} {status}\n")
    )
    assert moment > 0


def test_an_unknown_address_is_not_found(web):
    assert fetch(f"http://127.0.0.11:{web.port}/rien")[0] == 404


# --- the clock ---------------------------------------------------------------------------------


@pytest.fixture
def past(web):
    yield web
    web.now = None


def noon(day):
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), PARIS) + timedelta(
        hours=12
    )


def test_only_what_is_published_by_the_set_hour_is_shown(past, published):
    middle = published["quotidien"][len(published["quotidien"]) // 2]
    past.now = datetime.fromisoformat(middle["date"])
    feed = feedparser.parse(entry(past, "quotidien"))
    assert past.canonical(feed.entries[0].link) == middle["url"]
    assert fetch(past.address(published["quotidien"][-1]["url"]))[0] == 404


def test_an_outage_lasts_its_weeks_and_ends(past):
    start, end = outlet(past, "hebdo")["down"][0]
    past.now = noon(start)
    assert fetch(past.entry(outlet(past, "hebdo")))[0] == 503
    past.now = noon(end)
    assert fetch(past.entry(outlet(past, "hebdo")))[0] == 200


def test_a_feed_moves_for_good(past):
    day, path = outlet(past, "blog-b")["moved"]
    url = past.entry(outlet(past, "blog-b"))
    past.now = noon(day) - timedelta(days=1)
    assert feedparser.parse(fetch(url)[2]).version == "atom10"
    assert fetch(f"http://{outlet(past, 'blog-b')['host']}:{past.port}{path}")[0] == 404
    past.now = noon(day)
    opened = urllib.request.urlopen(url, timeout=5)
    assert opened.url.endswith(path)
    assert feedparser.parse(opened.read()).version == "atom10"


def test_a_feed_changes_its_format_after_a_week_of_html(past):
    radio = outlet(past, "radio")
    versions = []
    for day in (past.config["first_day"], radio["changed"][0]):
        past.now = noon(day)
        versions.append(feedparser.parse(entry(past, "radio")).version)
    assert versions == ["rss20", "atom10"]
    past.now = noon(radio["maintenance"][0][0])
    status, headers, _ = fetch(past.entry(radio))
    assert (status, headers["Content-Type"][:9]) == (200, "text/html")


def test_an_edited_article_gains_a_postscript_later(past):
    lines = (past.folder / "web.jsonl").read_text(encoding="utf-8").splitlines()
    edited = next(d for d in map(json.loads, lines) if d.get("postscript"))
    url = past.address(edited["url"])
    past.now = datetime.fromisoformat(edited["date"])
    before = fetch(url)[2].decode()
    past.now = datetime.fromisoformat(edited["edited"])
    after = fetch(url)[2].decode()
    assert edited["postscript"] not in before
    assert edited["postscript"] in after


def test_the_mailbox_can_be_written_as_of_an_hour(past, published, tmp_path):
    past.now = datetime.fromisoformat(published["lettre"][3]["date"])
    assert past.write_mailbox(outlet(past, "lettre"), tmp_path / "lettre.mbox") == 4
    assert len(mailbox.mbox(tmp_path / "lettre.mbox")) == 4


# --- settings ----------------------------------------------------------------------------------


def test_settings_for_the_web_are_valid_and_complete(web, folder, tmp_path):
    write_settings(folder, tmp_path, web.port)
    loaded = settings.load(tmp_path)
    assert {s.id for s in loaded.sources} == {o["id"] for o in web.outlets}
    assert {s.url for s in loaded.sources} == {web.entry(o) for o in web.outlets}
    assert loaded.watch.territory == ("246700488",)
    assert loaded.crawler.delay < 0.2


def test_settings_can_be_limited_to_some_kinds(folder, tmp_path):
    write_settings(folder, tmp_path, kinds={"feed"})
    assert {s.kind for s in settings.load(tmp_path).sources} == {"feed"}
