"""With whom an actor stands: tied to whom, in what group, near to what the lab looks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from signals.clusters import clusters
from signals.context import FEWEST_KEPT, Context, Found, Near
from signals.vectors import Space, space
from vigie.records import Cluster, Message, RelationKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from signals.profile import Profile
    from vigie.records import Tie

TIED = {
    RelationKind.CARRIED_BY: 0.7,
    RelationKind.MEMBER_OF: 0.7,
    RelationKind.PARTNERS: 0.6,
    RelationKind.TOGETHER: 0.3,
}
"""How near a sentence puts two actors, by what it says of them."""


def nearness(profile: Profile, context: Context) -> Found | None:
    """Tied to actors that the lab keeps: by a sentence, or named in the same documents.

    A noisy or (Pearl 1988, section 4.3) over the kept actors, each by its strongest sentence, and
    over the documents that name one without tying it, which halve the doubt.
    """
    strongest: dict[str, Tie] = {}
    for tie in profile.allies:
        ally = tie.other_id if tie.actor_id == profile.actor_id else tie.actor_id
        if ally not in strongest or TIED[tie.kind] > TIED[strongest[ally].kind]:
            strongest[ally] = tie
    tied = {tie.document_id for tie in profile.allies}
    shared = {s.document_id for s in profile.sightings if s.document_id in context.kept_documents}
    if not strongest and not shared:
        return None
    doubt = 0.5 ** len(shared - tied)
    for tie in strongest.values():
        doubt *= 1 - TIED[tie.kind]
    return Found(1 - doubt, _near(len(strongest), len(shared)))


def _near(allies: int, documents: int) -> Message:
    if allies:
        return Message(
            "Lié par une phrase à {n} acteur que vous avez retenu",
            {"n": allies},
            "Lié par des phrases à {n} acteurs que vous avez retenus",
        )
    return Message(
        "Cité dans {n} document avec des acteurs que vous avez retenus",
        {"n": documents},
        "Cité dans {n} documents avec des acteurs que vous avez retenus",
    )


LATELY = timedelta(weeks=4)
"""A group is new for so long: it was not there last month."""
FEWEST_STORIES = 3
"""Whom one or two stories name together are a list in an article, and no community."""


def company(profile: Profile, context: Context) -> Found | None:
    """Stands in a community that was not there last month: the share of newcomers in it.

    Nothing when most of its actors were there: then only the words have gathered them anew. A
    rule of ours.
    """
    group = context.groups.get(profile.actor_id)
    new = context.newcomers.get(group.id, 0) if group else 0
    if group is None or 2 * new <= len(group.members):
        return None
    return Found(
        new / len(group.members),
        Message(
            "Groupe apparu ce mois-ci autour de {label} : {n} acteurs, dont {new} nouveaux",
            {"label": ", ".join(group.label), "n": len(group.members), "new": new},
        ),
    )


def _newcomers(
    groups: Iterable[Cluster], profiles: Sequence[Profile], as_of: date
) -> Mapping[str, int]:
    """Return how many actors of each group that was born lately were first seen lately."""
    new = {p.actor_id for p in profiles if as_of - p.first_seen < LATELY}
    stories = {p.actor_id: {s.story_id for s in p.sightings} for p in profiles}
    return {
        group.id: sum(member in new for member in group.members)
        for group in groups
        if group.since
        and as_of - _monday(group.since) < LATELY
        and len(set().union(*(stories[member] for member in group.members))) >= FEWEST_STORIES
    }


def _monday(week: str) -> date:
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


LEAST_LIKENESS = 0.5
"""A cosine under which, in a week's few texts, likeness is an accident."""


def relevance(profile: Profile, context: Context) -> Found | None:
    """How near what is said beside it stands to the themes, and to what the lab keeps.

    The cosine (Salton & McGill 1983), from `LEAST_LIKENESS` on and linear from there, with the
    lab's interest (`interest`, after Rocchio 1971).
    """
    near = context.near.get(profile.actor_id)
    if near is None or near.likeness <= LEAST_LIKENESS:
        return None
    value = min((near.likeness - LEAST_LIKENESS) / (1 - LEAST_LIKENESS), 1.0)
    words = ", ".join(near.words)
    if near.kept:
        return Found(
            value,
            Message(
                "Proche de vos thèmes et de {n} acteurs retenus, par les mots : {words}",
                {"n": near.kept, "words": words},
            ),
        )
    return Found(value, Message("Proche de vos thèmes, par les mots : {words}", {"words": words}))


def interest(
    found: Space, context: Context, kept: Iterable[str]
) -> tuple[NDArray[np.float64], int] | None:
    """Return what the lab looks for as a vector of length 1, and how many kept actors say so.

    The mean of the themes' vectors, weighted as the kept actors touch them, plus the mean of the
    kept actors' own once there are some (Rocchio 1971, with both parts weighing the same).
    """
    themes = [
        context.theme_weights.get(theme, 1.0) * found.of_words(stems)
        for theme, stems in context.themes
    ]
    wanted = set(kept)
    own = [row for actor, row in zip(found.actors, found.vectors, strict=True) if actor in wanted]
    if len(own) < FEWEST_KEPT:
        own = []
    parts = [_unit(np.mean(part, axis=0)) for part in (themes, own) if part]
    if not parts:
        return None
    vector = _unit(np.sum(parts, axis=0))
    return (vector, len(own)) if vector.any() else None


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def seen_together(
    profiles: Sequence[Profile],
    known: Sequence[Profile],
    context: Context,
    earlier: Sequence[Cluster],
    week: str,
) -> tuple[Context, tuple[Cluster, ...]]:
    """Return a context that knows the groups of some actors and what they are near to.

    `known` are those that the lab keeps, `earlier` the groups of earlier weeks.
    """
    everyone = (*profiles, *known)
    found = space(everyone, context.territory)
    if found is None:
        return context, ()
    groups = clusters(
        found, ties(everyone), earlier, week, young=context.young, themes=context.themes
    )
    membership = {member: group for group in groups for member in group.members}
    near = _near_interest(found, context, [p.actor_id for p in known])
    new = _newcomers(groups, everyone, context.as_of)
    return replace(context, groups=membership, newcomers=new, near=near), groups


def _near_interest(found: Space, context: Context, kept: Sequence[str]) -> Mapping[str, Near]:
    looked_for = interest(found, context, kept)
    if looked_for is None:
        return {}
    vector, count = looked_for
    likeness = np.round(found.vectors @ vector, 4)
    return {
        actor: Near(float(likeness[row]), found.shared(row, vector, 3), count)
        for row, actor in enumerate(found.actors)
        if likeness[row] > LEAST_LIKENESS
    }


def ties(profiles: Iterable[Profile]) -> Mapping[tuple[str, str], float]:
    """Return how strongly sentences tie pairs of actors: a noisy or over the stories.

    Named in one sentence is a tie; of those to kept actors the sentence says what sort.
    """
    told: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    sentences: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for one in profiles:
        for s in one.sightings:
            sentences[s.document_id, s.story_id, s.sentence].add(one.actor_id)
        for tie in one.allies:
            first, second = sorted((tie.actor_id, tie.other_id))
            stories = told[first, second]
            stories[tie.story_id] = max(stories.get(tie.story_id, 0.0), TIED[tie.kind])
    for (_, story, _), actors in sentences.items():
        for first, second in combinations(sorted(actors), 2):
            told[first, second].setdefault(story, TIED[RelationKind.TOGETHER])
    return {pair: 1 - float(np.prod([1 - s for s in by.values()])) for pair, by in told.items()}
