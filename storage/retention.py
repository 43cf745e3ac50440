"""What is no longer kept: whole texts, and the persons whom quoted sentences name.

What was found in a text stays when the text goes: mentions with their sentences, its story, its
title and address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from storage import fulltext, tables
from storage.plain import from_evidence, to_evidence
from storage.statements import chunks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Select

    from vigie.records import Evidence

_documents = tables.documents.c


class Old(NamedTuple):
    """How much is kept that is older than it should be."""

    documents: int
    characters: int
    rejects: int


def old_texts(c: Connection, before: datetime) -> Old:
    """Return how much is kept of the texts of documents fetched before a moment."""
    query = (
        select(func.count(), func.coalesce(func.sum(func.length(tables.texts.c.text)), 0))
        .select_from(tables.documents)
        .join(tables.texts)
        .where(_documents.id.in_(_with_old_text(before)))
    )
    documents, characters = c.execute(query).one()
    refused = select(func.count()).where(tables.rejects.c.at < before)
    return Old(documents, characters, c.execute(refused).scalar_one())


def drop_texts(c: Connection, before: datetime, on: date, limit: int) -> int:
    """Empty the texts of at most `limit` documents fetched before a moment; return of how many.

    Their earlier versions go with them, and the inputs that were refused before that moment; with
    the last of them their words leave the index, which takes as long as reading it whole.
    Documents that were not read yet wait for it.
    """
    if c.dialect.name == "sqlite":
        # Else the words would stay readable in the file until something is written over them.
        c.exec_driver_sql("PRAGMA secure_delete = ON")
    c.execute(delete(tables.rejects).where(tables.rejects.c.at < before))
    found = list(c.execute(_with_old_text(before).limit(limit + 1)).scalars())
    ids = found[:limit]
    texts, revisions = tables.texts, tables.document_revisions
    for some in chunks(ids):
        c.execute(update(texts).where(texts.c.document_id.in_(some)).values(text=""))
        c.execute(update(revisions).where(revisions.c.document_id.in_(some)).values(text=""))
        dropped = update(tables.documents).where(_documents.id.in_(some))
        c.execute(dropped.values(text_dropped_on=on))
    if 0 < len(found) <= limit:
        fulltext.forget_erased(c)
    return len(ids)


def _with_old_text(before: datetime) -> Select[tuple[str]]:
    return (
        select(_documents.id)
        .where(_documents.fetched_at < before, _documents.annotated != "")
        .where(_documents.text_dropped_on.is_(None))
        .order_by(_documents.fetched_at, _documents.id)
    )


# --- the persons whom quoted sentences name ------------------------------------------------


class Quote(NamedTuple):
    """A quoted sentence, and the names of actors in it."""

    sentence: str
    names: tuple[str, ...]


def with_persons(c: Connection, before: datetime, limit: int) -> dict[str, list[Quote]]:
    """Return the quotes of at most `limit` documents fetched before a moment, by document.

    Those whose persons were not left out yet, the oldest first.
    """
    ids = list(c.execute(_with_old_quotes(before).limit(limit)).scalars())
    mentions, relations = tables.mentions.c, tables.relations.c
    names: dict[str, dict[str, list[str]]] = {document_id: {} for document_id in ids}
    for some in chunks(ids):
        query = select(mentions.document_id, mentions.sentence, mentions.surface)
        query = query.order_by(mentions.document_id, mentions.position)
        for row in c.execute(query.where(mentions.document_id.in_(some))):
            names[row.document_id].setdefault(row.sentence, []).append(row.surface)
        said = select(relations.document_id, relations.sentence)
        said = said.order_by(relations.document_id, relations.first, relations.second)
        for row in c.execute(said.where(relations.document_id.in_(some))):
            names[row.document_id].setdefault(row.sentence, [])
    return {
        document_id: [Quote(sentence, tuple(found)) for sentence, found in quotes.items()]
        for document_id, quotes in names.items()
    }


def count_with_persons(c: Connection, before: datetime) -> int:
    """Return of how many documents fetched before a moment the quotes may name persons."""
    query = select(func.count()).select_from(_with_old_quotes(before).subquery())
    return c.execute(query).scalar_one()


def leave_persons_out(c: Connection, said: Mapping[str, Mapping[str, str]], on: date) -> None:
    """Put sentences without persons in the place of those of some documents.

    `said` leads from a document to its sentences, and from each to what stands for it.
    """
    for document_id, instead in said.items():
        for table in (tables.mentions, tables.relations):
            for old, new in instead.items():
                if old != new:
                    here = update(table).where(table.c.document_id == document_id)
                    c.execute(here.where(table.c.sentence == old).values(sentence=new))
    for some in chunks(said):
        c.execute(
            update(tables.documents).where(_documents.id.in_(some)).values(persons_dropped_on=on)
        )


Week = tuple[str, str]
"""A queue: its watch, its week."""


def quoting_queues(c: Connection, before: date) -> dict[Week, dict[str, list[Evidence]]]:
    """Return the evidence of queues of days before one, by queue and by candidate's actor.

    Those whose persons were not left out yet.
    """
    candidates, queues = tables.candidates.c, tables.queues.c
    same = (queues.week == candidates.week) & (queues.watch == candidates.watch)
    query = (
        select(candidates.watch, candidates.week, candidates.actor_id, candidates.evidence)
        .join(tables.queues, same)
        .where(queues.as_of < before, queues.persons_dropped_on.is_(None))
        .order_by(candidates.watch, candidates.week, candidates.rank)
    )
    found: dict[Week, dict[str, list[Evidence]]] = {}
    for watch, week, actor_id, evidence in c.execute(query):
        found.setdefault((watch, week), {})[actor_id] = [to_evidence(one) for one in evidence]
    return found


def save_evidence(
    c: Connection, evidence: Mapping[Week, Mapping[str, Sequence[Evidence]]], on: date
) -> None:
    """Put evidence in the place of that of whole queues."""
    candidates, queues = tables.candidates, tables.queues
    for (watch, week), by_actor in evidence.items():
        here = update(candidates).where(candidates.c.watch == watch, candidates.c.week == week)
        for actor_id, quotes in by_actor.items():
            values = [from_evidence(one) for one in quotes]
            c.execute(here.where(candidates.c.actor_id == actor_id).values(evidence=values))
        done = update(queues).where(queues.c.watch == watch, queues.c.week == week)
        c.execute(done.values(persons_dropped_on=on))


def _with_old_quotes(before: datetime) -> Select[tuple[str]]:
    return (
        select(_documents.id)
        .where(_documents.fetched_at < before, _documents.annotated != "")
        .where(_documents.persons_dropped_on.is_(None))
        .order_by(_documents.fetched_at, _documents.id)
    )
