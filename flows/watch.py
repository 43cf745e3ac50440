"""The main job as a Prefect flow: crawl → annotate → detect.

Thin wrappers: what is done stands in `flows.steps`. A task is a source or a batch of documents.
Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import TerminationSignal
from prefect.settings import PREFECT_API_URL

from crawlers import spool
from crawlers.conclusions import is_plain
from flows import artifacts, due, steps
from flows.engine import API_URL
from flows.intake import TakenIn
from storage import Store, documents, open_workspace, sources
from vigie import lock, watches
from vigie.errors import VigieError, WorkspaceError
from vigie.language import say
from vigie.records import HealthState, Queue, SourceHealth, is_unproven
from vigie.settings import Settings, Watch, load, require_contact
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nlp.annotate import Reader

_WELL = (HealthState.LIVELY, HealthState.QUIET, HealthState.MOVED)


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a crawl gave."""

    by_source: Mapping[str, TakenIn] = field(default_factory=dict)
    not_stored: Mapping[str, str] = field(default_factory=dict)
    """Sources whose documents could not be stored, with the reason; the next run tries again."""

    @property
    def taken(self) -> TakenIn:
        """Return what all sources gave."""
        return sum(self.by_source.values(), TakenIn())

    def failures(self) -> list[str]:
        """Return what could not be stored, as lines for a person."""
        return [
            say("{source} : {message}", source=source_id, message=why)
            for source_id, why in self.not_stored.items()
        ]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    crawled: Crawled
    annotated: int
    left: int
    """Documents that an older version has read, and that the next runs read again."""
    queues: tuple[Queue, ...]
    """Of each watch that one was made for; none while nothing was read."""
    made: tuple[str, ...]
    """What each further one holds, a line each."""
    ailing: tuple[SourceHealth, ...]
    """Sources that need somebody, or of which there is something to say."""
    unproven: tuple[str, ...] = ()
    """Ids of those that have not answered yet, at an address that nobody has tried: no alarm."""
    counts: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the summary as lines for a person."""
        lines = [
            say(
                "Documents nouveaux : {new}, révisés : {revised}, connus : {unchanged}, "
                "lus : {read}.",
                new=self.crawled.taken.new,
                revised=self.crawled.taken.revised,
                unchanged=self.crawled.taken.unchanged,
                read=self.annotated,
            )
        ]
        if self.left:
            lines.append(self.left_line())
        lines += [
            say("{source} : {message}", source=health.source_id, message=health.message)
            for health in self.ailing
        ]
        if self.unproven:
            lines.append(self.unproven_line())
        lines += self.crawled.failures()
        if not self.counts["documents"]:
            lines.append(
                say(
                    "Rien à lire encore : ajoutez des sources (« vigie sources add ADRESSE ») ou "
                    "des archives (« vigie import FICHIER »)."
                )
            )
            return lines
        lines.append(
            say(
                "En tout {documents} documents, {actors} acteurs, semaine {week} : {n} candidat.",
                "En tout {documents} documents, {actors} acteurs, semaine {week} : {n} candidats.",
                n=len(self.queues[0].candidates),
                documents=self.counts["documents"],
                actors=self.counts["actors"],
                week=self.queues[0].week,
            )
        )
        return [*lines, *self.made]

    def unproven_line(self) -> str:
        """Return which addresses are still to be tried, as a line for a person."""
        some = ", ".join(self.unproven[:5])
        return say(
            "{n} source du catalogue n’a pas encore d’adresse vérifiée ({names}) : « vigie sources "
            "check » l’essaie et répare ce qui peut l’être.",
            "{n} sources du catalogue n’ont pas encore d’adresse vérifiée ({names}) : « vigie "
            "sources check » les essaie et répare ce qui peut l’être.",
            n=len(self.unproven),
            names=some + (" …" if len(self.unproven) > 5 else ""),
        )

    def left_line(self) -> str:
        """Return what the next runs read again, as a line for a person."""
        return say(
            "{n} document lu par une version précédente sera relu aux prochains passages.",
            "{n} documents lus par une version précédente seront relus aux prochains passages.",
            n=self.left,
        )


class Workspace:
    """What the tasks of one run share. Not a dataclass: Prefect walks through those."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store


@task(name="crawl", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=5)
def _fetch(workspace: Workspace, *, due_only: bool) -> Path:
    return steps.fetch(workspace.settings, workspace.store, due_only=due_only)


@task(
    name="store",
    task_run_name="store-{source_id}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
)
def _take_in(workspace: Workspace, source_id: str, records: spool.Portion) -> TakenIn:
    return steps.take_in(workspace.settings, workspace.store, source_id, records)


