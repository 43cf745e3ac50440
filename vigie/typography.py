"""How sentences, days and names from elsewhere are set, on pages and in letters alike."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from vigie.language import render
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCALES = {"fr": "fr_FR", "en": "en_GB"}
COLON = {"fr": "\u00a0: ", "en": ": "}
QUOTES = {"fr": ("«\u00a0", "\u00a0»"), "en": ("“", "”")}
NAME_LIMIT = 120
_MAX_MARKS = 3
"""Combining marks on one letter; no language watched here needs more."""

_IN_FIGURES = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)/(\d\d)/(\d{4})")
_HIGH_MARKS = re.compile(r" ([;?!])")
_WHITE = re.compile(r"[^\S\u00a0\u202f]+")
_EASY = re.compile(r"[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u202f-\u205e\u20a0-\u20c0]*")
"""Letters and signs of western languages: nothing invisible, no marks, nothing that turns."""


def typeset(sentence: str, language: str) -> str:
    """Put the spaces that French keeps from breaking before `: ; ? !` and inside « »."""
    if language != "fr":
        return sentence
    sentence = _HIGH_MARKS.sub("\u202f\\1", sentence)
    for loose, tight in ((" :", "\u00a0:"), ("« ", "«\u00a0"), (" »", "\u00a0»")):
        sentence = sentence.replace(loose, tight)
    return sentence


@lru_cache(maxsize=2048)
def long_date(day: date, language: str) -> str:
    """Return a day in full: `1er mars 2026`, `1 March 2026`."""
    written = format_date(day, "d MMMM y", locale=LOCALES[language])
    return re.sub(r"^1 ", "1er ", written) if language == "fr" else written


def in_words(message: Message, language: str, limit: int = 400) -> str:
    """Return a message as clean, typeset text, its days in words; its values may be the web's."""
    said = replace(message, values=_values_in_words(message.values, language))
    return typeset(plain(render(said, language), limit), language)


def _values_in_words(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a message's values, those that are a day in figures (`2026-03-11`) in words."""
    return {
        name: replace(value, values=_values_in_words(value.values, language))
        if isinstance(value, Message)
        else _day_in_words(value, language)
        if isinstance(value, str)
        else value
        for name, value in values.items()
    }


def _day_in_words(value: str, language: str) -> str:
    found = _IN_FIGURES.fullmatch(value)
    if found is None:
        return value
    year, month, day = (
        int(part) for part in (found.groups()[:3] if found[1] else found.group(6, 5, 4))
    )
    try:
        return long_date(date(year, month, day), language)
    except ValueError:
        return value


def week_span(monday: date, language: str) -> str:
    """Return a week's days: `du 30 mars au 5 avril 2026`, `30 March to 5 April 2026`."""
    sunday = monday + timedelta(days=6)
    if monday.year != sunday.year:
        start = long_date(monday, language)
    elif monday.month != sunday.month:
        start = long_date(monday, language).rsplit(" ", 1)[0]
    else:
        start = long_date(monday, language).split(" ", 1)[0]
    end = long_date(sunday, language)
    return f"du {start} au {end}" if language == "fr" else f"{start} to {end}"


def plain(text: str, limit: int = NAME_LIMIT) -> str:
    """Return a text as `cleaned` does; what was asked of late is remembered."""
    return _remembered(text, limit) if len(text) < NAME_LIMIT else cleaned(text, limit)


def cleaned(text: str, limit: int) -> str:
    """Return a text on one line, without invisible or turning characters, cut to a limit.

    Controls and formats (Unicode categories Cc, Cf, Cs, Co, Cn) go: among them the marks that
    reverse the direction of what follows. The soft hyphen and joiners go with them.
    """
    raw = _WHITE.sub(" ", text[: limit * 4])
    if _EASY.fullmatch(raw):
        return _cut(raw.strip(), limit, whole=len(text) <= limit * 4)
    kept: list[str] = []
    marks = 0
    for character in raw:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if not category.startswith("C") and marks <= _MAX_MARKS:
            kept.append(character)
    return _cut("".join(kept).strip(), limit, whole=len(text) <= limit * 4)


def _cut(text: str, limit: int, *, whole: bool) -> str:
    return text if whole and len(text) <= limit else text[:limit].rstrip() + "…"


@lru_cache(maxsize=4096)
def _remembered(text: str, limit: int) -> str:
    return cleaned(text, limit)
