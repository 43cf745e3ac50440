"""The steps of the main job as plain functions: crawl, annotate, detect, import.

Each is safe to repeat: killed at any point, the next call finishes the work. `flows.watch`
wraps them for Prefect; the command line also calls them directly.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers import archive, files, registries, spool
from crawlers.batch import crawl as crawl_batch
from flows import describing, due, ground, institutions, learned, sharing, waiting
from flows import stories as grouping
from flows.intake import (
    Rejects,
    TakenIn,
    batches,
    known_names,
    repeated_lines,
    store_records,
    without,
)
from nlp import annotate as annotating
from nlp import gathering, model, namesakes, pieces, resolution
from nlp.annotate import Reader
from signals.queue import detect as detect_candidates
from storage import Store, claims, counts, documents, facts, queues, sources, stories
from storage import annotations as stored_annotations
from storage.claims import Work
from vigie import gazetteer, lock
from vigie.catalogue import suggest_id
from vigie.language import say
from vigie.records import (
    Document,
    HttpState,
    KnownActor,
    Message,
    Outcome,
    Queue,
    Reject,
    Source,
    SourceKind,
)
from vigie.settings import Settings, Watch, require_contact
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

BATCH = 200
"""Documents a transaction: large enough to be fast, small enough to lose little."""

# --- crawl -------------------------------------------------------------------------------


def fetch(
    settings: Settings,
    store: Store,
    *,
    due_only: bool = False,
    now: datetime | None = None,
    wanted: Sequence[Source] | None = None,
) -> Path:
    """Crawl every source, those that are due, or some, into a new spool file; return its path.

    Nothing is stored yet: `take_in` does that, source by source.
    """
    require_contact(settings)
    if wanted is None:
        wanted = due.wanted_sources(settings, store, due_only=due_only, now=now)
    with store.writing() as c:
        sources.save(c, settings.sources)
        sources.set_clock_back(c, now or datetime.now(UTC))
    with store.reading() as c:
        states = sources.http_states(c, [source.id for source in wanted])
    folder = settings.data / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{uuid.uuid4().hex}.jsonl"
    path.touch()
    again = due.asked_again(store, wanted, now or datetime.now(UTC))
    crawl_batch(wanted, states, settings, path, settings.data / "archive", again=again, now=now)
    return path


def waiting_spools(settings: Settings) -> list[Path]:
    """Return the spool files that an interrupted run left behind."""
    return sorted((settings.data / "spool").glob("*.jsonl"))


def take_in(
    settings: Settings, store: Store, source_id: str, records: Iterable[spool.Record]
) -> TakenIn:
    """Store what a spool file holds of one source, its health last; it is read twice."""
    taken, lines = TakenIn(), repeated_lines(store, source_id, records)
    heard: set[str] = set()
    for batch in batches(records, BATCH):
        cleaned = [without(r, lines) if isinstance(r, Document) else r for r in batch]
        heard.update(r.id for r in batch if isinstance(r, Document))
        with store.writing() as c:
            sources.save_repeated_lines(c, source_id, lines)
            taken += store_records(c, settings, cleaned, joining=True)
            # After its documents: a page that is remembered as fetched is stored.
            sources.save_http_states(c, [r for r in batch if isinstance(r, HttpState)])
            for outcome in (r for r in batch if isinstance(r, Outcome)):
                sources.save_outcome(c, due.judged(c, settings, outcome, heard))
    return taken


@dataclass(frozen=True, slots=True)
class CrawlReport:
    """What a crawl did."""

    outcomes: tuple[Outcome, ...]
    """One a source, in the catalogue's order."""
    taken: TakenIn
    left_alone: Mapping[str, datetime] = field(default_factory=dict)
    """By id, the sources that were not asked because their sites want it so, and until when."""

    def __add__(self, other: CrawlReport) -> CrawlReport:
        """Add what was done after it."""
        return CrawlReport(self.outcomes + other.outcomes, self.taken + other.taken)


