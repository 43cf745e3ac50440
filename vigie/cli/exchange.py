"""`export` and `actors import`: the directory given to others, and taken from them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from vigie.cli.options import opened, today, workspace
from vigie.errors import InputError
from vigie.language import render, say, terminal_language
from vigie.records import Verdict, Visibility
from vigie.terminal import tell
from vigie.words import FATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vigie.exchange.plain import Row
    from vigie.exchange.report import Report

FORMATS = (
    "csv",
    "json",
    "geojson",
    "gexf",
    "gogocarto",
    "jsonld",
    "markdown",
    "ical",
    "rss",
    "atom",
    "jsonfeed",
    "opml",
)
"""As `vigie.exchange.formats` has them, which is slow to import; a test holds them together."""
READ = FORMATS[:8]
ASKED = {
    "keep": frozenset({Verdict.KEEP}),
    "watch": frozenset({Verdict.WATCH}),
    "both": frozenset({Verdict.KEEP, Verdict.WATCH}),
    "all": frozenset[Verdict](),
}


@click.command(help=say("Donner l’annuaire à d’autres : les acteurs retenus et suivis, en FORMAT."))
@click.argument("name", metavar="FORMAT", type=click.Choice(FORMATS))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("Le fichier à écrire ; sans cela, la sortie standard."),
)
@click.option(
    "--visibility",
    "audience",
    type=click.Choice([one.value for one in Visibility]),
    default=Visibility.PUBLIC.value,
    show_default=True,
    help=say("Pour qui : les acteurs d’une visibilité plus étroite restent ici."),
)
@click.option(
    "--verdict",
    type=click.Choice(list(ASKED)),
    default="both",
    show_default=True,
    help=say("Lesquels, d’après l’avis donné."),
)
@workspace
def export(folder: Path, name: str, out: Path | None, audience: str, verdict: str) -> None:
    """Write the directory in a format, as a stream."""
    from storage import exchanges
    from vigie.exchange.formats import FORMATS as KNOWN
    from vigie.exchange.formats import Content
    from vigie.exchange.header import Header

    format_, whom = KNOWN[name], Visibility(audience)
    with opened(folder) as (settings, store), store.reading() as c:
        day, usual = today(settings), settings.watch.visibility
        ids, held_back = exchanges.shown(c, whom, usual, ASKED[verdict])
        if format_.by_name:
            ids = exchanges.by_name(c, ids)
        content = Content(
            header=Header(
                watch=settings.watch.name,
                day=day,
                audience=whom,
                licence_id=settings.watch.licence,
            ),
            sheets=exchanges.sheets(c, ids, whom, usual, day),
            edges=exchanges.edges(c, ids, day),
            sources=settings.sources,
        )
        with _output(out) as file:
            for words in format_.write(content):
                file.write(words.encode())
    if name != "opml":
        tell(say("{n} acteur donné.", "{n} acteurs donnés.", n=len(ids)))
    if held_back and name != "opml":
        tell(
            say(
                "{n} autre n’est pas visible à ce point : sa fiche le dit, ou --visibility.",
                "{n} autres ne sont pas visibles à ce point : leur fiche le dit, ou --visibility.",
                n=held_back,
            )
        )


@contextmanager
def _output(path: Path | None) -> Iterator[BinaryIO]:
    """Yield what is written to; a file appears whole, or stays as it was."""
    if path is None:
        yield sys.stdout.buffer
        return
    if not path.parent.is_dir():
        raise InputError(say("Le dossier {folder} n’existe pas.", folder=str(path.parent)))
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    finally:
        Path(beside).unlink(missing_ok=True)


@click.command(
    "import",
    help=say(
        "Faire entrer des acteurs dans l’annuaire : ce que « vigie export » a écrit, ou un tableau "
        "fait à la main. Rien de ce que des personnes ont écrit n’est remplacé."
    ),
)
@click.argument(
    "file", metavar=say("FICHIER"), type=click.Path(path_type=Path, dir_okay=False, exists=False)
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(READ),
    help=say("Le format du fichier ; sans cela, Vigie le reconnaît."),
)
@click.option(
    "--dry-run",
    is_flag=True,
    help=say("Dire ce qui serait nouveau, connu, en conflit ; rien de plus."),
)
@click.option("--json", "as_json", is_flag=True, help=say("En JSON."))
@workspace
def import_actors(
    folder: Path, file: Path, format_: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Take the actors of a file into the directory."""
    import getpass
    from datetime import UTC, datetime

    from flows import exchange
    from vigie.exchange import formats

    if not file.is_file():
        raise InputError(say("{file} : ce fichier n’existe pas.", file=str(file)))
    raw = file.read_bytes()
    chosen = format_ or formats.recognised(file, raw)
    read = formats.FORMATS[chosen].read
    assert read  # noqa: S101 - the choices are those that are read
    with opened(folder) as (settings, store):
        hand = exchange.Hand(
            who=say("{who}, import de {file}", who=getpass.getuser(), file=file.name),
            at=datetime.now(UTC),
            settings=settings,
        )
        report = exchange.import_actors(store, read(raw), hand, dry_run=dry_run)
        aside = None if dry_run else set_aside(settings.data / "rejects", file, report.refused)
    if as_json:
        click.echo(json.dumps(plain_report(report, dry_run=dry_run), ensure_ascii=False, indent=2))
    else:
        if chosen == "csv":
            tell_left_aside(raw)
        tell_report(report, aside, dry_run=dry_run)
    if report.refused and sum(report.counts.values()) == len(report.refused):
        raise InputError(
            say(
                "Rien n’a pu être importé de {files} : corrigez ce qui est dit ci-dessus, puis "
                "recommencez.",
                files=file.name,
            )
        )


