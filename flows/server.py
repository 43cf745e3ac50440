"""Prefect's own server, beside a schedule: its page and its record of runs.

`python -m flows.server PORT` is the server itself, which ends with the program that started it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import uvicorn

from flows import engine
from vigie import children
from vigie.errors import ScheduleError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from vigie.settings import Settings

HOST = "127.0.0.1"
PORT = 4200
PATIENCE = 900.0
"""Seconds: it comes up in 8 to 20 on a small machine, in minutes on a starved one."""


def address(port: int) -> str:
    """Return where the server's page is."""
    return f"http://{HOST}:{port}"


def require_free(port: int, option: str) -> None:
    """See that a port can be opened.

    Raises:
        ScheduleError: it is taken; the sentence names the option that chooses another one.
    """
    try:
        with socket.create_server((HOST, port)):
            pass
    except (OSError, OverflowError) as error:
        raise ScheduleError(
            say(
                "Le port {port} est déjà pris sur cette machine : arrêtez ce qui l’occupe, ou "
                "choisissez-en un autre avec {option}.",
                port=port,
                option=option,
            )
        ) from error


def start(settings: Settings, port: int) -> subprocess.Popen[bytes]:
    """Start the server, its database in the workspace's data folder."""
    engine.keep_at_home(settings.data)
    command = [sys.executable, "-m", "flows.server", str(port)]
    environment = children.environment(
        PREFECT_API_URL=f"{address(port)}/api",
        PREFECT_SERVER_API_HOST=HOST,
        PREFECT_SERVER_API_PORT=str(port),
        PREFECT_UI_API_URL=f"{address(port)}/api",
    )
    # In a session of its own: an interruption from the keyboard comes to us first.
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own module


def wait_for(api: str, is_alive: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until the server whose interface is at `api` answers.

    Raises:
        ScheduleError: it ended, or did not answer in time.
    """
    end = time.monotonic() + patience
    # One client: to make one costs as much of a busy processor as the server's own start can use.
    with httpx.Client(timeout=5) as client:
        while is_alive() and time.monotonic() < end:
            try:
                if client.get(f"{api}/health").is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
    raise ScheduleError(
        say(
            "Le serveur de Prefect ne répond pas à {api} : s’il est celui de Vigie, voyez les "
            "lignes ci-dessus, le disque et les droits de data/prefect ; sinon, PREFECT_API_URL.",
            api=api,
        )
    )


def main() -> None:
    """Serve until told to end."""
    children.end_with_starter()
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=HOST,
        port=int(sys.argv[1]),
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
