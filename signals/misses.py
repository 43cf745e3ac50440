"""Why an emerging actor was never proposed, and what would have changed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import TYPE_CHECKING

from signals.queue import LEAST_SCORE
from signals.ranking import Aside, Ranking
from vigie.records import EnteredBy, Message, Queue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from signals.scoring import Scored


class Why(StrEnum):
    """Where on its way an actor was lost."""

    NOT_EXTRACTED = "not_extracted"
    NOT_RESOLVED = "not_resolved"
    SET_ASIDE = "set_aside"
    RANKED_OUT = "ranked_out"


class Late(StrEnum):
    """Where an actor stood on the Monday after its second independent mention."""

    UNREAD = "unread"
    """Not recognised in any text by then, or put together with somebody else."""
    SET_ASIDE = "set_aside"
    UNLIKELY = "unlikely"
    """Scored under what a place asks for."""
    OUTRANKED = "outranked"
    """Worth a place, and others were worth more."""


WHY = {
    Why.NOT_EXTRACTED: Message("jamais repéré dans les textes"),
    Why.NOT_RESOLVED: Message("repéré, mais confondu avec d’autres noms"),
    Why.SET_ASIDE: Message("mis de côté"),
    Why.RANKED_OUT: Message("classé trop bas"),
}

ASIDE = {
    Aside.SILENT: Message("silencieux depuis plus de cinq semaines"),
    Aside.INSTITUTION: Message("pris pour une institution"),
    Aside.UNSURE: Message("repéré avec trop peu de certitude"),
    Aside.ELSEWHERE: Message("situé hors du territoire"),
    Aside.OFF_THEME: Message("rien de ce qui en est dit ne touche aux thèmes de la veille"),
    Aside.KEPT: Message("déjà retenu"),
    Aside.MERGED: Message("fusionné avec un autre"),
    Aside.WATCHED: Message("suivi, sans rien de nouveau"),
    Aside.REJECTED: Message("écarté, sans assez de nouveau"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """An actor's best week: how near it came to the queue."""

    as_of: date
    rank: int
    margin: float
    """Log-odds above (or, negative, below) the last one that entered."""
    scored: Scored


@dataclass(frozen=True, slots=True)
class Miss:
    """An emerging actor that was never proposed."""

    name: str
    course: str
    kind: str
    stories: int
    why: Why
    aside: Aside | None = None
    best_rank: int | None = None
    week: date | None = None
    features: tuple[str, ...] = ()
    """Each would alone have brought it in, had it been whole (or, for a penalty, absent)."""

    def as_json(self) -> dict[str, object]:
        """Return the figures by name."""
        return {
            "name": self.name,
            "course": self.course,
            "kind": self.kind,
            "stories": self.stories,
            "why": self.why.value,
            "set_aside": self.aside.value if self.aside else None,
            "best_rank": self.best_rank,
            "week": self.week.isoformat() if self.week else None,
            "features": list(self.features),
        }


def threshold(queue: Queue, ranking: Ranking, slots: int) -> float:
    """Return the log-odds that it took to enter a queue by the ranking."""
    ranked = {c.actor_id for c in queue.candidates if c.entered_by is EnteredBy.RANKING}
    least = log(LEAST_SCORE / (1 - LEAST_SCORE)) + max((s.shift for s in ranking.scored), default=0)
    if len(ranked) < slots:
        return least
    lowest = min(s.log_odds for s in ranking.scored if s.profile.actor_id in ranked)
    return max(lowest, least)


def changing(standing: Standing, weights: Mapping[str, float]) -> tuple[str, ...]:
    """Return up to three features any one of which would have made up for what was lacking."""
    gap = -standing.margin
    room: dict[str, float] = {}
    for name, weight in weights.items():
        if name == "start":
            continue
        found = standing.scored.found.get(name)
        value = found.value if found else 0.0
        room[name] = weight * (1 - value) if weight > 0 else -weight * value
    able = [name for name, more in room.items() if more > 0 and more >= gap]
    return tuple(sorted(able, key=lambda name: (-room[name], name))[:3])
