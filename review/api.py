"""What the pages show, as JSON, for programs: read only, with a token of narrow scope.

Its description (OpenAPI) stands at `/api/openapi.json`, a guide to it in `docs/api.md`; what is
answered is in `review.schema`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

import vigie
from review import access, api_weeks, fiche, network, proposed, rates, rounds, territory
from review.annuaire import SORTS, VERDICTS_ASKED, Asked, search_of
from review.catalogue import SourceRow, source_rows
from review.desk import next_page
from review.forms import Moment  # noqa: TC001 - FastAPI reads it when it starts
from review.pictures import first_monday
from review.rates import TooManyError
from review.schema import (
    ActorOut,
    ActorWhole,
    ActOut,
    AlikeOut,
    BlindSpotsOut,
    EdgeOut,
    EventOut,
    FoundOut,
    GroupsOut,
    JournalOut,
    LastingOut,
    MapOut,
    MemberOut,
    NetworkOut,
    NodeOut,
    PlaceOut,
    Quote,
    RevisionOut,
    SearchOut,
    SourceOut,
    TieOut,
    WeekCountOut,
    taken,
)
from review.shell import House, house, today
from review.troubles import MissingError
from review.words import say_in
from storage import accounts, actors, directory, edits, journal, searches
from storage import told as tellings
from vigie import gazetteer
from vigie.errors import VigieError
from vigie.records import ActorKind, Field, RelationKind, Scope, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


PAGE = 100

bearer = HTTPBearer(auto_error=False, description="Un jeton de « vigie user token »")
Given = Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]


def reads(scope: Scope) -> Any:  # noqa: ANN401 - what FastAPI calls a dependency
    """Return a dependency that lets through whoever may read something."""

    def check(request: Request, given: Given) -> None:
        made = house(request)
        with made.store.reading() as c:
            if not access.is_guarded(c, made.settings):
                return
            token = accounts.of_token(c, access.digest(given.credentials)) if given else None
        # A token's account has what people have; who has none is counted by address.
        who = f"token {token.name}" if token else f"@{rates.address(request)}"
        made.rates.take(rates.asking(request), who, made.clock())
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
        (HTTPStatus.TOO_MANY_REQUESTS, "asked too often: `Retry-After` says how long to wait"),
        (HTTPStatus.SERVICE_UNAVAILABLE, "the database is busy"),
    )
}
Id = Annotated[str, Path(max_length=200)]


WORDS: Mapping[str, Collection[str]] = {
    "type": tuple(ActorKind),
    "avis": tuple(filter(None, VERDICTS_ASKED)),
    "relation": tuple(Stage),
    "tri": tuple(filter(None, SORTS)),
    "lien": tuple(RelationKind),
}
"""What may be asked by a word of its own."""


def understood(request: Request) -> None:
    """Refuse words that ask nothing, which the pages let be: a program would not notice.

    Raises:
        RequestValidationError: one is none of those that may be asked.
    """
    wrong = [
        {"loc": ["query", name], "msg": f"one of: {', '.join(words)}", "type": "enum"}
        for name, words in WORDS.items()
        for given in request.query_params.getlist(name)
        if given.strip() and given.strip() not in words
    ]
    if wrong:
        raise RequestValidationError(wrong)


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
    for path, scope, read in RESOURCES:
        api.get(path, dependencies=[reads(scope), Depends(understood)], tags=[scope])(read)

    @api.exception_handler(TooManyError)
    def _too_many(_: Request, error: Exception) -> JSONResponse:
        seconds = error.seconds if isinstance(error, TooManyError) else 1
        return JSONResponse(
            {"detail": f"too many requests: wait {seconds} s"},
            HTTPStatus.TOO_MANY_REQUESTS,
            {"retry-after": str(seconds)},
        )

    @api.exception_handler(VigieError)
    def _expected(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, HTTPStatus.SERVICE_UNAVAILABLE)

    return api


def found(
    request: Request, given: Asked, offset: Annotated[int, Query(ge=0, le=200_000)] = 0
) -> FoundOut:
    """Return the actors that a search of the directory finds, a hundred at a time."""
    made = house(request)
    with made.store.reading() as c:
        page = made.found(c, search_of(given), PAGE, offset)
    return FoundOut(total=page.total, actors=[ActorOut(**_line(one)) for one in page.lines])


def _line(line: directory.Line) -> dict[str, Any]:
    def said(field: Field) -> list[str]:
        return list(line.written[field].edit.value) if field in line.written else []

    return taken(
        line, ActorOut, "description", "themes", "links", "stage", "assignee", "visibility"
    ) | {
        "description": next(iter(said(Field.DESCRIPTION)), None),
        "themes": said(Field.THEMES),
        "links": said(Field.LINKS),
        "stage": next(iter(said(Field.STAGE)), None),
        "assignee": next(iter(said(Field.ASSIGNEE)), None),
        "visibility": next(iter(said(Field.VISIBILITY)), None),
    }


def actor(request: Request, actor_id: Id) -> ActorWhole:
    """Return an actor, or the one it was merged into, with what is told of it."""
    day = today(request)
    with house(request).store.reading() as c:
        root = actors.surviving(c, [actor_id]).get(actor_id)
        try:
            whole = fiche.read(c, request, root or "")
        except MissingError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such actor") from error
        weeks = tellings.by_weeks(c, whole.actor.id, first_monday(day))
    known = whole.dossier
    return ActorWhole(
        **_line(whole.line),
        aliases=list(whole.actor.aliases),
        said=list(whole.said),
        silent=whole.silent(day),
        evidence=[
            Quote(document_url=one.url, source=one.source, date=one.day, quote=one.sentence)
            for one in known.tellings
        ],
        ties=[
            TieOut(**taken(tie, TieOut, "date"), date=tie.day)
            for other in whole.tied
            for tie in other.ties
        ],
        events=[
            EventOut(
                title=one.title,
                day=one.event_day,
                url=one.url,
                source=one.source,
                venue=one.event.venue if one.event else None,
            )
            for one in whole.coming
        ],
        alike=[
            AlikeOut(
                actor_id=one.line.actor_id,
                name=one.line.name,
                reason=say_in("fr", one.reason) if one.reason else "",
            )
            for one in known.alike
        ],
        weeks=[WeekCountOut(**taken(one, WeekCountOut)) for one in weeks],
        revisions={
            field: [_revision(one) for one in some] for field, some in whole.revisions.items()
        },
        acts=[_act(act) for act in whole.acts],
    )


def _revision(one: edits.Revision) -> RevisionOut:
    return RevisionOut(
        value=list(one.edit.value),
        who=one.edit.who,
        at=one.edit.at,
        undone_by=one.undone_by,
        undone_at=one.undone_at,
    )


def acts(
    request: Request,
    before: Moment | None = None,
    skip: Annotated[int, Query(ge=0, le=1000)] = 0,
) -> JournalOut:
    """Return what people did, the newest first, a hundred at a time.

    The next page starts where `before` and `skip` of an answer say.
    """
    with house(request).store.reading() as c:
        read = journal.read(c, PAGE + 1, before, skip)
    shown = read[:PAGE]
    further = next_page(shown, before, skip) if len(read) > PAGE else None
    return JournalOut(
        acts=[_act(one) for one in shown],
        before=further[0] if further else None,
        skip=further[1] if further else 0,
    )


def _act(act: journal.Act) -> ActOut:
    judged, written = act.judgement, act.edit
    return ActOut(
        **taken(act, ActOut, "actor_id", "other_id", "other_name", *_OF_AN_ACT),
        actor_id=act.actor_id or None,
        other_id=act.other_id or None,
        other_name=act.other_name or None,
        verdict=judged.verdict if judged else None,
        reason=judged.reason if judged else None,
        week=judged.week if judged else None,
        watch=judged.watch if judged else None,
        note=judged.note if judged else None,
        field=written.field if written else None,
        value=list(written.value) if written else None,
    )


_OF_AN_ACT = ("verdict", "reason", "week", "watch", "note", "field", "value")


def by_commune(request: Request, given: Asked) -> MapOut:
    """Return how many actors a search of the directory finds in each commune."""
    made = house(request)
    counts = territory.by_commune(made, search_of(given))
    inside = gazetteer.territory(made.settings.territory)
    places = [p for code in sorted(counts) if (p := gazetteer.communes().get(code))]
    return MapOut(
        places=[
            PlaceOut(
                code=place.code,
                name=place.name,
                latitude=place.latitude,
                longitude=place.longitude,
                in_territory=place.code in inside,
                actors=counts[place.code],
            )
            for place in places
        ],
        nowhere=counts.get("", 0),
    )


def net(request: Request, given: network.Given) -> NetworkOut:
    """Return who was tied to whom over the last half year."""
    made = house(request)
    shown = network.network(made, given)
    with made.store.reading() as c:
        lines = directory.lines(c, list(shown.names))
    return NetworkOut(
        nodes=[
            NodeOut(
                **taken(line, NodeOut, "ties", "group"),
                ties=shown.degrees[line.actor_id],
                group=shown.groups.get(line.actor_id, 0),
            )
            for line in lines
        ],
        edges=[EdgeOut(**taken(edge, EdgeOut)) for edge in shown.edges],
    )


def groups(request: Request) -> GroupsOut:
    """Return the groups of the last weeks' queues: since when, how large, who is in them."""
    with house(request).store.reading() as c:
        weeks, lasting = network.lasting(c)
    return GroupsOut(
        weeks=weeks,
        groups=[
            LastingOut(
                **taken(one.cluster, LastingOut, "last", "sizes", "members"),
                last=one.last,
                sizes=dict(one.sizes),
                members=[MemberOut(**taken(line, MemberOut)) for line in one.members],
            )
            for one in lasting
        ],
    )


