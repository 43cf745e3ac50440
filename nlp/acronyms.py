"""Short forms that a text itself equates with full names: « Nom complet (NC) »."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from nlp import names
from nlp.text import sentences
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Collection

    from nlp.recognition import Found

GROUPS = (Label.ACTOR, Label.INSTITUTION)
SHORT_FORM = "short_form_again"
FEWEST_LETTERS = 3
"""Of a short form that is found again by its letters alone."""
SHORT = re.compile(r"[A-ZÉÈ][A-Za-zÉÈéè0-9&.·'-]{1,11}")
BRACKETS = re.compile(r"\(([^()\n]{2,90})\)")
WORD_BEFORE = re.compile(r"[^\s(]+$")
CLAUSE = re.compile(r"[^.;:!?()\n«»\"]*$")
REACH = 100
"""Characters before a bracket in which a full name may start."""
SMALL = frozenset(
    "de du des d la le les l et en à au aux pour sur the of and par".split()  # noqa: SIM905 - a list
)


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return (short form, full name) for each equation that the initials confirm."""
    found: dict[tuple[str, str], None] = {}
    for match in BRACKETS.finditer(text):
        before = text[max(0, match.start() - REACH) : match.start()].rstrip(' »”"')
        inside = match[1].strip()
        if SHORT.fullmatch(inside):
            clause = CLAUSE.search(before)
            full = _explained(inside, clause[0]) if clause else None
            if full:
                found[inside, full] = None
            continue
        word = WORD_BEFORE.search(before)
        short = re.sub(r"^[LlDd]['’]", "", word[0]) if word else ""
        if SHORT.fullmatch(short) and _spells(inside, short):
            found[short, inside] = None
    return tuple(found)


def uses(text: str, short: str) -> list[tuple[int, int]]:
    """Return where a short form stands as a word of its own, outside brackets."""
    alone = rf"(?<![\w(&.-]){re.escape(short)}(?![\w)&-])"
    return [match.span() for match in re.finditer(alone, text)]


def with_uses(plain: str, found: list[Found], equated: Collection[tuple[str, str]]) -> list[Found]:
    """Return the names of a prepared text with later uses of the short forms that it introduced.

    The recogniser judges each « le CHB » by itself; the text has said whose it is.
    """
    if not equated:
        return found
    known = {names.key(plain[i.start : i.end]): i for i in found if i.label in GROUPS}
    for short, full in equated:
        whole = known.get(names.key(full))
        if whole is None or not short.isupper() or len(short) < FEWEST_LETTERS:
            continue
        for start, end in uses(plain, short):
            here = [item for item in found if item.start < end and start < item.end]
            if any(item.label in GROUPS or (item.start, item.end) != (start, end) for item in here):
                continue
            bounds = (b for b in sentences(plain) if b[0] <= start and end <= b[1])
            again = replace(whole, start=start, end=end, rule=SHORT_FORM)
            again = replace(again, sentence=next(bounds, (start, end)))
            found = [*(item for item in found if item not in here), again]
    return sorted(found, key=lambda item: item.start)


def _explained(short: str, words: str) -> str | None:
    """Return the shortest end of `words` whose initials spell the short form."""
    parts = re.findall(r"\S+", words)
    for start in range(len(parts) - 2, -1, -1):
        if not parts[start][0].isupper() and not parts[start].startswith(("l'", "d'")):
            continue
        full = re.sub(r"^[ld]['’]", "", " ".join(parts[start:]))
        if full[0].isupper() and _spells(full, short):
            return full
    return None


def _spells(full: str, short: str) -> bool:
    """Tell whether the initials of a name, small words aside or not, spell a short form."""
    wanted = _plain(re.sub(r"[^\w]", "", short))
    words = [w for w in re.split(r"[^\w]+", _plain(full)) if w]
    if len(wanted) < 2 or len(words) < 2:
        return False
    every = "".join(word[0] for word in words)
    main = "".join(word[0] for word in words if word not in SMALL)
    return wanted in {every, main} or (len(wanted) >= 3 and _within(wanted, every, main))


def _within(wanted: str, every: str, main: str) -> bool:
    """Tell whether the main initials spell the short form, small ones thrown in at will."""
    letters = iter(every)
    return wanted[0] == every[0] and all(c in letters for c in wanted) and len(main) <= len(wanted)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
