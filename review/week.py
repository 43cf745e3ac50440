"""A week as the page shows it: the list, what was decided, the chosen candidate and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from statistics import median
from typing import TYPE_CHECKING

from review.picking import Picking
from review.text import highlight, plain
from signals.scoring import why_now
from vigie.settings import MAIN, Watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from review.dossier import Dossier
    from storage.edits import Revision, View
    from storage.judgements import Entry
    from storage.told import Telling
    from vigie.records import Candidate, Cluster, Evidence, Feature, Judgement, Queue, Verdict

USUAL_PACE = 45.0
"""Seconds a candidate, until a week's own pace is known: 25 in twenty minutes."""
BREAK = timedelta(minutes=5)
"""Whoever gave no verdict for so long was doing something else."""

WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the list."""

    candidate: Candidate
    entry: Entry | None
    """The last verdict that stands, of whichever week."""
    judged: bool
    """Decided in this week or after it; an older verdict waits to be confirmed."""
    elsewhere: bool = False
    """By another watch, which keeps it: it is known."""
    views: tuple[View, ...] = ()
    """Who has opened it this week."""
    assigned: Revision | None = None
    """Who looks after it."""

    @property
    def assignee(self) -> str:
        """Return who looks after it, or nothing."""
        return self.assigned.words if self.assigned else ""

    @property
    def judgement(self) -> Judgement | None:
        """Return the last verdict that stands."""
        return self.entry.judgement if self.entry else None

    @property
    def number(self) -> str:
        """Return the number of the verdict that stands, as forms carry it; empty without one."""
        return str(self.entry.id) if self.entry else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One reason, with the share of the strongest one that it weighs (0 to 100)."""

    feature: Feature
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quoted sentence cut around the actor's name."""

    evidence: Evidence
    pieces: Sequence[tuple[str, bool]]

    @property
    def marked(self) -> bool:
        """Tell whether the sentence brings quotation marks of its own."""
        return any(mark in self.evidence.quote for mark in "«»“”„")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The candidate on the right of the page."""

    row: Row
    why: tuple[Feature, ...]
    bars: tuple[Bar, ...]
    quotes: tuple[Quote, ...]
    cluster: Cluster | None
    neighbours: tuple[Row, ...]
    previous: str | None
    next: str | None
    dossier: Dossier | None
    """What is known of it beside its candidacy."""

    @property
    def groups(self) -> tuple[tuple[Quote, tuple[Telling, ...]], ...]:
        """Return each quote with the copies of its story; a copy is no quote of its own."""
        found: list[tuple[Quote, tuple[Telling, ...]]] = []
        folded: set[str] = set()
        for quote in self.quotes:
            if quote.evidence.document_url in folded:
                continue
            copies = self.dossier.also_told(quote.evidence.document_url) if self.dossier else ()
            folded |= {copy.url for copy in copies}
            found.append((quote, copies))
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekView:
    """All that the page of a week shows."""

    queue: Queue
    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    """Those that the filters leave."""
    picking: Picking
    done: int
    tally: Mapping[Verdict, int]
    older: str | None
    newer: str | None
    minutes: int
    """To be reckoned with for those that wait."""
    watch: Watch = MAIN

    @property
    def address(self) -> str:
        """Return where its page is."""
        return f"{self.watch.address}/semaines/{self.queue.week}"

    @property
    def monday(self) -> date:
        """Return the week's first day."""
        return monday(self.queue.week)

    def row(self, actor_id: str) -> Row | None:
        """Return a candidate's line, or None."""
        return next((row for row in self.rows if row.candidate.actor_id == actor_id), None)

    def waiting_after(self, actor_id: str | None) -> str | None:
        """Return the next shown one to judge, around the end of the list; None if all are."""
        ids = [row.candidate.actor_id for row in self.shown]
        start = ids.index(actor_id) + 1 if actor_id in ids else 0
        turned = self.shown[start:] + self.shown[:start]
        return next((row.candidate.actor_id for row in turned if not row.judged), None)


