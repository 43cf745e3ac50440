"""What every parser is given, and what it gives back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers.registries import Register
from vigie.addresses import AGENDA_KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from crawlers.answers import Fetched
    from vigie.records import Document, KnownActor, Message, Reject, Source


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
class Slot:
    """An event's place in a calendar."""

    id: str
    """Of its document."""
    title: str
    start: datetime
    uid: str
    """Empty where it tells nothing: shared, or of a series of which not all is spelled out."""
    ends: bool
    """It is no date of a series without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which events a calendar lists."""

    slots: tuple[Slot, ...] = ()
    whole: bool = False
    """Every event of the file could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was understood of a resource.

    A problem with documents beside it is damage that was survived (a feed cut short); a
    problem alone is why there is nothing. No document and no problem is a source that is
    simply empty.
    """

    documents: tuple[Document, ...] = ()
    rejects: tuple[Reject, ...] = ()
    withdrawn: tuple[Document, ...] = ()
    """Events that an agenda has removed; nothing else is told of them."""
    calendar: Calendar | None = None
    """Of a calendar that was not cut: what it lists, which shows later what it took back."""
    known: tuple[KnownActor, ...] = ()
    """Actors that a directory lists."""
    problem: Message | None = None
    title: str = ""
    """Of the whole: the feed's, the calendar's, the page's own."""
    text: str = ""
    """Of a page: its own, which its announcement may have completed in the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the watch is: its folder, its territory, and what the environment entrusts to it."""

    folder: Path
    """Paths in the settings are relative to it."""
    communes: frozenset[str]
    """INSEE codes of the territory."""
    timeout: float
    """Seconds for one answer."""
    is_allowed: Callable[[str, int], bool]
    """Whether the settings name a private host and port."""

    def path(self, written: str) -> Path:
        """Return where a path of the settings leads."""
        return self.folder / Path(written).expanduser()

    def register(self, source_id: str, now: datetime) -> Register:
        """Return what is wanted of a register."""
        return Register(source_id=source_id, communes=self.communes, now=now)

    def agenda_key_for(self, url: str) -> str | None:
        """Return OpenAgenda's key, for OpenAgenda over an encrypted line and nobody else.

        Nobody else but a copy of it on this very machine, where nothing is overheard.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        theirs = parts.scheme == "https" and f".{host}".endswith(".openagenda.com")
        at_home = host in {"127.0.0.1", "::1", "localhost"}
        if theirs or (at_home and self.is_allowed(host, parts.port or 80)):
            return os.environ.get(AGENDA_KEY) or None
        return None


def as_resource(answer: Fetched, source: Source, now: datetime) -> Resource:
    """Return what a source's parser is given of an answer."""
    return Resource(
        body=answer.body,
        url=answer.url,
        source_id=source.id,
        fetched_at=now,
        charset=answer.charset,
        language=source.language,
    )
