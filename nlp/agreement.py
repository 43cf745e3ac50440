"""What the occurrences of a name in one text say of each other."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from nlp import certainties
from nlp.classifier import CLASSES, Judged
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from spacy.tokens import Doc

    from nlp.questions import Question

SHARED = 0.35
"""How much of a candidate's evidence is what its other occurrences in the text say."""
TRUNCATED = 3.0
"""Log odds of its bounds that a name loses which the text always goes on in the same words."""
PLACE = CLASSES.index(Label.PLACE)
GROUPS = [CLASSES.index(Label.ACTOR), CLASSES.index(Label.INSTITUTION)]
SPEAKS_FOR_GROUP = frozenset(
    ["cue=group_before", "cue=groups_before", "cue=quoted_group", "quoted"]
)


def agreed(doc: Doc, asked: Sequence[Question], judged: Judged) -> Judged:
    """Return what the networks say, once the occurrences of each string have been heard."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, question in enumerate(asked):
        rows[question.surface].append(row)
    repeated = {surface: same for surface, same in rows.items() if len(same) > 1}
    judged = certainties.settled(doc, asked, judged)
    presence = _pooled(judged.presence, repeated.values())
    for row, question in enumerate(asked):
        if "commune=all" in question.facts and SPEAKS_FOR_GROUP.isdisjoint(question.facts):
            # A town's bare name is the town, even where it acts.
            presence[row, PLACE] += presence[row, GROUPS].sum()
            presence[row, GROUPS] = 0
    bounds = judged.bounds
    cut = _truncated(doc, asked, repeated)
    if cut:
        odds = np.log(np.clip(bounds, 1e-6, 1 - 1e-6) / np.clip(1 - bounds, 1e-6, 1))
        odds[cut] -= TRUNCATED
        bounds = (1 / (1 + np.exp(-odds))).astype(np.float32)
    return Judged(presence, bounds)


def _pooled(
    presence: NDArray[np.float32], repeated: Iterable[Sequence[int]]
) -> NDArray[np.float32]:
    """Let the occurrences of one string in a text agree on what it names."""
    logs = np.log(np.maximum(presence, 1e-6))
    pooled = logs.copy()
    for same in repeated:
        pooled[same] = (1 - SHARED) * logs[same] + SHARED * logs[same].mean(axis=0)
    shares = np.exp(pooled)
    result: NDArray[np.float32] = shares / shares.sum(axis=1, keepdims=True)
    return result


def _truncated(doc: Doc, asked: Sequence[Question], repeated: dict[str, list[int]]) -> list[int]:
    """Return the candidates that a longer one with as many occurrences always goes on.

    Provided that what follows the longer one differs: a sentence that stands twice in a text
    says nothing about where its names end.
    """
    by_count: dict[int, list[str]] = defaultdict(list)
    for surface, same in repeated.items():
        by_count[len(same)].append(surface)
    found: list[int] = []
    for count, surfaces in by_count.items():
        ordered = sorted(surfaces)
        for shorter, longer in pairwise(ordered):
            if not longer.startswith(f"{shorter} ") or len(repeated[longer]) != count:
                continue
            ends = {asked[row].candidate.end for row in repeated[longer]}
            following = {doc[end].lower_ if end < len(doc) else "" for end in ends}
            starts = {asked[row].candidate.start for row in repeated[longer]}
            if len(following) > 1 and starts == {
                asked[row].candidate.start for row in repeated[shorter]
            }:
                found += repeated[shorter]
    return found
