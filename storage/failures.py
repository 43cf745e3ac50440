"""Turns what a database may fail with into one sentence for a person."""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from vigie.errors import StorageError
from vigie.language import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL


LEAST_ROOM = 200_000
"""Bytes on the disk below which a failure to read or write means that it is full."""

_EXTENSION = re.compile(r"(\w+)\.control")
"""In what PostgreSQL says of an extension that its server lacks, in whatever language."""


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Raise `StorageError` for what a person can mend; let programming errors through."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StorageError(_locked(shown(url))) from error
    except DBAPIError as error:
        said = (
            sentence(error.orig, shown(url))
            if url.get_backend_name() == "sqlite"
            else _of_postgresql(error, url)
        )
        if said is None:
            raise
        raise StorageError(said) from error


def shown(url: URL) -> str:
    """Return the address of a database as a person may see it."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def refuse_lost(url: URL) -> NoReturn:
    """Refuse to make a database where another one is to be found."""
    raise StorageError(
        say(
            "La base de données {place} n’existe pas ou est vide, alors que cet espace de travail "
            "en a eu une : vérifiez url dans [storage], ou restaurez la dernière sauvegarde "
            "(« vigie restore FICHIER --replace »). Pour recommencer à vide, mettez d’abord "
            "ailleurs data/archive et le dossier de [backup].",
            place=shown(url),
        )
    )


def _locked(place: str) -> str:
    return say(
        "La base de données {place} est occupée par un autre programme : attendez qu’il finisse "
        "ou arrêtez-le, puis recommencez.",
        place=place,
    )


def _full_here(place: str) -> str:
    return say(
        "Plus de place sur le disque de la base de données {place} : libérez-en (anciennes "
        "sauvegardes, dossiers before-restore-…, les plus anciens fichiers de data/archive), puis "
        "recommencez ; rien de ce qui était enregistré n’est perdu.",
        place=place,
    )


def _full(place: str) -> str:
    return say(
        "Plus de place sur le disque de la base de données {place} : libérez-en, puis "
        "recommencez ; rien de ce qui était enregistré n’est perdu.",
        place=place,
    )


def _read_only(place: str) -> str:
    return say(
        "La base de données {place} ne peut pas être modifiée : vérifiez les droits du fichier "
        "et de son dossier.",
        place=place,
    )


def sentence(error: BaseException | None, place: str) -> str | None:
    """Return what an error of SQLite means for the file at `place`; None for a bug of ours."""
    code = str(getattr(error, "sqlite_errorname", ""))
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return _locked(place)
    failed_file = code.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR"))
    if code.startswith("SQLITE_FULL") or (failed_file and _no_room(place)):
        return _full_here(place)
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return _read_only(place)
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return say(
            "La base de données {place} est abîmée, ou n’en est pas une : restaurez la dernière "
            "sauvegarde avec « vigie restore ».",
            place=place,
        )
    if failed_file:
        return say(
            "La base de données {place} ne peut pas être ouverte ou lue ({error}) : vérifiez le "
            "disque et les droits.",
            place=place,
            error=str(error),
        )
    return None


def _no_room(place: str) -> bool:
    """Tell whether a disk is too full even for the small files that SQLite keeps beside its own."""
    try:
        return shutil.disk_usage(Path(place).parent).free < LEAST_ROOM
    except OSError:
        return False


def _of_postgresql(error: DBAPIError, url: URL) -> str | None:
    place = shown(url)
    state = getattr(error.orig, "sqlstate", None) or ""
    said = str(error.orig).strip()
    if state in {"0A000", "58P01", "42501"}:
        return _not_prepared(state, said, place)
    if state in {"55P03", "40001", "40P01", "57014"}:
        return _locked(place)
    if state in {"53100", "53200"}:
        return _full(place)
    if state == "25006":
        return _read_only(place)
    if state.startswith(("08", "28", "3D", "53", "57")) or (
        not state and type(error).__name__ == "OperationalError"
    ):
        reason = (said or state).splitlines()[-1].strip()
        # A server that asked for a password is there; so is one that says itself why not.
        asked = getattr(getattr(error.orig, "pgconn", None), "used_password", False)
        return _not_opened(reason, place, answered=asked or "FATAL:" in reason)
    return None


def _not_opened(error: str, place: str, *, answered: bool) -> str:
    if answered:
        return say(
            "PostgreSQL répond, mais n’ouvre pas {place} ({error}) : vérifiez l’utilisateur et la "
            "base de l’adresse (--to, --url ou [storage]), et le mot de passe (PGPASSWORD ou "
            "~/.pgpass).",
            place=place,
            error=error,
        )
    return say(
        "PostgreSQL ne répond pas à {place} ({error}) : vérifiez la machine et le port de "
        "l’adresse (--to, --url ou [storage]), et que le serveur tourne.",
        place=place,
        error=error,
    )


def _not_prepared(state: str, said: str, place: str) -> str | None:
    """Return what a server or a database lacks that whoever keeps them can give."""
    if state == "42501":
        return say(
            "Cet utilisateur de PostgreSQL n’a pas tous les droits sur {place} ({error}) : faites-"
            "en le propriétaire de la base (ALTER DATABASE … OWNER TO …), puis recommencez.",
            place=place,
            error=said.splitlines()[0].strip(),
        )
    missing = _EXTENSION.search(said)
    if missing is None:
        return None
    return say(
        "Il manque à PostgreSQL, à {place}, l’extension {name} : installez sur le serveur ses "
        "modules complémentaires (paquet postgresql-contrib), puis recommencez.",
        place=place,
        name=missing[1],
    )
