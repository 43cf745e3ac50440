"""Actors, the names that lead to them, and merging without losing anything.

A merge moves nothing: mentions and aliases stay with the actor they were resolved to, and every
reading follows `root_id`. Undoing a merge is therefore exact.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from storage import tables
from storage.folding import fold, sort_key
from storage.plain import from_message
from storage.statements import chunks, insert_missing, one_of, pairs
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import INSTITUTIONS, Actor, ActorKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from vigie.records import Resolution

MOST_SHARED = 50
"""A block that more keys than this share says nothing."""

_actors = tables.actors.c
_aliases = tables.aliases.c


# --- for resolution ------------------------------------------------------------------------


def by_keys(c: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the actor id that each known key leads to.

    It is the actor under which the name was met, merged or not: so an undone merge takes back
    also what was linked in the meantime. `surviving` tells who stands for whom.
    """
    found: dict[str, str] = {}
    for some in chunks(sorted(set(keys))):
        query = select(_aliases.key, _aliases.actor_id).where(_aliases.key.in_(some))
        found |= pairs(c, query.order_by(_aliases.key))
    return found


def by_blocks(c: Connection, blocks: Iterable[str], most: int = MOST_SHARED) -> dict[str, str]:
    """Return key → actor id of the names that share a block, if at most `most` names share it."""
    shared = tables.alias_blocks.c
    found: dict[str, str] = {}
    for some in chunks(sorted(set(blocks))):
        telling = (
            select(shared.block)
            .where(shared.block.in_(some))
            .group_by(shared.block)
            .having(func.count() <= most)
        )
        query = (
            select(_aliases.key, _aliases.actor_id)
            .join(shared.key.table, shared.key == _aliases.key)
            .where(shared.block.in_(telling))
        )
        found |= pairs(c, query)
    return dict(sorted(found.items()))


