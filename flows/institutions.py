"""The territory's own institutions, made known before anything is read or ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows import sharing
from flows.intake import mark_known
from storage import registrations, sources
from vigie import institutions
from vigie.language import say
from vigie.records import INSTITUTIONS, Source, SourceKind

if TYPE_CHECKING:
    from datetime import date

    from storage import Store
    from vigie.settings import Settings


def make_known(settings: Settings, store: Store, on: date) -> int:
    """Keep the institutions that are not kept yet as known actors; return how many there were."""
    listed = institutions.known(settings.territory, on)
    with store.reading() as c:
        kept = registrations.numbers(c, INSTITUTIONS)
    new = [entry for entry in listed if registrations.number(entry) not in kept]
    if new:
        source = Source(
            id=INSTITUTIONS,
            name=say("Institutions du territoire"),
            url="",
            kind=SourceKind.REGISTRY,
        )
        with store.writing(sharing.PATIENCE) as c:
            sources.save(c, [source])
            mark_known(c, new)
    return len(new)
