"""Two actors under one name taken apart by a person, and put together again exactly.

A split moves names (all that was and will be resolved by them) or single mentions to an actor of
its own. It remembers whose each one was; undoing it gives everything back, also what has arrived
since. Mentions are remembered by document and words, so that reading a document again keeps them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, and_, or_, select, update

from storage import counts, tables
from storage.folding import fold, sort_key
from storage.statements import chunks, insert_missing, pairs
from vigie.errors import UnknownNameError, VigieError
from vigie.language import say
from vigie.records import ActorKind, Label, is_institution

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

_splits, _mentions, _aliases = tables.splits.c, tables.mentions.c, tables.aliases.c
_actors = tables.actors.c
MOST_TOLD = 8
"""Names of an actor that a message lists."""
ARTICLE = re.compile(r"^(?:l|le|la|les|un|une) ")
_taken, _named = tables.split_mentions.c, tables.split_aliases.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One taking apart, standing or undone."""

    id: int
    actor_id: str
    new_id: str
    who: str
    at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None


def split(
    c: Connection,
    actor_id: str,
    who: str,
    at: datetime,
    *,
    names: Iterable[str] = (),
    documents: Iterable[str] = (),
) -> Split:
    """Make an actor of its own of some names of an actor, or of its mentions in some documents.

    Args:
        c: a writing connection.
        actor_id: one that stands for itself, or was merged: then the one that stands for it.
        who: the person who decides.
        at: when.
        names: of its names, in any way in which they are written: case, accents and the article
            before them do not count.
        documents: ids; every mention of the actor in them moves.

    Raises:
        UnknownNameError: there is no such actor, name or document among its mentions, or a name
            may be several of its names.
        VigieError: nothing would be left of the actor.
    """
    root = c.execute(select(_actors.root_id).where(_actors.id == actor_id)).scalar()
    if root is None:
        raise UnknownNameError(say("Pas d’acteur « {id} ».", id=actor_id))
    family = list(c.execute(select(_actors.id).where(_actors.root_id == root)).scalars())
    mentions = list(c.execute(_mentions_of(family)))
    aliases = _aliases_named(c, family, mentions, sorted(set(names)))
    wanted = sorted(set(documents))
    moved = [m for m in mentions if _belongs(m, aliases) or m.document_id in wanted]
    for document_id in wanted:
        if not any(m.document_id == document_id for m in mentions):
            raise UnknownNameError(
                say("Le document « {id} » ne parle pas de cet acteur.", id=document_id)
            )
    if not moved or len(moved) == len(mentions):
        raise VigieError(
            say(
                "Il ne resterait rien d’un côté : une scission laisse des mentions à chacun. Des "
                "écritures d’un même nom (« Les Amis », « AMIS ») se séparent par document."
            )
        )
    new_id = _new_id(root, aliases, moved)
    insert_missing(c, tables.actors, [_actor_row(new_id, moved)])
    number = c.execute(
        tables.splits.insert()
        .values(actor_id=root, new_id=new_id, who=who, at=at)
        .returning(_splits.id)
    ).scalar_one()
    insert_missing(
        c,
        tables.split_aliases,
        [{"split_id": number, "key": a.key, "was": a.actor_id} for a in aliases],
    )
    insert_missing(
        c,
        tables.split_mentions,
        [
            {
                "split_id": number,
                "document_id": m.document_id,
                "surface": m.surface,
                "was": m.actor_id,
            }
            for m in moved
        ],
    )
    _move_aliases(c, [a.key for a in aliases], new_id)
    for mention in moved:
        _move_mention(c, mention, new_id)
    return Split(id=int(number), actor_id=root, new_id=new_id, who=who, at=at)


def undo(c: Connection, split_id: int, who: str, at: datetime) -> Split:
    """Put together what a split took apart, and what has come to its new actor since.

    Raises:
        UnknownNameError: there is no standing split of that number.
        VigieError: its new actor was itself split since, which is to be undone first.
    """
    row = c.execute(_standing().where(_splits.id == split_id)).one_or_none()
    if row is None:
        raise UnknownNameError(say("Pas de scission numéro {id} à défaire.", id=split_id))
    later = c.execute(_standing().where(_splits.actor_id == row.new_id)).first()
    if later is not None:
        raise VigieError(say("Défaites d’abord la scission numéro {id}.", id=later.id))
    names = select(_named.key, _named.was).where(_named.split_id == split_id)
    was_name = pairs(c, names)
    places = select(_taken.document_id, _taken.surface, _taken.was)
    was_at = {
        (document_id, surface): was
        for document_id, surface, was in c.execute(places.where(_taken.split_id == split_id))
    }
    keys = select(_aliases.key).where(_aliases.actor_id == row.new_id)
    for key in list(c.execute(keys).scalars()):
        _move_aliases(c, [key], was_name.get(key, row.actor_id))
    for mention in list(c.execute(_mentions_of([row.new_id]))):
        by_name = was_name.get(mention.key, row.actor_id)
        _move_mention(c, mention, was_at.get((mention.document_id, mention.surface), by_name))
    c.execute(
        update(tables.splits).where(_splits.id == split_id).values(undone_by=who, undone_at=at)
    )
    return _split(row, undone_by=who, undone_at=at)


def standing(c: Connection, who: str | None = None) -> list[Split]:
    """Return the splits that were not undone, the newest first; those of one person with `who`."""
    query = _standing().order_by(_splits.id.desc())
    if who is not None:
        query = query.where(_splits.who == who)
    return [_split(row) for row in c.execute(query)]


