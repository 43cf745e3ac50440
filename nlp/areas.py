"""The territories that a text names, each with its code: communes and their parts, EPCI, quartiers.

What is read for naming actors' homes is `places.meant`; this tells what each of those names
is, and adds what is no commune. No open data that may be passed on gives quartiers a code
(decision 0022): one has a name, and the commune that the watch lists it under or the text says.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from nlp import names, pieces, places
from vigie import gazetteer
from vigie.records import Label, NamedPlace, PlaceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nlp.places import Ground
    from nlp.recognition import Found

NAME = (
    r"[A-ZÀ-ÖØ-Ý][\w’'-]+(?:(?:[ -](?:aux?|de la|de l['’]|d[eu]s?|la|les?|sur|et)[ -]|[ -])"
    r"[A-ZÀ-ÖØ-Ý][\w’'-]+){0,3}"
)
QUARTER = re.compile(
    rf"\b[Qq]uartiers? (?P<of>(?:de la |de l['’]|d['’]|d(?:e|u|es) |les? |la |l['’])?)"
    rf"(?:[«“\"] ?)?(?P<name>{NAME})"
)
OTHER_QUARTERS = frozenset(["general", "libre", "prioritaire", "generaux"])
"""What follows « quartier » and is none: the « Quartier Général »."""
NUMBERED = re.compile(
    r"\b(?P<first>\d{1,2})(?:er|[eè]me|[eè]) arrondissement"
    r"(?: de (?P<of>Paris|Lyon|Marseille))?\b|"
    r"\b(?P<city>Paris|Lyon|Marseille) (?P<second>\d{1,2})(?:er|[eè]me|e)\b"
)
CITIES = {"paris": "75056", "lyon": "69123", "marseille": "13055"}
HEADED = re.compile(r"m[ée]tropole|agglom[ée]ration|\bagglo\b|communaut[ée]", re.IGNORECASE)
"""Without such a word no text names an intercommunality, but by its bare name in its own land."""
HEADS = frozenset(
    """
    metropole eurometropole europeenne communaute commune urbaine agglomeration agglo
    """.split()  # noqa: SIM905 - a list of words reads as one
)
LINKS = frozenset(["de", "d", "du", "des", "la", "le", "les", "l", "et"])
KINDS = {
    "CC": ("communaute commune {}",),
    "CA": ("communaute agglomeration {}", "agglomeration {}", "{} agglomeration", "agglo {}"),
    "CU": ("communaute urbaine {}",),
    "METRO": ("metropole {}", "eurometropole {}", "{} metropole"),
    "MET69": ("metropole {}", "{} metropole"),
}
SHORT = {"m2a": "200066009"}
"""Short forms that are nobody else's, as telling words → SIREN."""
SHORT_HERE = {"ems": "246700488", "cus": "246700488"}
"""Short forms that mean an intercommunality in its own land alone."""
AS_LAND = re.compile(
    r"\b(?:dans|sur|à travers|au sein de|à l['’]échelle de|autour de|au cœur de|"
    r"(?:territoire|communes|habitants?|quartiers|villes|périmètre|population|sud|nord|est|ouest|"
    r"reste|ensemble) d[eu])\s*(?:la |le |l['’])?$",
    re.IGNORECASE,
)
WORD = re.compile(r"[^\W_]+")
EPCI = "epci"
"""The rule that says so of a name."""
NAMES_OF_GROUPS = (Label.ACTOR, Label.INSTITUTION)


def named_in(raw: str, ground: Ground, home: str | None = None) -> Iterator[NamedPlace]:
    """Yield the territories named in a text as it was given, by position."""
    given = pieces.read_as(raw)
    for piece in given.pieces:
        for place in places_in(piece.plain, ground, home):
            start, end = given.clean.bounds(piece.first + place.start, piece.first + place.end)
            yield replace(place, start=start, end=end)


def places_in(text: str, ground: Ground, home: str | None = None) -> list[NamedPlace]:
    """Return the territories named in a prepared text, by position, none within another.

    An EPCI counts wherever it is named, as a land or as the institution that it is.
    """
    read = places.communes_in(text, ground.territory, home, ground.quarters)
    named = places.meant(text, read, ground.territory, home, ground.abroad)
    found = [*_numbered(text, named), *_epcis(text, ground)]
    found += _quarters(text, named, ground, home)
    found += [_commune(text, one, ground) for one in named]
    kept: list[NamedPlace] = []
    for place in found:  # the more telling first: a part of a commune before the commune
        if not any(place.start < other.end and other.start < place.end for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: place.start)


