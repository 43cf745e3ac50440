"""When a page was published, from the most to the least trustworthy sign.

1. what the page declares: JSON-LD, then meta elements, then a marked `<time>`;
2. the day in its address (`/2026/03/03/…`);
3. the date that the feed gave, which the caller hands over;
4. a date written beside the heading, before the comments;
5. what htmldate guesses from the markup.

A declared modification date is only used when nothing else is there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from htmldate import find_date

from crawlers import dates, structured

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml import html

    from crawlers.structured import Node
    from vigie.records import Document

_META = (
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "article.published",
    "published-date",
    "publication_date",
    "publish_date",
    "pubdate",
    "cxenseparse:recs:publishtime",
    "citation_publication_date",
    "date",
)
_URL_DAY = re.compile(
    r"/((?:19|20)\d{2})[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)
_PUBLISHED = re.compile(
    r"publi|posted|entry-date|pubdate|created|date-?time|post-date", re.IGNORECASE
)
_UPDATED = re.compile(r"updat|modif|mise-?a-?jour", re.IGNORECASE)
_DATED = re.compile(r"\bdate|date\b|publi|byline|posted|\bmeta|meta\b", re.IGNORECASE)
_APART = re.compile(
    r"comment|forum|reaction|related|sidebar|aside|similaire|plus-?lus|footer|menu|nav|event|agenda",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:mise? en ligne|publi[ée]e?|publication|parution|posté)\W*(?:le\W*)?$", re.IGNORECASE
)
_WRITTEN = re.compile(
    r"^\W*(?:(?:article |billet |texte )?(?:publi|post|mis en ligne|écrit|paru|par )\S*.{0,60}?)?"
    r"(?:l[ea] |on )?"
    r"(?:(?:lun|mar|mer|jeu|ven|sam|dim)\w*\.?,? )?"
    r"(\d{1,2}(?:er)?\.? ?[\w.éèûôÉ]{3,10}\.? (?:19|20)\d{2}"
    r"|\d{1,2}[./]\d{1,2}[./](?:19|20)?\d{2})\b.{0,40}$",
    re.IGNORECASE,
)


def find(
    tree: html.HtmlElement,
    found: list[Node],
    *,
    heading: str,
    url: str,
    now: datetime,
    announced: Document | None,
) -> tuple[datetime | None, str]:
    """Return a page's publication date and, in French, where it comes from or why there is none."""
    moment, note = dates.choose(
        (*_declared(tree, found), (_url_day(url), "date dans l’adresse")), now
    )
    told = announced.published_at if announced else None
    if moment is not None and told is not None:
        # A feed says the hour where an address says only the day.
        only_day = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        if only_day and told.astimezone(dates.ZONE).date() == moment.astimezone(dates.ZONE).date():
            return told, announced.date_note if announced else note
        return moment, note
    if moment is not None:
        return moment, note
    if told is not None and announced is not None:
        return told, announced.date_note
    for value in _written(tree, heading):
        moment = dates.parse(value)
        # What is written ahead of time is when something happens, not when it was published.
        if moment is not None and dates.plausible(moment, now - dates.FURTHEST):
            return moment, "date écrite dans la page"
    return dates.choose(_guessed(tree, found, url), now)


def _declared(tree: html.HtmlElement, found: list[Node]) -> Iterator[tuple[str, str]]:
    for described in (
        [node for node in found if structured.is_article(node)],
        [
            node
            for node in found
            if structured.types(node) & {"webpage", "itempage", "creativework"}
        ],
    ):
        for node in described:
            yield structured.string(node.get("datePublished")), "données structurées de la page"
            yield structured.string(node.get("dateCreated")), "données structurées de la page"
    declared = _metas(tree)
    for name in _META:
        if name in declared:
            yield declared[name], "métadonnées de la page"
    for element in tree.iter("time", "meta", "span", "abbr"):
        said = " ".join(
            element.get(name, "") for name in ("itemprop", "class", "pubdate", "property")
        )
        marked = element.get("itemprop", "").lower() == "datepublished" or (
            element.tag == "time"
            and ("pubdate" in element.attrib or _PUBLISHED.search(said))
            and not _UPDATED.search(element.get("class", "").replace("updated-hidden", ""))
        )
        if marked and not is_set_apart(element):
            value = element.get("datetime") or element.get("content") or element.get("title")
            yield value or element.text_content(), "date marquée dans la page"


def _guessed(tree: html.HtmlElement, found: list[Node], url: str) -> Iterator[tuple[str, str]]:
    for node in found:
        if structured.is_article(node):
            yield structured.string(node.get("dateModified")), "date de mise à jour de la page"
    declared = _metas(tree)
    for name in ("article:modified_time", "og:updated_time", "last-modified"):
        yield declared.get(name, ""), "date de mise à jour de la page"
    guess = find_date(tree, original_date=True, url=url or None, extensive_search=False)
    yield guess or "", "date devinée dans la page"


def _metas(tree: html.HtmlElement) -> dict[str, str]:
    declared: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if name and meta.get("content"):
            declared.setdefault(name.lower(), meta.get("content", ""))
    return declared


def _url_day(url: str) -> str:
    match = _URL_DAY.search(url)
    return "-".join(match.groups()) if match else ""


def _written(tree: html.HtmlElement, heading: str) -> Iterator[str]:
    """Yield the dates that stand by themselves in a page, the nearest to its heading first.

    Far from the heading, only those whose markup names them a date: others are of events.
    """
    wanted = "".join(heading.casefold().split())
    position, place, found, label = 0, None, [], ""
    for element in tree.iter():
        if place is None and element.tag in {"h1", "h2", "h3"} and wanted:
            place = (
                position if "".join(element.text_content().casefold().split()) == wanted else None
            )
        visible = isinstance(element.tag, str) and element.tag not in {"script", "style", "option"}
        for piece, holder in (
            (element.text if visible else None, element),
            (element.tail, element.getparent()),
        ):
            if not piece or holder is None:
                continue
            words = " ".join(piece.split())
            match = _WRITTEN.match(words) if len(words) < 120 else None
            if match and _LABEL.search(label):
                yield match[1]
            if match and not is_set_apart(holder):
                found.append((position, match[1], _is_dated(holder)))
            position += len(words)
            label = words or label
    ranked = sorted((abs(at - (place or 0)), value, dated) for at, value, dated in found)
    yield from (
        value
        for distance, value, dated in ranked
        if dated or (place is not None and distance < 600)
    )


def _is_dated(element: html.HtmlElement) -> bool:
    holder: html.HtmlElement | None = element
    for _ in range(3):
        if holder is None:
            return False
        if holder.tag == "time" or _DATED.search(
            f"{holder.get('class', '')} {holder.get('itemprop', '')}"
        ):
            return True
        holder = holder.getparent()
    return False


def is_set_apart(element: html.HtmlElement) -> bool:
    """Tell whether an element stands among comments, menus or other articles."""
    for holder in (element, *element.iterancestors()):
        if holder.tag in {"aside", "nav", "footer"}:
            return True
        if holder.tag in {"body", "html", "main"}:
            return False
        if _APART.search(f"{holder.get('class', '')} {holder.get('id', '')}"):
            return True
    return False
