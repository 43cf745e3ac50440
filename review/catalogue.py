"""The sources: how they fare and what they bring; trying, pausing and adding them."""

from __future__ import annotations

from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from review.access import OFFICER
from review.forms import check_token
from review.shell import House, house, page, signature, wants_fragment
from review.text import plain
from review.troubles import IncompleteError, MissingError
from review.words import choose_language, say_in
from storage import judgements, source_changes, sources
from storage.folding import fold
from vigie import addresses, catalogue, settings
from vigie.errors import SettingsError, VigieError, WorkspaceError, WrongValueError
from vigie.language import say
from vigie.records import (
    Document,
    Finding,
    HealthState,
    Message,
    Outcome,
    Source,
    SourceChange,
    SourceHealth,
    SourceKind,
    Verdict,
    is_unproven,
)
from vigie.typography import long_date

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from review.trials import Scout, Trial

router = APIRouter(default_response_class=HTMLResponse)
changes = APIRouter(dependencies=[Depends(check_token), OFFICER])

_TONES = {
    HealthState.LIVELY: "well",
    HealthState.QUIET: "well",
    HealthState.UNTRIED: "dull",
    HealthState.SLOW: "dull",
    HealthState.MOVED: "dull",
}
_ORDER = ("ill", "dull", "well")
_SAID = {
    "pause": Message("La source « {name} » est en pause : elle n’est plus visitée."),
    "reprise": Message("La source « {name} » reprend : elle sera visitée à la prochaine collecte."),
    "ajout": Message(
        "La source « {name} » est ajoutée à vigie.toml : elle sera lue à la prochaine collecte."
    ),
}

SourceId = Annotated[str, Form(max_length=64)]
AT_ONCE = 0.3
"""Seconds in which a visit that is none has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One line of the page of sources."""

    source: Source
    health: SourceHealth | None
    brought: sources.Yield | None
    candidates: int = 0
    """Actors of any queue that it told of."""
    kept: int = 0
    paused: source_changes.Changed | None = None
    catalogued: bool = True
    """`vigie.toml` describes it; else it was dropped from there, or holds imported archives."""

    @property
    def state(self) -> HealthState:
        """Return how the source fares."""
        return self.health.state if self.health else HealthState.UNTRIED

    @property
    def tone(self) -> str:
        """Return whether that is `well`, `dull` (as what was never seen to work) or `ill`."""
        if self.unproven:
            return "dull"
        return _TONES.get(self.state, "ill")

    @property
    def unproven(self) -> bool:
        """Tell whether nobody has seen its address work yet."""
        return self.catalogued and is_unproven(self.source, self.health)

    @property
    def place(self) -> tuple[bool, bool, int, str]:
        """Return where it stands: silent ones first, then what fails; the paused ones last."""
        silent = self.state is HealthState.SILENT
        return (
            self.paused is not None or not self.catalogued,
            not silent,
            _ORDER.index(self.tone),
            fold(self.source.name),
        )

    @property
    def visited(self) -> bool:
        """Tell whether it is one that a crawl visits."""
        return self.catalogued and self.source.kind is not SourceKind.FILES


@router.get("/sources")
def show_sources(
    request: Request, dit: str = "", source: Annotated[str, Query(max_length=64)] = ""
) -> HTMLResponse:
    """Show the sources and their health; `dit` is what was just done to one (`source`)."""
    made = house(request)
    with made.store.reading() as c:
        rows = source_rows(c, made)
        newest = source_changes.journal(c, 1) if dit in _SAID else []
    language = choose_language(request)
    done = next((one for one in newest if one.source_id == source and not one.undone_at), None)
    return page(
        request,
        "sources.html",
        unreadable=plain(made.settings_trouble(), 600),
        rows=rows,
        described=[row for row in rows if row.catalogued],
        others=[row for row in rows if not row.catalogued],
        documents=sum(row.brought.documents for row in rows if row.brought),
        silent=sum(row.state is HealthState.SILENT and not row.paused for row in rows),
        day=lambda at: long_date(at.astimezone(made.settings.zone).date(), language),
        said=_said(dit, done, language),
        act=f"source-{done.id}" if done else "",
        scouting=made.scout is not None,
    )


def _said(done: str, change: source_changes.Changed | None, language: str) -> str:
    if done == "annule":
        return say_in(language, Message("C’est annulé."))
    if change is None:
        return ""
    return say_in(language, replace(_SAID[done], values={"name": plain(change.source_name, 80)}))


