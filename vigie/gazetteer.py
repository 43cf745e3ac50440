"""The communes, intercommunalities, departments and regions of France.

Built by `scripts/build_gazetteer.py` from open data; `vigie/data/PROVENANCE.md` says which.
Everything is read on first use and kept. A *commune* is the smallest elected territory; an
*EPCI* is the intercommunality (communauté de communes, métropole…) to which it belongs.
"""

from __future__ import annotations

import gc
import gzip
import json
import unicodedata
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from rapidfuzz import fuzz, process

from vigie.errors import SettingsError
from vigie.language import say
from vigie.records import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DEGREE = 100_000
"""Coordinates are stored as whole hundred-thousandths of a degree (about one metre)."""

_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ARTICLES = frozenset({"l", "le", "la", "les"})
_COMMON = frozenset(
    {
        "agglomeration",
        "agglo",
        "communaute",
        "communes",
        "commune",
        "eurometropole",
        "metropole",
        "urbaine",
        "ville",
        "de",
        "d",
        "du",
        "des",
        "l",
        "la",
        "le",
        "les",
    }
)
"""Words that name a sort of territory rather than one."""
_OF = ("de ", "d’", "du ", "de la ", "des ", "de l’", "des ", "de ", "de ")
"""How INSEE's `TNCC` code (0 to 8) links “of” to a name without its article."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epci:
    """An intercommunality with its own taxes."""

    siren: str
    name: str
    kind: str
    """`CC`, `CA`, `CU`, `METRO` or `MET69`, as in the national list."""
    members: tuple[str, ...]
    """INSEE codes, sorted."""
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A department or a region."""

    code: str
    name: str
    of: str
    """With its preposition: “du Bas-Rhin”, “de la Moselle”, “d’Île-de-France”."""
    region: str
    """Code of the region: its own for a region."""


class _Table(TypedDict):
    """What the data file holds; lists of one section run in parallel."""

    codes: list[str]
    names: list[str]
    epci: list[int]
    populations: list[int]
    latitudes: list[int | None]
    longitudes: list[int | None]
    postcodes: list[str]
    former: list[tuple[str, str, str]]
    epcis: list[tuple[str, str, str]]
    departments: list[tuple[str, str, int, str]]
    regions: list[tuple[str, str, int]]


class _Folding(dict[int, str]):
    """Character → what is left of it in a folded name; filled as characters are met."""

    def __missing__(self, codepoint: int) -> str:
        plain = unicodedata.normalize("NFKD", _LIGATURES.get(chr(codepoint), chr(codepoint)))
        marks_off = "".join(c for c in plain.casefold() if not unicodedata.combining(c))
        kept = "".join(c if c.isalnum() else " " for c in marks_off)
        self[codepoint] = kept
        return kept


_LIGATURES = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"}
_FOLDING = _Folding()


def fold(name: str) -> str:
    """Return what equal place names share.

    Case, accents, hyphens, apostrophes, a leading article and “St” for “Saint” do not count.
    """
    words = name.casefold().translate(_FOLDING).split()
    if len(words) > 1 and words[0] in _ARTICLES:
        del words[0]
    return " ".join([_ABBREVIATIONS.get(word, word) for word in words])


def department_of(code: str) -> str:
    """Return the department code of an INSEE commune code."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


@contextmanager
def _without_collection() -> Iterator[None]:
    """Spare the garbage collector: it would look at tens of thousands of new, lasting objects."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@cache
def _table() -> _Table:
    packed = files("vigie").joinpath("data", "gazetteer.json.gz").read_bytes()
    with _without_collection():
        table: _Table = json.loads(gzip.decompress(packed))
    return table


@cache
def communes() -> Mapping[str, Place]:
    """Return every present-day commune by its INSEE code."""
    table = _table()
    sirens = [siren for siren, _, _ in table["epcis"]]
    columns = zip(
        table["codes"],
        table["names"],
        table["epci"],
        table["populations"],
        table["latitudes"],
        table["longitudes"],
        strict=True,
    )
    with _without_collection():
        found = {
            code: Place(
                code=code,
                name=name,
                department=department_of(code),
                epci=sirens[epci_index] if epci_index >= 0 else None,
                population=population,
                latitude=None if latitude is None else latitude / DEGREE,
                longitude=None if longitude is None else longitude / DEGREE,
            )
            for code, name, epci_index, population, latitude, longitude in columns
        }
    return MappingProxyType(found)


