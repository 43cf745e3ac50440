"""What a workspace lacks to run well, and what to do: the checks of `vigie doctor`.

Each check is a function that returns findings; none changes anything. The states are those of
monitoring plugins (Nagios): all is well, somebody should look, something does not work.
"""

from __future__ import annotations

import sys
from contextlib import closing
from importlib import metadata
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from flows import due, learned, machine
from flows.checked_watches import watches
from flows.findings import Finding, Place, State
from nlp import model
from storage import condition, open_workspace, sources
from storage.workspaces import has_left_something
from vigie import settings as written
from vigie.errors import StorageError, VigieError
from vigie.language import say
from vigie.records import is_unproven

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from storage.condition import Condition
    from vigie.settings import Settings


def examine(folder: Path, now: datetime) -> list[Finding]:
    """Return what every check found in a workspace, in the order in which to mend it."""
    found = list(_settings(folder))
    if found[0].check == "settings" and found[0].state is State.BROKEN:
        return [*found, *_versions(), *_model()]
    settings, _ = written.examine(written.read(folder), folder)
    database, said = _database(settings)
    place = Place(settings, database, now)
    checks: tuple[Callable[[Place], Iterator[Finding]], ...] = (
        _sources,
        watches,
        _learned,
        machine.disk,
        machine.clock,
        machine.schedule,
        machine.backups,
        machine.permissions,
        machine.secrets,
    )
    found += [*_versions(), *_model(), *said]
    found += [finding for check in checks for finding in _looked(check, place)]
    return list(dict.fromkeys(found))  # several checks may fail for one reason


def _looked(check: Callable[[Place], Iterator[Finding]], place: Place) -> Iterator[Finding]:
    """Yield what a check finds; a database that fails in the middle of it hides no other."""
    try:
        yield from check(place)
    except StorageError as error:
        yield _failed(error)


def _failed(error: VigieError) -> Finding:
    mend = say("Faites ce que dit cette phrase, puis relancez « vigie doctor ».")
    return Finding(check="database", state=State.BROKEN, said=str(error), remedy=mend)


def worst(found: list[Finding]) -> State:
    """Return the state of the whole."""
    return max((finding.state for finding in found), default=State.WELL)


# --- what is written and installed ---------------------------------------------------------


def _settings(folder: Path) -> Iterator[Finding]:
    try:
        settings, problems = written.examine(written.read(folder), folder)
    except VigieError as error:
        mend = say("Créez l’espace de travail avec « vigie init », ou corrigez ce fichier.")
        yield Finding(check="settings", state=State.BROKEN, said=str(error), remedy=mend)
        return
    for problem in problems:
        mend = say("Corrigez cette ligne de vigie.toml.")
        yield Finding(check="settings", state=State.BROKEN, said=problem, remedy=mend)
    if not problems:
        yield Finding(check="settings", state=State.WELL, said=say("vigie.toml se lit sans erreur"))
    if due.crawled_sources(settings) and not settings.crawler.contact:
        yield Finding(
            check="settings",
            state=State.BROKEN,
            said=say("aucune adresse de contact : rien ne sera collecté"),
            remedy=say('Écrivez contact = "veille@…" dans [crawler].'),
        )


def _versions() -> Iterator[Finding]:
    """Hold what is installed against what the program was made for."""
    wrong = []
    for line in metadata.requires("vigie") or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            has = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted.name} –")
            continue
        if not wanted.specifier.contains(has, prereleases=True):
            wrong.append(f"{wanted.name} {has} ({wanted.specifier})")
    if wrong:
        yield Finding(
            check="versions",
            state=State.BROKEN,
            said=say(
                "bibliothèques d’une autre version qu’il ne faut : {wrong}", wrong=", ".join(wrong)
            ),
            remedy=say("Réinstallez Vigie : « make install »."),
        )
        return
    python = ".".join(map(str, sys.version_info[:3]))
    said = say("Vigie {version}, Python {python}", version=metadata.version("vigie"), python=python)
    yield Finding(check="versions", state=State.WELL, said=said)


def _model() -> Iterator[Finding]:
    """Load the language model, as reading does: only that shows that it works."""
    try:
        model.load()
    except VigieError as error:
        mend = say("Réinstallez Vigie : « make install ».")
        yield Finding(check="model", state=State.BROKEN, said=str(error), remedy=mend)
        return
    yield Finding(
        check="model",
        state=State.WELL,
        said=say("le modèle de langue {pin} se charge", pin=model.PIN),
    )


