"""Personal data: what is kept, why and how long; and erasing a name on demand."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.access import ADMINISTRATOR
from review.forms import check_token
from review.shell import house, page, signature
from review.text import plain
from review.troubles import IncompleteError
from storage import documents, erasures
from vigie import erasing
from vigie.errors import InputError
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from review.shell import House
    from storage.erasures import Found

ADDRESS = "/donnees-personnelles"

router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token), ADMINISTRATOR])

Names = Annotated[str, Form(max_length=600)]


@router.get(ADDRESS)
def show(request: Request, dit: str = "") -> HTMLResponse:
    """Show what is kept of persons, and what was erased; `dit` says that it just was."""
    return _shown(request, done=dit == "efface")


def _shown(
    request: Request,
    *,
    done: bool = False,
    names: str = "",
    lines: Sequence[Message] = (),
) -> HTMLResponse:
    made = house(request)
    with made.store.reading() as c:
        counts = documents.counts(c)
        traces = erasures.traces(c)
    return page(
        request,
        "personnelles.html",
        counts=counts,
        traces=traces,
        settings=made.settings,
        done=done,
        names=names,
        lines=lines,
    )


@changes.post(ADDRESS)
def look_or_erase(
    request: Request,
    names: Names = "",
    grounds: Annotated[str, Form(max_length=300)] = "",
    sure: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Say where names stand; once that was seen (`sure`), erase them."""
    made = house(request)
    try:
        wanted = erasures.check(names.splitlines())
    except InputError as error:
        raise IncompleteError(Message("{why}", {"why": str(error)}), ADDRESS) from error
    gone = erasing.erased(b"files", wanted)
    if sure != "oui":
        with made.store.reading() as c:
            found = erasures.look(c, wanted)
        return _shown(
            request, names="\n".join(wanted), lines=_told(made, found, gone, remove=False)
        )
    with made.store.writing() as c:
        erasures.erase(c, wanted, signature(request), made.clock(), plain(grounds, 300))
    erasing.in_files(made.settings.data, gone, remove=True)
    return RedirectResponse(f"{ADDRESS}?dit=efface", HTTPStatus.SEE_OTHER)


def _told(made: House, found: Found, gone: erasing.Erased, *, remove: bool) -> list[Message]:
    files = erasing.in_files(made.settings.data, gone, remove=remove)
    backups = made.settings.folder / made.settings.backup.folder
    kept = sum(1 for path in backups.glob("*") if path.is_file()) if backups.is_dir() else 0
    return erasing.told(found.counts, found.actors, found.addresses, files, kept)
