"""The invented web on loopback: real HTTP servers that show what was published by a set hour."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import urlsplit

from simulation import pages

FEED_LENGTH = 40
"""Items in a feed unless a whole archive is asked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """Where a published document lies in `web.jsonl`."""

    published: datetime
    path: str
    offset: int


@dataclass(slots=True)
class Web:
    """A running web. Set `now` to replay: later documents are not there yet."""

    folder: Path
    port: int
    config: dict[str, Any]
    items: dict[str, list[Item]]
    paths: dict[tuple[str, str], Item]
    now: datetime | None = None
    whole: bool = True
    """Feeds list all that is published so far, rather than the newest 40."""
    log: list[tuple[float, str, str, int]] = field(default_factory=list)
    """Seconds, host, path and status of each request; also in `requests.log`."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def address(self, url: str) -> str:
        """Return where a document of `documents.jsonl` is served."""
        return url.replace(f":{self.config['port']}/", f":{self.port}/", 1)

    def canonical(self, url: str) -> str:
        """Return the address in `documents.jsonl` of a served one."""
        return url.replace(f":{self.port}/", f":{self.config['port']}/", 1)

    def shown(self, item: Item) -> bool:
        """Tell whether a document is already published."""
        return self.now is None or item.published <= self.now

    def read(self, item: Item) -> dict[str, Any]:
        """Return the document of an item."""
        with (self.folder / "web.jsonl").open("rb") as file:
            file.seek(item.offset)
            document: dict[str, Any] = json.loads(file.readline())
        document["url"] = self.address(document["url"])
        return document

    def newest(self, source: str) -> list[Item]:
        """Return what an outlet has published so far, newest first."""
        shown = [item for item in reversed(self.items.get(source, [])) if self.shown(item)]
        return shown if self.whole else shown[:FEED_LENGTH]

    def record(self, host: str, path: str, status: int) -> None:
        """Log one request."""
        with self._lock:
            self.log.append((time(), host, path, status))
            with (self.folder / "requests.log").open("a", encoding="utf-8") as out:
                out.write(f"{self.log[-1][0]:.3f} {host} {path} {status}\n")


def _index(folder: Path) -> tuple[dict[str, list[Item]], dict[tuple[str, str], Item]]:
    items: dict[str, list[Item]] = {}
    paths: dict[tuple[str, str], Item] = {}
    offset = 0
    with (folder / "web.jsonl").open("rb") as file:
        for line in file:
            document = json.loads(line)
            parts = urlsplit(document["url"])
            item = Item(datetime.fromisoformat(document["date"]), parts.path, offset)
            items.setdefault(document["source"], []).append(item)
            paths[parts.hostname or "", parts.path] = item
            offset += len(line)
    return items, paths


def _handler(web: Web, outlet: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Apache"

        def do_GET(self) -> None:
            status, kind, body, modified = answer(web, outlet, self.path)
            tag = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            web.record(outlet["host"], self.path, status)
            self.send_response(status)
            if status == 200:
                self.send_header("ETag", tag)
                if modified:
                    self.send_header("Last-Modified", format_datetime(modified))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            del format, args

    return Handler


def answer(
    web: Web, outlet: dict[str, Any], target: str
) -> tuple[int, str, bytes, datetime | None]:
    """Return status, content type, body and last modification of one address."""
    path = urlsplit(target).path
    if path == "/robots.txt":
        return 200, "text/plain", b"User-agent: *\nDisallow: /admin/\n", None
    if path == outlet["entry"]:
        documents = [web.read(item) for item in web.newest(outlet["id"])]
        kind, body = pages.entry(outlet, documents, web.port)
        return 200, kind, body.encode(), None
    item = web.paths.get((outlet["host"], path))
    if item is None or not web.shown(item):
        return 404, "text/html; charset=utf-8", "<h1>Page introuvable</h1>".encode(), None
    return 200, "text/html; charset=utf-8", pages.article(outlet, web.read(item)).encode(), None


@contextmanager
def serve(folder: Path, port: int = 0, now: datetime | None = None) -> Iterator[Web]:
    """Serve a simulated web until the block is left; port 0 takes a free one.

    Every outlet has a host of its own, 127.0.0.x, all on the same port.
    """
    config = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    items, paths = _index(folder)
    servers: list[ThreadingHTTPServer] = []
    web = Web(folder, port, config, items, paths, now)
    try:
        for outlet in config["outlets"]:
            if outlet["entry"] is None:
                continue
            server = ThreadingHTTPServer((outlet["host"], web.port), _handler(web, outlet))
            server.daemon_threads = True
            web.port = server.server_address[1]
            servers.append(server)
        for server in servers:
            threading.Thread(
                target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
            ).start()
        yield web
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
