"""Actors as JSON-LD: schema.org's Organization, Place and Event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from vigie.exchange.header import VERSION, Header
from vigie.exchange.plain import Row, commune, whole
from vigie.exchange.structured import listed, members, parsed, row

if TYPE_CHECKING:
    from vigie.records import ActorSheet, Citation

CONTEXT = ["https://schema.org", {"vigie": "urn:vigie:"}]
ACTOR = "urn:vigie:actor:"
OWN = ("kinds", "stage", "active", "verdict", "visibility", "side", "function", "first_seen")
"""What schema.org has no word for: `vigie:kinds` and so on."""


def write(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield a graph: a Dataset that tells of the export, then an Organization an actor."""
    items = chain([_dataset(header)], map(_organization, sheets))
    yield from listed({"@context": CONTEXT}, "@graph", items)


def _dataset(header: Header) -> dict[str, Any]:
    told: dict[str, Any] = {
        "@type": "Dataset",
        "@id": "urn:vigie:export",
        "name": header.watch,
        "dateModified": header.day.isoformat(),
        "version": str(VERSION),
        "vigie:audience": header.audience.value,
    }
    if header.licence:
        told["license"] = header.licence_url or header.licence
    return told


def _organization(sheet: ActorSheet) -> dict[str, Any]:
    plain = whole(sheet)
    told: dict[str, Any] = {
        "@type": "Organization",
        "@id": ACTOR + sheet.id,
        "name": sheet.name,
        "alternateName": plain["aliases"],
        "description": sheet.description,
        "url": sheet.links[0] if sheet.links else None,
        "sameAs": plain["links"],
        "keywords": plain["themes"],
        "contactPoint": {"@type": "ContactPoint", "description": sheet.contact}
        if sheet.contact
        else None,
        "location": [_place(code, plain) for code in sheet.communes],
        "subjectOf": [_article(one) for one in sheet.citations],
        "event": [_event(one, sheet) for one in sheet.events],
        **{f"vigie:{name}": plain[name] for name in OWN},
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _place(code: str, plain: Mapping[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {
        "@type": "Place",
        "name": commune(code),
        "identifier": f"INSEE:{code}",
        "address": {
            "@type": "PostalAddress",
            "addressLocality": commune(code),
            "addressCountry": "FR",
        },
    }
    if plain["latitude"] is not None and plain["communes"][0]["code"] == code:
        place["geo"] = {
            "@type": "GeoCoordinates",
            "latitude": plain["latitude"],
            "longitude": plain["longitude"],
        }
    return place


def _article(one: Citation) -> dict[str, Any]:
    told = {
        "@type": "Article",
        "url": one.url,
        "headline": one.title,
        "publisher": {"@type": "Organization", "name": one.source},
        "datePublished": one.day.isoformat(),
        "abstract": one.quote,
    }
    return {name: value for name, value in told.items() if value}


def _event(one: Citation, sheet: ActorSheet) -> dict[str, Any]:
    details = one.event
    told: dict[str, Any] = _article(one) | {
        "@type": "Event",
        "name": one.title or sheet.name,
        "organizer": {"@id": ACTOR + sheet.id},
    }
    told.pop("publisher")
    told["vigie:source"] = one.source
    if details and details.start:
        told["startDate"] = details.start.isoformat()
    if details and details.end:
        told["endDate"] = details.end.isoformat()
    if details and (details.venue or details.commune):
        told["location"] = {
            "@type": "Place",
            **({"name": details.venue} if details.venue else {}),
            **({"address": details.commune} if details.commune else {}),
        }
    return told


def read(raw: bytes) -> Iterator[Row]:
    """Yield the organisations of a graph; raise InputError for what is none."""
    content = parsed(raw)
    if isinstance(content, Mapping) and "@graph" not in content:
        content = [content]
    number = 0
    for item in members(content, "@graph"):
        if isinstance(item, Mapping) and _is_organization(item):
            number += 1
            yield row(number, _sheet(item), item)


def _is_organization(item: Mapping[str, Any]) -> bool:
    types = item.get("@type")
    return any(
        str(one) in {"Organization", "NGO", "LocalBusiness", "EducationalOrganization"}
        for one in (types if isinstance(types, list) else [types])
    )


def _sheet(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an organisation as `plain.sheet_of` takes them."""
    point, own = item.get("contactPoint"), str(item.get("@id", ""))
    return {
        "id": own.removeprefix(ACTOR) if own.startswith(ACTOR) else "",
        "name": item.get("name"),
        "aliases": _all(item.get("alternateName")),
        "description": item.get("description"),
        "links": _all(item.get("sameAs")) or _all(item.get("url")),
        "themes": _all(item.get("keywords")),
        "contact": point.get("description") if isinstance(point, Mapping) else None,
        "communes": [code for one in _all(item.get("location")) if (code := _code(one))],
        "citations": [_cited(one) for one in _all(item.get("subjectOf"))],
        "events": [_cited(one) for one in _all(item.get("event"))],
        **{name: item.get(f"vigie:{name}") for name in OWN},
    }


def _all(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _code(place: object) -> str | None:
    if not isinstance(place, Mapping):
        return None
    address = place.get("address")
    named = address.get("addressLocality") if isinstance(address, Mapping) else None
    code = str(place.get("identifier", ""))
    return code.removeprefix("INSEE:") if code.startswith("INSEE:") else named


def _cited(item: object) -> object:
    if not isinstance(item, Mapping):
        return item
    publisher, place = item.get("publisher"), item.get("location")
    own = item.get("vigie:source")
    return {
        "url": item.get("url"),
        "source": publisher.get("name") if isinstance(publisher, Mapping) else own,
        "date": item.get("datePublished"),
        "title": item.get("headline"),
        "quote": item.get("abstract"),
        "start": item.get("startDate"),
        "end": item.get("endDate"),
        "venue": place.get("name") if isinstance(place, Mapping) else None,
        "commune": place.get("address") if isinstance(place, Mapping) else None,
    }
