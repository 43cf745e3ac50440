"""How far the crawl of one source has come, and what it met on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawlers import clock

if TYPE_CHECKING:
    from datetime import datetime

    from crawlers.answers import Failure
    from vigie.records import Document, Message, Reject, Source


@dataclass(slots=True)
class Progress:
    """How far the crawl of one source has come."""

    source: Source
    begun: datetime = field(default_factory=clock.now)
    """When what is being read was begun: for a large agenda, some crawls ago."""
    seen: int = 0
    listed: int = 0
    """Actors that a directory or registry lists."""
    further: list[str] = field(default_factory=list)
    """Sitemaps that robots.txt names after the first."""
    fresh: int = 0
    """Of those, the ones that were not there last time."""
    waiting: dict[str, Document] = field(default_factory=dict)
    """Announced documents not yet written, by id."""
    to_retry: bool = False
    """A page failed in a way that may pass: what announced it must be read again in full."""
    unchanged: bool = False
    """Some address answered that it holds nothing new."""
    trouble: Message | None = None
    """What was wrong after the first address."""
    asked_to_wait: Failure | None = None
    """The answer by which the site asked to be left alone for a while."""
    aside: int = 0
    """Entries that could not be read, kept with their reason."""
    first_aside: Reject | None = None
    asked: int = 0
    """Pages of announced documents that were asked for."""
    gone: int = 0
    """Of those, the ones that do not exist (404, 410)."""
    reserved: int = 0
    """Pages whose site reserves them against text and data mining."""
    refused: int = 0
    """Pages that their site refuses to this visit, with an error or a captcha."""

    def heed(self, failure: Failure) -> None:
        """Remember that a site asks to be left alone for long; the first one to say so counts."""
        if failure.asks_for_long and self.asked_to_wait is None:
            self.asked_to_wait = failure

    def set_aside(self, reject: Reject) -> None:
        """Count an entry that could not be read."""
        self.aside += 1
        self.first_aside = self.first_aside or reject
