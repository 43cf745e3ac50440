"""Web pages: an article's title, date, main text and language; or the events it announces.

Persons are left out: an author is never read.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import trafilatura
from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

from crawlers import dates, encoding, identity, languages, page_dates, paywalls, structured, text
from crawlers.resource import Reading, Resource
from vigie.records import Access, Document, DocumentKind, Extraction, Message, Source

if TYPE_CHECKING:
    from crawlers.structured import Event, Node

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

_SAVED_FROM = re.compile(
    r"<!-- (?:saved from url=\(\d+\)(\S+)|Mirrored from (\S+) by HTTrack)", re.IGNORECASE
)
_SEPARATOR = re.compile(r"\s+(?:[|•·»—–-]|::)\s+")
_NO_TEXT = Message("page sans texte")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a source says of the texts of its pages."""

    content: str | None = None
    """CSS selector of what holds the text."""
    leave_out: str | None = None
    """CSS selector of what is no part of it."""
    extraction: Extraction | None = None

    @classmethod
    def of(cls, source: Source) -> Wanted:
        """Return what a source of the catalogue says."""
        return cls(content=source.content, leave_out=source.leave_out, extraction=source.extraction)


_AS_FOUND = Wanted()


def read(
    resource: Resource, announced: Document | None = None, wanted: Wanted = _AS_FOUND
) -> Reading:
    """Return the documents of a page: one article, or one document an event.

    `announced` is what a feed said of this page; the page then gives one document with its
    identity, and its own title stays in the reading's. Without it, a page that describes several
    events gives them all.
    """
    content = encoding.decode(resource.body, resource.charset)
    tree = parse(content)
    if tree is None:
        return Reading(problem=_NO_TEXT)
    found = structured.nodes(tree, content)
    own = _address(tree, found, content, resource.url)
    url = own if announced is None else announced.url
    article = any(structured.is_article(node) for node in found)
    events = structured.events(found)
    if announced is None and len(events) > 1 and not article:
        return Reading(documents=_events(events, tree, resource, url), title=title(tree, found))
    event = events[0] if len(events) == 1 and not article else None
    document = _article(
        tree, found, resource, url=url, announced=announced, event=event, wanted=wanted
    )
    if not document.text and not event:
        return Reading(problem=_NO_TEXT, title=document.title)
    reading = Reading(documents=(document,), title=document.title, text=document.text)
    if announced is None:
        return reading
    completed = replace(_completed(document, announced), also=_also(own, announced))
    return replace(reading, documents=(completed,))


def read_events(resource: Resource) -> Reading:
    """Return the events that a page announces, and never the page itself."""
    content = encoding.decode(resource.body, resource.charset)
    tree = parse(content)
    if tree is None:
        return Reading(problem=_NO_TEXT)
    found = structured.nodes(tree, content)
    events = structured.events(found)
    url = _address(tree, found, content, resource.url)
    return Reading(documents=_events(events, tree, resource, url), title=title(tree, found))