def commune(code: str) -> Place:
    """Return a commune by its INSEE code.

    Raises:
        KeyError: no present-day commune has this code.
    """
    return communes()[code]


@cache
def epcis() -> Mapping[str, Epci]:
    """Return every intercommunality by its SIREN."""
    table = _table()
    members: defaultdict[int, list[int]] = defaultdict(list)
    for row, index in enumerate(table["epci"]):
        members[index].append(row)
    return MappingProxyType(
        {
            siren: Epci(
                siren=siren,
                name=name,
                kind=kind,
                members=tuple(table["codes"][row] for row in members[index]),
                population=sum(table["populations"][row] for row in members[index]),
            )
            for index, (siren, name, kind) in enumerate(table["epcis"])
        }
    )


def epci(siren: str) -> Epci:
    """Return an intercommunality by its SIREN.

    Raises:
        KeyError: no intercommunality has this SIREN.
    """
    return epcis()[siren]


@cache
def departments() -> Mapping[str, Area]:
    """Return every department and overseas territory by its code (`67`, `2A`, `971`)."""
    return MappingProxyType(
        {
            code: Area(code=code, name=name, of=_OF[link] + name, region=region)
            for code, name, link, region in _table()["departments"]
        }
    )


@cache
def regions() -> Mapping[str, Area]:
    """Return every region by its code (`44` is Grand Est: not to be taken for a department)."""
    return MappingProxyType(
        {
            code: Area(code=code, name=name, of=_OF[link] + name, region=code)
            for code, name, link in _table()["regions"]
        }
    )


@cache
def former() -> Mapping[str, tuple[str, str]]:
    """Return communes that are now part of another, and the districts of Paris, Lyon, Marseille.

    Former or district INSEE code → its name, and the INSEE code of today's commune.
    """
    return MappingProxyType({code: (name, today) for code, name, today in _table()["former"]})


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    """Return folded name → INSEE codes: those so called, then those that absorbed the name."""
    table = _table()
    called: defaultdict[str, list[str]] = defaultdict(list)
    for code, name in zip(table["codes"], table["names"], strict=True):
        called[fold(name)].append(code)
    absorbed: defaultdict[str, set[str]] = defaultdict(set)
    for _, name, today in table["former"]:
        absorbed[fold(name)].add(today)
    population = dict(zip(table["codes"], table["populations"], strict=True))

    def most_populous_first(codes: Iterable[str]) -> list[str]:
        return sorted(codes, key=lambda code: (-population[code], code))

    return {
        key: tuple(
            most_populous_first(called[key])
            + most_populous_first(absorbed[key].difference(called[key]))
        )
        for key in [*called, *(absorbed.keys() - called.keys())]
    }


def find(name: str) -> tuple[Place, ...]:
    """Return the communes that a name may mean, the most populous first.

    Today's names come before those of communes that were absorbed (Lomme, which is in Lille).
    """
    return tuple(communes()[code] for code in _by_name().get(fold(name), ()))


@cache
def _by_postcode() -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, postcodes in zip(_table()["codes"], _table()["postcodes"], strict=True):
        for postcode in postcodes.split():
            found[postcode].append(code)
    return {postcode: tuple(codes) for postcode, codes in found.items()}


def at_postcode(postcode: str) -> tuple[Place, ...]:
    """Return the communes that a postal code serves, by INSEE code."""
    return tuple(communes()[code] for code in _by_postcode().get(postcode, ()))


def territory(codes: Iterable[str]) -> frozenset[str]:
    """Return the INSEE codes of all communes in a mix of EPCI, departments and communes.

    Raises:
        SettingsError: a code is none of these; the sentence names the nearest that is.
    """
    found: set[str] = set()
    for code in codes:
        if code in communes():
            found.add(code)
        elif code in epcis():
            found.update(epcis()[code].members)
        elif code in departments():
            found.update(c for c, place in communes().items() if place.department == code)
        else:
            raise SettingsError(_unknown(code))
    return frozenset(found)


