"""OpenAgenda events: exports of its open data set, and the answers of its own interface.

The same event is told in three shapes: `records[].fields` (exports, first version), flat
objects (exports, second version, also as GeoJSON), and nested objects with a text a language
(`events[]`, API version 2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from crawlers import dates, encoding, identity, paging, text
from crawlers.resource import Reading, Resource
from vigie.records import Document, DocumentKind, EventDetails, Message, Reject

Values = Mapping[str, Any]
_LANGUAGES = ("fr", "de", "en", "br", "oc")


def read(resource: Resource) -> Reading:
    """Return the events of an OpenAgenda file."""
    try:
        content = json.loads(encoding.decode(resource.body, resource.charset), strict=False)
    except (ValueError, RecursionError):
        return Reading(problem=Message("JSON illisible : le fichier est coupé ou mal formé"))
    documents: dict[str, Document] = {}
    rejects, withdrawn = [], []
    bare = paging.asks_for_removed(resource.url)
    for number, values in enumerate(_events(content), start=1):
        if _is_removed(values) or (bare and not _said(values, "title")):
            withdrawn.append(_gone(values, resource))
            continue
        document = _document(values, resource)
        if document is not None:
            documents.setdefault(document.id, document)
            continue
        rejects.append(
            Reject(
                where=resource.url,
                reason=Message("événement {n} : sans titre", {"n": number}),
                raw=json.dumps(values, ensure_ascii=False)[:10_000],
            )
        )
    if not documents and not rejects and not withdrawn and content not in ([], {}):
        known = isinstance(content, dict) and set(content) & {
            "records",
            "events",
            "results",
            "features",
        }
        if not known:
            return Reading(problem=Message("ce JSON n’est pas un export OpenAgenda"))
    return Reading(
        documents=tuple(documents.values()), rejects=tuple(rejects), withdrawn=tuple(withdrawn)
    )


def _events(content: object) -> Iterator[Values]:
    if isinstance(content, Mapping):
        for name in ("records", "events", "results", "features", "data"):
            if isinstance(content.get(name), list):
                content = content[name]
                break
        else:
            content = [content]
    for one in content if isinstance(content, list) else ():
        if not isinstance(one, Mapping):
            continue
        record = one.get("record")
        inner = record if isinstance(record, Mapping) else one
        for name in ("fields", "properties"):
            fields = inner.get(name)
            if isinstance(fields, Mapping):
                inner = fields
        if _is_removed(one) or "uid" in inner or any(name.startswith("title") for name in inner):
            yield {**inner, "removed": _is_removed(one) or _is_removed(inner)}


def _is_removed(values: Values) -> bool:
    """Tell whether an event is marked as removed: `true`, `1`, or either as a text."""
    return str(values.get("removed") or "").strip().lower() not in {"", "0", "false"}


def _gone(values: Values, resource: Resource) -> Document:
    """Return what is left of a removed event: which one it was."""
    uid, shared = _string(values, "uid"), _shared_url(resource)
    url = _url(values, resource)
    return Document(
        id=identity.document_id(url, "" if url != shared else uid),
        source_id=resource.source_id,
        url=url,
        title="",
        text="",
        published_at=None,
        fetched_at=resource.fetched_at,
        kind=DocumentKind.EVENT,
        withdrawn=True,
    )


def _document(values: Values, resource: Resource) -> Document | None:
    title = text.one_line(_said(values, "title"))
    if not title:
        return None
    language = next((code for code in _LANGUAGES if _in_language(values, "title", code)), None)
    short, long = (
        text.from_html(_said(values, "description")),
        text.from_html(_without_marks(_said(values, "longDescription", "longdescription"))),
    )
    body = long if short and short in long else "\n".join(piece for piece in (short, long) if piece)
    url, shared = _url(values, resource), _shared_url(resource)
    part = "" if url != shared else f"{values.get('uid') or title}"
    published, note = dates.choose(
        (
            (_string(values, "createdAt", "createdat"), "création de l’événement dans OpenAgenda"),
            (_string(values, "updatedAt", "updatedat"), "mise à jour dans OpenAgenda"),
            (_string(values, "record_timestamp"), "mise à jour dans OpenAgenda"),
        ),
        resource.fetched_at,
    )
    return Document(
        id=identity.document_id(url, part),
        source_id=resource.source_id,
        url=url,
        title=title,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=language or resource.language,
        kind=DocumentKind.EVENT,
        event=_details(values),
        also=_by_number(values, url, resource),
    )


def _by_number(values: Values, url: str, resource: Resource) -> tuple[str, ...]:
    """Return the id by which the interface tells that an event was removed: it gives no address."""
    shared, uid = _shared_url(resource), _string(values, "uid")
    if url == shared or not uid or not paging.is_agenda_api(resource.url):
        return ()
    return (identity.document_id(shared, uid),)


def _without_marks(markdown: str) -> str:
    """Return a text without the Markdown that the interface writes long descriptions in."""
    markdown = re.sub(r"!?\[([^\]\n]*)\]\([^)\s]*\)", r"\1", markdown)
    markdown = re.sub(r"^\s{0,3}(?:#{1,6}|[*+-]|>)\s+", "", markdown, flags=re.MULTILINE)
    return re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", markdown)


def _details(values: Values) -> EventDetails:
    timings = _decoded(values.get("timings"))
    moments = (
        [timing for timing in timings if isinstance(timing, Mapping)]
        if isinstance(timings, list)
        else []
    )
    location = values.get("location")
    place: Values = location if isinstance(location, Mapping) else {}
    start = _string(values, "firstdate_begin") or _timing(values, "firstTiming", "begin")
    end = _string(values, "lastdate_end") or _timing(values, "lastTiming", "end")
    if not start and moments:
        start = min(str(timing.get("begin") or timing.get("start") or "") for timing in moments)
    if not end and moments:
        end = max(str(timing.get("end") or "") for timing in moments)
    return EventDetails(
        start=dates.parse(start),
        end=dates.parse(end),
        venue=text.one_line(_string(values, "location_name") or _string(place, "name")) or None,
        organiser=_organiser(values),
        commune=text.one_line(_string(values, "location_city") or _string(place, "city")) or None,
    )


def _organiser(values: Values) -> str | None:
    """Return who organises: the contributor's organisation, else the agenda that published it."""
    contributor = _decoded(values.get("contributor"))
    candidates = [
        _said(values, "organizer", "organisateur", "organiser"),
        _string(contributor, "organization") if isinstance(contributor, Mapping) else "",
        _string(values, "contributor_organization", "originagenda_title"),
    ]
    for name in ("originAgenda", "agenda"):
        agenda = values.get(name)
        if isinstance(agenda, Mapping):
            candidates.append(_string(agenda, "title"))
    return next((name for one in candidates if (name := text.one_line(one))), None)


