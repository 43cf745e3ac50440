"""Pages a second beside bare Scrapy, memory over many pages, and a crawl that is killed.

`python -m benchmarks.crawl [pages] [pages for memory] [rounds]`. One server, the same pages,
politeness off, the same eight requests at once. Scrapy alone appends what it gets to a list.
Twice: with nothing read from the pages, which compares the crawling itself, and with
trafilatura on every page in both, which is what a crawl does. The two take turns, and medians
are compared; starting the process counts for both.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks import report

if TYPE_CHECKING:
    from collections.abc import Iterator

A_FEED = 2500
AT_ONCE = 8
PARAGRAPH = (
    "<p>L’atelier partagé numéro {n} a ouvert ses portes samedi dans l’ancienne menuiserie du "
    "quartier, après deux années de chantier menées par une quinzaine de bénévoles. On y répare "
    "des meubles, on y apprend à affûter un rabot, et une cantine y sert la soupe.</p>"
)
NOTHING_READ = """
from dataclasses import replace
from crawlers import pages, process
from crawlers.resource import Reading
pages.read = lambda resource, announced=None, wanted=None: Reading(
    documents=(replace(announced, text=resource.body.decode()[-200:]),)
)
process.main()
"""
BARE = """
import sys, time
import trafilatura
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
port, pages, read = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "read"
got = []
class Bare(Spider):
    name = "bare"
    async def start(self):
        for number in range(pages):
            yield Request(f"http://127.0.0.1:{port}/actu/article-numero-{number}")
    def parse(self, response):
        text = trafilatura.extract(response.text) if read else response.text[-200:]
        got.append((response.url, text))
