"""Which actor each mention names: sure matches by themselves, the others as questions.

Pure and incremental. For a batch of annotations the caller fetches the aliases that its
`keys` and `blocks` ask for, never more, so that the cost of a mention does not depend on
how many actors there are. Two keys name one actor by themselves when they are equal once their
spaces are gone, when a text says that one is the other's acronym, or when one letter of a long
name differs; two actors that are both in the base already are never joined, only suggested.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from nlp import kinds, lexicon, names
from vigie import gazetteer
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Label,
    Link,
    Mention,
    Message,
    NewActor,
    Placing,
    Resolution,
    Suggestion,
    is_institution,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from vigie.records import KnownActor

TOKENS_INDEXED = 3
MOST_SUGGESTIONS = 3
SUREST = 0.97
ACRONYM_GUESS = 0.74
ELSEWHERE_GUESS = 0.8
TWO_LANGUAGES_GUESS = 0.78
CAPITAL = "75056"
"""Where those who speak for the whole country are placed: no sign of another group."""

SAME_ACRONYM = Message("Un texte donne l’un des deux noms comme le sigle de l’autre.")
SIMILAR = Message("Les deux noms s’écrivent presque de la même façon.")
INITIALS = Message("L’un des deux noms reprend les initiales de l’autre.")
ELSEWHERE = Message("Le nom est le même, mais une phrase le situe loin du territoire.")
TWO_LANGUAGES = Message("Un texte écrit les deux noms côte à côte, séparés par une barre oblique.")
LONGER = Message("L’un des deux noms est l’autre avec quelques mots de plus.")
T = TypeVar("T")
Default = TypeVar("Default")


@dataclass(slots=True)
class _Name:
    """What the batch knows of one key."""

    surfaces: Counter[str] = field(default_factory=Counter)
    mentions: list[Mention] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The names of a batch of annotations, and what must be known to resolve them."""

    names: Mapping[str, _Name]
    links: Sequence[tuple[Mention, str]]
    """Each mention with its key."""
    equated: Sequence[tuple[str, str]]
    """Keys of a short form and of the full name that a text gives for it."""
    blocks_of: Mapping[str, tuple[str, ...]]
    """The blocks of each key."""
    beside: Sequence[tuple[str, str]] = ()
    """Keys of two names with a slash between: « Maison des Voisins / Haus der Nachbarn »."""

    @property
    def keys(self) -> set[str]:
        """Return the keys under which these names may be known."""
        return set(self.names)

    @property
    def blocks(self) -> set[str]:
        """Return the blocks by which names similar to these are found."""
        return {block for found in self.blocks_of.values() for block in found}


def resolve(
    names_found: Gathered,
    known: Mapping[str, str],
    judged: Mapping[tuple[str, str], str] | None = None,
) -> Resolution:
    """Return the actor of every mention, and what is new.

    Args:
        names_found: of a batch of documents; their order does not matter.
        known: key → actor id, for at least those of its keys that the base has, and the keys
            that share one of its blocks.
        judged: (document id, surface) → actor id, of mentions that were read before and whose
            actor a person has judged: where other rules make another key of such a name, it
            leads to that actor still.
    """
    gathered, links, equated = names_found.names, names_found.links, names_found.equated
    groups = _Groups({*gathered, *known})
    for key, actor_id in sorted(known.items()):
        groups.claim(key, actor_id)
    heirs = _heirs(names_found, known, judged or {})
    for key, actor_id in heirs.items():
        groups.claim(key, actor_id)
    similar = _similar_pairs(names_found, known)
    surely = [(a, b) for a, b in similar if _is_same(a, b)]
    for a, b in [*surely, *_agreed(equated, known)]:
        groups.join(a, b)
    ids = _identities(groups, gathered)
    return Resolution(
        links=tuple(
            Link(document_id=m.document_id, start=m.start, end=m.end, actor_id=ids[key], key=key)
            for m, key in links
        ),
        actors=tuple(_new_actors(groups, gathered, ids, {*known.values(), *heirs.values()})),
        aliases=tuple(
            Alias(
                key=key,
                surface=_surface(name),
                actor_id=ids[key],
                blocks=names_found.blocks_of[key],
            )
            for key, name in sorted(gathered.items())
            if key not in known
        ),
        suggestions=_suggestions(similar, (equated, names_found.beside), known, ids),
    )


def as_annotations(listed: Sequence[KnownActor]) -> list[Annotation]:
    """Return the entries of a directory as texts, numbered from 0, that name one actor each.

    So their names are resolved as mentions are. What looks like a person's name is left out.
    """
    return [
        _as_annotation(number, entry)
        for number, entry in enumerate(listed)
        if entry.kind is not ActorKind.UNKNOWN or not _is_person(entry.name)
    ]


