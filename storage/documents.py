"""Documents: saved as often as one likes, revised when edited, never lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from storage import tables
from storage.columns import clean
from storage.days import PARIS
from storage.desk import Desk
from storage.plain import from_message, to_event, to_message
from storage.statements import chunks, insert_missing, pairs
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import Access, Document, DocumentKind, Reject, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement

BATCH = 200

_FIELDS = tables.documents.c
_newest = select(_FIELDS.id).order_by(_FIELDS.known_on.desc(), _FIELDS.id)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of documents that were saved: each is counted once."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document in a list: what is known of it without its text."""

    id: str
    source_id: str
    url: str
    title: str
    kind: DocumentKind
    language: str | None
    published_at: datetime | None
    fetched_at: datetime
    known_on: date
    event_day: date | None
    """None once the event was taken back."""
    story_id: str
    excerpt: bool
    communes: tuple[str, ...]
    """INSEE codes, the most often named first."""


# --- saving --------------------------------------------------------------------------------


def save(
    c: Connection, documents: Iterable[Document], zone: tzinfo = PARIS, *, joining: bool = False
) -> Saved:
    """Keep documents by id and say what was new.

    A document with another title, text or event than before is revised: what it was goes to the
    revisions, it waits for annotation again, and its first date stays. A version that was seen
    before changes nothing, nor does an excerpt where the full text is had, nor another source's
    version of the same page unless it is fuller. An event that was taken back is marked so, and
    stays; of one that has no title only that is known. `zone` is where days are counted. A source
    that is not known is made, of kind `files`.

    With `joining`, an article under a new address that bears the title of one that its source
    gave within seven days is that one, unless the title is a rubric's and the texts differ
    (decision 0026); so is, always, a page that gives itself the address of another with its title
    and text. Of two texts the later stands, or the longer if it holds the other.
    """
    new = revised = unchanged = 0
    for batch in chunks(documents, BATCH):
        _make_sources(c, batch)
        desk = Desk(c, batch, zone, joining=joining)
        for document in batch:
            outcome = desk.take(document)
            new += outcome == "new"
            revised += outcome == "revised"
            unchanged += outcome == "unchanged"
        desk.write(c)
    return Saved(new, revised, unchanged)


def _make_sources(c: Connection, batch: Sequence[Document]) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": source_id,
            "name": source_id,
            "url": "",
            "kind": SourceKind.FILES,
            "every": 3600,
            "reach": "local",
            "tags": [],
            "expected": None,
            "language": None,
            "full_text": False,
        }
        for source_id in sorted({document.source_id for document in batch})
    ]
    insert_missing(c, tables.sources, rows)


# --- reading -------------------------------------------------------------------------------


def load(c: Connection, ids: Iterable[str]) -> list[Document]:
    """Return documents in the order of their ids; an unknown id is left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Document] = {}
    for some in chunks(wanted):
        query = (
            select(tables.documents, tables.texts.c.text)
            .join(tables.texts)
            .where(_FIELDS.id.in_(some))
        )
        found |= {row.id: _document(row) for row in c.execute(query)}
    return [found[i] for i in wanted if i in found]


def _document(row: Row[Any]) -> Document:
    return Document(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        title=row.title,
        text=row.text,
        published_at=row.published_at,
        date_note=row.date_note,
        fetched_at=row.fetched_at,
        language=row.language,
        kind=DocumentKind(row.kind),
        excerpt=row.excerpt,
        access=Access(row.access),
        event=to_event(row.event),
        archive=row.archive,
        withdrawn=row.withdrawn_on is not None,
        links=tuple((words, address) for words, address in row.links),
    )


def listed(c: Connection, as_of: date) -> list[Listed]:
    """Return the documents known by the end of a day, the oldest first."""
    query = (
        select(tables.documents)
        .where(_FIELDS.known_on <= as_of)
        .order_by(_FIELDS.known_on, _FIELDS.id)
    )
    return [_listed(row, as_of) for row in c.execute(query)]


def _listed(row: Row[Any], as_of: date) -> Listed:
    gone = row.withdrawn_on is not None and row.withdrawn_on <= as_of
    return Listed(
        id=row.id,
        source_id=row.source_id,
        url=row.url,
        title=row.title,
        kind=DocumentKind(row.kind),
        language=row.language,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        known_on=row.known_on,
        event_day=None if gone else row.event_day,
        story_id=row.story_id,
        excerpt=row.excerpt,
        communes=tuple(row.communes),
    )


def recent_texts(c: Connection, source_id: str, limit: int) -> list[str]:
    """Return the texts of a source's newest documents."""
    query = (
        select(tables.texts.c.text)
        .join(tables.documents)
        .where(
            _FIELDS.source_id == source_id,
            _FIELDS.excerpt.is_(False),
            _FIELDS.kind == DocumentKind.ARTICLE,
            _FIELDS.text_dropped_on.is_(None),
        )
        .order_by(_FIELDS.known_on.desc(), _FIELDS.id)
        .limit(limit)
    )
    return list(c.execute(query).scalars())


def waiting(c: Connection, version: str, limit: int) -> list[str]:
    """Return the ids of documents not annotated with this version.

    Those that were never read come first, then those that another version read; newest first.
    One whose text is kept no more is never read again: what was found in it stays.
    """
    found = unread(c, limit)
    if len(found) < limit:
        found += c.execute(read_before(version, limit - len(found))).scalars()
    return found