def apply(c: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Give mentions that are about to be stored the actor that a standing split gave them."""
    for some in chunks(sorted({row["document_id"] for row in rows})):
        query = (
            select(_taken.document_id, _taken.surface, _splits.new_id)
            .join(tables.splits, _splits.id == _taken.split_id)
            .where(_splits.undone_at.is_(None))
            .where(_taken.document_id.in_(some))
            .order_by(_splits.id)
        )
        given = {(document_id, surface): new for document_id, surface, new in c.execute(query)}
        for row in rows if given else ():
            new = given.get((row["document_id"], row["surface"]))
            if new is not None:
                row["actor_id"] = new


def _aliases_named(
    c: Connection, family: list[str], mentions: Sequence[Row[Any]], names: list[str]
) -> list[Row[Any]]:
    """Return the names of actors that these names are, as they or their texts write them.

    A name is kept in one writing; what else it was called by, the mentions know.
    """
    query = select(tables.aliases).where(_aliases.actor_id.in_(family)).order_by(_aliases.key)
    rows = {row.key: row for row in c.execute(query)}
    written = {(row.folded, row.key) for row in rows.values()}
    written |= {(fold(m.surface), m.key) for m in mentions if m.key in rows}
    found: dict[str, Row[Any]] = {}
    for name in names:
        wanted, bare = fold(name), _bare(fold(name))
        same = {key for words, key in written if words == wanted} or {
            key for words, key in written if bare and _bare(words) == bare
        }
        if not same:
            known = ", ".join(f"« {row.surface} »" for row in list(rows.values())[:MOST_TOLD])
            raise UnknownNameError(
                say(
                    "Cet acteur ne porte pas le nom « {name} » ; ses noms : {known}.",
                    name=name,
                    known=known,
                )
            )
        meant = {rows[key].folded: rows[key].surface for key in sorted(same)}
        if len(meant) > 1 and wanted not in meant:
            near = ", ".join(f"« {surface} »" for surface in meant.values())
            raise UnknownNameError(
                say(
                    "« {name} » peut être plusieurs de ses noms : {near} ; donnez l’un d’eux.",
                    name=name,
                    near=near,
                )
            )
        found |= {key: rows[key] for key in same if len(meant) == 1 or rows[key].folded == wanted}
    return list(found.values())


def _bare(folded: str) -> str:
    """Return a folded name without the article before it."""
    return ARTICLE.sub("", folded)


def _mentions_of(actors: list[str]) -> Select[Any]:
    return (
        select(tables.mentions)
        .where(_mentions.actor_id.in_(actors))
        .order_by(_mentions.document_id, _mentions.position)
    )


def _belongs(mention: Row[Any], aliases: list[Row[Any]]) -> bool:
    """Tell whether a mention was resolved by one of some names."""
    if mention.key:
        return any(mention.key == alias.key for alias in aliases)
    # Read before keys were kept with mentions.
    return any(fold(mention.surface) == alias.folded for alias in aliases)


def _new_id(root: str, aliases: list[Row[Any]], moved: list[Row[Any]]) -> str:
    """Return the same id for the same split, so that doing it again after an undo finds it."""
    told = [root, *(a.key for a in aliases)]
    told += [] if aliases else sorted({f"{m.document_id}\x1f{m.surface}" for m in moved})
    return "a-" + blake2b("\x1e".join(told).encode(), digest_size=8).hexdigest()


def _actor_row(new_id: str, moved: list[Row[Any]]) -> dict[str, Any]:
    def most(values: Iterable[Any]) -> Any:  # noqa: ANN401 - of whatever sort the values are
        counted = Counter(value for value in values if value)
        return min(counted, key=lambda v: (-counted[v], str(v))) if counted else None

    institutions = sum(m.label == Label.INSTITUTION for m in moved)
    kind = most(m.kind for m in moved if m.kind != ActorKind.UNKNOWN) or ActorKind.UNKNOWN
    name = most(m.surface for m in moved)
    return {
        "id": new_id,
        "name": name,
        "folded": sort_key(name),
        "kind": kind,
        "commune": most(m.commune for m in moved),
        "institution": is_institution(ActorKind(kind), institutions, len(moved)),
        "root_id": new_id,
    }


def _move_aliases(c: Connection, keys: list[str], actor_id: str) -> None:
    c.execute(update(tables.aliases).where(_aliases.key.in_(keys)).values(actor_id=actor_id))


def _move_mention(c: Connection, mention: Row[Any], actor_id: str) -> None:
    counts.touched(c, [(actor_id, mention.known_on), (mention.actor_id, mention.known_on)])
    here = and_(
        _mentions.document_id == mention.document_id, _mentions.position == mention.position
    )
    c.execute(update(tables.mentions).where(here).values(actor_id=actor_id))


def _standing() -> Select[Any]:
    return select(tables.splits).where(_splits.undone_at.is_(None))


def apart(c: Connection, ids: Iterable[str]) -> set[frozenset[str]]:
    """Return the pairs of actors that a standing split holds apart, among those of some ids."""
    found: set[frozenset[str]] = set()
    for some in chunks(sorted(set(ids))):
        query = _standing().where(or_(_splits.actor_id.in_(some), _splits.new_id.in_(some)))
        found |= {frozenset((row.actor_id, row.new_id)) for row in c.execute(query)}
    return found


def _split(row: Row[Any], **more: Any) -> Split:  # noqa: ANN401 - who undid it, and when
    fields = {
        "id": row.id,
        "actor_id": row.actor_id,
        "new_id": row.new_id,
        "who": row.who,
        "at": row.at,
    }
    return Split(**fields, **more)
