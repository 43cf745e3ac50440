"""The institutions that everybody of a territory knows: nothing emerges of them.

Communes, intercommunalities, departments, regions and prefectures come from the gazetteer, under
the names that the press gives them; universities, hospitals and national operators from a list
that was read by a person (`vigie/data/institutions.toml`).
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NotRequired, TypedDict

from vigie import gazetteer
from vigie.records import INSTITUTIONS, ActorKind, KnownActor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

Entry = TypedDict(
    "Entry",
    {
        "name": str,
        "also": NotRequired[list[str]],
        "in": NotRequired[list[str]],
        "commune": NotRequired[str],
    },
)
"""One of the list, as it is written there."""


@cache
def listed() -> tuple[Entry, ...]:
    """Return the list that was read by a person."""
    text = files("vigie").joinpath("data", "institutions.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["institution"])


def known(territory: Sequence[str], on: date) -> tuple[KnownActor, ...]:
    """Return the institutions of a territory, given by codes as in `[watch]`, listed on a day.

    Raises:
        SettingsError: a code is none of the gazetteer.
    """
    communes = gazetteer.territory(territory)
    named = [*_of_list(communes), *_of_gazetteer(communes)]
    first: dict[str, KnownActor] = {}
    for name, also, commune in named:
        entry = KnownActor(
            source_id=INSTITUTIONS,
            name=name,
            since=on,
            kind=ActorKind.INSTITUTION,
            commune=commune,
            also=tuple(one for one in also if one != name),
        )
        first.setdefault(gazetteer.fold(name), entry)
    return tuple(first.values())


Named = tuple[str, tuple[str, ...], str | None]
"""A name, the others, the commune of its seat."""


def _of_list(communes: frozenset[str]) -> Iterator[Named]:
    for entry in listed():
        where = entry.get("in")
        if where is None or not gazetteer.territory(where).isdisjoint(communes):
            yield entry["name"], tuple(entry.get("also", ())), entry.get("commune")


def _of_gazetteer(communes: frozenset[str]) -> Iterator[Named]:
    for code in sorted(communes):
        of = _of(gazetteer.commune(code).name)
        yield f"Ville {of}", (f"Mairie {of}", f"Commune {of}"), code
    sirens = {gazetteer.commune(code).epci for code in communes}
    for siren in sorted(siren for siren in sirens if siren):
        yield gazetteer.epci(siren).name, (), None
    departments = {gazetteer.department_of(code) for code in communes}
    known = gazetteer.departments()
    for area in (known[code] for code in sorted(departments & known.keys())):
        yield f"Département {area.of}", (f"Conseil départemental {area.of}",), None
        yield f"Préfecture {area.of}", (), None
        yield f"Caisse d’allocations familiales {area.of}", (f"CAF {area.of}",), None
        yield (
            f"Service départemental d’incendie et de secours {area.of}",
            (f"SDIS {area.code}",),
            None,
        )
    for region in sorted({known[code].region for code in departments & known.keys()}):
        if region in gazetteer.regions():
            name, of = gazetteer.regions()[region].name, gazetteer.regions()[region].of
            yield f"Région {name}", (f"Conseil régional {of}",), None
            yield f"Agence régionale de santé {name}", (f"ARS {name}",), None
            yield f"Drac {name}", (), None
            yield f"Dreal {name}", (), None


def _of(name: str) -> str:
    """Return “of” before a commune's name: « du Mans », « d’Illzach », « de La Madeleine »."""
    article, _, rest = name.partition(" ")
    if article in ("Le", "Les"):
        return f"{'du' if article == 'Le' else 'des'} {rest}"
    vowel = gazetteer.fold(name)[:1] in "aeiouy" and not name.startswith(("L’", "L'", "La "))
    return f"d’{name}" if vowel else f"de {name}"
