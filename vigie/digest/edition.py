"""What a week's letter tells, and what of it is for one reader."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vigie.records import MAIN_WATCH, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from vigie.exchange.header import Header
    from vigie.records import ActorSheet, Citation, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An actor with what was written of it in the week, the newest first, one story once."""

    sheet: ActorSheet
    news: tuple[Citation, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Return the INSEE codes of where it is."""
        return self.sheet.communes

    @property
    def words(self) -> str:
        """Return all that is said of it, for those who look for a theme."""
        sheet = self.sheet
        cited = (*self.news, *sheet.citations, *sheet.events)
        told = (f"{one.title} . {one.quote}" for one in cited)
        return " . ".join((sheet.name, sheet.description, *sheet.themes, *told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A group that was not there before."""

    terms: tuple[str, ...]
    names: tuple[str, ...]
    """Of its members."""
    places: tuple[str, ...] = ()
    """INSEE codes of where they are."""

    @property
    def words(self) -> str:
        """Return what it is about."""
        return " . ".join((*self.terms, *self.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A sentence on the watch itself: on some communes, on a theme, or on all of it."""

    message: Message | None = None
    places: tuple[str, ...] = ()
    """INSEE codes; none: everywhere."""
    words: str = ""
    """Instead of a message a theme of which nothing was said; beside one, what it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A week's letter, whole or as one reader gets it."""

    week: str
    first: date
    """Monday."""
    header: Header
    page: str
    """Where the pages are; empty for readers who have no way in."""
    kept: tuple[Told, ...] = ()
    """Of which that was decided in the week."""
    news: tuple[Told, ...] = ()
    """Those the lab keeps or watches, of which something was written."""
    events: tuple[Told, ...] = ()
    """Of each, one event to come, the next one first."""
    communities: tuple[Community, ...] = ()
    proposed: tuple[Remark, ...] = ()
    """What was proposed and nobody has answered, a line each."""
    blind_spots: tuple[Remark, ...] = ()
    silent: tuple[Remark, ...] = ()
    """Sources of which nothing comes."""
    waiting: int = 0
    """Candidates that nobody has judged."""
    watch: str = MAIN_WATCH
    """Id of the watch that it is of."""
    queue: str = "/"
    """Where its queue is, from `page` on."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to tell a reader."""
        told = (self.kept, self.news, self.events, self.communities, self.proposed)
        return not any(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who is sent the letter, and what of it."""

    id: str
    address: str
    areas: tuple[str, ...] = ()
    """Codes of communes, intercommunalities or departments; none: everywhere."""
    themes: tuple[str, ...] = ()
    """None: whatever it is about."""
    language: str = "fr"
    audience: Visibility = Visibility.LAB
    who: str = ""
    """Who added it."""
    watch: str = MAIN_WATCH
    """Id of the watch whose letter it is."""
    at: datetime


def tailored(
    whole: Edition,
    audience: Visibility,
    wanted: Callable[[Told | Community | Remark], bool] = lambda _: True,
) -> Edition:
    """Return an edition as an audience may read it, with what is wanted of it.

    What the lab does not see itself (blind spots, silent sources, communities of names that
    nobody has judged, proposals) is the lab's alone.
    """
    lab = audience is Visibility.LAB

    def some(told: tuple[Told, ...]) -> tuple[Told, ...]:
        return tuple(
            _as_shown(one, audience) for one in told if _may(one, audience) and wanted(one)
        )

    return replace(
        whole,
        header=replace(whole.header, audience=audience),
        page=whole.page if lab else "",
        kept=some(whole.kept),
        news=some(whole.news),
        events=some(whole.events),
        communities=tuple(filter(wanted, whole.communities)) if lab else (),
        proposed=tuple(filter(wanted, whole.proposed)) if lab else (),
        blind_spots=tuple(filter(wanted, whole.blind_spots)) if lab else (),
        silent=tuple(filter(wanted, whole.silent)) if lab else (),
        waiting=whole.waiting if lab else 0,
    )


def _may(told: Told, audience: Visibility) -> bool:
    return (told.sheet.visibility or Visibility.LAB).shown_to(audience)


def _as_shown(told: Told, audience: Visibility) -> Told:
    """Return what may be told: quoted sentences may name a person, and stay in the lab."""
    if audience is Visibility.LAB:
        return told

    def silent(cited: tuple[Citation, ...]) -> tuple[Citation, ...]:
        return tuple(replace(one, quote="") for one in cited)

    sheet = told.sheet
    return Told(
        sheet=replace(
            sheet,
            citations=silent(sheet.citations),
            events=silent(sheet.events),
            verdict=None,
            stage=None,
            contact="",
        ),
        news=silent(told.news),
    )
