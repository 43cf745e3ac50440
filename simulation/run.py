"""The whole simulation, day by day, onto disk."""

from __future__ import annotations

import heapq
import json
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import TextIO

from simulation import outlets as papers
from simulation import world
from simulation.cast import Entity
from simulation.courses import Appearance, Births, poisson
from simulation.outlets import Outlet
from simulation.writing import ZONE, Desk, Story, Written, publish

DEFAULT_UNTIL = date(2026, 6, 29)
"""A Monday; the last simulated day is the one before."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a simulation wrote."""

    folder: Path
    siren: str
    first_day: date
    until: date
    documents: int
    entities: int
    emerging: int
    outlets: tuple[Outlet, ...]


def simulate(
    folder: Path,
    territory: str,
    weeks: int = 52,
    seed: int = 7,
    scale: float = 1.0,
    until: date | None = None,
) -> Summary:
    """Write an invented web and its truth to a folder.

    `until` is the first day that is not simulated, a Monday by default. Scale 1 gives about
    58 documents a week. The same arguments give the same bytes on any machine.

    Raises:
        SettingsError: the territory is not known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = until or DEFAULT_UNTIL
    return _Run(folder, territory, weeks, seed, scale, until).run()


class _Run:
    def __init__(
        self, folder: Path, territory: str, weeks: int, seed: int, scale: float, until: date
    ) -> None:
        self.folder, self.weeks, self.seed, self.scale, self.until = (
            folder,
            weeks,
            seed,
            scale,
            until,
        )
        self.number = world.Numbers()
        self.stage = world.build(territory, seed, scale, self.number)
        self.outlets = papers.draw(self.stage, seed)
        self.desk = Desk(self.stage)
        self.births = Births(self.stage, seed, scale, self.number, weeks)
        self.first_day = until - timedelta(weeks=weeks)
        self.due: list[tuple[date, int, Appearance]] = []
        self.later: list[tuple[datetime, int, Story, Outlet, str, Random]] = []
        self.sequence = self.written = self.stories = 0
        self.truth: dict[int, tuple[Entity, list[tuple[str, str]]]] = {}

    def run(self) -> Summary:
        with ExitStack() as stack:
            self.documents = stack.enter_context(self._open("documents.jsonl"))
            self.annotations = stack.enter_context(self._open("annotations.jsonl"))
            self.web = stack.enter_context(self._open("web.jsonl"))
            for offset in range(self.weeks * 7):
                day = self.first_day + timedelta(days=offset)
                if offset % 7 == 0:
                    self._births(offset // 7, day)
                self._day(day)
        self._truth()
        config = {
            "territory": [self.stage.siren],
            "epci": self.stage.epci,
            "first_day": self.first_day.isoformat(),
            "until": self.until.isoformat(),
            "seed": self.seed,
            "port": papers.PORT,
            "outlets": [o.json() for o in self.outlets],
        }
        (self.folder / "sources.json").write_text(
            json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        return Summary(
            self.folder,
            self.stage.siren,
            self.first_day,
            self.until,
            self.written,
            len(self.truth),
            sum(e.emerging for e, _ in self.truth.values()),
            self.outlets,
        )

    def _open(self, name: str) -> TextIO:
        return (self.folder / name).open("w", encoding="utf-8", newline="\n")

    def _births(self, index: int, monday: date) -> None:
        for _, appearances in self.births.week(index, monday):
            for appearance in appearances:
                if appearance.day < self.until:
                    heapq.heappush(self.due, (appearance.day, self.sequence, appearance))
                    self.sequence += 1

    def _day(self, day: date) -> None:
        rng = Random(f"day/{self.stage.siren}/{self.seed}/{(self.until - day).days}")
        today: list[Appearance] = []
        while self.due and self.due[0][0] <= day:
            today.append(heapq.heappop(self.due)[2])
        passing = [a for a in today if a.form == "passing"]
        groups = [[a] for a in today if a.form not in {"passing", "notice"}]
        while passing:
            size = rng.choice((1, 1, 2, 3))
            groups.append(passing[:size])
            passing = passing[size:]
        for group in groups:
            self._cover(group, day, rng)
        for outlet in self.outlets:
            for _ in range(poisson(outlet.weekly * self.scale / 7, rng)):
                self._queue(self.desk.filler(day, rng), outlet, day, self._story_name(), rng)
        limit = datetime.combine(day + timedelta(days=1), time(), ZONE)
        ready: list[Written] = []
        while self.later and self.later[0][0] < limit:
            when, number, story, outlet, name, _ = heapq.heappop(self.later)
            ready.append(publish(story, outlet, when, name, rng, f"{number:x}"))
        for document in ready:
            self._write(document)

    def _story_name(self) -> str:
        self.stories += 1
        return f"s{self.stories}"

    def _cover(self, group: list[Appearance], day: date, rng: Random) -> None:
        form = group[0].form
        story = self.desk.tell(group, rng)
        name = self._story_name()
        takers = [
            o
            for o in self.outlets
            if form in o.takes
            and (
                o.reach == "local" or group[0].entity.course in {"national", "syndicated", "person"}
            )
        ]
        if group[0].entity.course == "national" and rng.random() < 0.5:
            takers = [o for o in takers if o.reach == "national"] or takers
        chosen = rng.choices(takers, [o.weight for o in takers])[0]
        self._queue(story, chosen, day, name, rng)
        rest = [o for o in takers if o is not chosen]
        rng.shuffle(rest)
        for outlet in rest[: group[0].copies]:
            self._queue(story, outlet, day + timedelta(days=rng.choice((0, 0, 1, 1, 2))), name, rng)

    def _queue(self, story: Story, outlet: Outlet, day: date, name: str, rng: Random) -> None:
        when = datetime.combine(
            day, time(rng.randint(6, 21), rng.randrange(60), rng.randrange(60)), ZONE
        )
        heapq.heappush(self.later, (when, self.sequence, story, outlet, name, rng))
        self.sequence += 1

    def _write(self, document: Written) -> None:
        self.written += 1
        day = document.published.date().isoformat()
        line: dict[str, object] = {
            "source": document.outlet.id,
            "url": document.url,
            "date": document.published.isoformat(),
            "title": document.title,
            "text": document.text,
            "lang": document.outlet.language,
            "kind": document.kind,
        }
        if document.event:
            line["event_date"] = document.event["start"]
        _dump(line, self.documents)
        _dump({**line, "event": document.event}, self.web)
        whole = f"{document.title}\n\n{document.text}"
        _dump(
            {
                "url": document.url,
                "story": document.story,
                "communes": list(document.communes),
                "event": document.event,
                "spans": [
                    {
                        "start": s,
                        "end": e,
                        "text": whole[s:e],
                        "label": n.label,
                        "entity": n.id,
                        "kind": n.kind,
                    }
                    for s, e, n in document.spans
                ],
            },
            self.annotations,
        )
        seen: set[int] = set()
        for start, end, entity in document.spans:
            surface = whole[start:end]
            if surface != entity.name:
                entity.aliases.add(surface)
            if entity.id not in seen:
                seen.add(entity.id)
                self.truth.setdefault(entity.id, (entity, []))[1].append((day, document.url))

    def _truth(self) -> None:
        with self._open("truth.jsonl") as out:
            for number in sorted(self.truth):
                entity, seen = self.truth[number]
                line = {
                    "name": entity.name,
                    "aliases": sorted(entity.aliases),
                    "kind": entity.kind,
                    "label": entity.label,
                    "commune": entity.commune,
                    "course": entity.course,
                    "emerging": entity.emerging,
                    "first_date": seen[0][0],
                    "documents": [url for _, url in seen],
                    "entity": number,
                }
                _dump(line, out)


def _dump(line: dict[str, object], out: TextIO) -> None:
    out.write(json.dumps(line, ensure_ascii=False) + "\n")


__all__ = ["DEFAULT_UNTIL", "Summary", "simulate"]
