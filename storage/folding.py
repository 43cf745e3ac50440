"""How names are compared when a person searches: without accents, case or apostrophes."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Return a text in lower case, without accents, its words parted by single spaces."""
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae").replace("Æ", "ae")
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(letters).split())


def sort_key(name: str) -> str:
    """Return what a name is sorted by: folded, and no longer than any index takes."""
    return fold(name)[:600]