def catalogued(made: House) -> tuple[Source, ...]:
    """Return the sources as `vigie.toml` describes them now, whoever wrote it.

    Those of the start as long as it cannot be read; the pages say so (`House.settings_trouble`).
    """
    try:
        return made.fresh_settings().sources
    except (WorkspaceError, SettingsError):
        return made.settings.sources


def source_rows(c: Connection, made: House) -> list[SourceRow]:
    """Join the sources of the catalogue, and others that brought something, with what is known."""
    described = catalogued(made)
    health, paused = sources.health(c), source_changes.paused(c)
    brought = made.current(c, "yields", ("documents",), lambda: sources.yields(c))
    of = ("candidates", "weekly_counts", "actors")
    found = made.current(c, "discoveries", of, lambda: sources.discoveries(c))
    roots = set().union(*found.values())
    kept = {
        root
        for root, entry in judgements.settled(c, sorted(roots)).items()
        if entry.judgement.verdict is Verdict.KEEP
    }
    ids = {source.id for source in described}
    dropped = [one for one in sources.all(c) if one.id not in ids and one.id in brought]
    rows = [
        SourceRow(
            source=source,
            health=health.get(source.id),
            brought=brought.get(source.id),
            candidates=len(found.get(source.id, ())),
            kept=len(found.get(source.id, set()) & kept),
            paused=paused.get(source.id),
            catalogued=source.id in ids,
        )
        for source in (*described, *dropped)
    ]
    return sorted(rows, key=lambda row: row.place)


# --- pausing -----------------------------------------------------------------------------------


@changes.post("/sources/pause")
def pause(request: Request, source: SourceId) -> Response:
    """Let a source be."""
    return _turned(request, source, SourceChange.PAUSED)


@changes.post("/sources/reprendre")
def resume(request: Request, source: SourceId) -> Response:
    """Visit a source again."""
    return _turned(request, source, SourceChange.RESUMED)


def _turned(request: Request, source: str, change: SourceChange) -> Response:
    made, known = house(request), _known(house(request), source)
    pausing = change is SourceChange.PAUSED
    with made.store.writing() as c:
        sources.save(c, [known])
        if (known.id in source_changes.paused(c)) != pausing:
            who = signature(request)
            source_changes.add(c, known.id, change, who=who, at=made.clock())
    return _back("pause" if pausing else "reprise", known.id)


def _known(made: House, source_id: str) -> Source:
    found = next((one for one in catalogued(made) if one.id == source_id), None)
    if found is None:
        raise MissingError(
            Message("Cette source n’est plus dans le catalogue."), "/sources", Message("Sources")
        )
    return found


def _back(said: str, source_id: str) -> Response:
    address = f"/sources?dit={said}&source={quote(source_id)}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


# --- trying ------------------------------------------------------------------------------------


@changes.post("/sources/essayer")
def try_now(request: Request, source: SourceId) -> Response:
    """Visit a source now; nothing is stored."""
    made = house(request)
    scout, known = _scout(made), _known(made, source)
    return _begun(request, made.trials.begin(known.name, partial(scout.check, known)))


def _scout(made: House) -> Scout:
    if made.scout is None:
        raise MissingError(Message("Ici, les sources ne se visitent que depuis le terminal."))
    return made.scout


def _begun(request: Request, trial: Trial) -> Response:
    # What is refused without a visit is said at once.
    wait([trial.result], AT_ONCE)
    if wants_fragment(request):
        return _shown(request, trial)
    return RedirectResponse(f"/sources/essais/{trial.key}", HTTPStatus.SEE_OTHER)


@router.get("/sources/essais/{key}", dependencies=[OFFICER])
def show_trial(request: Request, key: str) -> Response:
    """Show what a visit gave, or that it is under way."""
    trial = house(request).trials.get(key)
    if trial is None:
        raise MissingError(
            Message("Cet essai n’est plus gardé : recommencez-le."), "/sources", Message("Sources")
        )
    if wants_fragment(request) and not trial.done:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return _shown(request, trial)


