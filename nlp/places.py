"""Communes named in a text, told apart from the streets, clubs and people that bear their names."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from vigie import gazetteer
from vigie.records import Placing

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKEN = re.compile(r"[^\W_]+")
SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
STREETS = re.compile(
    r"(?:rue|avenue|av|boulevard|bd|place|pl|quai|route|impasse|allée|cours|square|chemin|pont|"
    r"porte|faubourg|fbg|passage|esplanade|parvis|rond-point)\.?"
    r"\s+(?:(?:de|du|des)\s+(?:la\s+|l['’])?|d['’])?$",
    re.IGNORECASE,
)
CUE = re.compile(
    r"(?:\b(?:à|de|en|vers|sur|dans|près\s+de|commune\s+de|ville\s+de|village\s+de|maire\s+de|"
    r"habitants\s+de|depuis|entre)\s+|\bd['’]|\b\d{5}\s+|\()$",
    re.IGNORECASE,
)
FOLLOWED = re.compile(r"[ -](?=[A-ZÀ-Ý])")
TOWN = 20_000
"""Inhabitants from which a commune outside the territory is known by its bare name."""
COMMON_WORDS = frozenset({"cannes", "gap", "grasse", "lens", "nice", "orange", "sens", "tours"})
"""Towns whose names are also other words."""


class Entry(NamedTuple):
    """A commune's name, as a sequence of folded tokens, and the communes that bear it."""

    tokens: tuple[str, ...]
    codes: tuple[str, ...]
    """Most populous first; of a former commune or a district, the commune that it is part of."""
    part: bool = False
    """It is a former commune or a district, known by its name to its own territory alone."""


def communes_in(text: str, territory: frozenset[str]) -> list[tuple[int, int, str]]:
    """Return (start, end, INSEE code) of the communes named in a text, in their order.

    Of communes that share a name, one of the territory is meant first, then one of the
    departments already named in the text, then the most populous. A former commune or a district
    of the territory stands for the commune that it is part of.
    """
    tokens = [(m.start(), m.end(), fold(m.group())) for m in TOKEN.finditer(text)]
    index = _index()
    found: list[tuple[int, int, tuple[str, ...]]] = []
    position = 0
    while position < len(tokens):
        length, codes = _longest(index, tokens, position, territory)
        if length:
            start, end = tokens[position][0], tokens[position + length - 1][1]
            known = any(code in territory for code in codes) or _is_town(codes[0])
            if _is_named(text, start, end, length, known=known):
                found.append((start, end, codes))
                position += length
                continue
        position += 1
    return _told_apart(found, territory)


OF = re.compile(r"\s(?:de\s|d['’]|du\s|des\s|de\sla\s|de\sl['’])$", re.IGNORECASE)
AT = re.compile(r"(?:^|\W)[àÀ]\s$")
OPENING = re.compile(r"[\s«\"“•–-]*(?P<at>[àÀ]\s)?$")
DATELINE = 30
"""Characters between a commune that opens a sentence and a name that it places, at most."""
NEAR = 300
"""Characters between a name and the commune that is taken for its own, at most."""


def place_of(
    text: str,
    name: tuple[int, int],
    sentence: tuple[int, int],
    communes: Sequence[tuple[int, int, str]],
) -> tuple[str | None, Placing]:
    """Return the INSEE code of the commune in which a sentence places a name, and how it does."""
    here = [c for c in communes if c[0] >= sentence[0] and c[1] <= sentence[1]]
    for start, end, code in here:
        inside = name[0] <= start and end <= name[1]
        if inside or (start > name[1] and OF.fullmatch(text, name[1], start)):
            return code, Placing.OWN
    for start, end, code in here:
        opening = OPENING.fullmatch(text, sentence[0], start)
        if opening and end < name[0] < end + DATELINE:
            mark = text[end : name[0]].lstrip()[:1]
            if mark == ":" or (mark == "," and opening["at"]):
                return code, Placing.DATELINE
    there = {c[2] for c in here if c[0] > name[1] and AT.search(text, name[1], c[0])}
    if len(there) == 1 and len({c[2] for c in here}) == 1:
        return there.pop(), Placing.THERE
    return _nearest(name, here, communes)


