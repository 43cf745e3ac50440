"""What becomes of the rows of a file that is taken in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vigie.exchange.plain import Row
    from vigie.records import Message

SHOWN = 200
"""Rows that are told one by one."""


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    COMPLETED = "completed"
    """An actor that is known, and of which something is known now that was not."""
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    """It contradicts what stands here: that stays, and the rest goes in."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one row, and why."""

    number: int
    name: str
    fate: Fate
    why: tuple[Message, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of the rows of a file."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    refused: list[Row] = field(default_factory=list)

    def note(self, told: Told) -> None:
        """Count a row, and keep it where there is something to say of it."""
        self.counts[told.fate] += 1
        if told.fate is not Fate.DUPLICATE and len(self.told) < SHOWN:
            self.told.append(told)