def _shown(request: Request, trial: Trial) -> Response:
    made = house(request)
    trouble = trial.trouble if trial.done else ""
    result = trial.result.result(timeout=0) if trial.done and not trouble else None
    outcome = result if isinstance(result, Outcome) else None
    return page(
        request,
        "_trial.html" if wants_fragment(request) else "essai.html",
        trial=trial,
        trouble=plain(trouble, 400),
        outcome=outcome,
        tone=_TONES.get(outcome.state, "ill") if outcome else "",
        findings=result if isinstance(result, tuple) else (),
        known={one.url for one in catalogued(made)} if isinstance(result, tuple) else set(),
        sample=lambda one: _sample(request, one),
        directory=SourceKind.GOGOCARTO,
    )


def _sample(request: Request, one: object) -> tuple[str, str]:
    """Return the day of a sample, where it has one, and its title."""
    made, language = house(request), choose_language(request)
    if not isinstance(one, Document):
        return "", plain(str(getattr(one, "name", "")))
    when = one.event.start if one.event and one.event.start else one.published_at
    day = long_date(when.astimezone(made.settings.zone).date(), language) if when else ""
    return day, plain(one.title or one.text or one.url)


# --- adding ------------------------------------------------------------------------------------


@router.get("/sources/ajouter", dependencies=[OFFICER])
def show_adding(request: Request) -> HTMLResponse:
    """Ask for an address."""
    _scout(house(request))
    return page(request, "ajouter.html")


@changes.post("/sources/ajouter")
def look_at(request: Request, url: Annotated[str, Form(max_length=2000)] = "") -> Response:
    """Visit an address, to see what it publishes."""
    made, address = house(request), url.strip()
    scout = _scout(made)
    if not address:
        raise IncompleteError(Message("Écrivez l’adresse d’un site."), "/sources/ajouter")
    _check(address)
    taken = {one.id for one in catalogued(made)}
    return _begun(
        request,
        made.trials.begin(plain(address, 200), lambda: tuple(scout.discover(address, taken))),
    )


def _check(address: str) -> None:
    """Refuse at once what no visit could read, and what everybody would read in the catalogue."""
    try:
        addresses.site(address)
    except WrongValueError as wrong:
        raise IncompleteError(
            Message("{sentence}", {"sentence": str(wrong)}), "/sources/ajouter"
        ) from wrong


@changes.post("/sources/choisir")
def choose(
    request: Request,
    essai: Annotated[str, Form(max_length=40)] = "",
    choix: Annotated[int, Form(ge=0, le=100)] = 0,
) -> Response:
    """Write what was chosen of a visit's findings to `vigie.toml`."""
    made = house(request)
    trial = made.trials.get(essai)
    found = trial.result.result(timeout=0) if trial and trial.done and not trial.trouble else None
    if not isinstance(found, tuple) or choix >= len(found):
        raise MissingError(
            Message("Cette découverte n’est plus gardée : recommencez-la."),
            "/sources/ajouter",
            Message("Ajouter une source"),
        )
    source = _free(made, found[choix])
    with made.store.writing() as c:
        sources.save(c, [source])
        source_changes.add(
            c,
            source.id,
            SourceChange.ADDED,
            who=signature(request),
            at=made.clock(),
            entry=catalogue.values(source),
        )
        # Last: if it cannot be written, nothing of this stays.
        catalogue.add(made.settings.folder, source)
    return _back("ajout", source.id)


def _free(made: House, finding: Finding) -> Source:
    """Return a finding's source, under another id if somebody took its own meanwhile."""
    described, source = catalogued(made), finding.source
    if any(one.url == source.url for one in described):
        raise VigieError(say("Cette adresse est déjà au catalogue."))
    ids = {one.id for one in described}
    return replace(source, id=catalogue.suggest_id(source.url, ids)) if source.id in ids else source


def take_out(made: House, added: source_changes.Changed) -> None:
    """Take out of `vigie.toml` what was added there, as long as it stands as it was added.

    Raises:
        VigieError: somebody has edited it since.
    """
    folder = made.settings.folder
    described = {one.id: one for one in settings.load(folder).sources}
    standing = described.get(added.source_id)
    if standing is None:
        return
    if catalogue.values(standing) != dict(added.entry):
        raise VigieError(
            say(
                "La source « {id} » a été modifiée dans vigie.toml depuis son ajout : "
                "mettez-la en pause, ou retirez-la de ce fichier.",
                id=added.source_id,
            )
        )
    catalogue.remove(folder, added.source_id)
