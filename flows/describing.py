"""What is said of actors, and of the texts just read, once a batch of documents is annotated."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from signals import profile
from storage import describing, facts
from vigie import spelling
from vigie.language import render, say, terminal_language
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from storage import Connection
    from vigie.records import Annotation, Document

MOST_LOOKED_AT = 300
"""Mentions of an actor: what one named more often is and where does not hang on a batch."""


def describe(c: Connection, actor_ids: Iterable[str]) -> None:
    """Let actors be what all the documents that name them say, where, and written as there.

    What was stored stays as long as no mention says anything else, and of actors named very often.
    """
    told = facts.sightings(c, actor_ids, MOST_LOOKED_AT)
    found = {
        root: (
            profile.usual_kind(some),
            home.commune if (home := profile.home(some)) else None,
            spelling.ranked(Counter(sighting.surface for sighting in some))[:1],
        )
        for root, some in told.items()
    }
    describing.keep(c, found)


def tell_notes(read: Sequence[Document], found: Sequence[Annotation]) -> None:
    """Say which documents were not read as they stand, and why.

    `found` may lack some: another worker took them over meanwhile.
    """
    documents = {document.id: document for document in read}
    for annotation in found:
        document = documents[annotation.document_id]
        for note in annotation.notes:
            tell(
                say(
                    "« {title} » ({url}) : {why}.",
                    title=document.title or document.url,
                    url=document.url,
                    why=render(note, terminal_language()),
                )
            )
