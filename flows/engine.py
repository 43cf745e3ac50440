"""Prefect, kept at home: no telemetry, its files inside the workspace, a patient start.

Prefect reads its settings when it is first imported, so `keep_at_home` comes before any import
of `flows.watch`. What the person has set in the environment stays as it is.
"""

from __future__ import annotations

import logging
import os
import warnings
from typing import TYPE_CHECKING

from vigie import logs

if TYPE_CHECKING:
    from pathlib import Path

_PREFERENCES = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
    "DO_NOT_TRACK": "1",
    # A small machine needs up to 20 s to bring Prefect's own server up, a starved one minutes.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "900",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    # What cannot be told to a server that went away is no line for a person.
    "PREFECT_LOGGING_INTERNAL_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_COLORS": "false",
    # Programs that Prefect starts write to standard error as ours do.
    "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS": "vigie.logs.Console",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
}

_LOUD = ("EventsWorker", "APILogWorker", "asyncio")
"""Loggers that tell by traces, whatever the settings, that a server went away; we say it."""

API_URL = "PREFECT_API_URL"
"""The environment's variable with the address of a Prefect server's interface."""


def keep_at_home(data: Path) -> None:
    """Point Prefect to the workspace's data folder and switch its telemetry off."""
    home = data.resolve() / "prefect"
    # Its server does not make the folder of its own database.
    home.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PREFECT_HOME", str(home))
    for name, value in _PREFERENCES.items():
        os.environ.setdefault(name, value)
    os.environ[logs.FORM] = "json" if logs.is_json() else "text"
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    # What its runner leaves undone when its server is no more.
    warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
