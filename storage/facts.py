"""What was known at a date: the only thing that a detection looks at.

A document that became known later changes nothing here. Merges of actors and withdrawn
judgements do: they correct what was read, they are no news.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import (
    Connection,
    func,
    select,
)

from storage import counts, proposals, queues, tables
from storage.days import PARIS
from storage.shared import Shared, read_by, read_shared, week_facts
from storage.sightings import gathered, sightings_query
from storage.statements import chunks, pairs
from vigie.records import (
    MAIN_WATCH,
    ActorFacts,
    Lesson,
    Past,
    Sighting,
    SourceFacts,
    WeekFacts,
    iso_week,
)
from vigie.settings import MAIN, Watch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


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
    c: Connection,
    as_of: date,
    *,
    active_days: int = ACTIVE_DAYS,
    zone: tzinfo = PARIS,
    watch: Watch = MAIN,
) -> WeekFacts:
    """Return what a watch knew by the end of a day: what its sources told until then.

    Actors are those seen in the last `active_days` days, each with its whole history: of one
    named very often the newest weeks mention by mention, the earlier ones as counts, so that a
    week costs what is new. A judgement counts when it was given by the end of the day, or of an
    earlier week's queue, whenever that was gone through.
    """
    read = read_by(c, watch)
    families = _families(c, as_of - timedelta(days=active_days), as_of, read)
    told = _told(c, families, as_of) if read is None else _told_by(c, families, as_of, read)
    common = read_shared(c, zone, families, watch.id)
    verdicts = common.verdicts(as_of)
    allies = common.allies(as_of, verdicts)
    actors = (
        ActorFacts(
            actor_id=root,
            sightings=tuple(found),
            past=past,
            known_since=common.listed(root, as_of),
            public=root in common.public,
            judgement=verdicts.get(root),
            allies=allies.get(root, ()),
        )
        for root, (found, past) in sorted(told.items())
    )
    known = _sources_as_of(c, common, as_of)
    if read is not None:
        known = {source_id: one for source_id, one in known.items() if source_id in read}
    current = iso_week(as_of)
    last = queues.before(c, current, watch.id)
    return replace(
        week_facts(as_of, known, actors, last, common.taught(as_of)),
        shown=queues.shown(c, current, iso_week(as_of - timedelta(days=active_days)), watch.id),
        clusters=queues.groups(c, current, iso_week(as_of - REMEMBERED), watch.id),
        proposals=proposals.unanswered(c, as_of, common.last_verdicts(as_of)),
    )


def between(
    c: Connection, since: date, as_of: date, *, zone: tzinfo = PARIS, watch: Watch = MAIN
) -> WeekFacts:
    """Return what a watch learnt from one day to another, and of judged actors all there is.

    It is what coverage is reckoned from (`signals.blind_spots`), and costs what those days hold;
    no queue can be made of it.
    """
    common = read_shared(c, zone, (), watch.id)
    verdicts = common.verdicts(as_of)
    query = sightings_query(as_of, sources=read_by(c, watch))
    told = gathered(c, query.where(_mentions.known_on >= since))
    for some in chunks(sorted(verdicts)):
        told |= gathered(c, query.where(_actors.root_id.in_(some)))
    actors = (
        ActorFacts(actor_id=root, sightings=tuple(found), judgement=verdicts.get(root))
        for root, found in sorted(told.items())
    )
    return week_facts(as_of, {}, actors, None, ())


def sightings(c: Connection, actor_ids: Iterable[str], most: int) -> dict[str, list[Sighting]]:
    """Return all that names some actors, by the one that stands for each, oldest first.

    Those named more than `most` times are left out.
    """
    found: dict[str, list[Sighting]] = {}
    for some in chunks(sorted(set(actor_ids))):
        roots = select(_actors.root_id).where(_actors.id.in_(some))
        counted = (
            select(_actors.root_id)
            .join(tables.mentions, _mentions.actor_id == _actors.id)
            .where(_actors.root_id.in_(roots))
            .group_by(_actors.root_id)
            .having(func.count() <= most)
        )
        few = list(c.execute(counted).scalars())
        found |= gathered(c, sightings_query().where(_actors.root_id.in_(few)))
    return found


def of_actor(
    c: Connection, actor_id: str, as_of: date, *, zone: tzinfo = PARIS
) -> ActorFacts | None:
    """Return all that was known of one actor by the end of a day; `None` if nothing was.

    The actor is given as one that stands for itself. Every mention is among its sightings.
    """
    query = sightings_query(as_of).where(_actors.root_id == actor_id)
    found = gathered(c, query).get(actor_id)
    if not found:
        return None
    common = read_shared(c, zone, [actor_id])
    return ActorFacts(
        actor_id=actor_id,
        sightings=tuple(found),
        known_since=common.listed(actor_id, as_of),
        public=actor_id in common.public,
        judgement=common.verdicts(as_of).get(actor_id),
    )


def lessons(
    c: Connection, as_of: date, *, zone: tzinfo = PARIS, watch: str = MAIN_WATCH
) -> tuple[Lesson, ...]:
    """Return what a watch's judgements of the weeks before a day's had taught by its end."""
    return read_shared(c, zone, (), watch).taught(as_of)


Told = dict[str, tuple[list[Sighting], Past]]
"""By actor its sightings, and what was before them."""


def _told(c: Connection, families: Mapping[str, Sequence[str]], as_of: date) -> Told:
    """Return what was known of some actors by a day; weekly counts spare the old mentions."""
    pasts = counts.pasts(c, families, counts.monday(as_of), WHOLE)
    sightings = _recent(c, families, pasts, as_of)
    told = counts.first_told(c, {s.story_id for root in pasts for s in sightings[root]})
    return {
        root: (found, _joined(families[root], pasts[root], found, told))
        if root in pasts
        else (found, Past())
        for root, found in sightings.items()
    }


def _told_by(
    c: Connection, families: Mapping[str, Sequence[str]], as_of: date, read: Collection[str]
) -> Told:
    """Return what some sources told of some actors by a day.

    Who tells a story first hangs on who is read, so that the weekly counts do not hold.
    """
    told: Told = {}
    query = sightings_query(as_of, sources=read)
    for some in chunks(sorted(families)):
        for root, found in gathered(c, query.where(_actors.root_id.in_(some))).items():
            kept, past = counts.abridged(found, [one.day for one in found], as_of, WHOLE)
            told[root] = (list(kept), past)
    return told


def _families(
    c: Connection, since: date, as_of: date, read: Collection[str] | None = None
) -> dict[str, list[str]]:
    """Return the actors seen after a day and by another, with all whom they stand for.

    By some sources, or by any.
    """
    active = (
        select(_actors.root_id)
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .where(_mentions.known_on > since)
        .where(_mentions.known_on <= as_of)
        .distinct()
    )
    if read is not None:
        active = active.join(tables.documents, _documents.id == _mentions.document_id)
        active = active.where(_documents.source_id.in_(sorted(read)))
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
            query = sightings_query(as_of).where(_actors.root_id.in_(some))
            if start > date.min:
                query = query.where(_mentions.known_on >= start)
            found |= gathered(c, query)
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


def _sources_as_of(c: Connection, common: Shared, as_of: date) -> dict[str, SourceFacts]:
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
        source_id: common.source(source_id, first, count, first_fetched[source_id])
        for source_id, first, count in c.execute(given)
    }
