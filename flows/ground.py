"""What the watches of an installation know of the places that documents may name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp import places
from storage import sources
from vigie import gazetteer

if TYPE_CHECKING:
    from storage import Connection
    from vigie.settings import Settings


def known(c: Connection, settings: Settings) -> places.Ground:
    """Return what the watches know of the places that documents may name.

    What the catalogue says of a source counts before what was stored of it.
    """
    known = {source.id: source for source in (*sources.all(c), *settings.sources)}
    abroad = {name for one in settings.watches for names in one.abroad.values() for name in names}
    return places.ground(
        gazetteer.territory(settings.territory),
        {code: names for one in settings.watches for code, names in one.quarters.items()},
        known.values(),
        sorted(abroad),
    )
