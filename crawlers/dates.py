"""Dates as feeds and pages write them: ISO 8601, RFC 822, and words ("mardi 3 mars 2026").

A date without a time zone is taken in that of the territory. A date that no publication can
have (year 1, a far future) is refused: a wrong date does more harm than none.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

ZONE = ZoneInfo("Europe/Paris")
EARLIEST_YEAR = 1985
FURTHEST = timedelta(days=366)
"""How far ahead of its fetching a publication may be dated (agendas announce)."""

_MONTHS = {
    **dict.fromkeys(("janvier", "janv", "jan", "january", "januar", "janner"), 1),
    **dict.fromkeys(("fevrier", "fevr", "fev", "feb", "february", "februar"), 2),
    **dict.fromkeys(("mars", "mar", "march", "marz", "maerz", "mrz"), 3),
    **dict.fromkeys(("avril", "avr", "apr", "april"), 4),
    **dict.fromkeys(("mai", "may"), 5),
    **dict.fromkeys(("juin", "jun", "june", "juni"), 6),
    **dict.fromkeys(("juillet", "juil", "jul", "july", "juli"), 7),
    **dict.fromkeys(("aout", "aug", "august", "aou"), 8),
    **dict.fromkeys(("septembre", "sept", "sep", "september"), 9),
    **dict.fromkeys(("octobre", "oct", "october", "oktober", "okt"), 10),
    **dict.fromkeys(("novembre", "nov", "november"), 11),
    **dict.fromkeys(("decembre", "dec", "december", "dezember", "dez"), 12),
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_TIME = (
    r"(?:\D{0,12}?(?P<hour>[01]?\d|2[0-3])\s?(?:[:h]|heures?|uhr)"
    r"\s?(?P<minute>[0-5]\d)?(?::(?P<second>[0-5]\d))?)?"
)
_OFFSET = (
    r"(?:\s*(?P<offset>z|(?:utc|gmt)\s?[+-]\d{1,2}(?::?\d{2})?(?!\d)|utc|gmt|[+-]\d{2}:?\d{2}))?"
)
"""« UTC +0100 », as Europresse writes it, is an hour ahead of UTC."""
_ISO = re.compile(
    r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})"
    r"(?:[t\s]+(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d+)?)?)?"
    + _OFFSET.replace(r"[+-]\d{2}:?\d{2}", r"[+-]\d{2}(?::?\d{2})?")
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d){_TIME}{_OFFSET}"
)
_WORDS = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:er|e|\.|st|nd|rd|th)?[\s-]+(?P<month>{_MONTH})\.?,?[\s-]+(?P<year>\d{{4}}|\d{{2}}(?=\s))\b{_TIME}{_OFFSET}"
)
_ENGLISH = re.compile(
    rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b{_TIME}{_OFFSET}"
)
_NUMBERS = re.compile(
    rf"\b(?P<day>\d{{1,2}})\s?[/.]\s?(?P<month>\d{{1,2}})\s?[/.]\s?(?P<year>\d{{4}}|\d{{2}})\b{_TIME}"
)
_HYPHENS = re.compile(
    rf"(?<![\d-])(?P<day>\d{{1,2}})-(?P<month>\d{{1,2}})-(?P<year>\d{{4}})(?![\d-]){_TIME}"
)
"""A telephone number has more of them."""
_NAMED_OFFSETS = {
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}


def parse(value: str, zone: ZoneInfo = ZONE) -> datetime | None:
    """Return the moment that a text begins with or names, or None.

    A day without a time is its midnight in `zone`.
    """
    plain = _plain(value)
    match = _ISO.match(plain) or _YEAR_FIRST.match(plain)
    for form in (_WORDS, _ENGLISH, _NUMBERS, _HYPHENS):
        match = match or form.search(plain)
    return _moment(match, plain, zone) if match else None


def has_time(value: str) -> bool:
    """Tell whether a date in text says an hour."""
    return re.search(r"\d\s?[:hH]\s?\d|T\d{2}", value) is not None


def plausible(moment: datetime, now: datetime) -> bool:
    """Tell whether something may have been published at a moment."""
    return moment.year >= EARLIEST_YEAR and moment <= now + FURTHEST


def _plain(value: str) -> str:
    """Return a text in lower case without accents: `1er août` → `1er aout`."""
    value = unicodedata.normalize("NFKD", value[:300].strip().lower())
    return "".join(letter for letter in value if not unicodedata.combining(letter))


def _moment(match: re.Match[str], plain: str, zone: ZoneInfo) -> datetime | None:
    parts = match.groupdict()
    month = _MONTHS.get(parts["month"]) or int(parts["month"])
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 70 else 1900
    try:
        naive = datetime(  # noqa: DTZ001 - the zone follows
            year,
            month,
            int(parts["day"]),
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            min(int(parts["second"] or 0), 59),
        )
        return naive.replace(tzinfo=_zone(parts.get("offset"), plain, zone))
    except ValueError:
        return None


def _zone(offset: str | None, plain: str, zone: ZoneInfo) -> timezone | ZoneInfo:
    if offset in {"z", "utc", "gmt"}:
        return UTC
    if offset:
        digits = re.sub(r"\D", "", offset)
        digits = digits.zfill(len(digits) + len(digits) % 2).ljust(4, "0")
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return timezone(timedelta(minutes=-minutes if "-" in offset else minutes))
    named = plain.rsplit(" ", 1)[-1]
    if named in _NAMED_OFFSETS:
        return timezone(timedelta(hours=_NAMED_OFFSETS[named]))
    return zone


def choose(
    candidates: Iterable[tuple[str | None, str]], now: datetime, zone: ZoneInfo = ZONE
) -> tuple[datetime | None, str]:
    """Return the first date that can be one, and in French where it comes from.

    `candidates` are texts with their origin ("date du flux"), the most trusted first. Without
    a date, the second value says why.
    """
    refused = ""
    for value, origin in candidates:
        if not value or not value.strip():
            continue
        moment = parse(value, zone)
        if moment is not None and plausible(moment, now):
            return moment, origin
        refused = refused or f"{origin} refusée : « {value.strip()[:60]} »"
    return None, refused or "aucune date indiquée"
