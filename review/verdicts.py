"""Giving a verdict and taking it back.

The same form is answered with a redirection, or for htmx with the part of the page that
changes. A form says which verdict its page was showing (`seen`): when another one stands by
now, nothing is written and the page shows what was decided.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from review.access import CONTRIBUTOR, OFFICER, NotAllowedError, visitor
from review.catalogue import take_out
from review.forms import check_token
from review.picking import Picking, picking
from review.proposed import see_that_others_judged
from review.shell import House, house, remember, sign, signature, wants_fragment
from review.text import path_part, plain, visible
from review.troubles import IncompleteError
from review.watches import see_that_may_judge, see_that_may_undo, watch_in
from review.weeks import GUIDE_COOKIE, decided, find, load, render_week
from review.words import choose_language, say_in
from storage import actors, edits, journal, judgements
from vigie.records import (
    Edit,
    Field,
    Judgement,
    Message,
    RejectReason,
    Role,
    SourceChange,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from review.week import Row, WeekView

NOTE_LIMIT = 2000
"""Characters of a note."""
MOST_PICKED = 200

ActKey = Annotated[str, Form(max_length=40)]
Picked = Annotated[Picking, Depends(picking)]

router = APIRouter(dependencies=[Depends(check_token)])
"""What is done on the pages of a week, of whichever watch."""
changes = APIRouter(dependencies=[Depends(check_token)])
"""What is done elsewhere."""


@router.post("/semaines/{week}/acteurs/{actor_id:path}", dependencies=[OFFICER])
def judge(
    request: Request,
    week: str,
    actor_id: str,
    picked: Picked,
    *,
    seen: Annotated[str, Form()] = "",
    verdict: Annotated[Verdict | None, Form()] = None,
    reason: Annotated[RejectReason | None, Form()] = None,
    into: Annotated[str, Form(max_length=200)] = "",
    note: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Store a verdict and go on to the next candidate that waits.

    A reason alone means a rejection, `into` alone a merge into that actor; `again` repeats the
    verdict that stands, with its note.
    """
    made, who, watch = house(request), signature(request), watch_in(request)
    see_that_may_judge(request, watch)
    with made.store.writing() as c:
        see_that_others_judged(c, request, [actor_id])
        shown = load(c, week, picked, watch)
        row = find(shown, actor_id)
        stands = row.judgement
        if again and stands:
            verdict, reason, into = stands.verdict, stands.reason, stands.merge_into or ""
        elif reason:
            verdict, into = Verdict.REJECT, ""
        elif into:
            verdict = Verdict.MERGE
            _must_differ(actors.surviving(c, [actor_id, into]), actor_id, into)
        wanted = _judgement(
            made, who, row, shown, verdict=verdict, reason=reason, into=into, note=note
        )
        conflict = seen != row.number and not _agree(stands, wanted)
        if seen == row.number and not (row.judged and stands and _same(stands, wanted)):
            judgements.add(c, wanted)
        shown = load(c, week, picked, watch)
        last = journal.last(c, who)
    row = find(shown, actor_id)
    if conflict:
        words = _conflict_words(row, wanted, choose_language(request))
        return render_week(
            request, shown, row, last=last, conflict=words, note=note, status=HTTPStatus.CONFLICT
        )
    following = find(shown, shown.waiting_after(actor_id) or actor_id)
    return answer(request, shown, following, last, given=row.number)


