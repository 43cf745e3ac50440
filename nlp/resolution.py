"""Which actor each mention names: sure matches by themselves, the others as questions.

Pure and incremental. For a batch of annotations the caller fetches the aliases that its
`keys` and `blocks` ask for, never more, so that the cost of a mention does not depend on
how many actors there are. Two keys name one actor by themselves when they are equal once their
spaces are gone, when a text says that one is the other's acronym, or when one letter of a long
name differs; two actors that are both in the base already are never joined, only suggested.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from nlp import kinds, lexicon, names
from nlp.gathering import blocks, most
from nlp.namesakes import ONE, SEVERAL
from vigie import gazetteer, spelling
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

    from nlp.gathering import Gathered, Name
    from vigie.records import KnownActor

MOST_SUGGESTIONS = 3
SUREST = 0.97
ACRONYM_GUESS = 0.74
ELSEWHERE_GUESS = 0.8
TWO_LANGUAGES_GUESS = 0.78

SAME_ACRONYM = Message("Un texte donne l’un des deux noms comme le sigle de l’autre.")
SIMILAR = Message("Les deux noms s’écrivent presque de la même façon.")
INITIALS = Message("L’un des deux noms reprend les initiales de l’autre.")
ELSEWHERE = Message("Le nom est le même ; une phrase situe l’un des deux à {place}.")
CONTRADICTED = Message("Le nom est presque le même, mais il est dit de deux types.")
NUMBER = Message("L’un des deux noms est au singulier, l’autre au pluriel.")
TWO_LANGUAGES = Message("Un texte écrit les deux noms côte à côte, séparés par une barre oblique.")
LONGER = Message("L’un des deux noms est l’autre avec quelques mots de plus.")


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
                surface=name.surface,
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
        # As surely as a sentence that opens with the commune; its name does not bear it.
        placing=Placing.DATELINE if entry.commune else Placing.NOWHERE,
    )
    return Annotation(
        document_id=str(number),
        version="",
        language=None,
        mentions=(mention,),
        acronyms=tuple((short, entry.name) for short in (entry.acronym, *entry.also) if short),
    )


def _is_person(name: str) -> bool:
    """Tell whether a name is a first name and another word: maps list those who work alone too."""
    words = names.fold(name).split()
    return len(words) == 2 and words[0] in lexicon.FIRST_NAMES and words[1].isalpha()


def actor_id(key: str) -> str:
    """Return the id of the actor first met under a key."""
    return "a-" + blake2b(key.encode(), digest_size=8).hexdigest()


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
    chosen = {key: most(counted, "") for key, counted in sorted(votes.items())}
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


def _identities(groups: _Groups, gathered: Mapping[str, Name]) -> dict[str, str]:
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
    groups: _Groups, gathered: Mapping[str, Name], ids: dict[str, str], old: set[str]
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
        kind = most(kinds, ActorKind.UNKNOWN)
        yield NewActor(
            id=identity,
            name=_best_surface(gathered, keys),
            kind=kind,
            commune=most(communes, None),
            institution=is_institution(kind, institutions, len(mentions)),
        )


def _best_surface(gathered: Mapping[str, Name], keys: list[str]) -> str:
    surfaces: Counter[str] = Counter()
    for key in keys:
        surfaces.update(gathered[key].surfaces)
    return next(iter(spelling.ranked(surfaces)), keys[0])


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
        bare, _, mark = full.partition("@") if "@" in full else short.partition("@")
        if {bare, f"{bare}@{mark}"} == {a, b} and not names.is_generic(bare):
            yield ELSEWHERE_GUESS, _told_apart_by(mark), bare, f"{bare}@{mark}"
        return
    score = names.similarity(a, b)
    if score >= names.SUGGESTED_FROM:
        longer = set(short.split()) < set(full.split())
        yield score, LONGER if longer else SIMILAR, short, full
    elif " " not in short and short in names.initials(full):
        yield ACRONYM_GUESS, INITIALS, short, full


def _told_apart_by(mark: str) -> Message:
    """Return why a name with a mark in its key is another one than that without."""
    place = gazetteer.communes().get(mark)
    if mark in {SEVERAL, ONE}:
        return NUMBER
    return CONTRADICTED if place is None else replace(ELSEWHERE, values={"place": place.name})