def crawl(
    settings: Settings, store: Store, *, due_only: bool = False, now: datetime | None = None
) -> CrawlReport:
    """Fetch every source, or those that are due, and store what they gave.

    What an interrupted run left in the spool is stored first. `now` is the moment at which it
    is done, that of the machine's clock by default.
    """
    with lock.sole(settings, "crawl"):
        taken = TakenIn()
        for left_over in waiting_spools(settings):
            taken += empty_spool(settings, store, left_over).taken
        alone = due.left_alone(settings, store, now or datetime.now(UTC))
        if not due.wanted_sources(settings, store, due_only=due_only, now=now):
            return CrawlReport((), taken, alone)
        with progress(say("Collecte des sources"), None):
            path = fetch(settings, store, due_only=due_only, now=now)
        report = empty_spool(settings, store, path)
        return CrawlReport(report.outcomes, taken + report.taken, alone)


def empty_spool(settings: Settings, store: Store, path: Path) -> CrawlReport:
    """Store a whole spool file, then remove it."""
    taken, outcomes = TakenIn(), dict[str, Outcome]()
    for source_id, records in spool.by_source(path).items():
        taken += take_in(settings, store, source_id, records)
        outcomes |= {one.source_id: one for one in records if isinstance(one, Outcome)}
    path.unlink()
    order = [source.id for source in settings.sources if source.id in outcomes]
    return CrawlReport(tuple(outcomes[i] for i in order), taken)


def reread(settings: Settings, store: Store) -> TakenIn:
    """Read the archive of responses again with today's parsers, and store what they find."""
    taken, known = TakenIn(), {source.id: source for source in settings.sources}
    with (
        lock.sole(settings, "crawl --from-archive"),
        progress(say("Relecture des archives"), None) as advance,
    ):
        communes = gazetteer.territory(settings.territory)
        found = archive.reread(settings.data / "archive", known, communes)
        for batch in batches(found, BATCH):
            with store.reading() as c:
                lines = {i: sources.repeated_lines(c, i) for i in {d.source_id for d in batch}}
            cleaned = [
                without(one, lines[one.source_id]) if isinstance(one, Document) else one
                for one in batch
            ]
            with store.writing() as c:
                taken += store_records(c, settings, cleaned)
            advance(len(batch))
    return taken


# --- import ------------------------------------------------------------------------------


def import_archive(
    settings: Settings,
    store: Store,
    path: Path,
    source_id: str | None = None,
    format_: str | None = None,
) -> tuple[TakenIn, Path | None]:
    """Import a file or a folder; return the counts and the file of its rejects, if any.

    `format_` is one of `files.FORMATS`; without it each file's shows in its content.
    """
    return _import(settings, store, path, files.read(path, format_, source_id))


def import_register(
    settings: Settings,
    store: Store,
    file: Path,
    source_id: str | None = None,
    units: Path | None = None,
) -> tuple[TakenIn, Path | None]:
    """Import what a register of associations or companies tells of the territory.

    The file is read as a stream, whatever its size; `units` as `registries.read_file` has it.

    Raises:
        InputError: it cannot be read, or is no register.
    """
    register = registries.Register(
        source_id=source_id or suggest_id(file.name.partition(".")[0]),
        communes=gazetteer.territory(settings.territory),
        now=datetime.now(UTC),
    )
    return _import(settings, store, file, registries.read_file(file, register, units))


def _import(
    settings: Settings, store: Store, path: Path, found: Iterable[files.Read | KnownActor]
) -> tuple[TakenIn, Path | None]:
    taken, rejects = TakenIn(), Rejects(settings.data / "rejects", path)
    named = {source.id: source for source in settings.sources}
    known: set[str] = set()
    with progress(say("Import de {file}", file=path.name), None) as advance:
        for batch in batches(found, BATCH):
            refused = [record for record in batch if isinstance(record, Reject)]
            rejects.keep(refused)
            for record in batch:
                if isinstance(record, Source):
                    named.setdefault(record.id, record)
            told = [record for record in batch if isinstance(record, Document | KnownActor)]
            made = {record.source_id for record in told} - known
            with store.writing() as c:
                sources.save(c, [named.get(i) or _imported_source(i) for i in sorted(made)])
                taken += store_records(c, settings, told)
            known |= made
            taken += TakenIn(rejected=len(refused))
            advance(len(batch))
    return taken, rejects.path


def _imported_source(source_id: str) -> Source:
    return Source(id=source_id, name=source_id, url="", kind=SourceKind.FILES)


# --- annotate ----------------------------------------------------------------------------


