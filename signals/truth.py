"""What is known to be true of an archive, and which resolved actors it names."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from vigie.errors import InputError
from vigie.language import say

if TYPE_CHECKING:
    from pathlib import Path

    from vigie.records import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthActor:
    """A name of which it is known whether it is an emerging actor."""

    name: str
    aliases: tuple[str, ...] = ()
    first_date: date | None = None
    emerging: bool | None = None
    """None when the file does not say: it then lists emerging actors only."""
    kind: str = ""
    course: str = ""
    documents: frozenset[str] = frozenset()
    """Ids or URLs of the documents that mention it, when the file says."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A document that mentions an actor."""

    day: date
    story: str
    document: str


def read_truth(path: Path) -> tuple[TruthActor, ...]:
    """Read a truth file, one JSON object a line.

    Raises:
        InputError: the file cannot be read, or a line of it is not understood.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            say("{path} est illisible : {error}.", path=str(path), error=str(error))
        ) from error
    return tuple(
        _entry(line, say("{file}, ligne {line}", file=path.name, line=number))
        for number, line in enumerate(lines, 1)
        if line.strip()
    )


def _entry(line: str, where: str) -> TruthActor:
    try:
        entry = json.loads(line)
        first = entry.get("first_date")
        emerging = entry.get("emerging")
        return TruthActor(
            name=str(entry["name"]),
            aliases=tuple(map(str, entry.get("aliases") or ())),
            first_date=date.fromisoformat(first[:10]) if first else None,
            emerging=None if emerging is None else bool(emerging),
            kind=str(entry.get("kind") or ""),
            course=str(entry.get("course") or ""),
            documents=frozenset(_reference(d) for d in entry.get("documents") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            say(
                "{where} : il faut un objet JSON avec « name » et « first_date » ({error}).",
                where=where,
                error=f"{type(error).__name__} {error}",
            )
        ) from error


def _reference(document: object) -> str:
    """Return a document's id or URL, whether it stands alone or in an object."""
    if isinstance(document, Mapping):
        return str(document.get("url") or document.get("id") or "")
    return str(document)


@dataclass(slots=True)
class Matcher:
    """Follows which resolved actor is which entry of the truth, week after week.

    A mention speaks for an entry when their names have the same key and, if the entry lists its
    documents, the mention stands in one of them: so that homonyms are told apart. An actor is
    the entry for which at least a third of its mentions speak, the most often.
    """

    truth: Sequence[TruthActor]
    key: Callable[[str], str]
    names: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[str, str] = field(default_factory=dict)
    votes: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    mentions: Counter[str] = field(default_factory=Counter)
    read: dict[str, Occurrence] = field(default_factory=dict)
    """Every document met, by id and by URL."""
    seen: dict[int, set[Occurrence]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for index, entry in enumerate(self.truth):
            for name in {self.key(n) for n in (entry.name, *entry.aliases)} - {""}:
                self.names[name].append(index)

    def hear(self, actor_id: str, sightings: Iterable[Sighting]) -> None:
        """Take in an actor's new mentions."""
        for sighting in sightings:
            occurrence = Occurrence(sighting.day, sighting.story_id, sighting.document_id)
            self.read.setdefault(sighting.document_id, occurrence)
            self.read.setdefault(sighting.document_url, occurrence)
            self.mentions[actor_id] += 1
            for index in self._entries(sighting):
                self.votes[actor_id][index] += 1
                self.seen[index].add(occurrence)

    def _entries(self, sighting: Sighting) -> Iterable[int]:
        surface = sighting.surface
        name = self.keys.get(surface)
        if name is None:
            name = self.keys[surface] = self.key(surface)
        for index in self.names.get(name, ()):
            listed = self.truth[index].documents
            if not listed or sighting.document_id in listed or sighting.document_url in listed:
                yield index

    def entry(self, actor_id: str) -> int | None:
        """Return the index of the entry that an actor is, or None."""
        votes = self.votes.get(actor_id)
        if not votes:
            return None
        index, count = min(votes.items(), key=lambda vote: (-vote[1], vote[0]))
        return index if 3 * count >= self.mentions[actor_id] else None

    def akin(self, name: str) -> int | None:
        """Return the entry of which a name is a part, or that is a part of it, if there is one.

        Whole words; emerging entries come first, and among them the one nearest in length.
        """
        told = self.key(name)
        near = [
            (self.truth[index].emerging is False, abs(len(other) - len(told)), index)
            for other, indexes in self.names.items()
            if told and (f" {told} " in f" {other} " or f" {other} " in f" {told} ")
            for index in indexes
        ]
        return min(near)[2] if near else None

    def occurrences(self, index: int) -> list[Occurrence]:
        """Return the documents known to mention an entry, oldest first.

        Those in which it was recognised, and those that the truth lists and that hold any
        mention at all; of others the day is not known here.
        """
        listed = {self.read[d] for d in self.truth[index].documents if d in self.read}
        return sorted(self.seen[index] | listed, key=lambda o: (o.day, o.document))
