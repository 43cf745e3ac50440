"""Are these two one? The questions that are open, each with its evidence, answered one by one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.access import OFFICER
from review.forms import check_token
from review.shell import house, page, signature, today
from review.words import choose_language, say_in
from storage import actors, directory, distinctions, judgements, registrations, suggestions
from vigie.records import Judgement, Message, Verdict, iso_week

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from storage.directory import Line
    from vigie.records import Registration

SHOWN = 40
"""Questions on the page, the surest first."""
_SAID = {
    "un": Message("C’est noté : un seul acteur. Le journal peut l’annuler."),
    "deux": Message("C’est noté : deux acteurs. La question n’est plus posée."),
    "deja": Message("Quelqu’un a répondu entre-temps."),
}

router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token), OFFICER])

ActorId = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two, and what registers say of it."""

    line: Line
    registered: tuple[Registration, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether two actors are one; the first would take the other's name in."""

    kept: Side
    joined: Side
    score: float
    reason: Message


def open_questions(c: Connection, limit: int) -> list[Question]:
    """Return the open questions, the surest first; who is named more often would stay."""
    asked = suggestions.standing(c, limit)
    roots = actors.surviving(c, {i for one in asked for i in (one.actor_id, one.other_id)})
    ids = sorted(set(roots.values()))
    lines = {line.actor_id: line for line in directory.lines(c, ids)}
    listed = registrations.of_actors(c, ids)
    questions: list[Question] = []
    seen: set[frozenset[str]] = set()
    for one in asked:
        pair = frozenset((roots[one.actor_id], roots[one.other_id]))
        if pair in seen or not pair <= lines.keys():
            continue
        seen.add(pair)
        most, least = sorted(pair, key=lambda i: (-lines[i].mentions, i))
        kept, joined = (
            Side(line=lines[i], registered=tuple(listed.get(i, ()))) for i in (most, least)
        )
        questions.append(Question(kept=kept, joined=joined, score=one.score, reason=one.reason))
    return questions


@router.get("/questions")
def show(request: Request, dit: str = "") -> HTMLResponse:
    """Show the open questions; `dit` is what was just answered."""
    with house(request).store.reading() as c:
        asked = open_questions(c, SHOWN + 1)
    return page(
        request,
        "questions.html",
        questions=_shown(asked),
        more=len(asked) > SHOWN,
        said=say_in(choose_language(request), _SAID[dit]) if dit in _SAID else "",
    )


def _shown(asked: Sequence[Question]) -> Sequence[Question]:
    return asked[:SHOWN]


@changes.post("/questions/un")
def are_one(request: Request, kept: ActorId, joined: ActorId) -> Response:
    """Keep that two actors are one: a verdict of merging, which the journal can take back."""
    made = house(request)
    with made.store.writing() as c:
        if not _is_open(c, kept, joined):
            return _back("deja")
        merged = Judgement(
            actor_id=joined,
            verdict=Verdict.MERGE,
            who=signature(request),
            at=made.clock(),
            week=iso_week(today(request)),
            merge_into=kept,
        )
        judgements.add(c, merged)
    return _back("un")


@changes.post("/questions/deux")
def are_two(request: Request, kept: ActorId, joined: ActorId) -> Response:
    """Keep that two actors are two; nobody is asked again."""
    made = house(request)
    with made.store.writing() as c:
        if not _is_open(c, kept, joined):
            return _back("deja")
        distinctions.add(c, kept, joined, signature(request), made.clock())
    return _back("deux")


def _is_open(c: Connection, one: str, other: str) -> bool:
    """Tell whether two actors both stand for themselves, and nobody has told them apart."""
    roots = actors.surviving(c, [one, other])
    whole = one != other and roots.get(one) == one and roots.get(other) == other
    return whole and frozenset((one, other)) not in distinctions.apart(c, [one])


def _back(said: str) -> Response:
    return RedirectResponse(f"/questions?dit={said}", HTTPStatus.SEE_OTHER)
