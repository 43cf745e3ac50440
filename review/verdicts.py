"""Giving a verdict and taking it back.

The same form is answered with a redirection, or for htmx with the part of the page that
changes. A form says which verdict its page was showing (`seen`): when another one stands by
now, nothing is written and the page shows what was decided.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from review.forms import check_token
from review.shell import House, house, sign, signature, wants_fragment
from review.text import path_part, plain
from review.troubles import MissingError
from review.weeks import decided, find, load, render_week
from review.words import choose_language, say_in
from storage import judgements
from vigie.records import Judgement, Message, RejectReason, Verdict

if TYPE_CHECKING:
    from review.week import Row, WeekView

NOTE_LIMIT = 2000
"""Characters of a note."""

Number = Annotated[int, Form(ge=1, le=2**31 - 1)]
"""Of a judgement; what the database can hold."""

router = APIRouter(dependencies=[Depends(check_token)])


@router.post("/semaines/{week}/acteurs/{actor_id:path}")
def judge(
    request: Request,
    week: str,
    actor_id: str,
    *,
    seen: Annotated[str, Form()] = "",
    verdict: Annotated[Verdict | None, Form()] = None,
    reason: Annotated[RejectReason | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Store a verdict and go on to the next candidate that waits.

    A reason alone means a rejection; `again` repeats the verdict that stands, with its note.
    """
    made, who = house(request), signature(request)
    with made.store.writing() as c:
        shown = load(c, week)
        row = find(shown, actor_id)
        stands = row.judgement
        if again and stands:
            verdict, reason = stands.verdict, stands.reason
        elif reason:
            verdict = Verdict.REJECT
        wanted = _judgement(made, who, row, week=week, verdict=verdict, reason=reason, note=note)
        conflict = seen != row.number and not _agree(stands, wanted)
        if seen == row.number and not (row.judged and stands and _same(stands, wanted)):
            judgements.add(c, wanted)
        shown = load(c, week)
        last = judgements.last(c, who)
    row = find(shown, actor_id)
    if conflict:
        words = _conflict_words(row, wanted, choose_language(request))
        return render_week(
            request, shown, row, last=last, conflict=words, note=note, status=HTTPStatus.CONFLICT
        )
    following = find(shown, shown.waiting_after(actor_id) or actor_id)
    return _answer(request, shown, following, last, given=row.number)


@router.post("/semaines/{week}/annuler")
def undo(request: Request, week: str, judgement: Number) -> Response:
    """Withdraw a verdict and go back to its candidate."""
    made, who = house(request), signature(request)
    with made.store.writing() as c:
        entry = judgements.withdraw(c, judgement, who, made.clock())
        shown = load(c, week)
        last = judgements.last(c, who)
    row = shown.row(entry.judgement.actor_id)
    if row is None:
        return RedirectResponse("/journal?annule=1", HTTPStatus.SEE_OTHER)
    return _answer(request, shown, row, last, undone=True)


@router.post("/journal/annuler")
def undo_in_journal(request: Request, judgement: Number) -> Response:
    """Withdraw a verdict and stay on the journal."""
    made = house(request)
    with made.store.writing() as c:
        judgements.withdraw(c, judgement, signature(request), made.clock())
    return RedirectResponse("/journal?annule=1", HTTPStatus.SEE_OTHER)


@router.post("/signature")
def choose_signature(name: Annotated[str, Form()] = "") -> Response:
    """Remember the name under which this browser's verdicts are kept."""
    response = RedirectResponse("/journal#signature", HTTPStatus.SEE_OTHER)
    if plain(name, 60):
        sign(response, name)
    return response


def _judgement(
    made: House,
    who: str,
    row: Row,
    *,
    week: str,
    verdict: Verdict | None,
    reason: RejectReason | None,
    note: str,
) -> Judgement:
    if verdict not in {Verdict.KEEP, Verdict.WATCH, Verdict.REJECT}:
        raise MissingError(Message("Donnez un avis : retenir, suivre ou écarter."))
    if verdict is Verdict.REJECT and reason is None:
        reason = RejectReason.OTHER
    return Judgement(
        actor_id=row.candidate.actor_id,
        verdict=verdict,
        who=who,
        at=made.clock(),
        week=week,
        reason=reason if verdict is Verdict.REJECT else None,
        note=note.replace("\r\n", "\n").strip()[:NOTE_LIMIT],
    )


def _agree(stands: Judgement | None, wanted: Judgement) -> bool:
    return (
        stands is not None and stands.verdict is wanted.verdict and stands.reason == wanted.reason
    )


def _same(stands: Judgement, wanted: Judgement) -> bool:
    return _agree(stands, wanted) and stands.note == wanted.note


def _conflict_words(row: Row, wanted: Judgement, language: str) -> str:
    mine = decided(wanted, language)
    if row.judgement is None:
        words = Message(
            "Entre-temps, l’avis que vous voyiez a été annulé. Le vôtre, {mine}, n’est pas "
            "enregistré : donnez-le encore s’il tient toujours.",
            {"mine": mine},
        )
    else:
        words = Message(
            "Entre-temps, {who} a décidé : {theirs}. Votre avis, {mine}, n’est pas enregistré : "
            "donnez-le encore si vous n’êtes pas d’accord.",
            {
                "who": plain(row.judgement.who, 60),
                "theirs": decided(row.judgement, language),
                "mine": mine,
            },
        )
    return say_in(language, words)


def _answer(
    request: Request,
    shown: WeekView,
    row: Row,
    last: judgements.Entry | None,
    *,
    given: str = "",
    undone: bool = False,
) -> Response:
    address = f"/semaines/{shown.queue.week}/acteurs/{path_part(row.candidate.actor_id)}"
    if wants_fragment(request):
        response = render_week(request, shown, row, last=last, given=given, undone=undone)
        response.headers["hx-push-url"] = address
        return response
    query = "?annule=1" if undone else f"?avis={given}"
    return RedirectResponse(address + query, HTTPStatus.SEE_OTHER)
