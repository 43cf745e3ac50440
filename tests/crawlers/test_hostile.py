"""A server that means harm: each attack ends in one clear line, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import brotli
import pytest

from crawlers import batch, calendars, spool
from crawlers.guard import Guard, is_public
from crawlers.process import scrapy_settings
from tests.crawlers.conftest import serving, settings
from tests.crawlers.test_crawl import ARTICLE, RSS, documents, rss, source
from vigie.records import HealthState, Outcome, SourceKind

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEMORY = 450
"""Megabytes that the crawl's process may ever hold."""
RESPONSE, SOURCE = 4.0, 60.0
"""Seconds for a response and for a source."""
BOMB = 300_000_000


def endless(kind: str, chunk: bytes, pause: float = 0.0):
    """Return an answer that does not end by itself."""

    def answer(request) -> None:
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.end_headers()
        request.close_connection = True
        end = time.monotonic() + 60
        while time.monotonic() < end:
            request.wfile.write(chunk)
            time.sleep(pause)

    return answer


def slow_headers(request) -> None:
    request.close_connection = True
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(300):
        request.wfile.write(f"X-{number}: a\r\n".encode())
        time.sleep(0.2)


def bombs() -> dict[str, bytes]:
    """Return 300 MB of blanks, squeezed in each of the ways that servers know."""
    blank = b" " * 1_000_000
    packer, deflater, brotlier = zlib.compressobj(9, zlib.DEFLATED, 31), zlib.compressobj(9), brotli.Compressor(quality=5)  # fmt: skip
    zstder = zstd.ZstdCompressor()
    found = {"gzip": b"", "deflate": b"", "br": b"", "zstd": b""}
    for _ in range(BOMB // len(blank)):
        found["gzip"] += packer.compress(blank)
        found["deflate"] += deflater.compress(blank)
        found["br"] += brotlier.process(blank)
        found["zstd"] += zstder.compress(blank)
    found["gzip"] += packer.flush()
    found["deflate"] += deflater.flush()
    found["br"] += brotlier.finish()
    found["zstd"] += zstder.flush()
    return found


def calendar(rule: str) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20200101T080000Z\r\n"
        f"DTSTART:20200101T180000Z\r\nRRULE:{rule}\r\nSUMMARY:Sans fin\r\nEND:VEVENT\r\n"
        "END:VCALENDAR\r\n"
    )


def laughs(depth: int = 10) -> str:
    return "".join(
        f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' if n else '<!ENTITY lol0 "rire">'
        for n in range(depth)
    )


def sitemap_index(*urls: str) -> str:
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f"<sitemapindex>{listed}</sitemapindex>"


