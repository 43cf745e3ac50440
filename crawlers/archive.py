"""The responses that led to documents, kept as WARC, so that they can be read again.

One file a day and batch: `2026/2026-03-16-1f3a9c02.warc.gz`, each record a gzip member of its
own. What is kept is what was read: bodies without their transfer's compression, no cookies, and
never what was asked, so that no key is written.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from warcio import archiveiterator, statusandheaders, warcwriter
from warcio.exceptions import ArchiveLoadFailed

from crawlers import clock, formats, identity, pages, registries, rows, safely
from crawlers.resource import Reading, Resource
from crawlers.sniff import Format, sniff
from vigie.records import Access, Document, KnownActor, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from crawlers.answers import Fetched
    from vigie.records import Source

_SOURCE = "Vigie-Source"
_ANNOUNCED = "Vigie-Announced"
"""On the record of a page: the address under which the source announced it."""
_TITLE = "Vigie-Title"
"""On the record of a page that was asked again: the title that it goes by, percent-encoded."""
_ACCESS = "Vigie-Access"
"""On the record of a response that its site reserves, whichever way it says so."""
_UNKEPT = {"set-cookie", "content-encoding", "transfer-encoding", "content-length"}


class Archive:
    """Appends responses to the file of one day and batch, within a size."""

    def __init__(self, folder: Path, batch: str, megabytes: float, days: int = 0) -> None:
        """Open the archive; what is older than `days`, or too much, is removed (0: nothing is)."""
        self._folder = folder
        self._batch = batch
        self._most = int(megabytes * 1_000_000)
        forget(folder, days)
        self._filled = make_room(folder, self._most)

    def keep(
        self,
        answer: Fetched,
        source_id: str,
        announced: str | None = None,
        *,
        title: str = "",
        access: Access = Access.OPEN,
    ) -> str | None:
        """Keep a response; return where, or None when there is no room left.

        The files of earlier crawls, the oldest first, make room for it; that of this one does
        not, for what it holds is as new.

        `announced` is the address under which the source told of a page, `title` what it then
        called it, where that is not kept beside it.

        Raises:
            OSError: the disk is full, or gone.
        """
        ours = {_SOURCE: source_id}
        ours |= {_ANNOUNCED: announced} if announced else {}
        ours |= {_TITLE: quote(title)} if title else {}
        ours |= {_ACCESS: access} if access is Access.RESERVED else {}
        record = _record(answer, ours)
        today = clock.now()
        name = f"{today:%Y}/{today:%Y-%m-%d}-{self._batch}.warc.gz"
        path = self._folder / name
        if not self._fits(len(record), path):
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            offset = file.tell()
            file.write(record)
        self._filled += len(record)
        return f"{name}#{offset}"

    def _fits(self, size: int, path: Path) -> bool:
        """Tell whether `size` bytes more have their place, which older files may have to make."""
        own = path.stat().st_size if path.exists() else 0
        if own + size > self._most:
            return False
        if self._filled + size > self._most:
            self._filled = make_room(self._folder, self._most, size, spared=path)
        return self._filled + size <= self._most


def _record(answer: Fetched, ours: Mapping[str, str]) -> bytes:
    """Return a response as a record, compressed."""
    # warcio carries no types.
    warc: Any = warcwriter
    file = io.BytesIO()
    writer = warc.WARCWriter(file, gzip=True)
    headers = [(name, value) for name, value in answer.headers if name.lower() not in _UNKEPT]
    status: Any = statusandheaders
    record = writer.create_warc_record(
        answer.url,
        "response",
        payload=io.BytesIO(answer.body),
        warc_headers_dict=dict(ours),
        http_headers=status.StatusAndHeaders(f"{answer.status} OK", headers, protocol="HTTP/1.1"),
    )
    writer.write_record(record)
    return file.getvalue()


def forget(folder: Path, days: int) -> None:
    """Remove the files of days that are longer ago than `days`; 0 keeps all."""
    for path in outdated(folder, days, clock.now()):
        path.unlink(missing_ok=True)


def outdated(folder: Path, days: int, now: datetime) -> list[Path]:
    """Return the files of days that are longer ago than `days`; none if that is 0."""
    if not days:
        return []
    first = f"{now - timedelta(days=days):%Y-%m-%d}"
    return sorted(path for path in folder.glob("*/*.warc.gz") if path.name[:10] < first)


def make_room(folder: Path, most: int, needed: int = 0, spared: Path | None = None) -> int:
    """Remove the oldest files, but `spared`, if `needed` bytes more would make more than `most`.

    They go until nine tenths of it are left, so that this is not done for every response.
    Returns the bytes that the archive then fills.
    """
    files = sorted(folder.glob("*/*.warc.gz"), key=lambda path: path.name)
    sizes = [path.stat().st_size for path in files]
    total = sum(sizes)
    if total + needed <= most:
        return total
    for path, size in zip(files, sizes, strict=True):
        if total + needed <= 0.9 * most:
            break
        if path != spared:
            path.unlink(missing_ok=True)
            total -= size
    return total


def reread(
    folder: Path, sources: Mapping[str, Source], communes: frozenset[str] = frozenset()
) -> Iterator[Document | KnownActor]:
    """Yield what today's parsers make of the archive, file after file, the oldest first.

    Of registers and maps, what is in some communes (INSEE codes; none: everywhere). Documents of
    sources that the catalogue no longer holds are left as they are.
    """
    for path in sorted(folder.glob("*/*.warc.gz"), key=lambda one: one.name):
        yield from _reread_file(path, f"{path.parent.name}/{path.name}", sources, communes)


def _reread_file(
    path: Path, name: str, sources: Mapping[str, Source], communes: frozenset[str]
) -> Iterator[Document | KnownActor]:
    """Yield a file's documents: its pages, completed by what announced them, and the rest."""
    announced: dict[tuple[str, str], Document] = {}
    for page, source, resource, kept in _records(path, name, sources):
        if page:
            known = announced.pop((source.id, page.url), None)
            if page.title:  # later than the announcement: the page was given another title
                known = replace(known or page, title=page.title)
            reading = safely.read(_page_reader(source, known), resource)
            yield from map(kept, reading.documents[:1])
            continue
        if source.kind is SourceKind.REGISTRY:
            yield from _listed(resource, communes, kept)
            continue
        reading = _entries(source, resource)
        yield from reading.withdrawn
        for document in reading.documents:
            one = kept(document)
            if source.kind in {SourceKind.FEED, SourceKind.SITEMAP, SourceKind.LISTING}:
                announced[source.id, document.url] = one
            else:
                yield one
    for (source_id, _), document in announced.items():
        if document.title or document.text:
            yield replace(document, excerpt=not sources[source_id].full_text)


