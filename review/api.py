"""What the pages show, as JSON, for programs: read only, with a token of narrow scope.

Its description (OpenAPI) stands at `/api/openapi.json`.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

import vigie
from review import access
from review.annuaire import Asked, search_of
from review.picking import themes
from review.shell import House, house, today
from review.words import say_in
from storage import accounts, actors, directory, edits, judgements, queues, relations, sources
from storage import told as tellings
from vigie.errors import VigieError
from vigie.records import ActorKind, EnteredBy, Field, HealthState, RelationKind, Scope, Verdict

PAGE = 100

bearer = HTTPBearer(auto_error=False, description="Un jeton de « vigie user token »")
Given = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


class Reason(BaseModel):
    """One term of a score; the contributions add up to it."""

    feature: str
    value: float
    contribution: float
    detail: str


class Quote(BaseModel):
    """A quoted sentence and where it stands."""

    document_url: str
    source: str
    date: date
    quote: str


class CandidateOut(BaseModel):
    """An actor proposed for a week, with the verdict that stands."""

    rank: int
    actor_id: str
    name: str
    kind: ActorKind
    commune: str | None
    score: float
    entered_by: EnteredBy
    first_seen: date
    mentions: int
    stories: int
    sources: int
    cluster: str | None
    themes: list[str]
    verdict: Verdict | None
    assignee: str | None
    reasons: list[Reason]
    evidence: list[Quote]


class WeekOut(BaseModel):
    """A week's queue."""

    week: str
    as_of: date
    candidates: list[CandidateOut]


class ActorOut(BaseModel):
    """An actor of the directory."""

    actor_id: str
    name: str
    kinds: list[ActorKind]
    communes: list[str]
    mentions: int
    first_day: date | None
    last_day: date | None
    verdict: Verdict | None
    description: str | None
    themes: list[str]
    links: list[str]
    stage: str | None
    assignee: str | None


class FoundOut(BaseModel):
    """A page of the directory."""

    total: int
    actors: list[ActorOut]


class TieOut(BaseModel):
    """A sentence that names an actor with another."""

    actor_id: str
    other_id: str
    kind: RelationKind
    sentence: str
    document_url: str
    date: date


class ActorWhole(ActorOut):
    """An actor with what is told of it."""

    aliases: list[str]
    evidence: list[Quote]
    ties: list[TieOut]


class SourceOut(BaseModel):
    """A source and how it fares."""

    id: str
    name: str
    url: str
    state: HealthState
    message: str
    documents: int
    newest: date | None


