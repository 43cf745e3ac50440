"""The queues of the watches, for programs: what `/api/watches` and `/api/weeks` answer."""

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import HTTPException, Path, Query, Request

from review.picking import themes
from review.schema import Answer, Quote, taken
from review.shell import house
from review.troubles import MissingError
from review.watches import named
from review.week import Row
from review.weeks import load
from review.words import say_in
from storage import queues
from vigie.records import ActorKind, ClusterChange, EnteredBy, Verdict
from vigie.settings import Watch


class Reason(Answer):
    """One term of a score; the contributions add up to it."""

    feature: str
    value: float
    contribution: float
    detail: str
    """A French sentence that a reader can check."""


class ViewOut(Answer):
    """That a person has opened a candidate."""

    who: str
    at: datetime


class CandidateOut(Answer):
    """An actor proposed for a week, with the verdict that stands."""

    rank: int
    actor_id: str
    name: str
    """As it was when it was proposed."""
    aliases: list[str]
    kind: ActorKind
    commune: str | None
    """INSEE code."""
    score: float
    entered_by: EnteredBy
    first_seen: date
    mentions: int
    stories: int
    """Independent of each other: copies of one release count once."""
    sources: int
    cluster: str | None
    """The id of its group."""
    themes: list[str]
    verdict: Verdict | None
    """The last one that stands, of whichever week."""
    decided_in: str | None
    """Id of the watch that gave it: its own, or another that keeps the actor."""
    judged: bool
    """Whether it was given in this week or later."""
    assignee: str | None
    views: list[ViewOut]
    reasons: list[Reason]
    evidence: list[Quote]


class GroupOut(Answer):
    """Actors that belong together, in one week."""

    id: str
    label: list[str]
    """Its most telling terms, the strongest first."""
    members: list[str]
    """Actor ids."""
    known: list[str]
    """Of these, those that the lab keeps."""
    since: str
    """The week in which it was first seen; empty when that is not known."""
    change: ClusterChange


class WatchOut(Answer):
    """One of the installation's watches."""

    id: str
    name: str
    territory: list[str]
    """Codes of communes, intercommunalities or departments."""
    themes: list[str]
    only_themes: bool
    """It proposes none but those who touch a theme."""
    sources: list[str]
    """Ids or patterns; none: all of them."""
    address: str
    """Of its queue's page."""


class WeekOut(Answer):
    """A week's queue."""

    watch: str
    """Id of the watch that it is for."""
    week: str
    as_of: date
    done: int
    """Candidates judged."""
    minutes: int
    """To be reckoned with for the others."""
    candidates: list[CandidateOut]
    groups: list[GroupOut]


Week = Annotated[str, Path(max_length=200)]
Asking = Annotated[str, Query(max_length=40, description="id of a watch; the first without")]


def _watch(request: Request, watch: str) -> Watch:
    try:
        return named(request, watch)
    except MissingError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such watch") from error


def every_watch(request: Request) -> list[WatchOut]:
    """Return the watches of this installation, the first one first."""
    return [
        WatchOut(**taken(one, WatchOut, "address"), address=f"{one.address}/")
        for one in house(request).settings.watches
    ]


def weeks(request: Request, watch: Asking = "") -> list[str]:
    """Return the weeks of which a watch has a queue, the newest first."""
    asked = _watch(request, watch)
    with house(request).store.reading() as c:
        return queues.weeks(c, asked.id)


def week_of(request: Request, week: Week, watch: Asking = "") -> WeekOut:
    """Return a watch's queue of a week with what stands of its candidates."""
    asked = _watch(request, watch)
    with house(request).store.reading() as c:
        try:
            shown = load(c, week, watch=asked)
        except MissingError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no queue for this week") from error
    return WeekOut(
        watch=asked.id,
        week=week,
        as_of=shown.queue.as_of,
        done=shown.done,
        minutes=shown.minutes,
        candidates=[_candidate(row) for row in shown.rows],
        groups=[GroupOut(**taken(one, GroupOut)) for one in shown.queue.clusters],
    )


_OF_A_ROW = (
    "themes",
    "verdict",
    "decided_in",
    "judged",
    "assignee",
    "views",
    "reasons",
    "evidence",
)


def _candidate(row: Row) -> CandidateOut:
    one = row.candidate
    return CandidateOut(
        **taken(one, CandidateOut, *_OF_A_ROW),
        themes=list(themes(one)),
        verdict=row.judgement.verdict if row.judgement else None,
        decided_in=row.judgement.watch if row.judgement else None,
        judged=row.judged,
        assignee=row.assignee or None,
        views=[ViewOut(**taken(view, ViewOut)) for view in row.views],
        reasons=[
            Reason(
                feature=reason.name,
                value=reason.value,
                contribution=reason.contribution,
                detail=say_in("fr", reason.detail),
            )
            for reason in one.reasons
        ],
        evidence=[Quote(**taken(quote, Quote)) for quote in one.evidence],
    )
