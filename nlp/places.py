"""Communes named in a text, told apart from the streets, clubs and people that bear their names."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from nlp import speech
from nlp.neighbourhood import ABROAD, ABROAD_CITIES, beside
from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from vigie.records import Source

TOKEN = re.compile(r"[^\W_]+")
SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
STREETS = re.compile(
    r"(?:rue|avenue|av|boulevard|bd|place|pl|quai|route|impasse|allée|cours|square|chemin|pont|"
    r"porte|faubourg|fbg|passage|esplanade|parvis|rond-point)\.?"
    r"\s+(?:(?:de|du|des)\s+(?:la\s+|l['’])?|d['’])?$",
    re.IGNORECASE,
)
VENUES = re.compile(
    r"\b(?:salles?|cafés?|bars?|rues?|hôtels?|gares?|parcs?|jardins?|maisons?|brasseries?|"
    r"théâtres?|cinémas?|écoles?|collèges?|lycées?|églises?|chapelles?|halles?|stades?|"
    r"restaurants?|auberges?|châteaux?|villas?|cours|places?|ponts?|portes?|musées?)\s+"
    r"(?:(?:de|du|des)\s+(?:la\s+|l['’])?|d['’])$",
    re.IGNORECASE,
)
"""After these a far commune's name is mostly the venue's own: the « café de Paris » of any town."""
CUE = re.compile(
    r"(?:\b(?:à|de|en|vers|sur|dans|près\s+de|commune\s+de|ville\s+de|village\s+de|maire\s+de|"
    r"habitants\s+de|depuis|entre|pass\w+\s+par)\s+|\bd['’]|\b\d{5}\s+|\()$",
    re.IGNORECASE,
)
LISTED = re.compile(r"(?:[A-ZÀ-Ý][\w'’-]+[ ,]+)+(?:et|ou) [A-ZÀ-Ý]")
"""What goes on to the last of an enumeration: « Huningue et Kembs », after « à Lutterbach, »."""
FOLLOWED = re.compile(r"[ -](?=[A-ZÀ-Ý])")
THERE = re.compile(
    r"\b(?:à|commune|ville|village|bourg|mairie|maire)(?:\s+d[e'’])?\s*$", re.IGNORECASE
)
"""Before the village whose name is a word of the dictionary."""
CITY = 100_000
"""Inhabitants from which « au Mans » is the city, though « mans » is in the dictionary."""
TOWN = 20_000
"""Inhabitants from which a commune outside the territory is known by its bare name."""
DWARFS = 10
"""Times the inhabitants of the next namesake from which a town is known by its bare name."""
COMMON_WORDS = frozenset({"cannes", "gap", "grasse", "lens", "nice", "orange", "sens", "tours"})
"""Towns whose names are also other words."""


CONTRACTED = {"au": "le", "du": "le", "aux": "les", "des": "les"}
"""What « à » and « de » make of the article of a name: « au Mans », « des Abymes »."""
AT_QUARTER = re.compile(
    r"(?:\bquartiers?\s+(?:(?:de\s+)?(?:la\s+|l['’])|d['’]|d(?:e|u|es)\s+)?|"
    r"\b(?:à|vers|sur|de)\s+(?:la\s+|l['’])?|\b(?:au|du)\s+|\bd['’])$",
    re.IGNORECASE,
)
QUARTER = re.compile(
    r"\bquartier\s+(?:(?:de\s+)?(?:la\s+|l['’])|d['’]|d(?:e|u|es)\s+)?$", re.IGNORECASE
)
BARE_QUARTER = re.compile(r"\bquartiers?\s+$", re.IGNORECASE)

Named = tuple[int, int, str]
"""Where a commune is named, characters start to end (exclusive), and its INSEE code."""
Quarters = dict[tuple[str, ...], str]
"""Names of quartiers as folded tokens → INSEE code of the commune."""


class Ground(NamedTuple):
    """What is known of the places that a watch's texts may name."""

    territory: frozenset[str]
    """INSEE codes."""
    quarters: Mapping[tuple[str, ...], str] = MappingProxyType({})
    """See `Quarters`."""
    homes: Mapping[str, str] = MappingProxyType({})
    """Id of a source → INSEE code of where it is at home."""
    abroad: frozenset[tuple[str, ...]] = frozenset()
    """Towns across the border, as folded tokens: their names mean no commune of France."""