def unread(c: Connection, limit: int) -> list[str]:
    """Return the ids of documents that no version has annotated, newest first."""
    return list(c.execute(never_read(limit)).scalars())


def never_read(limit: int) -> Select[tuple[str]]:
    """Select, for `claims.take`, documents that no version has annotated, newest first."""
    return _newest.where(_FIELDS.annotated == "").limit(limit)


def read_before(version: str, limit: int) -> Select[tuple[str]]:
    """Select, for `claims.take`, documents that another version has annotated, newest first."""
    return _newest.where(*_stale(version), _FIELDS.annotated != "").limit(limit)


def _stale(version: str) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of the documents to be read with this version: two ranges of an index."""
    other = or_(_FIELDS.annotated < version, _FIELDS.annotated > version)
    return other, _FIELDS.text_dropped_on.is_(None)


def waiting_count(c: Connection, version: str) -> int:
    """Return how many documents are not annotated with this version."""
    query = select(func.count()).select_from(tables.documents).where(*_stale(version))
    return int(c.execute(query).scalar_one())


def unread_count(c: Connection) -> int:
    """Return how many documents no version has annotated."""
    query = select(func.count()).select_from(tables.documents).where(_FIELDS.annotated == "")
    return int(c.execute(query).scalar_one())


def lengths(c: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Return the characters of the texts of documents, their titles and a blank line included."""
    whole = func.length(_FIELDS.title) + 2 + func.length(tables.texts.c.text)
    found: dict[str, int] = {}
    for some in chunks(sorted(set(ids))):
        query = select(_FIELDS.id, whole).join(tables.texts).where(_FIELDS.id.in_(some))
        found |= pairs(c, query)
    return found


def identify(c: Connection, given: str) -> str:
    """Return the id of the document of an id or an address.

    Raises:
        UnknownNameError: there is none.
    """
    query = select(_FIELDS.id).where(or_(_FIELDS.id == given, _FIELDS.url == given)).limit(1)
    found = c.execute(query).scalar()
    if found is None:
        raise UnknownNameError(say("Pas de document « {given} ».", given=given))
    return str(found)


def revisions(c: Connection, document_id: str) -> list[tuple[date, str, str]]:
    """Return the day, title and text of a document's earlier versions, oldest first."""
    table = tables.document_revisions.c
    query = (
        select(table.text_known_on, table.title, table.text)
        .where(table.document_id == document_id)
        .order_by(table.text_known_on, table.fetched_at, table.digest)
    )
    return [(day, title, text) for day, title, text in c.execute(query)]


def begins(c: Connection) -> date | None:
    """Return the day from which the archive's first document is known; none: it is empty."""
    return c.execute(select(func.min(tables.documents.c.known_on))).scalar()


def number(c: Connection) -> int:
    """Return how many documents are stored; it is known of a database of any schema."""
    return c.execute(select(func.count()).select_from(tables.documents)).scalar_one()


def counts(c: Connection) -> dict[str, int]:
    """Return how much is stored of each thing.

    The keys: `sources`, `documents`, `revisions`, `rejects`, `mentions`, `stories`, `actors`
    (those that some document mentions, merged ones once), `candidates` (over all weeks),
    `judgements`.
    """
    actors, mentions = tables.actors, tables.mentions
    named = (
        select(actors.c.root_id)
        .where(select(mentions.c.document_id).where(mentions.c.actor_id == actors.c.id).exists())
        .distinct()
        .subquery()
    )
    plain = {
        "sources": tables.sources,
        "documents": tables.documents,
        "revisions": tables.document_revisions,
        "rejects": tables.rejects,
        "mentions": mentions,
        "candidates": tables.candidates,
        "judgements": tables.judgements,
    }
    found = {
        name: int(c.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in plain.items()
    }
    stories = select(func.count(_FIELDS.story_id.distinct()))
    found["stories"] = int(c.execute(stories).scalar_one())
    found["actors"] = int(c.execute(select(func.count()).select_from(named)).scalar_one())
    return found


# --- inputs that were refused --------------------------------------------------------------


def save_rejects(c: Connection, rejects: Iterable[Reject], at: datetime | None = None) -> None:
    """Keep inputs that could not become documents; the same one again changes nothing."""
    moment = at or datetime.now(UTC)
    rows = [
        {
            "place": reject.where[:600],  # an index takes no whole page
            "digest": sha256(clean(f"{reject.reason}\x1f{reject.raw}").encode()).hexdigest()[:32],
            "at": moment,
            "reason": from_message(reject.reason),
            "raw": reject.raw,
            "source_id": reject.source_id,
        }
        for reject in rejects
    ]
    insert_missing(c, tables.rejects, rows)


def rejects(c: Connection, limit: int = 100) -> list[Reject]:
    """Return the inputs that were refused, newest first."""
    table = tables.rejects
    query = select(table).order_by(table.c.at.desc(), table.c.place, table.c.digest).limit(limit)
    return [
        Reject(
            where=row.place,
            reason=to_message(row.reason),
            raw=row.raw,
            source_id=row.source_id,
        )
        for row in c.execute(query)
    ]
