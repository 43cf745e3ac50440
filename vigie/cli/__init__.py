"""The command line: a contract that scripts and people rely on.

Every heavy import waits until its command runs, so that `vigie --help` answers at once.
"""

from __future__ import annotations

import logging
import os
import sys

import click

from vigie import __version__, children, logs
from vigie.cli import (
    actors,
    backup,
    blind_spots,
    demo,
    digest,
    doctor,
    erasing,
    exchange,
    learning,
    migrating,
    notebook,
    proposals,
    queue,
    reading,
    schedule,
    searching,
    sources,
    users,
    watches,
    weights,
    work,
)
from vigie.cli.french import speak_french
from vigie.errors import VigieError
from vigie.language import say
from vigie.words import refusal

speak_french()


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=say("Vigie : repérer, sous le radar, les acteurs qui émergent sur un territoire."),
)
@click.version_option(__version__, prog_name="vigie", help=say("Donner la version."))
@click.option(
    "--log-format",
    type=click.Choice(logs.FORMATS),
    default="text",
    envvar=logs.FORM,
    help=say("Ce qui se dit sur la sortie d’erreur : des lignes, ou un objet JSON par ligne."),
)
def cli(log_format: str) -> None:
    """Group all commands."""
    logs.begin(log_format)


for command in (
    work.init,
    demo.demo,
    work.run,
    work.crawl,
    work.annotate,
    work.detect,
    work.import_,
    work.registry,
    queue.queue,
    queue.review,
    sources.sources,
    actors.actors,
    learning.learn,
    weights.weights,
    watches.watches,
    blind_spots.blind_spots,
    users.user,
    schedule.schedule,
    schedule.up,
    schedule.retention,
    erasing.erase,
    backup.backup,
    backup.restore,
    doctor.doctor,
    migrating.migrate,
    searching.search,
    notebook.notebook,
    exchange.export,
    digest.digest,
    proposals.proposals,
    reading.read,
    reading.extract,
    demo.simulate,
    demo.backtest,
):
    cli.add_command(command)

actors.actors.add_command(exchange.import_actors)
actors.actors.add_command(exchange.export)


def main() -> None:
    """Run a command; end with one clear line when it cannot be done."""
    children.end_with_starter()
    sys.exit(_run())


def _run() -> int:  # noqa: PLR0911 - one way to end a line
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 2
    except click.UsageError as error:
        return _complain(_misuse(error), 2)
    except click.ClickException as error:
        return _complain(error.format_message(), 1)
    except VigieError as error:
        return _complain(str(error), 1)
    except BrokenPipeError:
        # The reader of a pipe went away: nothing left to say, nor anyone to hear it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f", {error.filename}" if error.filename else ""
        return _complain(
            say("Le système refuse ({reason}{where}).", reason=refusal(error), where=where), 1
        )
    except (click.Abort, KeyboardInterrupt):
        return _complain(say("Interrompu ; relancez la commande pour finir le travail."), 130)


def _misuse(error: click.UsageError) -> str:
    """Return what was wrong with the words of a command; click's own say it in English."""
    help_ = f"{error.ctx.command_path} --help" if error.ctx else "vigie --help"
    match error:
        case click.NoSuchOption(possibilities=near):
            what = say("option inconnue « {name} »", name=error.option_name)
            near_words = " / ".join(near or ())
        case click.exceptions.NoSuchCommand(possibilities=near):
            what = say("commande inconnue « {name} »", name=error.command_name)
            near_words = " / ".join(near or ())
        case click.MissingParameter(param=click.Parameter() as parameter):
            what = say("il manque {name}", name=_name(parameter))
            near_words = ""
        case click.BadParameter(param=click.Parameter() as parameter):
            why = error.message.rstrip(".")
            what = say("valeur refusée pour {name} : {why}", name=_name(parameter), why=why)
            near_words = ""
        case _:
            what, near_words = error.format_message().rstrip("."), ""
    if near_words:
        what = say("{what} ; vouliez-vous dire {near} ?", what=what, near=near_words)
    return say("{what} (voir « {help} »).", what=what, help=help_)


def _name(parameter: click.Parameter) -> str:
    """Return what a person types: `--truth`, or the word that stands for an argument."""
    metavar = parameter.metavar if isinstance(parameter, click.Argument) else None
    return metavar or " / ".join(parameter.opts)


def _complain(sentence: str, status: int) -> int:
    line = say("vigie : {sentence}", sentence=" ".join(sentence.split()))
    logs.say_line(line, logging.ERROR)  # the one line
    return status
