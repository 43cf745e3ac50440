"""Sources: the catalogue's last snapshot, what is remembered of URLs, and health."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, Select, case, func, or_, select, update

from storage import tables
from storage.columns import is_indexable
from storage.plain import from_message, to_message
from storage.statements import chunks, insert_missing, pairs, upsert
from vigie.records import (
    FailureKind,
    HealthState,
    HttpState,
    Outcome,
    Reach,
    Side,
    Source,
    SourceHealth,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Yield(NamedTuple):
    """What a source has brought in all."""

    documents: int
    newest: date | None
    """The last day on which one became known."""


def save(c: Connection, sources: Iterable[Source]) -> None:
    """Keep sources as the catalogue describes them now; those it dropped stay known."""
    table = tables.sources
    rows = [
        {
            "id": source.id,
            "name": source.name,
            "url": source.url,
            "kind": source.kind,
            "every": int(source.every.total_seconds()),
            "reach": source.reach,
            "tags": list(source.tags),
            "expected": list(source.expected) if source.expected else None,
            "language": source.language,
            "full_text": source.full_text,
            "side": source.side,
        }
        for source in sources
    ]
    upsert(c, table, rows)


def all(c: Connection) -> list[Source]:  # noqa: A001 - read as `sources.all`
    """Return every source ever known, by id."""
    table = tables.sources
    return [
        Source(
            id=row.id,
            name=row.name,
            url=row.url,
            kind=SourceKind(row.kind),
            every=timedelta(seconds=row.every),
            reach=Reach(row.reach),
            tags=tuple(row.tags),
            expected=tuple(row.expected) if row.expected else None,
            language=row.language,
            full_text=row.full_text,
            side=Side(row.side),
        )
        for row in c.execute(select(table).order_by(table.c.id))
    ]


def internal(c: Connection) -> frozenset[str]:
    """Return the sources inside the administration, by id."""
    table = tables.sources.c
    return frozenset(c.execute(select(table.id).where(table.side == Side.INTERNAL)).scalars())


def among(ids: Iterable[str]) -> Select[tuple[str]]:
    """Select, for `claims.take`, some sources by id."""
    return select(tables.sources.c.id).where(tables.sources.c.id.in_(list(ids))).order_by("id")


def yields(c: Connection) -> dict[str, Yield]:
    """Return what each source has brought, by id; those that brought nothing are left out."""
    table = tables.documents
    query = (
        select(table.c.source_id, func.count(), func.max(table.c.known_on))
        .group_by(table.c.source_id)
        .order_by(table.c.source_id)
    )
    return {source_id: Yield(count, newest) for source_id, count, newest in c.execute(query)}


def discoveries(c: Connection) -> dict[str, set[str]]:
    """Return, by source, the actors that were ever in a queue and that it has told of.

    As far as the weekly counts have come; of actors merged since, those that stand for them.
    """
    one, other = tables.actors.alias("one"), tables.actors.alias("other")
    counts = tables.weekly_counts.c
    # From the few candidates on: there are a hundred times as many actors.
    queued = select(tables.candidates.c.actor_id)
    roots = select(one.c.root_id).where(one.c.id.in_(queued))
    query = (
        select(counts.source_id, other.c.root_id)
        .join(other, other.c.id == counts.actor_id)
        .where(other.c.root_id.in_(roots))
        .distinct()
    )
    found: dict[str, set[str]] = {}
    for source_id, root in c.execute(query):
        found.setdefault(source_id, set()).add(root)
    return found


def between(c: Connection, since: date, as_of: date) -> dict[str, int]:
    """Return how many documents of each source became known from a day to another."""
    documents = tables.documents.c
    query = (
        select(documents.source_id, func.count())
        .where(documents.known_on.between(since, as_of))
        .group_by(documents.source_id)
        .order_by(documents.source_id)
    )
    return pairs(c, query)


def recent(c: Connection, since: datetime, source_id: str | None = None) -> dict[str, int]:
    """Return how many documents of each source, or of one, became known since a moment, by id."""
    table = tables.documents
    query = (
        select(table.c.source_id, func.count())
        .where(table.c.known_on >= since.date())
        .group_by(table.c.source_id)
    )
    if source_id is not None:
        query = query.where(table.c.source_id == source_id)
    return {row.source_id: row[1] for row in c.execute(query)}


def known_since(c: Connection, ids: Iterable[str], since: datetime) -> int:
    """Return how many of some documents, by id, became known since a moment."""
    table, known = tables.documents.c, 0
    for some in chunks(sorted(set(ids))):
        query = select(func.count()).where(table.id.in_(some), table.known_on >= since.date())
        known += c.execute(query).scalar_one()
    return known


def watched_since(c: Connection, source_id: str) -> datetime | None:
    """Return when a source was first tried."""
    at = tables.outcomes.c.at
    query = select(at).where(tables.outcomes.c.source_id == source_id).order_by(at).limit(1)
    return c.execute(query).scalar()


# --- what is remembered of URLs ----------------------------------------------------------


def http_states(c: Connection, source_ids: Iterable[str]) -> list[HttpState]:
    """Return what is remembered of the URLs of some sources, each for itself."""
    table = tables.http_states
    found: list[HttpState] = []
    for ids in chunks(sorted(set(source_ids))):
        query = select(table).where(table.c.source_id.in_(ids))
        found += [
            HttpState(
                url=row.url,
                source_id=row.source_id,
                etag=row.etag,
                last_modified=row.last_modified,
                fingerprint=row.fingerprint,
                checked_at=row.checked_at,
                unchanged=row.unchanged,
                moved_to=row.moved_to,
                content=row.content,
                whole_at=row.whole_at,
            )
            for row in c.execute(query.order_by(table.c.source_id, table.c.url))
        ]
    return found


def recent_pages(
    c: Connection, source_ids: Iterable[str], since: date
) -> list[tuple[str, HttpState]]:
    """Return the documents of some sources known since a day, with what is known of their pages.

    Those whose page was read, as far as is known; by id, with its last reading and the answers
    « unchanged » since. Pages that were read before it was noted what they said count as well.
    """
    states, documents = tables.http_states.c, tables.documents.c
    columns = (documents.id, states.url, states.source_id, states.checked_at, states.unchanged)
    found: list[tuple[str, HttpState]] = []
    for ids in chunks(sorted(set(source_ids))):
        query = (
            select(*columns)
            .join_from(
                tables.documents,
                tables.http_states,
                (states.source_id == documents.source_id) & (states.url == documents.url),
            )
            .where(documents.source_id.in_(ids), documents.known_on >= since)
            .where(or_(states.content.is_not(None), documents.excerpt.is_(False)))
            .order_by(documents.id)
        )
        found += [
            (
                row.id,
                HttpState(
                    url=row.url,
                    source_id=row.source_id,
                    checked_at=row.checked_at,
                    unchanged=row.unchanged,
                ),
            )
            for row in c.execute(query)
        ]
    return found


def save_http_states(c: Connection, states: Iterable[HttpState]) -> None:
    """Remember the newest state of URLs; one as long as a page is asked for anew each time."""
    rows = [
        {
            "source_id": state.source_id,
            "url": state.url,
            "etag": state.etag,
            "last_modified": state.last_modified,
            "fingerprint": state.fingerprint,
            "checked_at": state.checked_at,
            "unchanged": state.unchanged,
            "moved_to": state.moved_to,
            "content": state.content,
            "whole_at": state.whole_at,
        }
        for state in states
        if is_indexable(state.url)
    ]
    upsert(c, tables.http_states, rows)


# --- what a source repeats -----------------------------------------------------------------


def repeated_lines(c: Connection, source_id: str) -> frozenset[str]:
    """Return the lines that are left out of a source's texts."""
    table = tables.repeated_lines
    query = select(table.c.line).where(table.c.source_id == source_id)
    return frozenset(c.execute(query).scalars())


