"""The language of a document, as far as the crawl needs it.

Sites built from a theme often claim to be English and are not: that claim alone is checked.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_SHORTEST = 60


def declared(value: str | None) -> str | None:
    """Return the two letters of a declared language, if it is one."""
    code = (value or "").strip()[:2].lower()
    return code if len(code) == 2 and code.isalpha() else None


def of(body: str, claimed: str | None) -> str | None:
    """Return the language of a text, given what its page or feed claims."""
    if (claimed and claimed != "en") or len(body) < _SHORTEST:
        return claimed
    language: str = _identifier().classify(body[:1000])[0]
    return language


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - slow to import

    identifier: LanguageIdentifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["fr", "en", "de", "it", "es", "nl", "pt"])
    return identifier
