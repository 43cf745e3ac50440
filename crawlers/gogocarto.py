"""GoGoCarto maps: what `/api/elements.json` lists is known, and so no discovery.

The interface answers in two shapes, both read here: `gogofull` (objects) and `gogocompact`
(lists, whose `mapping` names the fields). A name, a commune and a day are kept; addresses,
telephones and the people behind them are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from crawlers import communes, dates, encoding, text
from crawlers.resource import Reading, Resource
from vigie.records import ActorKind, KnownActor, Message, Reject

if TYPE_CHECKING:
    from crawlers.registries import Register

Values = Mapping[str, Any]
PATH = "/api/elements.json"
GONE = -2
"""From this status down an element was refused or removed (`ElementStatus` of GoGoCarto)."""


def elements_url(url: str) -> str:
    """Return where a map tells its elements: the address itself if it already is that."""
    return url if urlsplit(url).path.startswith("/api/") else urljoin(url, PATH)


def read(resource: Resource, register: Register) -> Reading:
    """Return the actors that a map lists on a territory."""
    try:
        content = json.loads(encoding.decode(resource.body, resource.charset), strict=False)
    except (ValueError, RecursionError):
        return Reading(problem=Message("JSON illisible : le fichier est coupé ou mal formé"))
    if not isinstance(content, Mapping) or not isinstance(content.get("data"), list | Mapping):
        return Reading(problem=Message("ce JSON n’est pas celui d’une carte GoGoCarto"))
    around = communes.around(register.communes)
    known: list[KnownActor] = []
    rejects: list[Reject] = []
    for number, values in enumerate(_elements(content), start=1):
        name = text.one_line(str(values.get("name") or values.get("title") or ""))
        if not name:
            reason = Message("élément {n} : sans nom", {"n": number})
            rejects.append(
                Reject(
                    where=resource.url,
                    reason=reason,
                    raw=json.dumps(values, ensure_ascii=False)[:10_000],
                    source_id=resource.source_id,
                )
            )
            continue
        commune = _commune(values, around, register)
        if _is_listed(values) and (not register.communes or commune in register.communes):
            known.append(_known(name, commune, values, resource))
    return Reading(known=tuple(known), rejects=tuple(rejects))


def _elements(content: Values) -> Iterator[Values]:
    data = content["data"]
    mapping = content.get("mapping")
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, Mapping):
            yield one
        elif isinstance(one, list) and isinstance(mapping, list):
            yield _expanded(one, mapping)


def _expanded(cells: list[Any], mapping: list[Any]) -> Values:
    """Return a compact element as an object; a field of `mapping` may itself be a list."""
    found: dict[str, Any] = {}
    for place, cell in zip(mapping, cells, strict=False):
        if isinstance(place, list) and isinstance(cell, list):
            found |= _expanded(cell, place)
        elif isinstance(place, str):
            found[place] = cell
    return found


def _is_listed(values: Values) -> bool:
    status = values.get("status")
    return not isinstance(status, int) or status > GONE


def _known(name: str, commune: str | None, values: Values, resource: Resource) -> KnownActor:
    created = dates.parse(str(values.get("createdAt") or ""))
    read_at = resource.fetched_at.astimezone(dates.ZONE)
    listed = created if created is not None and created <= read_at else read_at
    return KnownActor(
        source_id=resource.source_id,
        name=name,
        since=listed.astimezone(dates.ZONE).date(),
        kind=ActorKind.UNKNOWN,
        commune=commune,
        declared=listed.astimezone(dates.ZONE).date() if listed is created else None,
    )


def _commune(
    values: Values, around: list[tuple[float, float, str]], register: Register
) -> str | None:
    """Return the commune of an element: by its address, else by where it stands on the map."""
    address = values.get("address")
    if isinstance(address, Mapping):
        found = communes.named(
            postcode=str(address.get("postalCode") or ""),
            name=str(address.get("addressLocality") or ""),
        )
        if len(found) == 1:
            return found[0]
        if found:
            return next((code for code in found if code in register.communes), found[0])
    geo = values.get("geo")
    place = geo if isinstance(geo, Mapping) else values
    try:
        return communes.nearest(float(place["latitude"]), float(place["longitude"]), around)
    except (KeyError, TypeError, ValueError):
        return None
