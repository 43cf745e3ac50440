"""How often actors are named, week by week: kept up as documents are read.

Writers say which actors they touched and from which week on (`touched`); `refresh` counts those
weeks again and no others. What a week holds depends on earlier weeks alone (a story counts where
it was first told), so that one week an actor is all there is to remember. Counts belong to the
actor that a mention was resolved to: merges move nothing, and a merged family is counted when it
is read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, case, delete, func, select

from storage import tables
from storage.statements import chunks, insert_for
from vigie.records import Label, WeekCount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_counts, _recounts = tables.weekly_counts.c, tables.recounts.c
_mentions, _documents, _actors = tables.mentions.c, tables.documents.c, tables.actors.c

Counts = dict[str, tuple[WeekCount, ...]]
"""Actor id → its counts, oldest week first, then by source."""


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
            rows = [_row(actor_id, week) for actor_id, weeks in found.items() for week in weeks]
            if rows:
                c.execute(tables.weekly_counts.insert(), rows)
    c.execute(delete(tables.recounts))
    return sum(map(len, waiting.values()))


def recount(c: Connection) -> None:
    """Forget all counts and count everything from scratch."""
    c.execute(delete(tables.weekly_counts))
    c.execute(delete(tables.recounts))
    named = select(_mentions.actor_id).where(_mentions.actor_id.is_not(None)).distinct()
    touched(c, [(actor_id, date.min) for actor_id in c.execute(named).scalars()])
    refresh(c)


def _row(actor_id: str, week: WeekCount) -> dict[str, object]:
    return {
        "actor_id": actor_id,
        "week": week.monday,
        "source_id": week.source_id,
        "first_day": week.first_day,
        "mentions": week.mentions,
        "as_actor": week.as_actor,
        "stories": week.stories,
    }


# --- reading -------------------------------------------------------------------------------


def frequent(
    c: Connection, families: Mapping[str, Sequence[str]], before: date, least: int
) -> Counts:
    """Return the counts of the weeks before a Monday, of those named `least` times by then.

    `families` are the actors that each actor stands for, itself among them. A family of several,
    or one touched since the last `refresh`, is counted on the spot.
    """
    alone = {members[0]: root for root, members in families.items() if len(members) == 1}
    stale = _stale(c, alone)
    kept = {actor_id: root for actor_id, root in alone.items() if actor_id not in stale}
    spot = {
        member: root
        for root, members in families.items()
        for member in members
        if member not in kept
    }
    found: Counts = {}
    for some in chunks(sorted(kept)):
        found |= _kept(c, some, before)
    for some in chunks(sorted(set(spot.values()))):
        of_some = {m: root for root in some for m in families[root]}
        found |= _counted(c, of_some, date.min, before)
    return {root: weeks for root, weeks in found.items() if sum(w.mentions for w in weeks) >= least}


def _stale(c: Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for some in chunks(sorted(ids)):
        query = select(_recounts.actor_id).where(_recounts.actor_id.in_(some))
        found.update(c.execute(query).scalars())
    return found


def _kept(c: Connection, ids: list[str], before: date) -> Counts:
    query = (
        select(tables.weekly_counts)
        .where(_counts.actor_id.in_(ids))
        .where(_counts.week < before)
        .order_by(_counts.actor_id, _counts.week, _counts.source_id)
    )
    found: dict[str, list[WeekCount]] = defaultdict(list)
    for actor_id, week, source_id, first_day, mentions, as_actor, stories in c.execute(query):
        found[actor_id].append(
            WeekCount(
                monday=week,
                source_id=source_id,
                first_day=first_day,
                mentions=mentions,
                as_actor=as_actor,
                stories=stories,
            )
        )
    return {actor_id: tuple(weeks) for actor_id, weeks in found.items()}


@dataclass(slots=True)
class Tally:
    """The counts of one actor in the making; mentions are told oldest first."""

    weeks: dict[tuple[date, str], list[int]] = field(default_factory=dict)
    first: dict[tuple[date, str], date] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    """Stories that count already."""

    def add(self, day: date, source_id: str, story_id: str, *, as_actor: bool) -> None:
        """Count one mention."""
        key = (monday(day), source_id)
        count = self.weeks.setdefault(key, [0, 0, 0])
        self.first.setdefault(key, day)
        count[0] += 1
        count[1] += as_actor
        if story_id not in self.told:
            self.told.add(story_id)
            count[2] += 1

    def result(self) -> tuple[WeekCount, ...]:
        """Return the counts, oldest week first, then by source."""
        return tuple(
            WeekCount(
                monday=week,
                source_id=source_id,
                first_day=self.first[week, source_id],
                mentions=mentions,
                as_actor=as_actor,
                stories=stories,
            )
            for (week, source_id), (mentions, as_actor, stories) in sorted(self.weeks.items())
        )


def _counted(
    c: Connection, root_of: Mapping[str, str], since: date, before: date = date.max
) -> Counts:
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
    return {root: tally.result() for root, tally in tallies.items()}


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