def attacks(web, canary) -> list:
    """Return one source an attack."""
    feed, xml = "application/rss+xml", "application/xml"
    found = {
        f"{way}_bomb": web.serve(f"/{way}", packed, feed, Content_Encoding=way)
        for way, packed in bombs().items()
    }
    found["file_bomb"] = web.serve("/feed.xml.gz", bombs()["gzip"], "application/gzip")
    twice = gzip.compress(gzip.compress(b" " * 100_000_000))
    found["twice"] = web.serve("/twice", twice, feed, Content_Encoding="gzip, gzip")
    found["laughs"] = web.serve(
        "/laughs",
        f"<?xml version='1.0'?><!DOCTYPE rss [{laughs()}]><rss version='2.0'><channel>"
        "<item><title>&lol9;</title><description>x</description></item></channel></rss>",
        feed,
    )
    entity = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found["entity"] = web.serve(
        "/entity",
        f"<?xml version='1.0'?>{entity}<rss version='2.0'><channel><item><title>&x;</title>"
        "<description>x</description></item></channel></rss>",
        feed,
    )
    web.routes["/slow_headers"] = slow_headers
    web.routes["/slow_body"] = endless(feed, b"<", 0.2)
    web.routes["/endless"] = endless(feed, b"<item/>" * 10_000)
    for name in ("slow_headers", "slow_body", "endless"):
        found[name] = web.url(f"/{name}")
    port = canary.port
    for name, target in {
        "to_loopback": canary.url("/rss"),
        "to_metadata": "http://169.254.169.254/latest/meta-data/",
        "to_v6": f"http://[::1]:{port}/rss",
        "to_mapped": f"http://[::ffff:127.0.0.1]:{port}/rss",
        "to_decimal": f"http://2130706433:{port}/rss",
        "to_name": f"http://localhost:{port}/rss",
        "to_file": "file:///etc/passwd",
    }.items():
        found[name] = web.status(f"/{name}", 302, Location=target)
    found["name"] = f"http://localhost:{port}/rss"
    found["far"] = web.status("/far", 302, Location=web.url("/far?1"))
    for number in range(1, 30):
        web.status(f"/far?{number}", 302, Location=web.url(f"/far?{number + 1}"))
    found["image"] = web.serve("/image", b"\x89PNG\r\n\x1a\n" + b"\0" * 500, feed)
    found["mislabelled"] = web.serve("/mislabelled", rss(("Bon", web.url("/page"))), "image/png")
    found["invalid"] = web.serve(
        "/invalid",
        rss(("Titre", web.url("/page"))).encode().replace(b"Titre", b"Ti\xff\xfetre"),
        xml,
    )
    found["nulls"] = web.serve("/nulls", b"\0" * 2_000_000, feed)
    found["null_bytes"] = web.serve("/null_bytes", rss(("Ti\0tre", web.url("/page"))).encode(), xml)
    crowd = "".join(f"<item><title>t{n}</title></item>" for n in range(100_000))
    found["crowd"] = web.serve("/crowd", RSS.format(items=crowd), feed)
    found["large_title"] = web.serve("/large", rss(("T" * 10_000_000, web.url("/page"))), feed)
    found["long_title"] = web.serve("/long", rss(("T" * 4_000_000, web.url("/page"))), feed)
    found["deep"] = web.serve("/deep", "<rss><channel><item>" + "<a>" * 400_000, feed)
    found["deep_json"] = web.serve("/deep_json", "[" * 1_000_000, "application/feed+json")
    found["trapped"] = web.serve("/trapped", rss(*(
        (name, web.url(f"/{name}")) for name in ("br_page", "deep_page", "slow_page", "nul_page")
    )), feed)  # fmt: skip
    web.serve("/br_page", bombs()["br"], Content_Encoding="br")
    web.serve("/deep_page", "<div>" * 500_000)
    web.serve("/nul_page", b"<html>\0<body>\xff\xfe" + b"\0" * 100_000)
    web.routes["/slow_page"] = endless("text/html", b"<p>", 0.2)
    sources = [source(name, url) for name, url in found.items()]
    plans = {
        "self": web.serve("/self.xml", sitemap_index(web.url("/self.xml")), xml),
        "chain": web.serve("/chain-0.xml", sitemap_index(web.url("/chain-1.xml")), xml),
        "plan_laughs": web.serve(
            "/plan.xml",
            f"<!DOCTYPE urlset [{laughs()}]><urlset><url><loc>{web.url('/page')}?&lol9;</loc></url></urlset>",
            xml,
        ),
    }
    for number in range(1, 100):
        web.serve(f"/chain-{number}.xml", sitemap_index(web.url(f"/chain-{number + 1}.xml")), xml)
    sources += [source(name, url, SourceKind.SITEMAP) for name, url in plans.items()]
    for name, rule in {"daily": "FREQ=DAILY", "secondly": "FREQ=SECONDLY"}.items():
        url = web.serve(f"/{name}.ics", calendar(rule), "text/calendar")
        sources.append(source(name, url, SourceKind.CALENDAR))
    return sources


