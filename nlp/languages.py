"""In which language a text is written: French, German, English, or one that is not read here."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READ = ("fr", "de", "en")
# Their neighbours are told apart from them too rarely to be refused: Alsatian is taken for
# Luxembourgish, Picard and Gallo for Walloon or Occitan.
NEAR = {"lb": "de", "wa": "fr", "oc": "fr", "gcf": "fr", "gcr": "fr"}
SURE = 0.75
FOREIGN = 0.95
LONG_ENOUGH = 120
SAMPLE = 3000


def detect(text: str, default: str = "fr") -> str | None:
    """Return `fr`, `de` or `en`; `None` if the text is surely in another language or script.

    `default` is the language of the document or its source: it decides where the text is too
    short or too odd to tell. Only the first 3,000 characters are looked at.
    """
    sample = text[:SAMPLE]
    letters = [character for character in sample if character.isalpha()]
    if not letters:
        return default
    latin = sum(map(_is_latin, letters))
    if latin < len(letters) / 2:
        return None
    language, confidence = _identifier(READ).classify(sample)
    if len(letters) >= LONG_ENOUGH:
        widest, how_sure = _identifier(None).classify(sample)
        if widest not in READ and how_sure >= FOREIGN and widest not in NEAR:
            return None
        return str(language)
    return str(language) if confidence >= SURE else default


@cache
def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")


@cache
def _identifier(languages: tuple[str, ...] | None) -> LanguageIdentifier:
    """Return the identifier, limited to `languages` if given; loading takes half a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - slow to import

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        identifier.set_languages(languages)
    return identifier