@router.post("/semaines/{week}/ensemble", dependencies=[OFFICER])
def judge_together(
    request: Request,
    week: str,
    picked: Picked,
    *,
    pick: Annotated[list[str] | None, Form()] = None,
    verdict: Annotated[Verdict | None, Form()] = None,
    reason: Annotated[RejectReason | None, Form()] = None,
) -> Response:
    """Give one verdict to all that were picked, but for those that others have judged since.

    Each `pick` is a candidate's id and, after a bar, the number of the verdict that was shown.
    """
    made, who, watch = house(request), signature(request), watch_in(request)
    see_that_may_judge(request, watch)
    verdict = Verdict.REJECT if reason else verdict
    shown_as = dict(one.rpartition("|")[::2] for one in (pick or [])[:MOST_PICKED])
    with made.store.writing() as c:
        shown = load(c, week, picked, watch)
        rows = [row for row in shown.rows if row.candidate.actor_id in shown_as]
        free = [row for row in rows if shown_as[row.candidate.actor_id] == row.number]
        see_that_others_judged(c, request, [row.candidate.actor_id for row in free])
        wanted = [_judgement(made, who, row, shown, verdict=verdict, reason=reason) for row in free]
        # One moment for all: they are one act, and undone as one.
        moment = made.clock()
        for one in wanted:
            judgements.add(c, replace(one, at=moment))
        shown = load(c, week, picked, watch)
        last = journal.last(c, who)
    said = "rien" if not rows else "ensemble" if len(free) == len(rows) else "partiel"
    after = rows[-1].candidate.actor_id if rows else None
    following = find(shown, shown.waiting_after(after) or after or _first(shown))
    return answer(request, shown, following, last, said=said)


@router.post("/semaines/{week}/attribuer/{actor_id:path}", dependencies=[CONTRIBUTOR])
def assign(
    request: Request,
    week: str,
    actor_id: str,
    picked: Picked,
    *,
    whom: Annotated[str, Form(max_length=200)] = "",
    me: Annotated[str, Form()] = "",
    nobody: Annotated[str, Form()] = "",
) -> Response:
    """Say who looks after a candidate: oneself, somebody named, or nobody any more."""
    who = signature(request)
    name = "" if nobody else who if me else plain(whom, 60)
    if not name and not nobody:
        raise IncompleteError(Message("Écrivez qui s’en occupe."))
    value = (name,) if name else ()
    return _write(
        request, week, actor_id, picked, field=Field.ASSIGNEE, value=value, said="attribue"
    )


@router.post("/semaines/{week}/noter/{actor_id:path}", dependencies=[CONTRIBUTOR])
def write_note(
    request: Request,
    week: str,
    actor_id: str,
    picked: Picked,
    note: Annotated[str, Form()] = "",
) -> Response:
    """Keep a remark on a candidate without judging it."""
    words = clean_note(note)
    if not words:
        raise IncompleteError(Message("La note est vide."))
    return _write(request, week, actor_id, picked, field=Field.NOTE, value=(words,), said="note")


@router.post("/semaines/{week}/annuler", dependencies=[CONTRIBUTOR])
def undo(request: Request, week: str, picked: Picked, act: ActKey) -> Response:
    """Take an act back and go back to its candidate."""
    made, who = house(request), signature(request)
    with made.store.writing() as c:
        undone = _undo(request, c, act)
        shown = load(c, week, picked, watch_in(request))
        last = journal.last(c, who)
    row = shown.row(undone.actor_id)
    if row is None:
        return RedirectResponse("/journal?annule=1", HTTPStatus.SEE_OTHER)
    return answer(request, shown, row, last, said="annule")


@changes.post("/journal/annuler", dependencies=[CONTRIBUTOR])
def undo_in_journal(
    request: Request, act: ActKey, vers: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """Take an act back and stay on the journal, or go back to the page of sources (`vers`)."""
    made = house(request)
    with made.store.writing() as c:
        _undo(request, c, act)
    back = "/sources?dit=annule" if vers == "/sources" else "/journal?annule=1"
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)


@router.post("/guide/fermer")
def close_guide(request: Request, week: Annotated[str, Form(max_length=20)] = "") -> Response:
    """Show the guide of the first queue no more in this browser."""
    here = watch_in(request).address
    response = RedirectResponse(f"{here}/semaines/{path_part(week)}" if week else f"{here}/", 303)
    remember(request, response, GUIDE_COOKIE, "off")
    return response


@changes.post("/signature")
def choose_signature(request: Request, name: Annotated[str, Form()] = "") -> Response:
    """Remember the name under which this browser's verdicts are kept."""
    response = RedirectResponse("/journal#signature", HTTPStatus.SEE_OTHER)
    if plain(name, 60):
        sign(request, response, name)
    return response


