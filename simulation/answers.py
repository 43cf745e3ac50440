"""How the simulated servers answer one request: habits first, then the content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from simulation import feeds, pages
from simulation.outlets import within

if TYPE_CHECKING:
    from datetime import datetime

    from simulation.serving import Web

AGENDA_PAGE = 20
AGENDA_MOST = 300
_HTML = "text/html; charset=utf-8"
_KINDS = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "jsonfeed": "application/feed+json; charset=utf-8",
    "sitemap": "application/xml; charset=utf-8",
    "ical": "text/calendar; charset=utf-8",
    "openagenda": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
Headers = dict[str, str]


@dataclass(slots=True)
class Answer:
    """A response before conditional requests are looked at."""

    status: int
    kind: str
    body: str = ""
    modified: datetime | None = None
    headers: Headers = field(default_factory=dict)


def handler(web: Web, outlet: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    """Return the request handler of one outlet's server."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Apache"
        sys_version = ""

        def do_GET(self) -> None:
            """Answer, with 304 where nothing changed."""
            found = answer(web, outlet, self.path)
            body = found.body.encode()
            tag = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
            modified = format_datetime(found.modified) if found.modified else ""
            since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
            if found.status == 200 and (
                since[0] == tag or (since[0] is None and modified and since[1] == modified)
            ):
                found.status, body = 304, b""
            web.record(outlet["host"], self.path, found.status)
            self.send_response(found.status)
            if found.status in {200, 304}:
                self.send_header("ETag", tag)
            if modified:
                self.send_header("Last-Modified", modified)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", found.kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_HEAD(self) -> None:
            """Answer without the body."""
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as inherited  # so in the base class
            """Keep silent: the web has a log of its own."""

    return Handler


def answer(web: Web, outlet: dict[str, Any], target: str) -> Answer:
    """Return the answer to one address at the simulated time."""
    parts = urlsplit(target)
    today = web.hour.date().isoformat()
    if within(outlet["down"], today):
        return Answer(503, _HTML, "<h1>Service indisponible</h1>", headers={"Retry-After": "3600"})
    if within(outlet["maintenance"], today):
        return Answer(
            200, _HTML, "<!DOCTYPE html><title>Maintenance</title><h1>Site en maintenance</h1>"
        )
    if parts.path == "/robots.txt":
        return Answer(200, "text/plain; charset=utf-8", _robots(web, outlet))
    return _entry(web, outlet, target, today) or _page(web, outlet, parts.path)


def _robots(web: Web, outlet: dict[str, Any]) -> str:
    text = "User-agent: *\nDisallow: /admin/\nDisallow: /recherche\n"
    if outlet["style"] == "sitemap":
        text += f"Sitemap: {web.entry(outlet)}\n"
    return text


def _entry(web: Web, outlet: dict[str, Any], target: str, today: str) -> Answer | None:
    parts = urlsplit(target)
    entry, style = urlsplit(outlet["entry"]).path, outlet["style"]
    moved = outlet["moved"]
    if moved and today >= moved[0]:
        if parts.path == entry:
            return Answer(301, _HTML, headers={"Location": moved[1]})
        entry = moved[1]
    if outlet["changed"] and today >= outlet["changed"][0]:
        style = outlet["changed"][1]
    if style == "sitemap" and parts.path.startswith("/sitemap"):
        return _sitemap(web, outlet, parts.path)
    if style == "mbox" or parts.path != entry:
        return None
    if style in {"listing", "jsonld"}:
        return _listing(web, outlet, _number(parts.query, "page", 1))
    if style == "openagenda":
        size = min(_number(parts.query, "size", AGENDA_PAGE), AGENDA_MOST)
        if _number(parts.query, "removed", 0):
            size = 0  # it never removes any
        return _agenda(web, outlet, _number(parts.query, "after", 0, "after[]"), size)
    return _feed(web, outlet, style)


def _number(query: str, name: str, default: int, *others: str) -> int:
    values = parse_qs(query)
    found = next((values[n][0] for n in (name, *others) if n in values), "")
    return int(found) if found.isdigit() else default


def _feed(web: Web, outlet: dict[str, Any], style: str) -> Answer:
    items = web.newest(outlet["id"])
    if style in {"rss", "atom", "jsonfeed"}:
        items = items[: web.feed_length]
    documents = [web.read(item) for item in items]
    home = f"http://{outlet['host']}:{web.port}/"
    match style:
        case "atom":
            body = feeds.atom(outlet, documents, home)
        case "jsonfeed":
            body = feeds.json_feed(outlet, documents, home)
        case "ical":
            body = feeds.calendar(outlet, documents)
        case "csv":
            body = feeds.registry(documents)
        case _:
            body = feeds.rss(outlet, documents, home)
    edited = any("edited" in document for document in documents)
    modified = items[0].published if items and not edited else None
    return Answer(200, _KINDS[style], body, modified)


def _listing(web: Web, outlet: dict[str, Any], page: int) -> Answer:
    items = web.newest(outlet["id"])
    here = items[(page - 1) * pages.PER_PAGE : page * pages.PER_PAGE]
    if not here and page > 1:
        return _missing()
    last = page * pages.PER_PAGE >= len(items)
    return Answer(200, _HTML, pages.listing(outlet, [web.read(i) for i in here], page, last))


def _agenda(web: Web, outlet: dict[str, Any], after: int, size: int) -> Answer:
    items = web.newest(outlet["id"])[::-1]
    end = after + size
    documents = [web.read(item) for item in items[after:end]]
    body = feeds.agenda(documents, len(items), end if end < len(items) else None)
    return Answer(200, _KINDS["openagenda"], body)


def _sitemap(web: Web, outlet: dict[str, Any], path: str) -> Answer:
    """A month has a sitemap; the entry point lists the months."""
    items = web.newest(outlet["id"])
    months = sorted({f"{item.published:%Y-%m}" for item in items}, reverse=True)
    home = f"http://{outlet['host']}:{web.port}"
    if path == outlet["entry"]:
        body = pages.sitemap_index([f"{home}/sitemap-{month}.xml" for month in months])
        return Answer(200, _KINDS["sitemap"], body)
    month = path.removeprefix("/sitemap-").removesuffix(".xml")
    if month not in months:
        return _missing()
    rows = [
        (home + item.path, item.published.isoformat())
        for item in items
        if f"{item.published:%Y-%m}" == month
    ]
    return Answer(200, _KINDS["sitemap"], pages.sitemap(rows))


def _page(web: Web, outlet: dict[str, Any], path: str) -> Answer:
    item = web.paths.get((outlet["host"], path))
    if item is None or not web.shown(item):
        return _missing()
    if outlet["blocked"]:
        return Answer(403, _HTML, "<h1>Accès refusé</h1>")
    document = web.read(item)
    related = web.beside(item) if outlet["noise"] == "heavy" else []
    return Answer(200, _HTML, pages.article(outlet, document, related))


def _missing() -> Answer:
    return Answer(404, _HTML, "<!DOCTYPE html><title>Introuvable</title><h1>Page introuvable</h1>")
