"""The words that a person reads: French by default, English complete.

French sentences stand in the code, as the messages' own identity; the English catalogue is
`vigie/locale/en.po`, read as it is (no compiled file to keep in step).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from functools import cache
from gettext import NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LANGUAGES = ("fr", "en")

_SPOKEN: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let `say` speak a language for a time: that of whom a page answers."""
    before = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


@cache
def translations(language: str) -> NullTranslations:
    """Return the catalogue of a language; French, and any unknown one, is the text itself."""
    if language != "en":
        return NullTranslations()
    # Babel is read only where English is asked for: the command line must answer at once.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = BytesIO()
    with files("vigie").joinpath("locale", "en.po").open("rb") as catalogue:
        write_mo(compiled, read_po(catalogue, locale="en"))
    compiled.seek(0)
    return Translations(compiled)


def render(message: Message, language: str = "fr") -> str:
    """Return a message as text in a language.

    French says the plural from two on, English for all but one: the catalogue decides.
    """
    if language == "fr":
        return str(message)
    catalogue = translations(language)
    values = {
        name: render(value, language) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    if message.plural is None:
        return catalogue.gettext(message.template).format_map(values)
    number = int(message.number)
    return catalogue.ngettext(message.template, message.plural, number).format_map(values)


def terminal_language() -> str:
    """Return the language of the terminal: French, unless `VIGIE_LANG` says otherwise.

    While a page is answered it is the visitor's.
    """
    if spoken := _SPOKEN.get():
        return spoken
    wanted = os.environ.get("VIGIE_LANG", "fr")[:2].lower()
    return wanted if wanted in LANGUAGES else "fr"


def decimal(value: float, form: str = ".2f") -> str:
    """Return a number, formatted as `format` does, with the decimal sign of the terminal."""
    written = format(value, form)
    return written.replace(".", ",") if terminal_language() == "fr" else written


def say(template: str, plural: str | None = None, **values: str | float | Message) -> str:
    """Return a sentence in the language of the terminal."""
    return render(Message(template, values, plural), terminal_language())


def nearest(wanted: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return “ ; vouliez-vous dire … ?” with the nearest of the known words, or nothing."""
    near = get_close_matches(wanted, list(known), n=1, cutoff=cutoff)
    return say(" ; vouliez-vous dire « {near} » ?", near=near[0]) if near else ""
