"""Names that are written alike and that texts tell apart: by two communes, or by two kinds.

Of a batch, beside what the base knows: a name that its own sentence places surely in another
commune than its namesake's bears that commune in its key, unless a text ties the two; so does a
name of one word that is another one but for its article or plural, and of a kind that
contradicts, or a noun of the other number: « Abeille », « Les Abeilles ». Whether they are one
all the same is asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from nlp import names, speech
from nlp.gathering import CAPITAL, Gathered, Name, blocks, most
from vigie.records import SURELY, ActorKind, Label, Mention

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vigie.records import NameSign

FAMILIES = {
    ActorKind.COMPANY: "company",
    ActorKind.ASSOCIATION: "group",
    ActorKind.COLLECTIVE: "group",
    ActorKind.FOUNDATION: "group",
}
"""Kinds that nobody mixes up; what sells may be a place of culture or a cooperative too."""


SEVERAL, ONE = "several", "one"
"""Marks of a noun in the plural beside its singular, and the other way round."""
KNOWN_FIRST = 1_000_000
"""What is in the base keeps its key, whatever a batch holds."""


def doubtful(found: Gathered) -> set[str]:
    """Return the keys of a batch of which the base's signs are worth asking for."""
    return {
        key
        for mention, key in found.links
        if _place(mention, key) or _family(mention, key) or _number(mention.surface, key)
    }


def told_apart(found: Gathered, signs: Iterable[NameSign] = ()) -> Gathered:
    """Return the names of a batch, with another key for those that are a namesake of one known."""
    signs = list(signs)
    elsewhere, other = _elsewhere(found, signs), _otherwise(found, signs)
    new = [
        (mention, mark)
        for mention, key in found.links
        for mark in [
            elsewhere.get((mention.document_id, key)) or other.get((key, _written(mention)))
        ]
    ]
    if not any(mark for _, mark in new):
        return found
    links = [
        (mention, f"{key}@{mark}" if mark else key)
        for (mention, key), (_, mark) in zip(found.links, new, strict=True)
    ]
    gathered = {
        key: Name(Counter(name.surfaces), list(name.mentions)) for key, name in found.names.items()
    }
    for (mention, old), (_, key) in zip(found.links, links, strict=True):
        if key != old:
            gathered[old].mentions.remove(mention)
            gathered[old].surfaces -= Counter([mention.surface])
            made = gathered.setdefault(key, Name())
            made.mentions.append(mention)
            made.surfaces[mention.surface] += 1
    kept = {key: name for key, name in gathered.items() if name.mentions or name.surfaces}
    return replace(
        found,
        names=kept,
        links=links,
        equated=[pair for pair in found.equated if kept.keys() >= set(pair)],
        beside=[pair for pair in found.beside if kept.keys() >= set(pair)],
        blocks_of={key: blocks(key, name.surface) for key, name in kept.items()},
    )


def _elsewhere(found: Gathered, signs: Iterable[NameSign]) -> dict[tuple[str, str], str]:
    """Return the commune of each (document, key) whose name is another one's namesake."""
    settled: dict[str, Counter[str]] = defaultdict(Counter)
    here: dict[str, Counter[str]] = defaultdict(Counter)
    spoken_of: dict[str, list[frozenset[str]]] = defaultdict(list)
    for sign in signs:
        if sign.commune:
            settled[sign.key][sign.commune] += sign.mentions
    for mention, key in found.links:
        place = _place(mention, key)
        if place:
            here[key][place] += 1
        spoken_of[key].append(found.communes_of.get(mention.document_id, frozenset()))
    marks = {}
    for mention, key in found.links:
        place, main = _place(mention, key), most(settled[key] or here[key], None)
        if not place or not main or place == main or place in settled[key]:
            continue
        if not any({place, main} <= communes for communes in spoken_of[key]):
            marks[mention.document_id, key] = place
    return marks


def _otherwise(found: Gathered, signs: Iterable[NameSign]) -> dict[tuple[str, str], str]:
    """Return the kind or number of each (key, folded name) that another writing contradicts."""
    families: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    written: dict[str, Counter[str]] = defaultdict(Counter)
    nouns: dict[str, Counter[str]] = defaultdict(Counter)
    for sign in signs:
        if sign.kind in FAMILIES and " " not in sign.key:
            families[sign.key][names.fold(sign.surface)].add(FAMILIES[sign.kind])
            written[sign.key][names.fold(sign.surface)] += KNOWN_FIRST * sign.mentions
        if _number(sign.surface, sign.key):
            nouns[sign.key][names.fold(sign.surface)] += KNOWN_FIRST * sign.mentions
    for mention, key in found.links:
        if _number(mention.surface, key):
            nouns[key][_written(mention)] += 1
        family = _family(mention, key)
        if family:
            families[key][_written(mention)].add(family)
            written[key][_written(mention)] += 1
    marks = _numbered(nouns)
    for key, of_name in families.items():
        first = most(written[key], "")
        for name, said in of_name.items():
            if said.isdisjoint(of_name[first]) and len(said) == 1:
                marks[key, name] = next(iter(said))
    return marks


def _numbered(nouns: Mapping[str, Counter[str]]) -> dict[tuple[str, str], str]:
    """Return the number of each (key, folded name) that is not that of the first of its key."""
    marks = {}
    for key, of_name in nouns.items():
        main = _number(most(of_name, ""), key)
        for name in of_name:
            number = _number(name, key)
            if number and number != main:
                marks[key, name] = number
    return marks


def _number(surface: str, key: str) -> str | None:
    """Return the number of a noun that is all of a name, by its article or its ending."""
    if " " in key or "@" in key or surface.isupper():
        return None
    words = names.TOKEN.findall(names.fold(surface))
    if not words or names.singular(words[-1]) != key or "n" not in speech.classes_of(key):
        return None
    if len(words) > 1 and words[0] in {"l", "le", "la", "les"}:
        return SEVERAL if words[0] == "les" else ONE
    return ONE if words[-1] == key else SEVERAL


def _written(mention: Mention) -> str:
    return names.fold(mention.surface)


def _place(mention: Mention, key: str) -> str | None:
    """Return the commune in which a sentence surely places a group that no other word ties."""
    if mention.placing not in SURELY or mention.commune == CAPITAL or "@" in key:
        return None
    if mention.label is Label.INSTITUTION or names.is_national(key):
        return None
    return mention.commune


def _family(mention: Mention, key: str) -> str | None:
    return None if " " in key or "@" in key else FAMILIES.get(mention.kind)
