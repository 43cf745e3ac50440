"""A batch of documents beside what is stored of them: what is new, revised, or the same."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta, tzinfo
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, select, update

from storage import addresses, counts, sameness, tables
from storage.columns import clean
from storage.days import day_of, known_on
from storage.folding import fold
from storage.plain import from_event
from storage.statements import chunks, insert_missing, upsert
from vigie.records import Access, DocumentKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vigie.records import Document

_FIELDS = tables.documents.c


def digest_of(document: Document) -> str:
    """Return what tells one version of a document from another: its title, text and event."""
    # As it is stored: a lone half of a character is cleaned in the same way on both sides.
    event = json.dumps(from_event(document.event), ensure_ascii=False, sort_keys=True)
    parts = (document.title, document.text, event)
    return sha256(clean("\x1f".join(parts)).encode()).hexdigest()[:32]


Titled = tuple[str, str]
"""A source, and a title of its documents without case and accents."""


def _titled(document: Document) -> Titled:
    return document.source_id, fold(clean(document.title))


def _uses(c: Connection, batch: Sequence[Document], zone: tzinfo) -> dict[Titled, dict[str, date]]:
    """Return by id on which days the titles of a batch were used, in it and in what is stored.

    That is about the same weeks; notices of registers have names for titles, and are left out.
    Further addresses of what is stored count as uses of their own.
    """
    uses: dict[Titled, dict[str, date]] = defaultdict(dict)
    for document in batch:
        if document.title and document.kind is not DocumentKind.NOTICE:
            uses[_titled(document)][document.id] = known_on(document, zone)
    wanted, margin = set(uses), 2 * timedelta(days=sameness.WITHIN_DAYS)
    for source_id in sorted({source_id for source_id, _ in wanted}):
        days = [day for place in wanted if place[0] == source_id for day in uses[place].values()]
        query = (
            select(_FIELDS.id, _FIELDS.title, _FIELDS.known_on)
            .where(_FIELDS.source_id == source_id)
            .where(_FIELDS.known_on.between(min(days) - margin, max(days) + margin))
        )
        for row in c.execute(query):
            if (place := (source_id, fold(row.title))) in wanted:
                uses[place][row.id] = row.known_on
    documents = {document_id: used for used in uses.values() for document_id in used}
    for other, document_id in addresses.others(c, documents).items():
        used = documents[document_id]
        used.setdefault(other, used[document_id])
    return uses


class Desk:
    """A batch of documents beside what is stored of them."""

    def __init__(
        self, c: Connection, batch: Sequence[Document], zone: tzinfo, *, joining: bool
    ) -> None:
        ids = {i for document in batch for i in (document.id, *document.also)}
        self.known = addresses.of(c, ids)
        self.known_before = dict(self.known)
        ids |= {address.document_id for address in self.known.values()}
        self.uses = _uses(c, batch, zone) if joining else {}
        margin = timedelta(days=sameness.WITHIN_DAYS)
        for document in batch if joining else ():
            day = known_on(document, zone)
            used = self.uses.get(_titled(document), {}).items()
            ids |= {i for i, other in used if abs(other - day) <= margin}
        query = select(tables.documents, tables.texts.c.text).join(tables.texts)
        self.zone = zone
        self.rows: dict[str, dict[str, Any]] = {}
        revisions = tables.document_revisions.c
        past = select(revisions.document_id, revisions.digest)
        self.past: set[tuple[str, str]] = set()
        for some in chunks(sorted(ids)):
            found = c.execute(query.where(_FIELDS.id.in_(some))).mappings()
            self.rows |= {row["id"]: dict(row) for row in found}
            seen = c.execute(past.where(revisions.document_id.in_(some)))
            self.past |= {(document_id, digest) for document_id, digest in seen}
        self.revisions: list[dict[str, Any]] = []
        self.changed: dict[str, None] = {}
        self.rewritten: dict[str, None] = {}
        self.earlier: list[dict[str, Any]] = []

    def take(self, document: Document) -> str:
        """Decide what a document changes; return `new`, `revised` or `unchanged`."""
        if document.withdrawn and not document.title:
            self._take_back(document)
            return "unchanged"
        host = self._host(document)
        if host is not None:
            return self._take_as_guest(document, self.rows[host])
        return self._take(document)

    def _host(self, document: Document) -> str | None:
        """Return the document that another address's is, if there is one."""
        if document.id in self.rows:
            return None
        near = list(document.also)
        if known := self.known.get(document.id):
            if known.sure:
                return known.document_id
            near.append(document.id)
        near = [self.known[i].document_id if i in self.known else i for i in near]
        uses = self.uses.get(_titled(document), {})
        day, margin = known_on(document, self.zone), timedelta(days=sameness.WITHIN_DAYS)
        namesakes = [
            i for i in uses if i in self.rows and abs(self.rows[i]["known_on"] - day) <= margin
        ]
        event = from_event(document.event)
        for i in [one for one in near if one in self.rows] + namesakes:
            if sameness.is_same(document, self.rows[i], event):
                return i
        if sameness.is_rubric(document.title, day, uses.values()):
            return None
        for i in namesakes:
            if sameness.bears_same_title(document, self.rows[i], event):
                return i
        return None

    def _take_as_guest(self, document: Document, row: dict[str, Any]) -> str:
        """Take what another address of a document says: another text, an earlier date.

        Of two texts of which one holds the other the longer stays, under the first address; else
        the later one is an edit, and stands where it stands.
        """
        self.known[document.id] = addresses.Address(row["id"], sure=True)
        document = replace(document, id=row["id"])
        if sameness.is_piece(document.text, row["text"]):
            self._date(row, document)
            return "unchanged"
        if sameness.is_piece(row["text"], document.text):
            document = replace(document, url=row["url"])
        return self._take(document)

    def _take_back(self, document: Document) -> None:
        """Mark an event as taken back, if it is stored, under whichever of its addresses."""
        address = self.known.get(document.id)
        row = self.rows.get(address.document_id if address else document.id)
        if row is not None:
            self._stands(row, document)

    def _stands(self, row: dict[str, Any], document: Document) -> None:
        """Learn from its source that an event is taken back, or on again."""
        known = row["withdrawn_on"] is not None
        if document.source_id == row["source_id"] and document.withdrawn != known:
            row["withdrawn_on"] = self._withdrawn_on(document)
            self.changed[row["id"]] = None

    def _withdrawn_on(self, document: Document) -> date | None:
        return day_of(document.fetched_at, self.zone) if document.withdrawn else None

    def _take(self, document: Document) -> str:
        for other in document.also:
            self.known.setdefault(other, addresses.Address(document.id, sure=False))
        row, digest = self.rows.get(document.id), digest_of(document)
        if row is None:
            self.rows[document.id] = self._new_row(document, digest)
            self._mark(document.id)
            return "new"
        self._date(row, document)
        self._access(row, document)
        self._stands(row, document)
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
            "withdrawn_on": self._withdrawn_on(document),
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
            "access": document.access,
            "event": from_event(event),
            "event_day": day_of(event.start, self.zone) if event and event.start else None,
            "archive": document.archive,
            "links": [list(link) for link in document.links],
            "digest": digest,
            "annotated": "",
            "text_dropped_on": None,
            "persons_dropped_on": None,
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

    def _access(self, row: dict[str, Any], document: Document) -> None:
        """Learn how freely a text may be had; an excerpt does not know that it is free."""
        knows = document.access is not Access.OPEN or not document.excerpt
        if knows and document.source_id == row["source_id"] and row["access"] != document.access:
            row["access"] = document.access
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
        learnt = self.known.items() - self.known_before.items()
        addresses.keep(c, dict(learnt))
        insert_missing(c, tables.document_revisions, self.revisions)
        if self.earlier:
            mentions = tables.mentions
            moved = [one["of_document"] for one in self.earlier]
            counts.touched_documents(c, moved)
            c.execute(
                update(mentions)
                .where(mentions.c.document_id == bindparam("of_document"))
                .where(mentions.c.known_on == bindparam("was"))
                .values(known_on=bindparam("known_on")),
                self.earlier,
            )
            counts.touched_documents(c, moved)
