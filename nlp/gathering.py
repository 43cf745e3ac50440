"""The names of a batch of documents: each mention's key, and what must be known to resolve it.

A key is what equal names share (`nlp.names`), with a commune where many towns have such a name,
or where a sentence places it far from the territory.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from nlp import names
from vigie import gazetteer, spelling
from vigie.records import Label, Mention, Placing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vigie.records import Annotation

TOKENS_INDEXED = 3
CAPITAL = "75056"
"""Where those who speak for the whole country are placed: no sign of another group."""
NOT_SAID = frozenset({Placing.NEAR, Placing.NOWHERE, Placing.WIDE})
"""Where no sentence places a name in a commune."""
T = TypeVar("T")
Default = TypeVar("Default")


@dataclass(slots=True)
class Name:
    """What the batch knows of one key."""

    surfaces: Counter[str] = field(default_factory=Counter)
    mentions: list[Mention] = field(default_factory=list)

    @property
    def surface(self) -> str:
        """Return the name that is written most often, in its best writing."""
        return next(iter(spelling.ranked(self.surfaces)), "")


@dataclass(frozen=True, slots=True)
class Gathered:
    """The names of a batch of annotations, and what must be known to resolve them."""

    names: Mapping[str, Name]
    links: Sequence[tuple[Mention, str]]
    """Each mention with its key."""
    equated: Sequence[tuple[str, str]]
    """Keys of a short form and of the full name that a text gives for it."""
    blocks_of: Mapping[str, tuple[str, ...]]
    """The blocks of each key."""
    beside: Sequence[tuple[str, str]] = ()
    """Keys of two names with a slash between: « Maison des Voisins / Haus der Nachbarn »."""
    communes_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Document id → INSEE codes of the communes that it names, or whose source is at home there."""

    @property
    def keys(self) -> set[str]:
        """Return the keys under which these names may be known."""
        return set(self.names)

    @property
    def blocks(self) -> set[str]:
        """Return the blocks by which names similar to these are found."""
        return {block for found in self.blocks_of.values() for block in found}


def gather(annotations: Iterable[Annotation], territory: frozenset[str] = frozenset()) -> Gathered:
    """Return the names of a batch of annotations, whatever their order.

    `territory` is what the watch watches (INSEE codes): a name that a sentence places far from
    it is another one than its namesake here, until a person says that they are one.
    """
    gathered: dict[str, Name] = defaultdict(Name)
    links: list[tuple[Mention, str]] = []
    pairs: set[tuple[str, str]] = set()
    departments = frozenset(map(gazetteer.department_of, territory))
    communes_of = {}
    for annotation in sorted(annotations, key=lambda a: a.document_id):
        keyed = _keyed(annotation)
        communes_of[annotation.document_id] = frozenset(
            {*annotation.communes, annotation.home or "", *(m.commune or "" for m, _ in keyed)}
        )
        full_of = _acronyms(annotation, keyed)
        away = {key: far for m, key in keyed if (far := _away(m, key, departments))}
        for mention, own in keyed:
            if not own:
                continue
            full = full_of.get(own, own)
            far = away.get(own) or away.get(full)
            key = f"{full}@{far}" if far else full
            own = f"{own}@{far}" if far else own  # noqa: PLW2901
            gathered[own].surfaces[mention.surface] += 1
            gathered[key].mentions.append(mention)
            links.append((mention, key))
        for short, full in full_of.items():
            if full in gathered and short not in away and full not in away:
                pairs.add((short, full))
                gathered[short].surfaces.update(
                    s for s, _ in annotation.acronyms if names.key(s) == short
                )
    blocks_of = {key: blocks(key, name.surface) for key, name in gathered.items()}
    beside = sorted(_beside(links))
    return Gathered(dict(gathered), links, sorted(pairs), blocks_of, beside, communes_of)


def _beside(links: Sequence[tuple[Mention, str]]) -> set[tuple[str, str]]:
    """Return the keys of mentions that follow each other with no more than a slash between."""
    return {
        (min(one, other), max(one, other))
        for (first, one), (second, other) in pairwise(links)
        if one != other
        and first.document_id == second.document_id
        and "/" in first.sentence
        and re.search(
            rf"{re.escape(first.surface)}\s*/\s*{re.escape(second.surface)}", first.sentence
        )
    }