def _nearest(
    name: tuple[int, int],
    here: Sequence[tuple[int, int, str]],
    communes: Sequence[tuple[int, int, str]],
) -> tuple[str | None, Placing]:
    def distance(place: tuple[int, int, str]) -> int:
        return max(place[0] - name[1], name[0] - place[1], 0)

    if here:
        return min(here, key=distance)[2], Placing.SENTENCE
    best = min(communes, key=distance, default=None)
    if best is None or distance(best) > NEAR:
        return None, Placing.NOWHERE
    return best[2], Placing.NEAR


def fold(word: str) -> str:
    """Return a word without case and accents, with `St` and `Ste` written out."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("œ", "oe")
    return SHORT.get(plain, plain)


@cache
def _index() -> dict[tuple[str, ...], tuple[Entry, ...]]:
    """Return the names of all communes by their first two tokens, longest first.

    Two, since a thousand of them begin with « la ».
    """
    names: dict[tuple[str, ...], list[str]] = {}
    places = sorted(gazetteer.communes().values(), key=lambda p: (-p.population, p.code))
    for place in places:
        tokens = tuple(fold(t) for t in TOKEN.findall(place.name))
        names.setdefault(tokens, []).append(place.code)
    parts: dict[tuple[str, ...], list[str]] = {}
    for name, today in gazetteer.former().values():
        tokens = tuple(fold(t) for t in TOKEN.findall(name))
        if tokens not in names and today in gazetteer.communes():
            parts.setdefault(tokens, []).append(today)
    by_start: dict[tuple[str, ...], list[Entry]] = {}
    for tokens, codes in names.items():
        by_start.setdefault(tokens[:2], []).append(Entry(tokens, tuple(codes)))
    for tokens, codes in parts.items():
        by_start.setdefault(tokens[:2], []).append(Entry(tokens, tuple(codes), part=True))
    return {
        start: tuple(sorted(entries, key=lambda e: -len(e.tokens)))
        for start, entries in by_start.items()
    }


def _longest(
    index: dict[tuple[str, ...], tuple[Entry, ...]],
    tokens: list[tuple[int, int, str]],
    position: int,
    territory: frozenset[str],
) -> tuple[int, tuple[str, ...]]:
    start = tuple(token[2] for token in tokens[position : position + 2])
    for entry in (*index.get(start, ()), *index.get(start[:1], ())):
        length = len(entry.tokens)
        if entry.part and territory.isdisjoint(entry.codes):
            continue
        if length <= 2 or entry.tokens == tuple(t[2] for t in tokens[position : position + length]):
            return length, entry.codes
    return 0, ()


def _is_named(text: str, start: int, end: int, length: int, *, known: bool) -> bool:
    """Tell whether a matching stretch of text names the commune rather than something else.

    A village outside the territory whose name is one word, or an article and a word, is more
    often a surname or a common noun: it needs a preposition of place.
    """
    if not text[start].isupper() or "-" in (text[start - 1 : start], text[end : end + 1]):
        return False
    words = TOKEN.findall(text[start:end])
    if not words[-1][0].isupper():
        return False
    before = text[max(0, start - 40) : start]
    if STREETS.search(before):
        return False
    cued = CUE.search(before) is not None
    plain = length == 1 or fold(words[0]) in {"l", "le", "la", "les"}
    doubtful = not known or end - start <= 3 or fold(words[0]) in COMMON_WORDS
    if plain and not cued and doubtful:
        return False
    return cued or not FOLLOWED.match(text, end)


@cache
def _is_town(code: str) -> bool:
    return gazetteer.commune(code).population >= TOWN


def _told_apart(
    found: list[tuple[int, int, tuple[str, ...]]], territory: frozenset[str]
) -> list[tuple[int, int, str]]:
    departments = {
        gazetteer.commune(codes[0]).department for _, _, codes in found if len(codes) == 1
    }
    departments |= {gazetteer.commune(code).department for code in territory}
    chosen = []
    for start, end, codes in found:
        near = [c for c in codes if gazetteer.commune(c).department in departments]
        here = [c for c in codes if c in territory]
        chosen.append((start, end, (here or near or codes)[0]))
    return chosen
