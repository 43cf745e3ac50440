"""Sitemaps, news sitemaps and sitemap indexes: one document an address, without text."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from lxml import etree

from crawlers import dates, encoding, identity, text
from crawlers.resource import Reading, Resource
from vigie.records import Document, Message

MOST_URLS = 50_000
"""What the protocol allows in one file."""
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)


def read(resource: Resource) -> Reading:
    """Return the addresses of a sitemap, the most recently changed first."""
    root = _root(resource)
    if root is None:
        return Reading(problem=Message("plan de site illisible"))
    if _name(root) == "sitemapindex":
        listed = len(children(resource))
        return Reading(
            problem=Message(
                "index de plans de site : {n} plan listé",
                {"n": listed},
                "index de plans de site : {n} plans listés",
            )
        )
    found: dict[str, Document] = {}
    for element in root:
        if _name(element) == "url" and len(found) < MOST_URLS:
            document = _document(element, resource)
            if document:
                found.setdefault(document.id, document)
    ordered = sorted(
        found.values(),
        key=lambda document: document.published_at.timestamp() if document.published_at else 0.0,
        reverse=True,
    )
    return Reading(documents=tuple(ordered))


def is_index(resource: Resource) -> bool:
    """Tell whether a resource lists sitemaps, not pages."""
    head = encoding.decode(encoding.inflate(resource.body)[:5000], resource.charset)
    return "<sitemapindex" in head or ":sitemapindex" in head


def children(resource: Resource) -> list[tuple[str, str | None]]:
    """Return the sitemaps that an index lists, the most recent first, with their last change."""
    root = _root(resource) if is_index(resource) else None
    if root is None or _name(root) != "sitemapindex":
        return []
    listed = []
    for element in root:
        parts = {_name(part): (part.text or "").strip() for part in element}
        try:
            url = urljoin(resource.url, parts.get("loc", ""))
        except ValueError:
            continue
        if parts.get("loc") and url.startswith(("http://", "https://")):
            listed.append((parts.get("lastmod", ""), url))
    listed.sort(key=lambda one: one[0], reverse=True)
    return [(url, changed or None) for changed, url in listed]


def _root(resource: Resource) -> etree._Element | None:
    content = encoding.decode(encoding.inflate(resource.body), resource.charset)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, recover=True, huge_tree=False
    )
    try:
        return etree.fromstring(_DOCTYPE.sub("", content, count=1).strip().encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""


def _document(element: etree._Element, resource: Resource) -> Document | None:
    parts: dict[str, str] = {}
    for part in element.iter():
        parts.setdefault(_name(part), (part.text or "").strip())
    try:
        url = urljoin(resource.url, parts.get("loc", ""))
    except ValueError:
        return None
    if not parts.get("loc") or not url.startswith(("http://", "https://")):
        return None
    published, note = dates.choose(
        (
            (parts.get("publication_date"), "date du plan de site"),
            (parts.get("lastmod"), "date de mise à jour, dans le plan de site"),
        ),
        resource.fetched_at,
    )
    has_news = "news" in parts
    return Document(
        id=identity.document_id(url),
        source_id=resource.source_id,
        url=url,
        title=text.one_line(parts.get("title", "")) if has_news else "",
        text="",
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=parts.get("language", "")[:2].lower() or resource.language,
    )
