"""The formats, by the names that `vigie export` and `vigie actors import` know them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vigie import opml
from vigie.errors import InputError
from vigie.exchange import (
    agenda,
    feeds,
    gexf,
    gogocarto,
    linked,
    sitography,
    structured,
    tables,
)
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import PurePath

    from vigie.exchange.header import Header
    from vigie.exchange.plain import Row
    from vigie.records import ActorSheet, Edge, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What there is to write; what a format has no use for is never read."""

    header: Header
    sheets: Iterable[ActorSheet]
    edges: Iterable[Edge]
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format."""

    suffix: str
    media: str
    write: Callable[[Content], Iterable[str]]
    read: Callable[[bytes], Iterator[Row]] | None = None
    by_name: bool = False
    """For people: actors come in the order of their names."""


def _feed(write: Callable[[feeds.Feed], str]) -> Callable[[Content], Iterable[str]]:
    return lambda content: [write(feeds.of_actors(content.header, content.sheets))]


FORMATS: dict[str, Format] = {
    "csv": Format(
        suffix="csv",
        media="text/csv; charset=utf-8",
        write=lambda content: tables.write(content.header, content.sheets),
        read=tables.read,
    ),
    "json": Format(
        suffix="json",
        media="application/json",
        write=lambda content: structured.write_json(content.header, content.sheets),
        read=structured.read_json,
    ),
    "geojson": Format(
        suffix="geojson",
        media="application/geo+json",
        write=lambda content: structured.write_geojson(content.header, content.sheets),
        read=structured.read_geojson,
    ),
    "gexf": Format(
        suffix="gexf",
        media="application/gexf+xml",
        write=lambda content: gexf.write(content.header, content.sheets, content.edges),
        read=gexf.read,
    ),
    "gogocarto": Format(
        suffix="gogocarto.json",
        media="application/json",
        write=lambda content: gogocarto.write(content.header, content.sheets),
        read=gogocarto.read,
    ),
    "jsonld": Format(
        suffix="jsonld",
        media="application/ld+json",
        write=lambda content: linked.write(content.header, content.sheets),
        read=linked.read,
    ),
    "markdown": Format(
        suffix="md",
        media="text/markdown; charset=utf-8",
        write=lambda content: sitography.write(content.header, content.sheets),
        read=sitography.read,
        by_name=True,
    ),
    "ical": Format(
        suffix="ics",
        media="text/calendar; charset=utf-8",
        write=lambda content: agenda.write(content.header, content.sheets),
        read=agenda.read,
    ),
    "rss": Format(suffix="rss", media="application/rss+xml; charset=utf-8", write=_feed(feeds.rss)),
    "atom": Format(
        suffix="atom", media="application/atom+xml; charset=utf-8", write=_feed(feeds.atom)
    ),
    "jsonfeed": Format(
        suffix="feed.json", media="application/feed+json", write=_feed(feeds.json_feed)
    ),
    "opml": Format(
        suffix="opml",
        media="text/x-opml; charset=utf-8",
        write=lambda content: [opml.write(content.sources, content.header.watch)],
    ),
}
READABLE = tuple(name for name, one in FORMATS.items() if one.read)


def recognised(path: PurePath, raw: bytes) -> str:
    """Return the name of the format of a file, by its name, of JSON by what it holds.

    Raises:
        InputError: it is none that is read.
    """
    suffixes = {"csv": "csv", "tsv": "csv", "geojson": "geojson", "gexf": "gexf", "md": "markdown"}
    suffixes |= {"jsonld": "jsonld", "ics": "ical"}
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in suffixes:
        return suffixes[suffix]
    if suffix == "json":
        head = raw[:2000]
        for mark, name in (
            (b'"@context"', "jsonld"),
            (b'"FeatureCollection"', "geojson"),
            (b'"ontology"', "gogocarto"),
        ):
            if mark in head:
                return name
        return "json"
    raise InputError(
        say(
            "{file} : format non reconnu ; dites-le par --format ({formats}).",
            file=path.name,
            formats=", ".join(READABLE),
        )
    )
