"""`weights`: what the judgements of earlier weeks have made of the score, and starting anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vigie.cli.options import asked_watch, opened, today, watch_option, workspace
from vigie.language import decimal, render, say, terminal_language
from vigie.terminal import show, tell

if TYPE_CHECKING:
    from pathlib import Path

    from storage import Store


@click.command(
    help=say(
        "Montrer ce que vos avis ont changé aux poids du score, ou repartir des poids publiés."
    )
)
@click.option("--reset", is_flag=True, help=say("Oublier ce que les avis ont appris au score."))
@watch_option(say("Ceux d’une autre veille que la première."))
@workspace
def weights(folder: Path, *, reset: bool, watch_id: str | None) -> None:
    """Show the weights of this week beside the published ones, or start anew."""
    from signals.learning import FEWEST, drift, kept_of, learned
    from signals.scoring import published_weights
    from storage import facts

    with opened(folder) as (settings, store):
        watch = asked_watch(settings, watch_id).id
        if reset:
            _reset(store, watch)
            tell(say("Le score repart des poids publiés ; les avis restent au journal."))
            return
        with store.reading() as c:
            lessons = facts.lessons(c, today(settings), zone=settings.zone, watch=watch)
    moved = drift(learned(lessons, published_weights()), published_weights())
    tell(
        say(
            "{n} avis des semaines passées (retenu ou écarté).",
            "{n} avis des semaines passées (retenus ou écartés).",
            n=len(lessons),
        )
    )
    if lessons:
        (ranked, of_ranked), (drawn, of_drawn) = (
            kept_of(lessons, drawn=by) for by in (False, True)
        )
        tell(
            say(
                "Retenus : {ranked} des {of_ranked} classés, {drawn} des {of_drawn} tirés au sort "
                "(ce que le classement manque).",
                ranked=ranked,
                of_ranked=of_ranked,
                drawn=drawn,
                of_drawn=of_drawn,
            )
        )
    if len(lessons) < FEWEST:
        tell(say("Il en faut {n} pour que le score apprenne.", n=FEWEST))
    elif not moved:
        tell(say("Ils ne prédisent pas mieux que les poids publiés, qui restent."))
    else:
        _table(moved)


def _reset(store: Store, watch: str) -> None:
    import getpass
    from datetime import UTC, datetime

    from storage import judgements

    with store.writing() as c:
        judgements.reset(c, getpass.getuser(), datetime.now(UTC), watch)


def _table(moved: tuple[tuple[str, float, float], ...]) -> None:
    from rich.table import Table

    from vigie.words import FEATURES

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("Terme"))
    for column in (say("Publié"), say("Appris"), say("Écart")):
        table.add_column(column, justify="right")
    for name, before, after in moved:
        called = render(FEATURES[name], terminal_language())
        table.add_row(called, *(decimal(one, "+.2f") for one in (before, after, after - before)))
    show(table)
