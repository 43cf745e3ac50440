"""Prefect's own server, beside a schedule: its page and its record of runs.

`python -m flows.server PORT` is the server itself, which ends with the program that started it.
"""

from __future__ import annotations

import logging
import re
import socket
import sqlite3
import subprocess
import sys
import time
import traceback
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import uvicorn

from flows import engine
from vigie import children
from vigie.errors import ScheduleError
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from vigie.settings import Settings

HOST = "127.0.0.1"
PORT = 4200
PATIENCE = 900.0
"""Seconds: it comes up in 8 to 20 on a small machine, in minutes on a starved one."""
SOON = 15.0
"""Seconds after which one who waits is told for what: more than an ordinary start takes."""

_CAUSE = re.compile(r"^[\w.]*(?:Error|Exception): (.+)$", re.MULTILINE)
"""What the last line of a trace says."""


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
    _set_aside_if_damaged(settings.data / "prefect" / "prefect.db")
    command = [sys.executable, "-m", "flows.server", str(port)]
    environment = children.environment(
        PREFECT_API_URL=f"{address(port)}/api",
        PREFECT_SERVER_API_HOST=HOST,
        PREFECT_SERVER_API_PORT=str(port),
        PREFECT_UI_API_URL=f"{address(port)}/api",
    )
    # In a session of its own: an interruption from the keyboard comes to us first.
    return subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 - our own module


def _set_aside_if_damaged(history: Path) -> None:
    """Let the server begin a new record of runs where it could not read the former one.

    What was found by the runs is elsewhere: only their history goes.
    """
    if not history.exists() or not _is_damaged(history):
        return
    for suffix in ("", "-wal", "-shm"):
        part = history.with_name(history.name + suffix)
        if part.exists():
            part.replace(history.with_name(f"damaged.db{suffix}"))
    tell(
        say(
            "L’historique des passages, {file}, était abîmé : il est mis de côté (damaged.db) et "
            "repart de zéro ; rien d’autre n’est perdu.",
            file=str(history),
        )
    )


def _is_damaged(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(file)) as c:
            return bool(c.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:
        return error.sqlite_errorname.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB"))


def wait_for(api: str, is_alive: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until the server whose interface is at `api` answers, and say so if it does not yet.

    Raises:
        ScheduleError: it ended, or did not answer in time.
    """
    begun, is_told = time.monotonic(), False
    # One client: to make one costs as much of a busy processor as the server's own start can use.
    with httpx.Client(timeout=5) as client:
        while is_alive() and time.monotonic() - begun < patience:
            try:
                if client.get(f"{api}/health").is_success:
                    return
            except httpx.TransportError:
                pass
            if not is_told and time.monotonic() - begun > SOON:
                is_told = True
                tell(say("Le serveur de Prefect ne répond pas encore à {api} : attente.", api=api))
            time.sleep(0.2)
    raise ScheduleError(
        say(
            "Le serveur de Prefect ne répond pas à {api} : s’il est celui de Vigie, voyez les "
            "lignes ci-dessus, le disque et les droits de data/prefect ; sinon, PREFECT_API_URL.",
            api=api,
        )
    )


def _in_a_line(record: logging.LogRecord) -> bool:
    """Say what failed in the server; the way there leads through no code of ours."""
    told = record.getMessage()
    if record.exc_info:
        told += "\n" + "".join(traceback.format_exception_only(record.exc_info[1]))
    if causes := _CAUSE.findall(told):
        tell(say("Le serveur de Prefect échoue : {why}", why=causes[-1]))
    return not causes and not told.startswith("Application ")


def main() -> None:
    """Serve until told to end."""
    children.end_with_starter()
    logging.getLogger("uvicorn.error").addFilter(_in_a_line)
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        host=HOST,
        port=int(sys.argv[1]),
        log_config=None,  # Prefect's, which writes as ours do
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
