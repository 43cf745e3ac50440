"""What a page says of itself in schema.org terms: events, and the article's own metadata.

JSON-LD is read; microdata only where the markup names an event, since reading it costs a
hundred times more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crawlers import communes, dates, text
from vigie.records import EventDetails

if TYPE_CHECKING:
    from lxml import html

Node = Mapping[str, Any]
_OTHER_EVENTS = {"festival", "hackathon", "courseinstance", "eventseries", "conference"}
_NOT_EVENTS = {"publicationevent", "deliveryevent", "userinteraction"}
_ARTICLES = {
    "article",
    "newsarticle",
    "blogposting",
    "reportagenewsarticle",
    "opinionnewsarticle",
    "analysisnewsarticle",
    "backgroundnewsarticle",
    "reviewnewsarticle",
    "socialmediaposting",
    "liveblogposting",
    "advertisercontentarticle",
    "techarticle",
    "report",
    "scholarlyarticle",
    "podcastepisode",
    "radioepisode",
}
_COMMENTS = re.compile(
    r"^\s*(?:<!--|<!\[CDATA\[|/\*.*?\*/|//[^\n]*\n)+|(?:-->|\]\]>|;|/\*[^*]*\*/)\s*$", re.DOTALL
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_MICRODATA_EVENT = re.compile(
    r"""itemtype\s*=\s*["']https?://schema\.org/\w*(?:Event|Festival)\b""", re.IGNORECASE
)
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event as a page's structured data tells it; texts are plain."""

    name: str
    description: str
    url: str
    details: EventDetails
    announced: str
    """Its own publication date, as written, or nothing."""
    cancelled: bool = False


def nodes(tree: html.HtmlElement, content: str) -> list[Node]:
    """Return all the schema.org objects of a page, flattened, in the order of the page."""
    found: list[Node] = []
    for script in tree.iterfind(".//script[@type]"):
        if "ld+json" in script.get("type", "").lower() and script.text:
            found.extend(parse(script.text))
    if _MICRODATA_EVENT.search(content):
        from extruct.w3cmicrodata import MicrodataExtractor  # noqa: PLC0415 - slow to import, rarely of use

        for item in MicrodataExtractor(nested=True, strict=False).extract_items(
            tree, base_url=None
        ):
            found.extend(_flat(_from_microdata(item)))
    return found[:MOST_NODES]


def parse(source: str) -> list[Node]:
    """Return the objects of one JSON-LD script; nothing if it cannot be understood."""
    source = _COMMENTS.sub("", source)
    for candidate in (source, _TRAILING_COMMA.sub(r"\1", source)):
        try:
            return list(_flat(json.loads(candidate, strict=False)))
        except ValueError:
            continue
        except RecursionError:
            return []
    return []


def types(node: Node) -> set[str]:
    """Return an object's types in lower case, without their vocabulary's address."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return {re.split(r"[/#:]", str(name))[-1].lower() for name in names if name}


def is_article(node: Node) -> bool:
    """Tell whether an object describes an article."""
    return bool(types(node) & _ARTICLES)


def is_event(node: Node) -> bool:
    """Tell whether an object describes an event that one can go to."""
    names = types(node)
    return not names & _NOT_EVENTS and any(
        name.endswith("event") or name in _OTHER_EVENTS for name in names
    )


def events(found: list[Node]) -> list[Event]:
    """Return the events among a page's objects; one told twice is returned once."""
    by_id = {str(node["@id"]): node for node in found if node.get("@id") and len(node) > 1}
    seen: dict[tuple[str, object, str | None], Event] = {}
    for node in found:
        if is_event(node) and (event := _event(node, by_id)):
            seen.setdefault((event.name, event.details.start, event.details.venue), event)
    return list(seen.values())


def string(value: object) -> str:
    """Return the text of a JSON-LD value, which may be a list or `{"@value": …}`."""
    match value:
        case str():
            return value
        case int() | float():
            return str(value)
        case [first, *_]:
            return string(first)
        case {"@value": inner} | {"name": inner}:
            return string(inner)
        case {"@id": str(inner)}:
            return inner
    return ""


def _event(node: Node, by_id: Mapping[str, Node]) -> Event | None:
    name = text.one_line(string(node.get("name")) or string(node.get("headline")))
    start = dates.parse(string(node.get("startDate")))
    if not name:
        return None
    venue, commune = _place(_resolved(node.get("location"), by_id), by_id)
    return Event(
        name=name,
        description=text.from_html(string(node.get("description"))),
        url=string(node.get("url")) or string(node.get("mainEntityOfPage")),
        details=EventDetails(
            start=start,
            end=dates.parse(string(node.get("endDate"))),
            venue=venue,
            organiser=_organiser(node, by_id),
            commune=commune,
        ),
        announced=string(node.get("datePublished")) or string(node.get("dateCreated")),
        cancelled=string(node.get("eventStatus")).lower().endswith("eventcancelled"),
    )


def _organiser(node: Node, by_id: Mapping[str, Node]) -> str | None:
    value = node.get("organizer") or node.get("organiser")
    values = value if isinstance(value, list) else [value]
    names = [text.one_line(string(_named(_resolved(one, by_id)))) for one in values if one]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _named(value: object) -> object:
    if isinstance(value, Mapping):
        return value.get("name") or value.get("legalName") or ""
    return value


def _place(value: object, by_id: Mapping[str, Node]) -> tuple[str | None, str | None]:
    """Return the venue and the commune of a location, which may be a mere text."""
    if not isinstance(value, Mapping):
        return text.one_line(string(value)) or None, None
    address = _resolved(value.get("address"), by_id)
    venue = text.one_line(string(value.get("name")))
    commune = ""
    if isinstance(address, Mapping):
        commune = string(address.get("addressLocality")) or string(address.get("@addressLocality"))
        venue = venue or text.one_line(string(address.get("streetAddress")))
    elif isinstance(value.get("addressLocality"), str):
        commune = value["addressLocality"]
    else:
        written = text.one_line(string(address))
        commune = communes.in_text(written) or ""
        venue = venue or written
    if "virtuallocation" in types(value) and not venue:
        venue = string(value.get("url"))
    return venue or None, text.one_line(commune) or None


def _resolved(value: object, by_id: Mapping[str, Node]) -> object:
    """Follow a reference (`{"@id": …}`) and take the first of a list, a real place if any."""
    if isinstance(value, list):
        real = [
            one for one in value if isinstance(one, Mapping) and "virtuallocation" not in types(one)
        ]
        value = (real or value or [None])[0]
    if isinstance(value, Mapping) and set(value) <= {"@id", "@type"} and "@id" in value:
        return by_id.get(str(value["@id"]), value)
    return value


def _flat(value: object) -> Iterator[Node]:
    """Yield an object and those inside it, without recursion: nesting may be hostile."""
    waiting = [value]
    count = 0
    while waiting and count < MOST_NODES:
        current = waiting.pop()
        if isinstance(current, list):
            waiting.extend(reversed(current))
        elif isinstance(current, Mapping):
            if "@type" in current or "@id" in current:
                count += 1
                yield current
            waiting.extend(
                inner
                for inner in reversed(list(current.values()))
                if isinstance(inner, list | Mapping)
            )


def _from_microdata(item: object) -> object:
    """Return a microdata item in the shape of JSON-LD."""
    if isinstance(item, list):
        return [_from_microdata(one) for one in item]
    if isinstance(item, Mapping) and "type" in item and "properties" in item:
        properties = {name: _from_microdata(value) for name, value in item["properties"].items()}
        return {"@type": item["type"], **properties}
    return item
