"""What several commands share: where the workspace is, how a day is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vigie.language import say

if TYPE_CHECKING:
    from storage import Store
    from vigie.settings import Settings, Watch

Command = TypeVar("Command", bound=Callable[..., Any])


def workspace(command: Command) -> Command:
    """Add `--dir`, the workspace folder."""
    return click.option(
        "--dir",
        "folder",
        metavar=say("DOSSIER"),
        type=click.Path(path_type=Path, file_okay=False),
        default=Path(),
        show_default=say("le dossier courant"),
        help=say("L’espace de travail."),
    )(command)


def watch_option(help_: str) -> Callable[[Command], Command]:
    """Return what adds `--watch`, the id of one of several watches, with its help."""
    return click.option("--watch", "watch_id", metavar=say("VEILLE"), help=help_)


FIRST_YEAR = 1900
"""Days before it are slips: weeks are reckoned back from a day, and nothing was read then."""


class Day(click.ParamType[date]):
    """A day written as 2026-03-16."""

    name = say("AAAA-MM-JJ")

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the day; a misspelt one is misuse."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if day.year < FIRST_YEAR:
            self.fail(
                say("« {value} » n’est pas une date : écrivez 2026-03-16.", value=value), param, ctx
            )
        return day


def asked_watch(settings: Settings, watch_id: str | None) -> Watch:
    """Return the watch that was asked for, the first one if none was; raise as `watch_of`."""
    return settings.watch_of(watch_id) if watch_id else settings.watch


def today(settings: Settings) -> date:
    """Return today's date where the watch is."""
    return datetime.now(settings.zone).date()


@contextmanager
def opened(folder: Path, *, upgrade: bool = True) -> Iterator[tuple[Settings, Store]]:
    """Yield a workspace's settings and its open store; without `upgrade` its schema stays."""
    from storage import open_workspace
    from vigie.settings import load

    settings = load(folder)
    store = open_workspace(settings, upgrade=upgrade)
    try:
        yield settings, store
    finally:
        store.close()
