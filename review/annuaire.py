"""The directory: searched, filtered, sorted; searches kept, as feeds and calendars too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from icalendar import Calendar, Event

from review.access import CONTRIBUTOR, FEED_KEY, feed_key
from review.forms import check_token
from review.shell import house, page, signature, today
from review.text import path_part, plain, web_link
from review.troubles import IncompleteError
from review.words import choose_language, commune_name, say_in
from storage import directory, searches
from storage import told as tellings
from vigie import gazetteer
from vigie.language import render
from vigie.records import ActorKind, Field, Message, Stage, Verdict
from vigie.words import KINDS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.directory import Found, Line, Search

SHOWN = 50
"""Actors on a page."""
FED = 100
"""Actors in a feed, or whose events a calendar holds."""

VERDICTS_ASKED = {
    "": frozenset({Verdict.KEEP, Verdict.WATCH}),
    "retenus": frozenset({Verdict.KEEP}),
    "suivis": frozenset({Verdict.WATCH}),
    "ecartes": frozenset({Verdict.REJECT}),
    "tous": frozenset[Verdict](),
}
SORTS = {"": "last", "nom": "name", "nouveaux": "new", "mentions": "mentions"}

router = APIRouter()
changes = APIRouter(dependencies=[Depends(check_token)])

Word = Annotated[str, Query(max_length=200)]


def asked(
    *,
    q: Word = "",
    type: Word = "",  # noqa: A002 - its name in the address
    commune: Word = "",
    avis: Word = "",
    theme: Word = "",
    relation: Word = "",
    qui: Word = "",
    tri: Word = "",
) -> dict[str, str]:
    """Return what an address asks of the directory, by name; what is empty is left out."""
    given = {
        "q": q,
        "type": type,
        "commune": commune,
        "avis": avis,
        "theme": theme,
        "relation": relation,
        "qui": qui,
        "tri": tri,
    }
    return {name: value.strip() for name, value in given.items() if value.strip()}


Asked = Annotated[dict[str, str], Depends(asked)]


def search_of(given: dict[str, str], sort: str = "") -> Search:
    """Return the search that an address asks for; a word that is none asks nothing."""
    kind = given.get("type", "")
    place = given.get("commune", "")
    places = gazetteer.find(place) if place and not place[0].isdigit() else ()
    return directory.Search(
        text=given.get("q", ""),
        kind=ActorKind(kind) if kind in set(ActorKind) else None,
        commune=places[0].code if places else place,
        verdicts=VERDICTS_ASKED.get(given.get("avis", ""), VERDICTS_ASKED[""]),
        theme=given.get("theme", ""),
        stage=given.get("relation", ""),
        assignee=given.get("qui", ""),
        sort=sort or SORTS.get(given.get("tri", ""), "last"),
    )


@router.get("/annuaire")
def show(
    request: Request,
    given: Asked,
    page_number: Annotated[int, Query(alias="page", ge=1, le=2000)] = 1,
    dit: str = "",
) -> HTMLResponse:
    """Show the actors that a search finds; without one, those the lab keeps or watches."""
    with house(request).store.reading() as c:
        found = _found(c, request, given, SHOWN, (page_number - 1) * SHOWN)
        kept = searches.standing(c)
    more = page_number * SHOWN < found.total
    language, key = choose_language(request), feed_key(request)

    def fed(query: str) -> str:
        """Return what a feed's address asks, with the key that opens it."""
        return "&".join(filter(None, (query, f"{FEED_KEY}={key}" if key else "")))

    return page(
        request,
        "annuaire.html",
        fed=fed,
        keyed=bool(key),
        found=found,
        given=dict.fromkeys(_NAMES, "") | given,
        query=urlencode(given),
        kept=kept,
        kinds=sorted(KINDS.items(), key=lambda one: render(one[1], language)),
        stages=tuple(Stage),
        older=urlencode({**given, "page": page_number + 1}) if more else "",
        newer=urlencode({**given, "page": page_number - 1}) if page_number > 1 else "",
        said=say_in(language, Message("La recherche est gardée.")) if dit else "",
    )


def _found(
    c: Connection, request: Request, given: dict[str, str], limit: int, offset: int = 0
) -> Found:
    return house(request).found(c, search_of(given), limit, offset)