def _url(values: Values, resource: Resource) -> str:
    for name in ("canonicalurl", "canonicalUrl", "canonical_url", "permalink", "url"):
        url = _string(values, name).strip()
        if url.startswith(("http://", "https://")):
            return url
    agenda, slug = values.get("originAgenda") or values.get("agenda"), _string(values, "slug")
    if isinstance(agenda, Mapping) and _string(agenda, "slug") and slug:
        return f"https://openagenda.com/{_string(agenda, 'slug')}/events/{slug}"
    if slug and not resource.url.startswith(("http://", "https://")):
        return f"https://openagenda.com/events/{slug}"
    return _shared_url(resource)


def _shared_url(resource: Resource) -> str:
    """Return the address of events that have none of their own: that of their agenda.

    What was asked of the interface (since when, after which event) is no part of it: that is
    other at each crawl, and the event is the same.
    """
    if not paging.is_agenda_api(resource.url):
        return resource.url
    return urlunsplit(urlsplit(resource.url)._replace(query="", fragment=""))


def _said(values: Values, *names: str) -> str:
    """Return a text, in French if it is there, else in the first language that is."""
    for name in names:
        for code in _LANGUAGES:
            if found := _in_language(values, name, code):
                return found
        if isinstance(values.get(name), str):
            return str(values[name])
    return ""


def _in_language(values: Values, name: str, code: str) -> str:
    nested = _decoded(values.get(name)) if isinstance(values.get(name), Mapping) else None
    found = nested.get(code) if isinstance(nested, Mapping) else values.get(f"{name}_{code}")
    return found if isinstance(found, str) else ""


def _timing(values: Values, name: str, end: str) -> str:
    timing = _decoded(values.get(name))
    return _string(timing, end) if isinstance(timing, Mapping) else ""


def _string(values: Values, *names: str) -> str:
    return next(
        (str(values[name]) for name in names if isinstance(values.get(name), str | int)), ""
    )


def _decoded(value: object) -> object:
    """Return a value that exports write as JSON inside JSON."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value
