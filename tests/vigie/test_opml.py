from datetime import timedelta

import pytest

from vigie import opml
from vigie.errors import InputError
from vigie.records import Reach, Source, SourceKind

SOURCES = [
    Source(
        id="gazette",
        name="La Gazette & Cie",
        url="https://gazette.example/rss?a=1&b=2",
        kind=SourceKind.FEED,
        every=timedelta(minutes=90),
        reach=Reach.REGIONAL,
        tags=("presse, locale", "Mulhouse/centre"),
        expected=(5, 60),
        language="fr",
        full_text=True,
        checked=False,
    ),
    Source(
        id="ville",
        name="Ville",
        url="https://ville.example/actus",
        kind=SourceKind.LISTING,
        links="article h2 > a",
        link_pattern=r"/actus/\d+",
    ),
    Source(id="archive", name="Archive", url="", kind=SourceKind.FILES),
    Source(id="lettre", name="Lettre", url="courrier/lettre.mbox", kind=SourceKind.MAILBOX),
]


def test_a_round_trip_loses_nothing():
    found, problems, own = opml.read(opml.write(SOURCES, "Veille d’essai").encode())
    assert own == {one.id for one in SOURCES}
    assert problems == []
    assert sorted(found, key=lambda s: s.id) == sorted(SOURCES, key=lambda s: s.id)


def test_the_list_of_another_program_gives_feeds_with_its_folders_as_tags():
    found, problems, own = opml.read(
        b"""<opml version="1.0"><head/><body>
        <outline text="Presse"><outline text="Locale">
          <outline type="rss" text="Un" xmlUrl="https://un.example/feed"/></outline>
          <outline type="rss" text="Deux" xmlUrl="https://deux.example/rss" category="/blogs"/>
        </outline>
        <outline type="rss" text="Autre Un" xmlUrl="https://un.example/comments/feed"/>
        <outline type="rss" text="Mauvais" xmlUrl="file:///etc/passwd"/>
        </body></opml>"""
    )
    assert [(s.id, s.name, s.tags) for s in found] == [
        ("un", "Un", ("Presse", "Locale")),
        ("deux", "Deux", ("Presse", "blogs")),
        ("un-comments", "Autre Un", ()),
    ]
    assert all(s.kind is SourceKind.FEED for s in found)
    assert own == set()
    assert len(problems) == 1
    assert "Mauvais" in problems[0]


def test_capitals_do_not_count_and_what_stands_within_a_feed_is_read():
    found, problems, _ = opml.read(
        b"""<?xml version="1.0" encoding="ISO-8859-1"?><OPML><HEAD/><BODY>
        <!-- one --><Outline TEXT="Presse">
          <outline text="Un" xmlurl="https://un.example/feed">
            <outline text="Deux" xmlURL="https://deux.example/rss"/></outline>
        </Outline></BODY></OPML>"""
    )
    assert problems == []
    assert [(one.name, one.url, one.tags) for one in found] == [
        ("Un", "https://un.example/feed", ("Presse",)),
        ("Deux", "https://deux.example/rss", ("Presse",)),
    ]


@pytest.mark.parametrize("raw", [b"", b"<rss/>", b"\x00\x01", b"<opml><body>"])
def test_what_is_no_opml_is_one_line(raw):
    with pytest.raises(InputError):
        opml.read(raw)


def test_entities_are_not_expanded():
    raw = b"""<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
    <opml><body><outline text="&x;" xmlUrl="https://un.example/feed"/></body></opml>"""
    try:
        found, *_ = opml.read(raw)
    except InputError:
        return
    assert found[0].name == "https://un.example/feed"
