"""The pages beside the queue: journal, sources, about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime  # noqa: TC002 - FastAPI reads it when it starts

import vigie
from review.shell import house, page, signature
from review.words import choose_language, long_date, say_in
from storage import journal, sources
from vigie.records import HealthState, Message, Source, SourceHealth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

JOURNAL_PAGE = 100
"""Acts on one page of the journal."""

router = APIRouter(default_response_class=HTMLResponse)

_TONES = {
    HealthState.LIVELY: "well",
    HealthState.QUIET: "well",
    HealthState.UNTRIED: "dull",
    HealthState.SLOW: "dull",
    HealthState.MOVED: "dull",
}
_ILL_FIRST = ("ill", "dull", "well")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One line of the page of sources."""

    source: Source
    health: SourceHealth | None
    brought: sources.Yield | None

    @property
    def state(self) -> HealthState:
        """Return how the source fares."""
        return self.health.state if self.health else HealthState.UNTRIED

    @property
    def tone(self) -> str:
        """Return whether that is `well`, `dull` or `ill`."""
        return _TONES.get(self.state, "ill")


@router.get("/journal")
def show_journal(
    request: Request,
    avant: AwareDatetime | None = None,
    apres: Annotated[int, Query(ge=0, le=1000)] = 0,
    annule: str = "",
) -> HTMLResponse:
    """Show every act, the most recent first.

    `avant` is the moment at which an older page starts, after so many acts (`apres`) of it.
    """
    with house(request).store.reading() as c:
        acts = journal.read(c, JOURNAL_PAGE + 1, avant, apres)
        last = journal.last(c, signature(request))
    shown = acts[:JOURNAL_PAGE]
    said = Message("C’est annulé.")
    return page(
        request,
        "journal.html",
        acts=shown,
        last_key=last.key if last else "",
        older=_older(shown, avant, apres) if len(acts) > JOURNAL_PAGE else "",
        newer=avant is not None,
        said=say_in(choose_language(request), said) if annule else "",
        tone="undone",
    )


@router.get("/sources")
def show_sources(request: Request) -> HTMLResponse:
    """Show the sources and their health, those that ail first."""
    made = house(request)
    with made.store.reading() as c:
        rows = source_rows(sources.all(c), sources.health(c), sources.yields(c))
    language = choose_language(request)
    return page(
        request,
        "sources.html",
        rows=rows,
        documents=sum(row.brought.documents for row in rows if row.brought),
        day=lambda at: long_date(at.astimezone(made.settings.zone).date(), language),
    )


@router.get("/a-propos")
def about(request: Request) -> HTMLResponse:
    """Say what Vigie is made of, and whose work that is."""
    return page(request, "about.html", version=vigie.__version__)


def _older(shown: Sequence[journal.Act], until: datetime | None, skip: int) -> str:
    """Return where the page after one starts, as its address says it."""
    last = shown[-1].at
    told = sum(act.at == last for act in shown) + (skip if until == last else 0)
    return urlencode({"avant": last.isoformat(), "apres": told})


def source_rows(
    known: Sequence[Source],
    health: Mapping[str, SourceHealth],
    brought: Mapping[str, sources.Yield],
) -> list[SourceRow]:
    """Join sources with their health and what they brought, those that ail first."""
    rows = [
        SourceRow(source=source, health=health.get(source.id), brought=brought.get(source.id))
        for source in known
    ]
    return sorted(rows, key=lambda row: (_ILL_FIRST.index(row.tone), row.source.name.casefold()))
