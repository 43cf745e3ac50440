"""Visits to sites that somebody asked for on a page: begun here, done beside, looked at later.

Pages know no crawlers: who makes the application hands in a `Scout`. A visit takes from a second
to a minute, so it has a thread of its own and a page that says how far it is. They take turns,
as a crawl would, so that no site is asked twice at once.
"""

from __future__ import annotations

import contextvars
import secrets
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import TYPE_CHECKING, Protocol

from vigie.errors import VigieError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from vigie.records import Finding, Outcome, Source

MOST_WAITING = 5
MOST_KEPT = 50


class Scout(Protocol):
    """Visits sites with all the guards of a crawl; its errors are sentences (`VigieError`)."""

    def check(self, source: Source) -> Outcome:
        """Try a source now and say what it gives."""

    def discover(self, url: str, taken: Collection[str]) -> Sequence[Finding]:
        """Return what a site has to offer; ids are none of those taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One visit, done or under way."""

    key: str
    title: str
    """The source's name, or the address as it was written."""
    result: Future[Outcome | tuple[Finding, ...]]

    @property
    def done(self) -> bool:
        """Tell whether there is something to show."""
        return self.result.done()

    @property
    def trouble(self) -> str:
        """Return why a visit that is done came to nothing; a bug is raised as what it is."""
        try:
            self.result.result(timeout=0)
        except VigieError as error:
            return str(error)
        return ""


@dataclass(slots=True)
class Trials:
    """The visits of this server, the newest of them."""

    _kept: dict[str, Trial] = field(default_factory=dict)
    _turn: Lock = field(default_factory=Lock)

    def begin(self, title: str, visit: Callable[[], Outcome | tuple[Finding, ...]]) -> Trial:
        """Start a visit and return it at once.

        Raises:
            VigieError: several are waiting already.
        """
        if sum(not one.done for one in list(self._kept.values())) >= MOST_WAITING:
            raise VigieError(
                say("Plusieurs essais attendent déjà leur tour : réessayez dans une minute.")
            )
        trial = Trial(key=secrets.token_urlsafe(12), title=title, result=Future())
        done = [key for key, one in self._kept.items() if one.done]
        for key in done[: len(self._kept) - MOST_KEPT + 1]:
            del self._kept[key]
        self._kept[trial.key] = trial
        # It speaks the language of whoever asked, and ends with the server.
        context = contextvars.copy_context()
        Thread(target=context.run, args=(self._make, trial, visit), daemon=True).start()
        return trial

    def get(self, key: str) -> Trial | None:
        """Return a visit; None once it is forgotten."""
        return self._kept.get(key)

    def _make(self, trial: Trial, visit: Callable[[], Outcome | tuple[Finding, ...]]) -> None:
        with self._turn:
            try:
                trial.result.set_result(visit())
            # Shown by the page that asks for it: as its sentence, or as the bug it is.
            except BaseException as error:  # noqa: BLE001
                trial.result.set_exception(error)
