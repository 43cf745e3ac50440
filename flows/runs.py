"""The schedule's runs as Prefect's server remembers them: how they ended, and setting them right.

Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

from flows.notices import Run
from vigie.language import say
from vigie.records import Message
from vigie.words import FLOWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prefect.client.orchestration import SyncPrefectClient

STOPPED, SKIPPED, MISSED = "Stopped", "Skipped", "Missed"
"""Names of states: ended with a sentence for a person; another was at work; its time is past."""
_ENDED = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED]
_UNDER_WAY = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


def last(deployment: str) -> list[Run]:
    """Return how the last run of each flow ended, under the name of a workspace's deployments."""
    with get_client(sync_client=True) as client:
        return [run for flow in FLOWS if (run := _last(client, deployment, flow)) is not None]


def _last(client: SyncPrefectClient, deployment: str, flow: str) -> Run | None:
    found = client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=[flow])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_ENDED))
        ),
        deployment_filter=_named(deployment),
        sort=FlowRunSort.END_TIME_DESC,
        limit=10,
    )
    ended = next((run for run in found if run.state_name != SKIPPED), None)
    if ended is None or ended.state is None:
        return None
    return Run(flow, ended.state.timestamp, _why(ended))


def _why(run: FlowRun) -> Message | None:
    if run.state_type is StateType.COMPLETED or run.state is None:
        return None
    if run.state_type is StateType.CRASHED:
        return Message("interrompu avant la fin")
    if run.state_name == STOPPED:
        return Message("{sentence}", {"sentence": run.state.message or ""})
    return Message("erreur du programme ; la page de Prefect en dit plus")


def set_right(deployment: str) -> int:
    """End what a killed schedule left « running », and let go of what it missed; return how many.

    Call this while nothing of the workspace runs. Prefect itself would leave them as they are,
    and, with them, the one place that each deployment has.
    """
    count = 0
    with get_client(sync_client=True) as client:
        for run in _runs(client, deployment, _UNDER_WAY):
            words = say("Interrompu : le programme s’est arrêté ; le passage suivant finit.")
            client.set_flow_run_state(run.id, Crashed(message=words), force=True)
            count += 1
        for run in _runs(client, deployment, [StateType.SCHEDULED]):
            expected = run.next_scheduled_start_time
            if expected is not None and expected < datetime.now(UTC):
                words = say("Manqué : rien ne tournait à cette heure ; rattrapé au démarrage.")
                client.set_flow_run_state(run.id, Cancelled(name=MISSED, message=words), force=True)
                count += 1
    return count


def _runs(client: SyncPrefectClient, deployment: str, types: list[StateType]) -> Iterator[FlowRun]:
    """Yield the runs that are in some states; what is done to them takes them out of those."""
    seen = set()
    while found := [
        run
        for run in client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types))
            ),
            deployment_filter=_named(deployment),
            sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC,
            limit=200,
        )
        if run.id not in seen
    ]:
        seen |= {run.id for run in found}
        yield from found


def _named(deployment: str) -> DeploymentFilter:
    return DeploymentFilter(name=DeploymentFilterName(any_=[deployment]))
