"""The same data as tables (pandas): documented columns, as of a date, for notebooks.

    from storage import frames

    data = frames.of_workspace("ma-veille")
    data.candidates().groupby("week").score.mean()

`TABLES` documents every column of every table, with its unit; `docs/frames.md` is made from it.
Words (kinds, verdicts, states) are those that the pages show. No document, mention, queue or
verdict of after the end of the day `as_of` is in any table. What corrects what was read counts as
it stands today: merges, splits, what people wrote, and the name, kind and commune of an actor, on
which all texts that name it agree. Reading needs pandas, of the extra `notebooks`.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pandas.api.types import pandas_dtype

from storage import (
    actors,
    counts,
    days,
    directory,
    documents,
    facts,
    history,
    judgements,
    open_workspace,
    queues,
    relations,
    shared,
    sightings,
    sources,
)
from storage.dictionary import TABLES, Dtype
from storage.facts import ACTIVE_DAYS
from vigie import gazetteer, words
from vigie.language import render
from vigie.records import INSTITUTIONS, EnteredBy, Label, Verdict
from vigie.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from storage import Store
    from storage.documents import Listed
    from vigie.records import (
        ActorKind,
        Judgement,
        Message,
        Queue,
        Sighting,
        Source,
        SourceHealth,
        WeekFacts,
    )
    from vigie.settings import Settings

__all__ = ["TABLES", "Frames", "of_workspace"]

FOLDER = "VIGIE_DIR"
"""Environment variable: the workspace that notebooks open when they name none."""


def of_workspace(folder: str | Path | None = None, as_of: date | None = None) -> Frames:
    """Return a workspace's data as of a day (today).

    Without a folder it is the one that `VIGIE_DIR` names, else the current one.

    Raises:
        WorkspaceError: there is no workspace in the folder.
        SettingsError: its `vigie.toml` says something impossible.
        StorageError: its database cannot be read.
    """
    settings = load(Path(folder or os.environ.get(FOLDER, ".")))
    store = open_workspace(settings)
    return Frames(store, settings, as_of or datetime.now(settings.zone).date())


@dataclass(frozen=True)
class Frames:
    """What was known by the end of a day, as tables; each method names its table in `TABLES`."""

    store: Store
    settings: Settings
    as_of: date
    language: str = "fr"

    def at(self, day: date) -> Frames:
        """Return the same data as of another day."""
        return Frames(self.store, self.settings, day, self.language)

    def close(self) -> None:
        """Give the database's connections back."""
        self.store.close()

    # --- what was read -----------------------------------------------------------------------

    def documents(self, since: date = date.min) -> pd.DataFrame:
        """Return the documents that became known from a day on; without their texts."""
        return self._table(
            "documents",
            (
                (
                    one.id,
                    one.source_id,
                    self._source_names.get(one.source_id, one.source_id),
                    one.url,
                    one.title,
                    self._say(words.DOCUMENT_KINDS[one.kind]),
                    one.language,
                    one.published_at,
                    one.fetched_at,
                    one.known_on,
                    one.event_day,
                    one.story_id,
                    one.excerpt,
                    ", ".join(_commune(code) or code for code in one.communes),
                )
                for one in self._documents
                if one.known_on >= since
            ),
        )

    def texts(self, most: int, seed: int = 0) -> pd.DataFrame:
        """Return some documents drawn at random, with their texts as last read: for analysis."""
        ids = pd.Series(sorted(one.id for one in self._documents), dtype="string")
        drawn = ids.sample(min(most, len(ids)), random_state=seed)
        with self.store.reading() as c:
            read = documents.load(c, drawn)
        return self._table(
            "texts",
            (
                (
                    one.id,
                    self._source_names.get(one.source_id, one.source_id),
                    one.url,
                    days.known_on(one, self._zone),
                    f"{one.title}\n\n{one.text}" if one.title else one.text,
                )
                for one in read
            ),
        )

    def mentions(self, since: date = date.min, actor_id: str | None = None) -> pd.DataFrame:
        """Return every time that an actor was named from a day on; of one actor, or of all."""
        wanted = self._seen if actor_id is None else {actor_id: self._seen.get(actor_id, [])}
        return self._table(
            "mentions",
            (
                (
                    root,
                    self._name(root),
                    one.document_id,
                    one.document_url,
                    one.story_id,
                    one.source_id,
                    self._source_names.get(one.source_id, one.source_id),
                    one.day,
                    one.dated,
                    one.event_day,
                    self._say(words.DOCUMENT_KINDS[one.document_kind]),
                    self._say(words.LABELS[one.label]),
                    self._say(words.KINDS[one.kind]),
                    one.confidence,
                    one.rule,
                    one.surface,
                    one.sentence,
                    next(iter(one.communes), None),
                    _commune(next(iter(one.communes), None)),
                    self._say(words.PLACINGS[one.placing]),
                )
                for root, found in wanted.items()
                for one in found
                if one.day >= since
            ),
        )

    # --- actors ------------------------------------------------------------------------------

    def actors(self) -> pd.DataFrame:
        """Return every actor named by the day, or listed by a directory."""
        return self._table("actors", self._actor_rows())

    def _actor_rows(self) -> Iterator[tuple[object, ...]]:
        for root, line in self._lines.items():
            found = self._seen.get(root, [])
            code = next(iter(line.communes), None)
            place = gazetteer.communes().get(code or "")
            verdict = self._verdicts.get(root)
            yield (
                root,
                line.name,
                ", ".join(self._say(words.KINDS[kind]) for kind in line.kinds),
                code,
                place.name if place else None,
                place.latitude if place else None,
                place.longitude if place else None,
                len(found),
                len({one.story_id for one in found}),
                len({one.source_id for one in found}),
                found[0].day if found else None,
                found[-1].day if found else None,
                self._shared.listed(root, self.as_of),
                self._say(words.VERDICTS[verdict.verdict]) if verdict else None,
            )

    def weekly_counts(self, actor_id: str | None = None) -> pd.DataFrame:
        """Return how often each actor was named, by week and source; of one actor, or of all."""
        wanted = self._seen if actor_id is None else {actor_id: self._seen.get(actor_id, [])}
        return self._table("weekly_counts", self._counted(wanted))

    def _counted(self, wanted: Mapping[str, Sequence[Sighting]]) -> Iterator[tuple[object, ...]]:
        for root, found in wanted.items():
            tally = counts.Tally()
            for one in found:
                as_actor = one.label is Label.ACTOR
                tally.add(one.day, one.source_id, one.story_id, as_actor=as_actor)
            for (week, source_id), count in sorted(tally.counts.items(), key=lambda kept: kept[0]):
                yield (
                    root,
                    self._name(root),
                    week,
                    source_id,
                    self._source_names.get(source_id, source_id),
                    count.mentions,
                    count.as_actor,
                    count.stories,
                )

    def relations(self, since: date | None = None) -> pd.DataFrame:
        """Return who was named with whom; with `since`, in what became known from that day on."""
        with self.store.reading() as c:
            edges = relations.edges(c, self.as_of, since)
        return self._table(
            "relations",
            (
                (
                    one.actor_id,
                    self._name(one.actor_id),
                    one.other_id,
                    self._name(one.other_id),
                    self._say(words.RELATIONS[one.kind]),
                    one.kind.directed,
                    one.stories,
                    one.first_day,
                    one.last_day,
                )
                for one in edges
            ),
        )

    # --- the weeks ---------------------------------------------------------------------------

    def candidates(self) -> pd.DataFrame:
        """Return the candidates of every week's queue, in the order in which they were shown."""
        return self._table("candidates", self._candidate_rows())

    def _candidate_rows(self) -> Iterator[tuple[object, ...]]:
        for queue in self._queues:
            labels = {one.id: ", ".join(one.label) for one in queue.clusters}
            for one in queue.candidates:
                place = gazetteer.communes().get(one.commune or "")
                root = self._roots.get(one.actor_id, one.actor_id)
                verdict = self._verdicts.get(root)
                proposed = one.entered_by is EnteredBy.PROPOSED
                yield (
                    queue.week,
                    queue.as_of,
                    one.rank,
                    one.actor_id,
                    root,
                    one.name,
                    self._say(words.KINDS[one.kind]),
                    one.commune,
                    place.name if place else None,
                    place.latitude if place else None,
                    place.longitude if place else None,
                    None if proposed else one.score,
                    one.entered_by is EnteredBy.EXPLORATION,
                    proposed,
                    one.first_seen,
                    one.mentions,
                    one.stories,
                    one.sources,
                    one.cluster,
                    labels.get(one.cluster or ""),
                    self._say(words.VERDICTS[verdict.verdict]) if verdict else None,
                )

    def features(self) -> pd.DataFrame:
        """Return what each term of the score said of each candidate, one line a term."""
        return self._table(
            "features",
            (
                (
                    queue.week,
                    one.rank,
                    one.actor_id,
                    one.name,
                    term.name,
                    self._say(words.FEATURES[term.name]),
                    term.value,
                    term.weight,
                    term.contribution,
                    self._say(term.detail),
                )
                for queue in self._queues
                for one in queue.candidates
                for term in one.reasons
            ),
        )

    def evidence(self) -> pd.DataFrame:
        """Return the sentences that the queues quoted."""
        return self._table(
            "evidence",
            (
                (
                    queue.week,
                    one.rank,
                    one.actor_id,
                    one.name,
                    quoted.date,
                    quoted.source,
                    quoted.document_url,
                    quoted.surface,
                    quoted.quote,
                )
                for queue in self._queues
                for one in queue.candidates
                for quoted in one.evidence
            ),
        )

    def clusters(self) -> pd.DataFrame:
        """Return the communities of every week, one line a member."""
        return self._table(
            "clusters",
            (
                (
                    queue.week,
                    queue.as_of,
                    one.id,
                    ", ".join(one.label),
                    one.since or None,
                    self._say(words.CLUSTER_CHANGES[one.change]),
                    member,
                    self._name(member),
                    member in one.known,
                )
                for queue in self._queues
                for one in queue.clusters
                for member in one.members
            ),
        )

    def judgements(self) -> pd.DataFrame:
        """Return what was decided by the day, and when; not by whom."""
        with self.store.reading() as c:
            entries = judgements.journal(c, limit=10**9, until=self._end)
            roots = actors.surviving(c, {one.judgement.actor_id for one in entries})
        return self._table(
            "judgements",
            (
                (
                    one.judgement.at,
                    one.judgement.week or None,
                    one.judgement.actor_id,
                    roots.get(one.judgement.actor_id, one.judgement.actor_id),
                    one.actor_name,
                    self._say(words.VERDICTS[one.judgement.verdict]),
                    self._say(words.REASONS[one.judgement.reason])
                    if one.judgement.reason
                    else None,
                    one.judgement.merge_into,
                    one.withdrawn_at is None or one.withdrawn_at >= self._end,
                )
                for one in reversed(entries)
                if one.judgement.at < self._end
            ),
        )

    # --- sources and places ------------------------------------------------------------------

    def sources(self) -> pd.DataFrame:
        """Return the sources of the catalogue, with what they gave and how they fare."""
        return self._table("sources", self._source_rows())

    def _source_rows(self) -> Iterator[tuple[object, ...]]:
        health = self._health()
        told = defaultdict(list)
        for document in self._documents:
            told[document.source_id].append(document.known_on)
        lately = self.as_of - timedelta(weeks=4)
        kept = {root for root, one in self._verdicts.items() if one.verdict is Verdict.KEEP}
        for source_id, one in self._sources.items():
            given, found = told[source_id], self._discoveries.get(source_id, ())
            fares = health.get(source_id)
            yield (
                source_id,
                one.name,
                self._say(words.SOURCE_KINDS[one.kind]),
                self._say(words.REACHES[one.reach]),
                one.url,
                one.every.total_seconds() / 3600,
                one.expected[0] if one.expected else None,
                one.expected[1] if one.expected else None,
                len(given),
                max(given, default=None),
                sum(day > lately for day in given) / 4,
                len(found),
                len(kept.intersection(root for root, _ in found)),
                self._say(words.HEALTH[fares.state]) if fares else None,
                self._say(fares.message) if fares else None,
                fares.since if fares else None,
                fares.last_try if fares else None,
                fares.failures if fares else 0,
            )

    def _health(self) -> Mapping[str, SourceHealth]:
        with self.store.reading() as c:
            found = sources.health(c)
            if any(one.last_try >= self._end for one in found.values()):
                return sources.health_before(c, self._end)
        return found

    def source_weeks(self) -> pd.DataFrame:
        """Return what each source brought in each week."""
        told: Counter[tuple[str, date]] = Counter()
        named: Counter[tuple[str, date]] = Counter()
        new: Counter[tuple[str, date]] = Counter()
        for document in self._documents:
            told[document.source_id, counts.monday(document.known_on)] += 1
        for one in (one for found in self._seen.values() for one in found):
            named[one.source_id, counts.monday(one.day)] += 1
        for source_id, found in self._discoveries.items():
            new.update((source_id, counts.monday(day)) for _, day in found)
        return self._table(
            "source_weeks",
            (
                (
                    source_id,
                    self._source_names.get(source_id, source_id),
                    week,
                    told[source_id, week],
                    named[source_id, week],
                    new[source_id, week],
                )
                for source_id, week in sorted({*told, *named})
            ),
        )

    def crawls(self, since: date = date.min) -> pd.DataFrame:
        """Return how each visit of each source ended, from a day on."""
        with self.store.reading() as c:
            found = sources.outcomes(c, self._end)
        return self._table(
            "crawls",
            (
                (
                    one.source_id,
                    self._source_names.get(one.source_id, one.source_id),
                    one.at,
                    self._say(words.HEALTH[one.state]),
                    self._say(one.message),
                    one.documents,
                    one.not_modified,
                )
                for one in found
                if days.day_of(one.at, self._zone) >= since
            ),
        )

    def places(self) -> pd.DataFrame:
        """Return the communes of the territory, with what was told of them."""
        told = Counter(code for one in self._documents for code in one.communes)
        at_home = Counter(next(iter(line.communes), "") for line in self._lines.values())
        return self._table(
            "places",
            (
                (
                    code,
                    place.name,
                    place.department,
                    gazetteer.epci(place.epci).name if place.epci else None,
                    place.population,
                    place.latitude,
                    place.longitude,
                    told[code],
                    at_home[code],
                )
                for code in sorted(gazetteer.territory(self.settings.watch.territory))
                for place in (gazetteer.commune(code),)
            ),
        )

    # --- for `signals`, which reads records --------------------------------------------------

    def facts(self, *, active_days: int = ACTIVE_DAYS) -> WeekFacts:
        """Return what a detection of the day looks at (`signals.queue.detect`)."""
        watch = self.settings.watch
        with self.store.reading() as c:
            return facts.week(c, self.as_of, active_days=active_days, zone=self._zone, watch=watch)

    def listed(self) -> Mapping[tuple[str | None, ActorKind], int]:
        """Return how many actors directories list, by commune and kind (`blind_spots`)."""
        with self.store.reading() as c:
            return actors.listed(c, self.as_of)

    def history(self) -> history.History:
        """Return everything, to be cut at many days (`signals.backtest.replay`)."""
        with self.store.reading() as c:
            return history.read_history(c, zone=self._zone, watch=self.settings.watch)

    # --- read once ---------------------------------------------------------------------------

    @property
    def _zone(self) -> tzinfo:
        return self.settings.zone

    @property
    def _end(self) -> datetime:
        """Return the first moment that is too late."""
        return days.end_of(self.as_of, self._zone)

    @cached_property
    def _documents(self) -> list[Listed]:
        with self.store.reading() as c:
            return documents.listed(c, self.as_of)

    @cached_property
    def _seen(self) -> Mapping[str, list[Sighting]]:
        with self.store.reading() as c:
            return sightings.gathered(c, sightings.sightings_query(self.as_of))

    @cached_property
    def _shared(self) -> shared.Shared:
        with self.store.reading() as c:
            return shared.read_shared(c, self._zone, None)

    @cached_property
    def _verdicts(self) -> Mapping[str, Judgement]:
        return self._shared.verdicts(self.as_of)

    @cached_property
    def _lines(self) -> Mapping[str, directory.Line]:
        """Return the actors that were named or listed by the day, by name."""
        known = self._shared.known_since
        listed = {root for root in known if self._shared.listed(root, self.as_of)}
        with self.store.reading() as c:
            lines = directory.lines(c, sorted({*self._seen, *listed}))
        return {
            one.actor_id: one for one in sorted(lines, key=lambda one: (one.name, one.actor_id))
        }

    def _name(self, actor_id: str) -> str | None:
        line = self._lines.get(self._roots.get(actor_id, actor_id))
        return line.name if line else None

    @cached_property
    def _roots(self) -> Mapping[str, str]:
        """Return the actors that stand for those whom the queues showed."""
        shown = {one.actor_id for queue in self._queues for one in queue.candidates}
        shown |= {
            one for queue in self._queues for group in queue.clusters for one in group.members
        }
        with self.store.reading() as c:
            return actors.surviving(c, shown)

    @cached_property
    def _queues(self) -> list[Queue]:
        with self.store.reading() as c:
            found = [queues.load(c, week) for week in reversed(queues.weeks(c))]
        return [queue for queue in found if queue and queue.as_of <= self.as_of]

    @cached_property
    def _sources(self) -> Mapping[str, Source]:
        known = {**self._shared.sources, **{one.id: one for one in self.settings.sources}}
        known.pop(INSTITUTIONS, None)  # what the program itself knows of the territory
        return dict(sorted(known.items()))

    @cached_property
    def _source_names(self) -> Mapping[str, str]:
        return {source_id: one.name for source_id, one in self._sources.items()}

    @cached_property
    def _discoveries(self) -> Mapping[str, Sequence[tuple[str, date]]]:
        """Return, by source, the actors that it was the first to name, or among the first."""
        found: dict[str, list[tuple[str, date]]] = defaultdict(list)
        for root, seen in self._seen.items():
            first = seen[0].day
            for source_id in {one.source_id for one in seen if one.day == first}:
                found[source_id].append((root, first))
        return found

    def _say(self, message: Message) -> str:
        return render(message, self.language)

    def _table(self, name: str, rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
        columns = TABLES[name]
        table = pd.DataFrame.from_records(list(rows), columns=[one.name for one in columns])
        for one in columns:
            table[one.name] = self._typed(table[one.name], one.dtype)
        return table

    def _typed(self, values: pd.Series[Any], dtype: Dtype) -> pd.Series[Any]:
        typed: pd.Series[Any]
        if dtype is Dtype.MOMENT:
            moments = pd.to_datetime(values, utc=True).astype("datetime64[us, UTC]")
            typed = moments.dt.tz_convert(self._zone)
        elif dtype is Dtype.DAY:
            typed = pd.to_datetime(values).astype("datetime64[us]")
        else:
            typed = values.astype(pandas_dtype(dtype.value))
        return typed


def _commune(code: str | None) -> str | None:
    place = gazetteer.communes().get(code or "")
    return place.name if place else code
