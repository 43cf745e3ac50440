"""The weeks' queues of candidates."""

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
from vigie.records import ActorKind, Candidate, Cluster, EnteredBy, Queue

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
    before = load(c, queue.week)
    judged = _judged(c, queue.week)
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
                "week": queue.week,
                "as_of": queue.as_of,
                "clusters": [from_cluster(cluster) for cluster in queue.clusters],
            }
        ],
    )
    c.execute(delete(tables.candidates).where(_candidates.week == queue.week))
    if placed:
        c.execute(tables.candidates.insert(), [_row(queue.week, one) for one in placed])
    return stored


def _is_proposed(candidate: Candidate) -> bool:
    return candidate.entered_by is EnteredBy.PROPOSED


def _judged(c: Connection, week: str) -> set[str]:
    judgements, withdrawals = tables.judgements.c, tables.withdrawals.c
    query = (
        select(judgements.actor_id)
        .outerjoin(tables.withdrawals, withdrawals.judgement_id == judgements.id)
        .where(judgements.week == week)
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


def _row(week: str, candidate: Candidate) -> dict[str, Any]:
    return {
        "week": week,
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


def load(c: Connection, week: str) -> Queue | None:
    """Return a week's queue, or `None` if it was never computed."""
    head = c.execute(_head(), {"week": week}).first()
    if head is None:
        return None
    return Queue(
        week=head.week,
        as_of=head.as_of,
        candidates=tuple(_candidate(row) for row in c.execute(_ranked(), {"week": week})),
        clusters=tuple(to_cluster(plain) for plain in head.clusters),
    )


@cache
def _head() -> Select[Any]:
    return select(tables.queues).where(_queues.week == bindparam("week"))


@cache
def _ranked() -> Select[Any]:
    query = select(tables.candidates).where(_candidates.week == bindparam("week"))
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


def weeks(c: Connection) -> list[str]:
    """Return the weeks that have a queue, the newest first."""
    return list(c.execute(_weeks()).scalars())


@cache
def _weeks() -> Select[tuple[str]]:
    return select(_queues.week).order_by(_queues.week.desc())


def latest(c: Connection) -> Queue | None:
    """Return the newest week's queue, or `None` if there is none yet."""
    week = c.execute(select(func.max(_queues.week))).scalar()
    return load(c, week) if week else None


def before(c: Connection, week: str) -> Queue | None:
    """Return the newest queue of an earlier week, or `None` if there is none."""
    earlier = c.execute(select(func.max(_queues.week)).where(_queues.week < week)).scalar()
    return load(c, earlier) if earlier else None


def first_day(c: Connection) -> date | None:
    """Return the day of the first queue that had candidates."""
    filled = select(_candidates.actor_id).where(_candidates.week == _queues.week).exists()
    return c.execute(select(func.min(_queues.as_of)).where(filled)).scalar()


def last_touched(c: Connection) -> datetime | None:
    """Return when somebody last opened a candidate, judged one or wrote something."""
    acts = (tables.views.c.at, tables.judgements.c.at, tables.edits.c.at)
    moments = [c.execute(select(func.max(at))).scalar() for at in acts]
    return max((moment for moment in moments if moment is not None), default=None)


def shown(c: Connection, week: str, since: str) -> dict[str, date]:
    """Return the candidates from one week on and before another, with the last day of each.

    The day is the one as of which the queue that showed it was made.
    """
    query = (
        select(_actors.root_id, func.max(_queues.as_of))
        .join(tables.candidates, _candidates.actor_id == _actors.id)
        .join(tables.queues, _queues.week == _candidates.week)
        .where(_queues.week < week)
        .where(_queues.week >= since)
        .group_by(_actors.root_id)
    )
    return pairs(c, query)


def clusters(c: Connection, weeks: Sequence[str]) -> dict[str, tuple[Cluster, ...]]:
    """Return the groups of some weeks' queues, by week."""
    query = select(_queues.week, _queues.clusters).where(_queues.week.in_(weeks))
    return {
        week: tuple(to_cluster(one) for one in plain)
        for week, plain in c.execute(query.order_by(_queues.week))
    }


def groups(c: Connection, week: str, since: str) -> tuple[Cluster, ...]:
    """Return the groups of the queues from one week on and before another, as last seen, by id."""
    query = (
        select(_queues.clusters)
        .where(_queues.week < week)
        .where(_queues.week >= since)
        .order_by(_queues.week)
    )
    found: dict[str, Cluster] = {}
    for plain in c.execute(query).scalars():
        found |= {one["id"]: to_cluster(one) for one in plain}
    return tuple(found[cluster_id] for cluster_id in sorted(found))
