"""What is done with each source of a batch: fetch, read, complete with its pages, conclude."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from crawlers import feeds, formats, identity, pages, safely
from crawlers.fetching import Failure, Fetched, Fetcher
from crawlers.resource import Reading, Resource
from crawlers.sniff import Format, sniff
from vigie.records import Document, HealthState, HttpState, Message, Outcome, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crawlers.spool import Writer

PAGES_AT_ONCE = 8
"""Of one source; the downloader spaces the requests to one host whatever their number."""
_NO_PAGE = (
    ".mp3",
    ".mp4",
    ".m4a",
    ".ogg",
    ".pdf",
    ".jpg",
    ".jpeg",
    ".png",
    ".zip",
    ".ics",
    ".doc",
    ".docx",
)


@dataclass(slots=True)
class Progress:
    """How far the crawl of one source has come."""

    source: Source
    seen: int = 0
    waiting: dict[str, Document] = field(default_factory=dict)
    """Announced documents not yet written, by id."""
    to_retry: bool = False
    """A page failed in a way that may pass: the feed must be read again in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What the crawl of every source of a batch shares."""

    fetcher: Fetcher
    writer: Writer
    states: Mapping[tuple[str, str], HttpState]
    """By source id and URL."""
    source_timeout: float

    async def run(self, source: Source) -> None:
        """Crawl one source and write its one outcome, whatever happens."""
        progress = Progress(source)
        try:
            outcome = await self._within_time(progress)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - one source never stops the others; told as a bug
            outcome = _outcome(
                source,
                HealthState.UNREACHABLE,
                Message("erreur du programme, à signaler : {error}", {"error": repr(error)[:200]}),
            )
        self._write_waiting(progress)
        self.writer.write(outcome)

    async def _within_time(self, progress: Progress) -> Outcome:
        try:
            async with asyncio.timeout(self.source_timeout):
                return await self._crawl(progress)
        except TimeoutError:
            state, message = HealthState.SLOW, Message("délai dépassé avant la première réponse")
            if progress.seen:
                state = HealthState.LIVELY
                message = Message(
                    "délai dépassé : {n} document lu, la suite au prochain passage",
                    {"n": progress.seen},
                    "délai dépassé : {n} documents lus, la suite au prochain passage",
                )
            return _outcome(progress.source, state, message, progress.seen)

    async def _crawl(self, progress: Progress) -> Outcome:
        source = progress.source
        state = self.states.get((source.id, source.url))
        answer = await self.fetcher.fetch(source.url, _conditions(state))
        now = datetime.now(UTC)
        if isinstance(answer, Failure):
            return _outcome(source, answer.state, answer.message)
        if answer.not_modified:
            if state is not None:
                self.writer.write(replace(state, checked_at=now))
            message = Message("rien de nouveau depuis le dernier passage")
            return _outcome(source, HealthState.LIVELY, message, not_modified=True)
        resource = _resource(answer, source, now)
        found = sniff(resource.body, resource.charset)
        if mismatch := formats.mismatch(source.kind, found, resource):
            return _outcome(source, HealthState.WRONG_FORMAT, mismatch)
        reading = safely.read(formats.reader(source.kind, found), resource)
        for reject in reading.rejects:
            self.writer.write(reject)
        if reading.problem and not reading.documents:
            return _outcome(source, HealthState.WRONG_FORMAT, reading.problem)
        await self._take(reading, progress)
        remembered = not progress.to_retry
        self.writer.write(
            HttpState(
                url=source.url,
                source_id=source.id,
                etag=answer.etag if remembered else None,
                last_modified=answer.last_modified if remembered else None,
                checked_at=now,
            )
        )
        return _conclusion(progress, reading, answer)

    async def _take(self, reading: Reading, progress: Progress) -> None:
        """Write what the source announced, completed by its pages where that is due."""
        source = progress.source
        to_complete = []
        for document in reading.documents:
            progress.seen += 1
            if not _has_page(document, source):
                if document.title or document.text:
                    self.writer.write(document)
            elif self._is_new(document):
                progress.waiting[document.id] = document
                to_complete.append(document)
        queue = iter(to_complete)
        async with asyncio.TaskGroup() as group:
            for _ in range(min(PAGES_AT_ONCE, len(to_complete))):
                group.create_task(self._complete_each(queue, progress))

    def _is_new(self, document: Document) -> bool:
        state = self.states.get((document.source_id, document.url))
        return state is None or state.fingerprint != fingerprint(document)

    async def _complete_each(self, queue: Iterator[Document], progress: Progress) -> None:
        for document in queue:
            await self._complete(document, progress)

    async def _complete(self, document: Document, progress: Progress) -> None:
        """Write one announced document with its page's text, or with the feed's own."""
        answer = await self.fetcher.fetch(document.url, tries=2)
        complete, lasting = None, True
        if isinstance(answer, Failure):
            lasting = answer.lasting
        elif sniff(answer.body, answer.charset) is Format.PAGE:
            resource = _resource(answer, progress.source, datetime.now(UTC))
            reading = safely.read(_page_of(document), resource)
            complete = reading.documents[0] if reading.documents else None
        progress.waiting.pop(document.id, None)
        if complete is not None:
            self.writer.write(complete)
        else:
            self._write_excerpt(document)
        if not lasting:
            progress.to_retry = True
            return
        self.writer.write(
            HttpState(
                url=document.url,
                source_id=document.source_id,
                fingerprint=fingerprint(document),
                checked_at=datetime.now(UTC),
            )
        )

    def _write_excerpt(self, document: Document) -> None:
        if document.title or document.text:
            self.writer.write(replace(document, excerpt=True))

    def _write_waiting(self, progress: Progress) -> None:
        for document in progress.waiting.values():
            self._write_excerpt(document)
        progress.waiting.clear()


def fingerprint(document: Document) -> str:
    """Return the mark of what a source announced of a page: it changes when the page does."""
    told = feeds.fingerprint_part(document).encode("utf-8", "replace")
    return sha256(told).hexdigest()[:16]


def _page_of(document: Document) -> Callable[[Resource], Reading]:
    return lambda resource: pages.read(resource, document)


def _conditions(state: HttpState | None) -> dict[str, str]:
    conditions = {}
    if state and state.etag:
        conditions["If-None-Match"] = state.etag
    if state and state.last_modified:
        conditions["If-Modified-Since"] = state.last_modified
    return conditions


def _resource(answer: Fetched, source: Source, now: datetime) -> Resource:
    return Resource(
        body=answer.body,
        url=answer.url,
        source_id=source.id,
        fetched_at=now,
        charset=answer.charset,
        language=source.language,
    )


def _has_page(document: Document, source: Source) -> bool:
    """Tell whether a document's own page is to be fetched."""
    if source.full_text or source.kind not in {
        SourceKind.FEED,
        SourceKind.SITEMAP,
        SourceKind.LISTING,
    }:
        return False
    if identity.canonical_url(document.url) == identity.canonical_url(source.url):
        return False
    path = document.url.split("?")[0].lower()
    # An id that is not the address's own means that several entries share the address.
    own = document.id == identity.document_id(document.url)
    return own and not identity.is_front_page(document.url) and not path.endswith(_NO_PAGE)


def _conclusion(progress: Progress, reading: Reading, answer: Fetched) -> Outcome:
    source, count = progress.source, progress.seen
    if answer.moved_to and _moved(source.url, answer.moved_to):
        message = Message(
            "a changé d’adresse : remplacez-la par {url}", {"url": answer.moved_to[:500]}
        )
        return _outcome(source, HealthState.MOVED, message, count)
    if reading.problem:
        return _outcome(source, HealthState.LIVELY, reading.problem, count)
    if not count:
        return _outcome(source, HealthState.QUIET, Message("aucun document : la source est vide"))
    message = Message("{n} document", {"n": count}, "{n} documents")
    return _outcome(source, HealthState.LIVELY, message, count)


def _moved(old: str, new: str) -> bool:
    return identity.document_id(old) != identity.document_id(new)


def _outcome(
    source: Source,
    state: HealthState,
    message: Message,
    documents: int = 0,
    *,
    not_modified: bool = False,
) -> Outcome:
    return Outcome(
        source_id=source.id,
        at=datetime.now(UTC),
        state=state,
        message=message,
        documents=documents,
        not_modified=not_modified,
    )
