"""What the words around a name leave no doubt of, whatever the networks make of the name itself.

The sentences that the networks learnt from hold few names in quotation marks or small letters:
« le collectif « Storketrog » », « association un brin de laine ». A person reads them without
fail. Each rule moves what the networks give to nothing (or to a place) to the group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.announced import CLOSES, NO_NAME, QUOTES
from nlp.classifier import CLASSES, Judged
from nlp.questions import HALL
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from nlp.questions import Question

NOTHING = 0
ACTOR = CLASSES.index(Label.ACTOR)
INSTITUTION = CLASSES.index(Label.INSTITUTION)
SURELY = 0.99
"""What a group's name is given at least; the rest stays with what the networks saw."""
AS_SAID = ("cue=carried_after", "cue=carries_before", "cue=citizens_before", "cue=named_after")
"""Cues after which a capitalised name in the right place names something for sure."""


def settled(doc: Doc, asked: Sequence[Question], judged: Judged) -> Judged:
    """Return what the networks say, corrected where the words around a name settle it."""
    rows = [row for row, question in enumerate(asked) if question.settled]
    if not rows:
        return judged
    presence, bounds = judged.presence.copy(), judged.bounds.copy()
    for row in rows:
        question, facts = asked[row], asked[row].facts
        if "cue=quoted_group" in facts and "quoted" in facts and _may_be_quoted(doc, question):
            _give(presence, row, ACTOR, whole=True)
            bounds[row] = max(bounds[row], SURELY)
        elif _is_whole_line(doc, question):
            _give(presence, row, ACTOR, whole=False)
            bounds[row] = max(bounds[row], SURELY)
        elif question.surface.startswith(HALL) and "commune=tail" in facts:
            _give(presence, row, INSTITUTION, whole=True)
            bounds[row] = max(bounds[row], SURELY)
        elif any(cue in facts for cue in AS_SAID) and _is_capitalised(doc, question):
            _give(presence, row, ACTOR, whole=False)
    return Judged(presence, bounds)


def _give(presence: NDArray[np.float32], row: int, label: int, *, whole: bool) -> None:
    """Give a label all that it needs, from nothing alone or (`whole`) from everything else."""
    others = [c for c in range(len(CLASSES)) if c not in (label, ACTOR, INSTITUTION)]
    taken = others if whole else [NOTHING]
    share = presence[row, taken].sum() * SURELY
    presence[row, taken] *= 1 - SURELY
    presence[row, label] += share


def _may_be_quoted(doc: Doc, question: Question) -> bool:
    """Tell whether quoted words after a group's noun are its name: « étrange » says how it is."""
    start, end = question.candidate.start, question.candidate.end
    if doc[start].text[0].isupper():
        return True
    return end - start > 1 and doc[start + 1].lower_ not in NO_NAME


def _is_whole_line(doc: Doc, question: Question) -> bool:
    """Tell whether a line is a group's noun and small letters: « association un brin de laine »."""
    start, end = question.candidate.start, question.candidate.end
    low, high = question.bounds
    if "announced" not in question.candidate.sources or doc[start - 1].text in QUOTES:
        return False
    opens = start - low == 1 or (start - low == 2 and doc[low].text.lower() not in ARTICLES)
    return opens and (end == high or doc[end].text in CLOSES)


ARTICLES = frozenset(["l'", "l’", "la", "le", "les", "une", "un", "des", "cette", "notre"])


def _is_capitalised(doc: Doc, question: Question) -> bool:
    """Tell whether a candidate stands where its cue expects it, with a capital of its own."""
    start, end = question.candidate.start, question.candidate.end
    facts, first = question.facts, question.bounds[0]
    if "cue=carries_before" in facts or "cue=citizens_before" in facts:
        return doc[start].text[0].isupper()
    if "cue=named_after" in facts:
        opening = "first_is=time" in facts or "first_is=opening" in facts
        return start == first and 1 < end - start <= 7 and not opening
    opens = start == first or (start == first + 1 and doc[first].text.lower() in ARTICLES)
    return opens and any(token.text[0].isupper() for token in doc[first + 1 : end])
