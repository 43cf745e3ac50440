"""What was proposed week by week, put beside the truth once all is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from signals import baselines
from signals.context import RECENT_DAYS
from signals.measures import (
    Followed,
    Measures,
    Queued,
    Stated,
    Yardstick,
    due_by,
    first_queued,
    measure,
    reliability,
)
from signals.misses import Late, Miss, Standing, Why, changing
from signals.queue import LEAST_SCORE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from signals.ranking import Aside
    from signals.truth import Matcher, Occurrence, TruthActor
    from vigie.settings import Watch


@dataclass(frozen=True, slots=True)
class Intruder:
    """Something that the queue proposed and that is not emerging."""

    name: str
    course: str
    """`?` for what the truth does not name."""
    weeks: int
    """Measured weeks in which it was proposed."""
    akin: str = ""
    """A name of the truth of which it is a part, or that is a part of it."""

    def as_json(self) -> dict[str, object]:
        """Return the figures by name."""
        return {"name": self.name, "course": self.course, "weeks": self.weeks, "akin": self.akin}


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a replay showed."""

    weeks: int
    measured_from: date | None
    complete: bool
    """The truth names everything that matters; else precision is a lower bound."""
    emerging: int
    """Emerging actors of the truth."""
    mentioned: int
    """Of these, the ones that the archive mentions in the measured time."""
    policies: Mapping[str, Measures]
    by_course: Mapping[str, Measures]
    by_kind: Mapping[str, Measures]
    misses: tuple[Miss, ...]
    intruders: tuple[Intruder, ...]
    """Those proposed most often first; empty when the truth does not name everything."""
    reliability: tuple[Stated, ...] = ()
    """How far scores hold, over everyone considered in the measured weeks."""
    late: Mapping[Late, int] = field(default_factory=dict)
    """How many were not found by their second mention, by where they stood then."""

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for `json.dumps`: the queue's own measures at the top."""
        others = {name: m.as_json() for name, m in self.policies.items()}
        own = others.pop("vigie")
        oracle = others.pop("oracle")
        return {
            **own,
            "weeks": self.weeks,
            "measured_from": self.measured_from.isoformat() if self.measured_from else None,
            "complete": self.complete,
            "emerging": self.emerging,
            "mentioned": self.mentioned,
            "baselines": others,
            "oracle": oracle,
            "by_course": {name: _actors_only(m) for name, m in self.by_course.items()},
            "by_kind": {name: _actors_only(m) for name, m in self.by_kind.items()},
            "misses": [miss.as_json() for miss in self.misses],
            "intruders": [one.as_json() for one in self.intruders],
            "reliability": [asdict(one) for one in self.reliability],
            "late": {str(late): count for late, count in self.late.items()},
        }


def _actors_only(measures: Measures) -> dict[str, object]:
    """Leave out what is of a whole queue and not of one sort of actor."""
    whole = ("precision", "ndcg", "weekly", "worst_week", "make_up")
    return {name: value for name, value in measures.as_json().items() if name not in whole}


