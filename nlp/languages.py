"""In which language a text is written: French, German, English, or one that is not read here."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any, Protocol

READ = ("fr", "de", "en")
# Regional tongues that are not refused: Alsatian is taken for Luxembourgish, Picard for Walloon.
NEAR = ("lb", "wa", "oc", "gcf", "gcr")
SURE = 0.75
FAIRLY = 0.5
"""Probability among all languages from which a short text is in another one than its default."""
FOREIGN = 0.1
"""Probability of all that is read, under which a long text is refused."""
LONG_ENOUGH = 120
SAMPLE = 1500
"""Characters looked at: the answer has long been clear by then."""


def detect(text: str, default: str = "fr") -> str | None:
    """Return `fr`, `de` or `en`; `None` if the text is surely in another language or script.

    `default` is the language of the document or its source: it decides where the text is too
    short or too odd to tell. Only the first 1,500 characters are looked at.
    """
    sample = text[:SAMPLE]
    letters = [character for character in sample if character.isalpha()]
    if not letters:
        return default
    latin = sum(map(_is_latin, letters))
    if latin < len(letters) / 2:
        return None
    ranked = dict(_identifier().rank(sample))
    read = {language: ranked.get(language, 0.0) for language in READ}
    among = sum(read.values())
    near = among + sum(ranked.get(language, 0.0) for language in NEAR)
    if len(letters) >= LONG_ENOUGH and near < FOREIGN:
        return None
    language = max(READ, key=lambda language: read[language])
    if len(letters) < LONG_ENOUGH and read[language] < FAIRLY:
        return default
    return language if among and read[language] / among >= SURE else default


class _Identifier(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


@cache
def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


@cache
def _identifier() -> _Identifier:
    """Return the identifier of some hundred languages; loading takes half a second."""
    from py3langid import langid  # noqa: PLC0415 - slow to import

    untyped: Any = langid.LanguageIdentifier
    found: _Identifier = untyped.from_model_file(langid.MODEL_FILE, norm_probs=True)
    return found
