"""Documents: saved as often as one likes, revised when edited, never lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from storage import tables
from storage.columns import clean
from storage.days import PARIS, day_of, known_on
from storage.plain import from_event, from_message, to_event, to_message
from storage.statements import chunks, insert_missing, upsert
from vigie.errors import UnknownNameError
from vigie.language import say
from vigie.records import Document, DocumentKind, Reject, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BATCH = 200

_FIELDS = tables.documents.c


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of documents that were saved: each is counted once."""

    new: int = 0
    revised: int = 0
    unchanged: int = 0


# --- saving --------------------------------------------------------------------------------


def save(c: Connection, documents: Iterable[Document], zone: tzinfo = PARIS) -> Saved:
    """Keep documents by id and say what was new.

    A document with another title, text or event than before is revised: what it was goes to the
    revisions, it waits for annotation again, and its first date stays. A version that was seen
    before changes nothing, nor does an excerpt where the full text is had, nor another source's
    version of the same page unless it is fuller. `zone` is where days are counted. A source
    that is not known is made, of kind `files`.
    """
    new = revised = unchanged = 0
    for batch in chunks(documents, BATCH):
        _make_sources(c, batch)
        desk = _Desk(c, batch, zone)
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


def digest_of(document: Document) -> str:
    """Return what tells one version of a document from another: its title, text and event."""
    # As it is stored: a lone half of a character is cleaned in the same way on both sides.
    event = json.dumps(from_event(document.event), ensure_ascii=False, sort_keys=True)
    parts = (document.title, document.text, event)
    return sha256(clean("\x1f".join(parts)).encode()).hexdigest()[:32]


class _Desk:
    """A batch of documents beside what is stored of them."""

    def __init__(self, c: Connection, batch: Sequence[Document], zone: tzinfo) -> None:
        ids = sorted({document.id for document in batch})
        query = (
            select(tables.documents, tables.texts.c.text)
            .join(tables.texts)
            .where(_FIELDS.id.in_(ids))
        )
        self.zone = zone
        self.rows: dict[str, dict[str, Any]] = {
            row["id"]: dict(row) for row in c.execute(query).mappings()
        }
        revisions = tables.document_revisions.c
        past = select(revisions.document_id, revisions.digest).where(revisions.document_id.in_(ids))
        self.past = {(document_id, digest) for document_id, digest in c.execute(past)}
        self.revisions: list[dict[str, Any]] = []
        self.changed: dict[str, None] = {}
        self.rewritten: dict[str, None] = {}
        self.earlier: list[dict[str, Any]] = []

    def take(self, document: Document) -> str:
        """Decide what a document changes; return `new`, `revised` or `unchanged`."""
        row, digest = self.rows.get(document.id), digest_of(document)
        if row is None:
            self.rows[document.id] = self._new_row(document, digest)
            self._mark(document.id)
            return "new"
        self._date(row, document)
        if digest == row["digest"]:
            if row["excerpt"] and not document.excerpt:
                row["excerpt"] = False
                self.changed[document.id] = None
            return "unchanged"
        fuller = row["excerpt"] and not document.excerpt
        if (document.id, digest) in self.past or not (
            fuller
            or (document.source_id == row["source_id"] and (row["excerpt"] or not document.excerpt))
        ):
            return "unchanged"
        self._revise(row, document, digest)
        return "revised"

    def _mark(self, document_id: str) -> None:
        self.changed[document_id] = None
        self.rewritten[document_id] = None

    def _new_row(self, document: Document, digest: str) -> dict[str, Any]:
        known = known_on(document, self.zone)
        return {
            "id": document.id,
            "source_id": document.source_id,
            "published_at": document.published_at,
            "date_note": document.date_note,
            "known_on": known,
            "text_known_on": known,
            "story_id": document.id,
            "communes": [],
            **self._content(document, digest),
        }

    def _content(self, document: Document, digest: str) -> dict[str, Any]:
        event = document.event
        return {
            "url": document.url,
            "title": document.title,
            "text": document.text,
            "fetched_at": document.fetched_at,
            "language": document.language,
            "kind": document.kind,
            "excerpt": document.excerpt,
            "event": from_event(event),
            "event_day": day_of(event.start, self.zone) if event and event.start else None,
            "archive": document.archive,
            "digest": digest,
            "annotated": "",
        }

    def _date(self, row: dict[str, Any], document: Document) -> None:
        """Learn a date that was missing, and move `known_on` to an earlier day, never later."""
        known = known_on(document, self.zone)
        if row["published_at"] is None and document.published_at is not None:
            row["published_at"] = document.published_at
            row["date_note"] = document.date_note
            self.changed[document.id] = None
        if known < row["known_on"]:
            self.earlier.append(
                {"of_document": document.id, "was": row["known_on"], "known_on": known}
            )
            if row["text_known_on"] == row["known_on"]:
                row["text_known_on"] = known
            row["known_on"] = known
            self.changed[document.id] = None

    def _revise(self, row: dict[str, Any], document: Document, digest: str) -> None:
        self.past.add((document.id, row["digest"]))
        self.revisions.append(
            {
                "document_id": document.id,
                "digest": row["digest"],
                "title": row["title"],
                "text": row["text"],
                "event": row["event"],
                "excerpt": row["excerpt"],
                "fetched_at": row["fetched_at"],
                "text_known_on": row["text_known_on"],
            }
        )
        row.update(self._content(document, digest))
        # What an edit adds was not known on the day of the first version.
        row["text_known_on"] = max(row["known_on"], day_of(document.fetched_at, self.zone))
        self._mark(document.id)

    def write(self, c: Connection) -> None:
        """Write what has changed."""
        columns = [column.name for column in tables.documents.columns]
        rows = [{name: self.rows[i][name] for name in columns} for i in self.changed]
        upsert(c, tables.documents, rows)
        texts = [{"document_id": i, "text": self.rows[i]["text"]} for i in self.rewritten]
        upsert(c, tables.texts, texts)
        insert_missing(c, tables.document_revisions, self.revisions)
        if self.earlier:
            mentions = tables.mentions
            c.execute(
                update(mentions)
                .where(mentions.c.document_id == bindparam("of_document"))
                .where(mentions.c.known_on == bindparam("was"))
                .values(known_on=bindparam("known_on")),
                self.earlier,
            )


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
        event=to_event(row.event),
        archive=row.archive,
    )


def waiting(c: Connection, version: str, limit: int) -> list[str]:
    """Return the ids of documents not annotated with this version.

    Those that were never read come first, then those that another version read; newest first.
    """
    newest = select(_FIELDS.id).order_by(_FIELDS.known_on.desc(), _FIELDS.id)
    found = unread(c, limit)
    if len(found) < limit:
        stale = newest.where(or_(_FIELDS.annotated < version, _FIELDS.annotated > version))
        again = stale.where(_FIELDS.annotated != "").limit(limit - len(found))
        found += c.execute(again).scalars()
    return found


def unread(c: Connection, limit: int) -> list[str]:
    """Return the ids of documents that no version has annotated, newest first."""
    query = (
        select(_FIELDS.id)
        .where(_FIELDS.annotated == "")
        .order_by(_FIELDS.known_on.desc(), _FIELDS.id)
        .limit(limit)
    )
    return list(c.execute(query).scalars())


def waiting_count(c: Connection, version: str) -> int:
    """Return how many documents are not annotated with this version."""
    query = (
        select(func.count())
        .select_from(tables.documents)
        .where(or_(_FIELDS.annotated < version, _FIELDS.annotated > version))
    )
    return int(c.execute(query).scalar_one())


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
            "place": reject.where,
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
