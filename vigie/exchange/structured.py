"""Actors as JSON of our own, and as GeoJSON (RFC 7946): all that a sheet holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vigie.errors import InputError
from vigie.exchange.plain import Row, WrongRowError, position, sheet_of, whole
from vigie.language import say
from vigie.records import ActorSheet, Message

if TYPE_CHECKING:
    from vigie.exchange.header import Header


def write_json(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield one object whose `actors` are all of them, one a line."""
    yield from listed(header.plain(), "actors", map(whole, sheets))


def write_geojson(header: Header, sheets: Iterable[ActorSheet]) -> Iterator[str]:
    """Yield a FeatureCollection: a point is the middle of the actor's commune, or null."""
    opening = {"type": "FeatureCollection", **header.plain()}
    yield from listed(opening, "features", map(_feature, sheets))


def _feature(sheet: ActorSheet) -> dict[str, Any]:
    spot = position(sheet)
    return {
        "type": "Feature",
        "id": sheet.id,
        "geometry": {"type": "Point", "coordinates": [spot[1], spot[0]]} if spot else None,
        "properties": whole(sheet),
    }


def listed(
    opening: Mapping[str, object], name: str, items: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield a JSON object whose last member is a list, without ever holding all of it."""
    yield dumps(opening)[:-1] + f', "{name}": ['
    first = True
    for item in items:
        yield ("\n" if first else ",\n") + dumps(item)
        first = False
    yield "\n]}\n"


def dumps(value: object) -> str:
    """Return a value as JSON on one line, with its accents; NaN is no JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def parsed(raw: bytes) -> Any:  # noqa: ANN401 - any JSON
    """Return what a JSON file holds.

    Raises:
        InputError: it is none.
    """
    try:
        return json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(say("Ce fichier n’est pas du JSON lisible.")) from error


def members(content: object, name: str) -> list[object]:
    """Return a list that a JSON object holds, or that stands by itself.

    Raises:
        InputError: there is none.
    """
    found = content.get(name) if isinstance(content, Mapping) else content
    if not isinstance(found, list):
        raise InputError(say("Ce JSON n’a pas de liste « {name} ».", name=name))
    return found


def read_json(raw: bytes) -> Iterator[Row]:
    """Yield the actors of our own JSON; raise InputError for what is none."""
    for number, item in enumerate(members(parsed(raw), "actors"), 1):
        yield row(number, item, item)


def read_geojson(raw: bytes) -> Iterator[Row]:
    """Yield the features that have a name; raise InputError for what is no GeoJSON."""
    for number, item in enumerate(members(parsed(raw), "features"), 1):
        properties = item.get("properties") if isinstance(item, Mapping) else None
        if isinstance(properties, Mapping) and "name" not in properties and "nom" in properties:
            properties = {**properties, "name": properties["nom"]}
        yield row(number, properties, item)


def row(number: int, given: object, raw: object) -> Row:
    """Return what plain values say of an actor."""
    words = dumps(raw)
    if not isinstance(given, Mapping):
        return Row(number=number, wrong=Message("ce n’est pas une fiche"), raw=words)
    try:
        return Row(number=number, sheet=sheet_of(given), raw=words)
    except WrongRowError as wrong:
        return Row(number=number, wrong=wrong.reason, raw=words)
