"""Web archives (WARC, gzipped or not), as other crawlers write them: pages, feeds, calendars.

Read record by record, so that the size of a file does not matter.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import brotli
from warcio import archiveiterator, bufferedreaders
from warcio.exceptions import ArchiveLoadFailed

from crawlers import encoding, formats, safely
from crawlers.archive import charset
from crawlers.resource import Resource
from crawlers.sniff import Format, sniff
from vigie import catalogue
from vigie.records import Document, Message, Reject, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 50_000_000
"""Bytes of a response that is read."""
_READ = {
    Format.PAGE,
    Format.FEED,
    Format.JSON_FEED,
    Format.CALENDAR,
    Format.JSON_LD,
    Format.OPENAGENDA,
}
"""What a web archive holds that is a document: scripts, styles and sitemaps are none."""


def read(path: Path, source_id: str | None = None) -> Iterator[Document | Reject | Source]:
    """Yield the documents of a web archive, each host as a source before its first one.

    A record that cannot be read ends the file: the place of the next one is not known.

    Raises:
        OSError: the file cannot be read.
    """
    told: set[str] = set()
    for resource in _responses(path):
        if isinstance(resource, Reject):
            yield resource
            continue
        found = sniff(resource.body, resource.charset)
        reader = formats.any_reader(found) if found in _READ else None
        if reader is None:
            continue
        source = source_id or _id_of(resource.url)
        reading = safely.read(reader, replace(resource, source_id=source))
        if source_id is None and source not in told and reading.documents:
            told.add(source)
            host = (urlsplit(resource.url).hostname or source).removeprefix("www.")
            yield Source(id=source, name=host, url="", kind=SourceKind.FILES)
        yield from reading.rejects
        if reading.problem and not reading.documents:
            yield Reject(where=resource.url, reason=reading.problem, source_id=source)
        yield from reading.documents


def _responses(path: Path) -> Iterator[Resource | Reject]:
    warc: Any = archiveiterator  # warcio carries no types
    with path.open("rb") as file:
        records, end = warc.ArchiveIterator(file), 0
        try:
            for record in records:
                read = _resource(record, path) if _is_wanted(record) else None
                records.read_to_end()
                end = records.offset
                if getattr(record.raw_stream, "limit", 0) > 0:
                    end = -1  # half an article is not taken for a whole one
                elif read is not None:
                    yield read
        except (ArchiveLoadFailed, EOFError) as error:
            values = {"error": str(error)[:200]}
            reason = Message("archive illisible à partir d’ici ({error})", values)
            yield Reject(where=path.name, reason=reason)
            return
    if end < path.stat().st_size:
        reason = Message("archive coupée : sa fin manque, dernière réponse comprise")
        yield Reject(where=path.name, reason=reason)


def _is_wanted(record: Any) -> bool:  # noqa: ANN401 - warcio carries no types
    if record.rec_type not in {"response", "resource"}:
        return False
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    return url.strip("<>").startswith(("http://", "https://")) and str(status).startswith("2")


def _resource(record: Any, path: Path) -> Resource | Reject:  # noqa: ANN401 - as above
    url = record.rec_headers.get_header("WARC-Target-URI").strip("<>")
    told = record.http_headers.get_header("Content-Type") if record.http_headers else ""
    try:
        body = _body(record)
    except (encoding.TooLargeError, brotli.error) as error:
        large = isinstance(error, encoding.TooLargeError)
        reason = (
            Message("réponse démesurée une fois décompressée : abandonnée")
            if large
            else Message("réponse compressée illisible")
        )
        return Reject(where=f"{path.name}, {url}", reason=reason)
    return Resource(
        body=body,
        url=url,
        source_id="",
        fetched_at=_moment(record.rec_headers.get_header("WARC-Date")),
        charset=charset(told or ""),
    )


def _body(record: Any) -> bytes:  # noqa: ANN401 - as above
    """Return a response's body; what warcio makes of Brotli breaks on brotli 1.x.

    Some archives keep the header of a compression that they have undone.

    Raises:
        TooLargeError: it is too large, once decompressed.
        brotli.error: it is damaged.
    """
    headers = record.http_headers
    if ((headers and headers.get_header("Content-Encoding")) or "").strip().lower() != "br":
        return encoding.inflate(record.content_stream().read(LARGEST))
    chunked = (headers.get_header("Transfer-Encoding") or "").strip().lower() == "chunked"
    warc: Any = bufferedreaders
    stream = warc.ChunkedDataReader(record.raw_stream) if chunked else record.raw_stream
    body: bytes = stream.read(LARGEST)
    return body if sniff(body) in _READ else encoding.unbrotli(body)


def _moment(said: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(said or "")
    except ValueError:
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _id_of(url: str) -> str:
    parts = urlsplit(url)
    return catalogue.suggest_id(f"{parts.scheme}://{parts.netloc}")
