"""All that is known of one actor beside its candidacy: tellings, copies, days, places, look-alikes.

Read at the moment a page is shown, for the queue and the *fiche acteur* alike.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from review.pictures import Map, Timeline, first_monday, territory_map, timeline
from storage import actors, directory, edits, naming, suggestions, told
from vigie import gazetteer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection

    from storage.directory import Line
    from storage.edits import Revision
    from storage.naming import Vocabulary
    from storage.told import Telling
    from vigie.records import Field, Message
    from vigie.settings import Watch

MOST_ALIKE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """An actor that may be the same."""

    line: Line
    reason: Message | None
    """Why the machine asks; None: a person looked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What a page shows of an actor."""

    root: str
    tellings: tuple[Telling, ...]
    copies: Mapping[str, tuple[Telling, ...]]
    """Story → its tellings, the first one first."""
    timeline: Timeline | None
    map: Map | None
    alike: tuple[Alike, ...]
    notes: tuple[Revision, ...]
    written: Mapping[Field, Revision]

    def also_told(self, url: str) -> tuple[Telling, ...]:
        """Return the other tellings of the story that stands at an address."""
        here = next((one for one in self.tellings if one.url == url), None)
        if here is None:
            return ()
        return tuple(one for one in self.copies[here.story_id] if one is not here)


def dossier(
    c: Connection, actor_id: str, watch: Watch, until: date, *, commune: str | None = None
) -> Dossier:
    """Return what is known of an actor, or of the one it was merged into.

    Args:
        c: a reading connection.
        actor_id: it need not exist: then nothing is known.
        watch: the territory.
        until: the last day of the timeline.
        commune: INSEE code of where the page says it is at home.
    """
    root = actors.surviving(c, [actor_id]).get(actor_id, actor_id)
    tellings = tuple(told.by_documents(c, root))
    places: dict[str, int] = Counter(one.commune for one in tellings if one.commune)
    if commune and not places.get(commune):
        places = {commune: 1} | places
    return Dossier(
        root=root,
        tellings=tellings,
        copies=told.copies(tellings),
        timeline=timeline(told.by_weeks(c, root, first_monday(until)), until),
        map=territory_map(gazetteer.territory(watch.territory), places),
        alike=_alike(c, root),
        notes=tuple(edits.notes(c, root)),
        written=edits.standing(c, [root]).get(root, {}),
    )


def _alike(c: Connection, root: str) -> tuple[Alike, ...]:
    asked = suggestions.of_actors(c, [root])[:MOST_ALIKE]
    others = {(s.other_id if s.actor_id == root else s.actor_id): s.reason for s in asked}
    roots = actors.surviving(c, others)
    reasons = {roots[i]: reason for i, reason in others.items() if i in roots}
    return tuple(
        Alike(line=line, reason=reasons[line.actor_id])
        for line in directory.lines(c, list(reasons))
    )


def named_like(c: Connection, text: str, words: Vocabulary, root: str) -> tuple[Alike, ...]:
    """Return the actors that a person looks for by name, without the one looked at."""
    ids = [one for one in naming.named(c, text, words, MOST_ALIKE + 1) if one != root]
    return tuple(Alike(line=line, reason=None) for line in directory.lines(c, ids[:MOST_ALIKE]))
