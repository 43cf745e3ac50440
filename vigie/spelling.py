"""Which of the ways in which texts write a name is shown: one rule for the base and the queue."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_SHORT_FORM = 6
"""Letters of one word in capitals that may be a short form; a longer one shouts."""
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "ß": "ss"})


def ranked(surfaces: Mapping[str, int]) -> tuple[str, ...]:
    """Return each name once, in its best writing: the most frequent first, short forms last.

    Writings that differ in case, accents and space alone are one name. Of two as frequent the
    longer one comes first. Headlines in capitals and hasty writers leave accents and small
    letters out, nobody adds them: the writing that has most of them is shown.
    """
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for surface, times in surfaces.items():
        said = " ".join(surface.split())
        forms[_folded(said)][said] += times
    names = {
        form: min(written, key=lambda s: (*_hasty(s), -written[s], s))
        for form, written in forms.items()
    }
    order = sorted(forms, key=lambda f: (_is_short_form(names[f]), -forms[f].total(), -len(f), f))
    return tuple(names[form] for form in order)


def shouts(surface: str) -> bool:
    """Tell whether a name stands in capitals that are no short form's."""
    return surface.isupper() and (" " in surface or len(surface) > LONGEST_SHORT_FORM)


def is_rewriting(one: str, other: str) -> bool:
    """Tell whether two writings differ in case, accents and space alone."""
    return _folded(one) == _folded(other)


def _is_short_form(surface: str) -> bool:
    return surface.isupper() and not shouts(surface)


def _hasty(surface: str) -> tuple[bool, bool, int]:
    accents = sum(not c.isascii() and c.isalpha() for c in surface)
    return shouts(surface), not any(c.isupper() for c in surface), -accents


def _folded(surface: str) -> str:
    plain = " ".join(surface.translate(_LETTERS).casefold().split())
    if plain.isascii():
        return plain
    plain = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in plain if not unicodedata.combining(c))
