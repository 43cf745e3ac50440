"""JSON Feed 1.1, by its specification (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from crawlers import dates, identity, text
from crawlers.resource import Reading, Resource
from vigie.records import Document, Message, Reject

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(content: str, resource: Resource) -> Reading:
    """Return the items of a JSON Feed as documents whose text is the feed's own."""
    try:
        feed = json.loads(content, strict=False)
    except (ValueError, RecursionError):
        return Reading(problem=Message("JSON illisible : le fichier est coupé ou mal formé"))
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return Reading(problem=Message("ce JSON n’est pas un JSON Feed : il n’a pas d’« items »"))
    language = _string(feed, "language")
    documents, rejects = [], []
    for number, item in enumerate(feed["items"], start=1):
        document = _document(item, resource, language) if isinstance(item, dict) else None
        if document is not None and _says_something(document, resource):
            documents.append(document)
            continue
        reason = Message("entrée {n} : ni adresse, ni titre, ni texte", {"n": number})
        if document is None:
            reason = Message("entrée {n} : ce n’est pas un objet JSON", {"n": number})
        rejects.append(
            Reject(
                where=resource.url,
                reason=reason,
                raw=json.dumps(item, ensure_ascii=False)[:10_000],
                source_id=resource.source_id,
            )
        )
    return Reading(
        documents=tuple(documents),
        rejects=tuple(rejects),
        title=text.one_line(_string(feed, "title")),
    )


def _says_something(document: Document, resource: Resource) -> bool:
    return bool(document.title or document.text or document.url != resource.url)


def _document(item: Mapping[str, Any], resource: Resource, language: str) -> Document:
    url = _link(item, resource.url)
    body = text.from_html(_string(item, "content_html")) or text.tidy(_string(item, "content_text"))
    title = text.one_line(_string(item, "title"))
    published, note = dates.choose(
        (
            (_string(item, "date_published"), "date du flux"),
            (_string(item, "date_modified"), "date de mise à jour, dans le flux"),
        ),
        resource.fetched_at,
    )
    spoken = (_string(item, "language") or language or resource.language or "")[:2].lower()
    key = _string(item, "id") or title
    return Document(
        id=identity.document_id(url, "" if url != resource.url else key),
        source_id=resource.source_id,
        url=url,
        title=title,
        text=body or text.from_html(_string(item, "summary")),
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=spoken or None,
    )


def _link(item: Mapping[str, Any], feed_url: str) -> str:
    """Return an item's address: its `url`, the page it speaks of, or its `id` if that is one."""
    for name in ("url", "external_url", "id"):
        value = _string(item, name).strip()
        if not value or (name == "id" and "://" not in value):
            continue
        try:
            url = urljoin(feed_url, value)
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            return url
    return feed_url


def _string(values: Mapping[str, Any], name: str) -> str:
    """Return a text, or a number as text; empty for what can be neither, as a list."""
    value = values.get(name)
    known = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if known else ""
