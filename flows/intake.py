"""What a batch of records that were read becomes in the storage, wherever it was read."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from crawlers import boilerplate, spool
from nlp import gathering, namesakes, resolution
from storage import Connection, Store, actors, documents, erasures, registrations, sources
from storage import annotations as stored_annotations
from vigie.language import render, say, terminal_language
from vigie.records import Document, DocumentKind, KnownActor, Reject
from vigie.terminal import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from vigie.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of the documents that were read."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0
    rejected: int = 0
    listed: int = 0
    """Entries of directories and registries, known or not before."""

    def __add__(self, other: TakenIn) -> TakenIn:
        """Add two counts up."""
        return TakenIn(
            self.new + other.new,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
            self.listed + other.listed,
        )

    def line(self) -> str:
        """Return what became of the documents, as a line for a person."""
        return say(
            "Documents nouveaux : {new}, révisés : {revised}, connus : {unchanged}.",
            new=self.new,
            revised=self.revised,
            unchanged=self.unchanged,
        )


COMPARED, MOST_COMPARED = 60, 500
"""Stored and new texts that are laid beside one another, to see what a source repeats."""


def repeated_lines(store: Store, source_id: str, records: Iterable[spool.Record]) -> frozenset[str]:
    """Return the lines to leave out of a source's texts: those known, and what is new repeats."""
    with store.reading() as c:
        known = sources.repeated_lines(c, source_id)
        stored = documents.recent_texts(c, source_id, COMPARED)
    fresh = (one.text for one in records if isinstance(one, Document) and _is_page(one))
    return known | boilerplate.repeated([*islice(fresh, MOST_COMPARED), *stored])


def _is_page(document: Document) -> bool:
    """Tell whether a text was taken from a page: the others say word for word what they mean."""
    return document.kind is DocumentKind.ARTICLE and not document.excerpt


def without(document: Document, lines: frozenset[str]) -> Document:
    """Return a document without the lines that its source repeats; only pages have such."""
    if not lines or not _is_page(document):
        return document
    return replace(document, text=boilerplate.without(document.text, lines))


def store_records(
    c: Connection, settings: Settings, batch: Sequence[spool.Record], *, joining: bool = False
) -> TakenIn:
    """Store what a batch tells of the world: documents, known actors, inputs refused.

    What is crawled is joined to what it repeats; an archive goes in as it is.
    """
    gone = erasures.current(c)
    found = [gone.within(record) for record in batch if isinstance(record, Document)]
    saved = documents.save(c, found, settings.zone, joining=joining)
    rejects = [
        replace(r, raw=gone.without(r.raw)) if gone else r for r in batch if isinstance(r, Reject)
    ]
    documents.save_rejects(c, rejects)
    listed = [r for r in batch if isinstance(r, KnownActor) and gone.without(r.name) == r.name]
    mark_known(c, listed)
    return TakenIn(saved.new, saved.revised, saved.unchanged, len(rejects), len(listed))


def mark_known(c: Connection, listed: list[KnownActor]) -> None:
    """Note since when directories list actors, their names resolved as mentions are.

    An actor that no document has named yet is kept, so that the first that does finds it known. An
    entry under the name of an actor in another commune is another actor, about whom a person is
    asked; one that was read before stays with whom it was then, wherever it has moved.
    """
    before = registrations.actors(c, listed)
    kept = [(entry, before[one]) for entry in listed if (one := registrations.key(entry)) in before]
    fresh = [entry for entry in listed if registrations.key(entry) not in before]
    entries = [*kept, *_resolved(c, fresh)]
    days: dict[str, date] = {}
    for entry, actor_id in entries:
        days[actor_id] = min(entry.since, days.get(actor_id, entry.since))
    actors.mark_known(c, days)
    registrations.save(c, entries)


def _resolved(c: Connection, listed: list[KnownActor]) -> list[tuple[KnownActor, str]]:
    """Return the entries of a directory, each with the actor that its name leads to."""
    found = resolution.as_annotations(listed)
    if not found:
        return []
    gathered = gathering.gather(found)
    doubtful = namesakes.doubtful(gathered)
    signs = [*stored_annotations.signs(c, doubtful), *registrations.signs(c, doubtful)]
    gathered = namesakes.told_apart(gathered, signs)
    resolved = resolution.resolve(gathered, known_names(c, gathered))
    actors.save(c, resolved)
    return [(listed[int(link.document_id)], link.actor_id) for link in resolved.links]


def known_names(c: Connection, gathered: gathering.Gathered) -> dict[str, str]:
    """Return the actors that are known by the names of a batch, or by similar ones."""
    return actors.by_blocks(c, gathered.blocks) | actors.by_keys(c, gathered.keys)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield items as lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


TOLD = 20
"""Refused lines that are named in the terminal; the file of rejects names them all."""


class Rejects:
    """The lines that were refused, each with its number and reason, in a file of their own."""

    def __init__(self, folder: Path, file: Path) -> None:
        self._target = folder / f"{file.stem}.rejects.jsonl"
        self.path: Path | None = None
        self._told = 0

    def keep(self, refused: list[Reject]) -> None:
        """Append rejects; the file is made anew for each import."""
        if not refused:
            return
        self._target.parent.mkdir(parents=True, exist_ok=True)
        with self._target.open("w" if self.path is None else "a", encoding="utf-8") as out:
            for reject in refused:
                row = {"where": reject.where, "reason": str(reject.reason), "raw": reject.raw}
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.path = self._target
        for reject in refused[: max(TOLD - self._told, 0)]:
            tell(f"{reject.where} : {render(reject.reason, terminal_language())}")
        self._told += len(refused)
