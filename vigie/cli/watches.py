"""`watches`: the watches of an installation, and how each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import say
from vigie.terminal import show

if TYPE_CHECKING:
    from pathlib import Path


@click.command(help=say("Les veilles de cette installation, et où en est la file de chacune."))
@workspace
def watches(folder: Path) -> None:
    """Print the watches with their sources, their officers and their newest queue."""
    from rich.table import Table

    from storage import judgements, queues

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("Veille"))
    table.add_column(say("Nom"), overflow="fold", min_width=12)
    table.add_column(say("Sources"), justify="right")
    table.add_column(say("Qui juge"), overflow="fold")
    table.add_column(say("Dernière file"))
    table.add_column(say("Jugés"), justify="right")
    with opened(folder) as (settings, store), store.reading() as c:
        for one in settings.watches:
            queue = queues.latest(c, one.id)
            ids = [candidate.actor_id for candidate in queue.candidates] if queue else []
            done = len(judgements.standing_in(c, ids, one.id))
            table.add_row(
                one.id,
                one.name,
                str(sum(one.reads(source.id) for source in settings.sources)),
                ", ".join(one.officers) or say("tous"),
                queue.week if queue else "",
                say("{done} sur {all}", done=done, all=len(ids)) if queue else "",
            )
    show(table)
