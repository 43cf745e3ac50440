"""`sources list|add|check|import|export`: the catalogue and how it fares."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.errors import InputError, SettingsError, UnknownNameError
from vigie.language import render, say, terminal_language
from vigie.records import Document, SourceKind
from vigie.terminal import show, tell, width
from vigie.words import PAUSED, refusal

if TYPE_CHECKING:
    from storage.sources import Yield
    from vigie.records import KnownActor, Source, SourceHealth
    from vigie.settings import Settings


@click.group(help=say("Le catalogue des sources et leur santé."))
def sources() -> None:
    """Group the commands about sources."""


@sources.command("list", help=say("Les sources, leur santé, ce qu’elles ont donné."))
@workspace
def list_(folder: Path) -> None:
    """Print each source with its health, the ailing first."""
    from flows import due
    from storage import source_changes
    from storage import sources as stored

    with opened(folder) as (settings, store), store.reading() as c:
        known = {source.id: source for source in (*stored.all(c), *settings.sources)}
        health = stored.health(c)
        yields = stored.yields(c)
        tries = due.next_tries(settings, store)
        paused = source_changes.paused(c)
    found = [
        _listed(i, health.get(i), yields.get(i), tries.get(i), settings)
        if i not in paused
        else _paused(
            _listed(i, health.get(i), yields.get(i), None, settings), paused[i].at, settings
        )
        for i in sorted(known, key=lambda i: (_wellness(known[i], health.get(i)), i))
    ]
    columns = width()
    if columns >= WIDE:
        _show_wide(found)
    else:
        for line in _narrow(found, columns):
            click.echo(line)


WIDE = 130
"""Columns from which everything that is known of a source stands on its one line."""


LONG_ID = 24
"""Letters of an id from which it has a line of its own in a narrow list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    """A source as it is listed: every value as it is shown."""

    id: str
    state: str
    since: str
    documents: str
    newest: str
    last: str
    next: str
    finding: str
    remarkable: bool
    """The finding says more than how many documents there were."""


def _listed(
    source_id: str,
    health: SourceHealth | None,
    brought: Yield | None,
    next_try: datetime | None,
    settings: Settings,
) -> _Listed:
    from crawlers.conclusions import is_plain
    from vigie.records import HealthState
    from vigie.words import HEALTH

    count, newest = brought or (0, None)
    state = health.state if health else HealthState.UNTRIED
    return _Listed(
        id=source_id,
        state=render(HEALTH[state], terminal_language()),
        since=_moment(health.since if health else None, settings),
        documents=str(count),
        newest=newest.isoformat() if newest else "",
        last=_moment(health.last_try if health else None, settings),
        next=_moment(next_try, settings),
        finding=_finding(health, settings) if health else "",
        remarkable=health is not None and not (is_plain(health.message) and not health.failures),
    )


def _paused(listed: _Listed, since: datetime, settings: Settings) -> _Listed:
    """Return a source as it is listed while it is let be: what ailed it is no news."""
    state, remarkable = render(PAUSED, terminal_language()), False
    return replace(listed, state=state, since=_moment(since, settings), remarkable=remarkable)


def _show_wide(found: list[_Listed]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("Source"), no_wrap=True)
    table.add_column(say("État"))
    table.add_column(say("Depuis"), no_wrap=True)
    table.add_column(say("Documents"), justify="right")
    table.add_column(say("Plus récent"), no_wrap=True)
    table.add_column(say("Dernier passage"))
    table.add_column(say("Prochain"))
    table.add_column(say("Constat"), overflow="fold", ratio=1)
    for one in found:
        table.add_row(
            one.id, one.state, one.since, one.documents, one.newest, one.last, one.next, one.finding
        )
    show(table)


def _narrow(found: list[_Listed], columns: int) -> list[str]:
    """Return the list in lines of so many columns; what is wrong stands under its source.

    A finding that only counts documents is left out, and the last try where it has no room.
    """
    head = [say("Source"), say("État"), say("Depuis"), say("Plus récent"), say("Prochain")]
    rows = [[one.id, one.state, one.since, one.newest, one.next] for one in found]
    # A longer id has a line of its own.
    room = min(columns - sum(2 + wide for wide in _widths([head, *rows])[1:]), LONG_ID)
    rows = [[row[0] if len(row[0]) <= room else "", *row[1:]] for row in rows]
    table = [head, *rows]
    for title, name in ((say("Documents"), "documents"), (say("Dernier passage"), "last")):
        more = [title, *(getattr(one, name) for one in found)]
        wider = [[*row, value] for row, value in zip(table, more, strict=True)]
        if sum(2 + wide for wide in _widths(wider)) - 2 <= columns:
            table = wider
    widths = _widths(table)
    lines = [_line(table[0], widths)]
    for one, row in zip(found, table[1:], strict=True):
        lines += [] if row[0] else [one.id]
        lines.append(_line(row, widths))
        if one.remarkable:
            lines += textwrap.wrap(
                one.finding, columns, initial_indent="   ", subsequent_indent="   "
            )
    return lines


