"""What should have been done by the schedule while nothing ran, and is caught up at its start."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from croniter import croniter

from flows import digest, due, learned, steps
from storage import Store, documents, queues, subscribers
from vigie import backups
from vigie.records import iso_week

if TYPE_CHECKING:
    from vigie.settings import Settings, Watch


def queue_day(settings: Settings, store: Store, now: datetime) -> date | None:
    """Return the day of the last queues that should have been made, if one was not.

    Of a day before the archive begins none is owed: there was nothing to tell. The first of all is
    owed today, of what the first crawl brings.
    """
    if not settings.schedule.queue:
        return None
    here = now.astimezone(settings.zone)
    with store.reading() as c:
        is_new = not queues.watches(c)
    day = here.date() if is_new else last_time(settings.schedule.queue, here).date()
    return day if is_new or without_queue(settings, store, day) else None


def is_last_queue_made(settings: Settings, store: Store, now: datetime) -> bool:
    """Tell whether each watch has the last queue that was due, or a later one."""
    if not settings.schedule.queue:
        return True
    week = iso_week(last_time(settings.schedule.queue, now.astimezone(settings.zone)).date())
    with store.reading() as c:
        newest = queues.watches(c)
    return all(newest.get(one.id, "") >= week for one in settings.watches)


def without_queue(settings: Settings, store: Store, day: date) -> list[Watch]:
    """Return the watches that have no queue of the week of a day."""
    with store.reading() as c:
        begins = documents.begins(c)
        if begins is None or begins > day:
            return []
        return [one for one in settings.watches if not queues.load(c, iso_week(day), one.id)]


def last_time(cron: str, now: datetime) -> datetime:
    """Return the last moment of a cron rhythm, as the clock on the wall showed it.

    croniter's own arithmetic across a change of the clock is not relied upon: it is given, and
    gives, times without a zone.
    """
    times: Any = croniter(cron, now.replace(tzinfo=None))  # croniter carries few types
    found: datetime = times.get_prev(datetime)
    return found


def crawl_is_due(settings: Settings, store: Store, now: datetime) -> bool:
    """Tell whether a source is due, or an interrupted crawl left something in the spool."""
    if not settings.schedule.crawl:
        return False
    wanted = due.wanted_sources(settings, store, due_only=True, now=now)
    return bool(wanted or steps.waiting_spools(settings))


def backup_is_due(settings: Settings, now: datetime) -> bool:
    """Tell whether the last backup that was due was not made, though there were some before.

    A new workspace has nothing to lose yet: its first backup waits for its hour.
    """
    made = backups.newest(settings) if settings.schedule.backup else None
    if made is None:
        return False
    due_at = last_time(settings.schedule.backup, now.astimezone(settings.zone))
    return made.astimezone(settings.zone).replace(tzinfo=None) < due_at


def digest_is_due(settings: Settings, store: Store, now: datetime) -> bool:
    """Tell whether a reader has not had the letter of the last whole week though its hour is past.

    A reader for whom there was nothing to tell is asked about again; nothing is sent to them.
    """
    if not settings.schedule.digest:
        return False
    here = now.astimezone(settings.zone)
    monday = digest.last_whole(here.date())
    if last_time(settings.schedule.digest, here).date() < monday + timedelta(days=7):
        return False
    with store.reading() as c:
        had = subscribers.deliveries(c, iso_week(monday))
        return any(one.id not in had for one in subscribers.all_of(c))


def reading_is_due(settings: Settings, store: Store) -> bool:
    """Tell whether documents wait to be read."""
    if not settings.schedule.annotate:
        return False
    with store.reading() as c:
        return documents.waiting_count(c, learned.version(settings.data)) > 0
