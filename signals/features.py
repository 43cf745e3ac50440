"""The terms of the score: a visible list of small functions with published weights.

Each function is given an actor's profile and the week's context and returns a value, from 0 to 1,
with the French sentence that lets a reader check it; None when it has nothing to say. A weight is
the log-odds that a full value adds to the chance that an officer would keep the actor. A docstring
names the source of its formula, or says that the rule is ours. Weights are those of
`benchmarks.weights`, rounded to quarters, where a simulator can tell (docs/decisions/0032).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from signals import doubts, rising, standing, together
from vigie.records import ActorKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from signals.context import Context, Found
    from signals.profile import Profile


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the list."""

    name: str
    weight: float
    function: Callable[[Profile, Context], Found | None]


START = -7.0
"""Log-odds of a name of which nothing is known: most are no emerging actor."""

KINDS = {f"kind_{kind}": kind for kind in ActorKind if kind is not ActorKind.INSTITUTION}
"""Terms that weigh nothing until an officer's judgements show a taste."""

FEATURES: tuple[Term, ...] = (
    Term("novelty", 1.75, rising.novelty),
    Term("birth", 4.0, rising.birth),
    Term("growth", 0.25, rising.growth),
    Term("burst", 0.25, rising.burst),
    Term("slow_rise", 0.25, rising.slow_rise),
    Term("fresh", 0.25, rising.fresh),
    Term("stories", 0.25, standing.stories),
    Term("sources", 0.25, standing.sources),
    Term("communes", 0.25, standing.communes),
    Term("subject", 2.0, standing.subject),
    Term("alone", 1.0, standing.alone),
    Term("upcoming", 2.0, rising.upcoming),
    Term("anchoring", 0.25, standing.anchoring),
    Term("themes", 0.75, standing.themes),
    Term("relevance", 0.5, together.relevance),
    Term("nearness", 0.5, together.nearness),
    Term("company", 0.25, together.company),
    Term("evidence", 3.5, standing.evidence),
    Term("under_the_radar", 2.25, standing.under_the_radar),
    Term("listed", -2.5, doubts.listed),
    Term("national", -6.0, doubts.national),
    Term("established", -5.5, doubts.established),
    Term("seasonal", -8.0, doubts.seasonal),
    Term("event_name", -4.0, doubts.event_name),
    Term("work", -1.5, doubts.work),
    Term("advert", -7.0, doubts.advert),
    Term("crowd", -2.5, doubts.crowd),
    Term("syndicated", -3.0, doubts.syndicated),
    Term("elsewhere", -5.0, doubts.elsewhere),
    Term("institution", -1.5, doubts.institution),
    *(Term(name, 0.0, partial(standing.of_kind, kind)) for name, kind in KINDS.items()),
)
"""Every term of the score, in the order in which they are read."""