process = CrawlerProcess({
    "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "ROBOTSTXT_OBEY": False,
    "DOWNLOAD_DELAY": 0, "LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False, "RETRY_ENABLED": False,
})
process.crawl(Bare)
process.start()
assert len(got) == pages, len(got)
"""


def page(number: int) -> bytes:
    """Return an article of about 8 kB with its menus."""
    menu = "".join(f'<li><a href="/rubrique/{n}">Rubrique {n}</a></li>' for n in range(30))
    body = "".join(PARAGRAPH.format(n=number) for _ in range(12))
    return (
        f'<!doctype html><html lang="fr"><head><title>Article {number}</title></head><body><nav>'
        f"<ul>{menu}</ul></nav><article><h1>Article {number}</h1>{body}</article></body></html>"
    ).encode()


def feed(first: int, last: int, port: int) -> bytes:
    """Return an RSS feed that announces some articles."""
    items = "".join(
        f"<item><title>Article {n}</title><link>http://127.0.0.1:{port}/actu/article-numero-{n}"
        "</link><pubDate>Tue, 03 Mar 2026 10:00:00 +0100</pubDate></item>"
        for n in range(first, last)
    )
    return f'<rss version="2.0"><channel><title>F</title>{items}</channel></rss>'.encode()


async def serve(pages: int) -> None:
    """Serve the articles and their feeds; print the port, then wait to be ended."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode()
                name = path.rsplit("-", 1)[-1]
                status, body = "200 OK", b""
                if path.startswith("/actu/"):
                    body = page(int(name))
                elif path.startswith("/feed-"):
                    first = int(name) * A_FEED
                    body = feed(first, min(first + A_FEED, pages), port)
                else:
                    status = "404 Not Found"
                kind = "text/xml" if path.startswith("/feed") else "text/html; charset=utf-8"
                lines = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n"
                writer.write(f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await server.serve_forever()


@contextmanager
def served(pages: int) -> Iterator[int]:
    """Serve from a process of its own and yield its port."""
    command = [sys.executable, "-m", "benchmarks.crawl", "serve", str(pages)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def workspace(folder: Path, pages: int, port: int) -> None:
    """Write a workspace whose feeds announce all the pages."""
    feeds = "".join(
        f'[[source]]\nid = "f{n}"\nname = "F{n}"\nurl = "http://127.0.0.1:{port}/feed-{n}"\n'
        'kind = "feed"\n'
        for n in range((pages + A_FEED - 1) // A_FEED)
    )
    (folder / "vigie.toml").write_text(
        '[watch]\nterritory = ["200066009"]\n[crawler]\ncontact = "veille@example.org"\ndelay = 0\n'
        'source_timeout = 86400\narchive_megabytes = 0\nallow_private_hosts = ["127.0.0.1"]\n'
        + feeds,
        encoding="utf-8",
    )


@dataclass(frozen=True)
class Lap:
    """What one crawl took."""

    seconds: float
    processor: float
    """Seconds of processor time of the crawl's process alone."""
    memory: list[float]
    """Megabytes, on the way."""


def ours(pages: int, port: int, *, read: bool) -> Lap:
    """Crawl in our process; all the pages must come out."""
    from crawlers import batch  # noqa: PLC0415 - the server's process does without
    from vigie.settings import load  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace(folder, pages, port)
        settings = load(folder)
        path = folder / "spool.jsonl"
        job = batch.encode(batch._job_of(settings.sources, (), settings, path))  # noqa: SLF001
        code = ["-m", "crawlers.process"] if read else ["-c", NOTHING_READ]
        lap = timed([sys.executable, *code], job + "\n")
        documents = sum('"type": "document"' in line[:40] for line in path.open(encoding="utf-8"))
        assert documents == pages, documents
    return lap


def bare(pages: int, port: int, *, read: bool) -> Lap:
    """Crawl with Scrapy alone."""
    arguments = [str(port), str(pages), "read" if read else "list"]
    return timed([sys.executable, "-c", BARE, *arguments], "")


def timed(command: list[str], given: str) -> Lap:
    """Run a process to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(given)
    process.stdin.flush()
    memory = []
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        memory.append(resident(process.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdin.close()
    assert process.returncode == 0
    return Lap(seconds, usage.ru_utime + usage.ru_stime, memory)


def resident(pid: int) -> float:
    """Return the megabytes that a process holds."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    lines = [line.split() for line in status.splitlines() if line.startswith("VmRSS")]
    return int(lines[0][1]) / 1024 if lines else 0.0


def compared(pages: int, port: int, rounds: int, *, read: bool) -> dict[str, object]:
    """Let the two take turns and return the medians."""
    laps: dict[str, list[Lap]] = {"scrapy": [], "vigie": []}
    crawls = {"scrapy": bare, "vigie": ours}
    for number in range(rounds):
        for who in ("scrapy", "vigie") if number % 2 else ("vigie", "scrapy"):
            laps[who].append(crawls[who](pages, port, read=read))
    label = "read" if read else "list"
    pairs = list(zip(laps["scrapy"], laps["vigie"], strict=True))
    return {
        **{
            f"{label}_{who}_pages_a_second": round(pages / median(lap.seconds for lap in found), 1)
            for who, found in laps.items()
        },
        f"{label}_ratio": round(median(one.seconds / other.seconds for one, other in pairs), 2),
        f"{label}_ratios": [round(one.seconds / other.seconds, 2) for one, other in pairs],
        # Of processor time: what a busy machine blurs less.
        f"{label}_cpu_ratio": round(
            median(one.processor / other.processor for one, other in pairs), 2
        ),
    }


def killed(pages: int, port: int) -> dict[str, int]:
    """Kill `vigie crawl` without warning in the middle, run it again, and count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        workspace(folder, pages, port)
        command = [sys.executable, "-c", "from vigie.cli import main; main()", "crawl"]
        command += ["--dir", name]
        first = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        spooled = 0
        while spooled < pages // 2 and first.poll() is None:
            time.sleep(0.2)
            found = list((folder / "data" / "spool").glob("*.jsonl"))
            spooled = found[0].read_bytes().count(b'"type": "document"') if found else 0
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with sqlite3.connect(folder / "data" / "vigie.db") as connection:
            total, urls = connection.execute(
                "select count(*), count(distinct url) from documents"
            ).fetchone()
    return {"pages": pages, "before_the_kill": spooled, "documents": total, "addresses": urls}


def main() -> None:
    """Measure, print, write."""
    given = [int(word) for word in sys.argv[1:]]
    pages, many, rounds = (*given, *(2000, 20_000, 5)[len(given) :])
    figures: dict[str, object] = {"pages": pages, "rounds": rounds}
    with served(pages) as port:
        figures["load_before"] = round(os.getloadavg()[0], 2)
        for read in (False, True):
            figures |= compared(pages, port, rounds, read=read)
        figures["killed"] = json.dumps(killed(pages, port))
    if many:
        with served(many) as port:
            memory = ours(many, port, read=True).memory
        quarter = len(memory) // 4
        figures["memory_pages"] = many
        figures["memory_mb_by_quarter"] = [
            round(max(memory[n * quarter : (n + 1) * quarter])) for n in range(4)
        ]
    report.table("Crawling beside bare Scrapy", ("", ""), figures.items())
    print(report.write("crawl", figures))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        main()
