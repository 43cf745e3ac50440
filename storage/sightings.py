"""Mentions as the signals see them: one query, read into sightings."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    Text,
    case,
    null,
    select,
    type_coerce,
)

from storage import tables
from storage.statements import pairs
from vigie.records import ActorKind, DocumentKind, Label, Placing, Sighting

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_actors = tables.actors.c
_mentions = tables.mentions.c
_documents = tables.documents.c


def sightings_query(
    as_of: date | None = None, *, sources: Collection[str] | None = None
) -> Select[Any]:
    """Return the query of sightings, as they were by the end of a day; None: all, as they are.

    An event that was taken back by then is on no day. `sources` are those that are read, by id;
    None: all.
    """
    event_day: ColumnElement[Any] = _documents.event_day
    if as_of is not None:
        gone = _documents.withdrawn_on <= as_of
        event_day = type_coerce(case((gone, null()), else_=event_day), Date)
    asked = (
        select(
            _actors.root_id,
            _mentions.document_id,
            _mentions.known_on,
            _mentions.label,
            _mentions.kind,
            _mentions.confidence,
            _mentions.rule,
            _mentions.surface,
            _mentions.sentence,
            _mentions.commune,
            _mentions.placing,
            _documents.story_id,
            _documents.source_id,
            _documents.kind.label("document_kind"),
            _documents.url,
            event_day,
            _documents.published_at.is_not(None),
            type_coerce(_documents.communes, Text),
        )
        .join(tables.mentions, _mentions.actor_id == _actors.id)
        .join(tables.documents, _documents.id == _mentions.document_id)
        .order_by(_actors.root_id, _mentions.known_on, _mentions.document_id, _mentions.position)
    )
    if sources is not None:
        asked = asked.where(_documents.source_id.in_(sorted(sources)))
    return asked if as_of is None else asked.where(_mentions.known_on <= as_of)


def withdrawn(c: Connection) -> dict[str, date]:
    """Return since when events are taken back, by document."""
    since = _documents.withdrawn_on
    return pairs(c, select(_documents.id, since).where(since.is_not(None)))


def standing(
    sightings: tuple[Sighting, ...], gone: Mapping[str, date], as_of: date
) -> tuple[Sighting, ...]:
    """Return sightings of which those in events taken back by a day are on no day."""
    if not gone:
        return sightings
    return tuple(
        replace(one, event_day=None) if gone.get(one.document_id, date.max) <= as_of else one
        for one in sightings
    )


def gathered(c: Connection, asked: Select[Any]) -> dict[str, list[Sighting]]:
    """Return what a query finds, by actor, oldest first."""
    found: dict[str, list[Sighting]] = defaultdict(list)
    communes = _Communes()
    for row in c.execute(asked):
        found[row[0]].append(_sighting(row, communes))
    return dict(found)


_LABELS = {label.value: label for label in Label}
_KINDS = {kind.value: kind for kind in ActorKind}
_PLACINGS = {placing.value: placing for placing in Placing}
_DOCUMENT_KINDS = {kind.value: kind for kind in DocumentKind}


def _sighting(row: Sequence[Any], communes: Mapping[str, tuple[str, ...]]) -> Sighting:
    (
        _,
        document_id,
        day,
        label,
        kind,
        confidence,
        rule,
        surface,
        sentence,
        commune,
        placing,
        story_id,
        source_id,
        document_kind,
        url,
        event_day,
        dated,
        named_as_text,
    ) = row
    named = communes[named_as_text]
    if commune and named[:1] != (commune,):
        named = (commune, *(code for code in named if code != commune))
    return Sighting(
        document_id=document_id,
        story_id=story_id,
        source_id=source_id,
        day=day,
        document_kind=_DOCUMENT_KINDS[document_kind],
        document_url=url,
        label=_LABELS[label],
        kind=_KINDS[kind],
        confidence=confidence,
        rule=rule,
        surface=surface,
        sentence=sentence,
        communes=named,
        placing=_PLACINGS[placing],
        event_day=event_day,
        dated=bool(dated),
    )


class _Communes(dict[str, tuple[str, ...]]):
    """Reads each list of communes once: a few lists stand in most documents."""

    def __missing__(self, text: str) -> tuple[str, ...]:
        self[text] = read = tuple(json.loads(text))
        return read