def _unknown(code: str) -> str:
    if code in former():
        name, today = former()[code]
        return say(
            "« {code} » ({name}) fait aujourd’hui partie de {today} : écrivez « {today_code} »",
            code=code,
            name=name,
            today=communes()[today].name,
            today_code=today,
        )
    what = say(
        "« {code} » n’est le code d’aucune commune, intercommunalité ni département", code=code
    )
    if near := nearest(code):
        return what + say(" ; vouliez-vous dire {near} ?", near=near)
    return what


def nearest(code_or_name: str) -> str:
    """Return the likeliest thing meant by a wrong code or a name, as “« 68224 » (Mulhouse)”.

    Return an empty string when nothing resembles it.
    """
    wanted = code_or_name.strip()[:80]
    if any(c.isalpha() for c in wanted[2:]) or not any(c.isdigit() for c in wanted):
        hits = search(wanted)
        return label(hits[0]) if hits else ""
    known = [*departments(), *epcis(), *communes()]
    near = process.extractOne(wanted.upper(), known, scorer=fuzz.ratio, score_cutoff=60)
    return label(named(near[0])) if near else ""


def label(thing: Place | Epci | Area) -> str:
    """Return how a thing is named to a person: its code between quotes, then its name."""
    match thing:
        case Place(code=code, name=name, department=department):
            area = departments()[department].name
            return say("« {code} » ({name}, {area})", code=code, name=name, area=area)
        case Epci(siren=code, name=name):
            return say("« {code} » ({name})", code=code, name=name)
        case Area(code=code, name=name):
            return say("« {code} » (département {name})", code=code, name=name)


def named(code: str) -> Place | Epci | Area:
    """Return the commune, intercommunality or department of a code.

    Raises:
        KeyError: the code is none of these.
    """
    return communes().get(code) or epcis().get(code) or departments()[code]


@cache
def _search_index() -> Mapping[str, tuple[str, ...]]:
    """Return folded name → codes of intercommunalities, departments and communes, in that order."""
    index: defaultdict[str, list[str]] = defaultdict(list)
    for thing in sorted(epcis().values(), key=lambda e: -e.population):
        index[fold(thing.name)].append(thing.siren)
    for area in departments().values():
        index[fold(area.name)].append(area.code)
    for name, codes in _by_name().items():
        index[name].extend(codes)
    return {name: tuple(codes) for name, codes in index.items()}


def search(text: str, limit: int = 10) -> tuple[Place | Epci | Area, ...]:
    """Return what a person may mean by a name or a code, the likeliest first.

    First the codes and names that are equal, then the names that hold every word (the most
    populous first), then those that resemble it.
    """
    code = text.strip().upper()
    if code in communes() or code in epcis() or code in departments():
        return (named(code),)
    wanted = fold(text[:200])
    found = [*_search_index().get(wanted, ()), *_holding(wanted.split())]
    if len(found) < limit:
        telling = [word for word in wanted.split() if word not in _COMMON]
        found += [code for code in _holding(telling) if code in epcis()]
    if not found:
        near = process.extract(
            wanted, _search_index().keys(), scorer=fuzz.ratio, limit=limit, score_cutoff=75
        )
        found += [code for name, _, _ in near for code in _search_index()[name]]
    return tuple(named(code) for code in list(dict.fromkeys(found))[:limit])


def _holding(words: list[str]) -> list[str]:
    """Return the codes of names in which each word begins one, the most populous first."""
    if not words:
        return []
    codes = [
        code
        for name, codes in _search_index().items()
        if all(f" {word}" in f" {name}" for word in words)
        for code in codes
    ]
    return sorted(codes, key=lambda code: -_weight(code))


def _weight(code: str) -> int:
    """Return the inhabitants behind a code; a department counts for its largest commune."""
    thing = named(code)
    return thing.population if isinstance(thing, Place | Epci) else 1