def _as_annotation(number: int, entry: KnownActor) -> Annotation:
    kind = entry.kind
    if kind is ActorKind.UNKNOWN:
        kind = kinds.kind_of(entry.name, entry.name)
    mention = Mention(
        document_id=str(number),
        surface=entry.name,
        label=Label.ACTOR,
        start=0,
        end=len(entry.name),
        sentence="",
        confidence=1.0,
        rule="directory",
        kind=kind,
        commune=entry.commune,
    )
    return Annotation(
        document_id=str(number),
        version="",
        language=None,
        mentions=(mention,),
        acronyms=((entry.acronym, entry.name),) if entry.acronym else (),
    )


def _is_person(name: str) -> bool:
    """Tell whether a name is a first name and another word: maps list those who work alone too."""
    words = names.fold(name).split()
    return len(words) == 2 and words[0] in lexicon.FIRST_NAMES and words[1].isalpha()


def actor_id(key: str) -> str:
    """Return the id of the actor first met under a key."""
    return "a-" + blake2b(key.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=65536)
def blocks(key: str, surface: str) -> tuple[str, ...]:
    """Return the strings that a name shares with those that may be the same.

    `=` the key without spaces; `w` its longest words; `<` and `>` the halves of the longest one,
    of which a slip of the pen leaves one whole; `i` its initials, or itself if it may be some.
    """
    words = key.partition("@")[0].split()
    found = {"=" + names.compact(key)}
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


# --- gathering ---------------------------------------------------------------------------


def gather(annotations: Iterable[Annotation], territory: frozenset[str] = frozenset()) -> Gathered:
    """Return the names of a batch of annotations, whatever their order.

    `territory` is what the watch watches (INSEE codes): a name that a sentence places far from
    it is another one than its namesake here, until a person says that they are one.
    """
    gathered: dict[str, _Name] = defaultdict(_Name)
    links: list[tuple[Mention, str]] = []
    pairs: set[tuple[str, str]] = set()
    departments = frozenset(map(gazetteer.department_of, territory))
    for annotation in sorted(annotations, key=lambda a: a.document_id):
        keyed = _keyed(annotation)
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
    blocks_of = {key: blocks(key, _surface(name)) for key, name in gathered.items()}
    return Gathered(dict(gathered), links, sorted(pairs), blocks_of, sorted(_beside(links)))


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
    if mention.placing in {Placing.NEAR, Placing.NOWHERE} or mention.label is Label.INSTITUTION:
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


