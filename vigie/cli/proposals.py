"""`proposals`: what people propose, listed, taken from a table, and answered by mail."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vigie.cli.options import opened, workspace
from vigie.errors import InputError
from vigie.language import say
from vigie.terminal import tell


@click.group(help=say("Ce que l’on propose : acteurs et projets qui attendent une réponse."))
def proposals() -> None:
    """Group the commands about proposals."""


@proposals.command("list", help=say("Montrer ce qui attend une réponse, le plus ancien d’abord."))
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def list_(folder: Path, *, as_json: bool) -> None:
    """Print the proposals without an answer."""
    from storage import proposals as stored
    from vigie.interchange import proposal_as_json

    with opened(folder) as (_, store), store.reading() as c:
        found = stored.waiting(c)
    if as_json:
        told = [proposal_as_json(one.proposal, one.root) for one in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for entry in found:
        one = entry.proposal
        who = one.who or say("le public")
        click.echo(" · ".join(filter(None, (f"{one.day:%d/%m/%Y}", one.name, one.place, who))))
    tell(
        say(
            "{n} proposition attend une réponse.",
            "{n} propositions attendent une réponse.",
            n=len(found),
        )
    )


@proposals.command(
    "import",
    help=say(
        "Proposer tout un tableau CSV : une ligne par acteur ou projet, avec les colonnes nom, "
        "commune, description, lien. Chaque ligne nouvelle entre dans la file, comme proposée."
    ),
)
@click.argument(
    "file", metavar=say("FICHIER"), type=click.Path(path_type=Path, dir_okay=False, exists=False)
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=say("Dire ce qui serait nouveau, connu, en conflit ; rien de plus."),
)
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def import_(folder: Path, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take each row of a table in as a proposal."""
    import getpass
    from datetime import UTC, datetime

    from flows.proposals import Intake
    from vigie.cli.exchange import plain_report, set_aside, tell_left_aside, tell_report

    if not file.is_file():
        raise InputError(say("{file} : ce fichier n’existe pas.", file=str(file)))
    raw = file.read_bytes()
    with opened(folder) as (settings, store):
        who = say("{who}, import de {file}", who=getpass.getuser(), file=file.name)
        report = Intake(settings).import_table(store, raw, who, datetime.now(UTC), dry_run=dry_run)
        aside = None if dry_run else set_aside(settings.data / "rejects", file, report.refused)
    if as_json:
        click.echo(json.dumps(plain_report(report, dry_run=dry_run), ensure_ascii=False, indent=2))
    else:
        tell_left_aside(raw)
        tell_report(report, aside, dry_run=dry_run)


@proposals.command(
    "answer",
    help=say(
        "Écrire à qui propose et à qui l’on demande un avis, lire leurs réponses, clore ce qui est "
        "dû et effacer leurs adresses, comme la planification le fait toutes les vingt minutes."
    ),
)
@workspace
def answer(folder: Path) -> None:
    """Send the receipts and the answers that are due."""
    from datetime import UTC, datetime

    from flows import replies, rounds

    with opened(folder) as (settings, store):
        consulted = rounds.work(settings, store, datetime.now(UTC))
        for line in (*replies.send(settings, store, datetime.now(UTC)).lines(), *consulted.lines()):
            tell(line)
