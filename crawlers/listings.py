"""Index pages: the links to articles, found as the source says or by what they look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawlers import encoding, identity, page_dates, pages, text
from crawlers.resource import Reading, Resource
from vigie.records import Document, Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import html

MOST_LINKS = 100
"""Pages taken from one index page."""
_HEADINGS = {"h1", "h2", "h3", "h4"}


def read(resource: Resource, selector: str | None = None, pattern: str | None = None) -> Reading:
    """Return the pages that an index page links to, without text.

    `selector` (CSS) chooses the links or what holds them, `pattern` (a regular expression)
    the addresses; without either, those of the same host that look like articles.
    """
    content = encoding.decode(resource.body, resource.charset)
    tree = pages.parse_linked(content, resource.url)
    if tree is None:
        return Reading(problem=Message("page sans texte"))
    links = _selected(tree, selector) if selector else tree.iter("a")
    if links is None:
        return Reading(
            problem=Message("sélecteur CSS inutilisable : {selector}", {"selector": selector or ""})
        )
    own = identity.canonical_url(resource.url)
    found: dict[str, Document] = {}
    for link in links:
        url = link.get("href", "")
        canonical = identity.canonical_url(url)
        if not url.startswith(("http://", "https://")) or canonical == own:
            continue
        if pattern:
            wanted = re.search(pattern, url) is not None
        else:
            wanted = bool(selector) or _looks_right(link, canonical, own)
        if wanted:
            document = _document(url, resource)
            found.setdefault(document.id, document)
    title = pages.title(tree, [])
    if not found and (selector or pattern):
        return Reading(problem=Message("aucun lien ne correspond à « links » ou « link_pattern »"))
    return Reading(documents=tuple(found.values())[:MOST_LINKS], title=title)


def _selected(tree: html.HtmlElement, selector: str) -> Iterable[html.HtmlElement] | None:
    """Return the links that a selector chooses: themselves, or those inside what it chooses."""
    try:
        chosen = CSSSelector(selector, translator="html")(tree)
    except SelectorError:
        return None
    return [link for one in chosen for link in ([one] if one.tag == "a" else one.iter("a"))]


def _looks_right(link: html.HtmlElement, canonical: str, own: str) -> bool:
    same = urlsplit(canonical).netloc.removeprefix("www.") == urlsplit(own).netloc.removeprefix(
        "www."
    )
    if not same or page_dates.is_set_apart(link):
        return False
    words = text.one_line(link.text_content())
    last = urlsplit(canonical).path.rstrip("/").rsplit("/", 1)[-1]
    # A heading on its own says that this is a title; elsewhere it takes a title's length.
    heading = any(one.tag in _HEADINGS for one in list(link.iterancestors())[:2]) or any(
        child.tag in _HEADINGS for child in link
    )
    long_enough = len(words) >= 15 or (heading and len(words) >= 4)
    named = last.count("-") >= (1 if heading else 2)
    return long_enough and (named or bool(re.search(r"\d{3,}", last + urlsplit(canonical).query)))


def _document(url: str, resource: Resource) -> Document:
    return Document(
        id=identity.document_id(url),
        source_id=resource.source_id,
        url=url,
        title="",
        text="",
        published_at=None,
        fetched_at=resource.fetched_at,
        language=resource.language,
    )