def uncovered(request: Request) -> BlindSpotsOut:
    """Return what the sources hardly cover, and what comes of each source, over a season."""
    return BlindSpotsOut.model_validate(territory.spots(house(request)).as_json())


def every_source(request: Request) -> list[SourceOut]:
    """Return the sources with their health and what they brought, in the order of their page."""
    made = house(request)
    with made.store.reading() as c:
        return [_source(row) for row in source_rows(c, made)]


def _source(row: SourceRow) -> SourceOut:
    one, health, brought = row.source, row.health, row.brought
    return SourceOut(
        id=one.id,
        name=one.name,
        url=one.url,
        kind=one.kind,
        reach=one.reach,
        tags=list(one.tags),
        every=int(one.every.total_seconds()),
        state=row.state,
        message=say_in("fr", health.message) if health else "",
        since=health.since if health else None,
        last_try=health.last_try if health else None,
        last_success=health.last_success if health else None,
        failures=health.failures if health else 0,
        paused=row.paused is not None,
        catalogued=row.catalogued,
        documents=brought.documents if brought else 0,
        newest=brought.newest if brought else None,
        candidates=row.candidates,
        kept=row.kept,
    )


def saved(request: Request) -> list[SearchOut]:
    """Return the searches that somebody keeps, by name."""
    with house(request).store.reading() as c:
        kept = searches.standing(c)
    return [
        SearchOut(
            **taken(one, SearchOut, "feed", "calendar"),
            feed=f"/annuaire.rss?{one.query}",
            calendar=f"/annuaire.ics?{one.query}",
        )
        for one in kept
    ]


RESOURCES: tuple[tuple[str, Scope, Callable[..., object]], ...] = (
    ("/watches", Scope.QUEUE, api_weeks.every_watch),
    ("/weeks", Scope.QUEUE, api_weeks.weeks),
    ("/weeks/{week}", Scope.QUEUE, api_weeks.week_of),
    ("/proposals", Scope.QUEUE, proposed.waiting),
    ("/rounds", Scope.QUEUE, rounds.under_way),
    ("/actors", Scope.DIRECTORY, found),
    ("/actors/{actor_id}", Scope.DIRECTORY, actor),
    ("/map", Scope.DIRECTORY, by_commune),
    ("/network", Scope.DIRECTORY, net),
    ("/groups", Scope.DIRECTORY, groups),
    ("/searches", Scope.DIRECTORY, saved),
    ("/journal", Scope.JOURNAL, acts),
    ("/sources", Scope.SOURCES, every_source),
    ("/blind-spots", Scope.SOURCES, uncovered),
)
"""What there is to read, and the scope that a token needs for it."""
