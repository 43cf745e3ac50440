from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import (
    calendars,
    dates,
    encoding,
    feeds,
    identity,
    jsonl,
    openagenda,
    pages,
    reading,
    spool,
)
from crawlers.guard import Guard, is_public
from crawlers.resource import Resource
from vigie.errors import InputError
from vigie.records import (
    Document,
    DocumentKind,
    EventDetails,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Reject,
)

NOW = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def read(tmp_path, content: str | bytes, url: str | None = None) -> list[Document]:
    path = tmp_path / "saved"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return reading.read_file(path, url)


def feed(content: str | bytes, url: str = "https://gazette.test/rss"):
    body = content if isinstance(content, bytes) else content.encode()
    return feeds.read(Resource(body=body, url=url, source_id="gazette", fetched_at=NOW))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("mardi 3 mars 2026", "2026-03-03T00:00:00+01:00"),
        ("Publié le 1er août 2025 à 18h30", "2025-08-01T18:30:00+02:00"),
        ("lun., 02 févr. 2026 08:00:00 +0100", "2026-02-02T08:00:00+01:00"),
        ("Sun, 15 Mar 2026 20:00:00 +0000", "2026-03-15T20:00:00+00:00"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00+00:00"),
        ("03/03/2026 10:15", "2026-03-03T10:15:00+01:00"),
        ("3. März 2026", "2026-03-03T00:00:00+01:00"),
        ("25 mars 2026 18:30:05 UTC +0100", "2026-03-25T18:30:05+01:00"),
        ("Sun, 15 Mar 2026 20:00:00 GMT-5", "2026-03-15T20:00:00-05:00"),
        ("Sun, 15 Mar 2026 20:00:00 GMT", "2026-03-15T20:00:00+00:00"),
        ("03-03-2026", "2026-03-03T00:00:00+01:00"),
        ("Publié le 3-3-2026 à 18h30", "2026-03-03T18:30:00+01:00"),
        ("2026-3-3", "2026-03-03T00:00:00+01:00"),
        ("2026/03/03 10:15", "2026-03-03T10:15:00+01:00"),
        ("03-08-12-2026", None),
        ("n’importe quoi", None),
        ("31 février 2026", None),
    ],
)
def test_dates_are_read_as_people_and_programs_write_them(written, day):
    moment = dates.parse(written)
    assert (moment.isoformat() if moment else None) == day


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://WWW.Gazette.test:443/a-b/?utm_source=x&id=3#haut",
        "http://gazette.test/a-b?id=3&fbclid=zz",
        "https://m.gazette.test/a-b/amp/?id=3",
        "https://gazette.test/amp/a-b?id=3",
        "https://gazette.test/a-b?utm_source=x&amp;utm_medium=y&amp;id=3",
        "https://gazette.test/a-b;jsessionid=1F?PHPSESSID=ab12&id=3",
    ],
)
def test_the_addresses_of_one_page_give_one_document(other):
    assert identity.document_id(other) == identity.document_id("https://gazette.test/a-b?id=3")


def test_different_pages_stay_different():
    urls = ["https://gazette.test/?p=1", "https://gazette.test/?p=2", "https://gazette.test/p"]
    assert len({identity.document_id(url) for url in urls}) == 3


def test_impossible_dates_are_refused_and_said(examples):
    entries = feed((examples / "feeds" / "dates.xml").read_bytes()).documents
    told = {entry.title: (entry.published_at, entry.date_note) for entry in entries}
    assert told["An un"][0] is None
    assert "refusée" in told["An un"][1]
    assert told["Trop loin"][0] is None
    assert told["En toutes lettres"][0] == datetime(2026, 3, 3, tzinfo=dates.ZONE)
    assert told["Sans date"] == (None, "aucune date indiquée")


