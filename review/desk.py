"""The pages beside the queue: journal, about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

import vigie
from review.forms import Moment  # noqa: TC001 - FastAPI reads it when it starts
from review.shell import house, page, signature
from review.weeks import act_words
from review.words import choose_language, say_in
from storage import journal
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

JOURNAL_PAGE = 100
"""Acts on one page of the journal."""

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/journal")
def show_journal(
    request: Request,
    avant: Moment | None = None,
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
        # Somebody's last act may stand on another page: the key takes it back from any.
        last_words=_elsewhere(last, shown, request),
        older=_older(shown, avant, apres) if len(acts) > JOURNAL_PAGE else "",
        newer=avant is not None,
        said=say_in(choose_language(request), said) if annule else "",
        tone="undone",
    )


@router.get("/a-propos")
def about(request: Request) -> HTMLResponse:
    """Say what Vigie is made of, and whose work that is."""
    return page(request, "about.html", version=vigie.__version__)


def _elsewhere(last: journal.Act | None, shown: Sequence[journal.Act], request: Request) -> str:
    """Return what somebody's last act was, unless it is shown."""
    if last is None or any(act.key == last.key for act in shown):
        return ""
    return act_words(last, choose_language(request))


def _older(shown: Sequence[journal.Act], until: datetime | None, skip: int) -> str:
    """Return where the page after one starts, as its address says it."""
    last, told = next_page(shown, until, skip)
    return urlencode({"avant": last.isoformat(), "apres": told})


def next_page(
    shown: Sequence[journal.Act], until: datetime | None, skip: int
) -> tuple[datetime, int]:
    """Return the moment from which on the page after one goes back, and how many of it to skip."""
    last = shown[-1].at
    return last, sum(act.at == last for act in shown) + (skip if until == last else 0)