def _away(mention: Mention, key: str, departments: frozenset[str]) -> str | None:
    """Return the commune, far from the territory, in which a sentence places a name."""
    if not departments or mention.commune in {None, CAPITAL} or "@" in key:
        return None
    if mention.placing in NOT_SAID or mention.label is Label.INSTITUTION:
        return None
    far = gazetteer.department_of(mention.commune or "") not in departments
    return mention.commune if far and not names.is_national(key) else None


def _keyed(annotation: Annotation) -> list[tuple[Mention, str]]:
    """Return the mentions of a document with their keys.

    A name that the document also writes on in lower case (« Les Roseaux », « Les Roseaux en
    fête ») is that longer one, cut short.
    """
    keyed = [(mention, _key(mention, annotation)) for mention in annotation.mentions]
    surfaces = {" ".join(m.surface.split()): key for m, key in keyed if key}
    whole = {
        key: min(longer)
        for surface, key in surfaces.items()
        if (
            longer := {
                other
                for name, other in surfaces.items()
                if other != key and name.startswith(surface) and _goes_on(name[len(surface) :])
            }
        )
    }
    return [(mention, whole.get(key, key)) for mention, key in keyed]


def _goes_on(rest: str) -> bool:
    return rest.startswith(" ") and rest.islower()


def _key(mention: Mention, annotation: Annotation) -> str:
    """Return the key of a mention; a name that many towns have bears its town.

    A « comité des fêtes » is another one in the next village, and « l’amicale des retraités »
    that the text goes on to call « de Folles » is not the one of another place.
    """
    if mention.placing is Placing.OWN and mention.commune and names.has_head(mention.surface):
        town = gazetteer.communes()[mention.commune].name
        if not names.fold(mention.surface).endswith(names.fold(town)):
            return names.key(f"{mention.surface} de {town}")
    key = names.key(mention.surface) or names.fold(mention.surface).strip()
    if not any(character.isalnum() for character in key):
        return ""
    of_many = names.is_of_many(mention.surface)
    if of_many:
        key = " ".join(names.tokens(mention.surface))  # what it is tells two of them apart
    if (names.is_generic(key) or of_many) and not names.is_national(key):
        commune = mention.commune or next(iter(annotation.communes), annotation.home)
        return f"{key}@{commune}" if commune else key
    return key


def _acronyms(annotation: Annotation, keyed: Sequence[tuple[Mention, str]]) -> dict[str, str]:
    """Return acronym → full name, as keys, by what a text says or shows by its initials."""
    keys = {key: mention.surface for mention, key in keyed}
    keys.pop("", None)
    said = {
        short_key: full_key
        for short, full in sorted(annotation.acronyms)
        if (short_key := names.key(short)) != (full_key := names.key(full))
        and short_key
        and full_key in keys
    }
    for key, surface in sorted(keys.items()):
        if key in said or not (surface.isupper() and 3 <= len(surface) <= 8 and surface.isalpha()):
            continue
        fulls = [k for k, s in keys.items() if k != key and key in names.initials(s)]
        if len(fulls) == 1:
            said[key] = fulls[0]
    return {short: full for short, full in said.items() if full not in said}


@lru_cache(maxsize=65536)
def blocks(key: str, surface: str) -> tuple[str, ...]:
    """Return the strings that a name shares with those that may be the same.

    `=` the key without spaces, and without what tells namesakes apart; `w` its longest words;
    `<` and `>` the halves of the longest one, of which a slip of the pen leaves one whole; `i` its
    initials, or itself if it may be some.
    """
    bare = key.partition("@")[0]
    words = bare.split()
    found = {"=" + names.compact(key), "=" + names.compact(bare)}
    longest = sorted({w for w in words if len(w) >= 3}, key=lambda w: (-len(w), w))
    found.update("w" + word for word in longest[:TOKENS_INDEXED])
    if longest and len(longest[0]) >= 7:
        word = longest[0]
        for half in {len(word) // 2, (len(word) + 1) // 2}:
            found.update(("<" + word[:half], ">" + word[-half:]))
    if len(words) >= 3 or len(surface.split()) >= 3:
        found.update("i" + short for short in names.initials(surface))
    elif len(words) == 1 and 3 <= len(words[0]) <= 8:
        found.add("i" + names.fold(surface).strip())
    return tuple(sorted(found))


def most(counter: Counter[T], default: Default) -> T | Default:
    """Return the most frequent, of equals the first in order."""
    return min(counter, key=lambda item: (-counter[item], str(item))) if counter else default
