"""Names of bodies that everyone writes out in the same common words."""

from __future__ import annotations

import re
from typing import NamedTuple

from vigie.records import Label


class Phrase(NamedTuple):
    """What everyone writes out in the same words, and of what a place may follow."""

    near: str
    """Letters without which it does not stand in a text."""
    pattern: re.Pattern[str]
    label: Label


OF_A_TOWN = r" (?:de (?:L[ae]s?[ -]|L')?|d'|du |des )[A-ZÀ-Ý][\w'-]*"
TOWN = rf"(?:{OF_A_TOWN})?"
PHRASES = (
    Phrase(
        "aison des ",
        re.compile(rf"\b[Mm]aison des [Jj]eunes et de la [Cc]ulture{TOWN}"),
        Label.ACTOR,
    ),
    Phrase("aison pour ", re.compile(rf"\b[Mm]aison pour [Tt]ous{TOWN}"), Label.ACTOR),
    Phrase(
        "hambre d",
        re.compile(
            r"\b[Cc]hambre d(?:e (?:commerce et d'industrie|métiers(?: et de l'artisanat)?)|"
            rf"'agriculture){TOWN}"
        ),
        Label.INSTITUTION,
    ),
    Phrase("", re.compile(rf"\b(?:[Mm]airie|[Oo]ffice de tourisme){OF_A_TOWN}"), Label.INSTITUTION),
    Phrase(
        "entre communal ",
        re.compile(rf"\b[Cc]entre communal d'action sociale{TOWN}"),
        Label.INSTITUTION,
    ),
    Phrase(
        "aisse d'", re.compile(rf"\b[Cc]aisse d'allocations familiales{TOWN}"), Label.INSTITUTION
    ),
)
