"""When two addresses are one document: by their title, or by their title and text.

The title alone says so within a week, unless it is a rubric's: « Agenda du week-end » is another
one each week, and there the text decides (see decision 0026). Nothing here looks at the database.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from storage.folding import fold
from vigie.records import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

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
FULL_WORDS = 3
"""Words of four letters and more, without which a title only names a rubric or a kind of event."""
MOST_USES = 2
"""Documents that one title may head within a week; at more of them it is a rubric's."""
_FULL_WORD = re.compile(r"\b[^\W\d_]{4,}")
_RELATIVE_DAY = re.compile(
    r"\b(?:aujourd hui|demain|hier|ce (?:soir|matin|midi|week end|mois)|cette semaine|"
    r"(?:du|le) (?:jour|mois|week end|lendemain)|(?:de|dans) la semaine|"
    r"heute|morgen|gestern|(?:die(?:se|ser)|der|des) (?:woche|monats|tages|wochenendes)|"
    r"(?:am|dieses) wochenende)\b"
)
"""A day or week that is another one on each day: of a folded title."""


def is_rubric(title: str, day: date, uses: Iterable[date]) -> bool:
    """Tell whether a title may head distinct documents of its source, so that texts must decide.

    That is so of a title that says too little (« Conseil municipal », « En bref »), of one that
    tells its time by the day on which it is read (« Que faire ce week-end ? »), and of one that
    the source also used a week before or later, or for a third document. `day` is the
    document's, `uses` those of all the documents that bear the title, its own included.
    """
    folded, days = fold(title), list(uses)
    if len(_FULL_WORD.findall(folded)) < FULL_WORDS or _RELATIVE_DAY.search(folded):
        return True
    return len(days) > MOST_USES or any(abs((day - other).days) >= WITHIN_DAYS for other in days)


def bears_same_title(document: Document, row: Mapping[str, Any], event: object) -> bool:
    """Tell whether a document is another version of a stored row, if its title is no rubric's.

    That is an article under the same title, or an event that also begins at the same moment in
    the same place. Notices of a register are told apart by their numbers alone.
    """
    if not _same_title(document, row) or document.kind != row["kind"]:
        return False
    if document.kind is DocumentKind.EVENT:
        begins, place = _start(event), _place(event)
        same = (begins, place) == (_start(row["event"]), _place(row["event"]))
        return same and begins is not None and place is not None
    return document.kind is DocumentKind.ARTICLE


def is_same(document: Document, row: Mapping[str, Any], event: object) -> bool:
    """Tell whether a document has the title and text of a stored row; `event` is its own."""
    if not _same_title(document, row):
        return False
    if document.kind != row["kind"] or _start(event) != _start(row["event"]):
        return False
    places = {_place(event), _place(row["event"])} - {None}
    if len(places) > 1:
        return False
    telling = len(document.title.split()) >= TELLING_TITLE
    if telling and (document.excerpt or row["excerpt"] or not document.text or not row["text"]):
        return True
    shorter, longer = sorted((document.text, row["text"]), key=len)
    if len(_runs(shorter)) < ENOUGH_RUNS and not telling:
        return False
    return _holds(longer, shorter, SHARED_WHEN_TELLING if telling else SHARED)


def is_piece(piece: str, whole: str) -> bool:
    """Tell whether a text says nothing that another one does not."""
    return not piece or _holds(whole, piece, SHARED)


def _holds(longer: str, shorter: str, least: float) -> bool:
    mine = _runs(shorter)
    # Two editions of one announcement may differ by their date alone.
    shared = len(mine & _runs(longer)) >= least * len(mine) > 0
    return shared and _numbers(shorter) <= _numbers(longer)


def _same_title(document: Document, row: Mapping[str, Any]) -> bool:
    return bool(document.title) and fold(document.title) == fold(row["title"])


def _start(event: object) -> object:
    return event.get("start") if isinstance(event, dict) else None


def _place(event: object) -> object:
    if not isinstance(event, dict):
        return None
    place = tuple(fold(event.get(name) or "") for name in ("venue", "commune"))
    return place if any(place) else None


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def _runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of three words of a text, its case, accents and signs aside."""
    words = re.findall(r"\w+", fold(text))
    return {tuple(words[n : n + 3]) for n in range(max(1, len(words) - 2))} if words else set()
