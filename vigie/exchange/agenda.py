"""Events to come of actors as iCalendar (RFC 5545), read by any calendar, and read back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING

from icalendar import Calendar, Component, Event

from vigie.errors import InputError
from vigie.exchange.header import VERSION, Header
from vigie.exchange.plain import Row, WrongRowError, sheet_of
from vigie.language import say
from vigie.records import ActorSheet, Citation, Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OWN = ("id", "name", "source", "title", "commune", "date")
"""What iCalendar has no word for: `X-VIGIE-ID` and so on."""


def write(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield a calendar, the events of one actor after those of another."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Vigie//{VERSION}//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", header.watch)
    calendar.add("last-modified", _midnight(header.day))
    if header.licence:
        calendar.add("x-vigie-licence", header.licence)
    opening, closing = calendar.to_ical().decode().split("END:VCALENDAR")
    yield opening
    for sheet in sheets:
        for one in sheet.events:
            yield event(sheet.id, sheet.name, one).to_ical().decode()
    yield f"END:VCALENDAR{closing}"


def event(actor_id: str, name: str, one: Citation) -> Event:
    """Return an event of an actor; it has a start."""
    made, details = Event(), one.event
    assert details is not None  # noqa: S101 - an event to come is made of them
    assert details.start is not None  # noqa: S101 - the same
    mark = sha256(f"{actor_id} {one.url}".encode()).hexdigest()[:24]
    made.add("uid", f"{mark}@vigie")
    made.add("dtstamp", _midnight(one.day))
    made.add("summary", f"{name} : {one.title}" if one.title else name)
    made.add("dtstart", details.start.astimezone(UTC))
    if details.end and details.end > details.start:
        made.add("dtend", details.end.astimezone(UTC))
    if details.venue:
        made.add("location", details.venue)
    if one.quote:
        made.add("description", one.quote)
    made.add("url", one.url)
    values = (actor_id, name, one.source, one.title, details.commune, one.day.isoformat())
    for label, value in zip(_OWN, values, strict=True):
        if value:
            made.add(f"x-vigie-{label}", value)
    return made


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def read(raw: bytes) -> Iterator[Row]:
    """Yield the actors that a calendar of ours names, each with one event.

    Raises:
        InputError: it is no calendar.
    """
    try:
        calendar = Calendar.from_ical(raw)
    except ValueError as error:
        raise InputError(say("Ce fichier n’est pas un calendrier iCal lisible.")) from error
    for number, made in enumerate(calendar.walk("VEVENT"), 1):
        yield _row(number, made)


def _row(number: int, made: Component) -> Row:
    raw = made.to_ical().decode()
    own = {label: str(made.get(f"x-vigie-{label}", "")) for label in _OWN}
    start, end = made.get("dtstart"), made.get("dtend")
    if not own["name"] or start is None:
        wrong = Message(
            "cet événement ne dit pas de quel acteur il est : une source de type calendar le lira"
        )
        return Row(number=number, wrong=wrong, raw=raw)
    told = {
        "url": str(made.get("url", "")),
        "source": own["source"],
        "date": own["date"],
        "title": own["title"],
        "quote": str(made.get("description", "")),
        "start": start.dt.isoformat(),
        "end": end.dt.isoformat() if end is not None else None,
        "venue": str(made.get("location", "")),
        "commune": own["commune"],
    }
    try:
        sheet = sheet_of({"id": own["id"], "name": own["name"], "events": [told]})
    except WrongRowError as refused:
        return Row(number=number, wrong=refused.reason, raw=raw)
    return Row(number=number, sheet=sheet, raw=raw)
