"""The weeks' queues of candidates, each of one watch."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, select

from storage import tables
from storage.plain import (
    from_cluster,
    from_evidence,
    from_feature,
    to_cluster,
    to_evidence,
    to_feature,
)
from storage.statements import pairs, upsert
from vigie.records import MAIN_WATCH, ActorKind, Candidate, Cluster, EnteredBy, Queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

_queues = tables.queues.c
_candidates = tables.candidates.c
_actors = tables.actors.c


def save(c: Connection, queue: Queue) -> Queue:
    """Keep a week's queue in place of an earlier one, and return it as kept.

    Candidates that were judged in this week stay as they were when they were judged, at their
    rank; the others make room: the queue does not grow beyond its size. The weakest of the
    ranking leave first, exploration keeps its slots. What was proposed stands after them and
    takes nobody's place.
    """
    before = load(c, queue.week, queue.watch)
    judged = _judged(c, queue.week, queue.watch)
    kept = {
        one.actor_id: one for one in (before.candidates if before else ()) if one.actor_id in judged
    }
    found = [one for one in queue.candidates if not _is_proposed(one)]
    room = max(len(found) - sum(not _is_proposed(one) for one in kept.values()), 0)
    others = [one for one in found if one.actor_id not in kept]
    ranked = [one for one in others if one.entered_by is EnteredBy.RANKING]
    surplus = len(others) - room
    leaving = (
        {one.actor_id for one in ranked[max(len(ranked) - surplus, 0) :]} if surplus > 0 else ()
    )
    others = [one for one in others if one.actor_id not in leaving][:room]
    proposed = (one for one in queue.candidates if _is_proposed(one))
    others += [one for one in proposed if one.actor_id not in kept]
    placed = _interleave(list(kept.values()), others)
    stored = replace(queue, candidates=tuple(placed))
    upsert(
        c,
        tables.queues,
        [
            {
                "watch": queue.watch,
                "week": queue.week,
                "as_of": queue.as_of,
                "clusters": [from_cluster(cluster) for cluster in queue.clusters],
            }
        ],
    )
    c.execute(
        delete(tables.candidates).where(
            _candidates.watch == queue.watch, _candidates.week == queue.week
        )
    )
    if placed:
        c.execute(tables.candidates.insert(), [_row(queue, one) for one in placed])
    return stored


def _is_proposed(candidate: Candidate) -> bool:
    return candidate.entered_by is EnteredBy.PROPOSED


def _judged(c: Connection, week: str, watch: str) -> set[str]:
    judgements, withdrawals = tables.judgements.c, tables.withdrawals.c
    query = (
        select(judgements.actor_id)
        .outerjoin(tables.withdrawals, withdrawals.judgement_id == judgements.id)
        .where(judgements.week == week, judgements.watch == watch)
        .where(withdrawals.judgement_id.is_(None))
    )
    return set(c.execute(query).scalars())


def _interleave(kept: list[Candidate], others: list[Candidate]) -> list[Candidate]:
    """Return the candidates ranked from 1 without a gap, those kept as near as can be to theirs."""
    placed: list[Candidate] = []
    waiting = sorted(kept, key=lambda one: (one.rank, one.actor_id))
    others = sorted(others, key=lambda one: (one.rank, one.actor_id))
    while waiting or others:
        rank = len(placed) + 1
        if waiting and (waiting[0].rank <= rank or not others):
            placed.append(replace(waiting.pop(0), rank=rank))
        else:
            placed.append(replace(others.pop(0), rank=rank))
    return placed


def _row(queue: Queue, candidate: Candidate) -> dict[str, Any]:
    return {
        "watch": queue.watch,
        "week": queue.week,
        "actor_id": candidate.actor_id,
        "rank": candidate.rank,
        "score": candidate.score,
        "entered_by": candidate.entered_by,
        "name": candidate.name,
        "kind": candidate.kind,
        "commune": candidate.commune,
        "cluster": candidate.cluster,
        "first_seen": candidate.first_seen,
        "mentions": candidate.mentions,
        "stories": candidate.stories,
        "sources": candidate.sources,
        "aliases": list(candidate.aliases),
        "reasons": [from_feature(feature) for feature in candidate.reasons],
        "evidence": [from_evidence(evidence) for evidence in candidate.evidence],
    }


def load(c: Connection, week: str, watch: str = MAIN_WATCH) -> Queue | None:
    """Return a week's queue of a watch, or `None` if it was never computed."""
    asked = {"week": week, "watch": watch}
    head = c.execute(_head(), asked).first()
    if head is None:
        return None
    return Queue(
        week=head.week,
        as_of=head.as_of,
        candidates=tuple(_candidate(row) for row in c.execute(_ranked(), asked)),
        clusters=tuple(to_cluster(plain) for plain in head.clusters),
        watch=watch,
    )


@cache
def _head() -> Select[Any]:
    return select(tables.queues).where(
        _queues.week == bindparam("week"), _queues.watch == bindparam("watch")
    )


