"""What is kept of an actor of what its texts say together: kind, commune, writing of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from storage import tables
from storage.statements import chunks
from vigie import spelling
from vigie.records import ActorKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storage import Connection


def keep(c: Connection, found: Mapping[str, tuple[ActorKind, str | None, Sequence[str]]]) -> None:
    """Keep of what kind actors are, in which commune (INSEE code), and how their name is written.

    A name that was first met in capitals takes the writing of the texts, if it has one.
    """
    its = tables.actors.c
    changed = []
    for some in chunks(sorted(found)):
        query = select(its.id, its.kind, its.commune, its.name)
        for actor_id, kind, commune, name in c.execute(query.where(its.id.in_(some))):
            usual, home, written = found[actor_id]
            said = kind if usual is ActorKind.UNKNOWN else usual.value
            calm = (w for w in written if spelling.shouts(name) and spelling.is_rewriting(name, w))
            now = {"kind": said, "commune": home or commune, "name": next(calm, name)}
            if now != {"kind": kind, "commune": commune, "name": name}:
                changed.append({"actor": actor_id} | {f"its_{k}": v for k, v in now.items()})
    if changed:
        values: dict[str, Any] = {
            column: bindparam(f"its_{column}") for column in ("kind", "commune", "name")
        }
        statement = update(tables.actors).where(its.id == bindparam("actor"))
        c.execute(statement.values(**values), changed)