@task(name="annotate", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def _annotate(workspace: Workspace, ids: list[str], reader: Reader, worker: str) -> int:
    return steps.annotate_batch(workspace.settings, workspace.store, ids, reader, worker)


@task(name="detect", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def _detect(workspace: Workspace, until: date, watch_id: str) -> Queue:
    settings = workspace.settings
    return steps.detect(settings, workspace.store, until, settings.watch_of(watch_id))


@flow(name="watch", flow_run_name="watch-{until}", validate_parameters=False)
def watch(folder: str, until: str) -> Summary:
    """Run the main job once on the workspace in `folder`, up to the day `until` (ISO 8601)."""
    settings = load(Path(folder))
    with lock.sole(settings, "run"):
        store = open_workspace(settings)
        try:
            summary = watched(Workspace(settings, store), date.fromisoformat(until))
            artifacts.of_summary(summary.lines())
            return summary
        finally:
            store.close()


def watched(
    workspace: Workspace,
    until: date,
    *,
    due_only: bool = False,
    wanted: Sequence[Watch] = (),
) -> Summary:
    """Crawl all sources, or those that are due, read what waits and make the week's queues.

    Of every watch, or of those that are wanted; of none while the archive is empty.
    """
    crawled = crawl_sources(workspace, due_only=due_only)
    reading = annotate_waiting(workspace)
    settings, counts = workspace.settings, _counts(workspace.store)
    of = (wanted or settings.watches) if counts["documents"] else ()
    queues = tuple(_detect(workspace, until, one.id) for one in of)
    troubled, unproven = ailing(workspace)
    summary = Summary(
        crawled=crawled,
        annotated=reading.done,
        left=reading.left,
        queues=queues,
        made=tuple(watches.made(settings, one) for one in queues) if len(queues) > 1 else (),
        ailing=troubled,
        unproven=unproven,
        counts=_counts(workspace.store),
    )
    artifacts.of_sources(workspace.settings, workspace.store, crawled.by_source)
    for queue in queues:
        artifacts.of_queue(settings, queue)
    return summary


def run_watch(settings: Settings, until: date) -> Summary:
    """Run the flow here and now, with or without a Prefect server around.

    Raises:
        SettingsError: there are sources to crawl and no address of contact.
        WorkspaceError: another program works there, or Prefect's own server did not start or
            went away.
    """
    if due.crawled_sources(settings):
        require_contact(settings)
    try:
        # Before Prefect is started, so that a second run is told at once.
        with lock.sole(settings, "run"):
            return watch(str(settings.folder.resolve()), until.isoformat())
    except TerminationSignal as signal:
        raise KeyboardInterrupt from signal
    except httpx.TransportError as error:
        # An interruption from the keyboard reaches Prefect's server too.
        raise WorkspaceError(
            say(
                "Le serveur de Prefect s’est arrêté pendant le travail. Relancez « vigie run » : "
                "rien n’est perdu."
            )
        ) from error
    except RuntimeError as error:
        if "Failed to reach API" in str(error):
            raise WorkspaceError(
                say(
                    "Le serveur de Prefect que nomme {name} ne répond pas ({address}). "
                    "Relancez-le, ou retirez {name} : « vigie run » a le sien.",
                    name=API_URL,
                    address=PREFECT_API_URL.value(),
                )
            ) from error
        if "Prefect API server" not in str(error):
            raise
        raise WorkspaceError(
            say(
                "Le serveur de Prefect n’a pas démarré à temps. Relancez « vigie run », ou faites "
                "le même travail sans lui : « vigie crawl », « vigie annotate », « vigie detect »."
            )
        ) from error


def crawl_sources(workspace: Workspace, *, due_only: bool = False) -> Crawled:
    """Fetch and store; what could not be stored stays in the spool for the next run."""
    by_source, not_stored = dict[str, TakenIn](), dict[str, str]()
    waiting = steps.waiting_spools(workspace.settings)
    if due.wanted_sources(workspace.settings, workspace.store, due_only=due_only):
        with progress(say("Collecte des sources"), None):
            waiting.append(_fetch(workspace, due_only=due_only))
    for spool_file in waiting:
        complete = True
        for source_id, records in spool.by_source(spool_file).items():
            try:
                taken = _take_in(workspace, source_id, records)
            except VigieError as error:
                complete = False
                not_stored[source_id] = str(error)
            else:
                by_source[source_id] = by_source.get(source_id, TakenIn()) + taken
        if complete:
            spool_file.unlink()
    return Crawled(by_source, not_stored)


def annotate_waiting(workspace: Workspace) -> steps.ReadAgain:
    """Read the documents that wait, a task for each batch."""
    return steps.annotate(
        workspace.settings,
        workspace.store,
        lambda ids, reader, worker: _annotate(workspace, ids, reader, worker),
    )


def ailing(workspace: Workspace) -> tuple[tuple[SourceHealth, ...], tuple[str, ...]]:
    """Return the sources that need somebody, and those whose address nobody has seen work."""
    wanted = {source.id: source for source in due.going_on(workspace.settings, workspace.store)}
    with workspace.store.reading() as c:
        health = sources.health(c)
    unproven = {i for i, source in wanted.items() if is_unproven(source, health.get(i))}
    troubled = tuple(
        h
        for i, h in sorted(health.items())
        if i in wanted and i not in unproven and (h.state not in _WELL or not is_plain(h.message))
    )
    return troubled, tuple(sorted(unproven))


def _counts(store: Store) -> dict[str, int]:
    with store.reading() as c:
        return documents.counts(c)
