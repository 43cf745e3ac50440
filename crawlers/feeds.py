"""Syndication feeds: RSS 0.9x to 2.0, RDF, Atom (by feedparser) and JSON Feed.

feedparser is only ever given bytes, never an address or a path, and never an entity to expand.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import feedparser.api

from crawlers import dates, encoding, identity, jsonfeed, text
from crawlers.resource import Reading, Resource
from vigie.records import Document, DocumentKind, EventDetails, Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ENTRIES = 5000
"""Entries read of one feed; feedparser reads about 6,000 a second."""
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>/]")
_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF|(?:\w+:)?(?:feed|RDF)|channel)[\s>]", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
_OPEN_DOCTYPE = re.compile(r"<!(?:DOCTYPE|ENTITY)[^>]*>?", re.IGNORECASE)


def read(resource: Resource) -> Reading:
    """Return a feed's entries as documents whose text is the feed's own."""
    content = encoding.decode(resource.body, resource.charset)
    if content.lstrip()[:1] == "{":
        return unmixed(jsonfeed.read(content, resource), resource)
    content = _without_entities(content).lstrip()
    content, problem = _bounded(content)
    root = _ROOT.search(content[:5000])
    if root is None:
        return Reading(problem=Message("ce n’est pas un flux RSS ou Atom"))
    parsed = feedparser.api.parse(
        content.encode(),
        response_headers={
            "content-type": "application/xml; charset=utf-8",
            "content-location": resource.url,
        },
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    channel = parsed.feed
    language = _language(channel.get("language")) or resource.language
    documents = tuple(_document(entry, resource, language) for entry in parsed.entries)
    if problem is None and parsed.bozo and not _ends(content):
        problem = Message(
            "flux coupé : {n} entrée lisible",
            {"n": len(documents)},
            "flux coupé : {n} entrées lisibles",
        )
    reading = Reading(
        documents=documents, problem=problem, title=text.one_line(channel.get("title", ""))
    )
    return unmixed(reading, resource)


def fingerprint_part(document: Document) -> str:
    """Return what, when it changes, means that the announced page has changed."""
    moment = document.published_at.isoformat() if document.published_at else ""
    return f"{document.title}\n{document.text}\n{moment}"


def unmixed(reading: Reading, resource: Resource) -> Reading:
    """Tell apart entries that share one address, as when all of them link to the front page.

    An entry repeated word for word is kept once.
    """
    counts = Counter(document.id for document in reading.documents)
    seen: dict[str, Document] = {}
    for document in reading.documents:
        common = document.url == resource.url or identity.is_front_page(document.url)
        first = seen.get(document.id)
        differs = first is not None and first.title != document.title
        mine = document
        if counts[document.id] > 1 and (common or differs):
            mine = replace(document, id=identity.document_id(document.url, document.title))
        seen.setdefault(mine.id, mine)
    return replace(reading, documents=tuple(seen.values()))


def _document(entry: Mapping[str, Any], resource: Resource, language: str | None) -> Document:
    url = _link(entry, resource.url)
    title = text.one_line(str(entry.get("title") or ""))
    body = _body(entry)
    published, note = dates.choose(
        (
            (entry.get("published"), "date du flux"),
            (entry.get("created"), "date de création, dans le flux"),
            (_updated(entry), "date de mise à jour, dans le flux"),
        ),
        resource.fetched_at,
    )
    event = _event(entry)
    return Document(
        id=identity.document_id(url, "" if url != resource.url else _key(entry, title)),
        source_id=resource.source_id,
        url=url,
        title=title,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=_language(entry.get("language")) or language,
        kind=DocumentKind.EVENT if event else DocumentKind.ARTICLE,
        event=event,
    )


def _updated(entry: Mapping[str, Any]) -> str:
    """Return the date of an update; feedparser itself would answer with the publication's."""
    return str(entry["updated"]) if "updated" in entry else ""


def _link(entry: Mapping[str, Any], feed_url: str) -> str:
    """Return an entry's address: its link, its guid if that is one, else the feed's own."""
    guid = str(entry.get("id") or "")
    links = [
        link.get("href", "")
        for link in entry.get("links", ())
        if link.get("rel", "alternate") == "alternate"
    ]
    for candidate in (*links, str(entry.get("link") or ""), guid):
        if not candidate.strip() or (candidate == guid and "://" not in guid):
            continue
        try:
            url: str = urljoin(feed_url, candidate.strip())
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            return url
    return feed_url


def _key(entry: Mapping[str, Any], title: str) -> str:
    return str(entry.get("id") or f"{title}\n{entry.get('published') or ''}")


def _body(entry: Mapping[str, Any]) -> str:
    """Return the longest text that an entry carries: some put it in `content`, some do not."""
    contents: Sequence[Mapping[str, Any]] = entry.get("content", ())
    values = [str(content.get("value") or "") for content in contents]
    values.append(str(entry.get("summary") or ""))
    return max((text.from_html(value) for value in values), key=len)


def _event(entry: Mapping[str, Any]) -> EventDetails | None:
    """Return the event of the RSS event module (`ev:startdate`), if the entry is one."""
    start = dates.parse(str(entry.get("ev_startdate") or ""))
    if start is None:
        return None
    return EventDetails(
        start=start,
        end=dates.parse(str(entry.get("ev_enddate") or "")),
        venue=text.one_line(str(entry.get("ev_location") or "")) or None,
        organiser=text.one_line(str(entry.get("ev_organizer") or "")) or None,
    )


def _language(value: object) -> str | None:
    code = str(value or "")[:2].lower()
    return code if len(code) == 2 and code.isalpha() else None


def _without_entities(content: str) -> str:
    if "<!" not in content[:20_000]:
        return content
    head = _DOCTYPE.sub("", content[:100_000], count=1)
    return _OPEN_DOCTYPE.sub("", head) + content[100_000:]


def _bounded(content: str) -> tuple[str, Message | None]:
    """Cut a feed after its first entries; a feed announces the newest first."""
    for number, match in enumerate(_ENTRY.finditer(content)):
        if number == MOST_ENTRIES:
            return content[: match.start()], Message(
                "flux démesuré : seules les {n} premières entrées sont lues", {"n": MOST_ENTRIES}
            )
    return content, None


def _ends(content: str) -> bool:
    return re.search(r"</(?:\w+:)?(?:rss|feed|RDF)\s*>", content[-3000:], re.IGNORECASE) is not None
