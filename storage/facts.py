"""What was known at a date: the only thing that a detection looks at.

A document that became known later changes nothing here. Merges of actors and withdrawn
judgements do: they correct what was read, they are no news.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    Text,
    case,
    func,
    null,
    select,
    type_coerce,
)

from storage import counts, judgements, queues, relations, sources, tables
from storage.days import PARIS, end_of
from storage.statements import chunks, pairs
from vigie.records import (
    ActorFacts,
    ActorKind,
    DocumentKind,
    Judgement,
    Label,
    Lesson,
    Past,
    Placing,
    Queue,
    Sighting,
    Source,
    SourceFacts,
    Tie,
    Verdict,
    WeekFacts,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ACTIVE_DAYS = 42
"""An actor is looked at when it was seen in so many days, the last one included."""

WHOLE = 60
"""Mentions, the newest, that are looked at one by one; older weeks are counted."""

REMEMBERED = timedelta(weeks=26)
"""A group that was silent for so long is a new one when it comes back."""

_actors = tables.actors.c
_mentions = tables.mentions.c
_documents = tables.documents.c


def week(
    c: Connection, as_of: date, *, active_days: int = ACTIVE_DAYS, zone: tzinfo = PARIS
) -> WeekFacts:
    """Return what was known by the end of a day.

    Actors are those seen in the last `active_days` days, each with its whole history: of one
    named very often the newest weeks mention by mention, the earlier ones as counts, so that a
    week costs what is new. A judgement counts when it was given by the end of the day, or of an
    earlier week's queue, whenever that was gone through.
    """
    families = _families(c, as_of - timedelta(days=active_days), as_of)
    pasts = counts.pasts(c, families, counts.monday(as_of), WHOLE)
    sightings = _recent(c, families, pasts, as_of)
    told = counts.first_told(c, {s.story_id for root in pasts for s in sightings[root]})
    shared = _shared(c, zone, families)
    verdicts = shared.verdicts(as_of)
    allies = shared.allies(as_of, verdicts)
    actors = (
        ActorFacts(
            actor_id=root,
            sightings=tuple(found),
            past=_joined(families[root], pasts[root], found, told) if root in pasts else Past(),
            known_since=shared.listed(root, as_of),
            judgement=verdicts.get(root),
            allies=allies.get(root, ()),
        )
        for root, found in sorted(sightings.items())
    )
    known = _sources_as_of(c, shared, as_of)
    current = iso_week(as_of)
    last = queues.before(c, current)
    return replace(
        _week(as_of, known, actors, last, shared.taught(as_of)),
        clusters=queues.groups(c, current, iso_week(as_of - REMEMBERED)),
    )


def of_actor(
    c: Connection, actor_id: str, as_of: date, *, zone: tzinfo = PARIS
) -> ActorFacts | None:
    """Return all that was known of one actor by the end of a day; `None` if nothing was.

    The actor is given as one that stands for itself. Every mention is among its sightings.
    """
    query = _sightings(as_of).where(_actors.root_id == actor_id)
    found = _gathered(c, query).get(actor_id)
    if not found:
        return None
    shared = _shared(c, zone, [actor_id])
    return ActorFacts(
        actor_id=actor_id,
        sightings=tuple(found),
        known_since=shared.listed(actor_id, as_of),
        judgement=shared.verdicts(as_of).get(actor_id),
    )


def history(c: Connection, *, zone: tzinfo = PARIS) -> History:
    """Return all that is known, from one reading, to look at as of many dates."""
    actors = {
        actor_id: _Seen(days=[one.day for one in found], sightings=tuple(found))
        for actor_id, found in _gathered(c, _sightings()).items()
    }
    return History(
        shared=_shared(c, zone, None),
        shelves=_shelves(c),
        actors=actors,
        withdrawn=_withdrawn(c),
    )


def lessons(c: Connection, as_of: date, *, zone: tzinfo = PARIS) -> tuple[Lesson, ...]:
    """Return what judgements of the weeks before a day's had taught by its end."""
    return _shared(c, zone, ()).taught(as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What all actors share: sources, verdicts, directories."""

    zone: tzinfo
    sources: Mapping[str, Source]
    judgements: Sequence[Judgement]
    roots: Mapping[str, str]
    """Of judged actors."""
    known_since: Mapping[str, date]
    lessons: Sequence[tuple[datetime, Lesson]]
    resets: Sequence[datetime]
    ties: Sequence[Tie]
    """Of the actors that were ever judged."""

    def allies(self, as_of: date, verdicts: Mapping[str, Judgement]) -> dict[str, tuple[Tie, ...]]:
        """Return, by actor, the sentences that tie it to those that are kept on a day."""
        kept = {root for root, one in verdicts.items() if one.verdict is Verdict.KEEP}
        found: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            if tie.day <= as_of:
                for own, other in ((tie.actor_id, tie.other_id), (tie.other_id, tie.actor_id)):
                    if other in kept and own not in kept:
                        found[own].append(tie)
        return {root: tuple(ties) for root, ties in found.items()}

    def taught(self, as_of: date) -> tuple[Lesson, ...]:
        """Return what was taught by judgements of earlier weeks, one lesson an actor, the last."""
        end, current = end_of(as_of, self.zone), iso_week(as_of)
        since = max((at for at in self.resets if at < end), default=None)
        told = {
            lesson.actor_id: lesson
            for at, lesson in self.lessons
            if at < end and lesson.week < current and (since is None or at >= since)
        }
        return tuple(told[actor_id] for actor_id in sorted(told))

    def listed(self, root: str, as_of: date) -> date | None:
        """Return since when a directory lists an actor, if one did by then."""
        since = self.known_since.get(root)
        return since if since and since <= as_of else None

    def verdicts(self, as_of: date) -> dict[str, Judgement]:
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

    def source(self, source_id: str, first: date, documents: int, fetched: datetime) -> SourceFacts:
        """Return what was known of a source."""
        source = self.sources[source_id]
        return SourceFacts(
            source_id=source_id,
            name=source.name,
            reach=source.reach,
            first_day=first,
            documents=documents,
            fetched_since=fetched.astimezone(self.zone).date(),
        )


def _week(
    as_of: date,
    known: Mapping[str, SourceFacts],
    actors: Iterable[ActorFacts],
    last_queue: Queue | None,
    lessons: tuple[Lesson, ...],
) -> WeekFacts:
    return WeekFacts(
        as_of=as_of,
        archive_start=min((source.first_day for source in known.values()), default=as_of),
        sources=known,
        actors=tuple(actors),
        last_queue=last_queue,
        lessons=lessons,
    )


# --- many dates, one reading -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """An actor's sightings, oldest first, and their days."""

    days: Sequence[date]
    sightings: tuple[Sighting, ...]

    def by(self, as_of: date) -> tuple[tuple[Sighting, ...], Past]:
        """Return the sightings of the newest weeks by a day, and what came before them."""
        seen = bisect_right(self.days, as_of)
        before = bisect_left(self.days, counts.monday(as_of))
        if before < WHOLE:
            return self.sightings[:seen], Past()
        start = bisect_left(self.days, end := counts.monday(self.days[before - WHOLE]))
        if not start:
            return self.sightings[:seen], Past()
        tally = counts.Tally()
        for old in self.sightings[:start]:
            as_actor = old.label is Label.ACTOR
            tally.add(old.day, old.source_id, old.story_id, as_actor=as_actor)
        kept = self.sightings[start:seen]
        begun = frozenset(s.story_id for s in kept) & tally.told
        return kept, replace(tally.past(end), begun=begun)


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

    shared: _Shared
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
        return _week(as_of, known, actors, last_queue, self.shared.taught(as_of))

    def _active(self, as_of: date, active_days: int) -> Iterator[ActorFacts]:
        since = as_of - timedelta(days=active_days)
        verdicts = self.shared.verdicts(as_of)
        allies = self.shared.allies(as_of, verdicts)
        for actor_id, past in self.actors.items():
            seen = bisect_right(past.days, as_of)
            if seen and past.days[seen - 1] > since:
                sightings, before = past.by(as_of)
                yield ActorFacts(
                    actor_id=actor_id,
                    sightings=_standing(sightings, self.withdrawn, as_of),
                    past=before,
                    known_since=self.shared.listed(actor_id, as_of),
                    judgement=verdicts.get(actor_id),
                    allies=allies.get(actor_id, ()),
                )


# --- reading -------------------------------------------------------------------------------


def _sightings(as_of: date | None = None) -> Select[Any]:
    """Return the query of sightings, as they were by the end of a day; None: all, as they are.

    An event that was taken back by then is on no day.
    """
    event_day: ColumnElement[Any] = _documents.event_day
    if as_of is not None:
        gone = _documents.withdrawn_on <= as_of
        event_day = type_coerce(case((gone, null()), else_=event_day), Date)
    query = (
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
            event_day,
            _documents.published_at.is_not(None),
            type_coerce(_documents.communes, Text),
        )
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .join(tables.documents, _documents.id == _mentions.document_id)
        .order_by(_actors.root_id, _mentions.known_on, _mentions.document_id, _mentions.position)
    )
    return query if as_of is None else query.where(_mentions.known_on <= as_of)


