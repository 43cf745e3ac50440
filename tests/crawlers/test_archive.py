from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import brotli
import pytest
from warcio import statusandheaders, warcwriter

from crawlers import archive, crawl, spool, warc
from crawlers.answers import Fetched
from tests.crawlers.test_crawl import ARTICLE, documents, rss, source
from vigie.records import Document, KnownActor, Reject, SourceKind


def kept(folder):
    return sorted(folder.glob("*/*.warc.gz"))


def told(found):
    return {(one.id, one.title, one.text, one.excerpt, one.published_at) for one in found}


def test_what_was_archived_is_read_again_as_it_was(web, tmp_path, make_settings):
    web.serve("/copeaux", ARTICLE.format(title="Les Copeaux"), Set_Cookie="a=b")
    web.status("/ferme", 403)
    items = ("Les Copeaux", web.url("/copeaux")), ("La ferme", web.url("/ferme"))
    event = '<script type="application/ld+json">{"@type":"Event","name":"Fête","startDate":"2026-05-02"}</script>'
    sources = [
        source("presse", web.serve("/rss", rss(*items), "text/xml")),
        source("sorties", web.serve("/agenda", f"<html><body>{event}</body></html>"), SourceKind.EVENTS),
    ]  # fmt: skip
    folder = tmp_path / "archive"
    path = tmp_path / "spool.jsonl"
    crawl(sources, (), make_settings(), path, folder)
    first = documents(list(spool.read(path)))
    (file,) = kept(folder)
    assert file.parent.name == file.name[:4]
    again = list(archive.reread(folder, {one.id: one for one in sources}))
    assert told(again) == told(first)
    assert {one.archive for one in again} >= {one.archive for one in first if not one.excerpt}
    assert b"a=b" not in file.read_bytes()

    fuller = replace(sources[0], id="autre")
    assert list(archive.reread(folder, {"autre": fuller})) == []

    file.write_bytes(file.read_bytes()[:-40])
    assert len(list(archive.reread(folder, {one.id: one for one in sources}))) >= 1


def test_the_archive_keeps_to_its_size(web, tmp_path, make_settings):
    folder = tmp_path / "archive"
    (folder / "2020").mkdir(parents=True)
    for day in ("01", "02", "03"):
        (folder / "2020" / f"2020-01-{day}-x.warc.gz").write_bytes(b"x" * 400_000)
    web.serve("/copeaux", ARTICLE.format(title="Les Copeaux"))
    one = source("presse", web.serve("/rss", rss(("Les Copeaux", web.url("/copeaux")))))
    crawl(
        [one],
        (),
        make_settings(archive_megabytes=1.0, archive_days=0),
        tmp_path / "a.jsonl",
        folder,
    )
    assert [path.name[:10] for path in kept(folder)][:2] == ["2020-01-02", "2020-01-03"]
    assert len(kept(folder)) == 3

    crawl([one], (), make_settings(archive_days=30), tmp_path / "c.jsonl", folder)
    assert {path.name[:4] for path in kept(folder)} == {f"{datetime.now(UTC):%Y}"}

    nothing = tmp_path / "rien"
    crawl([one], (), make_settings(archive_megabytes=0.0), tmp_path / "b.jsonl", nothing)
    assert kept(nothing) == []


def web_archive(path, *responses):
    """Write a WARC of responses (encoding, body), as another crawler would."""
    with path.open("wb") as file:
        writer = warcwriter.WARCWriter(file, gzip=True)
        for number, (encoding, body) in enumerate(responses):
            headers = [("Content-Type", "text/html"), ("Content-Encoding", encoding)]
            http = statusandheaders.StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
            address, payload = f"https://gazette.test/{number}", BytesIO(body)
            record = writer.create_warc_record(
                address, "response", payload=payload, http_headers=http
            )
            writer.write_record(record)
    return path


def test_responses_in_brotli_are_read_and_damaged_ones_named(tmp_path):
    page = ARTICLE.format(title="Les Copeaux").encode()
    packed = brotli.compress(page)
    bomb = brotli.compress(bytes(60_000_000), quality=1)
    path = web_archive(
        tmp_path / "m.warc.gz",
        ("br", packed), ("br", page), ("br", b"\xff" * 200), ("br", bomb), ("gzip", page), ("br", packed),
    )  # fmt: skip
    found = list(warc.read(path))
    titles = [one.url for one in found if isinstance(one, Document)]
    assert titles == [f"https://gazette.test/{number}" for number in (0, 1, 4, 5)]
    rejects = [one for one in found if isinstance(one, Reject)]
    assert [one.where for one in rejects] == [
        f"m.warc.gz, https://gazette.test/{number}" for number in (2, 3)
    ]


@pytest.mark.parametrize("left", [0.5, 0.97])
def test_a_web_archive_that_was_cut_says_so(tmp_path, left):
    page = ARTICLE.format(title="Les Copeaux").encode()
    path = web_archive(tmp_path / "m.warc.gz", *[("identity", page)] * 3)
    assert not [one for one in warc.read(path) if isinstance(one, Reject)]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])
    *first, last = warc.read(path)
    assert len([one for one in first if isinstance(one, Document)]) == int(3 * left)
    assert "coupée" in str(last.reason)


def response(body):
    return Fetched(url="https://a.test/", body=body, charset=None, etag=None, last_modified=None)


def test_in_a_full_archive_the_oldest_make_room_for_the_newest(tmp_path):
    noise = random.Random(1)  # which does not compress
    for batch in "abcdef":
        crawl_of_today = archive.Archive(tmp_path, batch, megabytes=0.1)
        for _ in range(4):
            assert crawl_of_today.keep(response(noise.randbytes(15_000)), "presse")
    names = [path.name[11] for path in kept(tmp_path)]
    assert names == ["f"]
    assert sum(path.stat().st_size for path in kept(tmp_path)) <= 100_000

    # What is measured is what is written: a text that compresses well has its place.
    assert crawl_of_today.keep(response(b"mot " * 40_000), "presse")
    # The crawl that fills the archive alone removes nothing of its own.
    assert not crawl_of_today.keep(response(noise.randbytes(60_000)), "presse")
    assert [path.name[11] for path in kept(tmp_path)] == ["f"]


def test_a_register_that_was_fetched_is_kept_and_read_again(web, tmp_path, make_settings, examples):
    body = (examples / "registries" / "rna_waldec.csv").read_bytes()
    one = source("rna", web.serve("/rna.csv", body, "text/csv"), SourceKind.REGISTRY)
    path, folder = tmp_path / "spool.jsonl", tmp_path / "archive"
    crawl([one], (), make_settings(), path, folder)
    records = [r for r in spool.read(path) if isinstance(r, Document | KnownActor)]
    assert len({type(record) for record in records}) == 2
    again = list(archive.reread(folder, {"rna": one}))
    assert [plain(one) for one in again] == [plain(one) for one in records]
    assert all(one.archive for one in again if isinstance(one, Document))


def plain(record):
    return replace(record, fetched_at=None) if isinstance(record, Document) else record
