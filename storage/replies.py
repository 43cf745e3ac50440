"""The mails to who proposes: which are due, and how to reach them until they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select, update

from storage import proposals, tables

if TYPE_CHECKING:
    from datetime import datetime

    from vigie.records import Proposal

_proposals = tables.proposals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A mail to who proposes: that it came, or what became of it."""

    proposal: Proposal
    address: str
    answered: bool


def due(c: Connection) -> list[Due]:
    """Return the mails that are to be sent: receipts, and answers that were noted."""
    query = (
        select(tables.proposals)
        .where(_proposals.address.is_not(None), _proposals.undone_at.is_(None))
        .where(_proposals.receipt_at.is_(None) | _proposals.answered_at.is_not(None))
        .order_by(_proposals.id)
    )
    return [
        Due(
            proposal=proposals.of_row(row),
            address=row.address,
            answered=row.answered_at is not None,
        )
        for row in c.execute(query)
    ]


def note_receipt(c: Connection, number: int, at: datetime) -> None:
    """Note that who proposes was told that it came."""
    c.execute(update(tables.proposals).where(_proposals.id == number).values(receipt_at=at))


def forget_address(c: Connection, number: int) -> None:
    """Erase how to reach who proposes."""
    c.execute(update(tables.proposals).where(_proposals.id == number).values(address=None))


def forget_addresses(c: Connection, before: datetime) -> int:
    """Erase the addresses of what came before a moment, answered or not; return how many."""
    statement = update(tables.proposals).where(
        _proposals.address.is_not(None), _proposals.at < before
    )
    return int(c.execute(statement.values(address=None)).rowcount)
