"""The documents that sources announce: written as they are, or completed by their pages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from crawlers import clock, edits, feeds, identity, pages, rhythm, safely, walls
from crawlers.answers import Failure, Fetched
from crawlers.resource import as_resource
from crawlers.sniff import Format, sniff
from vigie.records import Access, Document, FailureKind, HttpState, Source, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crawlers.archive import Archive
    from crawlers.fetching import Fetcher
    from crawlers.once import Once
    from crawlers.policies import Policies
    from crawlers.progress import Progress
    from crawlers.resource import Reading
    from crawlers.spool import Writer

PAGES_AT_ONCE = 8
"""Of one source; the downloader spaces the requests to one host whatever their number."""
SAMPLES = 3
"""Pages of a sitemap or an index that are read in a trial."""
_REMEMBERED = {
    SourceKind.EVENTS,
    SourceKind.OPENAGENDA,
    SourceKind.REGISTRY,
    SourceKind.MAILBOX,
}
"""Kinds whose documents are told again and again: each is written when it changes."""
_GONE = "gone"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """Takes what the sources of a batch announce."""

    fetcher: Fetcher
    writer: Writer
    states: Mapping[tuple[str, str], HttpState]
    """By source id and URL."""
    policies: Policies
    once: Once
    again: Sequence[Document] = ()
    """Stored documents whose pages are asked again, to see whether they were edited."""
    archive: Archive | None = None
    trial: bool = False

    async def take(self, reading: Reading, progress: Progress) -> int:
        """Write what the source announced, completed by its pages where that is due.

        Return how many were not there last time.
        """
        source = progress.source
        if self.trial:
            return await self._sample(reading, progress)
        to_complete, before = [], progress.fresh
        for document in reading.documents:
            if not _has_page(document, source):
                if document.title or document.text:
                    self.take_whole(document, progress)
                else:
                    progress.seen += 1
                continue
            progress.seen += 1
            if self._is_new(document):
                progress.fresh += 1
                progress.waiting[document.id] = document
                to_complete.append(document)
        await self._complete_all(to_complete, progress)
        return progress.fresh - before

    async def _sample(self, reading: Reading, progress: Progress) -> int:
        """Write what a source announced as it is; read a few pages of which only that is known."""
        bare = [one for one in reading.documents if not one.title and not one.text]
        pages = bare[: max(0, SAMPLES - progress.seen)]
        progress.seen += len(reading.documents)
        for document in reading.documents:
            if document not in pages:
                self.writer.write(document)
        await self._complete_all(pages, progress)
        return 0  # what follows the first page is left for the crawl

    async def _complete_all(self, documents: list[Document], progress: Progress) -> None:
        queue = iter(documents)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(PAGES_AT_ONCE, len(documents))):
                    group.create_task(self._complete_each(queue, progress))
        except ExceptionGroup as several:
            # A full disk ends the crawl: what is announced must not be written without its page.
            alone = several.exceptions
            raise next((e for e in alone if isinstance(e, OSError)), alone[0]) from several

    def take_whole(self, document: Document, progress: Progress) -> None:
        """Write a document that needs no page; where many stay the same, only what is new."""
        if document.withdrawn and not document.title:
            self.writer.write(document)
            self._remember(document.source_id, _gone(document.id), _GONE)
            return
        progress.seen += 1
        if progress.source.kind not in _REMEMBERED:
            progress.fresh += 1
            self.writer.write(document)
            return
        if self.is_known(document):
            return
        progress.fresh += 1
        self.writer.write(document)
        self._remember(document.source_id, _name(document), fingerprint(document))
        for gone in self._was_gone(document):
            self._remember(document.source_id, gone, None)

    def is_known(self, document: Document) -> bool:
        """Tell whether a document that needs no page was told before, as it is."""
        state = self.states.get((document.source_id, _name(document)))
        known = state is not None and state.fingerprint == fingerprint(document)
        return known and not self._was_gone(document)

    def _was_gone(self, document: Document) -> list[str]:
        """Return under which names an event was remembered as removed by its agenda."""
        names = [_gone(one) for one in (document.id, *document.also)]
        known = {name: self.states.get((document.source_id, name)) for name in names}
        return [name for name, state in known.items() if state and state.fingerprint == _GONE]

    def _remember(self, source_id: str, name: str, mark: str | None) -> None:
        state = HttpState(url=name, source_id=source_id, fingerprint=mark, checked_at=clock.now())
        self.writer.write(state)

    def _is_new(self, document: Document) -> bool:
        state = self.states.get((document.source_id, document.url))
        return state is None or state.fingerprint != fingerprint(document)

    async def _complete_each(self, queue: Iterator[Document], progress: Progress) -> None:
        for document in queue:
            await self._complete(document, progress)

    async def _complete(self, document: Document, progress: Progress) -> None:
        """Write one announced document with its page's text, or with the feed's own."""
        answer = await self.once.fetch(document.url)
        reading, lasting = None, True
        progress.asked += 1
        if isinstance(answer, Failure):
            progress.gone += answer.kind is FailureKind.HARD
            lasting = answer.lasting and not answer.refused
            progress.refused += answer.refused
            progress.heed(answer)
        elif answer.truncated:
            lasting = False
        elif walls.is_wall(answer.body):
            lasting = False
            progress.refused += 1
        elif sniff(answer.body, answer.charset) is Format.PAGE:
            if await self.policies.is_reserved(answer, progress.source):
                progress.reserved += 1
                document = replace(document, access=Access.RESERVED)
            if document.access is not Access.RESERVED or not self.policies.obeys(progress.source):
                reading = self._read_page(answer, document, progress.source)
        progress.waiting.pop(document.id, None)
        now = clock.now()
        state = HttpState(
            url=document.url,
            source_id=document.source_id,
            fingerprint=fingerprint(document),
            checked_at=now,
            whole_at=None if isinstance(answer, Failure) else now,
        )
        if reading is not None and isinstance(answer, Fetched):
            self._write_page(reading, answer, state)
            return
        self._write_excerpt(document)
        if lasting:
            self.writer.write(state)
        progress.to_retry |= not lasting

    def _write_page(
        self, reading: Reading, answer: Fetched, state: HttpState, title: str = ""
    ) -> None:
        """Write what a page gave, then that it was read."""
        (document,) = reading.documents
        place = self.archive and self.archive.keep(
            answer, document.source_id, document.url, title=title, access=document.access
        )
        self.writer.write(replace(document, archive=place or None))
        self.writer.write(edits.remembered(state, answer, edits.mark(reading)))

    def _read_page(self, answer: Fetched, announced: Document, source: Source) -> Reading | None:
        wanted = pages.Wanted.of(source)
        reading = safely.read(
            lambda resource: pages.read(resource, announced, wanted),
            as_resource(answer, source, clock.now()),
        )
        return reading if reading.documents else None

    # --- pages that may have been edited -------------------------------------------------

    async def ask_again(self, progress: Progress) -> None:
        """Ask for the pages of stored documents that were edited, until their site has enough."""
        for stored in self.again:
            state = self.states.get((stored.source_id, stored.url))
            if stored.source_id != progress.source.id or state is None:
                continue
            if not self.once.was_asked(stored.url) and not await self._ask_again(
                stored, state, progress
            ):
                return

    async def _ask_again(self, stored: Document, state: HttpState, progress: Progress) -> bool:
        """Ask for one page; write its edit, if it was edited. Return whether to go on."""
        asked = rhythm.conditions(state, rhythm.BELIEVED_OF_A_PAGE, clock.now())
        answer = await self.fetcher.fetch(stored.url, asked, tries=1)
        same = replace(state, checked_at=clock.now(), unchanged=state.unchanged + 1)
        if isinstance(answer, Failure):
            self.writer.write(same)
            progress.heed(answer)
            return answer.lasting and not answer.refused
        if not answer.not_modified:
            same = replace(same, whole_at=same.checked_at)
        reading = None
        if not answer.not_modified and not await self._is_out_of_reach(answer, progress.source):
            reading = self._read_page(answer, edits.expected(stored, state), progress.source)
        if reading is None or not edits.is_page_of(stored, reading, answer):
            self.writer.write(same)
        elif (mark := edits.mark(reading)) == state.content:
            self.writer.write(edits.remembered(same, answer, mark))
        else:
            now = replace(same, unchanged=0)
            edited = edits.retitled(reading, state)
            self._write_page(edited, answer, now, edited.documents[0].title)
        return True

    async def _is_out_of_reach(self, answer: Fetched, source: Source) -> bool:
        """Tell whether an answer is no page to read: cut short, a captcha, reserved."""
        if answer.truncated or walls.is_wall(answer.body):
            return True
        if sniff(answer.body, answer.charset) is not Format.PAGE:
            return True
        return await self.policies.is_reserved(answer, source) and self.policies.obeys(source)

    # --- what was announced and not had ------------------------------------------------

    def _write_excerpt(self, document: Document) -> None:
        if document.title or document.text:
            self.writer.write(replace(document, excerpt=True))

    def write_waiting(self, progress: Progress) -> None:
        """Write what was announced and not completed, as far as its announcement tells it."""
        for document in progress.waiting.values():
            self._write_excerpt(document)
        progress.waiting.clear()


def fingerprint(document: Document) -> str:
    """Return the mark of what a source announced: it changes when the page or event does."""
    told = feeds.fingerprint_part(document)
    if event := document.event:
        moments = (str(at and at.isoformat()) for at in (event.start, event.end))
        place = map(str, (event.venue, event.organiser, event.commune, document.withdrawn))
        told = "\n".join((told, *moments, *place))
    return sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def _name(document: Document) -> str:
    """Return the name under which a document that needs no page is remembered."""
    return document.url if _is_own(document) else f"{document.url}#{document.id}"


def _gone(document_id: str) -> str:
    """Return the name under which it is remembered that an agenda has removed an event."""
    return f"removed#{document_id}"


def _has_page(document: Document, source: Source) -> bool:
    """Tell whether a document's own page is to be fetched."""
    if not rhythm.has_pages(source):
        return False
    if identity.canonical_url(document.url) == identity.canonical_url(source.url):
        return False
    path = document.url.split("?")[0].lower()
    return (
        _is_own(document)
        and not identity.is_front_page(document.url)
        and not path.endswith(_NO_PAGE)
    )


def _is_own(document: Document) -> bool:
    """Tell whether an address is one document's alone; else its id is of more than the address."""
    return document.id == identity.document_id(document.url)