def set_aside(folder: Path, file: Path, refused: list[Row]) -> Path | None:
    """Keep what was refused in a file of its own, with its number and why."""
    if not refused:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.stem}.rejects.jsonl"
    with target.open("w", encoding="utf-8") as out:
        for row in refused:
            why = str(row.wrong) if row.wrong else ""
            told = {"where": f"{file.name}:{row.number}", "reason": why, "raw": row.raw}
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    return target


def tell_left_aside(raw: bytes) -> None:
    """Name the columns of a table that nothing is read from."""
    from vigie.exchange import tables

    if left := tables.left_aside(raw):
        names = ", ".join(f"« {one} »" for one in left)
        tell(say("Colonnes que Vigie ne connaît pas, laissées de côté : {names}.", names=names))


def tell_report(report: Report, aside: Path | None, *, dry_run: bool) -> None:
    """Say what became of a file's rows."""
    language = terminal_language()
    for told in report.told:
        why = " ; ".join(render(one, language) for one in told.why)
        name = f"« {told.name} »" if told.name else ""
        line = " ".join(filter(None, (render(FATES[told.fate], language), name)))
        tell(
            say("ligne {n} : {what} ({why})", n=told.number, what=line, why=why)
            if why
            else say("ligne {n} : {what}", n=told.number, what=line)
        )
    untold = sum(report.counts.values()) - report.counts.get("duplicate", 0) - len(report.told)
    if untold > 0:
        tell(say("… et {n} autre.", "… et {n} autres.", n=untold))
    tell(
        say(
            "Nouveaux {new}, complétés {completed}, déjà là {duplicate}, en conflit {conflict}, "
            "mis de côté {refused}.",
            new=report.counts["new"],
            completed=report.counts["completed"],
            duplicate=report.counts["duplicate"],
            conflict=report.counts["conflict"],
            refused=report.counts["refused"],
        )
    )
    if aside:
        tell(say("Ce qui est mis de côté, et pourquoi : {file}", file=str(aside)))
    if report.counts.get("conflict"):
        tell(say("Ce qui contredit ce qui est écrit ici n’a rien remplacé."))
    if dry_run:
        tell(say("Essai : rien n’a été écrit."))


def plain_report(report: Report, *, dry_run: bool) -> dict[str, object]:
    """Return what became of a file's rows as JSON values."""
    language = terminal_language()
    return {
        "dry_run": dry_run,
        **{fate: report.counts.get(fate, 0) for fate in FATES},
        "rows": [
            {
                "number": told.number,
                "name": told.name,
                "what": told.fate.value,
                "why": [render(one, language) for one in told.why],
            }
            for told in report.told
        ],
    }