def _widths(rows: list[list[str]]) -> list[int]:
    """Return how wide each column of some rows is."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def _line(cells: list[str], widths: list[int]) -> str:
    aligned = (
        cell.rjust(wide) if cell.isdecimal() else cell.ljust(wide)
        for cell, wide in zip(cells, widths, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _wellness(source: Source, health: SourceHealth | None) -> int:
    """Return where a source stands in the list: those that need a person come first.

    One whose address nobody has seen work yet comes after those that work.
    """
    from vigie.records import HealthState, is_unproven

    order = (HealthState.SILENT, HealthState.MOVED, HealthState.QUIET, HealthState.LIVELY)
    ranks = {state: rank for rank, state in enumerate(order, start=1)}
    if health is not None and is_unproven(source, health):
        return len(order) + 1
    if health is not None and health.state.is_failure:
        return 0
    return ranks.get(health.state, len(order)) if health else len(order) + 1


def _finding(health: SourceHealth, settings: Settings) -> str:
    message = render(health.message, terminal_language())
    if not health.failures:
        return message
    last = health.last_success
    if last is None:
        return say(
            "{message} ({n} échec, jamais réussi)",
            "{message} ({n} échecs, jamais réussi)",
            message=message,
            n=health.failures,
        )
    return say(
        "{message} ({n} échec depuis le {moment})",
        "{message} ({n} échecs depuis le {moment})",
        message=message,
        n=health.failures,
        moment=_moment(last, settings),
    )


def _moment(at: datetime | None, settings: Settings) -> str:
    """Return a moment as it is listed; of one long ago its year says more than its hour."""
    if at is None:
        return ""
    far = abs(datetime.now(UTC) - at) > timedelta(days=300)
    return f"{at.astimezone(settings.zone):{'%d/%m/%Y' if far else '%d/%m %H:%M'}}"


@sources.command(
    help=say(
        "Essayer les sources maintenant : ce qu’elles sont, ce qui ne va pas. Une adresse jamais "
        "essayée (checked = false) qui ne convient pas est cherchée depuis sa page d’accueil, et "
        "vigie.toml est réparé."
    )
)
@click.argument("ids", metavar="SOURCE…", nargs=-1)
@click.option(
    "--report-only", is_flag=True, help=say("Dire seulement ; ne rien changer à vigie.toml.")
)
@workspace
def check(folder: Path, ids: tuple[str, ...], *, report_only: bool) -> None:
    """Try sources now, print one line for each, and mend the addresses that nobody had tried."""
    from crawlers import repair
    from crawlers.batch import is_crawled
    from vigie import catalogue, lock
    from vigie.records import HealthState
    from vigie.settings import load, require_contact

    settings = load(folder)
    require_contact(settings)
    unknown = set(ids) - {source.id for source in settings.sources}
    if unknown:
        raise UnknownNameError(
            say("Pas de source « {id} » dans vigie.toml.", id=", ".join(sorted(unknown)))
        )
    wanted = [
        source
        for source in settings.sources
        if (not ids or source.id in ids) and is_crawled(source)
    ]
    well = (HealthState.LIVELY, HealthState.QUIET, HealthState.MOVED)
    failed, proven, mended = False, 0, 0
    # Two programs would visit the same sites twice as often as each of them promises.
    with lock.sole(settings, "sources check"):
        for one in repair.check(wanted, settings) if wanted else ():
            outcome = one.outcome
            click.echo(
                say("{source} : {message}", source=outcome.source_id, message=outcome.message)
            )
            if one.found is not None:
                click.echo(f"   {render(one.found, terminal_language())}")
            failed |= outcome.state not in well and one.mended is None
            proven += one.mended is not None
            mended += one.found is not None and one.mended is not None
            if one.mended is not None and not report_only:
                catalogue.replace(folder, one.mended)
    if proven and not report_only:
        tell(_mended(proven, mended))
    if failed:
        raise click.exceptions.Exit(1)


def _mended(proven: int, mended: int) -> str:
    """Return what a check wrote to `vigie.toml`."""
    return say(
        "vigie.toml : {n} adresse vérifiée, dont {mended} réparée.",
        "vigie.toml : {n} adresses vérifiées, dont {mended} réparées.",
        n=proven,
        mended=mended,
    )


@sources.command(help=say("Découvrir ce que publie un site et l’ajouter au catalogue."))
@click.argument("url")
@click.option("--yes", is_flag=True, help=say("Ajouter la première trouvaille sans demander."))
@workspace
def add(folder: Path, url: str, yes: bool) -> None:
    """Discover the feeds of a site and append one to vigie.toml."""
    from crawlers.discovery import discover
    from vigie import catalogue, lock
    from vigie.addresses import without_login
    from vigie.settings import load, require_contact
    from vigie.words import SOURCE_KINDS

    settings = load(folder)
    require_contact(settings)
    known = {source.id for source in settings.sources}
    with lock.sole(settings, "sources add"):
        found = discover(url, settings, known)
    if not found:
        raise UnknownNameError(
            say(
                "{url} : aucun flux, calendrier ou plan de site à cette adresse.",
                url=without_login(url),
            )
        )
    for number, finding in enumerate(found, start=1):
        source = finding.source
        kind = render(SOURCE_KINDS[source.kind], terminal_language())
        count = say("{n} document", "{n} documents", n=finding.items)
        if source.kind is SourceKind.GOGOCARTO:
            count = say("{n} acteur connu", "{n} acteurs connus", n=finding.items)
        click.echo(f"{number}. {source.name} ({kind}, {count})  {source.url}")
        for sample in finding.samples:
            click.echo(f"   – {_sample(sample, settings)}")
    choice = (
        1
        if yes
        else click.prompt(
            say("Laquelle ajouter ? (0 : aucune)"), type=click.IntRange(0, len(found)), default=1
        )
    )
    if choice:
        source = found[choice - 1].source
        catalogue.add(folder, source)
        tell(say("La source « {id} » est ajoutée à vigie.toml.", id=source.id))


def _sample(sample: Document | KnownActor, settings: Settings) -> str:
    """Return a document, an event with its start, or a listed actor in one line."""
    if isinstance(sample, Document):
        title = sample.title or sample.text or sample.url
        day = f"{sample.published_at:%d/%m/%Y}" if sample.published_at else say("sans date")
        if sample.event and sample.event.start:
            start = sample.event.start.astimezone(settings.zone)
            day = f"{start:%d/%m/%Y %H:%M}".removesuffix(" 00:00")  # a whole day has no hour
        return f"{day}  {' '.join(title.split())[:90]}"
    return f"{sample.since:%d/%m/%Y}  {sample.name[:90]}"


@sources.command("export", help=say("Écrire le catalogue en OPML, sur la sortie ou dans FICHIER."))
@click.argument("file", metavar=say("FICHIER"), required=False, type=click.Path(path_type=Path))
@workspace
def export(folder: Path, file: Path | None) -> None:
    """Write the catalogue as OPML."""
    from vigie import opml
    from vigie.catalogue import write_whole
    from vigie.settings import load

    settings = load(folder)
    content = opml.write(settings.sources, settings.watch.name)
    if file is None:
        click.echo(content, nl=False)
        return
    write_whole(file, content)
    tell(say("{n} source écrite.", "{n} sources écrites.", n=len(settings.sources)))


@sources.command("import", help=say("Ajouter au catalogue les sources d’un fichier OPML."))
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@workspace
def import_(folder: Path, file: Path) -> None:
    """Add the sources of an OPML file that the catalogue does not hold yet."""
    from vigie import catalogue, opml
    from vigie.settings import load

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InputError(
            say("{path} est illisible : {error}.", path=str(file), error=refusal(error))
        ) from error
    settings = load(folder)
    ids, urls = ({getattr(s, name) for s in settings.sources} for name in ("id", "url"))
    found, problems, own = opml.read(raw, ids)
    added = known = 0
    for source in found:
        if source.id in ids or (source.id not in own and source.url and source.url in urls):
            known += 1
            continue
        try:
            catalogue.add(folder, source)
        except SettingsError as error:
            problems.append(say("{source} : {message}", source=source.id, message=str(error)))
            continue
        added += 1
        ids.add(source.id)
        urls.add(source.url)
    for problem in problems:
        tell(problem)
    tell(
        say(
            "Sources : {added} ajoutées, {known} déjà au catalogue, {refused} refusées.",
            added=added,
            known=known,
            refused=len(problems),
        )
    )
