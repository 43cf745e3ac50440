"""What a workspace's deployments are called on a Prefect server, which may hold those of others.

Import this module after `flows.engine.keep_at_home`.
"""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import DeploymentStatus
from prefect.client.schemas.sorting import DeploymentSort

from vigie.catalogue import suggest_id
from vigie.errors import WorkspaceError
from vigie.language import say
from vigie.settings import FILE_NAME, Settings, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prefect.client.schemas.responses import DeploymentResponse

TAG = "vigie"
"""Of all deployments of Vigie's."""
_PAGE = 200
"""Deployments that a server tells at once, at most."""


def known() -> list[DeploymentResponse]:
    """Return the server's deployments of Vigie's, of every workspace."""
    found: list[DeploymentResponse] = []
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    with get_client(sync_client=True) as client:
        while some := client.read_deployments(
            deployment_filter=tagged,
            limit=_PAGE,
            offset=len(found),
            sort=DeploymentSort.NAME_ASC,
        ):
            found += some
    return found


def folder_of(settings: Settings) -> str:
    """Return what a workspace's runs are given, and nothing else: where it is."""
    return str(settings.folder.resolve())


def name_of(
    settings: Settings,
    found: Iterable[DeploymentResponse],
    is_free: Callable[[DeploymentResponse], bool] = lambda _: False,
) -> str:
    """Return the name of a workspace's deployments: its watch's, told from that of another.

    Where a deployment of another folder has the name, a mark of the own folder follows it;
    `is_free` tells which of those have it no more.
    """
    name = suggest_id(settings.watch.name)
    others = (one for one in found if one.name == name and not is_of(settings, one))
    if all(is_free(one) for one in others):
        return name
    return f"{name}-{blake2b(folder_of(settings).encode(), digest_size=3).hexdigest()}"


def is_of(settings: Settings, one: DeploymentResponse) -> bool:
    """Tell whether a deployment is of a workspace, whatever its name."""
    return _folder(one).resolve() == settings.folder.resolve()


def is_left(one: DeploymentResponse) -> bool:
    """Tell whether nobody serves a deployment whose folder is no workspace here: it was moved."""
    served = one.status is DeploymentStatus.READY
    return not served and not (_folder(one) / FILE_NAME).exists()


def _folder(one: DeploymentResponse) -> Path:
    return Path(str(one.parameters.get("folder", "")))


def forget(some: Iterable[DeploymentResponse]) -> None:
    """Remove deployments; what they ran stays on record."""
    with get_client(sync_client=True) as client:
        for one in some:
            client.delete_deployment(one.id)


def of_workspace(folder: str = "") -> dict[str, str]:
    """Say to `prefect deploy` what the workspace in a folder is called; a step of `prefect.yaml`.

    What was deployed for it under another name is removed.

    Raises:
        WorkspaceError, SettingsError: there is no workspace that can be read.
    """
    if not folder:
        raise WorkspaceError(
            say("VIGIE_WORKSPACE ne dit rien : donnez-lui le dossier de l’espace de travail.")
        )
    settings, found = load(Path(folder)), known()
    name = name_of(settings, found)
    forget(one for one in found if is_of(settings, one) and one.name != name)
    return {"name": name, "folder": folder_of(settings)}
