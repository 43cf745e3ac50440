"""`notebook`: the same data in a notebook, on this machine only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import click

from vigie.cli.options import workspace
from vigie.errors import UnknownNameError, VigieError
from vigie.language import say
from vigie.terminal import tell

NEEDED = ("marimo", "matplotlib", "networkx", "pandas")
"""What the extra `notebooks` brings."""
ALONE = {"MARIMO_SKIP_UPDATE_CHECK": "1"}
"""Nobody is asked whether there is a newer marimo; it tells nothing to anyone besides."""


def shipped() -> Path:
    """Return the folder of the notebooks that come with Vigie."""
    return Path(__file__).parents[2] / "notebooks"


@click.command(
    help=say(
        "Ouvrir les carnets sur l’espace de travail, dans le navigateur de cette machine : "
        "une copie à soi, sous notebooks/. Sans NOM : la liste."
    )
)
@click.argument("name", metavar=say("NOM"), required=False)
@click.option("--run", "app", is_flag=True, help=say("Lire sans le code, et sans rien copier."))
@click.option("--port", default=2718, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-browser", is_flag=True, help=say("Ne pas ouvrir le navigateur."))
@workspace
def notebook(folder: Path, name: str | None, port: int, *, app: bool, no_browser: bool) -> None:
    """Open one notebook, or all, with marimo on loopback."""
    from vigie.settings import load

    home = load(folder).folder.absolute()
    if missing := [one for one in NEEDED if find_spec(one) is None]:
        raise VigieError(
            say(
                "Les carnets demandent {missing}, qui ne sont pas installés : "
                "« pip install 'vigie[notebooks]' ».",
                missing=", ".join(missing),
            )
        )
    source = shipped()
    chosen = source / _chosen(source, name) if name else source
    if not app:
        chosen = _own_copy(chosen, home / "notebooks")
    tell(say("Carnets sur http://127.0.0.1:{port}/ jusqu’à Ctrl+C.", port=port))
    ended = subprocess.run(  # noqa: S603 - marimo itself, on a file of ours
        command(chosen, port, app=app, no_browser=no_browser),
        env={**os.environ, **ALONE, "VIGIE_DIR": str(home)},
        check=False,
    )
    if ended.returncode > 0:
        raise VigieError(say("marimo s’est arrêté ; ce qu’il en dit est au-dessus."))


def command(chosen: Path, port: int, *, app: bool, no_browser: bool) -> list[str]:
    """Return how marimo is started: for this machine, and for who holds its token."""
    words = [sys.executable, "-m", "marimo", "run" if app else "edit", str(chosen)]
    words += ["--host", "127.0.0.1", "--port", str(port)]
    words += ["--token"] if app else ["--skip-update-check"]
    return [*words, "--headless"] if no_browser else words


def _chosen(source: Path, name: str) -> str:
    names = sorted(path.name for path in source.glob("[0-9]*.py"))
    wanted = name.casefold().removesuffix(".py")
    found = [one for one in names if wanted in one]
    if len(found) != 1:
        raise UnknownNameError(
            say(
                "Pas de carnet « {name} » : {names}.",
                name=name,
                names=", ".join(one.removesuffix(".py") for one in names),
            )
        )
    return found[0]


def _own_copy(chosen: Path, folder: Path) -> Path:
    """Return a notebook, or the folder of all, in the workspace; what is there stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in [chosen] if chosen.is_file() else sorted(chosen.glob("[0-9]*.py")):
        if not (folder / path.name).exists():
            shutil.copyfile(path, folder / path.name)
    return folder / chosen.name if chosen.is_file() else folder
