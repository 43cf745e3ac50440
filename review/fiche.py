"""The *fiche acteur*: what is known of an actor, documented together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from review.access import CONTRIBUTOR, OFFICER
from review.bridges import side_of
from review.dossier import Dossier, dossier, named_like
from review.fields import WRITABLE, Entered, enter, entered, not_a_person, shown_in
from review.forms import check_token
from review.proposed import see_that_others_judged
from review.shell import house, page, signature, today
from review.text import path_part, plain
from review.troubles import IncompleteError, MissingError
from review.verdicts import clean_note
from review.watches import judged_in, mine
from review.weeks import SAID
from review.words import choose_language, environment, say_in
from storage import (
    actors,
    directory,
    distinctions,
    edits,
    exchanges,
    journal,
    judgements,
    opinions,
    proposals,
    registrations,
    relations,
    splits,
)
from storage import told as tellings
from vigie.records import (
    Edit,
    Field,
    Judgement,
    Message,
    RejectReason,
    Side,
    Stage,
    Verdict,
    Visibility,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from storage.directory import Line
    from storage.edits import Revision
    from storage.told import Telling
    from vigie.records import Actor, Registration, Tie

LONG_SILENCE = timedelta(days=365)
MOST_TIES = 30
MOST_STORIES = 30

router = APIRouter()
changes = APIRouter(dependencies=[Depends(check_token)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Tied:
    """Another actor with the sentences that tie it to this one, the newest first."""

    other: Line
    ties: tuple[Tie, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fiche:
    """All that the page of an actor shows."""

    actor: Actor
    line: Line
    dossier: Dossier
    said: tuple[str, ...]
    """What sentences say that it is."""
    tied: tuple[Tied, ...]
    coming: tuple[Telling, ...]
    revisions: Mapping[Field, tuple[Revision, ...]]
    acts: tuple[journal.Act, ...]
    standing: judgements.Entry | None
    verdicts: list[judgements.Entry]
    """The last one of each watch that gave any."""
    proposed: tuple[proposals.Entry, ...] = ()
    """What was proposed of it, the newest first."""
    registered: tuple[Registration, ...] = ()
    """What registers say of it."""
    consulted: tuple[opinions.Entry, ...] = ()
    """The rounds of opinions on it, the newest first."""

    @property
    def stories(self) -> tuple[tuple[Telling, ...], ...]:
        """Return the stories that name it, the newest first, each with its copies."""
        told = self.dossier.copies.values()
        newest = sorted(told, key=lambda some: (-some[0].day.toordinal(), some[0].document_id))
        return tuple(newest[:MOST_STORIES])

    def silent(self, day: date) -> bool:
        """Tell whether it is to be asked if it is still active."""
        asked = self.dossier.written.get(Field.ACTIVE)
        heard = [self.line.last_day or self.actor.first_seen]
        heard += [asked.edit.at.date()] if asked else []
        return day - max(heard) > LONG_SILENCE


@router.get("/acteurs/{actor_id:path}")
def show(
    request: Request,
    actor_id: str,
    dit: str = "",
    avec: Annotated[str, Query(max_length=200)] = "",
    format: Annotated[str, Query(max_length=10)] = "",  # noqa: A002 - its name in the address
) -> Response:
    """Show an actor; `format=md` gives it as Markdown; a merged one leads to what it became."""
    made, day = house(request), today(request)
    with made.store.reading() as c:
        root = _root(c, actor_id)
        if root != actor_id:
            return RedirectResponse(f"/acteurs/{path_part(root)}", HTTPStatus.SEE_OTHER)
        fiche = read(c, request, actor_id)
        known = fiche.dossier
        elsewhere = exchanges.imported_citations(c, actor_id)
        sought = named_like(c, avec, made.vocabulary(c), root) if avec.strip() else ()
    if format == "md":
        return _markdown(request, fiche)
    tone, words = SAID.get(dit, ("", None))
    return page(
        request,
        "fiche.html",
        fiche=fiche,
        known=known,
        silent=fiche.silent(day),
        stages=tuple(Stage),
        visibilities=tuple(Visibility),
        sides=tuple(Side),
        side=side_of(fiche.line),
        visible_to=exchanges.visibility(fiche.line, made.settings.watch.visibility),
        elsewhere=elsewhere,
        said=say_in(choose_language(request), words) if words else "",
        tone=tone,
        with_name=avec,
        sought=sought,
        writable=WRITABLE,
        mine=mine(request),
        asked_watch=request.query_params.get("veille", ""),
    )


def read(c: Connection, request: Request, actor_id: str) -> Fiche:
    """Return all that is known of an actor that stands for itself."""
    made, day = house(request), today(request)
    actor = actors.load(c, [actor_id]).get(actor_id)
    line = next(iter(directory.lines(c, [actor_id])), None)
    if actor is None or line is None:
        raise _unknown()
    commune = line.communes[0] if line.communes else None
    known = dossier(c, actor_id, made.settings.watch, day, commune=commune)
    revisions: dict[Field, list[Revision]] = {}
    for one in edits.revisions(c, actor_id):
        revisions.setdefault(one.edit.field, []).append(one)
    return Fiche(
        actor=actor,
        line=line,
        dossier=known,
        said=tuple(actors.descriptions(c, actor_id, day)[:3]),
        tied=_tied(c, actor_id, [one.document_id for one in known.tellings], day),
        coming=tuple(one for _, one in tellings.coming(c, [actor_id], day, 20)),
        revisions={field: tuple(some) for field, some in revisions.items()},
        acts=tuple(journal.read(c, 30, actor_id=actor_id)),
        standing=judgements.settled(c, [actor_id]).get(actor_id),
        verdicts=judgements.by_watch(c, actor_id),
        proposed=tuple(proposals.of_actor(c, actor_id)),
        registered=tuple(registrations.of_actors(c, [actor_id]).get(actor_id, ())),
        consulted=tuple(opinions.of_actor(c, actor_id)),
    )


def _tied(c: Connection, actor_id: str, documents: list[str], day: date) -> tuple[Tied, ...]:
    by_other: dict[str, list[Tie]] = {}
    for tie in relations.ties_in(c, actor_id, documents, day):
        other = tie.other_id if tie.actor_id == actor_id else tie.actor_id
        by_other.setdefault(other, []).append(tie)
    ranked = sorted(by_other, key=lambda i: (-len({t.story_id for t in by_other[i]}), i))
    return tuple(
        Tied(other=line, ties=tuple(by_other[line.actor_id]))
        for line in directory.lines(c, ranked[:MOST_TIES])
    )


def _root(c: Connection, actor_id: str) -> str:
    root = actors.surviving(c, [actor_id]).get(actor_id)
    if root is None:
        raise _unknown()
    return root


def _unknown() -> MissingError:
    return MissingError(
        Message("Il n’y a pas d’acteur à cette adresse."), "/annuaire", Message("Ouvrir l’annuaire")
    )


def _markdown(request: Request, fiche: Fiche) -> Response:
    template = environment(choose_language(request)).get_template("fiche.md")
    text = template.render(fiche=fiche, address=str(request.url.path))
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8")


# --- writing ---------------------------------------------------------------------------------


@router.get("/fiche/modifier/{actor_id:path}")
def edit_form(request: Request, actor_id: str) -> HTMLResponse:
    """Show the fields of an actor, to be written."""
    with house(request).store.reading() as c:
        _root(c, actor_id)
        fiche = read(c, request, actor_id)
    return _form(request, fiche, shown_in(fiche.line, choose_language(request)))


@changes.post("/fiche/modifier/{actor_id:path}", dependencies=[CONTRIBUTOR])
def write(
    request: Request, actor_id: str, form: Annotated[dict[str, str], Depends(entered)]
) -> Response:
    """Keep what was changed; nothing of it when a field is wrong or was changed meanwhile."""
    made, who = house(request), signature(request)
    with made.store.writing() as c:
        _root(c, actor_id)
        fiche = read(c, request, actor_id)
        stand = shown_in(fiche.line, choose_language(request))
        given = [enter(field, form, stand[field], made.settings.watch) for field in WRITABLE]
        changed = [one for one in given if one.changed]
        if any(one.wrong or one.conflict for one in changed):
            wrong = {one.field: one for one in changed if one.wrong or one.conflict}
            asked = stand | {one.field: one.text for one in given}
            return _form(
                request, fiche, asked, wrong=wrong, stand=stand, status=HTTPStatus.CONFLICT
            )
        for one in changed:
            at = made.clock()
            edits.add(c, Edit(actor_id=actor_id, field=one.field, value=one.value, who=who, at=at))
    return _back(actor_id, "ecrit")


def _form(
    request: Request,
    fiche: Fiche,
    texts: Mapping[Field, str],
    *,
    wrong: Mapping[Field, Entered] | None = None,
    stand: Mapping[Field, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page(
        request,
        "fiche_edit.html",
        status,
        fiche=fiche,
        texts=texts,
        stand=stand or texts,
        wrong=wrong or {},
        writable=WRITABLE,
    )


@changes.post("/fiche/dire/{actor_id:path}", dependencies=[CONTRIBUTOR])
def say_one(
    request: Request,
    actor_id: str,
    *,
    stage: Annotated[Stage | None, Form()] = None,
    visibility: Annotated[Visibility | None, Form()] = None,
    side: Annotated[Side | None, Form()] = None,
    function: Annotated[str, Form(max_length=200)] = "",
    active: Annotated[str, Form(pattern="^(yes|no)$")] = "",
    note: Annotated[str, Form()] = "",
    whom: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep one thing said of an actor: stage, side, visibility, activity, a remark, an assignee."""
    made, who = house(request), signature(request)
    said = {
        Field.STAGE: stage.value if stage else "",
        Field.VISIBILITY: visibility.value if visibility else "",
        Field.SIDE: side.value if side else "",
        Field.FUNCTION: plain(function, 120),
        Field.ACTIVE: active,
        Field.NOTE: clean_note(note),
        Field.ASSIGNEE: plain(whom, 60),
    }
    field = next((field for field, value in said.items() if value), None)
    back = f"/acteurs/{path_part(actor_id)}"
    if field is None:
        raise IncompleteError(Message("Rien n’était écrit."), back)
    if wrong := not_a_person(said[Field.NOTE]) or not_a_person(said[Field.FUNCTION]):
        raise IncompleteError(wrong, back)
    with made.store.writing() as c:
        stands = edits.standing(c, [actor_id], field).get(actor_id, {}).get(field)
        fresh = field in (Field.NOTE, Field.ACTIVE)
        if fresh or not stands or stands.edit.value != (said[field],):
            value, at = (said[field],), made.clock()
            edits.add(c, Edit(actor_id=actor_id, field=field, value=value, who=who, at=at))
    return _back(actor_id, "ecrit")