def _listed(
    resource: Resource, communes: frozenset[str], kept: Callable[[Document], Document]
) -> Iterator[Document | KnownActor]:
    """Yield what a register tells; nothing if it is none by now."""
    register = registries.Register(
        source_id=resource.source_id, communes=communes, now=resource.fetched_at
    )
    try:
        for found in registries.read(io.BytesIO(resource.body), register):
            if isinstance(found, Document):
                yield kept(found)
            elif isinstance(found, KnownActor):
                yield found
    except rows.NoRegisterError:
        return


def _page_reader(source: Source, announced: Document | None) -> formats.Reader:
    return lambda resource: pages.read(resource, announced, pages.Wanted.of(source))


def _entries(source: Source, resource: Resource) -> Reading:
    found = sniff(resource.body, resource.charset)
    if found is Format.EMPTY or formats.mismatch(source, found, resource):
        return Reading()
    return safely.read(formats.reader(source, found), resource)


def _records(
    path: Path, name: str, sources: Mapping[str, Source]
) -> Iterator[tuple[Document | None, Source, Resource, Callable[[Document], Document]]]:
    """Yield the whole records of a file; one that a killed crawl cut short ends it.

    First comes, for a page, what its record says of how it was announced; last, what a document
    gets from its record: its place, and that it is reserved.
    """
    warc: Any = archiveiterator
    with path.open("rb") as file:
        records = warc.ArchiveIterator(file)
        try:
            for record in records:
                told = record.rec_headers
                source = sources.get(told.get_header(_SOURCE) or "")
                if record.rec_type != "response" or source is None:
                    continue
                body = record.content_stream().read()
                place = f"{name}#{records.get_record_offset()}"
                resource = Resource(
                    body=body,
                    url=told.get_header("WARC-Target-URI"),
                    source_id=source.id,
                    fetched_at=datetime.fromisoformat(told.get_header("WARC-Date")),
                    charset=charset(record.http_headers.get_header("Content-Type") or ""),
                    language=source.language,
                )
                reserved = told.get_header(_ACCESS) == Access.RESERVED
                yield _page(told, resource), source, resource, _keeper(place, reserved)
        except (ArchiveLoadFailed, EOFError, OSError):
            return


def _page(told: Any, resource: Resource) -> Document | None:  # noqa: ANN401 - warcio carries no types
    """Return what a page's record says of how it was announced; None if it is no page's."""
    url = told.get_header(_ANNOUNCED)
    if not url:
        return None
    return Document(
        id=identity.document_id(url),
        source_id=resource.source_id,
        url=url,
        title=unquote(told.get_header(_TITLE) or ""),
        text="",
        published_at=None,
        fetched_at=resource.fetched_at,
    )


def _keeper(place: str, reserved: bool) -> Callable[[Document], Document]:
    if reserved:
        return lambda document: replace(document, archive=place, access=Access.RESERVED)
    return lambda document: replace(document, archive=place)


def charset(said: str) -> str | None:
    """Return the charset that a Content-Type names, if it names one."""
    _, found, name = said.lower().partition("charset=")
    return name.split(";")[0].strip("\"' ") if found else None