def _withdrawn(c: Connection) -> dict[str, date]:
    """Return since when events are taken back, by document."""
    gone = _documents.withdrawn_on
    return pairs(c, select(_documents.id, gone).where(gone.is_not(None)))


def _standing(
    sightings: tuple[Sighting, ...], withdrawn: Mapping[str, date], as_of: date
) -> tuple[Sighting, ...]:
    """Return sightings of which those in events taken back by a day are on no day."""
    if not withdrawn:
        return sightings
    return tuple(
        replace(one, event_day=None) if withdrawn.get(one.document_id, date.max) <= as_of else one
        for one in sightings
    )


def _gathered(c: Connection, query: Select[Any]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = defaultdict(list)
    communes = _Communes()
    for row in c.execute(query):
        found[row[0]].append(_sighting(row, communes))
    return dict(found)


def _families(c: Connection, since: date, as_of: date) -> dict[str, list[str]]:
    """Return the actors seen after a day and by another, with all whom they stand for."""
    active = (
        select(_actors.root_id)
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .where(_mentions.known_on > since)
        .where(_mentions.known_on <= as_of)
        .distinct()
    )
    families: dict[str, list[str]] = {}
    for some in chunks(c.execute(active).scalars().all()):
        query = select(_actors.root_id, _actors.id).where(_actors.root_id.in_(some))
        for root, actor_id in c.execute(query):
            families.setdefault(root, []).append(actor_id)
    return families


def _recent(
    c: Connection,
    families: Mapping[str, Sequence[str]],
    pasts: Mapping[str, Past],
    as_of: date,
) -> dict[str, list[Sighting]]:
    """Return the sightings by the end of a day of each actor, from the end of its past on."""
    by_start: dict[date, list[str]] = defaultdict(list)
    for root in sorted(families):
        past = pasts.get(root)
        by_start[_end(past) if past else date.min].append(root)
    found: dict[str, list[Sighting]] = {}
    for start, roots in by_start.items():
        for some in chunks(roots):
            query = _sightings(as_of).where(_actors.root_id.in_(some))
            if start > date.min:
                query = query.where(_mentions.known_on >= start)
            found |= _gathered(c, query)
    return found


def _end(past: Past) -> date:
    """Return the Monday after the last week of a past."""
    return past.weeks[-1].monday + timedelta(weeks=1)


def _joined(
    family: Sequence[str],
    past: Past,
    sightings: Sequence[Sighting],
    told: Mapping[tuple[str, str], date],
) -> Past:
    """Return a past that says which stories go on among the sightings."""
    end = _end(past)
    begun = frozenset(
        s.story_id
        for s in sightings
        if any(told.get((actor_id, s.story_id), end) < end for actor_id in family)
    )
    return replace(past, begun=begun)


def _shared(c: Connection, zone: tzinfo, roots: Iterable[str] | None) -> _Shared:
    """Return what actors share; directories of some actors alone, or of all."""
    known = (
        select(_actors.root_id, func.min(_actors.known_since))
        .where(_actors.known_since.is_not(None))
        .group_by(_actors.root_id)
    )
    since: dict[str, date] = {}
    if roots is None:
        since = pairs(c, known)
    else:
        for some in chunks(roots):
            since |= pairs(c, known.where(_actors.root_id.in_(some)))
    judged = (
        select(_actors.id, _actors.root_id)
        .join(tables.judgements, tables.judgements.c.actor_id == _actors.id)
        .distinct()
    )
    roots = pairs(c, judged)
    return _Shared(
        zone=zone,
        sources={source.id: source for source in sources.all(c)},
        judgements=judgements.all_standing(c),
        roots=roots,
        ties=relations.ties(c, roots.values(), date.max),
        known_since=since,
        lessons=judgements.lessons(c),
        resets=judgements.resets(c),
    )


def _sources_as_of(c: Connection, shared: _Shared, as_of: date) -> dict[str, SourceFacts]:
    """Return the sources that had given something by the end of a day; indexes answer this."""
    first_fetched = pairs(
        c,
        select(_documents.source_id, func.min(_documents.fetched_at)).group_by(
            _documents.source_id
        ),
    )
    given = (
        select(_documents.source_id, func.min(_documents.known_on), func.count())
        .where(_documents.known_on <= as_of)
        .group_by(_documents.source_id)
        .order_by(_documents.source_id)
    )
    return {
        source_id: shared.source(source_id, first, count, first_fetched[source_id])
        for source_id, first, count in c.execute(given)
    }


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
