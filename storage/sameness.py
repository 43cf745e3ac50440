"""When two addresses are one document: the same title with the same text, or a piece of it.

A title alone does not say so: « Agenda du week-end » is another one each week (see decision
0013). Nothing here looks at the database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from storage.folding import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vigie.records import Document

WITHIN_DAYS = 7
"""Between two addresses of one document in one source."""
SHARED = 0.9
"""Of the shorter text's runs of three words, those that the longer one has as well."""
SHARED_WHEN_TELLING = 0.5
"""The same, under a title that says what its article says: an edit may have rewritten half."""
ENOUGH_RUNS = 10
"""Fewer say nothing by themselves: « Entrée libre, sans réservation »."""
TELLING_TITLE = 6
"""Words from which a title says what its article says."""


def is_same(document: Document, row: Mapping[str, Any], event: object) -> bool:
    """Tell whether a document is the one of a stored row; `event` is its own, as stored."""
    if not document.title or fold(document.title) != fold(row["title"]):
        return False
    if document.kind != row["kind"] or _start(event) != _start(row["event"]):
        return False
    telling = len(document.title.split()) >= TELLING_TITLE
    if telling and (document.excerpt or row["excerpt"] or not document.text or not row["text"]):
        return True
    shorter, longer = sorted((document.text, row["text"]), key=len)
    mine, other = _runs(shorter), _runs(longer)
    if not mine or (len(mine) < ENOUGH_RUNS and not telling):
        return False
    least = SHARED_WHEN_TELLING if telling else SHARED
    # Two editions of one announcement may differ by their date alone.
    return len(mine & other) >= least * len(mine) and _numbers(shorter) <= _numbers(longer)


def _start(event: object) -> object:
    return event.get("start") if isinstance(event, dict) else None


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of three words of a text, its case, accents and signs aside."""
    words = re.findall(r"\w+", fold(text))
    return {tuple(words[n : n + 3]) for n in range(max(1, len(words) - 2))} if words else set()
