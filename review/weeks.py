"""The pages of a week: reading them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.background import BackgroundTask

from review.access import touch
from review.catalogue import catalogued
from review.dossier import dossier, named_like
from review.picking import Picking, choices, picking
from review.shell import house, page, signature, wants_fragment
from review.text import plain
from review.troubles import MissingError
from review.watches import may_judge, watch_in
from review.week import Chosen, Row, WeekView, choose, monday, nearest, view
from review.words import choose_language, commune_name, say_in
from storage import documents, edits, journal, judgements, queues
from storage.folding import fold
from vigie.errors import StorageError
from vigie.language import render
from vigie.records import ActorKind, Field, Judgement, Message
from vigie.settings import MAIN, Watch
from vigie.typography import week_span
from vigie.words import FIELDS, KINDS, REASONS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy import Connection

    from review.dossier import Alike

GUIDE_COOKIE = "vigie_guide"
PRACTISED = 3
"""Verdicts after which nobody is told that they can be taken back."""

router = APIRouter()


@router.get("/")
def latest(request: Request) -> Response:
    """Lead to the latest week; explain an empty base."""
    watch = watch_in(request)
    with house(request).store.reading() as c:
        weeks = queues.weeks(c, watch.id)
        if not weeks:
            held = documents.counts(c)
            return page(
                request,
                "empty.html",
                sources=held["sources"] or len(catalogued(house(request))),
                documents=held["documents"],
                scouting=house(request).scout is not None,
            )
    return RedirectResponse(f"{watch.address}/semaines/{max(weeks)}", 303)


@router.get("/semaines/{week}")
def show_week(
    request: Request, week: str, picked: Annotated[Picking, Depends(picking)], dit: str = ""
) -> HTMLResponse:
    """Show a week, with the first candidate that waits; `dit` is what was just done."""
    with house(request).store.reading() as c:
        shown = load(c, week, picked, watch_in(request))
        last = journal.last(c, signature(request))
    waiting = shown.waiting_after(None) or next(
        (row.candidate.actor_id for row in shown.shown), None
    )
    row = shown.row(waiting) if waiting else None
    return render_week(request, shown, row, last=last, explicit=False, said=dit)


@router.get("/semaines/{week}/acteurs/{actor_id:path}")
def show_candidate(
    request: Request,
    week: str,
    actor_id: str,
    picked: Annotated[Picking, Depends(picking)],
    *,
    avis: str = "",
    dit: str = "",
    avec: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """Show a week with one of its candidates.

    `avis` is the verdict just given, `dit` what else was just done, `avec` the name of an actor
    that it may be the same as.
    """
    with house(request).store.reading() as c:
        shown = load(c, week, picked, watch_in(request))
        last = journal.last(c, signature(request))
    row = find(shown, actor_id)
    response = render_week(request, shown, row, last=last, given=avis, said=dit, with_name=avec)
    response.background = BackgroundTask(_note_view, request, week, row)
    return response


def _note_view(request: Request, week: str, row: Row) -> None:
    """Remember who opened a candidate, once the page is sent; a busy database is let be."""
    made, who, watch = house(request), signature(request), watch_in(request)
    with suppress(StorageError):
        touch(request)
    if any(view.who == who for view in row.views):
        return
    with suppress(StorageError), made.store.writing() as c:
        edits.saw(c, row.candidate.actor_id, week, who, made.clock(), watch=watch.id)


def load(c: Connection, week: str, picked: Picking | None = None, watch: Watch = MAIN) -> WeekView:
    """Return a watch's week with what stands of its candidates.

    Raises:
        MissingError: there is no queue for that week; it names the nearest.
    """
    weeks = queues.weeks(c, watch.id)
    queue = queues.load(c, week, watch.id) if week in weeks else None
    if queue is None:
        near = nearest(week, weeks)
        if near is None:
            raise MissingError(Message("Aucune semaine n’a encore été calculée."))
        raise MissingError(
            Message("Il n’y a pas de file pour la semaine « {week} ».", {"week": plain(week, 40)}),
            f"{watch.address}/semaines/{near}",
            Message(
                "La plus proche est la semaine {week} de {year}",
                {"week": int(near[-2:]), "year": near[:4]},
            ),
        )
    actor_ids = [candidate.actor_id for candidate in queue.candidates]
    return view(
        queue,
        judgements.standing_in(c, actor_ids, watch.id),
        weeks,
        picked,
        watch=watch,
        seen=edits.seen_by(c, week, actor_ids, watch.id),
        assigned={
            actor_id: found[Field.ASSIGNEE]
            for actor_id, found in edits.standing(c, actor_ids, Field.ASSIGNEE).items()
        },
    )


def find(week: WeekView, actor_id: str) -> Row:
    """Return a candidate's line; raise `MissingError` when the week does not hold it."""
    row = week.row(actor_id)
    if row is None:
        raise MissingError(
            Message("Cet acteur n’est pas dans la file de cette semaine."),
            week.address,
            Message("Voir la file de cette semaine"),
        )
    return row