@cache
def _ranked() -> Select[Any]:
    query = select(tables.candidates).where(
        _candidates.week == bindparam("week"), _candidates.watch == bindparam("watch")
    )
    return query.order_by(_candidates.rank, _candidates.actor_id)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        actor_id=row.actor_id,
        name=row.name,
        aliases=tuple(row.aliases),
        kind=ActorKind(row.kind),
        commune=row.commune,
        score=row.score,
        rank=row.rank,
        entered_by=EnteredBy(row.entered_by),
        first_seen=row.first_seen,
        mentions=row.mentions,
        stories=row.stories,
        sources=row.sources,
        cluster=row.cluster,
        reasons=tuple(to_feature(plain) for plain in row.reasons),
        evidence=tuple(to_evidence(plain) for plain in row.evidence),
    )


def weeks(c: Connection, watch: str = MAIN_WATCH) -> list[str]:
    """Return the weeks of which a watch has a queue, the newest first."""
    return list(c.execute(_weeks(), {"watch": watch}).scalars())


@cache
def _weeks() -> Select[tuple[str]]:
    query = select(_queues.week).where(_queues.watch == bindparam("watch"))
    return query.order_by(_queues.week.desc())


def watches(c: Connection) -> dict[str, str]:
    """Return the watches that have queues, by id, each with the newest week of one."""
    query = select(_queues.watch, func.max(_queues.week)).group_by(_queues.watch)
    return pairs(c, query.order_by(_queues.watch))


def latest(c: Connection, watch: str = MAIN_WATCH) -> Queue | None:
    """Return a watch's queue of the newest week, or `None` if there is none yet."""
    query = select(func.max(_queues.week)).where(_queues.watch == watch)
    week = c.execute(query).scalar()
    return load(c, week, watch) if week else None


def before(c: Connection, week: str, watch: str = MAIN_WATCH) -> Queue | None:
    """Return a watch's newest queue of an earlier week, or `None` if there is none."""
    query = select(func.max(_queues.week)).where(_queues.week < week, _queues.watch == watch)
    earlier = c.execute(query).scalar()
    return load(c, earlier, watch) if earlier else None


def first_day(c: Connection, watch: str = MAIN_WATCH) -> date | None:
    """Return the day of a watch's first queue that had candidates."""
    filled = (
        select(_candidates.actor_id)
        .where(_candidates.week == _queues.week, _candidates.watch == _queues.watch)
        .exists()
    )
    query = select(func.min(_queues.as_of)).where(filled, _queues.watch == watch)
    return c.execute(query).scalar()


def last_touched(c: Connection, watch: str = MAIN_WATCH) -> datetime | None:
    """Return when somebody last opened a watch's candidate, judged for it or wrote something."""
    views, judgements = tables.views.c, tables.judgements.c
    asked = (
        select(func.max(views.at)).where(views.watch == watch),
        select(func.max(judgements.at)).where(judgements.watch == watch),
        select(func.max(tables.edits.c.at)),
    )
    moments = [c.execute(query).scalar() for query in asked]
    return max((moment for moment in moments if moment is not None), default=None)


def shown(c: Connection, week: str, since: str, watch: str = MAIN_WATCH) -> dict[str, date]:
    """Return a watch's candidates from one week on and before another, with the last day of each.

    The day is the one as of which the queue that showed it was made.
    """
    query = (
        select(_actors.root_id, func.max(_queues.as_of))
        .join(tables.candidates, _candidates.actor_id == _actors.id)
        .join(
            tables.queues, (_queues.week == _candidates.week) & (_queues.watch == _candidates.watch)
        )
        .where(_queues.week < week, _queues.week >= since, _queues.watch == watch)
        .group_by(_actors.root_id)
    )
    return pairs(c, query)


def clusters(
    c: Connection, weeks: Sequence[str], watch: str = MAIN_WATCH
) -> dict[str, tuple[Cluster, ...]]:
    """Return the groups of some weeks' queues of a watch, by week."""
    query = select(_queues.week, _queues.clusters).where(
        _queues.week.in_(weeks), _queues.watch == watch
    )
    return {
        week: tuple(to_cluster(one) for one in plain)
        for week, plain in c.execute(query.order_by(_queues.week))
    }


def groups(c: Connection, week: str, since: str, watch: str = MAIN_WATCH) -> tuple[Cluster, ...]:
    """Return the groups of a watch's queues from one week on and before another, by id.

    Each as it was last seen.
    """
    query = (
        select(_queues.clusters)
        .where(_queues.week < week, _queues.week >= since, _queues.watch == watch)
        .order_by(_queues.week)
    )
    found: dict[str, Cluster] = {}
    for plain in c.execute(query).scalars():
        found |= {one["id"]: to_cluster(one) for one in plain}
    return tuple(found[cluster_id] for cluster_id in sorted(found))
