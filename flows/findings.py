"""What a check of a workspace found, and what the checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from storage.condition import Condition
    from vigie.settings import Settings


class State(IntEnum):
    """How a check ended; the number is the exit status of the whole, at its worst."""

    WELL = 0
    LOOK = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found."""

    check: str
    """One word, for programs: `settings`, `database`…"""
    state: State
    said: str
    remedy: str = ""
    """What to do; empty when all is well."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the checks look at."""

    settings: Settings
    database: Condition | None
    """None when it could not be read."""
    now: datetime
