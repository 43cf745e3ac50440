"""What registers and directories say of actors: when each was declared, where, and what for.

A registration belongs to the actor that its name was resolved to; like mentions, it follows that
one's merges.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from storage import tables
from storage.statements import chunks, one_of, upsert
from vigie.records import INSTITUTIONS, ActorKind, NameSign, Registration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vigie.records import KnownActor

_registrations, _actors = tables.registrations.c, tables.actors.c


def number(listed: KnownActor) -> str:
    """Return under which number an entry is kept: its own, else a digest of name and commune."""
    told = f"{listed.name}\n{listed.commune or ''}".encode()
    return listed.number or "-" + blake2b(told, digest_size=8).hexdigest()


def key(listed: KnownActor) -> tuple[str, str]:
    """Return what tells an entry from all others: its source, and its number there."""
    return listed.source_id, number(listed)


def actors(c: Connection, listed: Iterable[KnownActor]) -> dict[tuple[str, str], str]:
    """Return the actors of the entries that are kept already, by `key`."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for entry in listed:
        by_source[entry.source_id].add(number(entry))
    found: dict[tuple[str, str], str] = {}
    for source_id, numbers in by_source.items():
        for some in chunks(sorted(numbers)):
            query = select(_registrations.number, _registrations.actor_id).where(
                _registrations.source_id == source_id, _registrations.number.in_(some)
            )
            found |= {(source_id, row.number): row.actor_id for row in c.execute(query)}
    return found


def signs(c: Connection, keys: Iterable[str]) -> list[NameSign]:
    """Return where registers place the actors that some keys lead to, under those names."""
    found = []
    aliases = tables.aliases.c
    for some in chunks(sorted(set(keys))):
        query = (
            select(aliases.key, _registrations.name, _registrations.commune, _registrations.kind)
            .join(tables.registrations, _registrations.actor_id == aliases.actor_id)
            .where(aliases.key.in_(some), _registrations.commune.is_not(None))
            .order_by(aliases.key, _registrations.source_id, _registrations.number)
        )
        found += [
            NameSign(key=key, surface=name, commune=commune, kind=ActorKind(kind), mentions=1)
            for key, name, commune, kind in c.execute(query)
        ]
    return found


def save(c: Connection, listed: Iterable[tuple[KnownActor, str]]) -> None:
    """Keep entries, each with the id of its actor; one read again says what it says now."""
    rows = {
        (entry.source_id, number(entry)): {
            "source_id": entry.source_id,
            "number": number(entry),
            "actor_id": actor_id,
            "name": entry.name,
            "kind": entry.kind,
            "commune": entry.commune,
            "declared": entry.declared,
            "purpose": entry.purpose,
        }
        for entry, actor_id in listed
    }
    upsert(c, tables.registrations, list(rows.values()))


def numbers(c: Connection, source_id: str) -> set[str]:
    """Return the numbers that are kept of a source."""
    query = select(_registrations.number).where(_registrations.source_id == source_id)
    return set(c.execute(query).scalars())


def of_actors(c: Connection, roots: Iterable[str]) -> Mapping[str, list[Registration]]:
    """Return what is registered of each of some unmerged actors, the oldest first."""
    found: dict[str, list[Registration]] = defaultdict(list)
    for some in chunks(sorted(set(roots))):
        for row in c.execute(_of_actors(), {"roots": some}):
            found[row.root_id].append(
                Registration(
                    actor_id=row.actor_id,
                    source_id=row.source_id,
                    number=row.number,
                    name=row.name,
                    kind=ActorKind(row.kind),
                    commune=row.commune,
                    declared=row.declared,
                    purpose=row.purpose,
                )
            )
    return found


@cache
def _of_actors() -> Select[Any]:
    return (
        select(tables.registrations, _actors.root_id)
        .join(tables.actors, _actors.id == _registrations.actor_id)
        .where(_actors.root_id.in_(one_of("roots")))
        .where(_registrations.source_id != INSTITUTIONS)
        .order_by(_registrations.declared, _registrations.source_id, _registrations.number)
    )


def institutions(c: Connection) -> frozenset[str]:
    """Return the unmerged actors that the territory's list of institutions names."""
    query = (
        select(_actors.root_id)
        .join(tables.registrations, _registrations.actor_id == _actors.id)
        .where(_registrations.source_id == INSTITUTIONS)
    )
    return frozenset(c.execute(query).scalars())
