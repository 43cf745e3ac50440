"""Stories: documents that tell the same thing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from storage import tables
from storage.statements import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable

Neighbour = tuple[str, str, bytes]
"""Document id, story id, signature."""


def neighbours(
    c: Connection, document_id: str, bands: Iterable[str], window_days: int = 21
) -> list[Neighbour]:
    """Return the other documents that share a band, at most `window_days` before or after.

    The oldest come first.
    """
    documents, shared = tables.documents.c, tables.bands.c
    day = c.execute(select(documents.known_on).where(documents.id == document_id)).scalar()
    if day is None:
        return []
    window = timedelta(days=window_days)
    found: dict[str, tuple[str, str, str, bytes]] = {}
    for some in chunks(sorted(set(bands))):
        query = (
            select(
                documents.id,
                documents.known_on,
                documents.story_id,
                tables.annotations.c.signature,
            )
            .join(tables.bands, shared.document_id == documents.id)
            .join(tables.annotations, tables.annotations.c.document_id == documents.id)
            .where(shared.band.in_(some))
            .where(documents.id != document_id)
            .where(documents.known_on.between(day - window, day + window))
            .distinct()
        )
        for row in c.execute(query):
            found[row.id] = (row.known_on.isoformat(), row.id, row.story_id, row.signature)
    return [(i, story, signature) for _, i, story, signature in sorted(found.values())]


def set_story(c: Connection, document_id: str, story_id: str) -> None:
    """Put a document into a story."""
    documents = tables.documents
    c.execute(update(documents).where(documents.c.id == document_id).values(story_id=story_id))
