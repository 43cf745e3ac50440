"""What every parser is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from vigie.records import Document, Message, Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Bytes as they were received, and where they come from."""

    body: bytes
    url: str
    source_id: str
    fetched_at: datetime
    charset: str | None = None
    """As the server said it, which may well be wrong."""
    language: str | None = None
    """Of the source, for documents that do not say theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a resource.

    A problem with documents beside it is damage that was survived (a feed cut short); a
    problem alone is why there is nothing. No document and no problem is a source that is
    simply empty.
    """

    documents: tuple[Document, ...] = ()
    rejects: tuple[Reject, ...] = ()
    problem: Message | None = None
    title: str = ""
    """Of the whole: the feed's, the calendar's."""
