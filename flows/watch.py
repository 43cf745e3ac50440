"""The main job as a Prefect flow: crawl → annotate → detect.

Thin wrappers: what is done stands in `flows.steps`. A task is a source or a batch of documents.
Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.exceptions import TerminationSignal

from crawlers.conclusions import is_plain
from flows import due, steps
from flows.intake import TakenIn
from storage import Store, documents, open_store, sources
from vigie import lock
from vigie.errors import VigieError, WorkspaceError
from vigie.language import say
from vigie.records import HealthState, Queue, SourceHealth
from vigie.settings import Settings, load, require_contact
from vigie.terminal import progress

if TYPE_CHECKING:
    from nlp.annotate import Reader

_WELL = (HealthState.LIVELY, HealthState.QUIET, HealthState.MOVED)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did."""

    taken: TakenIn
    annotated: int
    left: int
    """Documents that an older version has read, and that the next runs read again."""
    queue: Queue
    ailing: tuple[SourceHealth, ...]
    """Sources that need somebody, or of which there is something to say."""
    not_stored: tuple[str, ...] = ()
    """Sources whose documents could not be stored, with the reason; the next run tries again."""
    counts: dict[str, int] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return the summary as lines for a person."""
        lines = [
            say(
                "Documents nouveaux : {new}, révisés : {revised}, connus : {unchanged}, "
                "lus : {read}.",
                new=self.taken.new,
                revised=self.taken.revised,
                unchanged=self.taken.unchanged,
                read=self.annotated,
            )
        ]
        if self.left:
            lines.append(self.left_line())
        lines += [
            say("{source} : {message}", source=health.source_id, message=health.message)
            for health in self.ailing
        ]
        lines += self.not_stored
        if not self.counts["documents"]:
            lines.append(
                say(
                    "Rien à lire encore : ajoutez des sources (« vigie sources add ADRESSE ») ou "
                    "des archives (« vigie import FICHIER »)."
                )
            )
        lines.append(
            say(
                "En tout {documents} documents, {actors} acteurs, semaine {week} : {n} candidat.",
                "En tout {documents} documents, {actors} acteurs, semaine {week} : {n} candidats.",
                n=len(self.queue.candidates),
                documents=self.counts["documents"],
                actors=self.counts["actors"],
                week=self.queue.week,
            )
        )
        return lines

    def left_line(self) -> str:
        """Return what the next runs read again, as a line for a person."""
        return say(
            "{n} document lu par une version précédente sera relu aux prochains passages.",
            "{n} documents lus par une version précédente seront relus aux prochains passages.",
            n=self.left,
        )

    def markdown(self) -> str:
        """Return the summary as the artifact of the run."""
        rows = "".join(
            f"| {c.rank} | {_cell(c.name)} | {c.score:.2f} | {c.stories} | {c.sources} |\n"
            for c in self.queue.candidates
        )
        return (
            f"# {self.queue.week}\n\n"
            + "".join(f"- {line}\n" for line in self.lines())
            + f"\n| | | | | |\n|-:|-|-:|-:|-:|\n{rows}"
        )


def _cell(name: str) -> str:
    """Return what the web wrote as words of a Markdown table, and nothing more."""
    return re.sub(r"([\\`*_{}\[\]()#!|<>~])", r"\\\1", " ".join(name.split()))


class _Workspace:
    """What the tasks of one run share. Not a dataclass: Prefect walks through those."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store


@task(name="crawl", cache_policy=NO_CACHE, retries=1, retry_delay_seconds=5)
def _fetch(workspace: _Workspace) -> Path:
    return steps.fetch(workspace.settings, workspace.store)


@task(
    name="store",
    task_run_name="store-{source_id}",
    cache_policy=NO_CACHE,
    retries=2,
    retry_delay_seconds=5,
)
def _take_in(workspace: _Workspace, spool_file: Path, source_id: str) -> TakenIn:
    return steps.take_in(workspace.settings, workspace.store, spool_file, source_id)


@task(name="annotate", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def _annotate(workspace: _Workspace, ids: list[str], reader: Reader, worker: str) -> int:
    return steps.annotate_batch(workspace.settings, workspace.store, ids, reader, worker)


@task(name="detect", cache_policy=NO_CACHE, retries=2, retry_delay_seconds=5)
def _detect(workspace: _Workspace, until: date) -> Queue:
    return steps.detect(workspace.settings, workspace.store, until)


@flow(name="watch", flow_run_name="watch-{until}", validate_parameters=False)
def watch(folder: str, until: str) -> Summary:
    """Run the main job once on the workspace in `folder`, up to the day `until` (ISO 8601)."""
    settings = load(Path(folder))
    with lock.sole(settings, "run"):
        return _watched(settings, date.fromisoformat(until))


def _watched(settings: Settings, until: date) -> Summary:
    store = open_store(settings.storage.url, settings.folder)
    try:
        workspace = _Workspace(settings, store)
        taken, not_stored = _crawl(workspace)
        reading = _annotate_all(workspace)
        queue = _detect(workspace, until)
        summary = Summary(
            taken=taken,
            annotated=reading.done,
            left=reading.left,
            queue=queue,
            ailing=_ailing(workspace),
            not_stored=tuple(not_stored),
            counts=_counts(store),
        )
        create_markdown_artifact(summary.markdown(), key="watch", description="watch")
        return summary
    finally:
        store.close()


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
        if "Prefect API server" not in str(error):
            raise
        raise WorkspaceError(
            say(
                "Le serveur de Prefect n’a pas démarré à temps. Relancez « vigie run », ou faites "
                "le même travail sans lui : « vigie crawl », « vigie annotate », « vigie detect »."
            )
        ) from error


def _crawl(workspace: _Workspace) -> tuple[TakenIn, list[str]]:
    """Fetch and store; what could not be stored stays in the spool for the next run."""
    taken, not_stored = TakenIn(), list[str]()
    waiting = steps.waiting_spools(workspace.settings)
    if due.crawled_sources(workspace.settings):
        with progress(say("Collecte des sources"), None):
            waiting.append(_fetch(workspace))
    for spool_file in waiting:
        complete = True
        for source_id in steps.spooled_sources(spool_file):
            try:
                taken += _take_in(workspace, spool_file, source_id)
            except VigieError as error:
                complete = False
                not_stored.append(say("{source} : {message}", source=source_id, message=str(error)))
        if complete:
            spool_file.unlink()
    return taken, not_stored


def _annotate_all(workspace: _Workspace) -> steps.ReadAgain:
    return steps.annotate(
        workspace.settings,
        workspace.store,
        lambda ids, reader, worker: _annotate(workspace, ids, reader, worker),
    )


def _ailing(workspace: _Workspace) -> tuple[SourceHealth, ...]:
    wanted = {source.id for source in due.going_on(workspace.settings, workspace.store)}
    with workspace.store.reading() as c:
        health = sources.health(c)
    return tuple(
        h
        for i, h in sorted(health.items())
        if i in wanted and (h.state not in _WELL or not is_plain(h.message))
    )


def _counts(store: Store) -> dict[str, int]:
    with store.reading() as c:
        return documents.counts(c)
