"""What the facts of all actors share: sources, verdicts, directories, lessons."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from storage import judgements, registrations, relations, sources, tables
from storage.days import end_of
from storage.statements import chunks, pairs
from vigie.records import (
    MAIN_WATCH,
    ActorFacts,
    Judgement,
    Lesson,
    Queue,
    Source,
    SourceFacts,
    Tie,
    Verdict,
    WeekFacts,
    iso_week,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vigie.settings import Watch

_actors = tables.actors.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all actors share in a watch: sources, verdicts, directories."""

    watch: str
    zone: tzinfo
    sources: Mapping[str, Source]
    judgements: Sequence[Judgement]
    """Of every watch."""
    roots: Mapping[str, str]
    """Of judged actors."""
    known_since: Mapping[str, date]
    public: frozenset[str]
    """Actors that the territory's list of institutions names."""
    lessons: Sequence[tuple[datetime, Lesson]]
    resets: Sequence[datetime]
    ties: Sequence[Tie]
    """Of the actors that were ever judged."""

    def allies(self, as_of: date, verdicts: Mapping[str, Judgement]) -> dict[str, tuple[Tie, ...]]:
        """Return, by actor, the sentences that tie it to those that are kept on a day."""
        kept = {root for root, one in verdicts.items() if one.verdict is Verdict.KEEP}
        found: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            if tie.day <= as_of:
                for own, other in ((tie.actor_id, tie.other_id), (tie.other_id, tie.actor_id)):
                    if other in kept and own not in kept:
                        found[own].append(tie)
        return {root: tuple(ties) for root, ties in found.items()}

    def taught(self, as_of: date) -> tuple[Lesson, ...]:
        """Return what was taught by judgements of earlier weeks, one lesson an actor, the last."""
        end, current = end_of(as_of, self.zone), iso_week(as_of)
        since = max((at for at in self.resets if at < end), default=None)
        told = {
            lesson.actor_id: lesson
            for at, lesson in self.lessons
            if at < end and lesson.week < current and (since is None or at >= since)
        }
        return tuple(told[actor_id] for actor_id in sorted(told))

    def listed(self, root: str, as_of: date) -> date | None:
        """Return since when a directory lists an actor, if one did by then."""
        since = self.known_since.get(root)
        return since if since and since <= as_of else None

    def verdicts(self, as_of: date) -> dict[str, Judgement]:
        """Return what a watch goes by for each actor: what it decided, or that another keeps it.

        What is kept in one watch is known in all; a rejection binds the one that gave it.
        """
        own = [one for one in self.judgements if self._counts(one, self.watch)]
        found = self._standing(own, as_of)
        for other in sorted({one.watch for one in self.judgements} - {self.watch}):
            theirs = [one for one in self.judgements if self._counts(one, other)]
            for root, judgement in self._standing(theirs, as_of).items():
                known = root in found and found[root].verdict is Verdict.KEEP
                if judgement.verdict is Verdict.KEEP and not known:
                    found[root] = judgement
        return found

    def last_verdicts(self, as_of: date) -> dict[str, Judgement]:
        """Return the last verdict on each actor, whichever watch gave it."""
        return self._standing(self.judgements, as_of)

    def _counts(self, judgement: Judgement, watch: str) -> bool:
        """Tell whether a judgement counts in a watch: that two are one is so for all."""
        return judgement.watch == watch or judgement.verdict is Verdict.MERGE

    def _standing(self, given: Iterable[Judgement], as_of: date) -> dict[str, Judgement]:
        """Return the verdict on each actor: its own, else the last on one merged into it."""
        end, current = end_of(as_of, self.zone), iso_week(as_of)
        latest: dict[str, Judgement] = {}
        for judgement in given:
            if judgement.at < end or (judgement.week and judgement.week < current):
                latest.pop(judgement.actor_id, None)
                latest[judgement.actor_id] = judgement
        verdicts: dict[str, Judgement] = {}
        for actor_id, judgement in latest.items():
            if judgement.verdict is not Verdict.MERGE:
                root = self.roots[actor_id]
                if actor_id == root or (
                    root not in latest or latest[root].verdict is Verdict.MERGE
                ):
                    verdicts[root] = judgement
        return verdicts

    def source(self, source_id: str, first: date, documents: int, fetched: datetime) -> SourceFacts:
        """Return what was known of a source."""
        source = self.sources[source_id]
        return SourceFacts(
            source_id=source_id,
            name=source.name,
            reach=source.reach,
            first_day=first,
            documents=documents,
            fetched_since=fetched.astimezone(self.zone).date(),
        )


def read_by(c: Connection, watch: Watch) -> frozenset[str] | None:
    """Return the sources that a watch reads, by id; None: all of them."""
    if not watch.sources:
        return None
    return frozenset(one.id for one in sources.all(c) if watch.reads(one.id))


def read_shared(
    c: Connection, zone: tzinfo, roots: Iterable[str] | None, watch: str = MAIN_WATCH
) -> Shared:
    """Return what actors share in a watch; directories of some actors alone, or of all."""
    known = (
        select(_actors.root_id, func.min(_actors.known_since))
        .where(_actors.known_since.is_not(None))
        .group_by(_actors.root_id)
    )
    since: dict[str, date] = {}
    if roots is None:
        since = pairs(c, known)
    else:
        for some in chunks(roots):
            since |= pairs(c, known.where(_actors.root_id.in_(some)))
    judged = (
        select(_actors.id, _actors.root_id)
        .join(tables.judgements, tables.judgements.c.actor_id == _actors.id)
        .distinct()
    )
    roots = pairs(c, judged)
    return Shared(
        watch=watch,
        zone=zone,
        sources={source.id: source for source in sources.all(c)},
        judgements=judgements.all_standing(c),
        roots=roots,
        ties=relations.ties(c, roots.values(), date.max),
        known_since=since,
        public=registrations.institutions(c),
        lessons=judgements.lessons(c, watch),
        resets=judgements.resets(c, watch),
    )


def week_facts(
    as_of: date,
    known: Mapping[str, SourceFacts],
    actors: Iterable[ActorFacts],
    last_queue: Queue | None,
    lessons: tuple[Lesson, ...],
) -> WeekFacts:
    """Return the facts of a week from its parts."""
    return WeekFacts(
        as_of=as_of,
        archive_start=min((source.first_day for source in known.values()), default=as_of),
        sources=known,
        actors=tuple(actors),
        last_queue=last_queue,
        lessons=lessons,
    )
