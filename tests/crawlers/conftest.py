"""A web server on loopback, and settings under which it may be crawled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from vigie.settings import Crawler, Schedule, Settings, Storage, Watch

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Web:
    """A server whose pages are functions; it remembers what it was asked."""

    host: str
    port: int = 0
    routes: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def serve(
        self, path: str, body: bytes | str, content_type: str = "text/html", **headers: str
    ) -> str:
        data = body.encode() if isinstance(body, str) else body

        def answer(request: BaseHTTPRequestHandler) -> None:
            etag = headers.get("ETag")
            if etag and request.headers.get("If-None-Match") == etag:
                request.send_response(304)
                request.end_headers()
                return
            request.send_response(200)
            request.send_header("Content-Type", content_type)
            request.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.end_headers()
            request.wfile.write(data)

        self.routes[path] = answer
        return self.url(path)

    def status(self, path: str, code: int, body: bytes = b"", **headers: str) -> str:
        def answer(request: BaseHTTPRequestHandler) -> None:
            request.send_response(code)
            for name, value in headers.items():
                request.send_header(name.replace("_", "-"), value)
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)

        self.routes[path] = answer
        return self.url(path)

    def spacing(self) -> float:
        """Return the shortest time between two requests, the one for robots.txt aside."""
        return min(after - before for before, after in pairwise(self.moments[1:]))

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Web]:
    site = Web(host)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers.items())))
            site.moments.append(time.monotonic())
            answer = site.routes.get(self.path)
            try:
                if answer is None:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that hang up: some of these tests make them."""

    server = Server((host, 0), Handler)
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as site:
        yield site


def settings(folder: Path, **crawler: object) -> Settings:
    values: dict[str, object] = {
        "contact": "veille@exemple.test",
        "allow_private_hosts": ("127.0.0.1",),
        "delay": 0.0,
        "timeout": 3.0,
        "source_timeout": 30.0,
        "max_body_megabytes": 4.0,
    }
    return Settings(
        folder=folder,
        watch=Watch(),
        crawler=Crawler(**{**values, **crawler}),
        storage=Storage(),
        schedule=Schedule(),
        sources=(),
    )


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    return lambda **crawler: settings(tmp_path, **crawler)


@pytest.fixture(scope="session")
def examples() -> Path:
    return Path(__file__).parent.parent / "examples"
