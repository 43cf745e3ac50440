"""Who is sent the weekly letter, what was sent to whom, and the way out that needs no account.

Leaving erases all that is kept of a reader.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select, update

from storage import signing, tables
from storage.statements import insert_missing
from vigie.digest.edition import Subscriber
from vigie.records import MAIN_WATCH, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Row

_subscribers, _deliveries = tables.subscribers.c, tables.deliveries.c
PURPOSE = "unsubscribe"


def new_id() -> str:
    """Return an id for a reader, which tells nothing of them."""
    return secrets.token_hex(8)


def add(c: Connection, subscriber: Subscriber) -> bool:
    """Keep a reader, or what one who is there asks for now; tell whether they are new."""
    values = asdict(subscriber)
    values["areas"], values["themes"] = list(subscriber.areas), list(subscriber.themes)
    values["address"] = subscriber.address.strip().lower()
    known = get(c, values["address"], subscriber.watch)
    if known is None:
        c.execute(tables.subscribers.insert().values(values))
        return True
    del values["id"]
    c.execute(update(tables.subscribers).where(_subscribers.id == known.id).values(values))
    return False


def remove(c: Connection, subscriber_id: str) -> None:
    """Erase a reader, and that anything was sent to them."""
    c.execute(delete(tables.deliveries).where(_deliveries.subscriber_id == subscriber_id))
    c.execute(delete(tables.subscribers).where(_subscribers.id == subscriber_id))


def get(c: Connection, address: str, watch: str = MAIN_WATCH) -> Subscriber | None:
    """Return a reader of a watch's letter by their address."""
    known = address.strip().lower()
    return next((one for one in all_of(c, watch) if one.address == known), None)


def all_of(c: Connection, watch: str | None = None) -> list[Subscriber]:
    """Return every reader of a watch's letter, or of any, by address."""
    query = select(tables.subscribers).order_by(_subscribers.address, _subscribers.watch)
    if watch is not None:
        query = query.where(_subscribers.watch == watch)
    return [_subscriber(row) for row in c.execute(query)]


def _subscriber(row: Row[tuple[object, ...]]) -> Subscriber:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a row's names
    return Subscriber(
        **{
            **values,
            "areas": tuple(values["areas"]),
            "themes": tuple(values["themes"]),
            "audience": Visibility(values["audience"]),
        }
    )


# --- the way out -----------------------------------------------------------------------------


def token(c: Connection, subscriber: Subscriber) -> str:
    """Return what signs the link by which a reader leaves; the first time makes the key."""
    return signing.token(c, PURPOSE, subscriber.id)


def of_token(c: Connection, given: str) -> Subscriber | None:
    """Return the reader whom a link is for; None if it is not signed, or they have left."""
    subscriber_id = signing.named(c, PURPOSE, given)
    if subscriber_id is None:
        return None
    query = select(tables.subscribers).where(_subscribers.id == subscriber_id)
    return next((_subscriber(row) for row in c.execute(query)), None)


# --- what was sent ---------------------------------------------------------------------------


def deliveries(c: Connection, week: str) -> Mapping[str, bool]:
    """Return to whom a week's letter was sent, and whether that was brought to its end."""
    query = select(_deliveries.subscriber_id, _deliveries.done).where(_deliveries.week == week)
    return {row.subscriber_id: row.done is not None for row in c.execute(query)}


def begin(c: Connection, week: str, subscriber_id: str, at: datetime) -> bool:
    """Note that a letter is about to be sent; False if it was before, or the reader has left."""
    there = select(_subscribers.id).where(_subscribers.id == subscriber_id)
    if subscriber_id in deliveries(c, week) or c.execute(there).scalar() is None:
        return False
    row = {"week": week, "subscriber_id": subscriber_id, "begun": at}
    insert_missing(c, tables.deliveries, [row])
    return True


def done(c: Connection, week: str, subscriber_id: str, at: datetime) -> None:
    """Note that a letter was taken by the server."""
    c.execute(
        update(tables.deliveries)
        .where(_deliveries.week == week, _deliveries.subscriber_id == subscriber_id)
        .values(done=at)
    )


def not_sent(c: Connection, week: str, subscriber_id: str) -> None:
    """Forget that a letter was begun: the server refused it, or the reader wants it again."""
    c.execute(
        delete(tables.deliveries).where(
            _deliveries.week == week, _deliveries.subscriber_id == subscriber_id
        )
    )
