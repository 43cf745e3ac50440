"""`demo`, `simulate` and `backtest`: Vigie at work on an invented territory, and its measure."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from vigie.cli.options import Day, opened, workspace
from vigie.errors import InputError, WorkspaceError
from vigie.language import say
from vigie.terminal import show, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from signals.measures import Estimate, Measures
    from signals.reckoning import Backtest

SEED = 7
PAST_QUEUES = 3
"""Weeks before the last whose queues the demo also shows."""


@click.command(help=say("Voir Vigie à l’œuvre sur un territoire inventé."))
@click.option("--weeks", default=26, show_default=True, type=click.IntRange(8, 520))
@click.option("--no-serve", is_flag=True, help=say("Finir sans ouvrir les pages."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--dir",
    "folder",
    metavar=say("DOSSIER"),
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help=say("Où l’écrire ; une démonstration qui s’y trouve est refaite."),
)
def demo(weeks: int, no_serve: bool, port: int, folder: Path) -> None:
    """Simulate a territory, do the main job on it, and open the pages."""
    from flows import engine, steps
    from simulation import serve, write_settings
    from simulation import simulate as simulate_web
    from vigie.settings import load

    _make_room(folder)
    now = datetime.now(ZoneInfo("Europe/Paris")).date()
    monday = now - timedelta(days=now.weekday())
    web = folder / "web"
    tell(say("Invention d’un territoire et de {weeks} semaines de presse locale…", weeks=weeks))
    simulate_web(web, "mulhouse", weeks=weeks, seed=SEED, until=monday)
    with serve(web) as served:
        write_settings(web, folder, port=served.port)
        settings = load(folder)
        engine.keep_at_home(settings.data)
        from flows.watch import run_watch

        summary = run_watch(settings, monday)
        with opened(folder) as (settings, store):
            # The last week once more: what it says of groups rests on the weeks before it.
            for weeks_ago in range(PAST_QUEUES, -1, -1):
                steps.detect(settings, store, monday - timedelta(weeks=weeks_ago))
            for line in summary.lines():
                tell(line)
            if no_serve:
                tell(
                    say(
                        "Pour voir les pages : « vigie review --dir {folder} » (http://127.0.0.1:8000/).",
                        folder=str(folder),
                    )
                )
                return
            from flows.proposals import Intake
            from review.app import serve as serve_pages
            from vigie.cli.scouting import Scout

            # The invented web stays open: its sources can be tried.
            serve_pages(
                store,
                settings,
                "127.0.0.1",
                port,
                scout=Scout(folder),
                intake=Intake(settings),
            )


def _make_room(folder: Path) -> None:
    """Clear an earlier demo; refuse any other folder that holds something."""
    if (folder / "web" / "truth.jsonl").is_file():
        for part in ("web", "data", "backups"):
            shutil.rmtree(folder / part, ignore_errors=True)
        (folder / "vigie.toml").unlink(missing_ok=True)
    elif folder.is_dir() and any(folder.iterdir()):
        raise WorkspaceError(
            say(
                "{folder} n’est ni vide ni une démonstration : choisissez un autre --dir.",
                folder=str(folder),
            )
        )


@click.command(help=say("Écrire un monde inventé, avec sa vérité, pour mesurer la veille."))
@click.argument("folder", metavar=say("DOSSIER"), type=click.Path(path_type=Path, file_okay=False))
@click.option("--territory", default="mulhouse", show_default=True)
@click.option("--weeks", default=52, show_default=True, type=click.IntRange(1, 5200))
@click.option("--seed", default=SEED, show_default=True, type=int)
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0.01, 1000))
@click.option("--until", type=Day(), help=say("Le premier jour qui n’est plus simulé."))
@click.option(
    "--serve", "keep_serving", is_flag=True, help=say("Servir ce monde sur cette machine.")
)
@click.option("--port", default=0, type=click.IntRange(0, 65535))
def simulate(  # noqa: PLR0917 - one option of the command each
    folder: Path,
    territory: str,
    weeks: int,
    seed: int,
    scale: float,
    until: date | None,
    keep_serving: bool,
    port: int,
) -> None:
    """Write an invented web, and serve it if asked to."""
    from simulation import serve, write_settings
    from simulation import simulate as simulate_web

    if folder.is_dir() and any(folder.iterdir()) and not (folder / "truth.jsonl").is_file():
        raise WorkspaceError(
            say("{folder} n’est pas vide : choisissez un dossier neuf.", folder=str(folder))
        )
    summary = simulate_web(folder, territory, weeks=weeks, seed=seed, scale=scale, until=until)
    tell(
        say(
            "{documents} documents, {entities} noms dont {emerging} émergents, dans {folder}.",
            documents=summary.documents,
            entities=summary.entities,
            emerging=summary.emerging,
            folder=str(folder),
        )
    )
    if not keep_serving:
        return
    with serve(folder, port) as served:
        path = write_settings(folder, folder / "watch", port=served.port)
        tell(
            say(
                "Ce monde est servi sur le port {port} jusqu’à Ctrl+C ; {path} le décrit.",
                port=served.port,
                path=str(path),
            )
        )
        _wait()


def _wait() -> None:
    from threading import Event

    try:
        Event().wait()
    except KeyboardInterrupt:
        tell(say("Arrêté."))


@click.command(
    help=say("Rejouer l’archive semaine après semaine et mesurer ce que la file trouvait.")
)
@click.option(
    "--truth",
    required=True,
    type=click.Path(path_type=Path),
    help=say("Les acteurs à trouver, en JSON Lines : name, aliases, first_date."),
)
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def backtest(folder: Path, truth: Path, as_json: bool) -> None:
    """Replay the archive against a truth file."""
    from flows import backtest as replaying

    if not truth.is_file():
        raise InputError(say("{file} : ce fichier n’existe pas.", file=str(truth)))
    with opened(folder) as (settings, store):
        found = replaying.run(settings, store, truth)
    page = replaying.write_report(found, settings.data / "reports")
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return
    _print(found)
    tell(say("Le rapport : {page}", page=str(page)))


def _print(found: Backtest) -> None:
    from rich.table import Table

    from signals.report import policy_names

    tell(
        say(
            "{weeks} semaines rejouées ; {mentioned} émergents cités, sur {emerging} connus.",
            weeks=found.weeks,
            mentioned=found.mentioned,
            emerging=found.emerging,
        )
    )
    if not found.complete:
        tell(say("La vérité ne nomme que des acteurs émergents : la précision est un minimum."))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("Mesure"))
    for policy in found.policies:
        table.add_column(policy_names()[policy], justify="right")
    for title, row in _rows(found.policies.values()):
        table.add_row(title, *row)
    show(table)


def _rows(policies: Iterable[Measures]) -> Iterator[tuple[str, list[str]]]:
    from signals.report import nth_mention

    columns = list(policies)
    yield say("Précision de la file"), [_figure(m.precision) for m in columns]
    yield say("NDCG@25"), [_figure(m.ndcg) for m in columns]
    yield say("Rappel"), [_figure(m.recall) for m in columns]
    for number, title in enumerate(nth_mention()):
        yield title, [_figure(m.found_by[number]) for m in columns]
    yield say("Avance sur la 10e mention (semaines)"), [_figure(m.lead, ".1f") for m in columns]


def _figure(estimate: Estimate, form: str = ".2f") -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    return f"{estimate.value:{form}} [{estimate.low:{form}} – {estimate.high:{form}}]"
