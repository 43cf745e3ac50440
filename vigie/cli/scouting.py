"""What the pages are handed to visit sites with: the crawlers, under their lock and guards."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vigie import lock
from vigie.errors import VigieError, WorkspaceError
from vigie.language import say
from vigie.settings import load, require_contact

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from vigie.records import Finding, Outcome, Source
    from vigie.settings import Settings

LONGEST = 60.0
"""Seconds for one source: somebody waits."""


@dataclass(frozen=True, slots=True)
class Scout:
    """Visits sites for a workspace, as `vigie sources check` and `add` do."""

    folder: Path

    def check(self, source: Source) -> Outcome:
        """Try a source now; raise `VigieError` when it cannot be done."""
        from crawlers import discovery

        with self._alone() as settings:
            return discovery.check(source, settings)

    def discover(self, url: str, taken: Collection[str]) -> Sequence[Finding]:
        """Return what a site has to offer; raise `VigieError` when it cannot be looked at."""
        from crawlers import discovery

        with self._alone() as settings:
            return discovery.discover(url, settings, taken)

    @contextmanager
    def _alone(self) -> Iterator[Settings]:
        """Yield the settings, cut to what somebody waits for, while no crawl is under way."""
        settings = load(self.folder)
        require_contact(settings)
        crawler = settings.crawler
        shorter = replace(crawler, source_timeout=min(crawler.source_timeout, LONGEST))
        try:
            with lock.sole(settings, "review"):
                yield replace(settings, crawler=shorter)
        except WorkspaceError as error:
            raise VigieError(
                say("Une collecte est en cours : réessayez quand elle sera finie.")
            ) from error