AGAIN = 2_000
"""Documents of an older version that one run reads again: some minutes of work."""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What reading did, and what it left for the next runs."""

    done: int
    left: int
    """Documents that another version has read, and that still wait."""
    skipped: tuple[tuple[Message, int], ...] = ()
    """Why documents among those done were not analysed, and how many."""
    cut: int = 0
    """Documents among those done that are too long to be read to their end."""

    def lines(self) -> list[str]:
        """Return what was read, and what waits, as lines for a person."""
        lines = [say("{n} document lu.", "{n} documents lus.", n=self.done)]
        if self.left:
            lines.append(
                say("{n} document attend encore.", "{n} documents attendent encore.", n=self.left)
            )
        return lines


def annotate(
    settings: Settings,
    store: Store,
    read: Callable[[list[str], Reader, str], int] | None = None,
    *,
    again: int | None = AGAIN,
) -> ReadAgain:
    """Annotate every document that was never read, then `again` of those of another version.

    So a change of the rules or of the model spreads over the runs, newest documents first, and
    never keeps news waiting. `None`: all of them. `read` annotates one batch for a worker and
    returns how many no longer wait; by default `annotate_batch`. Other workers may do the same
    meanwhile: each batch is taken by one.
    """
    version = learned.version(settings.data)
    with store.reading() as c:
        total = documents.waiting_count(c, version)
        news = documents.unread_count(c)
    if not total:
        return ReadAgain(0, 0)
    reader = Reader(model.load(), learned.weights(settings.data), version)
    institutions.make_known(settings, store, datetime.now(settings.zone).date())
    work = read or (
        lambda ids, reader, worker: annotate_batch(settings, store, ids, reader, worker)
    )
    done, cut, share, skipped = 0, 0, total if again is None else again, Counter[str]()
    reasons: dict[str, Message] = {}
    with (
        sharing.working(settings, store) as worker,
        progress(say("Lecture des documents"), min(total, news + share)) as advance,
    ):
        for ids, lengths in waiting.to_read(store, version, share, worker):
            kept = work(ids, reader, worker)
            if not kept:
                break  # what still waits is being edited: the next run reads it
            done += kept
            with store.reading() as c:
                why = stored_annotations.skipped(c, ids)
            reasons |= {str(reason): reason for reason in why}
            skipped.update(map(str, why))
            cut += sum(length > pieces.LONGEST_READ for length in lengths)
            advance(len(ids))
    with store.reading() as c:
        left = documents.waiting_count(c, version)
    why_skipped = tuple((reasons[said], n) for said, n in skipped.most_common())
    return ReadAgain(done, left, why_skipped, cut)


def annotate_batch(
    settings: Settings, store: Store, ids: list[str], reader: Reader, worker: str
) -> int:
    """Find mentions, actors and stories in documents; return how many no longer wait.

    Only what the worker still holds by then is written: where it was too slow, another has.
    """
    with store.reading() as c:
        batch = documents.load(c, ids)
        places = ground.known(c, settings)
    found = list(annotating.annotate(batch, reader, places))
    gathered = gathering.gather(found, places.territory)
    with store.writing(sharing.PATIENCE) as c:
        held = set(claims.held(c, Work.ANNOTATE, ids, worker))
        if len(held) < len(ids):
            ids = [i for i in ids if i in held]
            found = [one for one in found if one.document_id in held]
            gathered = gathering.gather(found, places.territory)
        judged = stored_annotations.judged(c, ids)
        signs = stored_annotations.signs(c, namesakes.doubtful(gathered))
        gathered = namesakes.told_apart(gathered, signs)
        resolved = resolution.resolve(gathered, known_names(c, gathered), judged)
        hanging = stories.followers(c, ids)
        kept = stored_annotations.save(c, found, resolved, read=batch)
        grouping.group(c, ids, hanging)
        describing.describe(c, {link.actor_id for link in resolved.links})
        claims.done(c, Work.ANNOTATE, ids, worker)
    describing.tell_notes(batch, found)
    return kept


# --- detect ------------------------------------------------------------------------------


def detect(settings: Settings, store: Store, as_of: date, watch: Watch | None = None) -> Queue:
    """Compute a watch's queue of the week of `as_of`, store it and return it as stored.

    The first watch's, unless another is given.
    """
    watch = watch or settings.watch
    institutions.make_known(settings, store, datetime.now(settings.zone).date())
    with store.writing() as c:
        counts.refresh(c)
    with store.reading() as c:
        known = facts.week(c, as_of, zone=settings.zone, watch=watch)
    queue = detect_candidates(known, watch)
    with store.writing() as c:
        return queues.save(c, queue)
