"""What was known at a date: the only thing that a detection looks at.

A document that became known later changes nothing here. Merges of actors and withdrawn
judgements do: they correct what was read, they are no news.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, Text, func, select, type_coerce

from storage import judgements, queues, sources, tables
from storage.days import PARIS, end_of
from storage.statements import pairs
from vigie.records import (
    ActorFacts,
    ActorKind,
    DocumentKind,
    Judgement,
    Label,
    Placing,
    Queue,
    Sighting,
    Source,
    SourceFacts,
    Verdict,
    WeekFacts,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ACTIVE_DAYS = 42
"""An actor is looked at when it was seen in so many days, the last one included."""

_actors = tables.actors.c
_mentions = tables.mentions.c
_documents = tables.documents.c


def week(
    c: Connection, as_of: date, *, active_days: int = ACTIVE_DAYS, zone: tzinfo = PARIS
) -> WeekFacts:
    """Return what was known by the end of a day.

    Actors are those seen in the last `active_days` days, each with its whole history. A
    judgement counts when it was given by the end of the day, or of an earlier week's queue,
    whenever that was gone through.
    """
    since = as_of - timedelta(days=active_days)
    active = (
        select(_actors.root_id)
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .where(_mentions.known_on > since)
        .where(_mentions.known_on <= as_of)
    )
    query = _sightings().where(_actors.root_id.in_(active)).where(_mentions.known_on <= as_of)
    found = _history(c, query, zone)
    return found.week(as_of, active_days=active_days, last_queue=queues.before(c, iso_week(as_of)))


def of_actor(
    c: Connection, actor_id: str, as_of: date, *, zone: tzinfo = PARIS
) -> ActorFacts | None:
    """Return all that was known of one actor by the end of a day; `None` if nothing was.

    The actor is given as one that stands for itself.
    """
    query = _sightings().where(_actors.root_id == actor_id).where(_mentions.known_on <= as_of)
    found = _history(c, query, zone).week(as_of, active_days=as_of.toordinal() - 1)
    return next(iter(found.actors), None)


def history(c: Connection, *, zone: tzinfo = PARIS) -> History:
    """Return all that is known, from one reading, to look at as of many dates."""
    return _history(c, _sightings(), zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """An actor's sightings, oldest first, and their days."""

    days: Sequence[date]
    sightings: tuple[Sighting, ...]


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

    zone: tzinfo
    sources: Mapping[str, Source]
    shelves: Mapping[str, _Shelf]
    actors: Mapping[str, _Past]
    judgements: Sequence[Judgement]
    roots: Mapping[str, str]
    """Of judged actors."""
    known_since: Mapping[str, date]

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
        known = dict(self._sources(as_of))
        verdicts = self._verdicts(as_of)
        return WeekFacts(
            as_of=as_of,
            archive_start=min((source.first_day for source in known.values()), default=as_of),
            sources=known,
            actors=tuple(self._active(as_of, active_days, verdicts)),
            last_queue=last_queue,
        )

    def _sources(self, as_of: date) -> Iterator[tuple[str, SourceFacts]]:
        for source_id, shelf in self.shelves.items():
            if seen := bisect_right(shelf.days, as_of):
                source = self.sources[source_id]
                yield (
                    source_id,
                    SourceFacts(
                        source_id=source_id,
                        name=source.name,
                        reach=source.reach,
                        first_day=shelf.days[0],
                        documents=shelf.totals[seen - 1],
                        fetched_since=self._day(shelf.fetched_at),
                    ),
                )

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _active(
        self, as_of: date, active_days: int, verdicts: Mapping[str, Judgement]
    ) -> Iterator[ActorFacts]:
        since = as_of - timedelta(days=active_days)
        for actor_id, past in self.actors.items():
            seen = bisect_right(past.days, as_of)
            if seen and past.days[seen - 1] > since:
                known_since = self.known_since.get(actor_id)
                yield ActorFacts(
                    actor_id=actor_id,
                    sightings=past.sightings[:seen],
                    known_since=known_since if known_since and known_since <= as_of else None,
                    judgement=verdicts.get(actor_id),
                )

    def _verdicts(self, as_of: date) -> dict[str, Judgement]:
        """Return the verdict on each actor: its own, else the last on one merged into it."""
        end, current = end_of(as_of, self.zone), iso_week(as_of)
        latest: dict[str, Judgement] = {}
        for judgement in self.judgements:
            if judgement.at < end or (judgement.week and judgement.week < current):
                latest.pop(judgement.actor_id, None)
                latest[judgement.actor_id] = judgement
        verdicts: dict[str, Judgement] = {}
        for actor_id, judgement in latest.items():
            if judgement.verdict is not Verdict.MERGE:
                root = self.roots[actor_id]
                if actor_id == root or (
                    root not in latest or latest[root].verdict is Verdict.MERGE
                ):
                    verdicts[root] = judgement
        return verdicts


