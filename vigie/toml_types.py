"""What a value of each type may be in `vigie.toml`, whatever its key, and what is said of another.

A check takes the value as TOML gives it and returns it as the program uses it, or raises
`WrongValueError` with the French reason, to which the caller adds file, line and key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from vigie.errors import WrongValueError
from vigie.language import nearest, say
from vigie.records import (
    Extraction,
    MailSecurity,
    Reach,
    Reservations,
    Side,
    SourceKind,
    Visibility,
)

if TYPE_CHECKING:
    from enum import StrEnum

Check = Callable[[Any], Any]

LONGEST = timedelta(days=366)

_DURATION = re.compile(r"([0-9]{1,6})\s*(min|h|d|w)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_FRENCH_UNITS = {"j": "d", "jour": "d", "sem": "w", "semaine": "w", "m": "min", "mn": "min"}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValueError(say("un texte entre guillemets est attendu"))
    if not value.isprintable():
        raise WrongValueError(say("le texte tient sur une ligne, sans caractère de contrôle"))
    return value.strip()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(say("écrivez true ou false, sans guillemets"))
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValueError(say("un nombre entier est attendu, sans guillemets"))
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise WrongValueError(say("un nombre est attendu, sans guillemets"))
    return float(value)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise WrongValueError(say('une liste de textes est attendue, comme ["a", "b"]'))
    return tuple(_text(item) for item in value)


def _one_of(words: type[StrEnum]) -> Check:
    def check(value: object) -> StrEnum:
        text = _text(value)
        if text not in list(words):
            near = nearest(text.lower(), list(words))
            hint = near or say(" : écrivez {words}", words=", ".join(words))
            raise WrongValueError(say("« {word} » n’existe pas{hint}", word=text, hint=hint))
        return words(text)

    return check


def _duration(value: object) -> timedelta:
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise WrongValueError(
            say("« {value} » n’est pas une durée : {hint}", value=str(value), hint=_in_units(value))
        )
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not timedelta() < length <= LONGEST:
        raise WrongValueError(say("la durée va d’une minute à un an"))
    return length


def _in_units(value: object) -> str:
    """Return how to write a duration that was written in French, or examples."""
    match = re.fullmatch(r"([0-9]{1,6})\s*([a-z]+?)s?", str(value).strip().lower())
    if match and match[2] in _FRENCH_UNITS:
        return say("écrivez « {meant} »", meant=match[1] + _FRENCH_UNITS[match[2]])
    return say("écrivez par exemple 30min, 1h, 2d (jours) ou 1w (semaine)")


def _expected(value: object) -> tuple[int, int]:
    match value:
        case [bool(), _] | [_, bool()]:
            pass
        case [int(low), int(high)] if 0 <= low <= high:
            return low, high
    raise WrongValueError(say("écrivez [au moins, au plus], en documents par semaine"))


def _lists(value: object) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raise WrongValueError(
            say('s’écrit dans sa propre section, une liste par ligne, comme 67482 = ["Neudorf"]')
        )
    return {str(key): _texts(names) for key, names in value.items()}


def _own_section(_: object) -> None:
    raise WrongValueError(say("s’écrit [{name}], une seule fois", name="review.oidc"))


BY_TYPE: Mapping[str, Check] = {
    "str": _text,
    "str | None": _text,
    "bool": _flag,
    "int": _whole,
    "float": _number,
    "tuple[str, ...]": _texts,
    "Mapping[str, tuple[str, ...]]": _lists,
    "timedelta": _duration,
    "tuple[int, int] | None": _expected,
    "SourceKind": _one_of(SourceKind),
    "Reach": _one_of(Reach),
    "Reservations": _one_of(Reservations),
    "Reservations | None": _one_of(Reservations),
    "Extraction | None": _one_of(Extraction),
    "MailSecurity": _one_of(MailSecurity),
    "Oidc | None": _own_section,
    "Visibility": _one_of(Visibility),
    "Side": _one_of(Side),
}
"""Annotation of a record's field → its check."""
