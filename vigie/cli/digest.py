"""`digest`: the weekly letter, as files or as mails, and who gets it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vigie.cli.options import asked_watch, opened, today, watch_option, workspace
from vigie.errors import InputError, UnknownNameError, WrongValueError
from vigie.language import LANGUAGES, say
from vigie.records import MAIN_WATCH, Visibility
from vigie.terminal import tell

if TYPE_CHECKING:
    from datetime import date

    from vigie.digest.edition import Edition, Subscriber
    from vigie.settings import Settings

audience_option = click.option(
    "--visibility",
    "audience",
    type=click.Choice([one.value for one in Visibility]),
    default=Visibility.LAB.value,
    show_default=True,
    help=say("Pour qui : le public, les partenaires, ou le laboratoire, qui voit tout."),
)
language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), default="fr", show_default=True
)


@click.group(
    invoke_without_command=True,
    help=say(
        "La lettre de la semaine : qui a été retenu, des nouvelles de ceux que l’on suit, les "
        "rendez-vous. Sans --out ni --send, elle s’affiche."
    ),
)
@click.option("--week", metavar="2026-W12", help=say("La semaine (défaut : la dernière entière)."))
@click.option(
    "--out",
    metavar=say("DOSSIER"),
    type=click.Path(path_type=Path, file_okay=False),
    help=say("Un dossier : la lettre en HTML, texte, Markdown, courriel et flux."),
)
@click.option("--send", is_flag=True, help=say("L’envoyer à qui y est abonné, une seule fois."))
@click.option(
    "--again",
    multiple=True,
    metavar=say("ADRESSE"),
    help=say("Avec --send : l’envoyer encore à cette adresse."),
)
@watch_option(
    say("Celle d’une seule veille (défaut : toutes avec --out ou --send, sinon la première).")
)
@audience_option
@language_option
@workspace
@click.pass_context
def digest(
    ctx: click.Context,
    folder: Path,
    *,
    week: str | None,
    out: Path | None,
    audience: str,
    language: str,
    send: bool,
    again: tuple[str, ...],
    watch_id: str | None,
) -> None:
    """Make a week's letter."""
    if ctx.invoked_subcommand:
        return
    if send and out:
        raise click.UsageError(say("--out et --send ne vont pas ensemble"))
    from flows import letters
    from flows.digest import gather

    with opened(folder) as (settings, store):
        day = today(settings)
        wanted = [asked_watch(settings, watch_id)] if watch_id else list(settings.watches)
        first = _monday(week, day)
        if send:
            letters.require_way_out(settings)
            lines = letters.send_all(
                settings, store, first, lambda: datetime.now(UTC), watches=wanted, again=again
            )
            for line in lines:
                tell(line)
            return
        for watch in wanted if out else wanted[:1]:
            edition = gather(settings, store, first, day, watch)
            _show(settings, edition, Visibility(audience), language, out)


def _monday(week: str | None, day: date) -> date:
    from flows.digest import last_whole, monday_of

    if week is None:
        return last_whole(day)
    found = monday_of(week)
    if found is None:
        raise UnknownNameError(
            say("« {week} » n’est pas une semaine : écrivez 2026-W12.", week=week)
        )
    return found


def _show(
    settings: Settings, edition: Edition, audience: Visibility, language: str, out: Path | None
) -> None:
    from flows.letters import email
    from vigie.digest import rendering, sections
    from vigie.digest.edition import tailored
    from vigie.exchange import feeds

    mine = tailored(edition, audience)
    letter = sections.letter(mine, language, settings.zone)
    if out is None:
        click.echo(rendering.text(letter), nl=False)
        return
    feed = rendering.feed(mine, letter)
    files = {
        "html": rendering.html(letter).encode(),
        "txt": rendering.text(letter).encode(),
        "md": rendering.markdown(letter).encode(),
        "eml": email(settings, letter, edition.watch).as_bytes(),
        "rss": feeds.rss(feed).encode(),
        "atom": feeds.atom(feed).encode(),
        "feed.json": feeds.json_feed(feed).encode(),
    }
    out.mkdir(parents=True, exist_ok=True)
    called = edition.week if edition.watch == MAIN_WATCH else f"{edition.watch}-{edition.week}"
    for suffix, content in files.items():
        (out / f"lettre-{called}.{suffix}").write_bytes(content)
    tell(
        say("La lettre de la semaine {week} est dans {folder}.", week=edition.week, folder=str(out))
    )
    tell(letter.summary)


