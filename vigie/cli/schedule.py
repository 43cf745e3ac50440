"""`schedule`, `up` and `retention`: what runs by itself, for years."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from vigie.settings import Settings
    from vigie.supervision import Part

_prefect_port = click.option(
    "--prefect-port",
    default=4200,
    show_default=True,
    type=click.IntRange(1, 65535),
    help=say("Le port de la page de Prefect, sur cette machine."),
)


@click.command(
    help=say(
        "Rester en marche et tout faire à l’heure : collecte, lecture, file de la semaine, "
        "effacement, sauvegarde, avis."
    )
)
@_prefect_port
@workspace
def schedule(folder: Path, prefect_port: int) -> None:
    """Serve the deployments of the workspace until told to end."""
    from vigie import lock, supervision

    with supervision.ending_well(say("La planification est arrêtée.")):
        settings = _ready(folder)
        with (
            lock.sole(settings, "schedule", of=lock.SCHEDULE),
            _prefect(settings, prefect_port) as is_alive,
            opened(folder) as (settings, store),
        ):
            from flows.serving import keep_serving

            keep_serving(settings, store, is_alive)


def _ready(folder: Path) -> Settings:
    """Return the settings, with Prefect kept in the workspace."""
    from flows import due, engine
    from vigie.settings import load, require_contact

    settings = load(folder)
    if due.crawled_sources(settings):
        require_contact(settings)
    # What goes wrong in a run that nobody watches belongs in the log, and on Prefect's page.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    engine.keep_at_home(settings.data)
    return settings


@contextmanager
def _prefect(settings: Settings, port: int) -> Iterator[Callable[[], bool]]:
    """See that there is a Prefect server: that of the environment, or one of our own beside.

    Yield what tells whether our own still runs; the other one is somebody else's to look after.
    """
    from flows import engine, server
    from vigie import supervision

    api = os.environ.get(engine.API_URL)
    if api is not None:
        server.wait_for(api, lambda: True)
        yield lambda: True
        return
    server.require_free(port, "--prefect-port")
    process = server.start(settings, port)
    try:
        tell(say("Prefect démarre : {address}", address=server.address(port)))
        api = os.environ[engine.API_URL] = f"{server.address(port)}/api"
        server.wait_for(api, lambda: process.poll() is None)
        yield lambda: process.poll() is None
    finally:
        supervision.end(process)


@click.command(
    help=say(
        "Tout mettre en marche sur cette machine : Prefect, la planification et les pages ; "
        "Ctrl+C arrête tout."
    )
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@_prefect_port
@workspace
def up(folder: Path, host: str, port: int, prefect_port: int) -> None:
    """Start Prefect's server, the schedule and the pages, and keep them running."""
    from flows import engine
    from vigie import supervision

    if port == prefect_port and engine.API_URL not in os.environ:
        raise click.UsageError(
            say("--port et --prefect-port demandent le même port, {port}", port=port)
        )
    farewell = say("Tout est arrêté.")
    with supervision.ending_well(farewell):
        parts = _parts(_ready(folder), host, port, prefect_port)
        prefect = os.environ[engine.API_URL].removesuffix("/api")
        tell(say("Prefect (passages, tâches, résultats) : {address}", address=prefect))
        tell(say("Pages : {address}", address=f"http://{host}:{port}"))
        supervision.supervise(parts)
        tell(farewell)


def _parts(settings: Settings, host: str, port: int, prefect_port: int) -> list[Part]:
    """Return what `up` keeps running, once it is sure that all of it can be."""
    from flows import engine, server
    from vigie import lock
    from vigie.supervision import Part

    folder = settings.folder
    server.require_free(port, "--port")
    with lock.sole(settings, "up", of=lock.SCHEDULE):
        pass  # said at once, rather than by a schedule that is started again and again
    parts = [
        Part(say("La planification"), lambda: _start("schedule", folder)),
        Part(
            say("Les pages"), lambda: _start("review", folder, "--host", host, "--port", str(port))
        ),
    ]
    if engine.API_URL not in os.environ:
        server.require_free(prefect_port, "--prefect-port")
        os.environ[engine.API_URL] = f"{server.address(prefect_port)}/api"
        parts.insert(0, Part("Prefect", lambda: server.start(settings, prefect_port)))
    return parts


def _start(command: str, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start another of our commands, which ends with this program."""
    from vigie import children

    words = [sys.executable, "-m", "vigie", command, "--dir", str(folder.resolve()), *options]
    # In a session of its own: an interruption from the keyboard comes to us first.
    return subprocess.Popen(words, env=children.environment(), start_new_session=True)  # noqa: S603 - our own


@click.command(
    help=say(
        "Effacer ce que les réglages ne gardent pas plus longtemps : textes, réponses brutes, noms "
        "de personnes dans les citations."
    )
)
@click.option("--dry-run", is_flag=True, help=say("Dire ce qui serait effacé, sans y toucher."))
@workspace
def retention(folder: Path, *, dry_run: bool) -> None:
    """Apply the settings' retention once."""
    from datetime import UTC, datetime

    from flows import retention as keeping
    from vigie import lock

    with opened(folder) as (settings, store), ExitStack() as held:
        for of in () if dry_run else (lock.FETCHING, lock.READING):
            held.enter_context(lock.sole(settings, "retention", of=of))
        found = keeping.apply(settings, store, datetime.now(UTC), dry_run=dry_run)
    if dry_run:
        tell(say("Serait effacé :"))
    for line in found.lines():
        click.echo(line)