def peak(pid: int) -> float:
    """Return the megabytes that a process held at most, nothing once it has ended.

    What the system tells after the end (`ru_maxrss`) counts the process that started it as well.
    """
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    lines = [line.split() for line in status.splitlines() if line.startswith("VmHWM")]
    return int(lines[0][1]) / 1024 if lines else 0.0


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """The crawl of all the attacks and one good source: records, seconds, megabytes."""
    folder = tmp_path_factory.mktemp("attacked")
    with serving("127.0.0.2") as web, serving("127.0.0.1") as canary:
        canary.serve("/rss", rss(("Secret", canary.url("/secret"))), "text/xml")
        sources = attacks(web, canary)
        web.serve("/page", ARTICLE.format(title="Bonne nouvelle"))
        sources.append(
            source("good", web.serve("/good", rss(("Bonne nouvelle", web.url("/page")))))
        )
        limits = settings(
            folder,
            allow_private_hosts=(f"127.0.0.2:{web.port}",),
            timeout=RESPONSE,
            source_timeout=SOURCE,
            max_body_megabytes=5.0,
        )
        job = batch._job_of(tuple(sources), (), limits, folder / "spool.jsonl")
        begun, start = time.monotonic(), datetime.now().astimezone()
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "crawlers.process"], stdin=subprocess.PIPE
        )
        process.stdin.write(
            (batch.encode(replace(job, archive=folder / "archive")) + "\n").encode()
        )
        process.stdin.flush()
        megabytes = 0.0
        while process.poll() is None:
            megabytes = peak(process.pid) or megabytes
            time.sleep(0.05)
        process.stdin.close()
        seconds = time.monotonic() - begun
        assert process.returncode == 0
        reached = list(canary.asked)
    records = list(spool.read(folder / "spool.jsonl"))
    outcomes = {one.source_id: one for one in records if isinstance(one, Outcome)}
    assert sorted(outcomes) == sorted(one.id for one in sources)
    return records, outcomes, start, seconds, megabytes, reached


def test_the_whole_stays_within_its_memory_and_time(attacked):
    _, outcomes, start, seconds, megabytes, _ = attacked
    assert megabytes < MEMORY
    assert seconds < 3 * SOURCE + 30
    for one in outcomes.values():
        # Beside its own time a source waits for its turn among those that are read.
        assert (one.at - start).total_seconds() < 2 * SOURCE + 30, one


def test_nobody_behind_the_wall_was_reached(attacked):
    *_, reached = attacked
    assert reached == []


