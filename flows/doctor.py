"""What a workspace lacks to run well, and what to do: the checks of `vigie doctor`.

Each check is a function that returns findings; none changes anything. The states are those of
monitoring plugins (Nagios): all is well, somebody should look, something does not work.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from packaging.requirements import Requirement

from flows import backup, due, learned, steps
from flows.missed import last_time
from nlp import model
from storage import condition, copies, open_store, sources
from vigie import settings as written
from vigie.errors import VigieError
from vigie.language import say
from vigie.records import is_unproven, iso_week

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.condition import Condition
    from vigie.settings import Settings

SCARCE, SCANTY = 200_000_000, 2_000_000_000
"""Bytes free on a disk below which nothing works soon, and below which somebody should look."""
OLD_BACKUP = timedelta(days=3)
LATE = timedelta(hours=36)
"""After its time, how long a crawl may be missing; a night without one is usual."""
LATE_QUEUE = timedelta(hours=12)
SKEW = timedelta(minutes=10)
"""How far what was noted may lie ahead of the clock."""
STALE_SPOOL = timedelta(days=1)
_SECRETS = re.compile(r"(api_?)?key|token|secret|passw(or)?d|mot_?de_?passe|auth", re.IGNORECASE)


class State(IntEnum):
    """How a check ended; the number is the exit status of the whole, at its worst."""

    WELL = 0
    LOOK = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check found."""

    check: str
    """One word, for programs: `settings`, `database`…"""
    state: State
    said: str
    remedy: str = ""
    """What to do; empty when all is well."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What the checks look at."""

    settings: Settings
    database: Condition | None
    """None when it could not be read."""
    now: datetime


def examine(folder: Path, now: datetime) -> list[Finding]:
    """Return what every check found in a workspace, in the order in which to mend it."""
    found = list(_settings(folder))
    if found[0].check == "settings" and found[0].state is State.BROKEN:
        return [*found, *_versions(), *_model()]
    settings, _ = written.examine(written.read(folder), folder)
    database, said = _database(settings)
    place = _Place(settings, database, now)
    checks: tuple[Callable[[_Place], Iterator[Finding]], ...] = (
        _sources,
        _learned,
        _disk,
        _clock,
        _schedule,
        _backups,
        _permissions,
        _secrets,
    )
    found += [*_versions(), *_model(), *said]
    return found + [finding for check in checks for finding in check(place)]


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


def _learned(place: _Place) -> Iterator[Finding]:
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
        mend = say("Faites ce que dit cette phrase, puis relancez « vigie doctor ».")
        finding = Finding(check="database", state=State.BROKEN, said=str(error), remedy=mend)
        return None, [finding]
    state, said, mend = _told(found)
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
        mend = say("La prochaine commande la met à jour ; faites d’abord une sauvegarde.")
    else:
        said = say("la base est entière et se laisse écrire (schéma {schema})", schema=schema)
        return State.WELL, said, ""
    return State.BROKEN if found.damage or found.newer else State.LOOK, said, mend


def _sources(place: _Place) -> Iterator[Finding]:
    wanted = due.crawled_sources(place.settings)
    if not wanted:
        mend = say("Ajoutez-en avec « vigie sources add ADRESSE ».")
        yield Finding(
            check="sources", state=State.LOOK, said=say("aucune source à collecter"), remedy=mend
        )
        return
    if place.database is None or place.database.last_try is None:
        said = say("{n} source, jamais visitée", "{n} sources, jamais visitées", n=len(wanted))
        yield Finding(check="sources", state=State.WELL, said=said)
        return
    store = open_store(place.settings.storage.url, place.settings.folder)
    with store.reading() as c:
        health = sources.health(c)
    store.close()
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


# --- the machine ---------------------------------------------------------------------------


def _disk(place: _Place) -> Iterator[Finding]:
    settings = place.settings
    file = copies.file_of(settings.storage.url, settings.folder)
    size = file.stat().st_size if file and file.exists() else 0
    for folder in {settings.data, settings.folder / settings.backup.folder}:
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        free = shutil.disk_usage(there).free
        state = (
            State.BROKEN
            if free < SCARCE
            else State.LOOK
            if free < max(SCANTY, 2 * size)
            else State.WELL
        )
        yield Finding(
            check="disk",
            state=state,
            said=say("{free:.1f} Go libres pour {folder}", free=free / 1e9, folder=str(folder)),
            remedy=say("Libérez de la place, ou baissez archive_megabytes.") if state else "",
        )


def _clock(place: _Place) -> Iterator[Finding]:
    newest = place.database.newest if place.database else None
    if newest and newest > place.now + SKEW:
        moment = f"{newest.astimezone(place.settings.zone):%d/%m/%Y %H:%M}"
        yield Finding(
            check="clock",
            state=State.LOOK,
            said=say("l’horloge retarde : la base connaît déjà le {moment}", moment=moment),
            remedy=say(
                "Réglez l’heure de la machine (NTP) ; le prochain passage corrige le reste."
            ),
        )
        return
    moment = f"{place.now.astimezone(place.settings.zone):%d/%m/%Y %H:%M}"
    yield Finding(check="clock", state=State.WELL, said=say("il est {moment}", moment=moment))


