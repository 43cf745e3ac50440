"""How the pages speak: the choice of a language, the typography, the dates, the labels."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from babel.dates import format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from review import text
from vigie import gazetteer
from vigie.language import LANGUAGES, render, translations
from vigie.records import ActorKind, Field, Message
from vigie.typography import COLON, LOCALES, QUOTES, in_words, long_date, typeset
from vigie.words import (
    ANSWERS,
    ENDS,
    FATES,
    FIELDS,
    HEALTH,
    KINDS,
    PAUSED,
    POSITIONS,
    PROPOSED,
    REASONS,
    RELATIONS,
    RELATIONS_TURNED,
    ROLES,
    ROUND_ASKS,
    ROUNDS,
    SIDES,
    SOURCE_CHANGES,
    SOURCE_KINDS,
    STAGES,
    VERDICTS,
    VISIBILITIES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from fastapi import Request

LANGUAGE_COOKIE = "vigie_lang"
_PREFERENCE = re.compile(r"\s*([a-zA-Z]{2})[\w-]*\s*(?:;\s*q=([01](?:\.\d{1,3})?))?\s*")


def choose_language(request: Request) -> str:
    """Return a visitor's language: the address says it, else the cookie, else the browser."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    ranked = sorted(
        (
            (-float(match[2] or 1), position, match[1].lower())
            for position, part in enumerate(
                request.headers.get("accept-language", "")[:200].split(",")
            )
            if (match := _PREFERENCE.fullmatch(part))
        )
    )
    return next((name for weight, _, name in ranked if weight and name in LANGUAGES), "fr")


def say_in(language: str, message: Message, limit: int = 400) -> str:
    """Return a message as clean, typeset text; its values may come from the web."""
    return in_words(message, language, limit)


@lru_cache(maxsize=4096)
def _label(template: str, language: str) -> str:
    """Return a message without values, as kinds and verdicts are, set once."""
    said = translations(language).gettext(template).format_map({})
    return typeset(text.plain(said, 400), language)


def moment(at: datetime, language: str, zone: ZoneInfo) -> str:
    """Return a moment on the clocks of a time zone: `9 mars 2026 à 14 h 05`."""
    local = at.astimezone(zone)
    day = long_date(local.date(), language)
    if language == "fr":
        return f"{day} à {local.hour}\u00a0h\u00a0{local.minute:02d}"
    return f"{day} at {format_datetime(local, 'HH:mm', locale=LOCALES[language])}"


@lru_cache(maxsize=2048)
def number(value: float, language: str, pattern: str = "#,##0.##") -> str:
    """Return a number as the language writes it."""
    return format_decimal(value, pattern, locale=LOCALES[language])


def commune_name(code: str | None) -> str:
    """Return a commune's name, or nothing for a code that is none."""
    try:
        return gazetteer.commune(code or "").name
    except KeyError:
        return ""


_ANSWERS = {"yes": Message("oui"), "no": Message("non")}
_VALUES: Mapping[Field, Mapping[str, Message]] = {
    Field.STAGE: {one.value: words for one, words in STAGES.items()},
    Field.VISIBILITY: {one.value: words for one, words in VISIBILITIES.items()},
    Field.SIDE: {one.value: words for one, words in SIDES.items()},
}
"""The words of fields that hold a value of an enumeration."""


def field_words(field: Field, value: Sequence[str], language: str) -> str:
    """Return what was written in a field of an actor as a person reads it."""
    if field is Field.KINDS:
        return ", ".join(render(KINDS[ActorKind(one)], language) for one in value)
    if field is Field.COMMUNES:
        return ", ".join(commune_name(one) for one in value)
    if field in _VALUES:
        return ", ".join(render(_VALUES[field][one], language) for one in value)
    if field is Field.ACTIVE:
        return ", ".join(render(_ANSWERS[one], language) for one in value)
    return ", ".join(value)


@cache
def environment(language: str) -> Environment:
    """Return the templates' environment in a language."""
    catalogue = translations(language)
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]  # added by the extension
    said = _said(catalogue.gettext, language)
    filters: dict[str, Callable[..., object]] = {
        "plain": text.plain,
        "visible": text.visible,
        "web_link": text.web_link,
        "site": text.host,
        "markdown": text.markdown,
        "path_part": text.path_part,
        "typeset": lambda sentence: typeset(sentence, language),
        "message": lambda message: (
            say_in(language, message) if message.values else _label(message.template, language)
        ),
        "long_date": lambda day: long_date(day, language),
        "number": lambda value, pattern="#,##0.##": number(value, language, pattern),
    }
    made.filters |= filters
    made.globals |= {
        "_": said,
        "gettext": said,
        "ngettext": _counted(_french_plural if language == "fr" else catalogue.ngettext, language),
        "language": language,
        "colon": COLON[language],
        "quotes": QUOTES[language],
        "KINDS": KINDS,
        "VERDICTS": VERDICTS,
        "REASONS": REASONS,
        "ANSWERS": ANSWERS,
        "ROUNDS": ROUNDS,
        "ROUND_ASKS": ROUND_ASKS,
        "POSITIONS": POSITIONS,
        "ENDS": ENDS,
        "FATES": FATES,
        "PROPOSED": PROPOSED,
        "HEALTH": HEALTH,
        "SOURCE_KINDS": SOURCE_KINDS,
        "FIELDS": FIELDS,
        "STAGES": STAGES,
        "SIDES": SIDES,
        "VISIBILITIES": VISIBILITIES,
        "ROLES": ROLES,
        "SOURCE_CHANGES": SOURCE_CHANGES,
        "PAUSED": PAUSED,
        "RELATIONS": RELATIONS,
        "RELATIONS_TURNED": RELATIONS_TURNED,
        "field_words": lambda field, value: field_words(Field(field), value, language),
    }
    return made


def _french_plural(single: str, plural: str, count: int) -> str:
    """French says the plural from two on; gettext's fallback would say « 0 avis donnés »."""
    return plural if abs(count) >= 2 else single


# The texts of our own templates, of which there are some hundreds, are set once. Jinja's own
# callables do the same, but look each other up and put values in at every word of a page.


def _said(translate: Callable[[str], str], language: str) -> Callable[..., Markup]:
    """Return what a template calls with a sentence and its values."""

    @lru_cache(maxsize=4096)
    def whole(words: str) -> Markup:
        return Markup(typeset(translate(words), language))  # noqa: S704 - a template's own text

    @lru_cache(maxsize=4096)
    def alone(words: str) -> Markup:
        return whole(words) % {}

    def said(words: str, /, **values: object) -> Markup:
        return whole(words) % values if values else alone(words)

    return said


def _counted(translate: Callable[[str, str, int], str], language: str) -> Callable[..., Markup]:
    """Return what a template calls with a sentence, its plural, a number and other values."""

    @lru_cache(maxsize=4096)
    def whole(single: str, plural: str, count: int) -> Markup:
        return Markup(typeset(translate(single, plural, count), language))  # noqa: S704 - the same

    def counted(single: str, plural: str, num: int, /, **values: object) -> Markup:
        return whole(single, plural, num) % {"num": num, **values}

    return counted
