"""What is done with each source of a batch: fetch, read, go on, conclude."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING

from crawlers import (
    clock,
    encoding,
    formats,
    gogocarto,
    local,
    paging,
    registries,
    reservations,
    rhythm,
    rows,
    safely,
    sitemaps,
    withdrawals,
)
from crawlers.answers import Failure, Fetched
from crawlers.conclusions import (
    NOTHING_NEW,
    conclude,
    followed,
    heeding,
    mismatched,
    more_remains,
    moved,
    outcome_of,
)
from crawlers.progress import Progress
from crawlers.resource import Reading, Resource, as_resource
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
    from collections.abc import Mapping

    from crawlers.archive import Archive
    from crawlers.articles import Articles
    from crawlers.fetching import Fetcher
    from crawlers.guard import Guard
    from crawlers.policies import Policies
    from crawlers.resource import Place
    from crawlers.spool import Writer

MOST_ADDRESSES = 60
"""Index pages, sitemaps or pages of an agenda that one source is read from in one run."""
MOST_OF_A_REGISTER = 50_000_000
"""Bytes of a register that is fetched; a larger one is downloaded once and read as a file."""
_GONE_ON_WITH = {SourceKind.OPENAGENDA, SourceKind.SITEMAP}
"""Kinds of which the next crawl reads what this one left."""
_LARGE = {SourceKind.REGISTRY, SourceKind.GOGOCARTO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What the crawl of every source of a batch shares."""

    fetcher: Fetcher
    writer: Writer
    articles: Articles
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
        self.articles.write_waiting(progress)
        if outcome.state.is_failure:
            self._doubt(source)
        self.writer.write(outcome)

    def _doubt(self, source: Source) -> None:
        """Let the next crawl ask for the whole: « not modified » would say nothing of a failure."""
        state = self.states.get((source.id, source.url))
        if state is not None and (state.etag or state.last_modified):
            self.writer.write(replace(state, etag=None, last_modified=None, unchanged=0))

    async def _within_time(self, progress: Progress) -> Outcome:
        outcome = None
        try:
            async with asyncio.timeout(self.source_timeout):
                if local.is_here(progress.source):
                    return await local.crawl(self, progress)
                outcome = await self._crawl(progress)
                if not outcome.state.is_failure:
                    await self.articles.ask_again(progress)
                return heeding(outcome, progress)
        except TimeoutError:
            if outcome is not None:
                return heeding(outcome, progress)
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
        source = progress.source
        first = await self._open(progress)
        if isinstance(first, Outcome):
            return first
        answer, reading, onward = first
        left = await self._follow(onward, {source.url, answer.url}, progress)
        if left:
            said = more_remains if source.kind in _GONE_ON_WITH else followed
            progress.trouble = progress.trouble or said(MOST_ADDRESSES)
        if paging.is_agenda(source) and not left and not progress.to_retry and not progress.trouble:
            # From here on only what changed is asked for: said when all the rest was had.
            state = HttpState(url=source.url, source_id=source.id, checked_at=progress.begun)
            self.writer.write(state)
            self._remember_place(progress, [])
        return conclude(progress, reading, answer)

    async def _follow(
        self, onward: list[paging.Onward], visited: set[str], progress: Progress
    ) -> list[str]:
        """Read the addresses that the first one leads to; return those that are left for later."""
        source, queue, requests = progress.source, deque(onward), 1
        while queue and requests < MOST_ADDRESSES:
            self._note_place(queue, progress)
            url, mark = queue.popleft()
            if url in visited:
                continue
            visited.add(url)
            if paging.is_unchanged(source, (url, mark), self.states):
                progress.unchanged = True
                continue
            requests += 1
            further = await self._go_on(url, mark, progress)
            # What is behind one of many indexes must have its turn before all of them are read.
            queue = deque(paging.alternately(queue, further))
        self._note_place(queue, progress)
        return [
            url
            for url, mark in queue
            if url not in visited and not paging.is_unchanged(source, (url, mark), self.states)
        ]

    def _note_place(self, queue: deque[paging.Onward], progress: Progress) -> None:
        """Remember of an agenda what is still to be read, however this crawl may end.

        Not after a failure: the next crawl then asks for the page that failed.
        """
        if paging.is_agenda(progress.source) and queue and not progress.trouble:
            self._remember_place(progress, [url for url, _ in queue])

    def _remember_place(self, progress: Progress, left: list[str]) -> None:
        self.writer.write(paging.agenda_place(progress.source, left, progress.begun))

    async def _open(
        self, progress: Progress
    ) -> tuple[Fetched, Reading, list[paging.Onward]] | Outcome:
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
        resource = as_resource(answer, source, clock.now())
        found = sniff(resource.body[:1_000_000], resource.charset)
        if source.kind is SourceKind.REGISTRY:
            reading = await self.take_register(resource, progress, answer)
        elif mismatch := formats.mismatch(source, found, resource):
            return mismatched(source, answer, *mismatch)
        else:
            reading = safely.read(self._reader(source, found), resource)
            self._write_rejects(reading, progress)
            self._take_back(reading, progress)
            self._take_missing(reading, answer, progress)
            for actor in reading.known:
                self.take_found(actor, progress)
        if reading.problem and not reading.documents and not sitemaps.is_index(resource):
            return outcome_of(source, HealthState.WRONG_FORMAT, reading.problem)
        new = await self.articles.take(
            self._kept(reading, answer, source, reserved=reserved), progress
        )
        onward = self._with_further(self._onward(resource, progress, new=new), progress)
        # What has others behind it may stay as it is while they change: always read again.
        whole = not progress.to_retry and not (onward and source.kind is SourceKind.SITEMAP)
        if not paging.is_agenda(source):
            self._remember(source, source.url, answer, whole=whole, moved_to=answer.moved_to)
        return answer, reading, onward

    async def _first_answer(self, progress: Progress, state: HttpState | None) -> Fetched | Failure:
        """Ask the source's address, or the one to which it has moved for good."""
        source = progress.source
        url = source.url
        if source.kind is SourceKind.SITEMAP and paging.is_bare_site(url):
            url, *progress.further = await self._announced_sitemaps(url)
        if paging.is_agenda(source):
            key = self.place.agenda_key_for(url)
            left, begun = paging.agenda_left(source, self.states)
            (url, *progress.further), progress.begun = left, begun or progress.begun
            headers = {"key": key} if key else None
            answer = await self.fetcher.fetch(url, headers, secret=bool(key))
            if isinstance(answer, Failure) and answer.lasting and not answer.refused:
                self._remember_place(progress, [])  # an agenda may have forgotten where we were
            return answer
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

    async def _go_on(self, url: str, mark: str | None, progress: Progress) -> list[paging.Onward]:
        """Read a further address of the source; return those that it leads on to in turn."""
        source = progress.source
        state = self.states.get((source.id, url))
        key = self.place.agenda_key_for(url) if source.kind is SourceKind.OPENAGENDA else None
        answer = await self.fetcher.fetch(
            url, {"key": key} if key else conditions(state, source), secret=bool(key)
        )
        if isinstance(answer, Failure):
            progress.trouble = Message(
                "{where} : {reason}", {"where": url[:300], "reason": answer.message}
            )
            progress.to_retry |= not answer.lasting
            progress.heed(answer)
            return []
        if answer.not_modified:
            progress.unchanged = True
            if state is not None:
                known = replace(state, checked_at=clock.now(), unchanged=state.unchanged + 1)
                self.writer.write(replace(known, fingerprint=mark))
            return []
        reserved = await self.policies.is_reserved(answer, source)
        if reserved and self.policies.obeys(source):
            progress.reserved += 1
            return []
        resource = as_resource(answer, source, clock.now())
        found = sniff(resource.body, resource.charset)
        if formats.mismatch(source, found, resource):
            return []
        reading = safely.read(formats.reader(source, found), resource)
        self._write_rejects(reading, progress)
        self._take_back(reading, progress)
        before, progress.to_retry = progress.to_retry, False
        new = await self.articles.take(
            self._kept(reading, answer, source, reserved=reserved), progress
        )
        if source.kind is SourceKind.SITEMAP:
            whole = not progress.to_retry and not sitemaps.is_index(resource)
            self._remember(source, url, answer, whole=whole, mark=mark)
        progress.to_retry |= before
        return self._onward(resource, progress, new=new)

    def _onward(self, resource: Resource, progress: Progress, *, new: int) -> list[paging.Onward]:
        """Return the further addresses with a mark of their state, where one is announced."""
        match progress.source.kind:
            case SourceKind.SITEMAP:
                return paging.in_turn(progress.source, sitemaps.children(resource), self.states)
            case SourceKind.LISTING | SourceKind.EVENTS if new:
                url = safely.call(paging.next_page, resource)
                return [(url, None)] if url else []
            case SourceKind.OPENAGENDA if paging.is_agenda(progress.source):
                url = paging.agenda_next(resource)
                return [(url, None)] if url else []
        return []

    def _with_further(self, onward: list[paging.Onward], progress: Progress) -> list[paging.Onward]:
        """Return what the first address leads to, with what was to be read beside it."""
        further: list[paging.Onward] = [(url, None) for url in progress.further]
        if progress.source.kind is SourceKind.SITEMAP:
            return [*paging.in_turn(progress.source, further, self.states), *onward]
        return [*onward, *further]

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
        whole, now = whole and not answer.truncated, clock.now()
        self.writer.write(
            HttpState(
                url=url,
                source_id=source.id,
                etag=answer.etag if whole else None,
                last_modified=answer.last_modified if whole else None,
                fingerprint=mark if whole else None,
                checked_at=now,
                moved_to=moved_to,
                whole_at=now,
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

    def _write_rejects(self, reading: Reading, progress: Progress) -> None:
        for reject in reading.rejects:
            progress.set_aside(reject)
            self.writer.write(reject)

    def _take_back(self, reading: Reading, progress: Progress) -> None:
        for gone in reading.withdrawn:
            self.articles.take_whole(gone, progress)

    def _take_missing(self, reading: Reading, answer: Fetched, progress: Progress) -> None:
        """Take back what a calendar listed, and has moved or dropped since."""
        source, now, listed = progress.source, clock.now(), reading.calendar
        if listed is None or answer.truncated:
            return
        former = withdrawals.listed(self.states.get((source.id, withdrawals.place(source))))
        for slot in withdrawals.gone(former, listed, now):
            self.articles.take_whole(withdrawals.taken_back(slot, source, now), progress)
        self.writer.write(withdrawals.memory(source, former, listed, now))

    async def take_register(
        self, resource: Resource, progress: Progress, answer: Fetched
    ) -> Reading:
        """Take in a register that was fetched; as a stream, since it may be long."""
        register = self.place.register(progress.source.id, resource.fetched_at)
        place = None
        try:
            for found in registries.read(BytesIO(resource.body), register):
                if found is None:
                    await asyncio.sleep(0)
                    continue
                if isinstance(found, Document) and not self.articles.is_known(found):
                    if place is None and self.archive:
                        place = self.archive.keep(answer, progress.source.id) or ""
                    found = replace(found, archive=place or None)  # noqa: PLW2901 - the same notice
                self.take_found(found, progress)
        except rows.NoRegisterError as error:
            return Reading(problem=error.reason)
        return Reading()

    def take_found(self, found: registries.Found, progress: Progress) -> None:
        """Write what a register or directory tells: a notice, a known actor, a bad line."""
        if isinstance(found, Document):
            self.articles.take_whole(found, progress)
            return
        progress.listed += isinstance(found, KnownActor)
        self.writer.write(found)

    def _reader(self, source: Source, found: Format) -> formats.Reader:
        if source.kind is not SourceKind.GOGOCARTO:
            return formats.reader(source, found)
        register = self.place.register(source.id, clock.now())
        return lambda resource: gogocarto.read(resource, register)


def conditions(state: HttpState | None, source: Source) -> dict[str, str]:
    """Return the headers that ask for what has changed only; a long silence is not trusted."""
    return rhythm.conditions(state, rhythm.believed(source), clock.now())