def test_the_good_source_is_read_meanwhile(attacked):
    records, outcomes, *_ = attacked
    assert outcomes["good"].state is HealthState.LIVELY
    assert [one.title for one in documents(records, "good")] == ["Bonne nouvelle"]


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("gzip_bomb", HealthState.UNREACHABLE, "décompressée"),
        ("deflate_bomb", HealthState.UNREACHABLE, "décompressée"),
        ("br_bomb", HealthState.UNREACHABLE, "décompressée"),
        ("zstd_bomb", HealthState.UNREACHABLE, "décompressée"),
        ("file_bomb", HealthState.UNREACHABLE, "décompressée"),
        ("twice", HealthState.UNREACHABLE, "décompressée"),
        ("laughs", HealthState.LIVELY, "1 document"),
        ("entity", HealthState.LIVELY, "1 document"),
        ("slow_headers", HealthState.SLOW, "délai"),
        ("slow_body", HealthState.SLOW, "délai"),
        ("endless", HealthState.UNREACHABLE, "volumineuse"),
        ("to_loopback", HealthState.UNREACHABLE, "privée"),
        ("to_metadata", HealthState.UNREACHABLE, "privée"),
        ("to_v6", HealthState.UNREACHABLE, "privée"),
        ("to_mapped", HealthState.UNREACHABLE, "privée"),
        ("to_decimal", HealthState.UNREACHABLE, "privée"),
        ("to_name", HealthState.UNREACHABLE, "privée"),
        ("name", HealthState.UNREACHABLE, "privée"),
        ("to_file", HealthState.UNREACHABLE, "redirection"),
        ("far", HealthState.UNREACHABLE, "redirections"),
        ("image", HealthState.WRONG_FORMAT, "image"),
        ("mislabelled", HealthState.LIVELY, "1 document"),
        ("invalid", HealthState.LIVELY, "1 document"),
        ("nulls", HealthState.WRONG_FORMAT, "format"),
        ("null_bytes", HealthState.LIVELY, "1 document"),
        ("crowd", HealthState.LIVELY, "démesuré"),
        ("large_title", HealthState.UNREACHABLE, "volumineuse"),
        ("long_title", HealthState.LIVELY, "démesuré"),
        ("deep", HealthState.WRONG_FORMAT, ""),
        ("deep_json", HealthState.WRONG_FORMAT, ""),
        ("trapped", HealthState.LIVELY, "4 documents"),
        ("self", HealthState.QUIET, "vide"),
        ("chain", HealthState.LIVELY, "adresses"),
        ("plan_laughs", HealthState.LIVELY, "1 document"),
        ("daily", HealthState.LIVELY, "documents"),
        ("secondly", HealthState.LIVELY, "1 document"),
    ],
)
def test_each_attack_ends_in_one_clear_line(attacked, name, state, words):
    _, outcomes, *_ = attacked
    outcome = outcomes[name]
    line = str(outcome.message)
    assert (outcome.state, words in line) == (state, True), outcome
    assert "\n" not in line
    assert 8 <= len(line) < 300
    assert "erreur du programme" not in line


def test_what_is_kept_of_an_attack_is_of_a_reasonable_size(attacked):
    records, *_ = attacked
    found = documents(records)
    assert max(len(one.title) for one in found) <= 500
    assert max(len(one.text) for one in found) <= 500_000
    assert not any("\0" in one.title or "root:" in one.title for one in found)
    trapped = {one.title: one.excerpt for one in documents(records, "trapped")}
    assert trapped == {"br_page": True, "deep_page": True, "slow_page": True, "nul_page": False}
    assert len(documents(records, "crowd")) == 5000
    # A month behind and four ahead, a day each.
    assert len(documents(records, "daily")) <= calendars.MOST_OCCURRENCES


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00:ec2::254", False),
        ("fec0::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("::127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("nonsense", False),
    ],
)
def test_only_addresses_of_the_open_internet_may_be_reached(address, public):
    assert is_public(address) is public


def test_a_name_that_changes_its_answer_gains_nothing(monkeypatch):
    answers = iter([["93.184.215.14", "10.0.0.1"], ["127.0.0.1"]])

    def resolve(host: str, port: int, family: int = 0, kind: int = 0):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    guard = Guard(())
    first = guard.getaddrinfo("rebond.example", 80)
    # One of its two addresses is private: that one is left out, and nothing is asked again.
    assert [one[4][0] for one in first] == ["93.184.215.14"]
    assert guard.getaddrinfo("rebond.example", 80) == first
    assert guard.getaddrinfo("rebond.example", 8080) == []
    assert guard.refused == {"rebond.example"}


def test_what_could_be_used_against_us_is_switched_off(tmp_path):
    limits = settings(tmp_path)
    job = batch._job_of((source("a", "http://a.example"),), (), limits, tmp_path / "s")
    told = scrapy_settings(job, Guard(()))
    assert told["TELNETCONSOLE_ENABLED"] is False
    assert told["COOKIES_ENABLED"] is False
    assert told["METAREFRESH_ENABLED"] is False
    assert told["HTTPPROXY_ENABLED"] is False
    assert set(told["DOWNLOAD_HANDLERS"]) == {"data", "file", "ftp", "s3"}
    assert set(told["DOWNLOAD_HANDLERS"].values()) == {None}
    assert json.dumps(told["DOWNLOAD_MAXSIZE"]) == "4000000"
