"""Which document stands at an address that is not its first one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, select

from storage import tables
from storage.statements import chunks, upsert

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_COLUMNS = tables.addresses.c


class Address(NamedTuple):
    """The document of an address; not sure while only its page says so."""

    document_id: str
    sure: bool


def of(c: Connection, ids: Iterable[str]) -> dict[str, Address]:
    """Return, by id, the document of those ids that are another address's."""
    found: dict[str, Address] = {}
    for some in chunks(sorted(set(ids))):
        query = select(tables.addresses).where(_COLUMNS.id.in_(some))
        found |= {row.id: Address(row.document_id, row.sure) for row in c.execute(query)}
    return found


def others(c: Connection, document_ids: Iterable[str]) -> dict[str, str]:
    """Return the further addresses at which some documents surely stand, with whose they are."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(document_ids))):
        query = select(_COLUMNS.id, _COLUMNS.document_id).where(_COLUMNS.sure)
        rows = c.execute(query.where(_COLUMNS.document_id.in_(some)))
        found |= {row.id: row.document_id for row in rows}
    return found


def keep(c: Connection, known: Mapping[str, Address]) -> None:
    """Remember the documents of some addresses."""
    rows = [{"id": i, **address._asdict()} for i, address in sorted(known.items())]
    upsert(c, tables.addresses, rows)
