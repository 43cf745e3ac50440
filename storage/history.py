"""All that is known, from one reading, to look at as of many dates."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from storage import counts, tables
from storage.days import PARIS
from storage.facts import ACTIVE_DAYS, WHOLE
from storage.shared import Shared, read_by, read_shared, week_facts
from storage.sightings import gathered, sightings_query, standing, withdrawn
from vigie.records import ActorFacts, Past, Queue, Sighting, WeekFacts
from vigie.settings import MAIN, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_documents = tables.documents.c


def read_history(c: Connection, *, zone: tzinfo = PARIS, watch: Watch = MAIN) -> History:
    """Return all that a watch knows, from one reading, to look at as of many dates."""
    read = read_by(c, watch)
    actors = {
        actor_id: _Seen(days=[one.day for one in found], sightings=tuple(found))
        for actor_id, found in gathered(c, sightings_query(sources=read)).items()
    }
    shelves = _shelves(c)
    return History(
        shared=read_shared(c, zone, None, watch.id),
        shelves={i: one for i, one in shelves.items() if read is None or i in read},
        actors=actors,
        withdrawn=withdrawn(c),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An actor's sightings, oldest first, and their days."""

    days: Sequence[date]
    sightings: tuple[Sighting, ...]

    def by(self, as_of: date) -> tuple[tuple[Sighting, ...], Past]:
        """Return the sightings of the newest weeks by a day, and what came before them."""
        return counts.abridged(self.sightings, self.days, as_of, WHOLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """On which days a source's documents became known, and how many there were by then."""

    days: Sequence[date]
    totals: Sequence[int]
    fetched_at: datetime
    """The first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known, ready to be cut at a date."""

    shared: Shared
    shelves: Mapping[str, _Shelf]
    actors: Mapping[str, _Seen]
    withdrawn: Mapping[str, date]
    """Since when events are taken back, by document."""

    @property
    def first_day(self) -> date | None:
        """Return the day of the oldest document; `None` in an empty archive."""
        return min((shelf.days[0] for shelf in self.shelves.values()), default=None)

    @property
    def last_day(self) -> date | None:
        """Return the day of the newest document; `None` in an empty archive."""
        return max((shelf.days[-1] for shelf in self.shelves.values()), default=None)

    def week(
        self, as_of: date, *, active_days: int = ACTIVE_DAYS, last_queue: Queue | None = None
    ) -> WeekFacts:
        """Return what was known by the end of a day, as `facts.week` does."""
        known = {
            source_id: self.shared.source(
                source_id, shelf.days[0], shelf.totals[seen - 1], shelf.fetched_at
            )
            for source_id, shelf in self.shelves.items()
            if (seen := bisect_right(shelf.days, as_of))
        }
        actors = self._active(as_of, active_days)
        return week_facts(as_of, known, actors, last_queue, self.shared.taught(as_of))

    def _active(self, as_of: date, active_days: int) -> Iterator[ActorFacts]:
        since = as_of - timedelta(days=active_days)
        verdicts = self.shared.verdicts(as_of)
        allies = self.shared.allies(as_of, verdicts)
        for actor_id, past in self.actors.items():
            seen = bisect_right(past.days, as_of)
            if seen and past.days[seen - 1] > since:
                seen_by, before = past.by(as_of)
                yield ActorFacts(
                    actor_id=actor_id,
                    sightings=standing(seen_by, self.withdrawn, as_of),
                    past=before,
                    known_since=self.shared.listed(actor_id, as_of),
                    public=actor_id in self.shared.public,
                    judgement=verdicts.get(actor_id),
                    allies=allies.get(actor_id, ()),
                )


def _shelves(c: Connection) -> dict[str, _Shelf]:
    query = (
        select(
            _documents.source_id,
            _documents.known_on,
            func.count(),
            func.min(_documents.fetched_at),
        )
        .group_by(_documents.source_id, _documents.known_on)
        .order_by(_documents.source_id, _documents.known_on)
    )
    counts: dict[str, list[tuple[date, int]]] = defaultdict(list)
    fetched: dict[str, datetime] = {}
    for source_id, day, count, fetched_at in c.execute(query):
        counts[source_id].append((day, count))
        fetched[source_id] = min(fetched_at, fetched.get(source_id, fetched_at))
    return {
        source_id: _Shelf(
            days=[day for day, _ in found],
            totals=list(accumulate(count for _, count in found)),
            fetched_at=fetched[source_id],
        )
        for source_id, found in counts.items()
    }