def _learned(place: Place) -> Iterator[Finding]:
    try:
        learned.weights(place.settings.data)
    except VigieError as error:
        mend = say("« vigie learn --undo » revient aux poids d’avant.")
        yield Finding(check="model", state=State.BROKEN, said=str(error), remedy=mend)


# --- the database and the sources ----------------------------------------------------------


def _database(settings: Settings) -> tuple[Condition | None, list[Finding]]:
    """Return the database's condition, and what there is to say of it."""
    url, folder = settings.storage.url, settings.folder
    try:
        found = condition.examine(url, folder)
        if found.schema is not None and not found.newer:
            condition.is_writable(url, folder)
    except VigieError as error:
        return None, [_failed(error)]
    state, said, mend = _told(found)
    if found.schema is None and has_left_something(settings):
        said = say("la base a disparu : ce dossier en a eu une")
        mend = say(
            "Vérifiez url dans [storage], ou restaurez la dernière sauvegarde : « vigie restore "
            "FICHIER --replace »."
        )
        return None, [Finding(check="database", state=State.BROKEN, said=said, remedy=mend)]
    return found, [Finding(check="database", state=state, said=said, remedy=mend)]


def _told(found: Condition) -> tuple[State, str, str]:
    """Return how it stands with a database that can be read, and what to do."""
    schema = found.schema or ""
    if not schema:
        said, mend = say("aucune base encore : le premier passage la crée"), ""
        return State.WELL, said, mend
    if found.damage:
        said = say("la base est abîmée : {damage}", damage=" ; ".join(found.damage[:3]))
        mend = say("Restaurez la dernière sauvegarde : « vigie restore FICHIER --replace ».")
    elif found.newer:
        said = say("la base vient d’une version plus récente (schéma {schema})", schema=schema)
        mend = say("Mettez Vigie à jour.")
    elif found.old_server:
        said = say("PostgreSQL est antérieur à la version 15")
        mend = say("Passez à PostgreSQL 15 ou plus récent.")
    elif found.older:
        said = say("la base est d’un schéma antérieur ({schema})", schema=schema)
        mend = say(
            "La prochaine commande la met à jour. Faites d’abord une sauvegarde : « vigie backup » "
            "la copie telle qu’elle est."
        )
    else:
        said = say("la base est entière et se laisse écrire (schéma {schema})", schema=schema)
        return State.WELL, said, ""
    return State.BROKEN if found.damage or found.newer else State.LOOK, said, mend


def _sources(place: Place) -> Iterator[Finding]:
    wanted = due.crawled_sources(place.settings)
    if not wanted:
        mend = say("Ajoutez-en avec « vigie sources add ADRESSE ».")
        yield Finding(
            check="sources", state=State.LOOK, said=say("aucune source à collecter"), remedy=mend
        )
        return
    database = place.database
    if database is None or database.older or database.newer:
        said = say("{n} source à collecter", "{n} sources à collecter", n=len(wanted))
        yield Finding(check="sources", state=State.WELL, said=said)
        return
    if database.last_try is None:
        said = say("{n} source, jamais visitée", "{n} sources, jamais visitées", n=len(wanted))
        yield Finding(check="sources", state=State.WELL, said=said)
        return
    with closing(open_workspace(place.settings)) as store, store.reading() as c:
        health = sources.health(c)
    ids = [one.id for one in wanted if not is_unproven(one, health.get(one.id))]
    failing = {i for i, one in health.items() if one.state.is_failure and one.failures > 1}
    ailing = [i for i in ids if i in failing]
    if len(ids) < len(wanted):
        said = say("adresses encore à vérifier : {n}", n=len(wanted) - len(ids))
        mend = say("« vigie sources check » les essaie et les répare.")
        yield Finding(check="sources", state=State.LOOK, said=said, remedy=mend)
    elif not ailing:
        said = say("{n} source répond", "{n} sources répondent", n=len(wanted))
        yield Finding(check="sources", state=State.WELL, said=said)
    if not ailing:
        return
    all_of_them = len(ailing) == len(wanted)
    yield Finding(
        check="sources",
        state=State.BROKEN if all_of_them else State.LOOK,
        said=say("en panne : {names}", names=", ".join(ailing[:8]) + (" …" if ailing[8:] else "")),
        remedy=say("Vérifiez la connexion au réseau.")
        if all_of_them
        else say("Voyez « vigie sources list », et essayez-les avec « vigie sources check »."),
    )