# --- who gets it -----------------------------------------------------------------------------


@digest.group("subscribers", help=say("Qui reçoit la lettre, et quoi : zones, thèmes, langue."))
def subscribers() -> None:
    """Group the commands on readers."""


@subscribers.command(
    "add", help=say("Abonner quelqu’un qui l’a demandé, ou changer ce qu’il reçoit.")
)
@click.argument("address", metavar=say("ADRESSE"))
@click.option(
    "--area",
    "areas",
    multiple=True,
    help=say("Une commune, intercommunalité ou un département : nom ou code."),
)
@click.option("--theme", "themes", multiple=True, help=say("Un thème, en quelques mots."))
@watch_option(say("La lettre d’une autre veille que la première."))
@audience_option
@language_option
@workspace
def add(
    folder: Path,
    address: str,
    *,
    areas: tuple[str, ...],
    themes: tuple[str, ...],
    audience: str,
    language: str,
    watch_id: str | None,
) -> None:
    """Keep a reader."""
    import getpass

    from storage import subscribers as stored
    from vigie.digest.edition import Subscriber

    with opened(folder) as (settings, store):
        reader = Subscriber(
            id=stored.new_id(),
            address=_checked(address),
            areas=tuple(map(_code, areas)),
            themes=themes,
            language=language,
            audience=Visibility(audience),
            who=getpass.getuser(),
            at=datetime.now(UTC),
            watch=asked_watch(settings, watch_id).id,
        )
        with store.writing() as c:
            new = stored.add(c, reader)
    words = (
        say("{address} recevra la lettre.", address=reader.address)
        if new
        else say(
            "{address} la recevait déjà : ce qui est demandé est changé.", address=reader.address
        )
    )
    tell(words)


def _checked(address: str) -> str:
    from vigie import checks

    try:
        return str(checks.BY_KEY["mail", "sender"](address.strip()))
    except WrongValueError as wrong:
        raise InputError(say("{why}.", why=str(wrong))) from wrong


def _code(area: str) -> str:
    from vigie import workspace as workspaces

    return workspaces.code_of(area)


@subscribers.command("list", help=say("Montrer qui reçoit la lettre."))
@workspace
def list_(folder: Path) -> None:
    """Print the readers."""
    from storage import subscribers as stored

    with opened(folder) as (settings, store), store.reading() as c:
        every = stored.all_of(c)
    names = {one.id: one.name for one in settings.watches} if settings.others else {}
    for one in every:
        click.echo(_line(one, names.get(one.watch, one.watch) if settings.others else ""))
    if not every:
        tell(say("Personne ne reçoit la lettre : vigie digest subscribers add ADRESSE."))


def _line(one: Subscriber, watch: str) -> str:
    from flows.letters import asked
    from vigie.language import render, terminal_language
    from vigie.words import VISIBILITIES

    told = [render(VISIBILITIES[one.audience], terminal_language()), one.language, *asked(one)]
    told = [watch, *told] if watch else told
    return say(
        "{address} : {what} (ajouté par {who} le {day})",
        address=one.address,
        what=", ".join(told),
        who=one.who,
        day=f"{one.at:%d/%m/%Y}",
    )


@subscribers.command("remove", help=say("Désabonner quelqu’un : rien n’est gardé de son adresse."))
@click.argument("address", metavar=say("ADRESSE"))
@watch_option(say("De la lettre d’une seule veille (défaut : de toutes)."))
@workspace
def remove(folder: Path, address: str, watch_id: str | None) -> None:
    """Erase a reader."""
    from storage import subscribers as stored

    known = address.strip().lower()
    with opened(folder) as (settings, store), store.writing() as c:
        # Of a watch that is no longer in the file one leaves by leaving all of them.
        watch = asked_watch(settings, watch_id).id if watch_id else None
        found = [one for one in stored.all_of(c, watch) if one.address == known]
        if not found:
            raise UnknownNameError(say("{address} ne reçoit pas la lettre.", address=address))
        for one in found:
            stored.remove(c, one.id)
        left = stored.all_of(c)
    if any(one.address == known for one in left):
        tell(say("{address} ne reçoit plus cette lettre.", address=known))
        return
    tell(say("{address} ne la reçoit plus, et rien n’en est gardé.", address=known))
