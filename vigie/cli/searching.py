"""`search`: documents by their words."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import say
from vigie.terminal import tell

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    help=say("Chercher des documents par leurs mots, sans souci d’accents ni de fautes de frappe.")
)
@click.argument("words", metavar=say("MOT…"), nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, help=say("Combien, au plus (défaut : 20).")
)
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def search(folder: Path, words: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Print the documents that have some words, the most telling first: where to read them."""
    from storage import fulltext

    with opened(folder) as (_, store), store.reading() as c:
        hits = fulltext.search(c, " ".join(words), limit)
    if as_json:
        rows = [asdict(hit) | {"day": hit.day.isoformat()} for hit in hits]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for hit in hits:
        click.echo(f"{hit.day:%d/%m/%Y}  {hit.source_id}  {hit.title or '—'}\n   {hit.url}")
    if not hits:
        tell(say("Aucun document n’a tous ces mots."))