def _commune(text: str, named: tuple[int, int, str], ground: Ground) -> NamedPlace:
    """Return what a name read as a commune's is: that, a former commune, or a listed quartier."""
    start, end, code = named
    place = gazetteer.commune(code)
    tokens = _tokens(text[start:end])
    today = _tokens(place.name)
    if tokens == today or tokens == today[1:]:
        return NamedPlace(
            start=start, end=end, kind=PlaceKind.COMMUNE, name=place.name, code=code, commune=code
        )
    if ground.quarters.get(tokens) == code:
        return _quarter(text, start, end, code)
    part = _parts().get((tokens, code))
    return NamedPlace(
        start=start,
        end=end,
        kind=PlaceKind.FORMER_COMMUNE if part else PlaceKind.COMMUNE,
        name=gazetteer.former()[part][0] if part else place.name,
        code=part or code,
        commune=code,
    )


def _quarter(text: str, start: int, end: int, commune: str | None) -> NamedPlace:
    name = " ".join(text[start:end].split())
    return NamedPlace(
        start=start, end=end, kind=PlaceKind.QUARTER, name=name, code=None, commune=commune
    )


def _quarters(
    text: str, named: Sequence[tuple[int, int, str]], ground: Ground, home: str | None
) -> Iterator[NamedPlace]:
    """Yield what the text itself calls a quartier, in the commune that the text places it in."""
    for match in QUARTER.finditer(text):
        start, end = match.span("name")
        tokens = _tokens(match["name"])
        if tokens[0] in OTHER_QUARTERS:
            continue
        within = [code for a, b, code in named if start <= a and b <= end]
        listed = ground.quarters.get(tokens)
        if match["of"] and any(tokens == _tokens(gazetteer.commune(c).name) for c in within):
            continue  # « les quartiers de Metz » are not one quartier
        if within and listed is None and any((tokens, code) in _parts() for code in within):
            continue  # a former commune, with a code of its own
        yield _quarter(text, start, end, listed or _around(text, (start, end), named) or home)


def _around(text: str, name: tuple[int, int], named: Sequence[tuple[int, int, str]]) -> str | None:
    """Return the commune in which a text places a quartier: in its sentence, else on the whole."""
    low = max(text.rfind(mark, 0, name[0]) for mark in (". ", "\n", "! ", "? "))
    ends = [at for mark in (". ", "\n", "! ", "? ") if (at := text.find(mark, name[1])) >= 0]
    high = min(ends, default=len(text))
    others = [one for one in named if not (name[0] <= one[0] and one[1] <= name[1])]
    here = {code for start, end, code in others if low <= start and end <= high}
    if len(here) == 1:
        return here.pop()
    counted = Counter(code for *_, code in others).most_common(2)
    alone = len(counted) == 1 or (len(counted) == 2 and counted[0][1] > counted[1][1])
    return counted[0][0] if alone else None


def _numbered(text: str, named: Sequence[tuple[int, int, str]]) -> Iterator[NamedPlace]:
    """Yield the numbered districts of Paris, Lyon and Marseille."""
    for match in NUMBERED.finditer(text):
        city = (match["of"] or match["city"] or "").lower()
        spoken_of = [code for *_, code in named if code in CITIES.values()]
        commune = CITIES.get(city) or next(iter(spoken_of), None)
        number = int(match["first"] or match["second"])
        code = _districts().get((commune or "", number))
        if code is not None:
            yield NamedPlace(
                start=match.start(),
                end=match.end(),
                kind=PlaceKind.DISTRICT,
                name=gazetteer.former()[code][0],
                code=code,
                commune=commune,
            )


def with_epcis(plain: str, found: Iterable[Found], territory: frozenset[str]) -> list[Found]:
    """Return the names found in a text, those of intercommunalities as institutions."""
    return [
        replace(item, label=Label.INSTITUTION, rule=f"{item.rule}+{EPCI}")
        if item.label in NAMES_OF_GROUPS and epci_of(plain[item.start : item.end], territory)
        else item
        for item in found
    ]


@lru_cache(maxsize=4096)
def epci_of(name: str, territory: frozenset[str]) -> str | None:
    """Return the SIREN of the intercommunality of this name, `None` if it is none's.

    Short forms and names without a word for what it is count in their own land alone.
    """
    if HEADED.search(name):
        return _forms().get(" ".join(_telling(name)))
    if _is_short(name):
        return _short(territory).get(" ".join(_telling(name)))
    return _lands(territory).get(gazetteer.fold(name))


def _epcis(text: str, ground: Ground) -> Iterator[NamedPlace]:
    """Yield the intercommunalities that a text names; a bare name counts as that of a land."""
    short, own = _short(ground.territory), _own(ground.territory)
    bare = {form: siren for form, siren in _bare().items() if siren in own}
    forms = {**(_forms() if HEADED.search(text) else bare), **short}
    words = [(m.start(), m.end()) for m in WORD.finditer(text)]
    folded = [gazetteer.fold(text[a:b]) for a, b in words]
    position = 0
    while position < len(words):
        end, siren = _longest(forms, folded, position)
        start = words[position][0]
        if siren and _is_meant(text, start, words[end - 1][1], short):
            yield NamedPlace(
                start=start,
                end=words[end - 1][1],
                kind=PlaceKind.EPCI,
                name=gazetteer.epci(siren).name,
                code=siren,
                commune=None,
            )
            position = end
        else:
            position += 1


