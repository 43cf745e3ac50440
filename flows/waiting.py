"""The documents that wait to be read, in portions of which each is one transaction.

Many are taken at once, since taking is a question to the base; a portion is what is soon read, so
that little is lost when a worker is stopped and progress shows, however long the texts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import sharing
from nlp import pieces
from storage import Store, documents
from storage.claims import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TAKEN = 200
"""Documents taken at once."""
PORTION = 400_000
"""Characters read in a transaction, at most, unless one document has more: some ten seconds."""


def to_read(
    store: Store, version: str, share: int, worker: str
) -> Iterator[tuple[list[str], list[int]]]:
    """Yield what was never read, then at most `share` of what is to be read again.

    It comes in portions of a transaction each, with the lengths of their documents (characters).
    """
    while True:
        ids = sharing.taken(store, Work.ANNOTATE, documents.never_read(TAKEN), worker)
        if not ids and share > 0:
            again = documents.read_before(version, min(TAKEN, share))
            ids = sharing.taken(store, Work.ANNOTATE, again, worker)
            share -= len(ids)
        if not ids:
            return
        with store.reading() as c:
            lengths = documents.lengths(c, ids)
        yield from _portions(ids, lengths)


def _portions(
    ids: Sequence[str], lengths: Mapping[str, int]
) -> Iterator[tuple[list[str], list[int]]]:
    """Yield documents with their lengths, no more at once than is soon read."""
    portion: list[str] = []
    sizes: list[int] = []
    for one in ids:
        length = lengths.get(one, 0)
        read = min(length, pieces.LONGEST_READ)
        if portion and sum(min(n, pieces.LONGEST_READ) for n in sizes) + read > PORTION:
            yield portion, sizes
            portion, sizes = [], []
        portion.append(one)
        sizes.append(length)
    if portion:
        yield portion, sizes
