"""`queue` and `review`: the week's candidates, in the terminal and as pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vigie.cli.options import asked_watch, opened, watch_option, workspace
from vigie.errors import UnknownNameError
from vigie.language import decimal, render, say, terminal_language
from vigie.terminal import show, tell

if TYPE_CHECKING:
    from pathlib import Path

    from storage import Store
    from vigie.records import Queue

MARKS = {"exploration": "*", "proposed": "+"}


@click.command(help=say("Afficher la file d’une semaine."))
@click.option("--week", metavar="2026-W12", help=say("La semaine (défaut : la dernière)."))
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@watch_option(say("Celle d’une autre veille que la première."))
@workspace
def queue(folder: Path, *, week: str | None, as_json: bool, watch_id: str | None) -> None:
    """Print a week's queue."""
    from vigie.interchange import queue_as_json

    with opened(folder) as (settings, store):
        found = _queue(store, week, asked_watch(settings, watch_id).id)
    if as_json:
        click.echo(json.dumps(queue_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found)


def _queue(store: Store, week: str | None, watch: str) -> Queue:
    from storage import queues

    with store.reading() as c:
        weeks = queues.weeks(c, watch)
        if not weeks:
            raise UnknownNameError(say("Aucune file encore : lancez « vigie run »."))
        found = queues.load(c, week, watch) if week else queues.latest(c, watch)
    if found is None:
        raise UnknownNameError(
            say(
                "Pas de file pour la semaine {week} ; il y en a pour : {weeks}.",
                week=week or "",
                weeks=", ".join(weeks[:8]),
            )
        )
    return found


def _print(found: Queue) -> None:
    from rich.table import Table

    from signals.scoring import why_now
    from vigie import gazetteer
    from vigie.words import KINDS

    language = terminal_language()
    tell(
        say(
            "Semaine {week}, {n} candidat, d’après ce qui était connu le {day}.",
            "Semaine {week}, {n} candidats, d’après ce qui était connu le {day}.",
            week=found.week,
            n=len(found.candidates),
            day=found.as_of.strftime("%d/%m/%Y"),
        )
    )
    if not found.candidates:
        tell(
            say(
                "Personne : rien de ce qui fut lu ne nomme un acteur nouveau que ses sources, son "
                "territoire et ses thèmes laissent entrer ; « vigie blind-spots » dit ce qui "
                "manque."
            )
        )
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", justify="right")
    table.add_column(say("Acteur"), overflow="fold", min_width=18)
    table.add_column(say("Type"), min_width=11)
    table.add_column(say("Commune"), min_width=10)
    table.add_column(say("Score"), justify="right")
    table.add_column(say("Pourquoi maintenant"), overflow="fold", ratio=1)
    for candidate in found.candidates:
        said = tuple(r for r in candidate.reasons if r.name == "proposed")
        alone = candidate.entered_by == "proposed"  # nothing is written of it: no score
        place = gazetteer.communes().get(candidate.commune or "")
        table.add_row(
            f"{candidate.rank}{MARKS.get(candidate.entered_by, '')}",
            candidate.name,
            render(KINDS[candidate.kind], language),
            place.name if place else "",
            "" if alone else decimal(candidate.score),
            "\n".join(
                render(r.detail, language)
                for r in (said if alone else why_now(candidate.reasons, 2))
            ),
        )
    show(table)
    if any(candidate.entered_by == "exploration" for candidate in found.candidates):
        tell(say("* tiré au sort hors du classement, pour mesurer ce que le classement manque."))
    if any(candidate.entered_by == "proposed" for candidate in found.candidates):
        tell(say("+ proposé par une personne, à une place de plus."))


@click.command(help=say("Ouvrir les pages où l’on juge la file."))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@workspace
def review(folder: Path, host: str, port: int) -> None:
    """Serve the review pages until interrupted."""
    from flows.proposals import Intake
    from review.app import serve
    from vigie.cli.scouting import Scout

    with opened(folder) as (settings, store):
        serve(store, settings, host, port, scout=Scout(folder), intake=Intake(settings))
