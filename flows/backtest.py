"""The backtest on a workspace's archive: the same detection, once a Monday."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from crawlers import identity
from nlp import names
from signals import backtest, report
from signals.truth import Occurrence, TruthActor, read_truth
from storage import texts
from storage.history import read_history
from vigie.errors import InputError
from vigie.language import say
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from signals.baselines import Policy
    from signals.reckoning import Backtest
    from storage import Connection, Store
    from storage.history import History
    from vigie.records import WeekFacts
    from vigie.settings import Settings


def run(
    settings: Settings,
    store: Store,
    truth: Path,
    *,
    judged: bool = False,
    rivals: Mapping[str, Policy] | None = None,
) -> Backtest:
    """Replay the archive week by week against a truth file.

    `judged` replays it as if an officer who knows the truth had gone through every queue;
    `rivals` are other ways to fill the queue, measured beside it.

    Raises:
        InputError: the truth file cannot be used, or there is no annotated archive to replay.
    """
    entries = read_truth(truth)
    if not entries:
        raise InputError(say("{file} ne nomme aucun acteur.", file=str(truth)))
    with store.reading() as c:
        history = read_history(c, zone=settings.zone, watch=settings.watch)
        if history.first_day is None:
            raise InputError(
                say("L’archive est vide : importez ou collectez d’abord, puis « vigie annotate ».")
            )
        if not history.actors:
            raise InputError(
                say("L’archive n’est pas encore lue : lancez d’abord « vigie annotate ».")
            )
        entries, occurrences = placed(c, entries)
    return backtest.replay(
        mondays(history),
        entries,
        settings.watch,
        names.key,
        occurrences=occurrences,
        judged=judged,
        rivals=rivals,
    )


def write_report(found: Backtest, folder: Path) -> Path:
    """Write the report, as a page and as JSON, and return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "backtest.json").write_text(
        json.dumps(found.as_json(), ensure_ascii=False, indent=2), encoding="utf-8"
    )
    page = folder / "backtest.html"
    page.write_text(report.page(found), encoding="utf-8")
    return page


def mondays(history: History) -> Iterator[WeekFacts]:
    """Yield the facts of each Monday from the second week of the archive to its end."""
    first, last = history.first_day, history.last_day
    if first is None or last is None:
        return
    monday: date = first + timedelta(days=7 - first.weekday())
    weeks = (last + timedelta(days=6) - monday).days // 7 + 1
    with progress(say("Relecture des semaines"), max(weeks, 0)) as advance:
        for _ in range(weeks):
            yield history.week(monday)
            monday += timedelta(weeks=1)
            advance(1)


# --- where the archive tells of the truth's actors -----------------------------------------


def placed(
    c: Connection, truth: Sequence[TruthActor]
) -> tuple[tuple[TruthActor, ...], Mapping[int, Sequence[Occurrence]]]:
    """Return the truth with the ids of its stored documents, and these documents by entry.

    The documents of an entry are those that it lists, by any address of theirs. One that lists
    none is searched for in the texts, from its first date on: what was written under the same
    name before is somebody else's.
    """
    listed = _listed(c, truth)
    entries = tuple(
        replace(entry, documents=entry.documents | {o.document for o in listed.get(index, ())})
        for index, entry in enumerate(truth)
    )
    return entries, {**_searched(c, truth), **listed}


def _listed(c: Connection, truth: Sequence[TruthActor]) -> dict[int, list[Occurrence]]:
    wanted = {ref: _id_of(ref) for entry in truth for ref in entry.documents}
    stored = {
        reference: Occurrence(place.day, place.story_id, place.document_id)
        for place in texts.places(c, {*wanted, *wanted.values()})
        for reference in (place.document_id, place.url)
    }
    found: dict[int, list[Occurrence]] = {}
    for index, entry in enumerate(truth):
        met = {stored.get(wanted[ref]) or stored.get(ref) for ref in entry.documents}
        if entry.documents:
            found[index] = [occurrence for occurrence in met if occurrence is not None]
    return found


def _id_of(reference: str) -> str:
    """Return the id of the document at an address; an id is one already."""
    return identity.document_id(reference) if "://" in reference else reference


def _searched(c: Connection, truth: Sequence[TruthActor]) -> dict[int, list[Occurrence]]:
    called: dict[str, list[int]] = defaultdict(list)
    for index, entry in enumerate(truth):
        for name in _names(entry) if not entry.documents else ():
            called[name].append(index)
    found: dict[int, list[Occurrence]] = defaultdict(list)
    for name, place in texts.naming(c, called):
        occurrence = Occurrence(place.day, place.story_id, place.document_id)
        for index in called[name]:
            first = truth[index].first_date
            if first is None or place.day >= first:
                found[index].append(occurrence)
    return found


def _names(entry: TruthActor) -> Iterable[str]:
    return dict.fromkeys((entry.name, *entry.aliases))
