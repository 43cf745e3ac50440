"""The pages beside the queue: journal, sources, about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

import vigie
from review.shell import house, page, signature
from review.words import choose_language, long_date, say_in
from storage import judgements, sources
from vigie.records import HealthState, Message, Source, SourceHealth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOURNAL_PAGE = 100
"""Judgements on one page of the journal."""

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
def journal(
    request: Request,
    avant: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    annule: str = "",
) -> HTMLResponse:
    """Show every judgement, the most recent first; `avant` is where an older page starts."""
    with house(request).store.reading() as c:
        entries = judgements.journal(c, before=avant, limit=JOURNAL_PAGE + 1)
        last = judgements.last(c, signature(request))
    shown = entries[:JOURNAL_PAGE]
    said = Message("L’avis est annulé.")
    return page(
        request,
        "journal.html",
        entries=shown,
        last_id=last.id if last else None,
        older=shown[-1].id if len(entries) > JOURNAL_PAGE else None,
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
