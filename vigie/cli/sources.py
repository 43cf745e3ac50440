"""`sources list|add|check`: the catalogue and how it fares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.errors import UnknownNameError
from vigie.language import render, say, terminal_language
from vigie.terminal import show, tell

if TYPE_CHECKING:
    from pathlib import Path


@click.group(help=say("Le catalogue des sources et leur santé."))
def sources() -> None:
    """Group the commands about sources."""


@sources.command("list", help=say("Les sources, leur santé, ce qu’elles ont donné."))
@workspace
def list_(folder: Path) -> None:
    """Print each source with its health, the ailing first."""
    from rich.table import Table

    from storage import sources as stored
    from vigie.records import HealthState
    from vigie.words import HEALTH

    with opened(folder) as (settings, store), store.reading() as c:
        known = {source.id: source for source in (*stored.all(c), *settings.sources)}
        health = stored.health(c)
        yields = stored.yields(c)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("Source"), no_wrap=True)
    table.add_column(say("État"))
    table.add_column(say("Documents"), justify="right")
    table.add_column(say("Plus récent"), no_wrap=True)
    table.add_column(say("Dernier passage"))
    table.add_column(say("Constat"), overflow="fold", ratio=1)
    for source in sorted(known.values(), key=lambda s: s.id):
        state = health.get(source.id)
        count, newest = yields.get(source.id, (0, None))
        table.add_row(
            source.id,
            render(HEALTH[state.state if state else HealthState.UNTRIED], terminal_language()),
            str(count),
            newest.isoformat() if newest else "",
            f"{state.last_try.astimezone(settings.zone):%d/%m %H:%M}" if state else "",
            render(state.message, terminal_language()) if state else "",
        )
    show(table)


@sources.command(help=say("Essayer les sources maintenant : ce qu’elles sont, ce qui ne va pas."))
@click.argument("ids", metavar="[SOURCE…]", nargs=-1)
@workspace
def check(folder: Path, ids: tuple[str, ...]) -> None:
    """Try sources now and print one line for each."""
    from crawlers.discovery import check as try_source
    from vigie.records import HealthState, SourceKind
    from vigie.settings import load, require_contact

    settings = load(folder)
    require_contact(settings)
    unknown = set(ids) - {source.id for source in settings.sources}
    if unknown:
        raise UnknownNameError(
            say("Pas de source « {id} » dans vigie.toml.", id=", ".join(sorted(unknown)))
        )
    failed = False
    for source in settings.sources:
        if (ids and source.id not in ids) or source.kind == SourceKind.FILES:
            continue
        outcome = try_source(source, settings)
        failed |= outcome.state not in (HealthState.LIVELY, HealthState.QUIET, HealthState.MOVED)
        click.echo(say("{source} : {message}", source=source.id, message=outcome.message))
    if failed:
        raise click.exceptions.Exit(1)


@sources.command(help=say("Découvrir ce que publie un site et l’ajouter au catalogue."))
@click.argument("url")
@click.option("--yes", is_flag=True, help=say("Ajouter la première trouvaille sans demander."))
@workspace
def add(folder: Path, url: str, yes: bool) -> None:
    """Discover the feeds of a site and append one to vigie.toml."""
    from crawlers.discovery import discover
    from vigie import catalogue
    from vigie.settings import load, require_contact
    from vigie.words import SOURCE_KINDS

    settings = load(folder)
    require_contact(settings)
    found = discover(url, settings)
    if not found:
        raise UnknownNameError(
            say("{url} : aucun flux, calendrier ou plan de site à cette adresse.", url=url)
        )
    for number, source in enumerate(found, start=1):
        kind = render(SOURCE_KINDS[source.kind], terminal_language())
        click.echo(f"{number}. {source.name} ({kind})  {source.url}")
    choice = (
        1
        if yes
        else click.prompt(
            say("Laquelle ajouter ? (0 : aucune)"), type=click.IntRange(0, len(found)), default=1
        )
    )
    if choice:
        catalogue.add(folder, found[choice - 1])
        tell(say("La source « {id} » est ajoutée à vigie.toml.", id=found[choice - 1].id))