def _is_meant(text: str, start: int, end: int, short: Mapping[str, str]) -> bool:
    name = text[start:end]
    if " ".join(_telling(name)) in short:
        return _is_short(name)
    return bool(HEADED.search(name) or AS_LAND.search(text[max(0, start - 60) : start]))


def _is_short(name: str) -> bool:
    """Tell whether a short form is written as one: « MEL », « m2A », not « Mel »."""
    return " " not in name and sum(c.isupper() or c.isdigit() for c in name) > 1


@cache
def _own(territory: frozenset[str]) -> frozenset[str]:
    return frozenset(s for code in territory if (s := gazetteer.commune(code).epci))


@cache
def _lands(territory: frozenset[str]) -> Mapping[str, str]:
    """Return the official names of the territory's intercommunalities, folded, with the SIREN."""
    return {gazetteer.fold(gazetteer.epci(s).name): s for s in _own(territory)}


@cache
def _short(territory: frozenset[str]) -> Mapping[str, str]:
    """Return the short forms that name an intercommunality to who lives there, with its SIREN."""
    own = _own(territory)
    initials = {i: s for s in sorted(own) for i in names.initials(gazetteer.epci(s).name)}
    return initials | {form: s for form, s in SHORT_HERE.items() if s in own} | SHORT


def _longest(forms: Mapping[str, str], words: Sequence[str], start: int) -> tuple[int, str]:
    """Return the end, in words, of the longest name that begins somewhere, and its SIREN."""
    best = (start, "")
    telling: list[str] = []
    if words[start] in LINKS:
        return best
    for end in range(start, min(start + 10, len(words))):
        if words[end] in LINKS:
            continue
        telling.append(names.singular(words[end]))
        siren = forms.get(" ".join(telling))
        if siren:
            best = (end + 1, siren)
    return best


@cache
def _forms() -> Mapping[str, str]:
    """Return the ways of naming an intercommunality, as telling words → SIREN.

    A way that two of them share is left out, unless it is the official name of one.
    """
    claims: dict[str, set[str]] = {}
    for epci in gazetteer.epcis().values():
        core = " ".join(word for word in _telling(epci.name) if word not in HEADS)
        town = max(epci.members, key=lambda code: gazetteer.commune(code).population)
        seat = " ".join(_telling(gazetteer.commune(town).name)) if epci.kind != "CC" else core
        for pattern in KINDS[epci.kind]:
            for name in {core, seat} - {""}:
                claims.setdefault(pattern.format(name), set()).add(epci.siren)
    ways = {form: next(iter(who)) for form, who in claims.items() if len(who) == 1}
    return ways | dict(_bare())


@cache
def _bare() -> Mapping[str, str]:
    """Return the official names of all intercommunalities, as telling words → SIREN."""
    claims: dict[str, set[str]] = {}
    towns = {" ".join(_telling(place.name)) for place in gazetteer.communes().values()}
    for epci in gazetteer.epcis().values():
        name = " ".join(_telling(epci.name))
        if " " in name and name not in towns:
            claims.setdefault(name, set()).add(epci.siren)
    return {name: next(iter(who)) for name, who in claims.items() if len(who) == 1}


def _telling(name: str) -> list[str]:
    plain = re.sub(r"\([^)]*\)", " ", name)
    words = (gazetteer.fold(word) for word in WORD.findall(plain))
    return [names.singular(word) for word in words if word not in LINKS]


def _tokens(name: str) -> tuple[str, ...]:
    return tuple(places.fold(token) for token in places.TOKEN.findall(name))


@cache
def _parts() -> Mapping[tuple[tuple[str, ...], str], str]:
    """Return (folded name, today's commune) → INSEE code of each former commune and district."""
    found: dict[tuple[tuple[str, ...], str], str] = {}
    for code, (name, today) in sorted(gazetteer.former().items()):
        tokens = _tokens(name)
        found.setdefault((tokens, today), code)
        town = _tokens(gazetteer.commune(today).name) if today in gazetteer.communes() else ()
        if town and tokens[-len(town) :] == town and tokens != town:
            found.setdefault((tokens[: -len(town)], today), code)
    return found


@cache
def _districts() -> Mapping[tuple[str, int], str]:
    """Return (commune, number) → INSEE code of the districts of Paris, Lyon and Marseille."""
    return {
        (today, int(number[1])): code
        for code, (name, today) in gazetteer.former().items()
        if today in CITIES.values() and (number := re.search(r" (\d+)e", name))
    }