def render_week(
    request: Request,
    week: WeekView,
    row: Row | None,
    *,
    last: journal.Act | None,
    explicit: bool = True,
    given: str = "",
    said: str = "",
    conflict: str = "",
    note: str = "",
    with_name: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Return the page of a week, or for htmx the part of it that changes."""
    made, language, who = house(request), choose_language(request), signature(request)
    spoken = week.watch.languages
    chosen, guide = None, ""
    sought: tuple[Alike, ...] = ()
    if row:
        candidate = row.candidate
        with made.store.reading() as c:
            guide = guide_step(request, *judgements.practice(c, who))
            known = dossier(
                c,
                candidate.actor_id,
                week.watch,
                week.queue.as_of,
                commune=candidate.commune,
            )
            if with_name.strip():
                sought = named_like(c, with_name, made.vocabulary(c), known.root)
        chosen = choose(week, row, known)
    return page(
        request,
        "fragment.html" if wants_fragment(request) else "week.html",
        status,
        week=week,
        week_number=int(week.queue.week[-2:]),
        span=week_span(monday(week.queue.week), language),
        chosen=chosen,
        why=why_now(chosen, language) if chosen else "",
        standing=standing_words(row, language, made.settings.watches) if row else "",
        judges=may_judge(request, week.watch),
        last=last,
        explicit=explicit,
        last_words=act_words(last, language) if last else "",
        flash=_flash(week, given, language, said),
        conflict=conflict,
        note=note,
        with_name=with_name,
        sought=sought,
        choices=choices(week.queue),
        choice_names=_choice_names(week, language),
        colleagues=sorted({view.who for one in week.rows for view in one.views} - {who}),
        trouble=bool(conflict),
        guide=guide,
        quote_language=spoken[0] if len(spoken) == 1 else "",
    )


def guide_step(request: Request, given: int, withdrawn: int) -> str:
    """Return what somebody new to queues is shown: `first`, then `undo`, then nothing any more.

    Whoever has judged knows how it is done, whoever has undone knows that too; a cookie remembers
    who wants neither.
    """
    if request.cookies.get(GUIDE_COOKIE) == "off":
        return ""
    if not given:
        return "first"
    return "undo" if given < PRACTISED and not withdrawn else ""


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


def standing_words(row: Row, language: str, watches: Iterable[Watch] = ()) -> str:
    """Return who decided, and why; of another week's verdict, all of it; nothing without one.

    What another of the watches decided is said to be so.
    """
    judgement = row.judgement
    if judgement is None:
        return ""
    who = plain(judgement.who, 60)
    if row.elsewhere:
        names = {one.id: plain(one.name, 60) for one in watches}
        words = Message(
            "par {who}, dans la veille « {watch} »",
            {"who": who, "watch": names.get(judgement.watch, judgement.watch)},
        )
    elif not row.judged:
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


def _choice_names(week: WeekView, language: str) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen in each filter, with its name, in the order of the names."""
    groups = {one.id: ", ".join(one.label[:3]) or one.id for one in week.queue.clusters}
    nowhere = say_in(language, Message("commune à préciser"))
    names: dict[str, Callable[[str], str]] = {
        "commune": lambda code: commune_name(code) or nowhere,
        "type": lambda kind: render(KINDS[ActorKind(kind)], language),
        "source": str,
        "groupe": lambda group: groups.get(group, group),
        "theme": str,
    }
    return {
        name: sorted(
            ((value, names[name](value)) for value in counted), key=lambda one: fold(one[1])
        )
        for name, counted in choices(week.queue).items()
    }


SAID = {
    "annule": ("undone", Message("C’est annulé.")),
    "attribue": ("keep", Message("C’est noté : on sait qui s’en occupe.")),
    "note": ("keep", Message("La note est gardée.")),
    "distinct": ("keep", Message("C’est noté : ce sont deux acteurs. La question ne revient pas.")),
    "ecrit": ("keep", Message("C’est écrit.")),
    "juge": ("keep", Message("L’avis est donné.")),
    "propose": ("keep", Message("C’est proposé : il sera dans la prochaine file.")),
    "fusionne": ("keep", Message("Les deux acteurs n’en font plus qu’un : celui-ci.")),
    "scinde": ("keep", Message("Voici l’acteur qui a été séparé.")),
    "entretemps": (
        "trouble",
        Message("Entre-temps, l’avis a changé : le vôtre n’est pas enregistré. Voici ce qui vaut."),
    ),
    "rien": ("trouble", Message("Rien n’était choisi dans la liste.")),
    "partiel": (
        "trouble",
        Message(
            "D’autres ont décidé entre-temps de certains de ces candidats : leurs avis restent, "
            "le vôtre n’est donné qu’aux autres."
        ),
    ),
    "ensemble": ("keep", Message("L’avis est donné à tous ceux qui étaient choisis.")),
}
"""What was just done, by the word that addresses carry."""


def act_words(act: journal.Act, language: str) -> str:
    """Return what an act was, in a few words: whom it was about and what was decided."""
    name = plain(act.actor_name, 60)
    if act.judgement:
        what = render(VERDICTS[act.judgement.verdict], language)
    elif act.edit:
        what = render(FIELDS[act.edit.field], language)
    elif act.kind is journal.ActKind.PROPOSAL:
        what = say_in(language, Message("proposition"))
    elif act.kind in {journal.ActKind.ROUND, journal.ActKind.OPINION}:
        what = say_in(language, Message("consultation"))
    else:
        what = plain(act.other_name, 60)
    return say_in(language, Message("{name}, {what}", {"name": name, "what": what}))


def _flash(week: WeekView, given: str, language: str, said: str) -> dict[str, str] | None:
    if said in SAID:
        tone, words = SAID[said]
        return {"tone": tone, "words": say_in(language, words)}
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
