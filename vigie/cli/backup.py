"""`vigie backup` and `vigie restore`: a workspace as one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import say
from vigie.terminal import progress, tell

if TYPE_CHECKING:
    from flows.backup import Manifest


@click.command(
    help=say(
        "Sauvegarder l’espace de travail en un fichier, pendant que tout fonctionne. Sans "
        "FICHIER : dans le dossier de [backup], où les plus anciennes laissent la place."
    )
)
@click.argument(
    "file", metavar=say("FICHIER"), required=False, type=click.Path(path_type=Path, dir_okay=False)
)
@workspace
def backup(folder: Path, file: Path | None) -> None:
    """Back a workspace up."""
    from flows import backup as backups

    # As it is, in an older schema too: only such a copy leads back to an older program.
    with (
        opened(folder, upgrade=False) as (settings, store),
        progress(say("Sauvegarde"), None),
    ):
        if file is None:
            file = backups.scheduled(settings, store)
        else:
            backups.back_up(settings, store, file)
    size = file.stat().st_size / 1_000_000
    tell(say("Sauvegarde faite : {file} ({size:.1f} Mo).", file=str(file), size=size))


@click.command(
    help=say(
        "Restaurer une sauvegarde dans --dir, après l’avoir vérifiée en entier. Arrêtez d’abord "
        "ce qui y travaille."
    )
)
@click.argument("file", metavar=say("FICHIER"), type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help=say("Vérifier seulement ; ne rien écrire."))
@click.option(
    "--replace",
    is_flag=True,
    help=say("Même si le dossier ou la base ont un contenu ; celui du dossier est mis de côté."),
)
@click.option(
    "--url",
    metavar="URL",
    help=say("La base de données où restaurer, au lieu de celle des réglages."),
)
@workspace
def restore(folder: Path, file: Path, url: str | None, *, check: bool, replace: bool) -> None:
    """Put a backup back."""
    from flows import restore as restoring
    from storage import copies
    from vigie.settings import load

    with progress(say("Vérification") if check else say("Restauration"), None):
        if check:
            tell(_line(file, restoring.examine(file)))
            return
        manifest, kept = restoring.restore(file, folder, url=url, replace=replace)
    tell(_line(file, manifest))
    place = copies.shown(load(folder).storage.url, folder)
    tell(
        say(
            "L’espace de travail est restauré dans {folder}, sa base dans {place}.",
            folder=str(folder),
            place=place,
        )
    )
    if kept:
        tell(
            say("Ce qui s’y trouvait est dans {kept} : supprimez-le quand tout va.", kept=str(kept))
        )


def _line(file: Path, manifest: Manifest) -> str:
    return say(
        "{file} est entière : sauvegarde du {at} par Vigie {version} (schéma {schema}, base "
        "{kind}), {n} fichier.",
        "{file} est entière : sauvegarde du {at} par Vigie {version} (schéma {schema}, base "
        "{kind}), {n} fichiers.",
        n=len(manifest.files),
        file=str(file),
        at=f"{manifest.at:%d/%m/%Y %H:%M}{'' if manifest.at.utcoffset() else ' UTC'}",
        version=manifest.version,
        schema=manifest.schema,
        kind=manifest.database,
    )
