"""Serving the deployments of `vigie.toml` with Prefect, one run of each at a time.

Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows import deployments, missed, runs, scheduled
from vigie import children
from vigie.errors import ScheduleError
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prefect import Flow

    from storage import Store
    from vigie.settings import Settings

ONE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""A run that would overlap the one before is left out: the next does what it would have done."""

PAUSE = 1.0
"""Seconds between two looks at the server beside."""


def planned(settings: Settings, name: str) -> list[RunnerDeployment]:
    """Return what runs by itself in a workspace, and when, under the name of its deployments."""
    return [
        RunnerDeployment.from_flow(
            flow,
            name=name,
            schedule=Cron(cron, timezone=settings.schedule.timezone),
            concurrency_limit=ONE,
            parameters={"folder": deployments.folder_of(settings)},
            tags=[deployments.TAG],
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
        for flow, cron in _times(settings)
        if cron
    ]


def _times(settings: Settings) -> Iterator[tuple[Flow[..., Any], str]]:
    times = settings.schedule
    yield scheduled.crawl, times.crawl
    yield scheduled.annotate, times.annotate
    yield scheduled.queue, times.queue
    yield scheduled.send_digest, times.digest
    yield scheduled.retain, times.retention
    yield scheduled.back_up, times.backup
    yield scheduled.reply, times.replies
    yield scheduled.tell_notices, times.notices


def keep_serving(settings: Settings, store: Store, is_alive: Callable[[], bool]) -> None:
    """Serve a workspace's deployments until told to end.

    First what a killed schedule left behind is set right, and what was missed is caught up.
    `is_alive` tells of a server of our own whether it still runs.

    Raises:
        ScheduleError: Prefect's server ended, or has not answered for some minutes.
    """
    # The runs that are started from here end with this program.
    os.environ[children.STARTER] = str(os.getpid())
    # A shell that starts a program in the background lets it ignore SIGINT, by which it ends here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runner = _Runner(name=settings.watch.name, pause_on_shutdown=False)
    try:
        # Prefect writes traces there when its server is away; what we say goes to standard error.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
            asyncio.run(_serve(runner, settings, store, is_alive))
    except KeyboardInterrupt as interruption:
        if runner.is_abandoned:
            raise ScheduleError(
                say(
                    "Le serveur de Prefect s’est arrêté : relancez « vigie schedule » ; rien n’est "
                    "perdu."
                )
            ) from interruption
        tell(say("La planification est arrêtée."))
    except (httpx.TransportError, ExceptionGroup) as error:
        if isinstance(error, ExceptionGroup) and error.split(_is_away)[1] is not None:
            raise
        raise ScheduleError(
            say(
                "Le serveur de Prefect ne répond plus : relancez « vigie schedule » quand il "
                "répond ; rien n’est perdu."
            )
        ) from error


def _is_away(error: Exception) -> bool:
    """Tell whether an error of Prefect's runner says that its server does not answer."""
    return isinstance(error, httpx.TransportError) or "error threshold" in str(error)


class _Runner(Runner):
    """What `prefect.serve` serves with."""

    is_abandoned = False
    """Whether the server beside it is no more."""

    async def watch(self, is_alive: Callable[[], bool]) -> None:
        """End as on Ctrl+C when the server ends: by itself it would try for four minutes."""
        while is_alive():  # noqa: ASYNC110 - a process sets no event when it ends
            await asyncio.sleep(PAUSE)
        self.is_abandoned = True
        signal.raise_signal(signal.SIGINT)

    def handle_sigterm(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - as inherited
        """End as on Ctrl+C; Prefect's own way ends without waiting for what it stops."""
        signal.raise_signal(signal.SIGINT)


async def _serve(
    runner: _Runner, settings: Settings, store: Store, is_alive: Callable[[], bool]
) -> None:
    found = deployments.known()
    name = deployments.name_of(settings, found, deployments.is_left)
    plans = planned(settings, name)
    ids = {one.flow_name or "": await runner.aadd_deployment(one) for one in plans}
    # Of another name, or planned no longer.
    deployments.forget(
        one for one in found if deployments.is_of(settings, one) and one.id not in ids.values()
    )
    left = runs.set_right(name)
    if left:
        tell(
            say(
                "{n} passage interrompu ou manqué.",
                "{n} passages interrompus ou manqués.",
                n=left,
            )
        )
    with get_client(sync_client=True) as client:
        for flow, parameters in catch_up(settings, store, datetime.now(UTC)):
            if flow in ids:
                client.create_flow_run_from_deployment(ids[flow], parameters=parameters)
    watching = asyncio.create_task(runner.watch(is_alive))
    await runner.start()
    watching.cancel()


def catch_up(
    settings: Settings, store: Store, now: datetime
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the flows to run at once, with their parameters, and say so.

    A queue that was missed is made as of the day on which it was due; it crawls and reads first.
    """
    day = missed.queue_day(settings, store, now)
    if day is not None:
        tell(say("Rattrapage : la file du {day}.", day=f"{day:%d/%m/%Y}"))
        yield "queue", {"until": day.isoformat()}
    if missed.backup_is_due(settings, now):
        tell(say("Rattrapage : la sauvegarde."))
        yield "backup", {}
    if missed.digest_is_due(settings, store, now):
        tell(say("Rattrapage : la lettre de la semaine."))
        yield "digest", {}
    if day is not None:
        return
    if missed.crawl_is_due(settings, store, now):
        tell(say("Rattrapage : la collecte."))
        yield "crawl", {}
    if missed.reading_is_due(settings, store):
        tell(say("Rattrapage : la lecture des documents."))
        yield "annotate", {}
