"""What needs a person: the page that says so, and the line at the top of the others."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from review.shell import house, page
from review.text import plain
from review.words import choose_language
from storage import notices
from vigie.typography import long_date

if TYPE_CHECKING:
    from datetime import datetime

SHOWN = timedelta(days=14)
"""How long what is resolved is still shown."""

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/attention")
def show(request: Request) -> HTMLResponse:
    """Show what needs a person, and what lately did."""
    made = house(request)
    with made.store.reading() as c:
        standing = notices.standing(c)
        resolved = notices.resolved(c, made.clock() - SHOWN)
    language = choose_language(request)

    def day(at: datetime) -> str:
        return long_date(at.astimezone(made.settings.zone).date(), language)

    return page(
        request,
        "attention.html",
        unreadable=plain(made.settings_trouble(), 600),
        standing=standing,
        resolved=resolved,
        day=day,
    )
