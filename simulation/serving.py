"""The invented web on loopback: real HTTP servers that show what was published by a set hour."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from http.server import ThreadingHTTPServer
from time import time as clock
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from simulation import feeds
from simulation.answers import handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Item:
    """Where a published document lies in `web.jsonl`."""

    published: datetime
    source: str
    path: str
    offset: int
    rank: int
    """Among its outlet's documents, from the oldest."""


@dataclass(slots=True)
class Web:
    """A running web.

    Set `now` to replay: later documents are not there yet, and outages, moves and edits happen
    when they happen. `None` is the end of the simulated time.
    """

    folder: Path
    port: int
    config: dict[str, Any]
    items: dict[str, list[Item]]
    paths: dict[tuple[str, str], Item]
    now: datetime | None = None
    feed_length: int | None = None
    """Items in a feed; by default all that is published so far."""
    log: list[tuple[float, str, str, int]] = field(default_factory=list)
    """Seconds, host, path and status of each request; also in `requests.log`."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hour(self) -> datetime:
        """Return the simulated time."""
        return self.now or datetime.combine(
            datetime.fromisoformat(self.config["until"]).date(), time(), ZONE
        )

    @property
    def outlets(self) -> list[dict[str, Any]]:
        """Return the outlets, as `sources.json` describes them."""
        found: list[dict[str, Any]] = self.config["outlets"]
        return found

    def entry(self, outlet: dict[str, Any]) -> str:
        """Return the address of an outlet's entry point; the path of the file for a mailbox."""
        if outlet["style"] == "mbox":
            return str(self.folder / outlet["entry"])
        return f"http://{outlet['host']}:{self.port}{outlet['entry']}"

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
        """Return the document of an item, as it reads at the simulated time."""
        with (self.folder / "web.jsonl").open("rb") as file:
            file.seek(item.offset)
            document: dict[str, Any] = json.loads(file.readline())
        document["url"] = self.address(document["url"])
        if edited := document.get("edited"):
            if datetime.fromisoformat(edited) > self.hour:
                document["text"] = document["text"].removesuffix("\n" + document["postscript"])
            else:
                document["changed"] = edited
        return document

    def newest(self, source: str) -> list[Item]:
        """Return what an outlet has published so far, newest first."""
        return [item for item in reversed(self.items.get(source, [])) if self.shown(item)]

    def beside(self, item: Item) -> list[dict[str, Any]]:
        """Return up to three documents that came out just before one."""
        return [self.read(i) for i in self.items[item.source][max(0, item.rank - 3) : item.rank]]

    def write_mailbox(self, outlet: dict[str, Any], path: Path) -> int:
        """Write the newsletters received so far to an mbox file; return how many."""
        received = [self.read(item) for item in reversed(self.newest(outlet["id"]))]
        path.write_bytes(b"".join(feeds.mail(outlet, document) for document in received))
        return len(received)

    def record(self, host: str, path: str, status: int) -> None:
        """Log one request."""
        with self._lock:
            moment = clock()
            self.log.append((moment, host, path, status))
            with (self.folder / "requests.log").open("a", encoding="utf-8") as out:
                out.write(f"{moment:.3f} {host} {path} {status}\n")


def _index(folder: Path) -> tuple[dict[str, list[Item]], dict[tuple[str, str], Item]]:
    items: dict[str, list[Item]] = {}
    paths: dict[tuple[str, str], Item] = {}
    offset = 0
    with (folder / "web.jsonl").open("rb") as file:
        for line in file:
            document = json.loads(line)
            parts, mine = urlsplit(document["url"]), items.setdefault(document["source"], [])
            published = datetime.fromisoformat(document["date"])
            item = Item(published, document["source"], parts.path, offset, len(mine))
            mine.append(item)
            paths[parts.hostname or "", parts.path] = item
            offset += len(line)
    return items, paths


@contextmanager
def serve(
    folder: Path, port: int = 0, now: datetime | None = None, feed_length: int | None = None
) -> Iterator[Web]:
    """Serve a simulated web until the block is left; port 0 takes a free one.

    Every outlet has a host of its own, 127.0.0.x, all on the same port. On a machine that
    answers on 127.0.0.1 only, OSError is raised.
    """
    config = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    items, paths = _index(folder)
    web = Web(folder, port, config, items, paths, now, feed_length)
    servers: list[ThreadingHTTPServer] = []
    try:
        for outlet in web.outlets:
            server = ThreadingHTTPServer((outlet["host"], web.port), handler(web, outlet))
            server.daemon_threads = True
            web.port = server.server_address[1]
            servers.append(server)
        for server in servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield web
        for server in servers:
            server.shutdown()
    finally:
        for server in servers:
            server.server_close()
