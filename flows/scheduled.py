"""What the schedule runs, each as a flow of its own: thin wrappers, as in `flows.watch`.

Parameters are the workspace's folder and a day, nothing larger: Prefect caps them at 512 KiB.
Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow, runtime
from prefect.states import Completed, Failed

from flows import (
    artifacts,
    backup,
    digest,
    letters,
    missed,
    notices,
    replies,
    retention,
    rounds,
    runs,
)
from flows.watch import Workspace, annotate_waiting, crawl_sources, watched
from storage import open_workspace, subscribers
from vigie import children, lock
from vigie.errors import HeldError, VigieError
from vigie.language import say
from vigie.records import Message
from vigie.settings import load
from vigie.terminal import tell
from vigie.words import FLOWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.schemas.objects import State

PATIENCE = 4 * 3600.0
"""Seconds that the week's queue and what is long past wait for a crawl that is under way."""

LATE = timedelta(minutes=20)
"""How long after its hour a queue that is not there, and is not being made, was missed."""


@flow(name="crawl", flow_run_name="crawl", validate_parameters=False)
def crawl(folder: str) -> State[str]:
    """Crawl the sources that are due; skipped while another crawl is under way.

    If the last queue that was due is not there, its run was killed: it is made here. So is the
    first one of a new workspace, as soon as something comes.
    """

    def work(workspace: Workspace) -> list[str]:
        settings, store = workspace.settings, workspace.store
        with lock.sole(settings, "schedule"):
            day = missed.queue_day(settings, store, datetime.now(UTC) - LATE)
            if day is not None:
                with lock.sole(settings, "schedule", of=lock.READING, patience=PATIENCE):
                    wanted = missed.without_queue(settings, store, day)
                    return watched(workspace, day, due_only=True, wanted=wanted).lines()
            crawled = crawl_sources(workspace, due_only=True)
        artifacts.of_sources(workspace.settings, workspace.store, crawled.by_source)
        asked = say("{n} source visitée.", "{n} sources visitées.", n=len(crawled.by_source))
        return [asked, crawled.taken.line(), *crawled.failures()]

    return ran("crawl", folder, work)


@flow(name="annotate", flow_run_name="annotate", validate_parameters=False)
def annotate(folder: str) -> State[str]:
    """Read the documents that wait; skipped while the schedule reads others."""

    def work(workspace: Workspace) -> list[str]:
        with lock.sole(workspace.settings, "schedule", of=lock.READING):
            return annotate_waiting(workspace).lines()

    return ran("annotate", folder, work)


@flow(name="queue", flow_run_name="queue", validate_parameters=False)
def queue(folder: str, until: str | None = None) -> State[str]:
    """Crawl what is due, read what waits and make the week's queues; wait for others at work.

    `until` is the day up to which things count (ISO 8601), today by default. With one, queues
    that are there stay as they are: it catches up what was missed.
    """

    def work(workspace: Workspace) -> list[str]:
        settings = workspace.settings
        with (
            lock.sole(settings, "schedule", patience=PATIENCE),
            lock.sole(settings, "schedule", of=lock.READING, patience=PATIENCE),
        ):
            day = date.fromisoformat(until) if until else datetime.now(settings.zone).date()
            wanted = missed.without_queue(settings, workspace.store, day) if until else ()
            return watched(workspace, day, due_only=True, wanted=wanted).lines()

    return ran("queue", folder, work)


@flow(name="retention", flow_run_name="retention", validate_parameters=False)
def retain(folder: str) -> State[str]:
    """Let go of what is kept no longer than the settings say; wait for others at work."""

    def work(workspace: Workspace) -> list[str]:
        settings = workspace.settings
        with (
            lock.sole(settings, "schedule", patience=PATIENCE),
            lock.sole(settings, "schedule", of=lock.READING, patience=PATIENCE),
        ):
            found = retention.apply(settings, workspace.store, datetime.now(UTC))
        return found.lines()

    return ran("retention", folder, work)


@flow(name="backup", flow_run_name="backup", validate_parameters=False)
def back_up(folder: str) -> State[str]:
    """Back the workspace up into the folder of `[backup]`, while others work."""

    def work(workspace: Workspace) -> list[str]:
        target = backup.scheduled(workspace.settings, workspace.store)
        size = target.stat().st_size / 1e6
        return [say("{file} : {size:.1f} Mo.", file=target.name, size=size)]

    return ran("backup", folder, work)


@flow(name="digest", flow_run_name="digest", validate_parameters=False)
def send_digest(folder: str) -> State[str]:
    """Send the letter of the last whole week to those who have not had it."""

    def work(workspace: Workspace) -> list[str]:
        settings, store = workspace.settings, workspace.store
        with store.reading() as c:
            if not subscribers.all_of(c):
                return [say("Personne ne reçoit la lettre : vigie digest subscribers add ADRESSE.")]
        letters.require_way_out(settings)
        day = datetime.now(settings.zone).date()
        first = digest.last_whole(day)
        return letters.send_all(settings, store, first, lambda: datetime.now(UTC))

    return ran("digest", folder, work)


@flow(name="replies", flow_run_name="replies", validate_parameters=False)
def reply(folder: str) -> State[str]:
    """Write to those who propose and who are asked for opinions; read answers, close rounds."""

    def work(workspace: Workspace) -> list[str]:
        settings, store, now = workspace.settings, workspace.store, datetime.now(UTC)
        consulted = rounds.work(settings, store, now)
        return [*replies.send(settings, store, now).lines(), *consulted.lines()]

    return ran("replies", folder, work)


@flow(name="notices", flow_run_name="notices", validate_parameters=False)
def tell_notices(folder: str) -> State[str]:
    """Note what needs a person, and tell it by mail, at most once a day."""

    def work(workspace: Workspace) -> list[str]:
        settings = workspace.settings
        return notices.send(settings, workspace.store, datetime.now(UTC), _others("notices"))

    return ran("notices", folder, work)


def ran(
    name: str,
    folder: str,
    work: Callable[[Workspace], list[str]],
    patience: float = 30.0,
) -> State[str]:
    """Do a piece of work in a workspace, and return how it ended as Prefect shows it.

    What a person can mend is a failure with one sentence; a workspace that another program holds
    is no failure, its next turn comes. `patience` is how many seconds it waits to write.
    """
    children.end_with_starter()
    try:
        settings = load(Path(folder))
        with closing(open_workspace(settings, patience=patience)) as store:
            return _done(name, Workspace(settings, store), work)
    except VigieError as error:
        return _told(name, Failed(name=runs.STOPPED, message=str(error)))


def _done(name: str, workspace: Workspace, work: Callable[[Workspace], list[str]]) -> State[str]:
    state: State[str]
    why = None
    try:
        lines = work(workspace)
    except HeldError as held:
        return _told(name, Completed(name=runs.SKIPPED, message=str(held)))
    except VigieError as error:
        state, why = Failed(name=runs.STOPPED, message=str(error)), str(error)
    else:
        artifacts.of_summary(lines)
        state = Completed(message=" ".join(lines)[:1000])
    now = datetime.now(UTC)
    ended = notices.Run(name, now, Message("{sentence}", {"sentence": why}) if why else None)
    notices.look(workspace.settings, workspace.store, now, [*_others(name), ended])
    return _told(name, state)


def _others(name: str) -> list[notices.Run]:
    """Return how the last runs of the other flows of this workspace ended."""
    deployment = runtime.deployment.name
    return [run for run in runs.last(deployment) if run.flow != name] if deployment else []


def _told(name: str, state: State[str]) -> State[str]:
    tell(say("{what} : {message}", what=FLOWS[name], message=state.message or ""))
    return state