def _agreed(
    pairs: Sequence[tuple[str, str]], known: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield the pairs whose acronym stands for one name only, in the batch and in the base."""
    fulls: dict[str, set[str]] = defaultdict(set)
    for short, full in pairs:
        fulls[short].add(full)
    shorts = {known[short]: short for short in fulls if short in known}
    for key, actor in known.items():
        if actor in shorts and key != shorts[actor]:
            fulls[shorts[actor]].add(key)
    for short, full in pairs:
        if len(fulls[short]) == 1 and (short not in known or full not in known):
            yield short, full


def _heirs(
    found: Gathered, known: Mapping[str, str], judged: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """Return the actor of each new key most of whose mentions named a judged one before."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for mention, key in found.links if judged else ():
        if key not in known:
            votes[key][judged.get((mention.document_id, mention.surface), "")] += 1
    chosen = {key: _most(counted, "") for key, counted in sorted(votes.items())}
    return {key: actor_id for key, actor_id in chosen.items() if actor_id}


# --- comparing ---------------------------------------------------------------------------


def _similar_pairs(found: Gathered, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the pairs of keys that share a block, at least one of them new."""
    new = found.names.keys() - known.keys()
    asked = {block for key in new for block in found.blocks_of[key]}
    by_block: dict[str, set[str]] = defaultdict(set)
    for key in {*found.names, *known}:
        for block in found.blocks_of.get(key) or blocks(key, key):
            if block in asked:
                by_block[block].add(key)
    pairs: set[tuple[str, str]] = set()
    for members in by_block.values():
        fresh = [key for key in members if key in new]
        pairs.update((min(a, b), max(a, b)) for a in fresh for b in members if a != b)
    return sorted(pairs)


def _is_same(a: str, b: str) -> bool:
    return names.compact(a) == names.compact(b) or names.is_typo(a, b)


class _Groups:
    """Keys that name one actor (union-find), each group with at most one id of the base."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._parent = {key: key for key in keys}
        self._ids: dict[str, str] = {}

    def find(self, key: str) -> str:
        """Return the key that stands for a group."""
        while self._parent[key] != key:
            self._parent[key] = self._parent[self._parent[key]]
            key = self._parent[key]
        return key

    def claim(self, key: str, known_id: str) -> None:
        """Say that a key belongs to an actor of the base."""
        self._ids[self.find(key)] = known_id

    def known_id(self, key: str) -> str | None:
        """Return the id in the base of a key's group, if it has one."""
        return self._ids.get(self.find(key))

    def join(self, a: str, b: str) -> None:
        """Make two groups one, unless each is another actor of the base."""
        a, b = sorted((self.find(a), self.find(b)))
        mine, other = self._ids.get(a), self._ids.get(b)
        if a == b or (mine and other and mine != other):
            return
        self._parent[b] = a
        if other:
            self._ids[a] = other


def _identities(groups: _Groups, gathered: Mapping[str, _Name]) -> dict[str, str]:
    """Return the actor id of every key; a new group takes that of its most frequent key."""
    members: dict[str, list[str]] = defaultdict(list)
    for key in sorted(gathered):
        members[groups.find(key)].append(key)
    ids = {}
    for root, keys in members.items():
        first = min(keys, key=lambda k: (-gathered[k].surfaces.total(), -len(k), k))
        for key in keys:
            ids[key] = groups.known_id(root) or actor_id(first)
    return ids


# --- what is new -------------------------------------------------------------------------


def _new_actors(
    groups: _Groups, gathered: Mapping[str, _Name], ids: dict[str, str], old: set[str]
) -> Iterator[NewActor]:
    by_id: dict[str, list[str]] = defaultdict(list)
    for key, identity in ids.items():
        if identity not in old and groups.known_id(key) is None:
            by_id[identity].append(key)
    for identity, keys in sorted(by_id.items()):
        mentions = [mention for key in keys for mention in gathered[key].mentions]
        kinds = Counter(m.kind for m in mentions if m.kind is not ActorKind.UNKNOWN)
        communes = Counter(m.commune for m in mentions if m.commune)
        institutions = sum(m.label is Label.INSTITUTION for m in mentions)
        kind = _most(kinds, ActorKind.UNKNOWN)
        yield NewActor(
            id=identity,
            name=_best_surface(gathered, keys),
            kind=kind,
            commune=_most(communes, None),
            institution=is_institution(kind, institutions, len(mentions)),
        )


def _best_surface(gathered: Mapping[str, _Name], keys: list[str]) -> str:
    """Return the name to show: a full one before an acronym, then the most frequent."""
    surfaces: Counter[str] = Counter()
    for key in keys:
        surfaces.update(gathered[key].surfaces)
    full = Counter({s: n for s, n in surfaces.items() if " " in s})
    return _most(full or surfaces, keys[0])


def _surface(name: _Name) -> str:
    return _most(name.surfaces, "")


def _most(counter: Counter[T], default: Default) -> T | Default:
    """Return the most frequent, of equals the first in order."""
    return min(counter, key=lambda item: (-counter[item], str(item))) if counter else default


def _suggestions(
    similar: list[tuple[str, str]],
    said: tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]],
    known: Mapping[str, str],
    ids: dict[str, str],
) -> tuple[Suggestion, ...]:
    """Return the questions for a person: at most three for each new key, the surest first.

    `said` are the pairs that texts equate, and those that they write with a slash between.
    """
    equated, beside = said
    everyone = {**known, **ids}
    best: dict[tuple[str, str], Suggestion] = {}
    asked: Counter[str] = Counter()
    scored = [(SUREST, SAME_ACRONYM, short, full) for short, full in equated]
    scored += [(TWO_LANGUAGES_GUESS, TWO_LANGUAGES, one, other) for one, other in beside]
    scored += [question for a, b in similar for question in _questions(a, b)]
    for score, reason, one, other in sorted(scored, key=lambda q: (-q[0], q[2], q[3])):
        first, second = sorted((everyone[one], everyone[other]))
        if first == second or (first, second) in best:
            continue
        new = [key for key in (one, other) if key not in known]
        if score < SUREST and any(asked[key] >= MOST_SUGGESTIONS for key in new):
            continue
        asked.update(new)
        best[first, second] = Suggestion(
            actor_id=first,
            other_id=second,
            score=round(score, 3),
            reason=reason,
        )
    return tuple(best[pair] for pair in sorted(best))


def _questions(a: str, b: str) -> Iterator[tuple[float, Message, str, str]]:
    """Yield why two keys may be one actor, with a score; nothing if they may not."""
    short, full = sorted((a, b), key=lambda key: (len(key.split()), key))
    if "@" in a or "@" in b:
        bare = a.partition("@")[0]
        if bare == b.partition("@")[0] and bare in {a, b} and not names.is_generic(bare):
            yield ELSEWHERE_GUESS, ELSEWHERE, bare, a if bare == b else b
        return
    score = names.similarity(a, b)
    if score >= names.SUGGESTED_FROM:
        longer = set(short.split()) < set(full.split())
        yield score, LONGER if longer else SIMILAR, short, full
    elif " " not in short and short in names.initials(full):
        yield ACRONYM_GUESS, INITIALS, short, full
