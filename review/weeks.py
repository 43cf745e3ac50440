"""The pages of a week: reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.shell import house, page, signature, wants_fragment
from review.text import plain
from review.troubles import MissingError
from review.week import Chosen, Row, WeekView, choose, monday, nearest, view
from review.words import choose_language, say_in, week_span
from storage import documents, judgements, queues
from vigie.language import render
from vigie.records import Judgement, Message
from vigie.words import REASONS, VERDICTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

router = APIRouter()


@router.get("/")
def latest(request: Request) -> Response:
    """Lead to the latest week; explain an empty base."""
    with house(request).store.reading() as c:
        weeks = queues.weeks(c)
        if not weeks:
            held = documents.counts(c)
            return page(request, "empty.html", sources=held["sources"], documents=held["documents"])
    return RedirectResponse(f"/semaines/{max(weeks)}", 303)


@router.get("/semaines/{week}")
def show_week(request: Request, week: str, annule: str = "") -> HTMLResponse:
    """Show a week, with the first candidate that waits."""
    with house(request).store.reading() as c:
        shown = load(c, week)
        last = judgements.last(c, signature(request))
    waiting = shown.waiting_after(None) or next(
        (row.candidate.actor_id for row in shown.rows), None
    )
    row = shown.row(waiting) if waiting else None
    return render_week(request, shown, row, last=last, explicit=False, undone=bool(annule))


@router.get("/semaines/{week}/acteurs/{actor_id:path}")
def show_candidate(
    request: Request, week: str, actor_id: str, avis: str = "", annule: str = ""
) -> HTMLResponse:
    """Show a week with one of its candidates; `avis` is the verdict just given."""
    with house(request).store.reading() as c:
        shown = load(c, week)
        last = judgements.last(c, signature(request))
    row = find(shown, actor_id)
    return render_week(request, shown, row, last=last, given=avis, undone=bool(annule))


def load(c: Connection, week: str) -> WeekView:
    """Return a week with what stands of its candidates.

    Raises:
        MissingError: there is no queue for that week; it names the nearest.
    """
    weeks = queues.weeks(c)
    queue = queues.load(c, week) if week in weeks else None
    if queue is None:
        near = nearest(week, weeks)
        if near is None:
            raise MissingError(Message("Aucune semaine n’a encore été calculée."))
        raise MissingError(
            Message("Il n’y a pas de file pour la semaine « {week} ».", {"week": plain(week, 40)}),
            f"/semaines/{near}",
            Message(
                "La plus proche est la semaine {week} de {year}",
                {"week": int(near[-2:]), "year": near[:4]},
            ),
        )
    actor_ids = [candidate.actor_id for candidate in queue.candidates]
    return view(queue, judgements.standing(c, actor_ids), weeks)


def find(week: WeekView, actor_id: str) -> Row:
    """Return a candidate's line; raise `MissingError` when the week does not hold it."""
    row = week.row(actor_id)
    if row is None:
        raise MissingError(
            Message("Cet acteur n’est pas dans la file de cette semaine."),
            f"/semaines/{week.queue.week}",
            Message("Voir la file de cette semaine"),
        )
    return row


def render_week(
    request: Request,
    week: WeekView,
    row: Row | None,
    *,
    last: judgements.Entry | None,
    explicit: bool = True,
    given: str = "",
    undone: bool = False,
    conflict: str = "",
    note: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Return the page of a week, or for htmx the part of it that changes."""
    language = choose_language(request)
    chosen = choose(week, row) if row else None
    spoken = house(request).settings.watch.languages
    return page(
        request,
        "fragment.html" if wants_fragment(request) else "week.html",
        status,
        week=week,
        week_number=int(week.queue.week[-2:]),
        span=week_span(monday(week.queue.week), language),
        chosen=chosen,
        why=why_now(chosen, language) if chosen else "",
        standing=standing_words(row, language) if row else "",
        last=last,
        explicit=explicit,
        flash=_flash(week, given, language, undone=undone),
        conflict=conflict,
        note=note,
        opened=False,
        trouble=bool(conflict),
        quote_language=spoken[0] if len(spoken) == 1 else "",
    )


def why_now(chosen: Chosen, language: str) -> str:
    """Return the strongest reasons, as sentences one after the other."""
    details = (say_in(language, reason.detail).rstrip(" .") for reason in chosen.why)
    return " ".join(f"{detail[:1].upper()}{detail[1:]}." for detail in details if detail)


def decided(judgement: Judgement, language: str) -> str:
    """Return a verdict with its reason, as in `écarté (hors du territoire)`."""
    words = render(VERDICTS[judgement.verdict], language)
    if judgement.reason is None:
        return words
    reason = render(REASONS[judgement.reason], language)
    return f"{words} ({reason[:1].lower()}{reason[1:]})"


def standing_words(row: Row, language: str) -> str:
    """Return who decided, and why; of another week's verdict, all of it; nothing without one."""
    judgement = row.judgement
    if judgement is None:
        return ""
    who = plain(judgement.who, 60)
    if not row.judged:
        words = Message(
            "En semaine {week}, {who} avait décidé : {verdict}. Il y a du nouveau.",
            {
                "week": int(judgement.week[-2:]),
                "who": who,
                "verdict": decided(judgement, language),
            },
        )
    elif judgement.reason is None:
        words = Message("par {who}", {"who": who})
    else:
        reason = render(REASONS[judgement.reason], language)
        words = Message("{reason}, par {who}", {"reason": reason, "who": who})
    return say_in(language, words)


def _flash(week: WeekView, given: str, language: str, *, undone: bool) -> dict[str, str] | None:
    if undone:
        words = Message("L’avis est annulé ; le candidat attend de nouveau.")
        return {"tone": "undone", "words": say_in(language, words)}
    for row in week.rows:
        if given and given == row.number and row.judgement:
            words = Message(
                "« {name} » : {verdict}.",
                {
                    "name": plain(row.candidate.name, 80),
                    "verdict": decided(row.judgement, language),
                },
            )
            return {"tone": row.judgement.verdict.value, "words": say_in(language, words)}
    return None
