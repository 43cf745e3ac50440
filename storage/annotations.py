"""What language analysis found: a document's mentions are replaced all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from storage import actors, counts, splits, tables
from storage import documents as stored_documents
from storage import stories as stored_stories
from storage.desk import digest_of
from storage.plain import from_message, to_message
from storage.statements import chunks, insert_missing, upsert
from vigie.records import (
    SURELY,
    ActorKind,
    Annotation,
    Document,
    Link,
    Mention,
    Message,
    NameSign,
    Resolution,
)

DayOf = Callable[[Mention], date]


def save(
    c: Connection,
    annotations: Iterable[Annotation],
    resolution: Resolution,
    stories: Mapping[str, str] | None = None,
    *,
    read: Iterable[Document] = (),
) -> int:
    """Replace the mentions of some documents, and keep the actors and names that are new.

    Args:
        c: a writing connection.
        annotations: one a document.
        resolution: of these annotations; what it says again changes nothing.
        stories: document id → story id, where it is known by now.
        read: the documents as they were when they were read; one that was edited since is left
            waiting, its annotation speaks of a text that is no more.

    Returns:
        The number of documents that no longer wait.
    """
    actors.save(c, resolution)
    link_of = {(link.document_id, link.start, link.end): link for link in resolution.links}
    digests = {document.id: digest_of(document) for document in read}
    kept = 0
    for batch in chunks(annotations, 200):
        days = _days(c, [annotation.document_id for annotation in batch])
        current = [
            annotation
            for annotation in batch
            if annotation.document_id in days
            and digests.get(annotation.document_id, days[annotation.document_id].digest)
            == days[annotation.document_id].digest
        ]
        _replace(c, current)
        rows = [
            _mention_row(mention, position, link_of, days[annotation.document_id].day_of)
            for annotation in current
            for position, mention in enumerate(annotation.mentions)
        ]
        if rows:
            splits.apply(c, rows)
            c.execute(tables.mentions.insert(), rows)
            counts.touched(c, [(row["actor_id"], row["known_on"]) for row in rows])
        said = [
            {
                "document_id": annotation.document_id,
                "first": relation.first,
                "second": relation.second,
                "kind": relation.kind,
                "sentence": relation.sentence,
            }
            for annotation in current
            for relation in annotation.relations
        ]
        insert_missing(c, tables.relations, said)
        kept += len(current)
    stored_stories.set_stories(c, stories or {})
    return kept


class Read(NamedTuple):
    """A mention as it is stored, and whom it is taken for."""

    begins: int
    ends: int
    surface: str
    key: str
    actor_id: str | None
    """The actor under whose name it was met."""
    actor_name: str
    root_id: str | None
    """The one that stands for it."""
    root_name: str
    commune: str | None
    placing: str
    description: str
    parted_by: str
    """The person who gave it to another actor, if one did."""


def mentions_of(c: Connection, document_id: str) -> list[Read]:
    """Return the mentions of a document by position."""
    mentions, taken, parted = tables.mentions.c, tables.split_mentions.c, tables.splits.c
    own, root = tables.actors.alias("own"), tables.actors.alias("root")
    who = (
        select(taken.surface, func.max(parted.who).label("who"))
        .join(tables.splits, parted.id == taken.split_id)
        .where(parted.undone_at.is_(None))
        .where(taken.document_id == document_id)
        .group_by(taken.surface)
        .subquery()
    )
    query = (
        select(
            mentions.begins,
            mentions.ends,
            mentions.surface,
            mentions.key,
            mentions.actor_id,
            func.coalesce(own.c.name, ""),
            own.c.root_id,
            func.coalesce(root.c.name, ""),
            mentions.commune,
            mentions.placing,
            mentions.description,
            func.coalesce(who.c.who, ""),
        )
        .outerjoin(own, own.c.id == mentions.actor_id)
        .outerjoin(root, root.c.id == own.c.root_id)
        .outerjoin(who, who.c.surface == mentions.surface)
        .where(mentions.document_id == document_id)
        .order_by(mentions.position)
    )
    return [Read(*row) for row in c.execute(query)]


def state(c: Connection, document_id: str) -> tuple[str, Message | None]:
    """Return the version that read a document, empty if none, and why it was skipped, if it was."""
    table = tables.annotations.c
    query = select(table.version, table.skipped).where(table.document_id == document_id)
    row = c.execute(query).one_or_none()
    return (row.version, to_message(row.skipped) if row.skipped else None) if row else ("", None)


def skipped(c: Connection, ids: Iterable[str]) -> list[Message]:
    """Return why documents among these were skipped, one reason a document."""
    table = tables.annotations.c
    found: list[Message] = []
    for some in chunks(sorted(set(ids))):
        query = select(table.skipped).where(table.document_id.in_(some))
        found += [to_message(told) for told in c.execute(query).scalars() if told]
    return found


def judged(c: Connection, ids: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return (document id, surface) → actor id of the mentions whose actor a person has judged."""
    mentions = tables.mentions.c
    verdicts = select(tables.judgements.c.actor_id).distinct()
    found: dict[tuple[str, str], str] = {}
    for some in chunks(sorted(set(ids))):
        query = (
            select(mentions.document_id, mentions.surface, mentions.actor_id)
            .where(mentions.document_id.in_(some))
            .where(mentions.actor_id.in_(verdicts))
        )
        found |= {(document_id, surface): actor for document_id, surface, actor in c.execute(query)}
    return found


