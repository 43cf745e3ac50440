"""The main job on several machines: flows for a Prefect work pool (decision 0047).

A run is a share: it takes what is free from the database until nothing is, so that any number of
runs do the work together, each with the language model loaded once. Nothing but the workspace's
folder travels through Prefect; what was found stands in the database.
Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows import artifacts, deployments, hosts, sharing, steps
from flows import scheduled as alone
from storage import Store, claims, documents, open_workspace
from storage.claims import Work
from vigie import lock, watches
from vigie.errors import WorkspaceError
from vigie.language import say
from vigie.settings import Settings, load
from vigie.terminal import tell

if TYPE_CHECKING:
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

    from flows.watch import Workspace
    from vigie.records import Queue

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A core a worker: threads within one would only take others theirs."""
LOOKING = 2.0
"""Seconds between two looks at what others do."""
LONELY = 60.0
"""Seconds after which work that no worker takes is spoken of: a worker looks every ten or so."""


@flow(name="crawl", flow_run_name="crawl-share", validate_parameters=False)
def crawl(folder: str) -> State[str]:
    """Crawl what is due, beside the workers of other machines.

    A second one on one machine is skipped: they share a folder.
    """

    def work(workspace: Workspace) -> list[str]:
        report = hosts.crawl(workspace.settings, workspace.store)
        n = len(report.outcomes)
        return [say("{n} source visitée.", "{n} sources visitées.", n=n), report.taken.line()]

    return alone.ran("crawl", folder, work, sharing.PATIENCE)


@flow(name="annotate", flow_run_name="annotate-share", validate_parameters=False)
def annotate(folder: str) -> State[str]:
    """Read what waits, beside other workers."""

    def work(workspace: Workspace) -> list[str]:
        return steps.annotate(workspace.settings, workspace.store).lines()

    return alone.ran("annotate", folder, work, sharing.PATIENCE)


@flow(name="queue", flow_run_name="queue-shared", validate_parameters=False)
def queue(folder: str, until: str | None = None) -> State[str]:
    """Crawl and read beside other workers, and make the week's queue once they have done as well.

    What a worker held that is no more is read once its claims are over. `until` is the day up to
    which things count (ISO 8601), today by default.
    """

    def work(workspace: Workspace) -> list[str]:
        day = date.fromisoformat(until) if until else datetime.now(workspace.settings.zone).date()
        made, lines = beside_others(workspace.settings, workspace.store, day)
        for one in made:
            artifacts.of_queue(workspace.settings, one)
        return lines

    return alone.ran("queue", folder, work, sharing.PATIENCE)


def beside_others(settings: Settings, store: Store, day: date) -> tuple[list[Queue], list[str]]:
    """Do what `queue` does; return the queues, and lines for a person."""
    with lock.sole(settings, "schedule", patience=alone.PATIENCE):
        crawled = hosts.crawl(settings, store)
    _wait_for_others(store, Work.CRAWL)
    reading = steps.annotate(settings, store)
    while _wait_for_others(store, Work.ANNOTATE) and _unread(store):
        reading = steps.annotate(settings, store)
    made = [steps.detect(settings, store, day, one) for one in settings.watches]
    found = [watches.made(settings, one) for one in made]
    return made, [crawled.taken.line(), *reading.lines(), *found]


def _wait_for_others(store: Store, work: Work) -> bool:
    """Wait until no worker holds work of a kind; return whether that came before long."""
    end = time.monotonic() + alone.PATIENCE
    while time.monotonic() < end:
        with store.reading() as c:
            if not claims.count(c, work):
                return True
        time.sleep(LOOKING)
    return False


def _unread(store: Store) -> bool:
    with store.reading() as c:
        return bool(documents.unread(c, 1))


def _opened(folder: str) -> tuple[Settings, Store]:
    settings = load(Path(folder))
    return settings, open_workspace(settings, patience=sharing.PATIENCE)


@flow(name="watch-shared", flow_run_name="watch-shared-{until}", validate_parameters=False)
def watch(folder: str, until: str, workers: int = 2) -> list[Queue]:
    """Run the main job once with so many workers, up to the day `until` (ISO 8601).

    Raises:
        WorkspaceError: documents were left unread, since runs failed.
    """
    for share in ("crawl", "annotate"):
        _run(share, folder, workers)
    settings, store = _opened(folder)
    try:
        if _unread(store):
            raise WorkspaceError(
                say(
                    "Des documents restent à lire : des workers se sont arrêtés en route. "
                    "Relancez le passage, il finira le travail."
                )
            )
        day = date.fromisoformat(until)
        return [steps.detect(settings, store, day, one) for one in settings.watches]
    finally:
        store.close()


def _run(share: str, folder: str, workers: int) -> None:
    """Let workers do a share each, and wait for the last; one that fails is no more than slower."""
    with get_client(sync_client=True) as client:
        name = deployments.name_of(load(Path(folder)), deployments.known())
        found = client.read_deployment_by_name(f"{share}/{name}")
        waiting = {
            client.create_flow_run_from_deployment(found.id, parameters={"folder": folder}).id
            for _ in range(workers)
        }
        _wait(client, waiting, found.work_pool_name or "")


def _wait(client: SyncPrefectClient, waiting: set[UUID], pool: str) -> None:
    """Wait until runs have ended; say so, once, if no worker takes any."""
    patient_until = time.monotonic() + LONELY
    while waiting:
        time.sleep(LOOKING)
        states = {one: client.read_flow_run(one).state for one in waiting}
        waiting = {one for one, state in states.items() if not (state and state.is_final())}
        untaken = all(state and state.is_scheduled() for state in states.values())
        if not untaken:
            patient_until = inf
        elif time.monotonic() > patient_until:
            patient_until = inf
            tell(
                say(
                    "Aucun worker n’a pris le travail : lancez « prefect worker start --pool "
                    "{pool} » sur une machine où Vigie est installé. On attend.",
                    pool=pool,
                )
            )


def deploy(folder: Path, pool: str) -> list[str]:
    """Give a work pool the two shares of a workspace; return the names of the deployments."""
    settings = load(folder)
    name = deployments.of_workspace(str(folder))["name"]
    for share in (crawl, annotate):
        deployment = RunnerDeployment.from_flow(
            share,
            name=name,
            parameters={"folder": deployments.folder_of(settings)},
            tags=[deployments.TAG],
            work_pool_name=pool,
            job_variables={"env": ONE_THREAD},
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        deployment.apply()
    return [f"{share.name}/{name}" for share in (crawl, annotate)]
