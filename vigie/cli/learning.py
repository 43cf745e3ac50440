"""`learn`: the judgements of officers teach the extraction, and it shows what would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from vigie.cli.options import opened, workspace
from vigie.language import render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nlp.training.judged import Learnt
    from vigie.records import Label


@click.command(
    help=say("Apprendre des avis donnés : montre ce qui changerait dans la lecture des noms.")
)
@click.option("--adopt", is_flag=True, help=say("Adopter ce que le dernier « learn » a montré."))
@click.option("--undo", is_flag=True, help=say("Revenir à ce qui servait avant."))
@workspace
def learn(folder: Path, *, adopt: bool, undo: bool) -> None:
    """Learn from judgements, adopt what was learnt, or go back."""
    from flows import learned, learning

    if adopt and undo:
        raise click.UsageError(say("--adopt et --undo s’excluent"))
    with opened(folder) as (settings, store):
        if adopt:
            tell(say("Adopté : {name}.", name=learned.adopt(settings.data)))
        elif undo:
            name = learned.undo(settings.data)
            back = name or say("les poids livrés avec le programme")
            tell(say("Retour à : {name}.", name=back))
        else:
            learnt = learning.propose(settings, store)
            for line in _shown(learnt):
                click.echo(line)
            tell(say("Pour l’adopter : vigie learn --adopt. Rien n’a changé pour l’instant."))
            return
    tell(say("Les documents seront relus aux prochains passages, les plus récents d’abord."))


def _shown(learnt: Learnt) -> Iterator[str]:
    """Yield what was learnt and what would change, in lines for a person."""
    yield say(
        "Noms jugés : {taught} ont servi à apprendre, {held_out} à mesurer.",
        taught=learnt.taught,
        held_out=learnt.held_out,
    )
    yield say(
        "Lus comme ils ont été jugés : {before} % avant, {after} % après (acteurs mis de côté).",
        before=round(100 * learnt.right_before),
        after=round(100 * learnt.right_after),
    )
    yield say(
        "Noms de phrases inventées bien lus : {before} % avant, {after} % après.",
        before=round(100 * learnt.invented_before),
        after=round(100 * learnt.invented_after),
    )
    for change in learnt.changes:
        yield say(
            "« {name} » : {before} → {after} (jugé : {judged})",
            name=change.judged.surface,
            before=_label(change.before),
            after=_label(change.after),
            judged=_label(change.judged.label),
        )
        yield f"    {change.judged.sentence[:160]}"
    if not learnt.changes:
        yield say("Aucun des noms jugés ne serait lu autrement.")


def _label(label: Label | None) -> str:
    from vigie.words import LABELS

    return render(LABELS[label], terminal_language()) if label else say("rien")
