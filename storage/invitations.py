"""Who is asked for opinions by mail: what signs their answers, and how to reach them.

Addresses are read by `to_send` alone, and erased once their holders were told how a round ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select, update

from storage import signing, tables
from storage.statements import insert_missing

if TYPE_CHECKING:
    from datetime import datetime

PURPOSE = "opinion"

_invited, _rounds, _marks = tables.invitations.c, tables.rounds.c, tables.mailbox_marks.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Somebody who is asked by mail."""

    id: int
    round_id: int
    name: str
    address: str
    language: str
    asked: bool
    """Whether the question was sent."""


def token(c: Connection, invitation_id: int) -> str:
    """Return what signs the answers of somebody who is asked by mail."""
    return signing.token(c, PURPOSE, str(invitation_id))


def of_token(c: Connection, given: str) -> Invitation | None:
    """Return whose answers a token signs; None if we did not make it."""
    name = signing.named(c, PURPOSE, given)
    if name is None or not name.isdecimal():
        return None
    query = select(tables.invitations).where(_invited.id == int(name))
    return next((_invitation(row) for row in c.execute(query)), None)


def to_send(c: Connection) -> list[Invitation]:
    """Return who is to be written to: to be asked, or told how a round ended."""
    query = (
        select(tables.invitations)
        .join(tables.rounds, _rounds.id == _invited.round_id)
        .where(_invited.address.is_not(None))
        .where(_invited.sent_at.is_(None) | _rounds.closed_at.is_not(None))
        .where(_rounds.undone_at.is_(None))
        .order_by(_invited.id)
    )
    return [_invitation(row) for row in c.execute(query)]


def note_sent(c: Connection, invitation_id: int, at: datetime) -> None:
    """Note that somebody was asked."""
    c.execute(update(tables.invitations).where(_invited.id == invitation_id).values(sent_at=at))


def forget_address(c: Connection, invitation_id: int) -> None:
    """Erase how to reach somebody who was asked."""
    c.execute(update(tables.invitations).where(_invited.id == invitation_id).values(address=None))


def forget_called_off(c: Connection) -> None:
    """Erase the addresses of those asked in rounds that were called off."""
    off = select(_rounds.id).where(_rounds.undone_at.is_not(None))
    c.execute(update(tables.invitations).where(_invited.round_id.in_(off)).values(address=None))


def mark(c: Connection, mailbox: str) -> str | None:
    """Return up to which message a mailbox was read."""
    return c.execute(select(_marks.mark).where(_marks.mailbox == mailbox)).scalar()


def save_mark(c: Connection, mailbox: str, read: str) -> None:
    """Remember up to which message a mailbox was read."""
    insert_missing(c, tables.mailbox_marks, [{"mailbox": mailbox, "mark": read}])
    c.execute(update(tables.mailbox_marks).where(_marks.mailbox == mailbox).values(mark=read))


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        round_id=row.round_id,
        name=row.name,
        address=row.address or "",
        language=row.language,
        asked=row.sent_at is not None,
    )
