"""How often actors are named, week by week: kept up as documents are read.

Writers say which actors they touched and from which week on (`touched`); `refresh` counts those
weeks again and no others. What a week holds depends on earlier weeks alone (a story counts where
it was first told), so that one week an actor is all there is to remember. Counts belong to the
actor that a mention was resolved to: merges move nothing, and a merged family is counted when it
is read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, delete, func, select

from storage import tables
from storage.statements import chunks, insert_for
from vigie.records import Label, Past, SourceCount, WeekCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vigie.records import Sighting

_counts, _recounts = tables.weekly_counts.c, tables.recounts.c
_mentions, _documents, _actors = tables.mentions.c, tables.documents.c, tables.actors.c


def monday(day: date) -> date:
    """Return the first day of the ISO week of a day."""
    return day - timedelta(days=day.weekday())


# --- keeping them up -----------------------------------------------------------------------


def touched(c: Connection, mentions: Iterable[tuple[str | None, date]]) -> None:
    """Remember that mentions of actors came or went: (actor id, the day they are known from)."""
    since: dict[str, date] = {}
    for actor_id, day in mentions:
        if actor_id is not None:
            since[actor_id] = min(monday(day), since.get(actor_id, date.max))
    if not since:
        return
    statement = insert_for(c, tables.recounts)
    new = statement.excluded.since
    earliest = case((new < _recounts.since, new), else_=_recounts.since)
    c.execute(
        statement.on_conflict_do_update(index_elements=["actor_id"], set_={"since": earliest}),
        [{"actor_id": actor_id, "since": day} for actor_id, day in sorted(since.items())],
    )


def touched_documents(c: Connection, ids: Iterable[str]) -> None:
    """Remember that the mentions of some documents change: their text, their day, their story."""
    for some in chunks(sorted(set(ids))):
        query = select(_mentions.actor_id, _mentions.known_on)
        touched(c, [tuple(row) for row in c.execute(query.where(_mentions.document_id.in_(some)))])


def refresh(c: Connection) -> int:
    """Count again what was touched, and nothing else; return how many actors that were."""
    waiting: dict[date, list[str]] = defaultdict(list)
    for actor_id, since in c.execute(select(_recounts.actor_id, _recounts.since)):
        waiting[since].append(actor_id)
    for since, touched_actors in sorted(waiting.items()):
        for some in chunks(sorted(touched_actors)):
            found = _counted(c, {actor_id: actor_id for actor_id in some}, since)
            c.execute(
                delete(tables.weekly_counts)
                .where(_counts.actor_id.in_(some))
                .where(_counts.week >= since)
            )
            rows = [row for actor_id, tally in found.items() for row in _rows(actor_id, tally)]
            if rows:
                c.execute(tables.weekly_counts.insert(), rows)
            _total(c, some)
    c.execute(delete(tables.recounts))
    return sum(map(len, waiting.values()))


def _total(c: Connection, ids: list[str]) -> None:
    """Count in all how often some actors are named, and since and until when."""
    c.execute(delete(tables.totals).where(tables.totals.c.actor_id.in_(ids)))
    day = _mentions.known_on
    query = (
        select(_mentions.actor_id, func.count(), func.min(day), func.max(day))
        .where(_mentions.actor_id.in_(ids))
        .group_by(_mentions.actor_id)
    )
    c.execute(tables.totals.insert().from_select([one.name for one in tables.totals.c], query))


def recount(c: Connection) -> None:
    """Forget all counts and count everything from scratch."""
    c.execute(delete(tables.weekly_counts))
    c.execute(delete(tables.totals))
    c.execute(delete(tables.recounts))
    named = select(_mentions.actor_id).where(_mentions.actor_id.is_not(None)).distinct()
    touched(c, [(actor_id, date.min) for actor_id in c.execute(named).scalars()])
    refresh(c)


def _rows(actor_id: str, tally: Tally) -> Iterator[dict[str, object]]:
    for (week, source_id), count in sorted(tally.counts.items(), key=lambda one: one[0]):
        yield {
            "actor_id": actor_id,
            "week": week,
            "source_id": source_id,
            "first_day": count.first_day,
            "mentions": count.mentions,
            "as_actor": count.as_actor,
            "stories": count.stories,
        }


# --- reading -------------------------------------------------------------------------------


def pasts(
    c: Connection, families: Mapping[str, Sequence[str]], before: date, least: int
) -> dict[str, Past]:
    """Return what came before the newest weeks that hold `least` mentions, where there is any.

    `families` are the actors that each actor stands for, itself among them; the weeks from
    `before`, a Monday, on are looked at by themselves and count for nothing here. A family of
    several, or one touched since the last `refresh`, is counted on the spot.
    """
    alone = {members[0]: root for root, members in families.items() if len(members) == 1}
    stale = _stale(c, alone)
    spot = [root for root, members in families.items() if len(members) > 1 or members[0] in stale]
    found: dict[str, Past] = {}
    for some in chunks(sorted(alone.keys() - stale)):
        found |= _kept(c, some, before, least)
    for some in chunks(sorted(spot)):
        of_some = {member: root for root in some for member in families[root]}
        for root, tally in _counted(c, of_some, date.min, before).items():
            if start := newest(tally.weeks(), least):
                found[root] = tally.past(start)
    return found


def newest(weeks: Sequence[WeekCount], least: int) -> date | None:
    """Return the Monday from which on some weeks hold `least` mentions, if others come before."""
    mentions = 0
    for week in reversed(weeks):
        mentions += week.mentions
        if mentions >= least:
            return week.monday if week.monday > weeks[0].monday else None
    return None


def abridged(
    sightings: Sequence[Sighting], days: Sequence[date], as_of: date, least: int
) -> tuple[tuple[Sighting, ...], Past]:
    """Return an actor's sightings of the newest weeks by a day, and what came before them.

    They are given oldest first with their days; the newest weeks are those that hold `least`.
    """
    seen, before = bisect_right(days, as_of), bisect_left(days, monday(as_of))
    start = bisect_left(days, end := monday(days[before - least])) if before >= least else 0
    if not start:
        return tuple(sightings[:seen]), Past()
    tally = Tally()
    for old in sightings[:start]:
        as_actor = old.label is Label.ACTOR
        tally.add(old.day, old.source_id, old.story_id, as_actor=as_actor)
    kept = tuple(sightings[start:seen])
    begun = frozenset(s.story_id for s in kept) & tally.told
    return kept, replace(tally.past(end), begun=begun)


def _stale(c: Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(ids)):
        query = select(_recounts.actor_id).where(_recounts.actor_id.in_(some))
        found.update(c.execute(query).scalars())
    return found


def _kept(c: Connection, ids: list[str], before: date, least: int) -> dict[str, Past]:
    often = (
        select(_counts.actor_id)
        .where(_counts.actor_id.in_(ids))
        .where(_counts.week < before)
        .group_by(_counts.actor_id)
        .having(func.sum(_counts.mentions) >= least)
    )
    weeks: dict[str, list[WeekCount]] = defaultdict(list)
    by_week = (
        select(
            _counts.actor_id,
            _counts.week,
            func.sum(_counts.mentions),
            func.sum(_counts.as_actor),
            func.sum(_counts.stories),
        )
        .where(_counts.actor_id.in_(list(c.execute(often).scalars())))
        .where(_counts.week < before)
        .group_by(_counts.actor_id, _counts.week)
        .order_by(_counts.actor_id, _counts.week)
    )
    for actor_id, week, mentions, as_actor, stories in c.execute(by_week):
        weeks[actor_id].append(
            WeekCount(monday=week, mentions=mentions, as_actor=as_actor, stories=stories)
        )
    starts: dict[date, list[str]] = defaultdict(list)
    for actor_id, found in weeks.items():
        if start := newest(found, least):
            starts[start].append(actor_id)
    return {
        actor_id: Past(
            weeks=tuple(w for w in weeks[actor_id] if w.monday < start), sources=tuple(told)
        )
        for start, some in starts.items()
        for actor_id, told in _sources(c, some, start).items()
    }


def _sources(c: Connection, ids: list[str], before: date) -> dict[str, list[SourceCount]]:
    query = (
        select(
            _counts.actor_id,
            _counts.source_id,
            func.min(_counts.first_day),
            func.sum(_counts.stories),
        )
        .where(_counts.actor_id.in_(ids))
        .where(_counts.week < before)
        .group_by(_counts.actor_id, _counts.source_id)
        .order_by(_counts.actor_id, _counts.source_id)
    )
    found: dict[str, list[SourceCount]] = defaultdict(list)
    for actor_id, source_id, day, stories in c.execute(query):
        found[actor_id].append(SourceCount(source_id=source_id, first_day=day, stories=stories))
    return found


@dataclass(slots=True)
class _Count:
    """Of one source in one week."""

    first_day: date
    mentions: int = 0
    as_actor: int = 0
    stories: int = 0


@dataclass(slots=True)
class Tally:
    """The counts of one actor in the making; mentions are told oldest first."""

    counts: dict[tuple[date, str], _Count] = field(default_factory=dict)
    """By Monday and source."""
    told: set[str] = field(default_factory=set)
    """Stories that count already."""

    def add(self, day: date, source_id: str, story_id: str, *, as_actor: bool) -> None:
        """Count one mention."""
        count = self.counts.setdefault((monday(day), source_id), _Count(day))
        count.mentions += 1
        count.as_actor += as_actor
        count.stories += story_id not in self.told
        self.told.add(story_id)

    def weeks(self, before: date = date.max) -> tuple[WeekCount, ...]:
        """Return the counts of the weeks before a Monday."""
        found: dict[date, list[_Count]] = defaultdict(list)
        for (week, _), count in sorted(self.counts.items(), key=lambda one: one[0]):
            if week < before:
                found[week].append(count)
        return tuple(
            WeekCount(
                monday=week,
                mentions=sum(one.mentions for one in some),
                as_actor=sum(one.as_actor for one in some),
                stories=sum(one.stories for one in some),
            )
            for week, some in found.items()
        )

    def past(self, before: date) -> Past:
        """Return what came before a Monday."""
        found: dict[str, list[_Count]] = defaultdict(list)
        for (week, source_id), count in self.counts.items():
            if week < before:
                found[source_id].append(count)
        return Past(
            weeks=self.weeks(before),
            sources=tuple(
                SourceCount(
                    source_id=source_id,
                    first_day=min(one.first_day for one in some),
                    stories=sum(one.stories for one in some),
                )
                for source_id, some in sorted(found.items())
            ),
        )


def _counted(
    c: Connection, root_of: Mapping[str, str], since: date, before: date = date.max
) -> dict[str, Tally]:
    """Count the mentions of some actors from a Monday on, under the actors they stand for."""
    query = (
        select(
            _mentions.actor_id,
            _mentions.known_on,
            _documents.source_id,
            _documents.story_id,
            _mentions.label,
        )
        .join(tables.documents, _documents.id == _mentions.document_id)
        .where(_mentions.actor_id.in_(sorted(root_of)))
        .where(_mentions.known_on >= since)
        .where(_mentions.known_on < before)
        .order_by(_mentions.known_on, _mentions.document_id, _mentions.position)
    )
    rows = c.execute(query).all()
    told = first_told(c, (row.story_id for row in rows)) if since > date.min else {}
    tallies: dict[str, Tally] = {}
    for actor_id, day, source_id, story_id, label in rows:
        root = root_of[actor_id]
        tally = tallies.get(root)
        if tally is None:
            tally = tallies[root] = Tally()
        if told.get((actor_id, story_id), since) < since:
            tally.told.add(story_id)
        tally.add(day, source_id, story_id, as_actor=label == Label.ACTOR)
    return tallies


def first_told(c: Connection, stories: Iterable[str]) -> dict[tuple[str, str], date]:
    """Return, for each actor and story that names it, the day since when it is known."""
    found: dict[tuple[str, str], date] = {}
    for some in chunks(sorted(set(stories))):
        query = (
            select(_mentions.actor_id, _documents.story_id, func.min(_mentions.known_on))
            .join(tables.mentions, _mentions.document_id == _documents.id)
            .where(_documents.story_id.in_(some))
            .where(_mentions.actor_id.is_not(None))
            .group_by(_mentions.actor_id, _documents.story_id)
        )
        found |= {(actor_id, story): day for actor_id, story, day in c.execute(query)}
    return found