def save_repeated_lines(c: Connection, source_id: str, lines: Iterable[str]) -> None:
    """Remember lines to be left out; those that are remembered already stay.

    Of a line of pages and pages nothing is remembered: no index takes it.
    """
    rows: list[dict[str, object]] = [
        {"source_id": source_id, "line": line} for line in sorted(set(lines)) if is_indexable(line)
    ]
    insert_missing(c, tables.repeated_lines, rows)


# --- health --------------------------------------------------------------------------------


def save_outcome(c: Connection, outcome: Outcome) -> None:
    """Keep how a crawl ended, and what it means for its source's health.

    An outcome that is not newer than the last one changes no health, so that saving it again
    counts no failure twice.
    """
    row = {
        "source_id": outcome.source_id,
        "at": outcome.at,
        "state": outcome.state,
        "message": from_message(outcome.message),
        "documents": outcome.documents,
        "not_modified": outcome.not_modified,
    }
    insert_missing(c, tables.outcomes, [row])
    table = tables.source_health
    query = select(table).where(table.c.source_id == outcome.source_id)
    previous = next((_health(row) for row in c.execute(query)), None)
    if previous and outcome.at <= previous.last_try:
        return
    now = _next_health(previous, outcome)
    upsert(
        c,
        table,
        [
            {
                "source_id": now.source_id,
                "state": now.state,
                "message": from_message(now.message),
                "since": now.since,
                "last_try": now.last_try,
                "last_success": now.last_success,
                "failures": now.failures,
                "failure": now.failure,
                "not_before": now.not_before,
            }
        ],
    )


