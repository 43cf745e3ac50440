"""Which of several watches a page or a verdict is for, and who judges in it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from review.access import NotAllowedError, visitor
from review.shell import house
from review.text import plain
from review.troubles import MissingError
from storage.folding import fold
from vigie.records import Message, Role

if TYPE_CHECKING:
    from fastapi import Request

    from vigie.settings import Watch

PLACE = "/veilles/{veille}"
"""What addresses of the pages of a watch begin with; those of the first one have nothing there."""


class OtherWatchError(MissingError):
    """Whoever judges in a watch that names its officers is one of them."""

    status = HTTPStatus.FORBIDDEN
    title = Message("Une autre veille")

    def __init__(self, watch: Watch) -> None:
        super().__init__(
            Message(
                "La veille « {watch} » a ses propres veilleurs : votre geste n’est pas enregistré. "
                "Vous pouvez la lire, écrire des acteurs et proposer.",
                {"watch": plain(watch.name, 60)},
            ),
            f"{watch.address}/",
            Message("Ouvrir sa file"),
        )


def watch_in(request: Request) -> Watch:
    """Return the watch whose page is asked for.

    Raises:
        MissingError: there is none, or none any more.
    """
    return named(request, request.path_params.get("veille") or "")


def named(request: Request, watch_id: str) -> Watch:
    """Return a watch by its id, the first one without; raise as `watch_in`."""
    settings = house(request).settings
    for one in settings.watches:
        if watch_id in {one.id, ""}:
            return one
    raise MissingError(
        Message("Il n’y a pas de veille à cette adresse, ou elle a été retirée des réglages."),
        "/",
        Message("Ouvrir la file de la semaine"),
    )


def may_judge(request: Request, watch: Watch) -> bool:
    """Tell whether a visitor judges in a watch: administrators do in all, officers where named.

    A watch that names nobody is open to every officer.
    """
    who = visitor(request)
    if who is None or not who.role.may(Role.OFFICER):
        return False
    free = not watch.officers or who.role.may(Role.ADMINISTRATOR)
    return free or fold(who.name) in set(map(fold, watch.officers))


def see_that_may_judge(request: Request, watch: Watch) -> None:
    """Let those pass who judge in a watch.

    Raises:
        NotAllowedError: their role judges nowhere.
        OtherWatchError: others judge in this one.
    """
    who = visitor(request)
    if who is None or not who.role.may(Role.OFFICER):
        raise NotAllowedError
    if not may_judge(request, watch):
        raise OtherWatchError(watch)


def see_that_may_undo(request: Request, watch_id: str) -> None:
    """Let those pass who judge in a watch; in one that is gone, administrators; raise likewise."""
    watch = next((one for one in house(request).settings.watches if one.id == watch_id), None)
    who = visitor(request)
    if watch is not None:
        see_that_may_judge(request, watch)
    elif who is None or not who.role.may(Role.ADMINISTRATOR):
        raise NotAllowedError


def mine(request: Request) -> tuple[Watch, ...]:
    """Return the watches in which a visitor judges."""
    return tuple(one for one in house(request).settings.watches if may_judge(request, one))


def judged_in(request: Request, asked: str) -> Watch:
    """Return the watch for which a verdict is given outside of any queue.

    The one that was asked for, else the first in which the visitor judges; raises as
    `see_that_may_judge`.
    """
    own = mine(request)
    found = own[0] if own and not asked else named(request, asked)
    see_that_may_judge(request, found)
    return found
