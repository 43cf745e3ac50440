"""Which day a moment belongs to, where the watch is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from vigie.records import Document

PARIS = ZoneInfo("Europe/Paris")


def day_of(moment: datetime, zone: tzinfo) -> date:
    """Return the calendar day of a moment in a time zone."""
    return moment.astimezone(zone).date()


def known_on(document: Document, zone: tzinfo) -> date:
    """Return the day from which a document is known: published, never later than fetched."""
    fetched = day_of(document.fetched_at, zone)
    if document.published_at is None:
        return fetched
    return min(day_of(document.published_at, zone), fetched)


def end_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time(), zone)
