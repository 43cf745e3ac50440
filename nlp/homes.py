"""In which commune a text places a group, and how: by its name, by its sentence, by what is near.

A far commune places its neighbours in a sentence only where it is said to be a place (« à La
Roche-sur-Yon »): a group may be called like it, or bear its name, and stand beside others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from nlp import areas, names
from nlp.neighbourhood import beside
from vigie import gazetteer
from vigie.records import Label, Placing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nlp.places import Named
    from nlp.recognition import Found

OF = re.compile(r"\s(?:de\s|d['’]|du\s|des\s|de\sla\s|de\sl['’])$", re.IGNORECASE)
AT = re.compile(r"(?:^|\W)[àÀ]\s$")
AT_LENGTH = 3
OPENING = re.compile(r"[\s«\"“•–-]*(?P<at>[àÀ]\s)?$")
DATELINE = 30
"""Characters between a commune that opens a sentence and a name that it places, at most."""
NEAR = 300
"""Characters between a name and the commune that is taken for its own, at most."""
IN_TOWN = re.compile(
    r"(?:\b(?:à|en|vers|dans|près\s+de|(?:commune|ville|village|venue?s?)\s+de)\s+|"
    r"\bvenue?s?\s+d['’]|\b\d{5}\s+|\()$",
    re.IGNORECASE,
)
"""Before a town where something is, and not only from where somebody is: « à », « venu de »."""
LINKS = (" de", " d'", " à", " du", " pays de")
NAMES = (Label.ACTOR, Label.INSTITUTION)
WIDE = re.compile(
    r"(?:(?:la|le|les|l['’]|services? de|services? du|conseil|assemblée) ?)*"
    r"(?:départements?|départementale?|régions?|régionale?|préfectures?|"
    r"collectivité européenne|cea)\b",
    re.IGNORECASE,
)
"""Bodies of a whole department or region, by the words that they open with."""


class Sites(NamedTuple):
    """The communes that a text names, by what they can place."""

    spoken_of: Sequence[Named]
    placing: Sequence[Named]
    """Those that may place names that stand beside them."""
    borne: Sequence[Named]
    """Those whose own name a group may bear."""


def spoken_of(plain: str, named: Iterable[Named], found: Sequence[Found]) -> list[Named]:
    """Return the communes that are no part of another name, unless that name ends with them.

    « Les Herbes Folles » is not about Folles, but « la MJC de Folles » is.
    """
    kept = []
    for start, end, code in named:
        around = [item for item in found if item.start < end and start < item.end]
        if all(_locates(plain, item, start, end) for item in around):
            kept.append((start, end, code))
    return kept


def _locates(plain: str, found: Found, start: int, end: int) -> bool:
    if found.label is Label.PLACE:
        return found.start == start and found.end == end
    linked = plain[found.start : start].rstrip().lower().endswith(LINKS)
    return found.label in NAMES and end == found.end and linked


def borne(plain: str, named: Iterable[Named], territory: frozenset[str]) -> list[Named]:
    """Return the communes whose own name a group may bear: the territory's and those beside it.

    « US Wittenheim » is of Wittenheim; a quartier, or a part of a commune, says less.
    """
    near = territory | beside(territory)
    return [
        (start, end, code)
        for start, end, code in named
        if code in near and names.key(plain[start:end]) == names.key(gazetteer.commune(code).name)
    ]


def sites(
    plain: str, spoken: Iterable[Named], found: Sequence[Found], territory: frozenset[str]
) -> list[Named]:
    """Return, of the communes spoken of, those that may place names that stand beside them.

    A far one does where a preposition says that something is there, and no other name bears it.
    """
    near = territory | beside(territory)
    bearers = [item for item in found if item.label in NAMES]
    return [
        (start, end, code)
        for start, end, code in spoken
        if code in near
        or (
            IN_TOWN.search(plain[max(0, start - 40) : start])
            and not any(item.start < end and start < item.end for item in bearers)
        )
    ]


def placed(
    plain: str, item: Found, named: Sites, territory: frozenset[str]
) -> tuple[str | None, Placing]:
    """Return the INSEE code of the commune in which a text places a group, and how.

    What acts for a whole intercommunality, department or region is at home in none.
    """
    surface = plain[item.start : item.end]
    if areas.epci_of(surface, territory) or WIDE.match(surface):
        return None, Placing.WIDE
    name = (item.start, item.end)
    commune, placing = place_of(plain, name, item.sentence, named.spoken_of, named.placing)
    if placing is not Placing.OWN and (town := _last_of(name, named.borne)):
        return town, Placing.OWN
    return commune, placing


def place_of(
    text: str,
    name: tuple[int, int],
    sentence: tuple[int, int],
    communes: Sequence[Named],
    near: Sequence[Named] | None = None,
) -> tuple[str | None, Placing]:
    """Return the INSEE code of the commune in which a sentence places a name, and how it does.

    `near` are those of the communes that place what merely stands beside them; by default all.
    """
    near = communes if near is None else near
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
    after = [c for c in here if c[0] > name[1]]
    there = {c[2] for c in after if AT.search(text, max(name[1], c[0] - AT_LENGTH), c[0])}
    if len(there) == 1 and len({c[2] for c in here}) == 1:
        return there.pop(), Placing.THERE
    return _nearest(name, sentence, near)


def _last_of(name: tuple[int, int], communes: Iterable[Named]) -> str | None:
    """Return the commune with which a name ends: « US Wittenheim » is best sought there."""
    ends = (code for start, end, code in communes if name[0] < start and end == name[1])
    return next(ends, None)


def _nearest(
    name: tuple[int, int], sentence: tuple[int, int], communes: Sequence[Named]
) -> tuple[str | None, Placing]:
    def distance(place: Named) -> int:
        return max(place[0] - name[1], name[0] - place[1], 0)

    here = [c for c in communes if c[0] >= sentence[0] and c[1] <= sentence[1]]
    if here:
        return min(here, key=distance)[2], Placing.SENTENCE
    best = min(communes, key=distance, default=None)
    if best is None or distance(best) > NEAR:
        return None, Placing.NOWHERE
    return best[2], Placing.NEAR
