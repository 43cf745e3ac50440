"""What the weekly letter tells, gathered from the storage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from signals import blind_spots as signals
from signals.proposed import concerns
from storage import (
    actors,
    directory,
    exchanges,
    facts,
    judgements,
    proposals,
    queues,
    sources,
    told,
)
from vigie import gazetteer
from vigie.digest.edition import Community, Edition, Remark, Told
from vigie.exchange.header import Header
from vigie.records import (
    ActorKind,
    ClusterChange,
    HealthState,
    Message,
    Verdict,
    Visibility,
    iso_week,
)
from vigie.typography import plain
from vigie.words import HEALTH, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from signals.blind_spots import BlindSpots
    from storage import Connection, Store
    from vigie.records import ActorSheet, Citation, Queue
    from vigie.settings import Settings, Watch

WEEK = timedelta(days=7)
AHEAD = timedelta(weeks=3)
"""How far events to come are told of."""
SEASON = timedelta(weeks=13)
"""Looked at for blind spots."""
NEWS = 30
"""Documents of an actor looked at for news of a week."""
FOLLOWED = (Verdict.KEEP, Verdict.WATCH)
MUTE = frozenset({HealthState.SILENT, HealthState.BLOCKED, HealthState.UNREACHABLE,
                  HealthState.WRONG_FORMAT})  # fmt: skip


def monday_of(week: str) -> date | None:
    """Return the Monday of an ISO week written as 2026-W12; None if it is none."""
    try:
        return date.fromisoformat(f"{week}-1") if len(week) == 8 else None
    except ValueError:
        return None


def last_whole(day: date) -> date:
    """Return the Monday of the last week that is over."""
    return day - timedelta(days=day.weekday() + 7)


def is_ours_alone(page: str) -> bool:
    """Tell whether the pages are found on this machine only: a link to them leads nobody there."""
    return urlsplit(page).hostname in {"127.0.0.1", "localhost", "::1"}


# --- gathering -------------------------------------------------------------------------------


def gather(
    settings: Settings, store: Store, first: date, day: date, watch: Watch | None = None
) -> Edition:
    """Return the letter of the week that begins on a Monday, for the lab; `day` is today.

    It is the first watch's unless another is given.
    """
    watch = watch or settings.watch
    last = first + timedelta(days=6)
    with store.reading() as c:
        ids = directory.ids(c, frozenset(FOLLOWED), watch.id)
        sheets = {
            sheet.id: sheet
            for sheet in exchanges.sheets(
                c, ids, Visibility.LAB, watch.visibility, last + timedelta(days=1)
            )
        }
        kept = _kept(c, settings, ids, first, watch)
        news = {i: _news(c, i, first, last) for i in ids}
        page = "" if is_ours_alone(settings.pages) else settings.pages
        queue = queues.load(c, iso_week(last + timedelta(days=1)), watch.id) or queues.load(
            c, iso_week(first), watch.id
        )
        return Edition(
            week=iso_week(first),
            first=first,
            header=Header(
                watch=watch.name,
                day=day,
                audience=Visibility.LAB,
                licence_id=watch.licence,
            ),
            page=page,
            kept=tuple(Told(sheet=sheets[i], news=news[i]) for i in kept),
            news=_ranked(
                Told(sheet=sheets[i], news=news[i]) for i in ids if news[i] and i not in kept
            ),
            events=_events(sheets.values(), last + AHEAD),
            communities=tuple(_communities(c, queue)) if queue else (),
            proposed=tuple(_proposed(c, last, watch)),
            blind_spots=tuple(_blind_spots(c, settings, min(day, last + timedelta(days=1)), watch)),
            silent=tuple(_silent(c, settings, watch)),
            waiting=_waiting(c, queue),
            watch=watch.id,
            queue=f"{watch.address}/",
        )


def _kept(
    c: Connection, settings: Settings, ids: Sequence[str], first: date, watch: Watch
) -> list[str]:
    """Return those that a watch kept in a week, in the order in which that was decided."""
    start = datetime.combine(first, time_of_day(), settings.zone)
    decided = [
        (entry.judgement.at, i)
        for i, entry in judgements.standing_in(c, ids, watch.id).items()
        if entry.judgement.verdict is Verdict.KEEP and start <= entry.judgement.at < start + WEEK
    ]
    return [i for _, i in sorted(decided)]


def _news(c: Connection, actor_id: str, first: date, last: date) -> tuple[Citation, ...]:
    """Return what was written of an actor in a week, one story once, the newest first."""
    stories = {
        one.story_id: one
        for one in reversed(told.by_documents(c, actor_id, NEWS))
        if first <= one.day <= last
    }
    newest = sorted(stories.values(), key=lambda one: (-one.day.toordinal(), one.document_id))
    return tuple(exchanges.citation(one) for one in newest)


def _ranked(some: Iterable[Told]) -> tuple[Told, ...]:
    """Return those of which most was written first."""
    return tuple(sorted(some, key=lambda one: (-len(one.news), one.sheet.name.casefold())))


def _events(sheets: Iterable[ActorSheet], until: date) -> tuple[Told, ...]:
    """Return the events to come, the next one first; one of several actors once."""
    found: dict[str, tuple[str, Told]] = {}
    for sheet in sheets:
        for one in sheet.events:
            start = one.event.start if one.event else None
            if start and start.date() <= until:
                told_once = Told(sheet=replace(sheet, events=(one,)))
                found.setdefault(one.url, (start.isoformat(), told_once))
    ranked = sorted(found.values(), key=lambda pair: (pair[0], pair[1].sheet.name))
    return tuple(event for _, event in ranked)


def _communities(c: Connection, queue: Queue) -> Iterator[Community]:
    for cluster in queue.clusters:
        if cluster.change is ClusterChange.NEW:
            roots = sorted(set(actors.surviving(c, cluster.members).values()))
            lines = directory.lines(c, roots)
            names = tuple(sorted((line.name for line in lines), key=str.casefold))
            places = tuple(sorted({code for line in lines for code in line.communes}))
            if len(names) > 1:
                yield Community(terms=cluster.label, names=names, places=places)


def _proposed(c: Connection, last: date, watch: Watch) -> Iterator[Remark]:
    """Yield what was proposed by a day and nobody has answered, the oldest first."""
    for entry in proposals.waiting(c):
        one = entry.proposal
        if one.day > last or not concerns(watch, one):
            continue
        name, place, what = plain(one.name, 80), plain(one.place, 60), plain(one.what, 200)
        told = Message("{name}", {"name": name})
        if place and what:
            values = {"name": name, "place": place, "what": what}
            told = Message("{name} ({place}) : {what}", values)
        elif place or what:
            told = Message("{name} : {what}", {"name": name, "what": place or what})
        places = (one.commune,) if one.commune else ()
        yield Remark(message=told, places=places, words=f"{one.name} . {one.what}")


def _waiting(c: Connection, queue: Queue | None) -> int:
    if queue is None:
        return 0
    ids = [one.actor_id for one in queue.candidates]
    return len(ids) - len(judgements.standing_in(c, ids, queue.watch))


def _blind_spots(c: Connection, settings: Settings, day: date, watch: Watch) -> Iterator[Remark]:
    """Yield where nobody looks, in a sentence each, the largest places first."""
    since = day - SEASON
    found = signals.blind_spots(
        facts.between(c, since, day, zone=settings.zone, watch=watch),
        watch,
        since,
        listed=actors.listed(c, day),
        documents={i: n for i, n in sources.between(c, since, day).items() if watch.reads(i)},
    )
    yield from _blind(found)


def _blind(found: BlindSpots) -> Iterator[Remark]:
    blind = [spot for spot in found.communes if spot.blind]
    for spot in sorted(blind, key=lambda one: -one.population):
        values: dict[str, str | int | float | Message] = {
            "place": gazetteer.commune(spot.what).name,
            "n": spot.stories,
            "expected": round(spot.most_expected),
        }
        told = Message(
            "{place} : {n} récit en trois mois, {expected} attendus d’après sa population",
            values,
            "{place} : {n} récits en trois mois, {expected} attendus d’après sa population",
        )
        if spot.most_expected > spot.expected:
            told = Message(
                "{place} : {n} récit en trois mois, {expected} attendus d’après les annuaires",
                values,
                "{place} : {n} récits en trois mois, {expected} attendus d’après les annuaires",
            )
        yield Remark(message=told, places=(spot.what,))
    for theme, stories in found.themes.items():
        if not stories:
            yield Remark(words=theme)
    for spot in found.kinds:
        if spot.blind:
            kind = KINDS[ActorKind(spot.what)]
            told = Message(
                "Le type « {kind} » : {n} récit en trois mois, {expected} attendus d’après les "
                "annuaires",
                {"kind": kind, "n": spot.stories, "expected": round(spot.by_register)},
                "Le type « {kind} » : {n} récits en trois mois, {expected} attendus d’après les "
                "annuaires",
            )
            yield Remark(message=told)


def _silent(c: Connection, settings: Settings, watch: Watch) -> Iterator[Remark]:
    """Yield its sources of which nothing comes, in a sentence each, the longest silent first."""
    names = {source.id: source.name for source in settings.sources if watch.reads(source.id)}
    mute = [one for one in sources.health(c).values() if one.state in MUTE]
    for one in sorted(mute, key=lambda health: (health.since, health.source_id)):
        if one.source_id in names:
            told = Message(
                "{source} : {state} depuis le {day}",
                {
                    "source": names[one.source_id],
                    "state": HEALTH[one.state],
                    "day": f"{one.since.astimezone(settings.zone):%d/%m/%Y}",
                },
            )
            yield Remark(message=told)
