"""What runs of several workspaces on one Prefect server are called, and who waits for them."""

from __future__ import annotations

import importlib
from types import SimpleNamespace
from uuid import uuid4

import pytest

from vigie import workspace
from vigie.errors import WorkspaceError
from vigie.settings import load


@pytest.fixture(scope="module")
def deployments():
    """The module; Prefect reads its settings when it is imported."""
    return importlib.import_module("flows.deployments")


def deployed(name, folder, status="NOT_READY"):
    from prefect.client.schemas.responses import DeploymentResponse  # noqa: PLC0415 - it reads its settings when it is imported

    return DeploymentResponse(
        id=uuid4(), name=name, flow_id=uuid4(), parameters={"folder": str(folder)}, status=status
    )


def test_two_workspaces_of_one_name_have_deployments_of_their_own(deployments, tmp_path):
    one, other = (workspace.create(tmp_path / name, "mulhouse") for name in ("une", "deux"))
    assert deployments.name_of(one, []) == "veille-mulhouse"
    mine = deployed("veille-mulhouse", one.folder)
    assert deployments.name_of(one, [mine]) == "veille-mulhouse"
    name = deployments.name_of(other, [mine])
    assert name.startswith("veille-mulhouse-")
    both = [mine, deployed(name, other.folder)]
    assert (deployments.name_of(one, both), deployments.name_of(other, both)) == (
        "veille-mulhouse",
        name,
    )


def test_a_workspace_that_was_moved_keeps_its_name_where_nobody_serves_it(deployments, tmp_path):
    (before := workspace.create(tmp_path / "avant", "mulhouse").folder).rename(tmp_path / "ici")
    moved = load(tmp_path / "ici")
    left = deployed("veille-mulhouse", before)
    assert deployments.name_of(moved, [left], deployments.is_left) == "veille-mulhouse"
    served = deployed("veille-mulhouse", before, "READY")
    assert deployments.name_of(moved, [served], deployments.is_left) != "veille-mulhouse"
    # A pool's workers may be elsewhere, and the folder with them.
    assert deployments.name_of(moved, [left]) != "veille-mulhouse"


def test_a_deployment_without_a_workspace_is_refused(deployments, tmp_path):
    with pytest.raises(WorkspaceError, match="VIGIE_WORKSPACE"):
        deployments.of_workspace()
    with pytest.raises(WorkspaceError, match=r"vigie\.toml"):
        deployments.of_workspace(str(tmp_path))


def test_work_that_no_worker_takes_is_spoken_of_once(monkeypatch, capsys):
    from prefect.states import Completed, Scheduled  # noqa: PLC0415 - it reads its settings when it is imported

    workers = importlib.import_module("flows.workers")
    monkeypatch.setattr(workers, "LOOKING", 0.01)
    monkeypatch.setattr(workers, "LONELY", 0.02)
    states = iter([*(Scheduled() for _ in range(8)), Completed()])
    client = SimpleNamespace(read_flow_run=lambda _: SimpleNamespace(state=next(states)))
    workers._wait(client, {uuid4()}, "vigie")
    (line,) = capsys.readouterr().err.splitlines()
    assert "prefect worker start --pool vigie" in line
