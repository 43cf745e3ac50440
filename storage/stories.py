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
    from collections.abc import Iterable, Mapping
    from datetime import date

WINDOW = timedelta(days=21)
"""Copies of one release appear within three weeks of each other."""

TOGETHER = 200
"""Documents whose neighbours are asked for at once."""

_documents, _signed = tables.documents.c, tables.annotations.c


class Signed(NamedTuple):
    """A document that was read, and by what it is compared."""

    day: date
    document_id: str
    source_id: str
    story_id: str
    signature: bytes


class Surroundings(NamedTuple):
    """A document among those that share some of its words."""

    own: Signed
    earlier: list[Signed]
    """Known before it, the oldest first; of one day, the smaller id counts as earlier."""
    later: list[Signed]


def around(
    c: Connection, ids: Iterable[str], window: timedelta = WINDOW
) -> dict[str, Surroundings]:
    """Return the surroundings, at most `window` away, of those of some documents that were read.

    Of many at once: asked for one by one, PostgreSQL may look at all bands for each of them, as
    long as it has not counted them.
    """
    day_of = days(c, ids)
    near: dict[str, set[str]] = {document_id: set() for document_id in day_of}
    for some in chunks(sorted(day_of, key=lambda i: (day_of[i], i)), TOGETHER):
        first, last = day_of[some[0]] - window, day_of[some[-1]] + window
        for document_id, other in _sharing(c, some, first, last):
            near[document_id].add(other)
    signed = _all_signed(c, set(near).union(*near.values()))
    found: dict[str, Surroundings] = {}
    for own in (signed[document_id] for document_id in near if document_id in signed):
        others = (signed[i] for i in near[own.document_id] if i in signed)
        within = sorted(other for other in others if abs(other.day - own.day) <= window)
        found[own.document_id] = Surroundings(
            own,
            [other for other in within if other < own],
            [other for other in within if other > own],
        )
    return found


def _sharing(c: Connection, ids: list[str], first: date, last: date) -> list[tuple[str, str]]:
    """Return pairs of some documents and others, known from one day to another, with a band."""
    mine, theirs = tables.bands.alias("mine"), tables.bands.alias("theirs")
    query = (
        select(mine.c.document_id, theirs.c.document_id)
        .join(theirs, theirs.c.band == mine.c.band)
        .join(tables.documents, _documents.id == theirs.c.document_id)
        .where(mine.c.document_id.in_(ids))
        .where(theirs.c.document_id != mine.c.document_id)
        .where(_documents.known_on.between(first, last))
        .distinct()
    )
    return list(c.execute(query).tuples())


def _all_signed(c: Connection, ids: Iterable[str]) -> dict[str, Signed]:
    found: dict[str, Signed] = {}
    for some in chunks(sorted(ids)):
        query = (
            select(
                _documents.known_on,
                _documents.id,
                _documents.source_id,
                _documents.story_id,
                _signed.signature,
            )
            .join(tables.annotations, _signed.document_id == _documents.id)
            .where(_documents.id.in_(some))
        )
        found |= {row.id: Signed(*row) for row in c.execute(query)}
    return found


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


def set_stories(c: Connection, story_of: Mapping[str, str]) -> None:
    """Put documents into stories: document id → story id."""
    if not story_of:
        return
    counts.touched_documents(c, story_of)
    c.execute(
        update(tables.documents)
        .where(_documents.id == bindparam("of_document"))
        .values(story_id=bindparam("story")),
        [{"of_document": i, "story": story} for i, story in sorted(story_of.items())],
    )
