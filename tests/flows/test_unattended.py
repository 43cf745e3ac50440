"""What happens to a run that nobody watches: a second one, a kill, a full disk."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import psutil
import pytest
from sqlalchemy.exc import OperationalError

from flows import steps
from storage import open_store
from tests import databases
from tests.command import VIGIE, apart, here
from tests.databases import ask
from vigie.settings import load

if TYPE_CHECKING:
    from pathlib import Path

PAGES = 60
TEXT = (
    "<p>L’association Le Fil Numéro {n} vient de voir le jour à Mulhouse. Elle prête {n} machines à "
    "coudre aux habitants du quartier et organise un atelier chaque samedi matin.</p>"
    "<p>L’association Le Fil Numéro {n} cherche encore {n} bénévoles et un local plus grand.</p>"
)


class Site:
    """A feed of many pages, each served after a while; it remembers what it was asked."""

    def __init__(self) -> None:
        self.pause = 0.0
        self.open = threading.Event()
        self.open.set()
        self.asked: list[str] = []
        site = self
        now = datetime.now(UTC) - timedelta(days=8)  # before the last Monday's queue

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, kind, body = 200, "text/html; charset=utf-8", ""
                if self.path == "/rss":
                    items = "".join(
                        f"<item><title>Un fil numéro {n}</title><link>{site.url}/page-{n}</link>"
                        f"<pubDate>{now:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
                        for n in range(PAGES)
                    )
                    kind = "text/xml"
                    body = f"<rss version='2.0'><channel><title>Fils</title>{items}</channel></rss>"
                elif self.path.startswith("/page-"):
                    time.sleep(site.pause)
                    if len(site.asked) % 10 == 0:
                        site.open.wait(300)
                    n = self.path.removeprefix("/page-")
                    body = f"<html lang=fr><body><article><h1>Un fil numéro {n}</h1>{TEXT.format(n=n)}</article>"
                else:
                    status = 404
                data = body.encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                try:
                    self.wfile.write(data)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture(scope="module")
def site():
    found = Site()
    yield found
    found.server.shutdown()
    found.server.server_close()


def workspace(folder: Path, site: Site, name: str = "fils") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vigie.toml").write_text(
        '[watch]\nterritory = ["200066009"]\n[crawler]\ncontact = "veille@example.org"\ndelay = 0\ntimeout = 300\n'
        f'allow_private_hosts = ["127.0.0.1"]\n[[source]]\nid = "{name}"\nname = "Fils"\n'
        f'url = "{site.url}/rss"\nkind = "feed"\n',
        encoding="utf-8",
    )
    return databases.settle(folder)


@contextmanager
def started(*arguments: object):
    process = subprocess.Popen(
        [VIGIE, *map(str, arguments)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        # What else it started, as a flow's own server, goes with it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def until(condition, process=None, seconds: float = 200.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        assert process is None or process.poll() is None, process.communicate()[1]
        time.sleep(0.02)


def spooled(folder: Path) -> int:
    return sum(
        path.read_bytes().count(b'{"type": "document"')
        for path in (folder / "data" / "spool").glob("*.jsonl")
    )


def everything(folder: Path) -> list[tuple]:
    """All that was stored and read, apart from when it was."""
    return [
        *ask(folder, "select id, url, title, digest, annotated from documents order by id"),
        *ask(folder, "select document_id, position, actor_id, surface from mentions order by 1, 2"),
        *ask(folder, "select document_id, digest from document_revisions"),
    ]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, site):
    """What the workspace holds when nothing happens to it."""
    site.pause = 0.0
    folder = workspace(tmp_path_factory.mktemp("undisturbed"), site)
    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    steps.crawl(settings, store)
    steps.annotate(settings, store)
    queue = steps.detect(settings, store, datetime.now(settings.zone).date())
    store.close()
    assert ask(folder, "select count(*) from documents") == [(PAGES,)]
    return everything(folder), [one.name for one in queue.candidates]


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command that failed says in the end; the rest says what it was doing."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    lines = done.stderr.strip().splitlines()
    assert [line for line in lines if line.startswith("vigie :")] == lines[-1:], done.stderr
    return lines[-1]


@databases.once
def test_a_second_crawl_says_who_is_at_work_and_leaves_the_first_alone(tmp_path, site):
    folder = workspace(tmp_path, site)
    site.pause = 0.0
    site.open.clear()
    with started("crawl", "--dir", folder) as first:
        until(lambda: spooled(folder) > 2, first)
        for command in ("crawl", "run"):
            line = one_line(here(command, "--dir", folder))
            assert "« vigie crawl » travaille déjà" in line
            assert str(first.pid) in line
            assert "attendez" in line
        site.open.set()
        assert first.wait(120) == 0
    assert ask(folder, "select count(*) from documents") == [(PAGES,)]
    assert here("crawl", "--dir", folder).returncode == 0


@databases.once
def test_a_crawl_that_is_killed_loses_nothing_and_its_process_asks_no_more(
    tmp_path, site, undisturbed
):
    folder = workspace(tmp_path, site)
    site.pause = 0.2
    site.asked.clear()
    with started("crawl", "--dir", folder) as first:
        until(lambda: spooled(folder) > PAGES // 4, first)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        time.sleep(2)
        asked = len(site.asked)
        time.sleep(2)
        assert len(site.asked) == asked < PAGES
    site.pause = 0.0
    assert here("crawl", "--dir", folder).returncode == 0
    assert ask(folder, "select count(*), count(distinct url) from documents") == [(PAGES, PAGES)]
    assert here("annotate", "--dir", folder).returncode == 0
    assert everything(folder) == undisturbed[0]


def test_a_run_that_is_killed_while_it_reads_is_finished_by_the_next(tmp_path, site, undisturbed):
    folder = workspace(tmp_path, site)
    site.pause = 0.0

    def annotated() -> int:
        try:
            return int(ask(folder, "select count(*) from annotations")[0][0])
        except OperationalError:
            return 0

    with started("run", "--dir", folder) as first:
        until(lambda: annotated() > 0, first)
        os.kill(first.pid, signal.SIGKILL)
    second = apart("run", "--dir", folder)
    assert second.returncode == 0, second.stderr
    assert everything(folder) == undisturbed[0]
    queue = json.loads(here("queue", "--dir", folder, "--json").stdout)
    assert [one["name"] for one in queue["candidates"]] == undisturbed[1]


@pytest.mark.skipif(
    "VIGIE_LONG_TESTS" not in os.environ, reason="Prefect takes minutes to give its server up"
)
@databases.once
def test_prefects_server_going_away_in_the_middle_is_one_line_and_loses_nothing(
    tmp_path, site, undisturbed, monkeypatch
):
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")  # by itself it tries for two minutes
    folder = workspace(tmp_path, site)
    site.pause = 0.0
    site.open.clear()
    with started("run", "--dir", folder) as first:
        until(lambda: spooled(folder) > 2, first, 500)
        programs = psutil.Process(first.pid).children()
        server = next(one for one in programs if "prefect.server" in " ".join(one.cmdline()))
        server.kill()
        site.open.set()
        said = first.communicate(timeout=400)[1]
        assert first.returncode == 1
    assert "Traceback" not in said
    assert " ERROR " not in said
    assert [line for line in said.splitlines() if "Prefect" in line] == said.splitlines()[-1:]
    assert "Relancez « vigie run » : rien n’est perdu." in said
    assert here("crawl", "--dir", folder).returncode == 0
    assert here("annotate", "--dir", folder).returncode == 0
    assert everything(folder) == undisturbed[0]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few megabytes; needs the right to mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    done = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, check=False
    )
    if not done or done.returncode:
        pytest.skip("no right to mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


@databases.sqlite_only
def test_a_full_disk_ends_a_crawl_and_a_reading_in_one_line(small_disk, site, undisturbed):
    site.pause = 0.0
    folder = workspace(small_disk / "watch", site)
    settings = load(folder)
    open_store(settings.storage.url, settings.folder).close()
    ballast = small_disk / "ballast"

    def fill(left: int) -> None:
        ballast.write_bytes(b"")
        free = shutil.disk_usage(small_disk).free
        ballast.write_bytes(b"x" * max(free - left, 0))

    for left in (12_000, 60_000, 140_000):
        fill(left)
        line = one_line(here("crawl", "--dir", folder))
        assert "lus de place" in line
        ballast.unlink()
    assert here("crawl", "--dir", folder).returncode == 0
    assert ask(folder, "select count(*), count(distinct url) from documents") == [(PAGES, PAGES)]

    fill(20_000)
    assert "Plus de place" in one_line(here("annotate", "--dir", folder))
    ballast.unlink()
    assert here("annotate", "--dir", folder).returncode == 0
    assert everything(folder) == undisturbed[0]


@databases.once
def test_a_spool_that_may_not_grow_ends_a_crawl_in_one_line(tmp_path, site, undisturbed):
    folder = workspace(tmp_path, site)
    settings = load(folder)
    open_store(settings.storage.url, settings.folder).close()
    limit = 20_000

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    site.pause = 0.0
    one_line(apart("crawl", "--dir", folder, preexec_fn=limited))
    assert here("crawl", "--dir", folder).returncode == 0
    assert here("annotate", "--dir", folder).returncode == 0
    assert everything(folder) == undisturbed[0]
