"""Pages asked for once in a crawl, however many sources announce them."""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from crawlers import identity
from crawlers.answers import Failure

if TYPE_CHECKING:
    from crawlers.answers import Fetched
    from crawlers.fetching import Fetcher

ROOM = 20_000_000
"""Bytes of answers that are kept for other sources; the oldest go first."""
_ASIDE = 1_000
"""Bytes that an answer takes beside its body."""


class Once:
    """Fetches pages, and gives an answer that is still at hand to whoever asks for it again."""

    def __init__(self, fetcher: Fetcher, room: int = ROOM) -> None:
        self._fetcher = fetcher
        self._left = room
        self._asked: dict[str, asyncio.Task[Fetched | Failure]] = {}
        self._done: deque[tuple[str, int]] = deque()

    async def fetch(self, url: str) -> Fetched | Failure:
        """Return what a page answers, two tries at most."""
        name = identity.canonical_url(url)
        task = self._asked.get(name)
        if task is None:
            task = asyncio.create_task(self._fetcher.fetch(url, tries=2))
            self._asked[name] = task
            task.add_done_callback(partial(self._keep, name))
        # A source that runs out of time must not take the answer from those that wait for it.
        return await asyncio.shield(task)

    def was_asked(self, url: str) -> bool:
        """Tell whether a page was just asked for."""
        return identity.canonical_url(url) in self._asked

    def _keep(self, name: str, task: asyncio.Task[Fetched | Failure]) -> None:
        if task.cancelled() or task.exception():
            del self._asked[name]
            return
        answer = task.result()
        size = _ASIDE + (0 if isinstance(answer, Failure) else len(answer.body))
        self._done.append((name, size))
        self._left -= size
        while self._left < 0:
            oldest, freed = self._done.popleft()
            del self._asked[oldest]
            self._left += freed
