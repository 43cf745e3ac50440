"""What a queue is compared with: two naive ones, and one that knows the truth."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import TYPE_CHECKING

from vigie.records import ActorFacts, Label, WeekFacts, iso_week

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from collections.abc import Set as AbstractSet

    Policy = Callable[[WeekFacts, int, AbstractSet[str]], tuple[str, ...]]
    """From a week's facts, the size of a queue and who is done to those it proposes."""

NEW_DAYS = 28
"""A name is new to the baselines for so long."""


def new_names(facts: WeekFacts, done: AbstractSet[str]) -> list[ActorFacts]:
    """Return the actors first seen in the last four weeks and typed as such, less those done."""
    since = facts.as_of - timedelta(days=NEW_DAYS - 1)
    return [
        actor
        for actor in facts.actors
        if actor.actor_id not in done
        and since <= actor.first_day <= facts.as_of
        and 2 * sum(s.label is Label.ACTOR for s in actor.sightings) > len(actor.sightings)
    ]


def most_mentioned(facts: WeekFacts, size: int, done: AbstractSet[str]) -> tuple[str, ...]:
    """Return the new names with the most mentions."""
    names = new_names(facts, done)
    names.sort(key=lambda actor: (-actor.mentions, actor.actor_id))
    return tuple(actor.actor_id for actor in names[:size])


def at_random(facts: WeekFacts, size: int, done: AbstractSet[str]) -> tuple[str, ...]:
    """Return new names in an order that only a hash of the week and the name decides."""
    week = iso_week(facts.as_of)
    names = new_names(facts, done)
    names.sort(key=lambda actor: hashlib.sha256(f"{week} {actor.actor_id}".encode()).digest())
    return tuple(actor.actor_id for actor in names[:size])


def oracle(
    present: Sequence[tuple[date, tuple[str, ...]]],
    entry: Callable[[str], int | None],
    emerging: Callable[[int], bool],
    size: int,
    *,
    once: bool,
) -> list[tuple[date, tuple[str, ...]]]:
    """Return queues of emerging actors alone, those not proposed before first.

    It knows what is true, but only of actors that were extracted and resolved: what it misses,
    no ranking can find. With `once`, an actor is proposed a single time.
    """
    proposed: set[int] = set()
    queues: list[tuple[date, tuple[str, ...]]] = []
    for day, actors in present:
        right = _one_each(actors, entry, emerging)
        fresh = [actor for index, actor in right if index not in proposed]
        again = [] if once else [actor for index, actor in right if index in proposed]
        chosen = tuple((fresh + again)[:size])
        proposed.update(index for index, actor in right if actor in chosen)
        queues.append((day, chosen))
    return queues


def _one_each(
    actors: Iterable[str], entry: Callable[[str], int | None], emerging: Callable[[int], bool]
) -> list[tuple[int, str]]:
    first: dict[int, str] = {}
    for actor in actors:
        index = entry(actor)
        if index is not None and emerging(index):
            first.setdefault(index, actor)
    return list(first.items())