def signs(c: Connection, keys: Iterable[str]) -> list[NameSign]:
    """Return what the mentions resolved by some keys say of where and what their actors are."""
    mentions, known = tables.mentions.c, tables.aliases.c
    sure = case((mentions.placing.in_(sorted(SURELY)), mentions.commune))
    told = (mentions.key, mentions.surface, sure, mentions.kind)
    found = []
    for some in chunks(sorted(set(keys))):
        query = (
            select(*told, func.count())
            .join(tables.aliases, (known.actor_id == mentions.actor_id))
            .where(known.key.in_(some), mentions.key == known.key)
            .where(
                sure.is_not(None)
                | (mentions.kind != ActorKind.UNKNOWN)
                | mentions.key.not_like("% %")  # of one word, how it is written tells
            )
            .group_by(*told)
            .order_by(*told)
        )
        found += [
            NameSign(key=key, surface=surface, commune=commune, kind=ActorKind(kind), mentions=n)
            for key, surface, commune, kind, n in c.execute(query)
        ]
    return found


def _replace(c: Connection, batch: Sequence[Annotation]) -> None:
    """Write all of some annotations but their mentions, and take the old mentions away."""
    if not batch:
        return
    ids = [annotation.document_id for annotation in batch]
    counts.touched_documents(c, ids)
    for table in (tables.relations, tables.mentions, tables.bands):
        c.execute(delete(table).where(table.c.document_id.in_(ids)))
    bands = [
        {"document_id": annotation.document_id, "band": band}
        for annotation in batch
        for band in sorted(set(annotation.bands))
    ]
    insert_missing(c, tables.bands, bands)
    upsert(
        c,
        tables.annotations,
        [
            {
                "document_id": annotation.document_id,
                "version": annotation.version,
                "language": annotation.language,
                "acronyms": [list(pair) for pair in annotation.acronyms],
                "signature": annotation.signature,
                "skipped": from_message(annotation.skipped) if annotation.skipped else None,
            }
            for annotation in batch
        ],
    )
    c.execute(
        update(tables.documents)
        .where(tables.documents.c.id == bindparam("of_document"))
        .values(
            annotated=bindparam("version"),
            communes=bindparam("named"),
            persons_dropped_on=None,  # its sentences are as they were written again
        ),
        [
            {
                "of_document": annotation.document_id,
                "version": annotation.version,
                "named": list(annotation.communes),
            }
            for annotation in batch
        ],
    )


def _mention_row(
    mention: Mention,
    position: int,
    link_of: Mapping[tuple[str, int, int], Link],
    day_of: DayOf,
) -> dict[str, Any]:
    link = link_of.get((mention.document_id, mention.start, mention.end))
    return {
        "document_id": mention.document_id,
        "position": position,
        "actor_id": link.actor_id if link else None,
        "key": link.key if link else "",
        "known_on": day_of(mention),
        "surface": mention.surface,
        "label": mention.label,
        "kind": mention.kind,
        "begins": mention.start,
        "ends": mention.end,
        "confidence": float(mention.confidence),
        "rule": mention.rule,
        "commune": mention.commune,
        "placing": mention.placing,
        "sentence": mention.sentence,
        "description": mention.description,
    }


class _Days(NamedTuple):
    digest: str
    day_of: DayOf


def _days(c: Connection, ids: Sequence[str]) -> dict[str, _Days]:
    """Return, by document, its digest and how to tell since when a mention is known.

    In a document that was edited, a mention is known since the first version that had its words.
    """
    table = tables.documents.c
    query = select(table.id, table.digest, table.known_on, table.text_known_on).where(
        table.id.in_(ids)
    )
    found: dict[str, _Days] = {}
    for row in c.execute(query):
        if row.known_on == row.text_known_on:
            found[row.id] = _Days(row.digest, lambda _, day=row.known_on: day)  # type: ignore[misc]
        else:
            versions = stored_documents.revisions(c, row.id)
            found[row.id] = _Days(row.digest, _by_versions(versions, row.text_known_on))
    return found


def _by_versions(versions: Sequence[tuple[date, str, str]], last: date) -> DayOf:
    def day_of(mention: Mention) -> date:
        for day, title, text in versions:
            if mention.surface in title or mention.surface in text:
                return day
        return last

    return day_of