@changes.post("/fiche/juger/{actor_id:path}", dependencies=[OFFICER])
def judge(
    request: Request,
    actor_id: str,
    *,
    seen: Annotated[str, Form()] = "",
    verdict: Annotated[Verdict | None, Form()] = None,
    reason: Annotated[RejectReason | None, Form()] = None,
    into: Annotated[str, Form(max_length=200)] = "",
    vers: Annotated[str, Form(max_length=20)] = "",
    veille: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Judge an actor outside of a queue, in the week of the day; `into` merges it.

    For the watch `veille`, else the first in which the visitor judges. One goes back to its page,
    or to that of proposals (`vers`).
    """
    made, who = house(request), signature(request)
    verdict = Verdict.MERGE if into else verdict or (Verdict.REJECT if reason else None)
    if verdict is None or (verdict is Verdict.MERGE and not into):
        raise IncompleteError(Message("Donnez un avis : retenir, suivre ou écarter."))
    listed, watch = vers == "/propositions", judged_in(request, veille)
    with made.store.writing() as c:
        see_that_others_judged(c, request, [actor_id])
        stands = judgements.settled(c, [actor_id]).get(actor_id)
        if seen != (str(stands.id) if stands else ""):
            return _listed("entretemps") if listed else _back(actor_id, "entretemps")
        judgements.add(
            c,
            Judgement(
                actor_id=actor_id,
                verdict=verdict,
                who=who,
                at=made.clock(),
                week=iso_week(today(request)),
                reason=reason if verdict is Verdict.REJECT else None,
                merge_into=into or None,
                watch=watch.id,
            ),
        )
    return _listed("juge") if listed else _back(into or actor_id, "fusionne" if into else "juge")


@changes.post("/fiche/distinguer/{actor_id:path}", dependencies=[OFFICER])
def tell_apart(
    request: Request, actor_id: str, other: Annotated[str, Form(max_length=200)]
) -> Response:
    """Keep that an actor and another one are two."""
    made = house(request)
    with made.store.writing() as c:
        if frozenset((actor_id, other)) not in distinctions.apart(c, [actor_id]):
            distinctions.add(c, actor_id, other, signature(request), made.clock())
    return _back(actor_id, "distinct")


@changes.post("/fiche/scinder/{actor_id:path}", dependencies=[OFFICER])
def split(
    request: Request,
    actor_id: str,
    *,
    name: Annotated[list[str] | None, Form()] = None,
    document: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make an actor of its own of some names or documents, and show it."""
    made, who = house(request), signature(request)
    if not name and not document:
        raise MissingError(
            Message("Cochez des noms ou des documents à séparer."),
            f"/acteurs/{path_part(actor_id)}",
            Message("Revenir à la fiche"),
        )
    with made.store.writing() as c:
        made_of = splits.split(
            c, actor_id, who, made.clock(), names=name or (), documents=document or ()
        )
    return _back(made_of.new_id, "scinde")


def _listed(said: str) -> Response:
    return RedirectResponse(f"/propositions?dit={said}", HTTPStatus.SEE_OTHER)


def _back(actor_id: str, said: str) -> Response:
    return RedirectResponse(f"/acteurs/{path_part(actor_id)}?dit={said}", HTTPStatus.SEE_OTHER)
