"""`vigie erase`: a person's name out of all that is kept, on demand."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    help=say(
        "Effacer le nom d’une personne partout où il est cité, sur demande ; il ne reviendra pas. "
        "Sans retour possible : --dry-run dit d’abord où il est."
    )
)
@click.argument("names", metavar=say("NOM…"), nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help=say("Dire où il est, sans y toucher."))
@click.option("--grounds", default="", help=say("Le motif gardé dans la trace, sans le nom."))
@workspace
def erase(folder: Path, names: tuple[str, ...], *, dry_run: bool, grounds: str) -> None:
    """Erase each of some names, or say where they stand."""
    import getpass

    from storage import erasures
    from vigie import erasing, lock

    wanted = erasures.check(names)
    language = terminal_language()
    with (
        opened(folder) as (settings, store),
        nullcontext() if dry_run else lock.sole(settings, "erase"),
    ):
        if dry_run:
            with store.reading() as c:
                found = erasures.look(c, wanted)
        else:
            with store.writing() as c:
                found = erasures.erase(c, wanted, getpass.getuser(), datetime.now(UTC), grounds)
        files = erasing.in_files(
            settings.data, erasing.erased(b"files", wanted), remove=not dry_run
        )
        backups = settings.folder / settings.backup.folder
        kept = sum(1 for path in backups.glob("*") if path.is_file()) if backups.is_dir() else 0
    tell(say("Se trouve :") if dry_run else say("Effacé :"))
    for message in erasing.told(found.counts, found.actors, found.addresses, files, kept):
        click.echo(render(message, language))
