"""Where the actors are: a map drawn from the communes' coordinates, and where nobody looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from review.annuaire import Asked, search_of
from review.pictures import territory_map, tiles_under
from review.reckoning import Reckoning
from review.shell import house, page, waiting
from review.words import choose_language
from signals.blind_spots import BlindSpots, blind_spots
from storage import actors, directory, facts, source_changes, sources
from storage.folding import fold
from vigie import gazetteer
from vigie.language import render
from vigie.records import Message
from vigie.words import KINDS

if TYPE_CHECKING:
    from datetime import date

    from review.shell import House
    from storage import Store
    from vigie.settings import Settings

SEASON = timedelta(weeks=13)
"""Looked at for blind spots."""
SHOWN = 15
"""Communes that the page of blind spots names."""

router = APIRouter(default_response_class=HTMLResponse)


@router.get("/carte")
def show_map(request: Request, given: Asked) -> HTMLResponse:
    """Show how many actors a search finds in each commune."""
    made, language = house(request), choose_language(request)
    search = search_of(given)
    counts = by_commune(made, search)
    territory = gazetteer.territory(made.settings.territory)
    drawn, setting = territory_map(territory, counts), made.settings.review.tiles
    elsewhere = sum(n for code, n in counts.items() if code and code not in territory)
    return page(
        request,
        "carte.html",
        drawn=drawn,
        named=sorted(drawn.marked, key=lambda dot: (-dot.count, fold(dot.name))) if drawn else (),
        most=max((dot.count for dot in drawn.marked), default=1) if drawn else 1,
        tiles=tiles_under(drawn, setting) if drawn and setting else (),
        attribution=made.settings.review.attribution,
        elsewhere=elsewhere,
        nowhere=counts.get("", 0),
        given=dict.fromkeys(("q", "type", "avis"), "") | given,
        query=urlencode({name: value for name, value in given.items() if name != "commune"}),
        kinds=sorted(KINDS.items(), key=lambda one: render(one[1], language)),
    )


def by_commune(made: House, search: directory.Search) -> dict[str, int]:
    """Return how many actors a search finds by INSEE code; under the empty one, those nowhere."""
    with made.store.reading() as c:
        if search.text:
            return directory.by_commune(c, search, made.vocabulary(c))
        return made.current(
            c,
            ("communes", replace(search, sort="")),
            directory.counted_from(search),
            lambda: directory.by_commune(c, search, made.vocabulary(c)),
        )


@router.get("/angles-morts")
def show_blind_spots(request: Request) -> HTMLResponse:
    """Show the communes, kinds, themes and sources that the watch hardly covers."""
    made = house(request)
    found = made.reckonings.ready(SPOTS)
    if found is None:
        return waiting(request, Message("Les angles morts se calculent"))
    with made.store.reading() as c:
        names = {source.id: source.name for source in (*sources.all(c), *made.settings.sources)}
    blind = [spot for spot in found.communes if spot.blind]
    return page(
        request,
        "angles.html",
        found=found,
        communes=blind[:SHOWN],
        more=len(blind) - SHOWN,
        kinds=[spot for spot in found.kinds if spot.blind],
        drawn=territory_map(
            gazetteer.territory(made.settings.territory),
            {spot.what: spot.stories for spot in found.communes},
        ),
        blind={spot.what for spot in blind},
        names=names,
        any_listed=bool(found.kinds),
    )


def spots(made: House) -> BlindSpots:
    """Return where the watch is not looking, over the last season."""
    return made.reckonings.kept(SPOTS)


def _found(store: Store, settings: Settings, day: date) -> BlindSpots:
    since = day - SEASON
    with store.reading() as c:
        return blind_spots(
            facts.between(c, since, day, zone=settings.zone),
            settings.watch,
            since,
            listed=actors.listed(c, day),
            documents=source_changes.given(c, (one.id for one in settings.sources), since, day),
        )


SPOTS = Reckoning(
    "blind spots",
    ("documents", "mentions", "actors", "judgements", "withdrawals", "source_changes"),
    _found,
)
