"""Documents found by their words, whatever accents and slips.

Each database does what it is good at: PostgreSQL compares the stems of its French configuration
without accents, SQLite (FTS5) the beginnings of words. A word that stands in no document is taken
for those that a slip or two turn into it. What is found is where to look: no text is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Connection, Date, text

from storage.folding import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

MOST_WORDS = 8
"""Words of a question that count."""
NEAR = 12
"""Words that one may stand for, when no document has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that has the words that were asked for."""

    document_id: str
    url: str
    title: str
    source_id: str
    day: date
    """When it became known."""


def search(c: Connection, asked: str, limit: int = 20) -> tuple[Hit, ...]:
    """Return the documents that have all the words asked for, the most telling first.

    Words in the title count more; of two as telling, the newer comes first.
    """
    find = _on_postgresql if c.dialect.name == "postgresql" else _on_sqlite
    return find(c, asked, limit)


_SQLITE = text("""
    SELECT d.id AS document_id, d.url, d.title, d.source_id, d.known_on AS day
    FROM text_search JOIN text_numbers n ON n.id = text_search.rowid
    JOIN documents d ON d.id = n.document_id
    WHERE text_search MATCH :match
    ORDER BY bm25(text_search, 4.0, 1.0), d.known_on DESC, d.id LIMIT :limit
""").columns(day=Date)

_POSTGRESQL = text("""
    SELECT d.id AS document_id, d.url, d.title, d.source_id, d.known_on AS day
    FROM text_search s JOIN documents d ON d.id = s.document_id
    WHERE s.words @@ CAST(:match AS tsquery)
    ORDER BY ts_rank(s.words, CAST(:match AS tsquery), 1) DESC, d.known_on DESC, d.id LIMIT :limit
""").columns(day=Date)


def forget_erased(c: Connection) -> None:
    """Let go of words that no text has any more; after texts were erased for good.

    Until then they find nothing, but are still in the files: the index of each database keeps
    what was taken out of it until it is put in order, which takes as long as reading it whole.
    """
    if c.dialect.name == "postgresql":
        c.execute(text("DELETE FROM text_words"))
        c.execute(
            text(
                "INSERT INTO text_words (word) "
                "SELECT DISTINCT unnest(tsvector_to_array(words)) FROM text_search"
            )
        )
    else:
        c.execute(text("INSERT INTO text_search (text_search) VALUES ('optimize')"))


def _slips(word: str) -> int:
    return 0 if len(word) < 4 else 1 if len(word) < 7 else 2


def _near(word: str, words: Sequence[str]) -> list[str]:
    """Return the words that a slip or two turn into another, the nearest first."""
    found = process.extract(word, words, scorer=OSA.distance, score_cutoff=_slips(word), limit=NEAR)
    return [one for one, _, _ in found]


# --- SQLite --------------------------------------------------------------------------------


def _on_sqlite(c: Connection, asked: str, limit: int) -> tuple[Hit, ...]:
    meant = [_begun_on_sqlite(c, word) for word in fold(asked).split()[:MOST_WORDS]]
    meant = [some for some in meant if some]
    if not meant:
        return ()
    match = " AND ".join(f"({' OR '.join(some)})" for some in meant)
    found = c.execute(_SQLITE, {"match": match, "limit": limit})
    return tuple(Hit(**row) for row in found.mappings())


def _begun_on_sqlite(c: Connection, word: str) -> list[str]:
    """Return the terms of FTS5 that a word asked for stands for; none: it says nothing."""
    if len(word) < 2:
        return []
    written = dict.fromkeys((word, word.replace("oe", "œ"), word.replace("ae", "æ")))
    begun = [f'"{_stem(one)}" *' for one in written]
    known = text("SELECT 1 FROM text_search WHERE text_search MATCH :match LIMIT 1")
    if c.execute(known, {"match": " OR ".join(begun)}).first() or not _slips(word):
        return begun
    slips = _slips(word)
    terms = text("SELECT term FROM text_words WHERE length(term) BETWEEN :least AND :most")
    values = {"least": len(word) - slips, "most": len(word) + slips}
    return [f'"{one}"' for one in _near(word, list(c.execute(terms, values).scalars()))] or begun


def _stem(word: str) -> str:
    """Return a word without the mark of its plural or feminine, if enough is left of it."""
    for ending in ("es", "s", "x", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


# --- PostgreSQL ----------------------------------------------------------------------------


def _on_postgresql(c: Connection, asked: str, limit: int) -> tuple[Hit, ...]:
    stems = text("SELECT unnest(tsvector_to_array(to_tsvector('vigie_french', :asked)))")
    words = list(c.execute(stems, {"asked": fold(asked)}).scalars())[:MOST_WORDS]
    if not words:
        return ()
    match = " & ".join(f"({' | '.join(map(_quoted, _meant(c, word)))})" for word in words)
    found = c.execute(_POSTGRESQL, {"match": match, "limit": limit})
    return tuple(Hit(**row) for row in found.mappings())


def _meant(c: Connection, word: str) -> list[str]:
    known = text("SELECT 1 FROM text_words WHERE word = :word")
    if c.execute(known, {"word": word}).first() or not _slips(word):
        return [word]
    # Trigrams find what may be near, quickly; how near it is, is then counted in slips.
    c.execute(text("SELECT set_limit(0.2)"))
    alike = text(
        "SELECT word FROM text_words WHERE word % :word ORDER BY similarity(word, :word) DESC "
        "LIMIT 200"
    )
    return _near(word, list(c.execute(alike, {"word": word}).scalars())) or [word]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