def ground(
    territory: frozenset[str],
    quarters: Mapping[str, Iterable[str]],
    sources: Iterable[Source] = (),
    abroad: Iterable[str] = (),
) -> Ground:
    """Return what a watch knows of places: its quartiers by commune, its sources with their homes.

    A source whose home is not given is at home in the one commune of the territory, if it is
    one, that its name bears: « Ville de Wolfisheim ».
    """
    listed = {_tokens(name): code for code, names in sorted(quarters.items()) for name in names}
    homes = {}
    for source in sources:
        named = {code for *_, code in communes_in(source.name, territory)} & territory
        if source.commune or len(named) == 1:
            homes[source.id] = source.commune or named.pop()
    return Ground(territory, listed, homes, frozenset(map(_tokens, abroad)))


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(fold(token) for token in TOKEN.findall(name))


class Entry(NamedTuple):
    """A commune's name in folded tokens, and the communes that bear it."""

    tokens: tuple[str, ...]
    codes: tuple[str, ...]
    """Most populous first; of a former commune or a district, the commune that it is part of."""
    part: bool = False
    """It is a former commune or a district, known by its name to its own territory alone."""


def communes_in(
    text: str,
    territory: frozenset[str],
    home: str | None = None,
    quarters: Mapping[tuple[str, ...], str] = MappingProxyType({}),
) -> list[tuple[int, int, str]]:
    """Return (start, end, INSEE code) of the communes named in a text, in their order.

    Of communes that share a name, the text's `home` (that of its source) is meant first, then one
    of the territory, then one of the home's department, then one of the departments already
    named in the text, then the most populous. A former commune or a district of the territory or
    the home, and a quartier of `quarters`, stand for the commune that they are part of.
    """
    tokens = [(m.start(), m.end(), fold(m.group())) for m in TOKEN.finditer(text)]
    index = _index()
    near = territory | {home} if home else territory
    around = beside(territory)
    found: list[tuple[int, int, tuple[str, ...]]] = []
    position = 0
    while position < len(tokens):
        length, codes = _longest(index, tokens, position, near)
        if length:
            start, end = tokens[position][0], tokens[position + length - 1][1]
            known = any(code in near or code in around for code in codes) or _is_town(codes[0])
            listed = bool(found) and _goes_on(text, found[-1][1], start)
            if _is_named(text, start, end, length, known=known, listed=listed):
                found.append((start, end, codes))
                position += length
                continue
        hit = _contracted(index, text, tokens, position, near) or _quarter(
            text, tokens, position, quarters
        )
        if hit:
            found.append(hit[1])
            position += hit[0]
            continue
        position += 1
    return _told_apart(found, territory, home)


def meant(
    text: str,
    named: Iterable[tuple[int, int, str]],
    territory: frozenset[str],
    home: str | None,
    abroad: frozenset[tuple[str, ...]] = frozenset(),
) -> list[tuple[int, int, str]]:
    """Return, of the communes named in a text, those that it surely speaks of.

    Far from the territory and the home, a name after a venue or a street is the venue's, a village
    called by a word of the dictionary is that word (« Graine de Rue »), a name that several
    communes share is nobody's, unless a department spoken of or its size tells, and one that a
    city abroad bears is that city's (« Fribourg »), unless the text speaks of its department.
    Nor is a name that means a town across the border here (`abroad`).
    The classifier's facts are fitted to `communes_in`, which leaves all of them in.
    """
    near = territory | {home} if home else territory
    named = [n for n in named if n[2] in near or _tokens(text[n[0] : n[1]]) not in abroad]
    told = {code for *_, code in named if code in near or len(_namesakes().get(code, ())) == 1}
    around = beside(territory)
    departments = {gazetteer.department_of(code) for code in near | told}
    return [
        (start, end, code)
        for start, end, code in named
        if code in near
        or (
            not ABROAD.match(text, end)
            and (
                code in around or gazetteer.department_of(code) in departments or _stands_out(code)
            )
            and (code in around or not _is_abroad(code, told - near))
            and not VENUES.search(text[max(0, start - 40) : start])
            and not _is_a_word(text, start, end, code)
        )
    ]


def _is_abroad(code: str, told: AbstractSet[str]) -> bool:
    """Tell whether a city abroad is meant, nothing told being in the commune's department."""
    department = gazetteer.department_of(code)
    return gazetteer.fold(gazetteer.commune(code).name) in ABROAD_CITIES and not any(
        gazetteer.department_of(other) == department for other in told - {code}
    )


def _is_a_word(text: str, start: int, end: int, code: str) -> bool:
    """Tell whether what looks like a village is a word of the dictionary, article aside."""
    *articles, word = TOKEN.findall(text[start:end])
    plain = all(fold(article) in {"l", "le", "la", "les"} for article in articles)
    common = plain and not _is_town(code) and speech.classes_of(word.lower()) != ""
    return common and not THERE.search(text[max(0, start - 40) : start])


def _stands_out(code: str) -> bool:
    """Tell whether a commune is the only one of its name, or a town that dwarfs the others."""
    others = [gazetteer.commune(c).population for c in _namesakes().get(code, ()) if c != code]
    return not others or (
        _is_town(code) and gazetteer.commune(code).population >= DWARFS * max(others)
    )