def reads(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Return a dependency that lets through whoever may read something."""

    def check(request: Request, given: Given) -> None:
        with house(request).store.reading() as c:
            if not accounts.any_exist(c):
                return
            token = accounts.of_token(c, access.digest(given.credentials)) if given else None
        if token is None:
            raise HTTPException(
                HTTPStatus.UNAUTHORIZED, "a valid token is needed", {"www-authenticate": "Bearer"}
            )
        if scope not in token.scopes:
            raise HTTPException(HTTPStatus.FORBIDDEN, f"this token does not read: {scope}")

    return Depends(check)


REFUSALS = {
    status.value: {"description": words}
    for status, words in (
        (HTTPStatus.BAD_REQUEST, "not understood"),
        (HTTPStatus.UNAUTHORIZED, "no valid token"),
        (HTTPStatus.FORBIDDEN, "the token does not read this"),
        (HTTPStatus.NOT_FOUND, "there is none"),
        (HTTPStatus.SERVICE_UNAVAILABLE, "the database is busy"),
    )
}
Id = Annotated[str, Path(max_length=200)]


def create_api(made: House) -> FastAPI:
    """Return the interface, to be mounted at `/api`."""
    api = FastAPI(
        title="Vigie",
        version=vigie.__version__,
        description="Ce que montrent les pages, en JSON, à lire.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=REFUSALS,  # type: ignore[arg-type]  # mypy wants `str | int` keys
    )
    api.state.house = made
    api.get("/weeks", dependencies=[reads(Scope.QUEUE)])(weeks)
    api.get("/weeks/{week}", dependencies=[reads(Scope.QUEUE)])(week_of)
    api.get("/actors", dependencies=[reads(Scope.DIRECTORY)])(found)
    api.get("/actors/{actor_id}", dependencies=[reads(Scope.DIRECTORY)])(actor)
    api.get("/sources", dependencies=[reads(Scope.SOURCES)])(every_source)

    @api.exception_handler(VigieError)
    def _expected(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)

    return api


def weeks(request: Request) -> list[str]:
    """Return the weeks that have a queue, the newest first."""
    with house(request).store.reading() as c:
        return queues.weeks(c)


def week_of(request: Request, week: Id) -> WeekOut:
    """Return a week's queue with what stands of its candidates."""
    with house(request).store.reading() as c:
        queue = queues.load(c, week)
        if queue is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no queue for this week")
        ids = [one.actor_id for one in queue.candidates]
        standing = judgements.standing(c, ids)
        assigned = edits.standing(c, ids, Field.ASSIGNEE)
    return WeekOut(
        week=queue.week,
        as_of=queue.as_of,
        candidates=[
            CandidateOut(
                **{name: getattr(one, name) for name in _PLAIN},
                themes=list(themes(one)),
                verdict=entry.judgement.verdict if (entry := standing.get(one.actor_id)) else None,
                assignee=assigned[one.actor_id][Field.ASSIGNEE].words
                if one.actor_id in assigned
                else None,
                reasons=[
                    Reason(
                        feature=reason.name,
                        value=reason.value,
                        contribution=reason.contribution,
                        detail=say_in("fr", reason.detail),
                    )
                    for reason in one.reasons
                ],
                evidence=[
                    Quote(
                        document_url=quote.document_url,
                        source=quote.source,
                        date=quote.date,
                        quote=quote.quote,
                    )
                    for quote in one.evidence
                ],
            )
            for one in queue.candidates
        ],
    )


_PLAIN = (
    "rank",
    "actor_id",
    "name",
    "kind",
    "commune",
    "score",
    "entered_by",
    "first_seen",
    "mentions",
    "stories",
    "sources",
    "cluster",
)


def found(
    request: Request, given: Asked, offset: Annotated[int, Query(ge=0, le=200_000)] = 0
) -> FoundOut:
    """Return the actors that a search of the directory finds, a hundred at a time."""
    made = house(request)
    with made.store.reading() as c:
        page = made.found(c, search_of(given), PAGE, offset)
    return FoundOut(total=page.total, actors=[ActorOut(**_fields(one)) for one in page.lines])


def actor(request: Request, actor_id: Id) -> ActorWhole:
    """Return an actor, or the one it was merged into, with what is told of it."""
    with house(request).store.reading() as c:
        whole = actors.get(c, actor_id)
        if whole is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such actor")
        (line,) = directory.lines(c, [whole.id])
        told = tellings.by_documents(c, whole.id, 50)
        ties = relations.ties_in(c, whole.id, [one.document_id for one in told], today(request))
    return ActorWhole(
        **_fields(line),
        aliases=list(whole.aliases),
        evidence=[
            Quote(document_url=one.url, source=one.source, date=one.day, quote=one.sentence)
            for one in told
        ],
        ties=[
            TieOut(
                actor_id=tie.actor_id,
                other_id=tie.other_id,
                kind=tie.kind,
                sentence=tie.sentence,
                document_url=tie.document_url,
                date=tie.day,
            )
            for tie in ties
        ],
    )


def _fields(line: directory.Line) -> dict[str, Any]:
    def said(field: Field) -> list[str]:
        return list(line.written[field].edit.value) if field in line.written else []

    return {
        "actor_id": line.actor_id,
        "name": line.name,
        "kinds": list(line.kinds),
        "communes": list(line.communes),
        "mentions": line.mentions,
        "first_day": line.first_day,
        "last_day": line.last_day,
        "verdict": line.verdict,
        "description": next(iter(said(Field.DESCRIPTION)), None),
        "themes": said(Field.THEMES),
        "links": said(Field.LINKS),
        "stage": next(iter(said(Field.STAGE)), None),
        "assignee": next(iter(said(Field.ASSIGNEE)), None),
    }


def every_source(request: Request) -> list[SourceOut]:
    """Return the sources with their health and what they brought."""
    with house(request).store.reading() as c:
        known, health, brought = sources.all(c), sources.health(c), sources.yields(c)
    return [
        SourceOut(
            id=one.id,
            name=one.name,
            url=one.url,
            state=health[one.id].state if one.id in health else HealthState.UNTRIED,
            message=say_in("fr", health[one.id].message) if one.id in health else "",
            documents=brought[one.id].documents if one.id in brought else 0,
            newest=brought[one.id].newest if one.id in brought else None,
        )
        for one in known
    ]