@dataclass(slots=True)
class Seen:
    """What is gathered on the way: whom each policy proposed, who was there, who came near."""

    matcher: Matcher
    judged: bool
    proposed: dict[str, list[tuple[date, tuple[str, ...]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    done: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    present: list[tuple[date, tuple[str, ...]]] = field(default_factory=list)
    best: dict[str, Standing] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    stated: list[tuple[date, str, float]] = field(default_factory=list)
    """Scores of everyone considered."""
    asides: dict[str, Counter[Aside]] = field(default_factory=lambda: defaultdict(Counter))

    def note(self, policy: str, day: date, actors: tuple[str, ...]) -> None:
        """Take down whom a policy proposed in a week; judged, they are not proposed again."""
        self.proposed[policy].append((day, actors))
        if self.judged:
            self.done[policy].update(actors)


class Reckoning:
    """Puts what was gathered beside the truth, once all is known."""

    def __init__(
        self,
        seen: Seen,
        truth: Sequence[TruthActor],
        *,
        occurrences: Mapping[int, Sequence[Occurrence]] | None,
        watch: Watch,
        weights: Mapping[str, float],
        seed: int,
    ) -> None:
        self.seen, self.truth, self.watch = seen, truth, watch
        self.weights, self.seed = weights, seed
        self.entries = {actor: seen.matcher.entry(actor) for actor in seen.matcher.mentions}
        self.mondays = tuple(day for day, _ in seen.present)
        last = self.mondays[-1] if self.mondays else date.min
        self.found = {
            index: [o for o in self._occurrences(index, occurrences) if o.day <= last]
            for index in range(len(truth))
            if self.emerging(index)
        }

    def emerging(self, index: int) -> bool:
        """Say whether an entry is emerging; one that does not say so is."""
        return self.truth[index].emerging is not False

    def course(self, index: int) -> str:
        """Return an entry's course, or whether it is emerging when the truth says no more."""
        return self.truth[index].course or ("emerging" if self.emerging(index) else "other")

    def _occurrences(
        self, index: int, given: Mapping[int, Sequence[Occurrence]] | None
    ) -> Sequence[Occurrence]:
        """Return the documents that tell of an entry: those given, then others seen."""
        earliest: dict[str, Occurrence] = {}
        seen = self.seen.matcher.occurrences(index)
        for occurrence in (*(given.get(index, ()) if given is not None else ()), *seen):
            known = earliest.setdefault(occurrence.document, occurrence)
            if occurrence.day < known.day:
                earliest[occurrence.document] = occurrence
        return sorted(earliest.values(), key=lambda o: (o.day, o.document))

    def result(self, warm_up: int) -> Backtest:
        """Return all the figures."""
        skipped = warm_up if len(self.mondays) > warm_up else 0
        start = self.mondays[skipped] if self.mondays else date.max
        followed = {
            index: _followed(self.truth[index], told)
            for index, told in self.found.items()
            if told and told[-1].day > start - timedelta(weeks=1)
        }
        policies = self._policies()
        sticks = {name: self._stick(followed, start, policies[name]) for name in policies}
        mine, stick = policies["vigie"], sticks["vigie"]
        complete = any(entry.emerging is not None for entry in self.truth)
        return Backtest(
            weeks=len(self.mondays),
            measured_from=start if self.mondays else None,
            complete=complete,
            emerging=len(self.found),
            mentioned=len(followed),
            policies={name: measure(policies[name], sticks[name]) for name in policies},
            by_course=_split(mine, stick, lambda f: f.course),
            by_kind=_split(mine, stick, lambda f: f.kind),
            misses=self._misses(followed, first_queued(mine)),
            intruders=self._intruders(start) if complete else (),
            reliability=self._reliability(start) if complete else (),
            late=self._late(followed, first_queued(mine), start),
        )

    def _late(
        self, followed: Mapping[int, Followed], first: Mapping[int, date], start: date
    ) -> Mapping[Late, int]:
        stated = {(day, actor): score for day, actor, score in self.seen.stated}
        present = dict(self.seen.present)
        actors = self._actors_of()
        found: Counter[Late] = Counter()
        for index, told in followed.items():
            due = due_by(told, 2, self.mondays)
            if due is None or due < start or first.get(index, date.max) <= due:
                continue
            scores = [s for one in actors[index] if (s := stated.get((due, one))) is not None]
            if scores:
                found[Late.OUTRANKED if max(scores) >= LEAST_SCORE else Late.UNLIKELY] += 1
            else:
                here = not actors[index].isdisjoint(present[due])
                found[Late.SET_ASIDE if here else Late.UNREAD] += 1
        return {late: found[late] for late in Late}

    def _actors_of(self) -> Mapping[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for actor, index in self.entries.items():
            if index is not None:
                found[index].add(actor)
        return found

    def _reliability(self, start: date) -> tuple[Stated, ...]:
        stated = [one for one in self.seen.stated if one[0] >= start]
        found = {actor: self.entries.get(actor) for _, actor, _ in stated}
        right = {actor for actor, at in found.items() if at is not None and self.emerging(at)}
        return reliability([(score, actor in right) for _, actor, score in stated])

    def _intruders(self, start: date) -> tuple[Intruder, ...]:
        counts = Counter(
            actor for day, actors in self.seen.proposed["vigie"] if day >= start for actor in actors
        )
        found: list[Intruder] = []
        for actor, weeks in counts.items():
            index, name = self.entries.get(actor), self.seen.called[actor]
            if index is None:
                akin = self.seen.matcher.akin(name)
                found.append(
                    Intruder(name, "?", weeks, "" if akin is None else self.truth[akin].name)
                )
            elif not self.emerging(index):
                found.append(Intruder(name, self.course(index), weeks))
        return tuple(sorted(found, key=lambda one: (-one.weeks, one.name)))

    def _policies(self) -> dict[str, list[Queued]]:
        proposed = dict(self.seen.proposed)
        proposed["oracle"] = baselines.oracle(
            self.seen.present,
            self.entries.get,
            self.emerging,
            self.watch.queue_size,
            once=self.seen.judged,
        )
        return {
            name: [
                Queued(day, tuple(self.entries.get(actor) for actor in actors))
                for day, actors in weeks
            ]
            for name, weeks in proposed.items()
        }

    def _stick(
        self, followed: Mapping[int, Followed], start: date, policy: Sequence[Queued]
    ) -> Yardstick:
        first = first_queued(policy) if self.seen.judged else {}
        active = {
            day: sum(
                _active(told, day) and first.get(index, day) >= day
                for index, told in self.found.items()
            )
            for day in self.mondays
        }
        return Yardstick(
            followed, self.emerging, self.course, active, start, self.mondays, self.seed
        )

    def _misses(
        self, followed: Mapping[int, Followed], first: Mapping[int, date]
    ) -> tuple[Miss, ...]:
        actors = self._actors_of()
        missed = [
            self._miss(index, told, sorted(actors.get(index, ())))
            for index, told in followed.items()
            if index not in first
        ]
        return tuple(sorted(missed, key=lambda m: (-m.stories, m.name)))

    def _miss(self, index: int, told: Followed, actors: Sequence[str]) -> Miss:
        plain = Miss(told.name, told.course, told.kind, len(told.story_days), Why.NOT_EXTRACTED)
        standings = [self.seen.best[actor] for actor in actors if actor in self.seen.best]
        if standings:
            best = max(standings, key=lambda s: s.margin)
            return replace(
                plain,
                why=Why.RANKED_OUT,
                best_rank=best.rank,
                week=best.as_of,
                features=changing(best, self.weights),
            )
        asides: Counter[Aside] = Counter()
        for actor in actors:
            asides.update(self.seen.asides.get(actor, {}))
        if asides:
            return replace(
                plain, why=Why.SET_ASIDE, aside=min(asides, key=lambda a: (-asides[a], a))
            )
        if self.seen.matcher.seen.get(index):
            return replace(plain, why=Why.NOT_RESOLVED)
        return plain


def _followed(entry: TruthActor, told: Sequence[Occurrence]) -> Followed:
    stories: dict[str, date] = {}
    documents: dict[str, date] = {}
    for occurrence in told:
        stories.setdefault(occurrence.story, occurrence.day)
        documents.setdefault(occurrence.document, occurrence.day)
    return Followed(
        name=entry.name,
        kind=entry.kind,
        course=entry.course,
        story_days=tuple(sorted(stories.values())),
        document_days=tuple(sorted(documents.values())),
    )


def _active(told: Sequence[Occurrence], day: date) -> bool:
    recent = day - timedelta(days=RECENT_DAYS - 1)
    return any(recent <= occurrence.day <= day for occurrence in told)


def _split(
    policy: Sequence[Queued], stick: Yardstick, group: Callable[[Followed], str]
) -> dict[str, Measures]:
    names = sorted({group(f) for f in stick.followed.values()} - {""})
    return {
        name: measure(
            policy,
            replace(stick, followed={i: f for i, f in stick.followed.items() if group(f) == name}),
        )
        for name in names
    }
