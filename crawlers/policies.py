"""What the sites of a crawl say of text and data mining, and whether that is obeyed."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from crawlers import clock, encoding, reservations
from crawlers.answers import Failure
from vigie.records import HttpState, Reservations, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawlers.answers import Fetched
    from crawlers.fetching import Fetcher
    from crawlers.spool import Writer

HOLDS = timedelta(days=7)
"""How long what a site's file says is remembered."""


class Policies:
    """Asks each site for its policy once, and remembers it from one crawl to the next."""

    def __init__(
        self,
        fetcher: Fetcher,
        writer: Writer,
        states: Iterable[HttpState],
        default: Reservations = Reservations.OBEY,
    ) -> None:
        self._fetcher = fetcher
        self._writer = writer
        self._known = {one.url: one for one in states if one.url.endswith(reservations.WELL_KNOWN)}
        self._default = default
        self._asked: dict[str, asyncio.Task[dict[str, bool]]] = {}

    def obeys(self, source: Source) -> bool:
        """Tell whether reserved texts of a source are left alone."""
        return (source.reservations or self._default) is Reservations.OBEY

    async def is_reserved(self, answer: Fetched, source: Source) -> bool:
        """Tell whether a response is reserved, by itself or by its site's file."""
        place = reservations.well_known(answer.url)
        if place not in self._asked:
            self._asked[place] = asyncio.create_task(self._rules(place, source))
        # A source that runs out of time must not take the answer from those that wait for it.
        rules = await asyncio.shield(self._asked[place])
        return reservations.is_reserved(answer.url, answer.headers, answer.body, rules)

    async def _rules(self, place: str, source: Source) -> dict[str, bool]:
        known, now = self._known.get(place), clock.now()
        remembered = reservations.read_rules(known.fingerprint or "") if known else {}
        if known and known.checked_at and timedelta() <= now - known.checked_at < HOLDS:
            return remembered
        answer = await self._fetcher.fetch(place, tries=1)
        if isinstance(answer, Failure) and not answer.lasting:
            return remembered
        content = "" if isinstance(answer, Failure) else encoding.decode(answer.body)
        rules = reservations.read_rules(content)
        mark = reservations.dump_rules(rules)
        self._writer.write(
            HttpState(url=place, source_id=source.id, fingerprint=mark, checked_at=now)
        )
        return rules
