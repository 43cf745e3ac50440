"""`migrate`: from the embedded database to a server."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from vigie.cli.options import workspace
from vigie.errors import StorageError
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from pathlib import Path

    from storage.transfer import Copied
    from vigie.settings import Settings


@click.command(
    help=say(
        "Copier toute la base dans PostgreSQL, la vérifier, puis travailler là. Arrêtez d’abord ce "
        "qui y travaille. Interrompue, la copie reprend où elle en était."
    )
)
@click.option(
    "--to",
    "url",
    required=True,
    metavar="URL",
    help=say(
        "Une base vide : postgresql+psycopg://utilisateur@machine/base ; le mot de passe dans "
        "PGPASSWORD ou ~/.pgpass."
    ),
)
@workspace
def migrate(folder: Path, url: str) -> None:
    """Copy an SQLite workspace into PostgreSQL, compare the two, then change the settings."""
    from storage import open_store, open_workspace, transfer
    from storage.store import retire
    from vigie import lock
    from vigie.addresses import holds_password
    from vigie.settings import load
    from vigie.workspace import move_storage

    settings = load(folder)
    _require_places(settings, url)
    with (
        lock.whole(settings, "migrate"),
        closing(open_workspace(settings)) as source,
        closing(open_store(url, settings.folder, copying=True)) as target,
        source.writing() as c,
    ):
        copied = transfer.copy(c, target, lambda one: tell(_line(one)))
        # Pages that are open would go on in what is left; their turn to write comes after this.
        retire(c)
        move_storage(folder, url)
    rows = sum(one.rows for one in copied)
    tell(
        say(
            "{tables} tables, {rows} lignes : tout est dans PostgreSQL, identique. vigie.toml y "
            "mène maintenant ; l’ancienne base reste où elle est, sans plus servir. Relancez ce "
            "qui tournait (« vigie review », « vigie schedule »).",
            tables=len(copied),
            rows=rows,
        )
    )
    if holds_password(url):
        tell(
            say(
                "vigie.toml contient le mot de passe : vous seul pouvez le lire maintenant. "
                "Mieux : retirez-l’en, et donnez-le par PGPASSWORD ou ~/.pgpass."
            )
        )


def _require_places(settings: Settings, url: str) -> None:
    """Raise StorageError unless it goes from SQLite to a PostgreSQL that is free for it."""
    from storage.store import foreign_tables, is_postgresql

    if is_postgresql(settings.storage.url):
        raise StorageError(say("Cet espace de travail est déjà sur PostgreSQL : rien à faire."))
    if not is_postgresql(url):
        raise StorageError(
            say(
                "--to attend une adresse de PostgreSQL, qui commence par "
                "postgresql+psycopg:// : « vigie migrate --help » en montre une."
            )
        )
    others = foreign_tables(url, settings.folder)
    if others:
        raise StorageError(
            say(
                "La base d’arrivée contient déjà autre chose (table {table}, par exemple) : "
                "donnez une base vide.",
                table=others[0],
            )
        )


def _line(one: Copied) -> str:
    same = say(
        "{n} ligne dans {table}, identique ({checksum})",
        "{n} lignes dans {table}, identiques ({checksum})",
        table=one.table,
        n=one.rows,
        checksum=one.checksum[:12],
    )
    if not one.before:
        return f"{same}."
    return say("{same}, dont {n} déjà là.", "{same}, dont {n} déjà là.", same=same, n=one.before)
