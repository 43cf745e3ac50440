"""What some bytes are, whatever their name or their server says."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from crawlers import encoding


class Format(StrEnum):
    """What the crawlers can tell apart."""

    FEED = "flux"
    JSON_FEED = "JSON Feed"
    PAGE = "page"
    CALENDAR = "calendrier"
    SITEMAP = "plan de site"
    JSON_LD = "JSON-LD"
    OPENAGENDA = "export OpenAgenda"
    GOGOCARTO = "carte GoGoCarto"
    OPML = "liste OPML"
    JSON_LINES = "lignes JSON"
    JSON = "JSON"
    XML = "XML"
    PDF = "PDF"
    IMAGE = "image"
    ARCHIVE = "archive"
    TEXT = "texte"
    BINARY = "données binaires"
    EMPTY = "vide"


_MAGIC = (
    (b"%PDF", Format.PDF),
    (b"\x89PNG", Format.IMAGE),
    (b"GIF8", Format.IMAGE),
    (b"\xff\xd8\xff", Format.IMAGE),
    (b"PK\x03\x04", Format.ARCHIVE),
    (b"\x1f\x8b", Format.ARCHIVE),
    (b"7z\xbc\xaf", Format.ARCHIVE),
)
_XML_PROLOGUE = re.compile(
    r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|\s)*", re.DOTALL | re.IGNORECASE
)
_ROOTS = {
    "rss": Format.FEED,
    "feed": Format.FEED,
    "rdf": Format.FEED,
    "channel": Format.FEED,
    "urlset": Format.SITEMAP,
    "sitemapindex": Format.SITEMAP,
    "opml": Format.OPML,
    "html": Format.PAGE,
    "head": Format.PAGE,
    "body": Format.PAGE,
}
_ROOT = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)")
_SCRIPT = re.compile(r"\s*<script[^>]*ld\+json", re.IGNORECASE)
_TAGS = re.compile(
    r"</?(?:p|div|a|span|h[1-6]|article|section|table|ul|li|img|br|title|meta|main)\b",
    re.IGNORECASE,
)


def sniff(body: bytes, charset: str | None = None) -> Format:  # noqa: PLR0911 - one a format
    """Return what some bytes are; compressed ones are to be inflated before."""
    for magic, format_ in _MAGIC:
        if body.startswith(magic):
            return format_
    head = encoding.decode(body[:200_000], charset).lstrip("\ufeff \t\r\n")
    if not head:
        return Format.BINARY if body.strip() else Format.EMPTY
    if body[:1000].count(0) > 100 and head.count("\ufffd") > 20:
        return Format.BINARY
    if head[:15].upper().startswith("BEGIN:VCALENDAR") or "\nBEGIN:VEVENT" in head[:5000]:
        return Format.CALENDAR
    if head[0] in "{[":
        return _json(head, encoding.decode(body, charset) if len(body) <= 50_000_000 else head)
    if "<" in head:
        return _markup(head)
    return Format.BINARY if head[:2000].count("\ufffd") > len(head[:2000]) / 20 else Format.TEXT


def _markup(head: str) -> Format:
    if _SCRIPT.match(head):
        return Format.JSON_LD
    prologue = _XML_PROLOGUE.match(head)
    rest = head[prologue.end() :] if prologue else head
    root = _ROOT.match(rest)
    name = root[1].lower() if root else ""
    if name in _ROOTS:
        return _ROOTS[name]
    if re.match(r"\s*<!doctype html", head, re.IGNORECASE) or _TAGS.search(head):
        return Format.PAGE
    return Format.XML if root else Format.TEXT


def _json(head: str, content: str) -> Format:  # noqa: PLR0911 - one a format
    if '"https://jsonfeed.org/version/' in head or '"http://jsonfeed.org/version/' in head:
        return Format.JSON_FEED
    try:
        value = json.loads(content, strict=False)
    except RecursionError:
        return Format.JSON
    except ValueError:
        return _broken_json(head)
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict):
        return Format.JSON
    if "@context" in first or "@type" in first or "@graph" in first:
        return Format.JSON_LD
    if isinstance(first.get("items"), list) and (
        "home_page_url" in first or "feed_url" in first or "version" in first
    ):
        return Format.JSON_FEED
    keys = set(first)
    if str(first.get("ontology", "")).startswith("gogo") and "data" in keys:
        return Format.GOGOCARTO
    if keys & {"records", "events", "results", "features", "timings"} or _OPENAGENDA & keys:
        return Format.OPENAGENDA
    if {"fields", "recordid"} <= keys:
        return Format.OPENAGENDA
    return Format.JSON_LINES if isinstance(value, dict) and {"url", "date"} <= keys else Format.JSON


_OPENAGENDA = {"title_fr", "firstdate_begin", "originagenda_uid", "firstTiming", "dateRange"}


def _broken_json(head: str) -> Format:
    """Tell lines of JSON, and scripts with comments, from mere damage."""
    first = head.split("\n", 1)[0]
    try:
        one = json.loads(first, strict=False)
    except (ValueError, RecursionError):
        return Format.JSON_LD if re.search(r'"@context"|"@type"', head) else Format.JSON
    return Format.JSON_LINES if isinstance(one, dict) else Format.JSON
