"""Which parser reads what, for each kind of source."""

from __future__ import annotations

import re
from collections.abc import Callable

from crawlers import encoding, feeds, listings, openagenda, pages, sitemaps, walls
from crawlers.resource import Reading, Resource
from crawlers.sniff import Format
from vigie.records import HealthState, Message, Source, SourceKind
from vigie.words import SOURCE_KINDS

Reader = Callable[[Resource], Reading]


def _read_calendar(resource: Resource) -> Reading:
    from crawlers import calendars  # noqa: PLC0415 - slow to import, and most batches hold none

    return calendars.read(resource)


NAMES: dict[Format, Message] = {
    Format.FEED: Message("flux"),
    Format.JSON_FEED: Message("flux JSON"),
    Format.PAGE: Message("page web"),
    Format.CALENDAR: Message("calendrier"),
    Format.SITEMAP: Message("plan de site"),
    Format.JSON_LD: Message("données JSON-LD"),
    Format.OPENAGENDA: Message("export OpenAgenda"),
    Format.GOGOCARTO: Message("carte GoGoCarto"),
    Format.OPML: Message("liste OPML"),
    Format.JSON_LINES: Message("lignes JSON"),
    Format.JSON: Message("données JSON"),
    Format.XML: Message("fichier XML"),
    Format.PDF: Message("document PDF"),
    Format.IMAGE: Message("image"),
    Format.ARCHIVE: Message("archive compressée"),
    Format.TEXT: Message("texte brut"),
    Format.BINARY: Message("données binaires"),
    Format.EMPTY: Message("fichier vide"),
}
"""What a person is told that some bytes are."""

_READERS: dict[Format, Reader] = {
    Format.FEED: feeds.read,
    Format.JSON_FEED: feeds.read,
    Format.PAGE: pages.read,
    Format.CALENDAR: _read_calendar,
    Format.SITEMAP: sitemaps.read,
    Format.JSON_LD: pages.read_json_ld,
    Format.OPENAGENDA: openagenda.read,
}
_EXPECTED: dict[SourceKind, tuple[Format, ...]] = {
    SourceKind.FEED: (Format.FEED, Format.JSON_FEED),
    SourceKind.SITEMAP: (Format.SITEMAP,),
    SourceKind.LISTING: (Format.PAGE,),
    SourceKind.EVENTS: (Format.PAGE, Format.JSON_LD),
    SourceKind.CALENDAR: (Format.CALENDAR,),
    SourceKind.OPENAGENDA: (Format.OPENAGENDA, Format.JSON),
    SourceKind.GOGOCARTO: (Format.GOGOCARTO, Format.JSON, Format.JSON_LD),
}
_KINDS = {
    Format.FEED: SourceKind.FEED,
    Format.JSON_FEED: SourceKind.FEED,
    Format.SITEMAP: SourceKind.SITEMAP,
    Format.CALENDAR: SourceKind.CALENDAR,
    Format.OPENAGENDA: SourceKind.OPENAGENDA,
    Format.GOGOCARTO: SourceKind.GOGOCARTO,
}
_FEED_TYPE = re.compile(r"\s*application/(?:rss|atom|feed)\+(?:xml|json)", re.IGNORECASE)


def any_reader(found: Format) -> Reader | None:
    """Return the parser of a format, if it holds documents."""
    return _READERS.get(found)


def kind_of(found: Format) -> SourceKind | None:
    """Return the kind of source whose own address holds some format."""
    return _KINDS.get(found)


def reader(source: Source, found: Format) -> Reader:
    """Return the parser of what a source was found to hold."""
    kind = source.kind
    if kind is SourceKind.LISTING:
        return lambda resource: listings.read(resource, source.links, source.link_pattern)
    if kind is SourceKind.EVENTS and found is Format.PAGE:
        return pages.read_events
    if kind is SourceKind.OPENAGENDA:
        return openagenda.read
    return _READERS[found]


def mismatch(
    source: Source, found: Format, resource: Resource
) -> tuple[HealthState, Message] | None:
    """Return what is wrong, and in words, when a source does not hold what its kind says."""
    if found is Format.PAGE and walls.is_wall(resource.body):
        return HealthState.BLOCKED, walls.MESSAGE
    said = _mismatch(source.kind, found, resource)
    return (HealthState.WRONG_FORMAT, said) if said else None


def _mismatch(kind: SourceKind, found: Format, resource: Resource) -> Message | None:
    expected = _EXPECTED.get(kind, ())
    if found in expected:
        return None
    values = {
        "expected": NAMES[expected[0]] if expected else SOURCE_KINDS[kind],
        "found": NAMES[found],
    }
    if found is Format.EMPTY:
        return Message("réponse vide")
    if found is Format.PAGE and kind is SourceKind.FEED:
        if links := feed_links(resource):
            return Message(
                "page web au lieu d’un flux ; elle annonce ce flux : {url}", {"url": links[0][:500]}
            )
        return Message("page web au lieu d’un flux")
    if found in _KINDS:
        return Message(
            'format inattendu : {found} au lieu de {expected} ; écrivez kind = "{kind}"',
            {**values, "kind": str(_KINDS[found])},
        )
    return Message("format inattendu : {found} au lieu de {expected}", values)


def feed_links(resource: Resource) -> list[str]:
    """Return the addresses of the feeds that a page announces, in its order."""
    content = encoding.decode(resource.body[:500_000], resource.charset)
    tree = pages.parse_linked(content, resource.url)
    if tree is None:
        return []
    announced = [link for link in tree.iter("link") if _FEED_TYPE.match(link.get("type") or "")]
    return [url for url in dict.fromkeys(link.get("href") or "" for link in announced) if url]
