"""Actors as a GoGoCarto map takes them and gives them (`ontology: gogofull`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vigie.exchange.plain import Row, commune, position, whole
from vigie.exchange.structured import listed, members, parsed, row
from vigie.language import render
from vigie.words import KINDS

if TYPE_CHECKING:
    from vigie.exchange.header import Header
    from vigie.records import ActorSheet


def write(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield a map's elements; what GoGoCarto has no word for stands in `vigie` of each."""
    opening = {
        **header.plain(),
        "licence": header.licence_url or header.licence or None,
        "ontology": "gogofull",
    }
    yield from listed(opening, "data", map(_element, sheets))


def _element(sheet: ActorSheet) -> dict[str, Any]:
    spot = position(sheet)
    element: dict[str, Any] = {
        "id": sheet.id,
        "name": sheet.name,
        "status": 1,
        "categories": [render(KINDS[kind]) for kind in sheet.kinds],
        "description": sheet.description,
        "website": sheet.links[0] if sheet.links else "",
        "createdAt": f"{sheet.first_seen}T00:00:00+00:00" if sheet.first_seen else None,
        "sourceKey": "Vigie",
    }
    if spot:
        element["geo"] = {"latitude": spot[0], "longitude": spot[1]}
    if sheet.communes:
        element["address"] = {
            "addressLocality": commune(sheet.communes[0]),
            "addressCountry": "FR",
        }
    return element | {"vigie": whole(sheet)}


def read(raw: bytes) -> Iterator[Row]:
    """Yield the elements of a map, ours or another's; raise InputError for what is none.

    Of another's map, telephones and addresses of mail are left out: they may be a person's.
    """
    for number, item in enumerate(members(parsed(raw), "data"), 1):
        given = item.get("vigie", _foreign(item)) if isinstance(item, Mapping) else None
        yield row(number, given, item)


def _foreign(item: Mapping[str, Any]) -> dict[str, Any]:
    address = item.get("address")
    place = address.get("addressLocality") if isinstance(address, Mapping) else None
    site = item.get("website") or item.get("siteWeb") or ""
    kinds = {str(render(words)) for words in KINDS.values()}
    categories = item.get("categories")
    named = [str(one) for one in categories] if isinstance(categories, list) else []
    return {
        "name": item.get("name") or item.get("title"),
        "kinds": [one for one in named if one in kinds],
        "themes": [one for one in named if one not in kinds],
        "description": item.get("description") or item.get("abstract") or "",
        "links": [site] if str(site).startswith(("https://", "http://")) else [],
        "communes": [place] if place else [],
        "first_seen": item.get("createdAt"),
    }
