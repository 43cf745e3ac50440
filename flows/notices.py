"""What needs a person: found by looking at the workspace, told once by mail and on the page."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flows import due, mail, missed
from storage import Connection, Store, queues, sources
from storage import notices as stored
from vigie.language import render, say, terminal_language
from vigie.records import HealthState, Message, Notice, NoticeKind, is_unproven
from vigie.words import FLOWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vigie.records import Source, SourceHealth
    from vigie.settings import Settings

FAILURES, FOR_A_DAY, FOR_A_WEEK = 3, timedelta(days=1), timedelta(days=7)
"""A source needs somebody once it failed so often and for a day, or for a week however often."""
UNTOUCHED = timedelta(days=14)
LEAST_FREE, MOST_FREE = 1_000_000_000, 10_000_000_000
"""Bytes: below the first a disk is nearly full, above the second it is not; between them, with a
twentieth of it left."""


@dataclass(frozen=True, slots=True)
class Run:
    """How the last run of one kind ended."""

    flow: str
    at: datetime
    why: Message | None = None
    """None: it ended well."""


def look(settings: Settings, store: Store, now: datetime, runs: Sequence[Run] = ()) -> None:
    """Note what needs a person now, and what does not any more.

    `runs` are the last ones of each kind, where they are known; what is noted of a kind of which
    none is known stays as it is. That of a queue which was killed, and made by another run since,
    is nobody's concern.
    """
    going_on = due.going_on(settings, store)
    kinds = [NoticeKind.SOURCE, NoticeKind.DISK, NoticeKind.QUEUE, NoticeKind.RUN]
    known = {run.flow for run in runs}
    if missed.is_last_queue_made(settings, store, now):
        known.add("queue")
        runs = [run for run in runs if run.flow != "queue"]
    with store.reading() as c:
        found = [
            *_of_sources(c, going_on, now),
            *_of_disk(settings, now),
            *_of_queue(c, settings, now),
            *_of_runs(runs),
        ]
    with store.writing() as c:
        before = [one for one in stored.standing(c) if one.kind is NoticeKind.RUN]
        found += [one for one in before if one.about not in known]
        stored.settle(c, found, kinds, now)


def _of_sources(c: Connection, going_on: Iterable[Source], now: datetime) -> Iterator[Notice]:
    health_of = sources.health(c)
    names = {
        source.id: source.name
        for source in going_on
        if not is_unproven(source, health_of.get(source.id))
    }
    for source_id, health in health_of.items():
        if source_id in names and _needs_somebody(health, now):
            message = Message(
                "{source} : {message}", {"source": names[source_id], "message": health.message}
            )
            yield Notice(
                kind=NoticeKind.SOURCE, about=source_id, message=message, since=health.since
            )


def _needs_somebody(health: SourceHealth, now: datetime) -> bool:
    if health.state is HealthState.SILENT:
        return True
    failing = now - (health.last_success or health.since)
    return health.state.is_failure and (
        failing >= FOR_A_WEEK or (failing >= FOR_A_DAY and health.failures >= FAILURES)
    )


def _of_disk(settings: Settings, now: datetime) -> Iterator[Notice]:
    usage = shutil.disk_usage(settings.data)
    if is_nearly_full(usage.total, usage.free):
        message = Message(
            "le disque est presque plein : il reste {free:.1f} Go pour {folder} ; libérez de la "
            "place, ou réduisez archive_megabytes et full_text_days",
            {"free": usage.free / 1e9, "folder": str(settings.data)},
        )
        yield Notice(kind=NoticeKind.DISK, about="data", message=message, since=now)


def is_nearly_full(total: int, free: int) -> bool:
    """Tell whether a disk of so many bytes, of which so many are free, soon takes no more."""
    return free < LEAST_FREE or (free < MOST_FREE and free < total / 20)


def _of_queue(c: Connection, settings: Settings, now: datetime) -> Iterator[Notice]:
    """Yield the watches whose queues nobody has looked at for long."""
    today = now.astimezone(settings.zone).date()
    for watch in settings.watches:
        first = queues.first_day(c, watch.id)
        touched = queues.last_touched(c, watch.id)
        if first is None or today - first < UNTOUCHED or (touched and now - touched < UNTOUCHED):
            continue
        message = Message(
            "personne n’a ouvert la file de la semaine depuis {n} jour",
            {"n": (now - touched).days if touched else (today - first).days},
            "personne n’a ouvert la file de la semaine depuis {n} jours",
        )
        if settings.others:
            message = Message("{source} : {message}", {"source": watch.name, "message": message})
        about = "queue" if watch.is_main else f"queue-{watch.id}"
        yield Notice(kind=NoticeKind.QUEUE, about=about, message=message, since=now)


def _of_runs(runs: Iterable[Run]) -> Iterator[Notice]:
    for run in runs:
        if run.why is not None:
            message = Message(
                "{what} n’a pas abouti : {why}", {"what": FLOWS[run.flow], "why": run.why}
            )
            yield Notice(kind=NoticeKind.RUN, about=run.flow, message=message, since=run.at)


# --- by mail -----------------------------------------------------------------------------


def send(settings: Settings, store: Store, now: datetime, runs: Sequence[Run] = ()) -> list[str]:
    """Look, then send all that is new in one mail, at most one a day; return lines that say so.

    Raises:
        MailError: the mail could not be sent; it is tried again the next time.
    """
    look(settings, store, now, runs)
    with store.reading() as c:
        untold, last = stored.untold(c), stored.last_told(c)
        standing = stored.standing(c)
    lines = [
        say("{n} point demande quelqu’un.", "{n} points demandent quelqu’un.", n=len(standing))
    ]
    today = now.astimezone(settings.zone).date()
    if not untold or not settings.mail.is_set:
        return lines
    if last is not None and last.astimezone(settings.zone).date() == today:
        return [*lines, say("Un courriel est déjà parti aujourd’hui : la suite demain.")]
    words = [one.notice for one in untold]
    refused = mail.send(settings.mail, _subject(settings, words), _text(settings, words, standing))
    with store.writing() as c:
        stored.told(c, untold, now)
    who = [one for one in settings.mail.to if one not in dict(refused)]
    return [*lines, say("Courriel envoyé à {to}.", to=", ".join(who)), *mail.refusals(refused)]


def _subject(settings: Settings, told: Sequence[Notice]) -> str:
    begun = sum(one.resolved_at is None for one in told)
    if not begun:
        return say("{watch} : tout est rentré dans l’ordre", watch=settings.watch.name)
    return say(
        "{watch} : {n} point demande quelqu’un",
        "{watch} : {n} points demandent quelqu’un",
        n=begun,
        watch=settings.watch.name,
    )


def _text(settings: Settings, told: Sequence[Notice], standing: Sequence[Notice]) -> str:
    """Return the mail: what is new, what is resolved, what stands since before."""
    begun = [one for one in told if one.resolved_at is None]
    ended = [one for one in told if one.resolved_at is not None]
    before = [one for one in standing if one not in begun]
    parts = [
        (say("Demandent quelqu’un :"), begun),
        (say("Résolus :"), ended),
        (say("Toujours en attente :"), before),
    ]
    blocks = [
        "\n".join([title, *(f"- {_line(settings, one)}" for one in some)])
        for title, some in parts
        if some
    ]
    end = say("Voir {page}/attention", page=settings.pages)
    return "\n\n".join([*blocks, end]) + "\n"


def _line(settings: Settings, notice: Notice) -> str:
    words = render(notice.message, terminal_language())
    since = f"{notice.since.astimezone(settings.zone):%d/%m}"
    return say("{words} (depuis le {since})", words=words, since=since)
