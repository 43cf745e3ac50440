"""Actors as today's mentions tell them, and their home in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vigie.cli.options import today
from vigie.language import render, say, terminal_language

if TYPE_CHECKING:
    from signals.profile import Home, Profile
    from storage import Connection
    from vigie.records import Actor
    from vigie.settings import Settings


def as_known(c: Connection, settings: Settings, actor: Actor) -> tuple[Actor, bool]:
    """Return an actor as the mentions of today tell its kind, home and standing, as `show` does.

    And whether its home is sure. What is stored with it is what its first documents said.
    """
    from signals.profile import profile
    from storage import facts

    day = today(settings)
    known = facts.of_actor(c, actor.id, day, zone=settings.zone)
    seen = profile(known, day) if known else None
    if seen is None:
        return actor, True  # nobody but a directory says it
    return as_seen(actor, seen), seen.home is not None and seen.home.sure


def as_seen(actor: Actor, seen: Profile) -> Actor:
    """Return an actor with the kind, the home and the standing of a profile."""
    return replace(actor, kind=seen.kind, commune=seen.commune, institution=seen.institution)


def commune(code: str | None) -> str:
    """Return the name of a commune, empty if there is none."""
    from vigie import gazetteer

    place = gazetteer.communes().get(code or "")
    return place.name if place else ""


def home_in_words(home: Home | None) -> str:
    """Return where an actor is at home, why, and what makes it doubtful if it is."""
    if home is None:
        return say("Commune : inconnue.")
    why = render(home.reason(), terminal_language())
    if home.sure:
        return say("Commune : {why}", why=why)
    doubt = render(home.doubt(), terminal_language())
    return say("Commune, sans certitude : {why} {doubt}", why=why, doubt=doubt)
