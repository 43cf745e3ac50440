"""Which documents name someone, by their texts alone and whatever was recognised in them."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, or_, select

from storage import tables
from storage.folding import fold
from storage.statements import chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

ROWS = 500
"""Texts in memory at a time."""
_WORD = re.compile(r"[^\W_]+")
_folded = lru_cache(maxsize=1 << 16)(fold)
_documents = tables.documents.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A document, and since when it may be counted."""

    document_id: str
    url: str
    story_id: str
    day: date
    """When it became known; for what an edit added, when the edit did."""


def places(c: Connection, references: Iterable[str]) -> Iterator[Place]:
    """Yield the documents that some ids or addresses stand for, as far as they are stored."""
    for some in chunks(dict.fromkeys(references)):
        query = select(
            _documents.id, _documents.url, _documents.story_id, _documents.known_on
        ).where(or_(_documents.id.in_(some), _documents.url.in_(some)))
        for row in c.execute(query):
            yield Place(document_id=row[0], url=row[1], story_id=row[2], day=row[3])


def naming(c: Connection, names: Iterable[str]) -> Iterator[tuple[str, Place]]:
    """Yield each name with each document that holds it, once for each version of the document.

    Case, accents and punctuation do not count, words are whole; only the last capital initial of
    a name must be one in the text too: « La Fabrique » is not in « la fabrique de meubles ».
    Texts are read one after the other, in no order; the whole archive never is in memory.
    """
    wanted = _by_first_word(names)
    if not wanted:
        return
    texts, earlier = tables.texts.c, tables.document_revisions.c
    where = (_documents.id, _documents.url, _documents.story_id)
    queries = (
        select(*where, _documents.text_known_on, _documents.title, texts.text).join(
            tables.texts, texts.document_id == _documents.id
        ),
        select(*where, earlier.text_known_on, earlier.title, earlier.text).join(
            tables.document_revisions, earlier.document_id == _documents.id
        ),
    )
    for query in queries:
        for row in c.execute(query.execution_options(yield_per=ROWS)):
            place = Place(document_id=row[0], url=row[1], story_id=row[2], day=row[3])
            for name in _held(f"{row[4]}\n{row[5]}", wanted):
                yield name, place


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    words: Sequence[str]
    capital: int | None
    """Index of the last word that a capital begins."""


def _by_first_word(names: Iterable[str]) -> Mapping[str, Sequence[_Wanted]]:
    found: dict[str, list[_Wanted]] = defaultdict(list)
    for name in dict.fromkeys(names):
        written = _WORD.findall(name)
        if written:
            capitals = [index for index, word in enumerate(written) if word[0].isupper()]
            words = [_folded(word) for word in written]
            found[words[0]].append(_Wanted(name, words, capitals[-1] if capitals else None))
    return found


def _held(text: str, wanted: Mapping[str, Sequence[_Wanted]]) -> set[str]:
    written = _WORD.findall(text)
    words = [_folded(word) for word in written]
    return {
        one.name
        for at, word in enumerate(words)
        if word in wanted
        for one in wanted[word]
        if words[at : at + len(one.words)] == one.words
        and (one.capital is None or written[at + one.capital][0].isupper())
    }
