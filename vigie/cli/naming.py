"""Whom a name means that a person types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vigie.errors import UnknownNameError
from vigie.language import say

if TYPE_CHECKING:
    from storage import Connection
    from vigie.records import Actor


def named(c: Connection, name: str) -> Actor:
    """Return the actor of an id or of a name; of several that bear it, none: they are told."""
    from storage import actors as stored
    from storage.folding import fold

    by_id = stored.get(c, name)
    if by_id:
        return by_id
    found = stored.find(c, name) or _alike(c, name)
    same = [a for a in found if fold(name) in {fold(n) for n in (a.name, *a.aliases)}]
    if len(same) == 1 or len(found) == 1:
        return (same or found)[0]
    near = ", ".join(f"{a.name} ({a.id})" for a in (same or found)[:5])
    if near:
        raise UnknownNameError(
            say("« {name} » peut désigner {near} : donnez le repère.", name=name, near=near)
        )
    raise UnknownNameError(say("Pas d’acteur « {name} » : voir vigie actors list.", name=name))


def _alike(c: Connection, name: str) -> list[Actor]:
    """Return the actor whose name is resolved to the same: a queue writes some with an article."""
    from nlp import names
    from storage import actors as stored

    ids = stored.by_keys(c, [names.key(name)]).values()
    return list(stored.load(c, stored.surviving(c, ids).values()).values())
