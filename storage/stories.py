"""Stories: documents that tell the same thing.

A document's story depends only on those known before it, so that the stories as of a date are
those that a reader of that date would have counted.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, bindparam, select, tuple_, update

from storage import counts, tables
from storage.statements import chunks, pairs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

WINDOW = timedelta(days=21)
"""Copies of one release appear within three weeks of each other."""

Neighbour = tuple[str, str, bytes]
"""Source id, story id, signature."""

_documents, _bands, _signed = tables.documents.c, tables.bands.c, tables.annotations.c

# Made once: to make them for each document takes longer than the database needs to answer.
_own = (
    select(_documents.known_on, _documents.source_id, _documents.story_id, _signed.signature)
    .join(tables.annotations, _signed.document_id == _documents.id)
    .where(_documents.id == bindparam("document"))
)
_shared = select(_bands.band).where(_bands.document_id == bindparam("document"))
_near = (
    select(
        _documents.known_on,
        _documents.id,
        _documents.source_id,
        _documents.story_id,
        _signed.signature,
    )
    .join(tables.annotations, _signed.document_id == _documents.id)
    .where(_documents.id.in_(select(_bands.document_id).where(_bands.band.in_(_shared))))
    .where(_documents.id != bindparam("document"))
    .where(_documents.known_on.between(bindparam("first"), bindparam("last")))
    .order_by(_documents.known_on, _documents.id)
)


class Surroundings(NamedTuple):
    """A document among those that share some of its words."""

    source_id: str
    story_id: str
    signature: bytes
    earlier: list[Neighbour]
    """Known before it, the oldest first; of one day, the smaller id counts as earlier."""
    later: list[tuple[date, str]]
    """Day and id of those known after it."""


def around(c: Connection, document_id: str, window: timedelta = WINDOW) -> Surroundings | None:
    """Return an annotated document's surroundings, at most `window` away; `None` if it is none."""
    own = c.execute(_own, {"document": document_id}).one_or_none()
    if own is None:
        return None
    days = {"first": own.known_on - window, "last": own.known_on + window}
    near = c.execute(_near, {"document": document_id, **days}).all()
    here = (own.known_on, document_id)
    return Surroundings(
        own.source_id,
        own.story_id,
        own.signature,
        [(source, story, kept) for day, i, source, story, kept in near if (day, i) < here],
        [(day, i) for day, i, *_ in near if (day, i) > here],
    )


def days(c: Connection, ids: Iterable[str]) -> dict[str, date]:
    """Return the day on which each document became known."""
    found: dict[str, date] = {}
    for some in chunks(sorted(set(ids))):
        query = select(_documents.id, _documents.known_on).where(_documents.id.in_(some))
        found |= pairs(c, query)
    return found


def followers(c: Connection, ids: Iterable[str], window: timedelta = WINDOW) -> dict[str, date]:
    """Return, with their day, the documents whose story may hang on some other documents."""
    own, other = tables.documents.alias("own"), tables.documents.alias("other")
    mine, theirs = tables.bands.alias("mine"), tables.bands.alias("theirs")
    found: dict[str, date] = {}
    for some in chunks(sorted(set(ids))):
        query = (
            select(other.c.id, other.c.known_on, own.c.known_on)
            .join(theirs, theirs.c.document_id == other.c.id)
            .join(mine, mine.c.band == theirs.c.band)
            .join(own, own.c.id == mine.c.document_id)
            .where(own.c.id.in_(some))
            .where(tuple_(other.c.known_on, other.c.id) > tuple_(own.c.known_on, own.c.id))
            .distinct()
        )
        found |= {i: day for i, day, before in c.execute(query) if day - before <= window}
    return found


def set_story(c: Connection, document_id: str, story_id: str) -> None:
    """Put a document into a story."""
    documents = tables.documents
    counts.touched_documents(c, [document_id])
    c.execute(update(documents).where(documents.c.id == document_id).values(story_id=story_id))
