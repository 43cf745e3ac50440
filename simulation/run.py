"""The whole simulation, day by day, onto disk."""

from __future__ import annotations

import heapq
import json
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, TextIO

from simulation import outlets as papers
from simulation import world
from simulation.cast import Numbers
from simulation.chance import poisson, stream
from simulation.courses import Appearance, Births
from simulation.feeds import mail
from simulation.ledger import Ledger
from simulation.outlets import Outlet, within
from simulation.printing import Written, publish
from simulation.writing import ZONE, Desk, Story

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from simulation.cast import Entity
    from simulation.world import World

DEFAULT_UNTIL = date(2026, 6, 29)
"""A Monday; the last simulated day is the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a simulation wrote."""

    folder: Path
    territory: str
    """SIREN of the intercommunality."""
    first_day: date
    until: date
    documents: int
    entities: int
    emerging: int
    outlets: tuple[Outlet, ...]


def simulate(
    folder: Path,
    territory: str,
    *,
    weeks: int = 52,
    seed: int = 7,
    scale: float = 1.0,
    until: date | None = None,
) -> Summary:
    """Write an invented web and its truth to a folder.

    `territory` is a name ("strasbourg") or the SIREN of an intercommunality. `until` is the
    first day that is no longer simulated, a Monday by default. Scale 1 gives about 68 documents
    a week. The same arguments give the same bytes on any machine.

    Raises:
        SettingsError: the territory is not known.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = Numbers()
    stage = world.build(territory, seed, scale, number)
    return _Run(folder, stage, number, weeks, until or DEFAULT_UNTIL).run()


class _Run:
    def __init__(
        self, folder: Path, stage: World, number: Numbers, weeks: int, until: date
    ) -> None:
        self.folder, self.stage, self.weeks, self.until = folder, stage, weeks, until
        self.first_day = until - timedelta(weeks=weeks)
        self.outlets = papers.draw(stage, (self.first_day, until))
        self.desk = Desk(stage)
        self.births = Births(stage, number, weeks)
        self.due: list[tuple[date, int, Appearance]] = []
        self.later: list[tuple[datetime, int, Story, Outlet, str]] = []
        self.heard: deque[Entity] = deque(maxlen=60)
        self.sequence = self.written = self.stories = 0

    def run(self) -> Summary:
        """Simulate every day, then write the truth."""
        self.ledger = Ledger(self.folder)
        with ExitStack() as stack:
            self.documents, self.annotations, self.web, truth = (
                stack.enter_context((self.folder / name).open("w", encoding="utf-8", newline="\n"))
                for name in ("documents.jsonl", "annotations.jsonl", "web.jsonl", "truth.jsonl")
            )
            self.mailbox = stack.enter_context((self.folder / "lettre.mbox").open("wb"))
            for offset in range(self.weeks * 7):
                day = self.first_day + timedelta(days=offset)
                if offset % 7 == 0:
                    self._plan(offset // 7, day)
                self._day(day)
            entities, emerging = self.ledger.write(truth)
        self._sources()
        return Summary(
            folder=self.folder,
            territory=self.stage.siren,
            first_day=self.first_day,
            until=self.until,
            documents=self.written,
            entities=entities,
            emerging=emerging,
            outlets=self.outlets,
        )

    def _chance(self, *keys: object) -> Random:
        return stream(self.stage.siren, self.stage.seed, *keys)

    def _plan(self, index: int, monday: date) -> None:
        for appearance in self.births.week(index, monday):
            if appearance.day < self.until:
                heapq.heappush(self.due, (appearance.day, self.sequence, appearance))
                self.sequence += 1

    def _day(self, day: date) -> None:
        rng = self._chance("day", (self.until - day).days)
        today: list[Appearance] = []
        while self.due and self.due[0][0] <= day:
            today.append(heapq.heappop(self.due)[2])
        for group in _groups(today, rng):
            self._cover(group, day, rng)
        for outlet in self.outlets:
            if not within(outlet.silent, day.isoformat()):
                self._routine(outlet, day, rng)
        limit = datetime.combine(day + timedelta(days=1), time(), ZONE)
        while self.later and self.later[0][0] < limit:
            when, number, story, outlet, name = heapq.heappop(self.later)
            own = self._chance("print", number)
            self._write(
                publish(story, outlet, published=when, name=name, number=number, rng=own), own
            )

    def _routine(self, outlet: Outlet, day: date, rng: Random) -> None:
        """Publish what an outlet would publish on any such day, whatever happens."""
        if outlet.style == "mbox":
            if day.weekday() == 3:
                crowd = rng.sample(sorted(self.heard, key=lambda e: e.id), min(4, len(self.heard)))
                self._queue(self.desk.letter(crowd, day, rng), outlet, day, rng)
            return
        slow = (
            0.5 if day.month == 8 or (day.month, day.day) >= (12, 23) or day.weekday() == 6 else 1
        )
        share = self.stage.scale * papers.FEWEST / len(self.outlets)
        for _ in range(poisson(outlet.filler * share * slow / 8, rng)):
            group = rng.choice(self.stage.old)
            if outlet.style == "ical":
                story = self.desk.regular(group, day, rng)
            elif outlet.style == "csv":
                story = self.desk.change(group, day, rng)
            else:
                story = self.desk.filler(day, outlet, rng)
            self._queue(story, outlet, day, rng)

    def _cover(self, group: list[Appearance], day: date, rng: Random) -> None:
        first = group[0]
        takers = [o for o in self.outlets if _takes(o, first, day)]
        chosen = rng.choices(takers, [o.weight for o in takers])[0]
        story = self.desk.tell(group, chosen, rng)
        name = self._queue(story, chosen, day, rng)
        if first.entity.label == "ACTOR" and first.entity.course not in {"once", "syndicated"}:
            self.heard.append(first.entity)
        others = [o for o in takers if o is not chosen and o.language == chosen.language]
        rng.shuffle(others)
        if chosen.language == "fr":
            for outlet in others[: first.copies]:
                late = day + timedelta(days=rng.choice((0, 0, 1, 1, 2)))
                self._queue(_reworked(story, rng), outlet, late, rng, name)

    def _queue(self, story: Story, outlet: Outlet, day: date, rng: Random, name: str = "") -> str:
        if not name:
            self.stories += 1
            name = f"s{self.stories}"
        hour = time(rng.randint(6, 21), rng.randrange(60), rng.randrange(60))
        when = datetime.combine(day, hour, ZONE)
        heapq.heappush(self.later, (when, self.sequence, story, outlet, name))
        self.sequence += 1
        return name

    def _write(self, document: Written, rng: Random) -> None:
        self.written += 1
        whole = f"{document.title}\n\n{document.text}"
        line: dict[str, Any] = {
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
        _dump({**line, **_served(document, rng)}, self.web)
        if document.outlet.style == "mbox":
            self.mailbox.write(mail(document.outlet.json(), line))
        spans = [
            {
                "start": s,
                "end": e,
                "text": whole[s:e],
                "label": str(n.label),
                "entity": n.id,
                "kind": n.kind,
            }
            for s, e, n in document.spans
        ]  # fmt: skip
        note = {
            "url": document.url,
            "story": document.story,
            "communes": list(document.communes),
            "event": document.event,
            "spans": spans,
        }
        _dump(note, self.annotations)
        self._record(document, whole)

    def _record(self, document: Written, whole: str) -> None:
        day, named = document.published.date().isoformat(), set()
        for start, end, entity in document.spans:
            surface = whole[start:end]
            if not entity.told:
                entity.told = True
                self.ledger.name(entity)
            if surface != entity.name and surface not in entity.aliases:
                entity.aliases.add(surface)
                self.ledger.alias(entity, surface)
            if entity.id not in named:
                named.add(entity.id)
                self.ledger.document(entity, day, document.url)

    def _sources(self) -> None:
        config = {
            "territory": [self.stage.siren],
            "epci": self.stage.epci,
            "first_day": self.first_day.isoformat(),
            "until": self.until.isoformat(),
            "weeks": self.weeks,
            "seed": self.stage.seed,
            "scale": self.stage.scale,
            "port": papers.PORT,
            "outlets": [outlet.json() for outlet in self.outlets],
        }
        text = json.dumps(config, ensure_ascii=False, indent=1) + "\n"
        (self.folder / "sources.json").write_text(text, encoding="utf-8", newline="\n")


def _groups(today: list[Appearance], rng: Random) -> list[list[Appearance]]:
    """Put together those that are named in passing in one text."""
    passing = [a for a in today if a.form == "passing"]
    rng.shuffle(passing)
    groups = [[a] for a in today if a.form != "passing"]
    while passing:
        size = rng.choice((2, 2, 3, 3, 4))
        groups.append(passing[:size])
        passing = passing[size:]
    return groups


def _takes(outlet: Outlet, first: Appearance, day: date) -> bool:
    """Tell whether an outlet may tell of an appearance on a day."""
    form = "topic" if first.form == "forum" else first.form
    if form not in outlet.takes or within(outlet.silent, day.isoformat()):
        return False
    wide = first.entity.course in {"national", "syndicated", "person", "work"}
    if outlet.reach == "national":
        return wide
    return outlet.language == "fr" or first.entity.emerging


def _reworked(story: Story, rng: Random) -> Story:
    """Return a copy as another outlet prints it: cut at the end, or two paragraphs exchanged."""
    paragraphs = list(story.paragraphs)
    if len(paragraphs) > 3 and rng.random() < 0.4:
        paragraphs.pop()
    if len(paragraphs) > 3 and rng.random() < 0.3:
        at = rng.randrange(1, len(paragraphs) - 1)
        paragraphs[at], paragraphs[at + 1] = paragraphs[at + 1], paragraphs[at]
    return Story(
        story.title, paragraphs, story.marks, story.kind, story.event, story.home, story.recurs
    )


def _served(document: Written, rng: Random) -> dict[str, Any]:
    """Return what the web shows beside the document itself."""
    extra: dict[str, Any] = {"event": document.event}
    if document.postscript:
        later = document.published + timedelta(hours=rng.randint(5, 90))
        extra |= {"edited": later.isoformat(), "postscript": document.postscript}
    if rng.random() < document.outlet.wrong_dates:
        extra["feed_date"] = rng.choice(
            ("Mon, 01 Jan 0001 00:00:00 +0000", "Thu, 01 Jan 1970 00:00:00 +0000", "hier")
        )
    if document.recurs:
        extra["recurs"] = True
    if document.home:
        extra["home"] = document.home
    return extra


def _dump(line: dict[str, Any], out: TextIO) -> None:
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
