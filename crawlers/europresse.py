"""Europresse's HTML export: one `<article>` a press article, of as many papers as were searched.

Written after the export's own class names, in its old and new spellings. Authors are left out.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import html

from crawlers import dates, encoding, identity, languages, pages, text
from vigie import catalogue
from vigie.records import Document, Message, Reject, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARK = re.compile(
    rb"<article\b.{0,20000}?(?:DocPublicationName|publiC-lblNodoc|titreArticle)",
    re.DOTALL | re.IGNORECASE,
)
_PUBLISHED = "article est paru dans"
"""What the link to the paper's own page says."""
_NUMBER = re.compile(r"\b(\d{8})\b")
_PAPER_ENDS = re.compile(r",|\(site web\)|\s{2,}|\n|\bno\.? \d|\bn° ?\d", re.IGNORECASE)


def is_export(head: bytes) -> bool:
    """Tell whether a file's beginning is that of an export."""
    return _MARK.search(head) is not None


def read(path: Path, source_id: str | None = None) -> Iterator[Document | Reject | Source]:
    """Yield the articles of an export, each paper as a source before its first article.

    Raises:
        OSError: the file cannot be read.
    """
    now = datetime.now(UTC)
    tree = pages.parse(encoding.decode(path.read_bytes()))
    told: set[str] = set()
    articles = list(tree.iter("article")) if tree is not None else []
    if not articles:
        yield Reject(where=path.name, reason=Message("ce n’est pas un export d’Europresse"))
    for number, article in enumerate(articles, start=1):
        paper = _paper(article)
        source = source_id or catalogue.suggest_id(paper or path.stem)
        if source_id is None and source not in told:
            told.add(source)
            yield Source(id=source, name=paper or path.stem, url="", kind=SourceKind.FILES)
        yield _document(article, source, f"{path.name}, article {number}", now)


def _document(
    article: html.HtmlElement, source: str, where: str, now: datetime
) -> Document | Reject:
    title = text.one_line(_said(article, "rdp__articletitle", "titreArticleVisu", "titreArticle"))
    online = _online(article)
    body = _body(article)
    if not title and not body:
        raw = html.tostring(article, encoding="unicode")[:10_000]
        reason = Message("ni titre ni texte")
        return Reject(where=where, reason=reason, raw=raw, source_id=source)
    number = text.one_line(_said(article, "publiC-lblNodoc", "PubliC_lblNodoc"))
    header = _said(article, "DocHeader")
    day = _NUMBER.search(number)
    published, note = dates.choose(
        (
            (header, "date de l’export Europresse"),
            (day[1] if day else None, "numéro de l’article dans Europresse"),
        ),
        now,
    )
    name = f"europresse:{number.replace(' ', '')}" if number else ""
    url = online or name or f"europresse:{source}/{published or ''}/{title}"
    return Document(
        id=identity.document_id(url),
        source_id=source,
        url=url,
        title=title,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=now,
        language=languages.of(body or title, None),
    )


def _said(article: html.HtmlElement, *classes: str) -> str:
    """Return the text of the first element that bears one of some classes."""
    for name in classes:
        for element in article.xpath(
            "descendant::*[contains(concat(' ', normalize-space(@class), ' '), $name)]",
            name=f" {name} ",
        ):
            if said := text.of_tree(element).strip():
                return said
    return ""


def _body(article: html.HtmlElement) -> str:
    """Return the article's text; what the export adds to it is not the paper's."""
    for link in list(article.iter("a")):
        if _PUBLISHED in link.text_content():
            link.drop_tree()
    return text.tidy(_said(article, "DocText", "docOcurrContainer"))


def _paper(article: html.HtmlElement) -> str:
    """Return the paper's name, without its number and edition."""
    said = _said(article, "DocPublicationName", "rdp__DocPublicationName")
    return text.one_line(_PAPER_ENDS.split(said.strip(), maxsplit=1)[0])


def _online(article: html.HtmlElement) -> str:
    """Return where the paper itself published the article, if the export says so."""
    for link in article.iter("a"):
        href = (link.get("href") or "").strip()
        if href.startswith(("http://", "https://")) and _PUBLISHED in link.text_content():
            return href
    return ""
