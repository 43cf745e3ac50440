"""Learning from the judgements of a workspace: what its officers said, as training data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import learned
from nlp import classifier, model
from nlp.training import judged
from storage import judgements
from vigie.errors import InputError
from vigie.language import say
from vigie.records import Label, RejectReason, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nlp.training.fitting import Example
    from nlp.training.judged import Learnt
    from storage import Store
    from vigie.settings import Settings

SENTENCES = 5
"""Of one actor that teach, at most: an actor that is named daily is still one judgement."""
FEWEST = 8
"""Judged actors under which there is nothing to learn, nor to measure."""
MEANT = {
    RejectReason.NOT_AN_ACTOR: None,
    RejectReason.PLACE: Label.PLACE,
    RejectReason.PERSON: Label.PERSON,
    RejectReason.EVENT: Label.EVENT,
    RejectReason.INSTITUTION: Label.INSTITUTION,
}
"""What a rejection says that a name is; `None`: no name. The other reasons say nothing of it."""


def judged_names(store: Store) -> list[judged.Judged]:
    """Return what the standing judgements of a workspace say of names in sentences."""
    with store.reading() as c:
        told = judgements.told(c, SENTENCES)
    found = []
    for one in told:
        if one.verdict in {Verdict.KEEP, Verdict.WATCH}:
            label: Label | None = Label.ACTOR
        elif one.reason in MEANT:
            label = MEANT[one.reason]
        else:
            continue
        found.append(judged.Judged(one.actor_id, one.sentence, one.surface, label))
    return found


def propose(settings: Settings, store: Store, lessons: Sequence[Example] | None = None) -> Learnt:
    """Learn from the judgements and keep the weights, for a person to adopt; minutes of work.

    Raises:
        InputError: too few actors are judged.
        ModelError: the language model is missing.
    """
    names = judged_names(store)
    actors = len({one.actor_id for one in names})
    if actors < FEWEST:
        raise InputError(
            say(
                "Trop peu d’avis pour apprendre : {n} acteur jugé, il en faut {fewest}.",
                "Trop peu d’avis pour apprendre : {n} acteurs jugés, il en faut {fewest}.",
                n=actors,
                fewest=FEWEST,
            )
        )
    current = learned.weights(settings.data) or classifier.shipped()
    learnt = judged.learn(names, model.load(), current, lessons=lessons)
    learned.propose(
        settings.data,
        learnt.weights,
        {
            "taught": learnt.taught,
            "held_out": learnt.held_out,
            "right_before": round(learnt.right_before, 4),
            "right_after": round(learnt.right_after, 4),
            "invented_before": round(learnt.invented_before, 4),
            "invented_after": round(learnt.invented_after, 4),
        },
    )
    return learnt
