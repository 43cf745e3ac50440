"""iCalendar files: one document an event, recurrences spelled out in a bounded window.

Each component is parsed by itself, so that a broken one is set aside and the others read. An
event is known by its content, not by its UID: calendar programs draw new ones at each export.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

import icalendar
import recurring_ical_events

from crawlers import communes, dates, encoding, identity, languages, text
from crawlers.resource import Calendar, Reading, Resource, Slot
from vigie.records import Document, DocumentKind, EventDetails, Message, Reject

if TYPE_CHECKING:
    from collections.abc import Iterator

BEHIND = timedelta(days=30)
AHEAD = timedelta(days=120)
MOST_EVENTS = 5000
MOST_OCCURRENCES = 160
"""Of one recurring event in the window: more than one a day."""
_FOLD = re.compile(rb"(?:\r\n?|\n)[ \t]")
_EVENT = re.compile(
    r"^BEGIN:VEVENT\s*$.*?^END:VEVENT\s*$", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_ZONE = re.compile(
    r"^BEGIN:VTIMEZONE\s*$.*?^END:VTIMEZONE\s*$", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
_TITLE = re.compile(r"^(?:X-WR-CALNAME|NAME)[^:\n]*:(.+)$", re.MULTILINE | re.IGNORECASE)
_TOO_OFTEN = re.compile(
    r"^RRULE[^\n]*FREQ=(?:SECONDLY|MINUTELY|HOURLY)", re.MULTILINE | re.IGNORECASE
)
_RECURRENT = re.compile(r"^(?:RRULE|RDATE|RECURRENCE-ID)\b", re.MULTILINE | re.IGNORECASE)
_ENDLESS = re.compile(r"^RRULE(?![^\n]*(?:COUNT|UNTIL)=)", re.MULTILINE | re.IGNORECASE)
_EXCEPTION = re.compile(r"^RECURRENCE-ID\b", re.MULTILINE | re.IGNORECASE)
_UID = re.compile(r"^UID[^:\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)


def read(resource: Resource) -> Reading:
    """Return the events of a calendar."""
    content = _unfolded(resource)
    blocks = [match[0] for match in islice(_EVENT.finditer(content), MOST_EVENTS)]
    title = _TITLE.search(content)
    rejects: list[Reject] = []
    documents: dict[str, Document] = {}
    slots: dict[str, Slot] = {}
    telling = _telling(blocks)
    for group in _grouped(blocks):
        try:
            events = list(_occurrences(group, _zones(content), resource.fetched_at))
            uid = _uid(group[0]) if len(events) < MOST_OCCURRENCES else ""
            for event in events:
                document = _apart(_document(event, resource), documents)
                if document.id in documents:
                    continue
                documents[document.id] = document
                slots[document.id] = Slot(
                    id=document.id,
                    title=document.title,
                    start=_moment(event.start),
                    uid=uid if uid in telling else "",
                    ends=not _ENDLESS.search(group[0]),
                )
        except Exception as error:  # noqa: BLE001 - the libraries raise anything on broken components
            rejects.append(_reject(group[0], resource, error))
    problem = None
    if not re.search(r"^END:VCALENDAR", content, re.MULTILINE | re.IGNORECASE):
        problem = Message("calendrier coupé avant sa fin")
    cut = problem is not None or len(blocks) == MOST_EVENTS
    return Reading(
        documents=tuple(documents.values()),
        rejects=tuple(rejects),
        calendar=None if cut else Calendar(slots=tuple(slots.values()), whole=not rejects),
        problem=problem,
        title=text.one_line(_unescaped(title[1])) if title else "",
    )


def _apart(document: Document, others: dict[str, Document]) -> Document:
    """Return a document under an id of its own, if another begins elsewhere at the same time."""
    other = others.get(document.id)
    if not (other and other.event and document.event) or other.event.venue == document.event.venue:
        return document
    part = f"{document.title}\n{document.event.start}\n{document.event.venue}"
    return replace(document, id=identity.document_id(document.url, part))


def _uid(block: str) -> str:
    uid = _UID.search(block)
    return uid[1].strip() if uid else ""


def _telling(blocks: list[str]) -> set[str]:
    """Return the UIDs that one event alone bears, its exceptions aside."""
    uses = Counter(_uid(block) for block in blocks if not _EXCEPTION.search(block))
    return {uid for uid, count in uses.items() if uid and count == 1}


def _unfolded(resource: Resource) -> str:
    """Return a calendar's text with whole lines.

    They are unfolded before they are decoded, since a fold may part the bytes of one letter
    (RFC 5545, section 3.1); in UTF-16 and the like only whole letters can be told apart.
    """
    wide = b"\0" in resource.body[:1000]
    body = resource.body if wide else _FOLD.sub(b"", resource.body)
    content = re.sub(r"\r\n?", "\n", encoding.decode(body, resource.charset))
    return re.sub(r"\n[ \t]", "", content) if wide else content


def _zones(content: str) -> str:
    return "\n".join(match[0] for match in _ZONE.finditer(content))


def _grouped(blocks: list[str]) -> list[list[str]]:
    """Return the components by event: exceptions to a recurrence go with their event.

    Of several series that share one UID, with the one that stands before them.
    """
    groups: dict[str, list[str]] = {}
    last: dict[str, str] = {}
    for number, block in enumerate(blocks):
        uid = _uid(block)
        shared = uid and _RECURRENT.search(block)
        key = last.get(uid, "") if shared else ""
        another = not _EXCEPTION.search(block) and any(
            not _EXCEPTION.search(one) for one in groups.get(key, ())
        )
        if not key or another:
            key = f"{number}"
        if shared:
            last[uid] = key
        groups.setdefault(key, []).append(block)
    return list(groups.values())


def _occurrences(blocks: list[str], zones: str, now: datetime) -> Iterator[icalendar.Event]:
    """Yield an event's occurrences: all of a recurring one in the window, or its only one."""
    calendar = icalendar.Calendar.from_ical(
        "BEGIN:VCALENDAR\nVERSION:2.0\n" + zones + "\n" + "\n".join(blocks) + "\nEND:VCALENDAR\n"
    )
    events = [event for event in calendar.walk("VEVENT") if isinstance(event, icalendar.Event)]
    for event in events:
        event.start  # noqa: B018 - raises when the event has no usable start
    recurrent = _RECURRENT.search(blocks[0]) and not any(map(_TOO_OFTEN.search, blocks))
    if not recurrent:
        yield events[0]
        return
    found = recurring_ical_events.of(calendar).between(now - BEHIND, now + AHEAD)
    found.sort(key=lambda event: _moment(event.start))
    yield from found[:MOST_OCCURRENCES] or events[:1]