def set_clock_back(c: Connection, now: datetime) -> None:
    """Believe nothing that was noted of sources after now, by a clock that has been put right.

    Their last try counts as just done, so that the next outcome is news; what their answers said
    of being unchanged, or of waiting, is forgotten.
    """
    health, states = tables.source_health, tables.http_states
    c.execute(
        update(health)
        .where(health.c.last_try > now)
        .values(
            last_try=now,
            not_before=None,
            since=case((health.c.since > now, now), else_=health.c.since),
        )
    )
    c.execute(update(health).where(health.c.last_success > now).values(last_success=now))
    c.execute(update(states).where(states.c.checked_at > now).values(checked_at=now, whole_at=None))


def _next_health(previous: SourceHealth | None, outcome: Outcome) -> SourceHealth:
    """Return a source's health after one more crawl.

    Empty is not failed. « Not modified » proves that the host answers, not that what was wrong
    has been mended: it never clears a failure. A source that was not asked, because its host
    wanted to be left alone, is as it was.
    """
    if previous and outcome.state is HealthState.UNTRIED:
        return replace(previous, not_before=outcome.not_before)
    state, message, failure = outcome.state, outcome.message, outcome.failure
    failures = previous.failures if previous else 0
    last_success = previous.last_success if previous else None
    if state.is_failure:
        failures += 1
    elif previous and outcome.not_modified and previous.state.is_failure:
        state, message, failure = previous.state, previous.message, previous.failure
    else:
        failures, last_success = 0, outcome.at
    return SourceHealth(
        source_id=outcome.source_id,
        state=state,
        message=message,
        since=previous.since if previous and previous.state is state else outcome.at,
        last_try=outcome.at,
        last_success=last_success,
        failures=failures,
        failure=failure,
        not_before=outcome.not_before,
    )


def outcomes(c: Connection, before: datetime) -> list[Outcome]:
    """Return how crawls ended before a moment, the oldest first."""
    table = tables.outcomes
    query = select(table).where(table.c.at < before).order_by(table.c.at, table.c.source_id)
    return [
        Outcome(
            source_id=row.source_id,
            at=row.at,
            state=HealthState(row.state),
            message=to_message(row.message),
            documents=row.documents,
            not_modified=row.not_modified,
        )
        for row in c.execute(query)
    ]


def health(c: Connection) -> dict[str, SourceHealth]:
    """Return the health of every source that was tried, by id."""
    table = tables.source_health
    return {row.source_id: _health(row) for row in c.execute(select(table).order_by("source_id"))}


def health_before(c: Connection, moment: datetime) -> dict[str, SourceHealth]:
    """Return the health that sources had at a moment, as `health` gives it, from their crawls."""
    found: dict[str, SourceHealth] = {}
    for outcome in outcomes(c, moment):
        found[outcome.source_id] = _next_health(found.get(outcome.source_id), outcome)
    return found


def _health(row: object) -> SourceHealth:
    values = row._asdict()  # type: ignore[attr-defined]
    values["state"] = HealthState(values["state"])
    values["failure"] = FailureKind(values["failure"]) if values["failure"] else None
    values["message"] = to_message(values["message"])
    return SourceHealth(**values)
