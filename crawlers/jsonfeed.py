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
    language = feed.get("language")
    documents = tuple(
        _document(item, resource, language) for item in feed["items"] if isinstance(item, dict)
    )
    return Reading(
        documents=documents,
        rejects=tuple(
            Reject(
                where=resource.url,
                reason=Message("entrée {n} : ce n’est pas un objet JSON", {"n": number}),
                raw=json.dumps(item, ensure_ascii=False)[:10_000],
                source_id=resource.source_id,
            )
            for number, item in enumerate(feed["items"], start=1)
            if not isinstance(item, dict)
        ),
        title=text.one_line(str(feed.get("title") or "")),
    )


def _document(item: Mapping[str, Any], resource: Resource, language: object) -> Document:
    url = _link(item, resource.url)
    body = text.from_html(str(item.get("content_html") or "")) or text.tidy(
        str(item.get("content_text") or "")
    )
    title = text.one_line(str(item.get("title") or ""))
    published, note = dates.choose(
        (
            (str(item.get("date_published") or ""), "date du flux"),
            (str(item.get("date_modified") or ""), "date de mise à jour, dans le flux"),
        ),
        resource.fetched_at,
    )
    spoken = str(item.get("language") or language or resource.language or "")[:2].lower()
    key = str(item.get("id") or title)
    return Document(
        id=identity.document_id(url, "" if url != resource.url else key),
        source_id=resource.source_id,
        url=url,
        title=title,
        text=body or text.from_html(str(item.get("summary") or "")),
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=spoken or None,
    )


def _link(item: Mapping[str, Any], feed_url: str) -> str:
    """Return an item's address: its `url`, the page it speaks of, or its `id` if that is one."""
    for name in ("url", "external_url", "id"):
        value = str(item.get(name) or "").strip()
        if not value or (name == "id" and "://" not in value):
            continue
        try:
            url = urljoin(feed_url, value)
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            return url
    return feed_url
