"""What the machine gives a workspace: room, the time, a schedule, backups, rights, privacy.

Each check returns findings for `flows.doctor`; none changes anything.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from flows import notices, steps
from flows.checked_watches import late_queues
from flows.findings import Finding, Place, State
from flows.missed import last_time
from storage import copies
from vigie import backups as kept
from vigie import settings as written
from vigie.language import say
from vigie.records import iso_week

if TYPE_CHECKING:
    from collections.abc import Iterator

SCARCE = 200_000_000
"""Bytes free on a disk below which nothing works soon."""
OLD_BACKUP = timedelta(days=3)
LATE = timedelta(hours=36)
"""After its time, how long a crawl may be missing; a night without one is usual."""
LATE_QUEUE = timedelta(hours=12)
SKEW = timedelta(minutes=10)
"""How far what was noted may lie ahead of the clock."""
STALE_SPOOL = timedelta(days=1)
_SECRETS = re.compile(r"(api_?)?key|token|secret|passw(or)?d|mot_?de_?passe|auth", re.IGNORECASE)


def disk(place: Place) -> Iterator[Finding]:
    """See how much room is left for the data and for the backups."""
    settings = place.settings
    file = copies.file_of(settings.storage.url, settings.folder)
    size = file.stat().st_size if file and file.exists() else 0
    for folder in {settings.data, kept.folder_of(settings)}:
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
        usage = shutil.disk_usage(there)
        free = usage.free
        # A backup needs room for a copy of the database beside the packed one.
        scanty = notices.is_nearly_full(usage.total, free) or free < 2 * size
        state = State.BROKEN if free < SCARCE else State.LOOK if scanty else State.WELL
        yield Finding(
            check="disk",
            state=state,
            said=say("{free:.1f} Go libres pour {folder}", free=free / 1e9, folder=str(folder)),
            remedy=say("Libérez de la place, ou baissez archive_megabytes.") if state else "",
        )


def clock(place: Place) -> Iterator[Finding]:
    """See whether the clock lags behind what was noted."""
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


def schedule(place: Place) -> Iterator[Finding]:
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
        before = (place.now - LATE_QUEUE).astimezone(settings.zone)
        week = iso_week(last_time(settings.schedule.queue, before).date())
        late += late_queues(settings, database, week)
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


def backups(place: Place) -> Iterator[Finding]:
    """See how old the newest backup is, and whether another can be made."""
    settings = place.settings
    made = kept.newest(settings)
    old = place.now - made if made else None
    folder = str(kept.folder_of(settings).absolute())
    mend = say("« vigie backup » en fait une dans {folder}.", folder=folder)
    if place.database is None or place.database.schema is None:
        return
    if old is None:
        said = say("aucune sauvegarde dans {folder}", folder=folder)
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


def permissions(place: Place) -> Iterator[Finding]:
    """See whether the data can be written by us, and by us alone."""
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


def secrets(place: Place) -> Iterator[Finding]:
    """Look for passwords and keys in the settings, and for who can read them."""
    settings = place.settings
    held = [
        ("[storage]", settings.storage.url),
        ("[mail] inbox", settings.mail.inbox),
        ("[review] tiles", settings.review.tiles),
        *((one.id, one.url) for one in settings.sources),
    ]
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