@cache
def _namesakes() -> Mapping[str, tuple[str, ...]]:
    """Return INSEE code → codes of all communes of that name, its own among them."""
    whole = [e for entries in _index().values() for e in entries if not e.part]
    return {code: entry.codes for entry in whole for code in entry.codes}


def _contracted(
    index: dict[tuple[str, ...], tuple[Entry, ...]],
    text: str,
    tokens: list[tuple[int, int, str]],
    position: int,
    near: frozenset[str],
) -> tuple[int, tuple[int, int, tuple[str, ...]]] | None:
    """Return how many tokens name a commune whose article a preposition has taken, and which."""
    article = CONTRACTED.get(tokens[position][2])
    if article is None or position + 1 == len(tokens):
        return None
    first = tokens[position + 1]
    written = [(0, 0, article), *tokens[position + 1 : position + 8]]
    length, codes = _longest(index, written, 0, near)
    if length < 2 or not text[first[0]].isupper():
        return None
    end = tokens[position + length - 1][1]
    before = text[max(0, first[0] - 40) : first[0]]
    here = not near.isdisjoint(codes) or gazetteer.commune(codes[0]).population >= CITY
    common = length == 2 and speech.classes_of(text[first[0] : end].lower()) != ""
    if STREETS.search(before) or QUARTER.search(before) or (common and not here):
        return None
    if not here and not _is_town(codes[0]) and FOLLOWED.match(text, end):
        return None
    return length, (first[0], end, codes)


def _quarter(
    text: str,
    tokens: list[tuple[int, int, str]],
    position: int,
    quarters: Mapping[tuple[str, ...], str],
) -> tuple[int, tuple[int, int, tuple[str, ...]]] | None:
    """Return how many tokens name a listed quartier, and where it is.

    One whose name is a word of the dictionary (« la Gare ») needs the word « quartier ».
    """
    start = tokens[position][0]
    if not quarters or not text[start].isupper():
        return None
    for length in (4, 3, 2, 1):
        here = tokens[position : position + length]
        code = quarters.get(tuple(token[2] for token in here)) if len(here) == length else None
        if code is None:
            continue
        before = text[max(0, start - 40) : start]
        common = length == 1 and speech.classes_of(text[start : here[-1][1]].lower()) != ""
        cued = BARE_QUARTER.search(before) or QUARTER.search(before)
        if cued or (not common and AT_QUARTER.search(before) and not STREETS.search(before)):
            return length, (start, here[-1][1], (code,))
    return None


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
        if today not in gazetteer.communes():
            continue
        town = tuple(fold(t) for t in TOKEN.findall(gazetteer.commune(today).name))
        short = tokens[: -len(town)] if tokens[-len(town) :] == town else ()
        for part in (tokens, short):  # « Hellemmes » is what is called « Hellemmes-Lille »
            if part and part not in names:
                parts.setdefault(part, []).append(today)
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


def _goes_on(text: str, after: int, start: int) -> bool:
    """Tell whether an enumeration goes on from one commune to what stands at `start`."""
    between = text[after:start]
    return between in {" et ", " ou "} or (
        between == ", " and LISTED.match(text, start) is not None
    )


def _is_named(
    text: str, start: int, end: int, length: int, *, known: bool, listed: bool = False
) -> bool:
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
    if STREETS.search(before) or BARE_QUARTER.search(before):
        return False
    cued = CUE.search(before) is not None
    if listed and not cued:
        return not FOLLOWED.match(text, end)
    plain = length == 1 or fold(words[0]) in {"l", "le", "la", "les"}
    doubtful = not known or end - start <= 3 or fold(words[0]) in COMMON_WORDS
    if plain and not cued and doubtful:
        return False
    return cued or not FOLLOWED.match(text, end)


@cache
def _is_town(code: str) -> bool:
    return gazetteer.commune(code).population >= TOWN


def _told_apart(
    found: list[tuple[int, int, tuple[str, ...]]], territory: frozenset[str], home: str | None
) -> list[tuple[int, int, str]]:
    departments = {
        gazetteer.commune(codes[0]).department for _, _, codes in found if len(codes) == 1
    }
    departments |= {gazetteer.commune(code).department for code in territory}
    of_home = gazetteer.department_of(home) if home else ""

    around = beside(territory)

    def rank(code: str) -> tuple[bool, bool, bool, bool, bool]:
        department = gazetteer.commune(code).department
        return (
            code != home,
            code not in territory,
            code not in around,
            department != of_home,
            (department not in departments),
        )

    return [(start, end, min(codes, key=rank)) for start, end, codes in found]