@pytest.mark.parametrize("name", ["rss2.xml", "rdf.xml", "atom.xml", "feed.json"])
def test_every_feed_format_gives_the_same_entry(examples, name):
    (entry,) = feed((examples / "feeds" / name).read_bytes()).documents
    assert entry.title == "L’Établi s’installe à la gare"
    assert entry.url == "https://gazette.test/etabli"
    assert entry.text == "L’Établi, atelier partagé,\nouvre lundi."
    assert entry.published_at == datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def test_entries_that_share_one_address_stay_apart():
    items = "".join(
        f"<item><title>Brève {n}</title><link>https://gazette.test/</link></item>" for n in "abba"
    )
    documents = feed(f"<rss version='2.0'><channel>{items}</channel></rss>").documents
    assert [document.title for document in documents] == ["Brève a", "Brève b"]


def test_a_page_gives_its_article_without_its_author(tmp_path, examples):
    (page,) = read(tmp_path, (examples / "pages" / "article.html").read_bytes())
    assert page.title == "Un four commun pour la rue des Lilas"
    assert page.url == "https://gazette.test/2026/03/05/four"
    assert page.published_at == datetime(2026, 3, 5, 7, 30, tzinfo=UTC)
    assert page.language == "fr"
    assert "quarante familles" in page.text
    assert "Camille" not in page.text
    assert "Inscrivez-vous à la lettre" not in page.text


def test_a_page_that_lists_events_gives_one_document_an_event(tmp_path, examples):
    events = read(tmp_path, (examples / "pages" / "agenda.html").read_bytes(), "https://mjc.test/")
    assert [event.title for event in events] == ["Bal folk", "Atelier vélo", "Atelier vélo"]
    assert len({event.id for event in events}) == 3
    ball = events[0]
    assert ball.kind is DocumentKind.EVENT
    assert ball.url == "https://mjc.test/bal"
    assert ball.event == EventDetails(
        start=datetime(2026, 5, 2, 20, 0, tzinfo=dates.ZONE),
        end=datetime(2026, 5, 2, 23, 30, tzinfo=dates.ZONE),
        venue="La Halle aux Grains",
        organiser="Les Pieds Légers",
        commune="Metz",
    )


def test_an_endless_recurrence_is_spelled_out_in_a_window(tmp_path, examples):
    events = read(tmp_path, (examples / "calendars" / "club.ics").read_bytes())
    weekly = [event for event in events if event.title == "Répare-café"]
    assert 10 <= len(weekly) <= 60
    assert len({event.id for event in weekly}) == len(weekly)
    starts = sorted(event.event.start for event in weekly)
    assert starts[1] - starts[0] == timedelta(weeks=1)
    (once,) = [event for event in events if event.title == "Assemblée générale"]
    assert once.event.venue == "12 rue du Puits, 57000 Metz"
    assert once.event.commune == "Metz"
    assert once.event.organiser == "Collectif du Puits"
    assert len([event for event in events if event.title == "Sirène"]) == 1


def test_a_sitemap_gives_an_address_a_document(tmp_path, examples):
    found = read(tmp_path, (examples / "sitemaps" / "sitemap.xml").read_bytes())
    assert [(one.url, one.text) for one in found] == [
        ("https://gazette.test/b", ""),
        ("https://gazette.test/a", ""),
    ]


def test_openagenda_exports_are_read_in_their_three_shapes(tmp_path, examples):
    for name in ("records.json", "flat.json", "api.json"):
        (event,) = read(tmp_path, (examples / "openagenda" / name).read_bytes())
        assert event.title == "Bourse aux plantes", name
        assert event.event.start == datetime(2026, 4, 18, 8, 0, tzinfo=UTC), name
        assert event.event.venue == "Jardin des Brouettes", name
        assert event.event.commune == "Mulhouse", name
        assert event.event.organiser == "Les Brouettes", name
        assert event.url == "https://openagenda.com/brouettes/events/bourse", name


