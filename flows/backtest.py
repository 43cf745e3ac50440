"""The backtest on a workspace's archive: the same detection, once a Monday."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

from nlp import names
from signals import backtest, report
from signals.truth import read_truth
from storage import facts
from vigie.errors import InputError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from storage import Store
    from storage.facts import History
    from vigie.records import WeekFacts
    from vigie.settings import Settings


def run(settings: Settings, store: Store, truth: Path) -> backtest.Backtest:
    """Replay the archive week by week against a truth file.

    Raises:
        InputError: the truth file cannot be used, or there is no annotated archive to replay.
    """
    entries = read_truth(truth)
    with store.reading() as c:
        history = facts.history(c, zone=settings.zone)
    if history.first_day is None:
        raise InputError(
            say("L’archive est vide : importez ou collectez d’abord, puis « vigie annotate ».")
        )
    return backtest.replay(_mondays(history), entries, settings.watch, names.key)


def write_report(found: backtest.Backtest, folder: Path) -> Path:
    """Write the report, as a page and as JSON, and return the page."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "backtest.json").write_text(
        json.dumps(found.as_json(), ensure_ascii=False, indent=2), encoding="utf-8"
    )
    page = folder / "backtest.html"
    page.write_text(report.page(found), encoding="utf-8")
    return page


def _mondays(history: History) -> Iterator[WeekFacts]:
    """Yield the facts of each Monday from the second week of the archive to its end."""
    first, last = history.first_day, history.last_day
    if first is None or last is None:
        return
    monday: date = first + timedelta(days=7 - first.weekday())
    while monday <= last + timedelta(days=6):
        yield history.week(monday)
        monday += timedelta(weeks=1)