def _undo(request: Request, c: Connection, act: str) -> journal.Act:
    """Take an act back: a contributor one's own, an officer anybody's."""
    who = visitor(request)
    undone = journal.undo(c, act, signature(request), house(request).clock())
    if who is None or not (who.role.may(Role.OFFICER) or undone.who == who.name):
        # Nothing of this transaction is kept.
        raise NotAllowedError
    if undone.judgement and undone.who != who.name:
        see_that_may_undo(request, undone.judgement.watch)
    added = undone.source if undone.undone_at is None else None
    if added and added.change is SourceChange.ADDED:
        take_out(house(request), added)
    return undone


def clean_note(text: str) -> str:
    """Return what was written, its lines kept, without what surrounds it."""
    return visible(text)[:NOTE_LIMIT]


def _write(
    request: Request,
    week: str,
    actor_id: str,
    picked: Picking,
    *,
    field: Field,
    value: Sequence[str],
    said: str,
) -> Response:
    made, who, watch = house(request), signature(request), watch_in(request)
    with made.store.writing() as c:
        row = find(load(c, week, picked, watch), actor_id)
        edit = Edit(actor_id=actor_id, field=field, value=tuple(value), who=who, at=made.clock())
        stands = edits.standing(c, [actor_id], field).get(actor_id, {}).get(field)
        if field is Field.NOTE or (stands.edit.value if stands else ()) != edit.value:
            edits.add(c, edit)
        shown = load(c, week, picked, watch)
        last = journal.last(c, who)
    return answer(request, shown, find(shown, row.candidate.actor_id), last, said=said)


def _judgement(
    made: House,
    who: str,
    row: Row,
    shown: WeekView,
    *,
    verdict: Verdict | None,
    reason: RejectReason | None,
    into: str = "",
    note: str = "",
) -> Judgement:
    if verdict is None or (verdict is Verdict.MERGE and not into):
        raise IncompleteError(Message("Donnez un avis : retenir, suivre ou écarter."))
    if verdict is Verdict.REJECT and reason is None:
        reason = RejectReason.OTHER
    return Judgement(
        actor_id=row.candidate.actor_id,
        verdict=verdict,
        who=who,
        at=made.clock(),
        week=shown.queue.week,
        watch=shown.watch.id,
        reason=reason if verdict is Verdict.REJECT else None,
        merge_into=into if verdict is Verdict.MERGE else None,
        note=clean_note(note),
    )


def _must_differ(roots: Mapping[str, str], actor_id: str, into: str) -> None:
    """Refuse to merge an actor into itself."""
    if actor_id == into or (actor_id in roots and roots[actor_id] == roots.get(into)):
        raise IncompleteError(Message("C’est déjà un seul acteur."))


def _first(shown: WeekView) -> str:
    return next((row.candidate.actor_id for row in shown.rows), "")


def _agree(stands: Judgement | None, wanted: Judgement) -> bool:
    return (
        stands is not None
        and stands.verdict is wanted.verdict
        and stands.reason == wanted.reason
        and stands.merge_into == wanted.merge_into
    )


def _same(stands: Judgement, wanted: Judgement) -> bool:
    alike = _agree(stands, wanted) and stands.note == wanted.note
    return alike and stands.watch == wanted.watch


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


def answer(
    request: Request,
    shown: WeekView,
    row: Row,
    last: journal.Act | None,
    *,
    given: str = "",
    said: str = "",
) -> Response:
    """Show a candidate after a change: its part of the page for htmx, else by its address."""
    address = f"{shown.address}/acteurs/{path_part(row.candidate.actor_id)}"
    if wants_fragment(request):
        response = render_week(request, shown, row, last=last, given=given, said=said)
        response.headers["hx-push-url"] = address + shown.picking.suffix
        return response
    done = {"dit": said} if said else {"avis": given}
    query = urlencode({**shown.picking.asked, **done})
    return RedirectResponse(f"{address}?{query}", HTTPStatus.SEE_OTHER)