def surviving(c: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Return the actor that stands for each of some actors once merges are followed."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(ids))):
        found |= pairs(c, _surviving(), {"ids": some})
    return found


@cache
def _surviving() -> Select[tuple[str, str]]:
    query = select(_actors.id, _actors.root_id).where(_actors.id.in_(one_of("ids")))
    return query.order_by(_actors.id)


# --- reading -------------------------------------------------------------------------------


def get(c: Connection, actor_id: str) -> Actor | None:
    """Return an actor, or the one it was merged into; `None` if nothing speaks of it."""
    root = surviving(c, [actor_id]).get(actor_id)
    return load(c, [root]).get(root) if root else None


def load(c: Connection, roots: Iterable[str]) -> dict[str, Actor]:
    """Return unmerged actors by id, leaving out those that nothing speaks of any more."""
    found: dict[str, Actor] = {}
    for some in chunks(sorted(set(roots))):
        surfaces, first = _surfaces(c, some), _first_seen(c, some)
        for row in c.execute(_load(), {"ids": some}):
            days = [day for day in (first.get(row.id), row.known_since) if day]
            if days:
                found[row.id] = Actor(
                    id=row.id,
                    name=row.name,
                    kind=ActorKind(row.kind),
                    commune=row.commune,
                    first_seen=min(days),
                    aliases=tuple(s for s in surfaces.get(row.id, ()) if s != row.name),
                    institution=row.institution,
                )
    return found


@cache
def _load() -> Select[Any]:
    return select(tables.actors).where(_actors.id.in_(one_of("ids"))).order_by(_actors.id)


def _surfaces(c: Connection, roots: list[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for root, surface in c.execute(_surfaces_of(), {"roots": roots}):
        found[root].append(surface)
    return found


@cache
def _surfaces_of() -> Select[tuple[str, str]]:
    return (
        select(_actors.root_id, _aliases.surface)
        .join(tables.aliases, _aliases.actor_id == _actors.id)
        .where(_actors.root_id.in_(one_of("roots")))
        .distinct()
        .order_by(_actors.root_id, _aliases.surface)
    )


def _first_seen(c: Connection, roots: list[str]) -> dict[str, date]:
    """Return the day on which actors were first named, or proposed."""
    found: dict[str, date] = {}
    for root, first, proposed in c.execute(_first_days(), {"roots": roots}):
        days = [day for day in (first, proposed) if day]
        if days:
            found[root] = min(*days, found.get(root, days[0]))
    return found


@cache
def _first_days() -> Select[tuple[str, date, date]]:
    """Select of each member of some actors when it was first named, and proposed.

    By member, so that the first day is read from the end of an index and not from all mentions.
    """
    mentions, proposals = tables.mentions.c, tables.proposals.c
    named = select(func.min(mentions.known_on)).where(mentions.actor_id == _actors.id)
    proposed = select(func.min(proposals.known_on)).where(proposals.actor_id == _actors.id)
    return select(_actors.root_id, named.scalar_subquery(), proposed.scalar_subquery()).where(
        _actors.root_id.in_(one_of("roots"))
    )


def find(c: Connection, text: str, limit: int = 50) -> list[Actor]:
    """Return actors one of whose names holds the text, whatever its accents and case."""
    wanted = fold(text)
    if not wanted:
        return []
    shortest = func.min(func.length(_aliases.folded))
    query = (
        select(_actors.root_id, shortest)
        .join(tables.aliases, _aliases.actor_id == _actors.id)
        .where(_aliases.folded.contains(wanted, autoescape=True))
        .group_by(_actors.root_id)
        .order_by(shortest, _actors.root_id)
        .limit(limit)
    )
    lengths = {**_parted_named(c, wanted), **pairs(c, query)}
    roots = sorted(lengths, key=lambda root: (lengths[root], root))[:limit]
    found = load(c, roots)
    return [found[root] for root in roots if root in found]


def _parted_named(c: Connection, wanted: str) -> dict[str, int]:
    """Return the actors that splits made whose name holds a folded text, with its length.

    One made of single mentions has no name in the aliases: its name leads to the other one.
    """
    parted = tables.splits.c
    query = (
        select(_actors.root_id, _actors.name)
        .join(tables.splits, parted.new_id == _actors.id)
        .where(parted.undone_at.is_(None))
    )
    named = [(root, fold(name)) for root, name in c.execute(query)]
    return {root: len(folded) for root, folded in named if wanted in folded}


def descriptions(c: Connection, root: str, as_of: date) -> list[str]:
    """Return what sentences say that an actor is, the most often said first, then the longest."""
    said = pairs(c, _descriptions(), {"root": root, "as_of": as_of})
    return sorted(said, key=lambda words: (-said[words], -len(words), words))


@cache
def _descriptions() -> Select[tuple[str, int]]:
    mentions = tables.mentions.c
    return (
        select(mentions.description, func.count())
        .join(tables.actors, _actors.id == mentions.actor_id)
        .where(_actors.root_id == bindparam("root"))
        .where(tables.DESCRIBED)
        .where(mentions.known_on <= bindparam("as_of"))
        .group_by(mentions.description)
    )


def most_named(c: Connection, limit: int, text: str = "") -> list[tuple[Actor, int]]:
    """Return actors with their mentions, the most often named first; with a text, those it finds.

    An actor that was merged counts for the one that stands for it.
    """
    mentions = tables.mentions.c
    query = (
        select(_actors.root_id, func.count())
        .join(tables.mentions, mentions.actor_id == _actors.id)
        .group_by(_actors.root_id)
        .order_by(func.count().desc(), _actors.root_id)
        .limit(limit)
    )
    if text:
        query = query.where(_actors.root_id.in_([a.id for a in find(c, text, limit)]))
    counted = pairs(c, query)
    found = load(c, counted)
    return [(found[root], n) for root, n in counted.items() if root in found]


# --- changing ------------------------------------------------------------------------------


def save(c: Connection, resolution: Resolution) -> None:
    """Keep the actors, names and questions that are new; what is stored already stays."""
    rows: list[dict[str, object]] = [
        {
            "id": actor.id,
            "name": actor.name,
            "kind": actor.kind,
            "commune": actor.commune,
            "institution": actor.institution,
            "root_id": actor.id,
            "folded": sort_key(actor.name),
        }
        for actor in resolution.actors
    ]
    insert_missing(c, tables.actors, rows)
    aliases = [
        {
            "key": alias.key,
            "surface": alias.surface,
            "folded": fold(alias.surface),
            "actor_id": alias.actor_id,
        }
        for alias in resolution.aliases
    ]
    insert_missing(c, tables.aliases, aliases)
    blocks = [
        {"block": block, "key": alias.key} for alias in resolution.aliases for block in alias.blocks
    ]
    insert_missing(c, tables.alias_blocks, blocks)
    named = [
        {"word": word, "key": alias.key}
        for alias in resolution.aliases
        for word in sorted(set(fold(alias.surface).split()))
    ]
    insert_missing(c, tables.name_words, named)
    suggestions = [
        {
            "actor_id": suggestion.actor_id,
            "other_id": suggestion.other_id,
            "score": suggestion.score,
            "reason": from_message(suggestion.reason),
        }
        for suggestion in resolution.suggestions
    ]
    insert_missing(c, tables.suggestions, suggestions)


def merge(c: Connection, from_id: str, into_id: str) -> bool:
    """Let one actor stand for another; return whether that changed anything.

    Raises:
        UnknownNameError: one of the two does not exist.
    """
    roots = surviving(c, [from_id, into_id])
    for actor_id in (from_id, into_id):
        if actor_id not in roots:
            raise UnknownNameError(say("Pas d’acteur « {id} ».", id=actor_id))
    if roots[into_id] in (from_id, roots[from_id]):
        return False
    c.execute(update(tables.actors).where(_actors.id == from_id).values(merged_into=into_id))
    _set_root(c, from_id, roots[into_id])
    return True


def unmerge(c: Connection, actor_id: str) -> None:
    """Take a merge back: the actor stands for itself again, with all that was its own."""
    c.execute(update(tables.actors).where(_actors.id == actor_id).values(merged_into=None))
    _set_root(c, actor_id, actor_id)


def _set_root(c: Connection, actor_id: str, root: str) -> None:
    """Write the root of an actor and of all that were merged into it."""
    family, found = {actor_id}, [actor_id]
    while found:
        query = select(_actors.id).where(_actors.merged_into.in_(found))
        found = [i for i in c.execute(query).scalars() if i not in family]
        family.update(found)
    for some in chunks(sorted(family)):
        c.execute(update(tables.actors).where(_actors.id.in_(some)).values(root_id=root))


def listed(c: Connection, as_of: date) -> dict[tuple[str | None, ActorKind], int]:
    """Return how many actors directories and registers list by a day, by commune and kind.

    The institutions that every territory has say nothing of where the watch does not look.
    """
    entries = tables.registrations.c
    public = select(entries.actor_id).where(entries.source_id == INSTITUTIONS)
    query = (
        select(_actors.commune, _actors.kind, func.count())
        .where(_actors.known_since <= as_of, _actors.id.not_in(public))
        .group_by(_actors.commune, _actors.kind)
    )
    return {(commune, ActorKind(kind)): count for commune, kind, count in c.execute(query)}


def mark_known(c: Connection, days: Mapping[str, date]) -> None:
    """Note since when a directory or registry has listed actors; the earliest day stays."""
    if days:
        c.execute(
            update(tables.actors)
            .where(_actors.id == bindparam("actor"))
            .where(_actors.known_since.is_(None) | (_actors.known_since > bindparam("day")))
            .values(known_since=bindparam("day")),
            [{"actor": actor_id, "day": day} for actor_id, day in sorted(days.items())],
        )
