"""The main job on several machines: flows for a Prefect work pool (decision 0047).

A run is a share: it takes what is free from the database until nothing is, so that any number of
runs do the work together, each with the language model loaded once. Nothing but the workspace's
folder travels through Prefect; what was found stands in the database.
Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

from flows import hosts, steps
from storage import Store, documents, open_store
from vigie.errors import WorkspaceError
from vigie.language import say
from vigie.settings import Settings, load

if TYPE_CHECKING:
    from uuid import UUID

    from vigie.records import Queue

NAME = "vigie"
"""Of the deployments: `annotate-share/vigie`."""
PATIENCE = 300.0
"""Seconds that a worker waits for its turn to write: there may be many."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A core a worker: threads within one would only take others theirs."""
LOOKING = 2.0
"""Seconds between two looks at runs that others do."""


def _opened(folder: str) -> tuple[Settings, Store]:
    settings = load(Path(folder))
    return settings, open_store(settings.storage.url, settings.folder, patience=PATIENCE)


@flow(name="crawl-share", validate_parameters=False)
def crawl(folder: str) -> int:
    """Crawl what is due, beside other workers; return how many documents are new.

    A second one on one machine leaves it to the first: they share a folder.
    """
    settings, store = _opened(folder)
    try:
        report = hosts.crawl(settings, store)
    except WorkspaceError as error:
        create_markdown_artifact(str(error), key="crawl-share")
        return 0
    finally:
        store.close()
    lines = (f"- {one.source_id} : {one.message}\n" for one in report.outcomes)
    create_markdown_artifact("".join(lines) or "—", key="crawl-share")
    return report.taken.new


@flow(name="annotate-share", validate_parameters=False)
def annotate(folder: str) -> int:
    """Read what waits, beside other workers; return how many documents this one has read."""
    settings, store = _opened(folder)
    try:
        done = steps.annotate(settings, store).done
    finally:
        store.close()
    create_markdown_artifact(
        say("{n} document lu.", "{n} documents lus.", n=done), key="annotate-share"
    )
    return done


@flow(name="watch-shared", flow_run_name="watch-shared-{until}", validate_parameters=False)
def watch(folder: str, until: str, workers: int = 2) -> Queue:
    """Run the main job once with so many workers, up to the day `until` (ISO 8601).

    Raises:
        WorkspaceError: documents were left unread, since runs failed.
    """
    for share in ("crawl-share", "annotate-share"):
        _run(share, folder, workers)
    settings, store = _opened(folder)
    try:
        with store.reading() as c:
            unread = documents.unread(c, 1)
        if unread:
            raise WorkspaceError(
                say(
                    "Des documents restent à lire : des workers se sont arrêtés en route. "
                    "Relancez le passage, il finira le travail."
                )
            )
        return steps.detect(settings, store, date.fromisoformat(until))
    finally:
        store.close()


def _run(share: str, folder: str, workers: int) -> None:
    """Let workers do a share each, and wait for the last; one that fails is no more than slower."""
    with get_client(sync_client=True) as client:
        found = client.read_deployment_by_name(f"{share}/{NAME}")
        waiting: set[UUID] = {
            client.create_flow_run_from_deployment(found.id, parameters={"folder": folder}).id
            for _ in range(workers)
        }
        while waiting:
            time.sleep(LOOKING)
            states = {one: client.read_flow_run(one).state for one in waiting}
            waiting -= {one for one, state in states.items() if state and state.is_final()}


def deploy(folder: Path, pool: str) -> list[str]:
    """Give a work pool the two shares of a workspace; return the names of the deployments."""
    names = []
    for share in (crawl, annotate):
        deployment = RunnerDeployment.from_flow(
            share,
            name=NAME,
            parameters={"folder": str(folder.resolve())},
            tags=["vigie"],
            work_pool_name=pool,
            job_variables={"env": ONE_THREAD},
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        deployment.apply()
        names.append(f"{share.name}/{NAME}")
    return names
