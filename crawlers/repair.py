"""The addresses of a catalogue that nobody has tried: which are right, and what the others become.

A pack is written where there may be no internet. The first check on a connected machine tries
each address; one that does not hold what it should is looked for from its own page, the folder
above it and the home page, as `vigie sources add` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers import discovery
from vigie.errors import InputError
from vigie.records import FailureKind, HealthState, Message, Outcome, Source, SourceKind
from vigie.words import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vigie.records import Finding
    from vigie.settings import Settings

_DATED = (SourceKind.EVENTS, SourceKind.CALENDAR, SourceKind.OPENAGENDA)
_NEWS = (SourceKind.FEED, SourceKind.SITEMAP, SourceKind.LISTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check says of a source, and what is to stand in the catalogue instead of it."""

    outcome: Outcome
    mended: Source | None = None
    """The source with an address that was seen to work; None: it stays as it is."""
    found: Message | None = None
    """What the check found elsewhere, or that it found nothing; None: it did not look."""


def check(sources: Sequence[Source], settings: Settings) -> Iterator[Checked]:
    """Yield what trying each source gives, in their order; untried ones are mended if they can be.

    What fails for a reason of the moment (no network, a site that is down or refuses) is let be:
    another address would be no better.

    Raises:
        CrawlError: the crawl as a whole cannot be done.
    """
    trials = discovery.tried(sources, settings)
    taken = {source.url for source in settings.sources}
    for source in sources:
        outcome = discovery.told(source, trials[source.id])
        if source.checked:
            yield Checked(outcome=outcome)
        elif _works(trials[source.id]):
            url = trials[source.id].moved_to or source.url
            yield Checked(outcome=outcome, mended=replace(source, url=url, checked=True))
        elif _is_worth_looking(outcome):
            gone = outcome.state is HealthState.UNREACHABLE
            mended, found = _looked_for(source, settings, taken, gone=gone)
            taken |= {mended.url} if mended else set()
            yield Checked(outcome=outcome, mended=mended, found=found)
        else:
            yield Checked(outcome=outcome)


def _works(trial: discovery.Trial) -> bool:
    state = trial.outcome.state
    return bool(trial.documents or trial.known) and not state.is_failure


def _is_worth_looking(outcome: Outcome) -> bool:
    """Tell whether an address is wrong, rather than its site away for the moment."""
    if outcome.state is HealthState.UNREACHABLE:
        return outcome.failure is FailureKind.HARD
    return outcome.state in (HealthState.WRONG_FORMAT, HealthState.QUIET, HealthState.LIVELY)


def _looked_for(
    source: Source, settings: Settings, taken: set[str], *, gone: bool
) -> tuple[Source | None, Message]:
    """Return what a source's pages have to offer in its place, and the sentence that says it."""
    for page in pages(source.url, gone=gone):
        try:
            findings = discovery.discover(page, settings, {one.id for one in settings.sources})
        except InputError:
            continue  # nothing answers there: the next one above
        best = _best(source, [one for one in findings if one.source.url not in taken])
        if best is not None:
            made = replace(source, url=best.source.url, kind=best.source.kind, checked=True)
            values: dict[str, str | int | Message] = {
                "n": best.items,
                "url": made.url,
                "kind": SOURCE_KINDS[made.kind],
                "page": page,
            }
            found = Message(
                "trouvé depuis {page} : {url} ({kind}, {n} document)",
                values,
                "trouvé depuis {page} : {url} ({kind}, {n} documents)",
            )
            return made, found
    return None, Message("rien trouvé depuis la page d’accueil")


def _best(source: Source, findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that is most like a source: of its own sort first, feeds before pages."""
    wanted = (*_DATED, *_NEWS) if source.kind in _DATED else (*_NEWS, *_DATED)
    order = {kind: place for place, kind in enumerate(wanted)}
    fitting = [one for one in findings if one.source.kind in order]
    return min(fitting, key=lambda one: order[one.source.kind], default=None)


def pages(url: str, *, gone: bool = False) -> list[str]:
    """Return where to look for a source: at its address unless gone, the folder above, home."""
    parts = urlsplit(url)
    home = f"{parts.scheme}://{parts.netloc}/"
    above = parts.path.rstrip("/").rpartition("/")[0]
    folder = f"{home.rstrip('/')}{above}/"
    return [one for one in dict.fromkeys((url, folder, home)) if one != url or not gone]
