"""What is new as RSS 2.0, Atom and JSON Feed 1.1: of the directory, and of the digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from heapq import nlargest
from typing import TYPE_CHECKING

from feedgen.feed import FeedGenerator

from vigie.exchange.plain import commune
from vigie.exchange.structured import dumps
from vigie.language import render
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vigie.exchange.header import Header
    from vigie.records import ActorSheet

MOST = 100
"""Items of a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item; `html` may be empty."""

    id: str
    """An address that never changes: `urn:…` where there is none on the web."""
    title: str
    day: date
    text: str
    html: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as a whole, its items the newest first."""

    id: str
    title: str
    header: Header
    items: Sequence[Item]
    language: str = "fr"
    home: str = "https://vigie.invalid/"
    """The page that it belongs to; RSS must have one."""


def of_actors(header: Header, sheets: Iterable[ActorSheet]) -> Feed:
    """Return the newest of some actors as a feed; no more of them are held than it shows."""
    newest = nlargest(MOST, sheets, key=lambda one: (str(one.first_seen or ""), one.id))
    return Feed(
        id="urn:vigie:actors",
        title=header.watch,
        header=header,
        items=[_item(sheet, header.day) for sheet in newest],
    )


def _item(sheet: ActorSheet, today: date) -> Item:
    kinds = ", ".join(render(KINDS[kind]) for kind in sheet.kinds)
    places = ", ".join(filter(None, map(commune, sheet.communes)))
    told = [kinds, places, sheet.description]
    where = [*sheet.links, *(one.url for one in sheet.citations)]
    return Item(
        id=f"urn:vigie:actor:{sheet.id}",
        title=sheet.name,
        day=sheet.first_seen or today,
        text=" · ".join(part for part in told if part),
        url=where[0] if where else "",
    )


def _made(feed: Feed) -> FeedGenerator:
    made = FeedGenerator()
    made.id(feed.id)
    made.title(feed.title)
    made.link(href=feed.home, rel="alternate")
    made.description(feed.title)
    made.language(feed.language)
    made.generator("Vigie")
    made.updated(_moment(feed.header.day))
    made.lastBuildDate(_moment(feed.header.day))
    made.author(name="Vigie")
    if feed.header.licence_name:
        made.rights(feed.header.licence_name)
    for item in feed.items:
        entry = made.add_entry(order="append")
        entry.id(item.id)
        entry.guid(item.id, permalink=False)
        entry.title(item.title)
        entry.published(_moment(item.day))
        entry.updated(_moment(item.day))
        entry.summary(item.text)
        # Atom wants a content where there is no link.
        entry.content(item.html or item.text, type="html" if item.html else "text")
        if item.url:
            entry.link(href=item.url, rel="alternate")
    return made


def rss(feed: Feed) -> str:
    """Return a feed as RSS 2.0."""
    return str(_made(feed).rss_str(pretty=True).decode())


def atom(feed: Feed) -> str:
    """Return a feed as Atom (RFC 4287)."""
    return str(_made(feed).atom_str(pretty=True).decode())


def json_feed(feed: Feed) -> str:
    """Return a feed as JSON Feed 1.1."""
    content = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "language": feed.language,
        "authors": [{"name": "Vigie"}],
        "_vigie": feed.header.plain(),
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "date_published": _moment(item.day).isoformat(),
                "content_text": item.text,
                **({"content_html": item.html} if item.html else {}),
                **({"url": item.url} if item.url else {}),
            }
            for item in feed.items
        ],
    }
    return dumps(content) + "\n"


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
