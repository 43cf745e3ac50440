"""`init`, `run` and the steps of the main job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.cli.options import Day, asked_watch, opened, today, watch_option, workspace
from vigie.errors import InputError, UnknownNameError
from vigie.language import render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from datetime import date

    from flows.intake import TakenIn


def _come(_: click.Context, __: click.Parameter, day: date | None) -> date | None:
    """Refuse a day to come: a queue made of it would stand before those of today."""
    if day is not None and day > (datetime.now(UTC) + timedelta(days=1)).date():
        raise click.BadParameter(say("ce jour n’est pas encore venu"))
    return day


until_option = click.option(
    "--until",
    type=Day(),
    callback=_come,
    help=say(
        "Ne tenir compte que de ce qui était connu à la fin de ce jour (défaut : aujourd’hui)."
    ),
)


@click.command(help=say("Créer un espace de travail : vigie.toml et data/."))
@click.argument("folder", metavar=say("DOSSIER"), type=click.Path(path_type=Path))
@click.option(
    "--territory",
    default="",
    help=say(
        "strasbourg, lille, metz, mulhouse, ou le nom ou le code d’un autre territoire ; sans "
        "cela, la commande le demande."
    ),
)
def init(folder: Path, territory: str) -> None:
    """Create a workspace; without a territory, ask for a commune or an EPCI by name."""
    from vigie.workspace import create, refuse_if_taken

    refuse_if_taken(folder)
    settings = create(folder, territory or _asked_territory())
    tell(
        say(
            "{name} : espace de travail créé dans {folder}.",
            name=settings.watch.name,
            folder=str(folder),
        )
    )
    tell(
        say(
            "Ensuite : indiquez votre adresse dans {folder}/vigie.toml ([crawler] contact), puis "
            "essayez les sources, et le travail : « vigie sources check --dir {folder} », "
            "« vigie run --dir {folder} ».",
            folder=str(folder),
        )
        if settings.sources
        else say(
            "Aucune source encore. Indiquez votre adresse dans {folder}/vigie.toml ([crawler] "
            "contact), puis ajoutez-en une par l’adresse d’un site : « vigie sources add "
            "https://… --dir {folder} ».",
            folder=str(folder),
        )
    )


def _asked_territory() -> str:
    """Ask which territory to watch, until the gazetteer knows one of that name."""
    from vigie.workspace import text_for

    while True:
        try:
            typed = click.prompt(
                say("Quelle commune ou intercommunalité suivre (son nom ou son code) ?"), err=True
            )
        except click.Abort as error:
            raise click.UsageError(
                say("dites quel territoire suivre, par exemple --territory Colmar")
            ) from error
        try:
            text_for(typed)
        except UnknownNameError as error:
            tell(str(error))
            continue
        return str(typed)


@click.command(help=say("Faire tout le travail une fois : collecter, lire, repérer, proposer."))
@until_option
@workspace
def run(folder: Path, until: date | None) -> None:
    """Run the main job once, as a Prefect flow."""
    from flows import engine
    from vigie.settings import load

    settings = load(folder)
    engine.keep_at_home(settings.data)
    from flows.watch import run_watch

    summary = run_watch(settings, until or today(settings))
    for line in summary.lines():
        tell(line)


@click.command(help=say("Collecter les sources, sans Prefect."))
@click.option("--due", is_flag=True, help=say("Seulement celles dont le moment est venu."))
@click.option(
    "--from-archive",
    is_flag=True,
    help=say("Ne rien demander au réseau : relire les réponses gardées."),
)
@click.option(
    "--shared",
    is_flag=True,
    help=say("Celles dont le moment est venu, en partage avec d’autres machines (PostgreSQL)."),
)
@workspace
def crawl(folder: Path, *, due: bool, from_archive: bool, shared: bool) -> None:
    """Crawl every source once, or those that are due; a line for each, then what came of it."""
    from flows import hosts, steps

    with opened(folder) as (settings, store):
        if shared:
            report = hosts.crawl(settings, store)
        elif from_archive:
            report = steps.CrawlReport((), steps.reread(settings, store))
        else:
            report = steps.crawl(settings, store, due_only=due)
    for outcome in report.outcomes:
        tell(say("{source} : {message}", source=outcome.source_id, message=outcome.message))
    for source_id, until in report.left_alone.items():
        tell(
            say(
                "{source} : laissée tranquille jusqu’au {moment}, comme son site le demande",
                source=source_id,
                moment=f"{until.astimezone(settings.zone):%d/%m %H:%M}",
            )
        )
    tell(
        say(
            "Documents nouveaux : {new}, révisés : {revised}, connus : {unchanged}.",
            new=report.taken.new,
            revised=report.taken.revised,
            unchanged=report.taken.unchanged,
        )
    )


@click.command(help=say("Lire les documents en attente : acteurs, lieux, récits."))
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help=say("Relire aussi, en une fois, tout ce qu’une version précédente a lu."),
)
@click.option(
    "--explain",
    "document",
    metavar=say("DOCUMENT"),
    help=say("Montrer comment un document (son adresse) a été lu, et pourquoi ; ne rien changer."),
)
@workspace
def annotate(folder: Path, *, everything: bool, document: str | None) -> None:
    """Annotate the documents that wait, or show how one was read."""
    from flows import steps

    with opened(folder) as (settings, store):
        if document is not None:
            from vigie.cli.explaining import explain

            for line in explain(settings, store, document):
                click.echo(line)
            return
        reading = steps.annotate(settings, store, again=None if everything else steps.AGAIN)
    passed_over = sum(n for _, n in reading.skipped)
    tell(say("{n} document lu.", "{n} documents lus.", n=reading.done - passed_over))
    for reason, n in reading.skipped:
        tell(
            say(
                "{n} document laissé de côté : {why}.",
                "{n} documents laissés de côté : {why}.",
                n=n,
                why=render(reason, terminal_language()),
            )
        )
    if reading.cut:
        tell(
            say(
                "{n} document très long : seul son début a été analysé (voir --explain).",
                "{n} documents très longs : seul leur début a été analysé (voir --explain).",
                n=reading.cut,
            )
        )
    if reading.left:
        tell(
            say(
                "{n} document lu par une version précédente sera relu aux prochains passages.",
                "{n} documents lus par une version précédente seront relus aux prochains passages.",
                n=reading.left,
            )
        )


@click.command(help=say("Établir la file de la semaine à partir de ce qui est connu."))
@until_option
@click.option(
    "--explain",
    "actor",
    metavar=say("ACTEUR"),
    help=say("Montrer comment un acteur est noté, et entre quels autres ; ne rien changer."),
)
@click.option("--week", metavar="2026-W12", help=say("Avec --explain : la semaine."))
@watch_option(say("Une seule des veilles (défaut : toutes ; avec --explain : la première)."))
@workspace
def detect(
    folder: Path,
    *,
    until: date | None,
    actor: str | None,
    week: str | None,
    watch_id: str | None,
) -> None:
    """Compute and store the week's queues, or explain an actor's score."""
    from flows import steps
    from storage import documents, queues
    from vigie.records import iso_week
    from vigie.watches import made

    if week and actor is None:
        raise click.UsageError(say("--week va avec --explain"))
    with opened(folder) as (settings, store):
        if actor is not None:
            from vigie.cli import ranking

            watch = asked_watch(settings, watch_id)
            day = ranking.day_of(week, store, watch) if week else until or today(settings)
            for line in ranking.explain(settings, store, actor, day, watch):
                click.echo(line)
            return
        as_of = until or today(settings)
        with store.reading() as c:
            begins = documents.begins(c)
        if begins and as_of < begins:
            raise InputError(
                say(
                    "Rien n’était encore connu le {day}, l’archive commence le {begins} : aucune "
                    "file n’est établie.",
                    day=f"{as_of:%d/%m/%Y}",
                    begins=f"{begins:%d/%m/%Y}",
                )
            )
        for watch in [asked_watch(settings, watch_id)] if watch_id else settings.watches:
            with store.reading() as c:
                again = queues.load(c, iso_week(as_of), watch.id) is not None
            tell(made(settings, steps.detect(settings, store, as_of, watch), again=again))


@click.command("import", help=say("Faire entrer des archives que le laboratoire possède déjà."))
@click.argument(
    "files", metavar=say("FICHIER…"), nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--source", "source_id", help=say("La source des lignes qui n’en nomment pas."))
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "warc", "europresse", "mbox", "eml"]),
    help=say("Le format des fichiers ; sans cela, Vigie le reconnaît."),
)
@workspace
def import_(
    folder: Path, files: tuple[Path, ...], source_id: str | None, format_: str | None
) -> None:
    """Import files or folders; what is refused is set aside with its reason."""
    from flows import steps

    _require(files)
    with opened(folder) as (settings, store):
        imported = {}
        for file in files:
            imported[file], rejects = steps.import_archive(
                settings, store, file, source_id, format_
            )
            tell(_import_line(file, imported[file], rejects))
    _require_some(imported)


@click.group(help=say("Les registres d’associations et d’entreprises."))
def registry() -> None:
    """Group the commands about registers."""


@registry.command(
    "import",
    help=say(
        "Faire entrer un registre (RNA, Journal officiel, BODACC, Sirene), limité au territoire : "
        "les déclarations récentes sont des documents, toutes font connaître l’acteur. En CSV ou "
        "en Parquet ; pour Sirene, donnez ensemble les établissements et les unités légales."
    ),
)
@click.argument(
    "files", metavar=say("FICHIER…"), nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--source", "source_id", help=say("La source ; sans cela, le nom du fichier."))
@workspace
def import_registry(folder: Path, files: tuple[Path, ...], source_id: str | None) -> None:
    """Import registers, each read as a stream whatever its size."""
    from crawlers import registries
    from flows import steps

    _require(files)
    registers, units = registries.parted(files)
    if units and not registers:
        raise InputError(
            say(
                "{file} nomme des unités sans dire où elles sont : donnez avec lui le fichier des "
                "établissements.",
                file=units.name,
            )
        )
    with opened(folder) as (settings, store):
        imported = {}
        for file in registers:
            taken, rejects = steps.import_register(settings, store, file, source_id, units)
            known = say("{n} acteur connu", "{n} acteurs connus", n=taken.listed)
            tell(f"{_import_line(file, taken, rejects)} {known}.")
            imported[file] = taken
    _require_some(imported)


def _require(files: tuple[Path, ...]) -> None:
    for file in files:
        if not file.exists():
            raise InputError(say("{file} : ce fichier n’existe pas.", file=str(file)))


def _require_some(imported: dict[Path, TakenIn]) -> None:
    """Raise InputError for files refused whole: a script must not take that for success."""
    refused = [
        file.name
        for file, taken in imported.items()
        if taken.rejected and not (taken.new or taken.revised or taken.unchanged or taken.listed)
    ]
    if refused:
        raise InputError(
            say(
                "Rien n’a pu être importé de {files} : corrigez ce qui est dit ci-dessus, puis "
                "recommencez.",
                files=", ".join(refused),
            )
        )


def _import_line(file: Path, taken: TakenIn, rejects: Path | None) -> str:
    counts = say(
        "{file} : nouveaux {new}, révisés {revised}, déjà connus {unchanged}, refusés {rejected}",
        file=file.name,
        new=taken.new,
        revised=taken.revised,
        unchanged=taken.unchanged,
        rejected=taken.rejected,
    )
    if rejects is None:
        return f"{counts}."
    return say("{counts} (voir {rejects}).", counts=counts, rejects=str(rejects))