# --- reading -------------------------------------------------------------------------------


def _sightings() -> Select[Any]:
    return (
        select(
            _actors.root_id,
            _mentions.document_id,
            _mentions.known_on,
            _mentions.label,
            _mentions.kind,
            _mentions.confidence,
            _mentions.rule,
            _mentions.surface,
            _mentions.sentence,
            _mentions.commune,
            _mentions.placing,
            _documents.story_id,
            _documents.source_id,
            _documents.kind.label("document_kind"),
            _documents.url,
            _documents.event_day,
            _documents.published_at.is_not(None),
            type_coerce(_documents.communes, Text),
        )
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .join(tables.documents, _documents.id == _mentions.document_id)
        .order_by(_actors.root_id, _mentions.known_on, _mentions.document_id, _mentions.position)
    )


def _history(c: Connection, query: Select[Any], zone: tzinfo) -> History:
    gathered: dict[str, list[Sighting]] = defaultdict(list)
    communes = _Communes()
    for row in c.execute(query):
        gathered[row[0]].append(_sighting(row, communes))
    known = (
        select(_actors.root_id, func.min(_actors.known_since))
        .where(_actors.known_since.is_not(None))
        .group_by(_actors.root_id)
    )
    judged = (
        select(_actors.id, _actors.root_id)
        .join(tables.judgements, tables.judgements.c.actor_id == _actors.id)
        .distinct()
    )
    return History(
        zone=zone,
        sources={source.id: source for source in sources.all(c)},
        shelves=_shelves(c),
        actors={
            actor_id: _Past(days=[one.day for one in found], sightings=tuple(found))
            for actor_id, found in gathered.items()
        },
        judgements=judgements.all_standing(c),
        roots=pairs(c, judged),
        known_since=pairs(c, known),
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


_LABELS = {label.value: label for label in Label}
_KINDS = {kind.value: kind for kind in ActorKind}
_PLACINGS = {placing.value: placing for placing in Placing}
_DOCUMENT_KINDS = {kind.value: kind for kind in DocumentKind}


def _sighting(row: Sequence[Any], communes: Mapping[str, tuple[str, ...]]) -> Sighting:
    (
        _,
        document_id,
        day,
        label,
        kind,
        confidence,
        rule,
        surface,
        sentence,
        commune,
        placing,
        story_id,
        source_id,
        document_kind,
        url,
        event_day,
        dated,
        named_as_text,
    ) = row
    named = communes[named_as_text]
    if commune and named[:1] != (commune,):
        named = (commune, *(code for code in named if code != commune))
    return Sighting(
        document_id=document_id,
        story_id=story_id,
        source_id=source_id,
        day=day,
        document_kind=_DOCUMENT_KINDS[document_kind],
        document_url=url,
        label=_LABELS[label],
        kind=_KINDS[kind],
        confidence=confidence,
        rule=rule,
        surface=surface,
        sentence=sentence,
        communes=named,
        placing=_PLACINGS[placing],
        event_day=event_day,
        dated=bool(dated),
    )


class _Communes(dict[str, tuple[str, ...]]):
    """Reads each list of communes once: a few lists stand in most documents."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = read = tuple(json.loads(text))
        return read
