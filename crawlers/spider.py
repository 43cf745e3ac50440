"""What is done with each source of a batch: fetch, read, complete with its pages, conclude."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING

from crawlers import (
    clock,
    encoding,
    feeds,
    formats,
    gogocarto,
    identity,
    local,
    pages,
    paging,
    registries,
    reservations,
    rhythm,
    safely,
    sitemaps,
    walls,
)
from crawlers.conclusions import NOTHING_NEW, conclude, moved, outcome_of
from crawlers.fetching import Failure, Fetched, Fetcher
from crawlers.resource import Reading, Resource
from crawlers.sniff import Format, sniff
from vigie.records import (
    Access,
    Document,
    HealthState,
    HttpState,
    KnownActor,
    Message,
    Outcome,
    Source,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from crawlers.archive import Archive
    from crawlers.guard import Guard
    from crawlers.policies import Policies
    from crawlers.resource import Place
    from crawlers.spool import Writer

PAGES_AT_ONCE = 8
"""Of one source; the downloader spaces the requests to one host whatever their number."""
MOST_ADDRESSES = 60
"""Index pages, sitemaps or pages of an agenda that one source is read from in one run."""
SAMPLES = 3
"""Pages of a sitemap or an index that are read in a trial."""
MOST_OF_A_REGISTER = 50_000_000
"""Bytes of a register that is fetched; a larger one is downloaded once and read as a file."""
_LARGE = {SourceKind.REGISTRY, SourceKind.GOGOCARTO}
_REMEMBERED = {
    SourceKind.EVENTS,
    SourceKind.OPENAGENDA,
    SourceKind.REGISTRY,
    SourceKind.MAILBOX,
}
"""Kinds whose documents are told again and again: each is written when it changes."""
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
    listed: int = 0
    """Actors that a directory or registry lists."""
    further: list[str] = field(default_factory=list)
    """Sitemaps that robots.txt names after the first."""
    fresh: int = 0
    """Of those, the ones that were not there last time."""
    waiting: dict[str, Document] = field(default_factory=dict)
    """Announced documents not yet written, by id."""
    to_retry: bool = False
    """A page failed in a way that may pass: what announced it must be read again in full."""
    unchanged: bool = False
    """Some address answered that it holds nothing new."""
    trouble: Message | None = None
    """What was wrong after the first address."""
    asked_to_wait: Failure | None = None
    """The answer by which the site asked to be left alone for a while."""
    reserved: int = 0
    """Pages whose site reserves them against text and data mining."""
    refused: int = 0
    """Pages that their site refuses to this visit, with an error or a captcha."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What the crawl of every source of a batch shares."""

    fetcher: Fetcher
    writer: Writer
    states: Mapping[tuple[str, str], HttpState]
    """By source id and URL."""
    source_timeout: float
    place: Place
    guard: Guard
    policies: Policies
    archive: Archive | None = None
    trial: bool = False

    async def run(self, source: Source) -> None:
        """Crawl one source and write its one outcome, whatever happens."""
        progress = Progress(source)
        try:
            outcome = await self._within_time(progress)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - one source never stops the others; told as a bug
            outcome = outcome_of(
                source,
                HealthState.UNREACHABLE,
                Message("erreur du programme, à signaler : {error}", {"error": repr(error)[:200]}),
            )
        self._write_waiting(progress)
        if outcome.state.is_failure:
            self._doubt(source)
        self.writer.write(outcome)

    def _doubt(self, source: Source) -> None:
        """Let the next crawl ask for the whole: « not modified » would say nothing of a failure."""
        state = self.states.get((source.id, source.url))
        if state is not None and (state.etag or state.last_modified):
            self.writer.write(replace(state, etag=None, last_modified=None, unchanged=0))

    async def _within_time(self, progress: Progress) -> Outcome:
        try:
            async with asyncio.timeout(self.source_timeout):
                if local.is_here(progress.source):
                    return await local.crawl(self, progress)
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
            return outcome_of(progress.source, state, message, progress.seen)

    # --- the source's own addresses ------------------------------------------------------

    async def _crawl(self, progress: Progress) -> Outcome:
        """Read the source's address, and those that it leads on to."""
        source, begun = progress.source, clock.now()
        first = await self._open(progress)
        if isinstance(first, Outcome):
            return first
        answer, reading, onward = first
        visited, queue = {source.url, answer.url}, deque(onward)
        while queue and len(visited) < MOST_ADDRESSES:
            url, mark = queue.popleft()
            if url not in visited:
                visited.add(url)
                queue.extend(await self._go_on(url, mark, progress))
        if any(url not in visited for url, _ in queue):
            progress.trouble = progress.trouble or Message(
                "seules les {n} premières adresses de cette source sont suivies",
                {"n": MOST_ADDRESSES},
            )
        if _is_agenda(source) and not queue and not progress.to_retry and not progress.trouble:
            # From here on only what changed is asked for: said when all the rest was had.
            self.writer.write(HttpState(url=source.url, source_id=source.id, checked_at=begun))
        return conclude(progress, reading, answer)

    async def _open(
        self, progress: Progress
    ) -> tuple[Fetched, Reading, list[tuple[str, str | None]]] | Outcome:
        """Read the first address; its trouble is the source's."""
        source = progress.source
        state = self.states.get((source.id, source.url))
        answer = await self._first_answer(progress, state)
        if isinstance(answer, Failure):
            return outcome_of(source, answer.state, answer.message, failure=answer)
        if answer.not_modified:
            if state is not None:
                again = replace(state, checked_at=clock.now(), unchanged=state.unchanged + 1)
                self.writer.write(again)
            return moved(source, answer, not_modified=True) or outcome_of(
                source, HealthState.LIVELY, NOTHING_NEW, not_modified=True
            )
        reserved = await self.policies.is_reserved(answer, source)
        if reserved and self.policies.obeys(source):
            return outcome_of(source, HealthState.BLOCKED, reservations.RESERVED)
        resource = _resource(answer, source, clock.now())
        found = sniff(resource.body[:1_000_000], resource.charset)
        if source.kind is SourceKind.REGISTRY:
            reading = await self.take_register(resource, progress)
        elif mismatch := formats.mismatch(source, found, resource):
            return outcome_of(source, *mismatch)
        else:
            reading = safely.read(self._reader(source, found), resource)
            self._write_rejects(reading)
            for actor in reading.known:
                self.take_found(actor, progress)
        if reading.problem and not reading.documents and not sitemaps.is_index(resource):
            return outcome_of(source, HealthState.WRONG_FORMAT, reading.problem)
        new = await self._take(self._kept(reading, answer, source, reserved=reserved), progress)
        onward = self._onward(resource, progress, new=new)
        onward += [(further, None) for further in progress.further]
        # What has others behind it may stay as it is while they change: always read again.
        whole = not progress.to_retry and not (onward and source.kind is SourceKind.SITEMAP)
        if not _is_agenda(source):
            self._remember(source, source.url, answer, whole=whole, moved_to=answer.moved_to)
        return answer, reading, onward

    async def _first_answer(self, progress: Progress, state: HttpState | None) -> Fetched | Failure:
        """Ask the source's address, or the one to which it has moved for good."""
        source = progress.source
        url = source.url
        if source.kind is SourceKind.SITEMAP and paging.is_bare_site(url):
            url, *progress.further = await self._announced_sitemaps(url)
        if _is_agenda(source):
            since = state.checked_at if state else None
            key = self.place.agenda_key_for(url)
            return await self.fetcher.fetch(
                paging.agenda_start(url, since), {"key": key} if key else None, secret=bool(key)
            )
        if source.kind is SourceKind.GOGOCARTO:
            url = gogocarto.elements_url(url)
        most = MOST_OF_A_REGISTER if source.kind in _LARGE else None
        if state and state.moved_to:
            answer = await self.fetcher.fetch(state.moved_to, conditions(state, source), most=most)
            if not isinstance(answer, Failure):
                return replace(answer, moved_to=answer.moved_to or state.moved_to)
            state = None
        return await self.fetcher.fetch(url, conditions(state, source), most=most)

    async def _announced_sitemaps(self, url: str) -> list[str]:
        robots = await self.fetcher.fetch(paging.robots_url(url))
        content = ""
        if isinstance(robots, Fetched):
            content = encoding.decode(robots.body[:500_000], robots.charset)
        return paging.announced_sitemaps(content, url)

    async def _go_on(
        self, url: str, mark: str | None, progress: Progress
    ) -> list[tuple[str, str | None]]:
        """Read a further address of the source; return those that it leads on to in turn."""
        source = progress.source
        state = self.states.get((source.id, url))
        if mark and state and state.fingerprint == mark:
            progress.unchanged = True
            return []
        key = self.place.agenda_key_for(url) if source.kind is SourceKind.OPENAGENDA else None
        answer = await self.fetcher.fetch(
            url, {"key": key} if key else conditions(state, source), secret=bool(key)
        )
        if isinstance(answer, Failure):
            progress.trouble = Message(
                "{where} : {reason}", {"where": url[:300], "reason": answer.message}
            )
            progress.to_retry |= not answer.lasting
            if answer.asks_for_long:
                progress.asked_to_wait = answer
            return []
        if answer.not_modified:
            progress.unchanged = True
            return []
        reserved = await self.policies.is_reserved(answer, source)
        if reserved and self.policies.obeys(source):
            progress.reserved += 1
            return []
        resource = _resource(answer, source, clock.now())
        found = sniff(resource.body, resource.charset)
        if formats.mismatch(source, found, resource):
            return []
        reading = safely.read(formats.reader(source, found), resource)
        self._write_rejects(reading)
        before, progress.to_retry = progress.to_retry, False
        new = await self._take(self._kept(reading, answer, source, reserved=reserved), progress)
        if source.kind is SourceKind.SITEMAP:
            whole = not progress.to_retry and not sitemaps.is_index(resource)
            self._remember(source, url, answer, whole=whole, mark=mark)
        progress.to_retry |= before
        return self._onward(resource, progress, new=new)

    def _onward(
        self, resource: Resource, progress: Progress, *, new: int
    ) -> list[tuple[str, str | None]]:
        """Return the further addresses with a mark of their state, where one is announced."""
        match progress.source.kind:
            case SourceKind.SITEMAP:
                return list(sitemaps.children(resource))
            case SourceKind.LISTING | SourceKind.EVENTS if new:
                url = safely.call(paging.next_page, resource)
                return [(url, None)] if url else []
            case SourceKind.OPENAGENDA if _is_agenda(progress.source):
                url = paging.agenda_next(resource)
                return [(url, None)] if url else []
        return []

    def _remember(
        self,
        source: Source,
        url: str,
        answer: Fetched,
        *,
        whole: bool,
        mark: str | None = None,
        moved_to: str | None = None,
    ) -> None:
        whole = whole and not answer.truncated
        self.writer.write(
            HttpState(
                url=url,
                source_id=source.id,
                etag=answer.etag if whole else None,
                last_modified=answer.last_modified if whole else None,
                fingerprint=mark if whole else None,
                checked_at=clock.now(),
                moved_to=moved_to,
            )
        )

    def _kept(
        self, reading: Reading, answer: Fetched, source: Source, *, reserved: bool
    ) -> Reading:
        """Return a reading whose documents say where it is kept, and that it is reserved."""
        if not reading.documents:
            return reading
        access = Access.RESERVED if reserved else Access.OPEN
        place = self.archive and self.archive.keep(answer, source.id, access=access)
        documents = tuple(
            replace(one, archive=place or None, access=access) for one in reading.documents
        )
        return replace(reading, documents=documents)

    def _write_rejects(self, reading: Reading) -> None:
        for reject in reading.rejects:
            self.writer.write(reject)

    async def take_register(self, resource: Resource, progress: Progress) -> Reading:
        """Take in a register that was fetched; as a stream, since it may be long."""
        register = self.place.register(progress.source.id, resource.fetched_at)
        try:
            for found in registries.read(BytesIO(resource.body), register):
                if found is None:
                    await asyncio.sleep(0)
                else:
                    self.take_found(found, progress)
        except registries.NoRegisterError as error:
            return Reading(problem=error.reason)
        return Reading()

    def take_found(self, found: registries.Found, progress: Progress) -> None:
        """Write what a register or directory tells: a notice, a known actor, a bad line."""
        if isinstance(found, Document):
            self.take_whole(found, progress)
            return
        progress.listed += isinstance(found, KnownActor)
        self.writer.write(found)

    def _reader(self, source: Source, found: Format) -> formats.Reader:
        if source.kind is not SourceKind.GOGOCARTO:
            return formats.reader(source, found)
        register = self.place.register(source.id, clock.now())
        return lambda resource: gogocarto.read(resource, register)

    # --- documents -----------------------------------------------------------------------

    async def _take(self, reading: Reading, progress: Progress) -> int:
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
        async with asyncio.TaskGroup() as group:
            for _ in range(min(PAGES_AT_ONCE, len(documents))):
                group.create_task(self._complete_each(queue, progress))

    def take_whole(self, document: Document, progress: Progress) -> None:
        """Write a document that needs no page; where many stay the same, only what is new."""
        progress.seen += 1
        if progress.source.kind not in _REMEMBERED:
            progress.fresh += 1
            self.writer.write(document)
            return
        name = document.url if _is_own(document) else f"{document.url}#{document.id}"
        mark, state = fingerprint(document), self.states.get((document.source_id, name))
        if state is not None and state.fingerprint == mark:
            return
        progress.fresh += 1
        self.writer.write(document)
        self.writer.write(
            HttpState(
                url=name,
                source_id=document.source_id,
                fingerprint=mark,
                checked_at=clock.now(),
            )
        )

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
            lasting = answer.lasting and not answer.refused
            progress.refused += answer.refused
            if answer.asks_for_long:
                progress.asked_to_wait = answer
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
                complete = self._read_page(answer, document, progress.source)
        progress.waiting.pop(document.id, None)
        if complete is not None and isinstance(answer, Fetched):
            place = self.archive and self.archive.keep(
                answer, document.source_id, document.url, access=complete.access
            )
            self.writer.write(replace(complete, archive=place or None))
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
                checked_at=clock.now(),
            )
        )

    def _read_page(self, answer: Fetched, announced: Document, source: Source) -> Document | None:
        wanted = pages.Wanted.of(source)
        reading = safely.read(
            lambda resource: pages.read(resource, announced, wanted),
            _resource(answer, source, clock.now()),
        )
        return reading.documents[0] if reading.documents else None

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


def conditions(state: HttpState | None, source: Source) -> dict[str, str]:
    """Return the headers that ask for what has changed only; a long silence is not trusted."""
    headers: dict[str, str] = {}
    if state is None or state.unchanged >= rhythm.most_unchanged(source):
        return headers
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


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
    return (
        _is_own(document)
        and not identity.is_front_page(document.url)
        and not path.endswith(_NO_PAGE)
    )


def _is_agenda(source: Source) -> bool:
    return source.kind is SourceKind.OPENAGENDA and paging.is_agenda_api(source.url)


def _is_own(document: Document) -> bool:
    """Tell whether an address is one document's alone; else its id is of more than the address."""
    return document.id == identity.document_id(document.url)
