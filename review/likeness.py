"""The answer « two actors » to « are they one? »; « one » is a verdict, of merging."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from review.access import OFFICER
from review.forms import check_token
from review.picking import Picking, picking
from review.shell import house, signature
from review.verdicts import answer
from review.watches import see_that_may_judge, watch_in
from review.weeks import find, load
from storage import actors, distinctions, journal

router = APIRouter(dependencies=[Depends(check_token)])


@router.post("/semaines/{week}/distinguer/{actor_id:path}", dependencies=[OFFICER])
def tell_apart(
    request: Request,
    week: str,
    actor_id: str,
    picked: Annotated[Picking, Depends(picking)],
    other: Annotated[str, Form(max_length=200)],
) -> Response:
    """Keep that a candidate and another actor are two; nobody is asked again."""
    made, who, watch = house(request), signature(request), watch_in(request)
    see_that_may_judge(request, watch)
    with made.store.writing() as c:
        row = find(load(c, week, picked, watch), actor_id)
        roots = actors.surviving(c, [actor_id, other])
        mine, theirs = roots.get(actor_id, actor_id), roots.get(other, other)
        if frozenset((mine, theirs)) not in distinctions.apart(c, [mine]):
            distinctions.add(c, mine, theirs, who, made.clock())
        shown = load(c, week, picked, watch)
        last = journal.last(c, who)
    return answer(request, shown, find(shown, row.candidate.actor_id), last, said="distinct")