def test_what_is_no_text_in_a_json_feed_is_none():
    odd = {"id": {"a": 1}, "url": ["a"], "title": {"b": 1}, "content_text": [1], "language": [2]}
    kept = {"id": 12, "url": ["a"], "title": "Le fournil", "summary": {"c": 1}, "language": {}}
    found = feed(json.dumps({"version": "x", "title": ["z"], "items": [odd, 3, kept]}))
    (document,) = found.documents
    assert (document.title, document.text, document.url) == (
        "Le fournil", "", "https://gazette.test/rss",
    )  # fmt: skip
    assert document.language is None
    assert document.id == identity.document_id("https://gazette.test/rss", "12")
    assert found.title == ""
    assert [str(one.reason) for one in found.rejects] == [
        "entrée 1 : ni adresse, ni titre, ni texte",
        "entrée 2 : ce n’est pas un objet JSON",
    ]


@pytest.mark.parametrize("mark", [True, 1, "1", "true"])
def test_an_event_marked_as_removed_is_none(mark):
    def titles(*events):
        body = json.dumps({"events": events}).encode()
        found = openagenda.read(Resource(body=body, url="a.json", source_id="oa", fetched_at=NOW))
        assert found.rejects == ()
        return [document.title for document in found.documents]

    removed = {"uid": 1, "title": {"fr": "Retiré"}, "removed": mark}
    kept = [{"uid": n, "title": f"Gardé {n}", "removed": no} for n, no in enumerate((False, 0, ""))]
    assert titles(removed, *kept) == ["Gardé 0", "Gardé 1", "Gardé 2"]
    assert titles({"record": {"fields": removed}}, kept[0]) == ["Gardé 0"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\0" * 400, b"{", b"%PDF-1.7 ...", b"<a><b/></a>", b"BEGIN:VCALENDAR", b"bonjour"],
)
def test_garbage_is_refused_in_one_line(tmp_path, content):
    with pytest.raises(InputError) as error:
        read(tmp_path, content)
    assert "\n" not in str(error.value)
    assert "saved" in str(error.value)


def test_json_lines_are_stored_or_rejected_each_with_its_line(tmp_path):
    good = {"url": "https://a.test/1", "date": "2026-03-03", "title": "Un", "text": "Texte."}
    lines = [
        json.dumps(good),
        "[1, 2]",
        "",
        json.dumps({**good, "date": ""}),
        "{coupé",
        json.dumps({**good, "kind": "event", "event_date": "2026-04-01", "source": "b"}),
        json.dumps({**good, "date": "0001-01-01"}),
        json.dumps({**good, "url": "ftp://a.test"}),
    ]
    path = tmp_path / "archive.jsonl"
    path.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
    records = list(jsonl.read(path, "a"))
    documents = [one for one in records if isinstance(one, Document)]
    rejects = [one for one in records if isinstance(one, Reject)]
    assert [one.source_id for one in documents] == ["a", "b"]
    assert documents[0].id == documents[1].id
    assert documents[1].kind is DocumentKind.EVENT
    assert [one.where for one in rejects] == [
        f"archive.jsonl, ligne {number}" for number in (2, 4, 5, 7, 8, 9)
    ]
    assert rejects[0].raw == "[1, 2]"


def test_a_spool_gives_back_what_was_written_even_cut_short(tmp_path):
    records = [
        Document(
            id="d",
            source_id="s",
            url="https://a.test/",
            title="Été",
            text="ligne\nligne\u2028\udcff",
            published_at=NOW,
            fetched_at=NOW,
            event=EventDetails(start=NOW, venue="Ici"),
        ),
        Reject(where="l. 1", reason=Message("{n} ligne", {"n": 2}, "{n} lignes"), raw="{"),
        HttpState(url="https://a.test/", source_id="s", etag='"x"', checked_at=NOW),
        Outcome(source_id="s", at=NOW, state=HealthState.LIVELY, message=Message("bien")),
    ]
    path = tmp_path / "spool.jsonl"
    writer = spool.Writer(path)
    for record in records:
        writer.write(record)
    writer.close()
    assert list(spool.read(path)) == records
    path.write_bytes(path.read_bytes()[:-20])
    assert list(spool.read(path)) == records[:-1]


def test_a_spool_is_shared_out_by_source_after_one_reading(tmp_path):
    states = [
        HttpState(url=f"https://{name}.test/é", source_id=name, checked_at=NOW)
        for name in ("un", "deux", "un", "un")
    ]
    path = tmp_path / "spool.jsonl"
    writer = spool.Writer(path)
    for state in states:
        writer.write(state)
        writer.end_line()
    writer.close()
    with path.open("ab") as file:
        file.write(b'{"type": "http_state", "url": "https://un.test/')
    shared = spool.by_source(path)
    for _ in range(2):
        assert {name: list(found) for name, found in shared.items()} == {
            "un": [states[0], states[2], states[3]],
            "deux": [states[1]],
        }


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "64:ff9b:1::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_private_addresses_are_known_in_all_their_forms(address):
    assert not is_public(address)


def test_decimal_and_short_forms_of_loopback_are_resolved_then_refused():
    guard = Guard([])
    assert guard.getaddrinfo("2130706433", 80) == []
    assert guard.getaddrinfo("127.1", 80) == []
    assert "127.1" in guard.refused
    assert is_public("93.184.216.34")


def test_a_cancelled_event_is_marked_as_taken_back():
    calendar = "BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n"
    event = (
        "BEGIN:VEVENT\nUID:{n}\nDTSTAMP:20260101T080000Z\nDTSTART:20260420T180000Z\n"
        "SUMMARY:Soirée {n}\n{more}END:VEVENT\n"
    )
    status = ("", "STATUS:CONFIRMED\n", "STATUS:CANCELLED\n", "STATUS:cancelled \n")
    events = "".join(event.format(n=n, more=more) for n, more in enumerate(status))
    body = calendar.format(events=events).encode()
    found = calendars.read(Resource(body=body, url="a.ics", source_id="ics", fetched_at=NOW))
    assert [one.withdrawn for one in found.documents] == [False, False, True, True]

    node = {"@type": "Event", "name": "Bal", "startDate": "2026-05-02", "eventStatus": ""}
    for status, gone in (("https://schema.org/EventCancelled", True), ("EventScheduled", False)):
        page = json.dumps({**node, "eventStatus": status})
        body = f'<html><body><script type="application/ld+json">{page}</script></body></html>'
        resource = Resource(body=body.encode(), url="https://a.test", source_id="s", fetched_at=NOW)
        assert [one.withdrawn for one in pages.read_events(resource).documents] == [gone]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_a_calendar_may_be_folded_in_the_middle_of_a_letter(codec):
    content = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260420T180000Z\r\n"
        "SUMMARY:Fête de l’été\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    body = content.encode(codec)
    first = body.index("ê".encode(codec)[-2:])
    body = body[: first + 1] + b"\r\n " + body[first + 1 :] if codec == "utf-8" else body
    resource = Resource(body=body, url="a.ics", source_id="ics", fetched_at=NOW, charset=codec)
    assert [one.title for one in calendars.read(resource).documents] == ["Fête de l’été"]


def test_a_declared_utf_8_is_believed_though_some_letters_are_damaged():
    damaged = "Fête, été".encode() + b"\xe9 \xe9"
    assert encoding.decode(damaged, "utf-8") == "Fête, été\ufffd \ufffd"
    assert encoding.decode("Fête, été".encode("cp1252"), "utf-8") == "Fête, été"


def test_events_that_share_a_uid_or_a_start_are_all_told():
    def event(title: str, place: str, rule: str = "") -> str:
        return (
            f"BEGIN:VEVENT\nUID:1\nDTSTART:20260402T100000Z\nSUMMARY:{title}\n"
            f"LOCATION:{place}\n{rule}END:VEVENT\n"
        )

    series = [event(title, "Halle", "RRULE:FREQ=DAILY\n") for title in ("Yoga", "Chorale")]
    places = [event("Visite", place) for place in ("Halle", "Serre")]
    body = f"BEGIN:VCALENDAR\n{''.join(series + places)}END:VCALENDAR\n".encode()
    found = calendars.read(Resource(body=body, url="a.ics", source_id="ics", fetched_at=NOW))
    titles = [one.title for one in found.documents]
    # Every day until the window ends, four months ahead.
    assert titles.count("Yoga") == titles.count("Chorale") == 120
    assert titles.count("Visite") == 2