def view(
    queue: Queue,
    standing: Mapping[str, Entry],
    weeks: Sequence[str],
    picking: Picking | None = None,
    *,
    watch: Watch = MAIN,
    seen: Mapping[str, Sequence[View]] | None = None,
    assigned: Mapping[str, Revision] | None = None,
) -> WeekView:
    """Join a queue and what stands of its candidates, of which a picking shows some."""
    picking = picking or Picking()
    rows = tuple(
        Row(
            candidate=candidate,
            entry=(entry := standing.get(candidate.actor_id)),
            judged=entry is not None
            and (entry.judgement.week >= queue.week or entry.judgement.watch != watch.id),
            elsewhere=entry is not None and entry.judgement.watch != watch.id,
            views=tuple((seen or {}).get(candidate.actor_id, ())),
            assigned=(assigned or {}).get(candidate.actor_id),
        )
        for candidate in queue.candidates
    )
    judged = [row.judgement.verdict for row in rows if row.judged and row.judgement]
    return WeekView(
        queue=queue,
        rows=rows,
        shown=tuple(row for row in rows if picking.takes(row.candidate)),
        picking=picking,
        done=len(judged),
        tally=Counter(judged),
        older=max((week for week in weeks if week < queue.week), default=None),
        newer=min((week for week in weeks if week > queue.week), default=None),
        minutes=minutes_left(rows),
        watch=watch,
    )


def minutes_left(rows: Sequence[Row]) -> int:
    """Return how long those that wait may take, in minutes, at the pace of those judged.

    The pace is the median time between two verdicts of this week by one person, breaks left out.
    """
    told = [r.judgement for r in rows if r.judged and r.judgement]
    at = sorted((one.who, one.at) for one in told)
    gaps = [
        (later - earlier).total_seconds()
        for (who, earlier), (same, later) in pairwise(at)
        if who == same and timedelta(0) < later - earlier < BREAK
    ]
    pace = median(gaps) if len(gaps) >= 3 else USUAL_PACE
    return ceil(pace * sum(not row.judged for row in rows) / 60)


def choose(week: WeekView, row: Row, known: Dossier | None = None) -> Chosen:
    """Return all that is shown of one candidate."""
    candidate = row.candidate
    ids = [one.candidate.actor_id for one in week.shown]
    place = ids.index(candidate.actor_id) if candidate.actor_id in ids else -1
    cluster = next((c for c in week.queue.clusters if c.id == candidate.cluster), None)
    members = set(cluster.members) if cluster else set()
    return Chosen(
        row=row,
        why=why_now(candidate.reasons),
        bars=bars(candidate.reasons),
        quotes=tuple(
            Quote(
                evidence=evidence,
                pieces=highlight(
                    evidence.quote, (evidence.surface, candidate.name, *candidate.aliases)
                ),
            )
            for evidence in candidate.evidence
        ),
        cluster=cluster,
        neighbours=tuple(
            other for other in week.rows if other is not row and other.candidate.actor_id in members
        ),
        previous=ids[place - 1] if place > 0 else None,
        next=ids[place + 1] if place + 1 < len(ids) else None,
        dossier=known,
    )


def bars(reasons: Sequence[Feature]) -> tuple[Bar, ...]:
    """Return the reasons that weigh, the heaviest first, with the length of their bars."""
    longest = max((abs(reason.contribution) for reason in reasons), default=0.0)
    return tuple(
        Bar(feature=reason, percent=round(100 * abs(reason.contribution) / longest, 1))
        for reason in sorted(reasons, key=lambda reason: -abs(reason.contribution))
        if longest and round(reason.contribution, 2)
    )


def monday(week: str) -> date:
    """Return the first day of an ISO week.

    Raises:
        ValueError: the text is no ISO week.
    """
    match = WEEK.fullmatch(week)
    if match is None:
        raise ValueError(plain(week, 40))
    return date.fromisocalendar(int(match[1]), int(match[2]), 1)


def nearest(asked: str, weeks: Sequence[str]) -> str | None:
    """Return the week with a queue that is nearest to the one asked for; else the latest."""
    if not weeks:
        return None
    try:
        day = monday(asked)
    except ValueError:
        return max(weeks)
    return min(sorted(weeks, reverse=True), key=lambda week: abs(monday(week) - day))