def parse(content: str) -> html.HtmlElement | None:
    """Return the tree of a page's text, or None when there is nothing in it."""
    if not content.strip():
        return None
    try:
        tree = html.document_fromstring(
            content.encode(), parser=html.HTMLParser(encoding="utf-8", no_network=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return tree if len(tree) else None


def parse_linked(content: str, url: str) -> html.HtmlElement | None:
    """Return the tree of a page with whole addresses in its links, as `<base href>` has it.

    A link that cannot be read becomes an empty one; None for a page without any element.
    """
    tree = parse(content)
    if tree is None:
        return None
    base = tree.find(".//base[@href]")
    start = (base is not None and _joined(url, base.get("href"))) or url
    for link in tree.iter("a", "area", "link"):
        if href := link.get("href"):
            link.set("href", _joined(start, href))
    return tree


def _joined(base: str, href: str) -> str:
    # Not by lxml's own `make_links_absolute`: it stumbles over addresses that are none.
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def title(tree: html.HtmlElement, found: list[Node]) -> str:
    """Return a page's title without its site's name; its heading where that says the same."""
    declared = [
        text.one_line(
            structured.string(node.get("headline")) or structured.string(node.get("name"))
        )
        for node in found
        if structured.is_article(node)
    ]
    metas = [
        text.one_line(value) for value in _contents(tree, {"og:title", "twitter:title", "dc.title"})
    ]
    heads = [text.one_line(element.text_content()) for element in tree.iterfind(".//head/title")]
    heads = (
        heads
        or [text.one_line(element.text_content()) for element in tree.iterfind(".//title")][:1]
    )
    headings = [text.one_line(text.of_tree(element)) for element in tree.iter("h1")]
    headings = [heading for heading in headings if heading]
    said = [value for value in (*declared, *metas, *heads) if value]
    for heading in headings:
        if any(_same_start(heading, value) for value in said) and len(heading) > 3:
            return heading
    if said:
        return _without_site(said[0], _site_names(tree, found))
    return headings[0] if headings else ""


def _same_start(heading: str, value: str) -> bool:
    left, right = _folded(heading), _folded(value)
    return bool(left) and (
        right.startswith(left) or (left in right and len(left) > 0.5 * len(right))
    )


def _folded(value: str) -> str:
    return re.sub(r"[\W_]+", " ", value.casefold()).strip()


def _without_site(value: str, sites: set[str]) -> str:
    pieces = _SEPARATOR.split(value)
    if len(pieces) < 2:
        return value
    if _folded(pieces[-1]) in sites:
        return value[: value.rindex(pieces[-1])].rstrip(" |•·»—–:-")
    if _folded(pieces[0]) in sites:
        return value[value.index(pieces[0]) + len(pieces[0]) :].lstrip(" |•·»—–:-")
    if "|" in value and len(pieces[-1]) < len(pieces[0]):
        return value[: value.rindex("|")].strip()
    return value


def _site_names(tree: html.HtmlElement, found: list[Node]) -> set[str]:
    names = {_folded(value) for value in _contents(tree, {"og:site_name", "application-name"})}
    for node in found:
        if structured.types(node) & {"website", "organization", "newsmediaorganization"}:
            names.add(_folded(structured.string(node.get("name"))))
        if structured.is_article(node):
            names.add(_folded(structured.string(node.get("publisher"))))
    for url in _contents(tree, {"og:url"}):
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        names |= {_folded(host), _folded(host.rsplit(".", 1)[0])}
    return names - {""}


def _contents(tree: html.HtmlElement, names: set[str]) -> list[str]:
    return [
        meta.get("content", "")
        for meta in tree.iter("meta")
        if (meta.get("property") or meta.get("name") or "").lower() in names
    ]


def _article(
    tree: html.HtmlElement,
    found: list[Node],
    resource: Resource,
    *,
    url: str,
    announced: Document | None,
    event: Event | None,
    wanted: Wanted,
) -> Document:
    heading = event.name if event else title(tree, found)
    published, note = page_dates.find(
        tree, found, heading=heading, url=url, now=resource.fetched_at, announced=announced
    )
    language = languages.declared(
        tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    )
    paywalled = paywalls.is_paywalled(tree, found)
    body = main_text(tree, wanted)
    if event and len(event.description) > len(body):
        body = event.description
    return Document(
        id=identity.document_id(url),
        source_id=resource.source_id,
        url=url,
        title=heading,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=languages.of(body or heading, language or resource.language),
        kind=DocumentKind.EVENT if event else DocumentKind.ARTICLE,
        excerpt=paywalled,
        access=Access.PAYWALLED if paywalled else Access.OPEN,
        event=event.details if event else None,
        withdrawn=event.cancelled if event else False,
    )


def _also(own: str, announced: Document) -> tuple[str, ...]:
    """Return the id of the page's own address, where it is another than the announced one."""
    own_id = identity.document_id(own)
    return () if own_id == announced.id or identity.is_front_page(own) else (own_id,)


def _completed(page: Document, announced: Document) -> Document:
    """Return the page's document with the feed's identity, and whichever text is the longer."""
    return replace(
        page,
        id=announced.id,
        title=announced.title or page.title,
        text=page.text if 2 * len(page.text) > len(announced.text) else announced.text,
        access=page.access if announced.access is Access.OPEN else announced.access,
        kind=DocumentKind.EVENT if announced.event else page.kind,
        event=page.event or announced.event,
    )


def main_text(tree: html.HtmlElement, wanted: Wanted = _AS_FOUND) -> str:
    """Return the main text of a page, without menus, comments and related articles.

    The tree is used up: read everything else from it before.
    """
    for element in _selected(tree, wanted.leave_out):
        if element.getparent() is not None:
            element.drop_tree()
    if chosen := _selected(tree, wanted.content):
        return text.tidy("\n".join(text.of_tree(element) for element in _outermost(chosen)))
    extracted = trafilatura.bare_extraction(
        tree,
        include_comments=False,
        include_tables=True,
        with_metadata=False,
        favor_precision=wanted.extraction is Extraction.PRECISION,
        favor_recall=wanted.extraction is Extraction.RECALL,
    )
    return text.tidy(str(getattr(extracted, "text", None) or "")) if extracted else ""


def _selected(tree: html.HtmlElement, selector: str | None) -> list[html.HtmlElement]:
    """Return what a selector chooses; nothing where it cannot be used."""
    if not selector:
        return []
    try:
        return list(CSSSelector(selector, translator="html")(tree))
    except SelectorError:
        return []


def _outermost(elements: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """Return elements without those that stand within another of them."""
    chosen = set(elements)
    return [one for one in elements if chosen.isdisjoint(one.iterancestors())]


def _events(
    events: list[Event], tree: html.HtmlElement, resource: Resource, url: str
) -> tuple[Document, ...]:
    page_language = languages.declared(tree.get("lang")) or resource.language
    documents = []
    addresses = [_event_address(event, url) for event in events]
    for event, address in zip(events, addresses, strict=True):
        shared = address == url or addresses.count(address) > 1
        start = event.details.start
        part = f"{event.name}\n{start.isoformat() if start else ''}" if shared else ""
        published, note = dates.choose(
            ((event.announced, "données structurées de la page"),), resource.fetched_at
        )
        documents.append(
            Document(
                id=identity.document_id(address, part),
                source_id=resource.source_id,
                url=address,
                title=event.name,
                text=event.description,
                published_at=published,
                date_note=note,
                fetched_at=resource.fetched_at,
                language=languages.of(event.description, page_language),
                kind=DocumentKind.EVENT,
                event=event.details,
                withdrawn=event.cancelled,
            )
        )
    return tuple(documents)


def _event_address(event: Event, page_url: str) -> str:
    try:
        address = urljoin(page_url, event.url) if event.url else page_url
    except ValueError:
        return page_url
    return address if address.startswith(("http://", "https://")) else page_url


def _address(tree: html.HtmlElement, found: list[Node], content: str, url: str) -> str:
    """Return the address that a page gives itself, when it can be believed.

    A canonical link to another host, or from an article to the front page, is a mistake of the
    site's far more often than the truth.
    """
    claims = [
        link.get("href", "")
        for link in tree.iter("link")
        if link.get("rel", "").lower() == "canonical"
    ]
    claims += _contents(tree, {"og:url"})
    if not url:
        claims += [
            structured.string(node.get("url")) or structured.string(node.get("@id"))
            for node in found
            if structured.types(node) & {"webpage"}
            or structured.is_article(node)
            or structured.is_event(node)
        ]
        if saved := _SAVED_FROM.search(content[:5000]):
            claims.append(saved[1] or f"https://{saved[2]}")
    for claim in claims:
        try:
            address = str(urljoin(url, claim.strip()))
        except ValueError:
            continue
        if address.startswith(("http://", "https://")) and (not url or _believable(address, url)):
            return address
    return url


def _believable(address: str, url: str) -> bool:
    one, other = urlsplit(identity.canonical_url(address)), urlsplit(identity.canonical_url(url))
    same_host = (one.netloc.removeprefix("www.")) == (other.netloc.removeprefix("www."))
    return same_host and (not identity.is_front_page(address) or identity.is_front_page(url))


def read_json_ld(resource: Resource) -> Reading:
    """Return the events or the article of a file that is JSON-LD alone."""
    content = encoding.decode(resource.body, resource.charset)
    if "<script" in content[:200_000].lower():
        tree = parse(content)
        found = structured.nodes(tree, content) if tree is not None else []
    else:
        tree, found = None, structured.parse(content)
    events = structured.events(found)
    if events:
        empty = html.document_fromstring("<html></html>") if tree is None else tree
        return Reading(documents=_events(events, empty, resource, resource.url))
    documents = tuple(_told(node, resource) for node in found if structured.is_article(node))
    if not documents:
        return Reading(problem=Message("ni événement ni article dans ces données"))
    return Reading(documents=documents)


def _told(node: Node, resource: Resource) -> Document:
    published, note = dates.choose(
        ((structured.string(node.get("datePublished")), "données structurées de la page"),),
        resource.fetched_at,
    )
    url = structured.string(node.get("url")) or structured.string(node.get("mainEntityOfPage"))
    url = url if url.startswith(("http://", "https://")) else resource.url
    body = text.from_html(
        structured.string(node.get("articleBody")) or structured.string(node.get("description"))
    )
    heading = text.one_line(
        structured.string(node.get("headline")) or structured.string(node.get("name"))
    )
    return Document(
        id=identity.document_id(url, heading if url == resource.url else ""),
        source_id=resource.source_id,
        url=url,
        title=heading,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=languages.of(body, resource.language),
    )
