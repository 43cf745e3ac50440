"""Stories of documents just read: each joins the nearest of those known before it."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

from nlp import stories as likeness
from storage import stories

if TYPE_CHECKING:
    from collections.abc import Iterable

    from storage import Connection


def group(c: Connection, read: Iterable[str], hanging: Iterable[str]) -> None:
    """Give documents the story of their nearest likeness among those known before them.

    Documents are read newest first, so that the later ones that share words with one just read
    are looked at again: their story may begin earlier than was known. `hanging` are those that
    hung on the former text of one that was read again.
    """
    new = set(read)
    waiting = [(day, i) for i, day in stories.days(c, {*new, *hanging}).items()]
    heapify(waiting)
    around: dict[str, stories.Surroundings | None] = {}
    done: set[str] = set()
    moved: dict[str, str] = {}
    while waiting:
        _, document_id = heappop(waiting)
        if document_id in done:
            continue
        done.add(document_id)
        if document_id not in around:
            unknown = {document_id, *(i for _, i in waiting)} - around.keys()
            around |= {**dict.fromkeys(unknown), **stories.around(c, unknown)}
        here = around[document_id]
        if here is None:
            continue
        earlier = [
            (one.source_id, moved.get(one.document_id, one.story_id), one.signature)
            for one in here.earlier
        ]
        own = here.own
        story = likeness.story_of(own.signature, own.source_id, earlier) or document_id
        if story != own.story_id:
            moved[document_id] = story
        if story != own.story_id or document_id in new:
            for later in here.later:
                heappush(waiting, (later.day, later.document_id))
    stories.set_stories(c, moved)