def _document(event: icalendar.Event, resource: Resource) -> Document:
    title = text.one_line(str(event.get("SUMMARY") or ""))
    body = text.from_html(str(event.get("DESCRIPTION") or ""))
    start = _moment(event.start)
    place = text.tidy(str(event.get("LOCATION") or ""))
    url = _url(event, resource)
    published, note = dates.choose(
        (
            (_stamp(event, "CREATED"), "création de l’événement dans l’agenda"),
            (_stamp(event, "LAST-MODIFIED"), "mise à jour de l’événement dans l’agenda"),
            (_stamp(event, "DTSTAMP"), "export de l’agenda"),
        ),
        resource.fetched_at,
    )
    return Document(
        id=identity.document_id(url, f"{title}\n{start.isoformat()}"),
        source_id=resource.source_id,
        url=url,
        title=title,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=resource.fetched_at,
        language=languages.of(body or title, resource.language),
        kind=DocumentKind.EVENT,
        event=EventDetails(
            start=start,
            end=_end(event),
            venue=" ".join(place.split()) or None,
            organiser=_organiser(event),
            commune=communes.in_text(place),
        ),
        withdrawn=str(event.get("STATUS") or "").strip().upper() == "CANCELLED",
    )


def _moment(value: date) -> datetime:
    """Return a start or end as an aware datetime; a whole day begins at its local midnight."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(), dates.ZONE)
    return value if value.tzinfo else value.replace(tzinfo=dates.ZONE)


def _end(event: icalendar.Event) -> datetime | None:
    if "DTEND" not in event and "DURATION" not in event:
        return None
    return _moment(event.end)


def _stamp(event: icalendar.Event, name: str) -> str:
    value = event.get(name)
    moment = getattr(value, "dt", None)
    return moment.isoformat() if isinstance(moment, date) else ""


def _url(event: icalendar.Event, resource: Resource) -> str:
    url = str(event.get("URL") or "").strip()
    return url if url.startswith(("http://", "https://")) else resource.url


def _organiser(event: icalendar.Event) -> str | None:
    organiser = event.get("ORGANIZER")
    if isinstance(organiser, list):
        organiser = organiser[0] if organiser else None
    name = getattr(organiser, "params", {}).get("CN") if organiser is not None else None
    return text.one_line(str(name)) or None if name else None


def _unescaped(value: str) -> str:
    return re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " "))


def _reject(block: str, resource: Resource, error: Exception) -> Reject:
    summary = re.search(r"^SUMMARY[^:\n]*:(.*)$", block, re.MULTILINE)
    return Reject(
        where=resource.url,
        reason=Message(
            "événement illisible : « {title} » ({error})",
            {
                "title": _unescaped(summary[1])[:100] if summary else "?",
                "error": type(error).__name__,
            },
        ),
        raw=block[:10_000],
    )