def _schedule(place: _Place) -> Iterator[Finding]:
    """Hold the last crawl and the last queue against their rhythms."""
    settings, database = place.settings, place.database
    mend = say("Vérifiez que « vigie schedule » tourne, ou lancez « vigie run ».")
    if database is None or database.last_try is None:
        return
    late = []
    if settings.schedule.crawl:
        before = (place.now - LATE).astimezone(settings.zone)
        expected = last_time(settings.schedule.crawl, before).replace(tzinfo=settings.zone)
        if database.last_try < expected:
            moment = f"{database.last_try.astimezone(settings.zone):%d/%m/%Y %H:%M}"
            late.append(say("dernière collecte le {moment}", moment=moment))
    if settings.schedule.queue:
        week = iso_week(
            last_time(
                settings.schedule.queue, (place.now - LATE_QUEUE).astimezone(settings.zone)
            ).date()
        )
        if (database.last_queue or "") < week:
            late.append(say("pas de file pour la semaine {week}", week=week))
    stale = [
        path
        for path in steps.waiting_spools(settings)
        if place.now.timestamp() - path.stat().st_mtime > STALE_SPOOL.total_seconds()
    ]
    if stale:
        late.append(say("une collecte interrompue attend depuis plus d’un jour"))
    for said in late:
        yield Finding(check="schedule", state=State.LOOK, said=said, remedy=mend)
    if not late:
        yield Finding(
            check="schedule", state=State.WELL, said=say("collecte et file sont à l’heure")
        )


def _backups(place: _Place) -> Iterator[Finding]:
    settings = place.settings
    old = backup.age(settings, place.now)
    mend = say("« vigie backup » en fait une dans {folder}.", folder=settings.backup.folder)
    if place.database is None or place.database.schema is None:
        return
    if old is None:
        said = say("aucune sauvegarde dans {folder}", folder=settings.backup.folder)
        yield Finding(check="backups", state=State.LOOK, said=said, remedy=mend)
    else:
        state = State.LOOK if old > OLD_BACKUP else State.WELL
        said = say(
            "la dernière sauvegarde a {n} jour", "la dernière sauvegarde a {n} jours", n=old.days
        )
        yield Finding(check="backups", state=state, said=said, remedy=mend if state else "")
    if settings.storage.url.startswith("postgresql") and not shutil.which("pg_dump"):
        yield Finding(
            check="backups",
            state=State.LOOK,
            said=say("pg_dump manque : pas de sauvegarde possible"),
            remedy=say("Installez le paquet postgresql-client, de la version du serveur."),
        )


def _permissions(place: _Place) -> Iterator[Finding]:
    data = place.settings.data
    there = data if data.exists() else place.settings.folder
    if not os.access(there, os.W_OK | os.X_OK):
        yield Finding(
            check="permissions",
            state=State.BROKEN,
            said=say("{folder} ne se laisse pas écrire", folder=str(there)),
            remedy=say("Donnez ce dossier au compte qui lance Vigie (chown)."),
        )
        return
    file = copies.file_of(place.settings.storage.url, place.settings.folder)
    if file and file.exists() and file.stat().st_mode & stat.S_IWOTH:
        yield Finding(
            check="permissions",
            state=State.LOOK,
            said=say("tout le monde peut modifier {path}", path=str(file)),
            remedy=say("« chmod o-w {path} »", path=str(file)),
        )
        return
    yield Finding(
        check="permissions",
        state=State.WELL,
        said=say("{folder} se laisse écrire", folder=str(there)),
    )


def _secrets(place: _Place) -> Iterator[Finding]:
    """Look for passwords and keys in the settings, and for who can read them."""
    settings = place.settings
    held = [("[storage]", settings.storage.url)] + [(one.id, one.url) for one in settings.sources]
    names = [name for name, url in held if _holds_secret(url)]
    path = settings.folder / written.FILE_NAME
    if not names:
        said = say("aucun secret dans vigie.toml")
        yield Finding(check="secrets", state=State.WELL, said=said)
        return
    open_to_others = path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    yield Finding(
        check="secrets",
        state=State.LOOK if open_to_others else State.WELL,
        said=say(
            "vigie.toml contient un mot de passe ou une clé : {names}", names=", ".join(names)
        ),
        remedy=say("« chmod 600 {path} » : que vous seul puissiez le lire.", path=str(path))
        if open_to_others
        else "",
    )


def _holds_secret(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.password) or any(
            _SECRETS.search(name) and value for name, value in parse_qsl(parts.query)
        )
    except ValueError:
        return False