@changes.post("/annuaire/garder", dependencies=[CONTRIBUTOR])
def keep(
    request: Request,
    name: Annotated[str, Form(max_length=400)] = "",
    query: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Keep a search under a name."""
    given = urlencode(asked(**{k: v for k, v in parse_qsl(query) if k in _NAMES}))
    words = plain(name, 80)
    if not words:
        raise IncompleteError(Message("Donnez un nom à la recherche."), f"/annuaire?{given}")
    made = house(request)
    with made.store.writing() as c:
        searches.add(c, words, given, signature(request), made.clock())
    return RedirectResponse(f"/annuaire?{given}&dit=garde", HTTPStatus.SEE_OTHER)


_NAMES = frozenset({"q", "type", "commune", "avis", "theme", "relation", "qui", "tri"})


# --- feeds and calendars -----------------------------------------------------------------------


@router.get("/annuaire.rss")
def feed(request: Request, given: Asked) -> Response:
    """Give what a search finds as RSS, the newest actors first."""
    made, language = house(request), choose_language(request)
    base = str(request.base_url).rstrip("/")
    with made.store.reading() as c:
        search = search_of(given, "" if given.get("q") else "new")
        found = made.found(c, search, FED)
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    title = given.get("q") or plain(made.settings.watch.name, 80)
    _say(channel, "title", f"Vigie, {plain(title, 80)}")
    _say(channel, "link", f"{base}/annuaire?{urlencode(given)}")
    _say(channel, "description", say_in(language, Message("Acteurs de l’annuaire")))
    for line in found.lines:
        item = ET.SubElement(channel, "item")
        link = f"{base}/acteurs/{path_part(line.actor_id)}"
        _say(item, "title", unmarked(plain(line.name)))
        _say(item, "link", link)
        _say(item, "guid", link)
        # Readers take a description for HTML.
        _say(item, "description", escape(describe(line, language)))
        if line.first_day:
            at = datetime.combine(line.first_day, datetime.min.time(), UTC)
            _say(item, "pubDate", at.strftime("%a, %d %b %Y %H:%M:%S +0000"))
    body = ET.tostring(rss, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/rss+xml; charset=utf-8")


def describe(line: Line, language: str) -> str:
    """Return what an actor is and where, in a line."""
    kinds = ", ".join(render(KINDS[kind], language) for kind in line.kinds)
    places = ", ".join(filter(None, map(commune_name, line.communes)))
    written = line.written.get(Field.DESCRIPTION)
    told = [kinds, places, plain(written.words, 400) if written else ""]
    return " · ".join(part for part in told if part)


def unmarked(title: str) -> str:
    """Return a title that is none of HTML, for readers that would take it for that."""
    return title.replace("<", "‹").replace(">", "›")


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


@router.get("/annuaire.ics")
def calendar(request: Request, given: Asked) -> Response:
    """Give the events to come of the actors that a search finds, as a calendar."""
    made = house(request)
    with made.store.reading() as c:
        found = _found(c, request, given, FED)
        names = {line.actor_id: line.name for line in found.lines}
        coming = tellings.coming(c, list(names), today(request))
    made_calendar = Calendar()
    made_calendar.add("prodid", "-//Vigie//fr")
    made_calendar.add("version", "2.0")
    for actor_id, telling in coming:
        event = Event()
        event.add("uid", f"{telling.document_id}-{actor_id}@vigie")
        event.add("dtstamp", datetime.combine(telling.day, datetime.min.time(), UTC))
        title, name = plain(telling.title, 200), plain(names[actor_id])
        event.add("summary", f"{name} : {title}" if title else name)
        details = telling.event
        start = details.start if details and details.start else telling.event_day
        event.add("dtstart", start.astimezone(UTC) if isinstance(start, datetime) else start)
        if details and details.end and details.start and details.end > details.start:
            event.add("dtend", details.end.astimezone(UTC))
        elif not isinstance(start, datetime) and telling.event_day:
            event.add("dtend", telling.event_day + timedelta(days=1))
        if details and details.venue:
            event.add("location", plain(details.venue, 200))
        if link := web_link(telling.url):
            event.add("url", link)
        made_calendar.add_component(event)
    return Response(made_calendar.to_ical(), media_type="text/calendar; charset=utf-8")
