"""Facts of a week, written by hand: the shortest way to say what was known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from vigie.records import (
    ActorFacts,
    ActorKind,
    DocumentKind,
    Judgement,
    Label,
    Placing,
    Queue,
    Reach,
    RejectReason,
    Sighting,
    SourceFacts,
    Verdict,
    WeekFacts,
    iso_week,
)
from vigie.settings import Watch

MONDAY = date(2026, 3, 16)
MULHOUSE, RIXHEIM, LYON = "68224", "68278", "69123"
WATCH = Watch(
    territory=("200066009",), themes=("réemploi", "tiers-lieu"), queue_size=10, exploration=2
)


def days_ago(days: int, as_of: date = MONDAY) -> date:
    return as_of - timedelta(days=days)


LATELY, LAST_MONDAY = days_ago(3), days_ago(7)


@dataclass
class World:
    """An archive under construction: `say` adds one mention, `facts` is what a week knows."""

    start: date = date(2025, 3, 17)
    sources: dict[str, SourceFacts] = field(default_factory=dict)
    sightings: dict[str, list[Sighting]] = field(default_factory=lambda: defaultdict(list))
    known: dict[str, date] = field(default_factory=dict)
    judgements: dict[str, Judgement] = field(default_factory=dict)
    count: int = 0

    def source(
        self,
        name: str,
        reach: Reach = Reach.LOCAL,
        since: date | None = None,
        *,
        documents: int = 50,
        fetched: date | None = None,
    ) -> str:
        self.sources[name] = SourceFacts(
            source_id=name,
            name=name.title(),
            reach=reach,
            first_day=since or self.start,
            documents=documents,
            fetched_since=fetched,
        )
        return name

    def say(self, actor: str, sentence: str = "", day: date = LATELY, **more: Any) -> Sighting:
        self.count += 1
        source = more.pop("source", "le journal")
        if source not in self.sources:
            self.source(source)
        document = more.pop("document", f"d{self.count}")
        sighting = Sighting(
            document_id=document,
            story_id=more.pop("story", document),
            source_id=source,
            day=day,
            document_kind=more.pop("document_kind", DocumentKind.ARTICLE),
            document_url=f"https://{source.replace(' ', '-')}.example/{document}",
            label=more.pop("label", Label.ACTOR),
            kind=more.pop("kind", ActorKind.ASSOCIATION),
            confidence=more.pop("confidence", 0.9),
            rule="cue",
            surface=more.pop("surface", actor),
            sentence=sentence or f"Une rencontre avec {actor} est prévue.",
            communes=more.pop("communes", (MULHOUSE,)),
            placing=more.pop("placing", Placing.NOWHERE),
            event_day=more.pop("event_day", None),
            dated=more.pop("dated", True),
        )
        assert not more, more
        self.sightings[actor].append(sighting)
        return sighting

    def judge(
        self,
        actor: str,
        verdict: Verdict,
        day: date = LAST_MONDAY,
        reason: RejectReason | None = None,
    ) -> None:
        self.judgements[actor] = Judgement(
            actor_id=actor,
            verdict=verdict,
            who="claire",
            at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
            week=iso_week(day),
            reason=reason,
        )

    def facts(self, as_of: date = MONDAY, last: Queue | None = None) -> WeekFacts:
        actors = []
        for actor, sightings in sorted(self.sightings.items()):
            known = tuple(sorted((s for s in sightings if s.day <= as_of), key=lambda s: s.day))
            if known:
                actors.append(
                    ActorFacts(
                        actor_id=actor,
                        sightings=known,
                        known_since=self.known.get(actor),
                        judgement=self.judgements.get(actor),
                    )
                )
        return WeekFacts(
            as_of=as_of,
            archive_start=self.start,
            sources=self.sources,
            actors=tuple(actors),
            last_queue=last,
        )


def names(queue: Queue) -> list[str]:
    return [c.name for c in queue.candidates]
