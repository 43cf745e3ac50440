"""The directory as files, for those who may be shown it: what `vigie export` writes."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask

from review.access import NotAllowedError, visitor
from review.shell import house, today
from review.troubles import MissingError
from storage import exchanges
from vigie.exchange.formats import FORMATS, Content
from vigie.exchange.header import Header
from vigie.records import Message, Role, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

IN_MEMORY = 1_000_000
"""Bytes of a file above which it waits on the disk."""
PIECE = 64 * 1024

router = APIRouter()


@router.get("/exports/{name}")
def export(request: Request, name: str, visibilite: Visibility = Visibility.PUBLIC) -> Response:
    """Give the actors that the lab keeps and watches; more than the public ones to contributors."""
    format_ = FORMATS.get(name)
    if format_ is None:
        raise MissingError(
            Message("Il n’y a pas d’export de ce nom."), "/annuaire", Message("Ouvrir l’annuaire")
        )
    who = visitor(request)
    if visibilite is not Visibility.PUBLIC and not (who and who.role.may(Role.CONTRIBUTOR)):
        raise NotAllowedError
    made, day = house(request), today(request)
    watch = made.settings.watch
    # Whole before it is sent: a slow reader must not hold the database.
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed once it is sent
    with made.store.reading() as c:
        ids, _ = exchanges.shown(c, visibilite, watch.visibility)
        content = Content(
            header=Header(watch=watch.name, day=day, audience=visibilite, licence_id=watch.licence),
            sheets=exchanges.sheets(
                c,
                exchanges.by_name(c, ids) if format_.by_name else ids,
                visibilite,
                watch.visibility,
                day,
            ),
            edges=exchanges.edges(c, ids, day),
            sources=made.settings.sources,
        )
        for words in format_.write(content):
            file.write(words.encode())
    file.seek(0)
    called = f"annuaire-{visibilite}-{day}.{format_.suffix}"
    return StreamingResponse(
        _pieces(file),
        media_type=format_.media,
        headers={"content-disposition": f'attachment; filename="{called}"'},
        background=BackgroundTask(file.close),
    )


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
