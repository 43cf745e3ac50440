"""Which sources are crawled now, and whether they give what they should.

Apart from the other steps, so that a list of sources needs no language model.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from crawlers import identity, rhythm
from crawlers.batch import is_crawled
from storage import Connection, Store, documents, source_changes, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vigie.records import Document, Outcome, Source, SourceHealth
    from vigie.settings import Settings


EARLY = timedelta(minutes=5)
"""How long before its time a source is taken along: it was noted some moments after its last crawl
began, so that at the same minute an hour later its hour would not be over yet."""


def crawled_sources(settings: Settings) -> tuple[Source, ...]:
    """Return the sources that are crawled; others are imported instead."""
    return tuple(s for s in settings.sources if is_crawled(s))


def going_on(settings: Settings, store: Store) -> tuple[Source, ...]:
    """Return the sources that are crawled and that nobody has paused."""
    with store.reading() as c:
        paused = source_changes.paused(c)
    return tuple(s for s in crawled_sources(settings) if s.id not in paused)


def wanted_sources(
    settings: Settings, store: Store, *, due_only: bool = False, now: datetime | None = None
) -> tuple[Source, ...]:
    """Return the sources to crawl now: all, or those whose next try has come.

    A site that asked to be left alone for a while is left alone in both cases. Those that failed
    come last: one that makes its host ask for a pause must not always keep others from it.
    """
    now = now or datetime.now(UTC)
    with store.reading() as c:
        health = sources.health(c)
    failures = {i: one.failures for i, one in health.items()}
    every = sorted(going_on(settings, store), key=lambda source: failures.get(source.id, 0))
    alone = left_alone(settings, store, now)
    every = [source for source in every if source.id not in alone]
    if due_only:
        tries = next_tries(settings, store, now)
        return tuple(source for source in every if (tries[source.id] or now) <= now + EARLY)
    return tuple(every)


def left_alone(settings: Settings, store: Store, now: datetime) -> dict[str, datetime]:
    """Return until when the sources whose sites ask for it are left alone, by id."""
    with store.reading() as c:
        health = _believable(sources.health(c), now)
    asked = {i: one.not_before for i, one in health.items() if one.not_before}
    return {
        source.id: asked[source.id]
        for source in crawled_sources(settings)
        if source.id in asked and asked[source.id] > now
    }


def _believable(health: Mapping[str, SourceHealth], now: datetime) -> dict[str, SourceHealth]:
    """Return the health of the sources but for what a clock noted that was ahead of its time.

    A source that a wrong clock tried « in ten years » must not wait for them to pass.
    """
    return {i: one for i, one in health.items() if one.last_try <= now}


def next_tries(
    settings: Settings, store: Store, now: datetime | None = None
) -> dict[str, datetime | None]:
    """Return when each source that goes on is due again, by id; None: it was never tried."""
    now = now or datetime.now(UTC)
    with store.reading() as c:
        health = _believable(sources.health(c), now)
        recent = sources.recent(c, now - rhythm.LOOKING_BACK)
    return {
        source.id: rhythm.next_try(source, health.get(source.id), recent.get(source.id, 0))
        for source in going_on(settings, store)
    }


def asked_again(store: Store, wanted: Iterable[Source], now: datetime) -> list[Document]:
    """Return the documents whose pages are asked again, to see whether they were edited."""
    ids = [source.id for source in wanted if rhythm.has_pages(source)]
    with store.reading() as c:
        pages = sources.recent_pages(c, ids, (now - rhythm.EDITED_WITHIN).date())
        return documents.load(c, rhythm.asked_again(pages, now))


def judged(
    c: Connection, settings: Settings, outcome: Outcome, announced: Iterable[str] = ()
) -> Outcome:
    """Return an outcome that also says whether its source gives what it should.

    `announced` are the ids of the documents that this crawl heard of from it.
    """
    source = next((s for s in settings.sources if s.id == outcome.source_id), None)
    begun = sources.watched_since(c, outcome.source_id)
    if source is None or begun is None:
        return outcome
    since = outcome.at - rhythm.LOOKING_BACK
    recent = sources.recent(c, since, source.id).get(source.id, 0)
    found = rhythm.yielding(source, outcome, recent, outcome.at - begun)
    if found == outcome:
        return outcome
    # What another source announced first is that one's; it is a sign of life of both.
    told = {*announced, *(identity.document_id(s.url) for s in sources.http_states(c, [source.id]))}
    recent = max(recent, sources.known_since(c, told, since))
    return rhythm.yielding(source, outcome, recent, outcome.at - begun)
