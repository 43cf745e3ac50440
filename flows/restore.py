"""A backup put back: examined whole before anything is touched, and put in place at the end.

Nothing is believed of the archive's own paths: only the members that its manifest lists are read,
each under a name that stays within the workspace, and no longer than announced.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import tomlkit
from pydantic import TypeAdapter

from flows.backup import FORMAT, MANIFEST, Manifest, Member
from storage import copies, open_store
from storage.schema import known_schemas
from storage.store import foreign_tables
from vigie import catalogue, lock
from vigie.addresses import holds_password
from vigie.errors import InputError, SettingsError, WorkspaceError
from vigie.language import say
from vigie.settings import FILE_NAME, Storage, parse, read
from vigie.settings import examine as examine_settings
from vigie.words import refusal
from vigie.workspace import OWNERS_ALONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vigie.settings import Settings

_CHUNK = 1 << 20
_LARGEST_MANIFEST = 64_000_000


def examine(file: Path) -> Manifest:
    """Return what a backup says of itself, once every file in it was read and found whole.

    Raises:
        InputError: it is damaged, no backup, or of a newer program.
    """
    with _opened(file) as archive:
        manifest = _manifest(archive, file)
        for member in manifest.files:
            _read(archive, member, file, None)
        return manifest


def restore(
    file: Path, folder: Path, *, url: str | None = None, replace: bool = False
) -> tuple[Manifest, Path | None]:
    """Put a backup into a folder; return what was in it, and where what was there is kept.

    The database is that of `url`; else, to be replaced, that of the folder's own `vigie.toml`; else
    that of the backup's settings, and none that has content. The restored settings name it.
    With `replace` what the folder holds is set aside, and a PostgreSQL database is replaced in
    one transaction. Programs that have an SQLite database open are refused it from then on.

    Raises:
        InputError: the backup is damaged or newer, or does not go with the database.
        WorkspaceError: the folder or the database has content and `replace` is not said, or
            nobody named a database that has, or it is another program's; or there is no room.
        HeldError: a crawl, a reading or a schedule works there.
        StorageError: the database cannot be reached or written, or a program is writing to it;
            nothing was changed.
    """
    manifest = examine(file)
    with _opened(file) as archive:
        named = url or (_own(folder) if replace else None)
        settings = _settings(archive, folder, named)
        _require_kind(manifest, settings)
        if not replace:
            _require_empty(folder, settings)
        _require_replaceable(folder, settings, replace=replace, named=named is not None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _require_room(folder, manifest)
            with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as name:
                kept = _put(archive, manifest, settings, Path(name))
        except OSError as error:
            raise WorkspaceError(
                say(
                    "{folder} : la restauration a échoué ({error}) ; la sauvegarde est intacte.",
                    folder=str(folder),
                    error=refusal(error),
                )
            ) from error
    # Brought to the newest schema, and seen to work.
    open_store(settings.storage.url, settings.folder).close()
    return manifest, kept


def _put(
    archive: zipfile.ZipFile, manifest: Manifest, settings: Settings, room: Path
) -> Path | None:
    """Unpack a backup in a room of the workspace, examine the database, move all into place."""
    database = copies.files_of(settings.storage.url, settings.folder)
    for member in manifest.files:
        path = room / member.name
        if room / "data" in path.parents and settings.folder.absolute() / member.name in database:
            # Backups once held what stood beside a database whose name did not end in « .db ».
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            _read(archive, member, Path(archive.filename or ""), out)
        path.chmod((member.mode & 0o777) | 0o600)
    (room / "data").mkdir(exist_ok=True)
    _name(room / FILE_NAME, settings.storage.url)
    copy = room / copies.NAMES[manifest.database]
    place = copies.file_of(settings.storage.url, settings.folder)
    if place is not None:
        copies.examined(copy)
    with lock.whole(settings, "restore"):
        if place is None:
            copies.copy_in(copy, settings.storage.url, settings.folder)
        else:
            # Pages that are open would go on with what is set aside.
            copies.retire(place)
            copies.retire(copy)
        return _move(settings, room, place, copy)


def _name(file: Path, url: str) -> None:
    """Write into restored settings where the database is; a password there is its owner's alone."""
    text = file.read_text(encoding="utf-8-sig")
    if (named := _with_url(text, url)) != text:
        catalogue.write_whole(file, named)
    if holds_password(url):
        file.chmod(OWNERS_ALONE)


def _move(settings: Settings, room: Path, place: Path | None, copy: Path) -> Path | None:
    """Set aside what stands in the way, then put the restored in its place."""
    aside = settings.folder / f"before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    coming = [FILE_NAME, *(path.name for path in (room / "data").iterdir())]
    going = [settings.folder / FILE_NAME]
    going += [path for path in settings.data.glob("*") if path.name not in lock.FILES]
    going += copies.files_of(settings.storage.url, settings.folder)
    for path in dict.fromkeys(going):
        if path.exists():
            target = aside / _within(path, settings.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(copy, place)
    for name in coming[1:]:
        shutil.move(room / "data" / name, settings.data / name)
    # Last: with it the folder is a workspace.
    shutil.move(room / FILE_NAME, settings.folder / FILE_NAME)
    return aside if aside.exists() else None


def _within(path: Path, folder: Path) -> Path:
    """Return where a file stands within a folder; one from elsewhere goes by its name."""
    try:
        return path.absolute().relative_to(folder.absolute())
    except ValueError:
        return Path(path.name)


# --- what is let in ------------------------------------------------------------------------

_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)
"""What zipfile raises for an archive that it cannot read."""


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """Yield a backup's archive; whatever is wrong with it is said as one sentence."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except FileNotFoundError as error:
        if error.filename != str(file):
            raise
        raise InputError(say("{file} : ce fichier n’existe pas.", file=str(file))) from error
    except _DAMAGES as error:
        raise InputError(_damaged(file)) from error


def _damaged(file: Path, what: str = "") -> str:
    return say(
        "La sauvegarde {file} est abîmée ou n’en est pas une{what} : prenez-en une autre ; rien "
        "n’a été changé.",
        file=str(file),
        what=f" ({what})" if what else "",
    )


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """Return what a backup says of itself, checked."""
    try:
        if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
            raise InputError(_damaged(file, MANIFEST))
        said = archive.read(MANIFEST)
        values = json.loads(said)
        newer = int(values["format"]) > FORMAT or str(values["schema"]) not in known_schemas()
        if newer:
            raise InputError(_too_new(file, values))
        # Of each value its type alone is let in; what is wrong is a ValueError.
        manifest = TypeAdapter(Manifest).validate_json(said, strict=True)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise InputError(_damaged(file, MANIFEST)) from error
    names = [member.name for member in manifest.files]
    wanted = {FILE_NAME, copies.NAMES.get(manifest.database, "?")}
    if len(set(names)) < len(names) or not wanted <= set(names):
        raise InputError(_damaged(file, MANIFEST))
    for name in set(names) - wanted:
        if not _is_safe(name):
            raise InputError(
                say(
                    "La sauvegarde {file} veut écrire hors de l’espace de travail (« {name} ») : "
                    "elle est refusée ; rien n’a été changé.",
                    file=str(file),
                    name=name,
                )
            )
    return manifest


def _too_new(file: Path, values: dict[str, Any]) -> str:
    return say(
        "La sauvegarde {file} vient d’une version plus récente de Vigie ({version}, schéma "
        "{schema}) : mettez Vigie à jour, puis recommencez ; rien n’a été changé.",
        file=str(file),
        version=str(values.get("version", "?")),
        schema=str(values.get("schema", "?")),
    )


def _is_safe(name: str) -> bool:
    """Tell whether a name leads into the folder `data` and nowhere else, on any system."""
    path = PurePosixPath(name)
    return (
        path.parts[:1] == ("data",)
        and len(path.parts) > 1
        and str(path) == name
        and ".." not in path.parts
        and not any(mark in name for mark in "\\:\0")
        and path.parts[1] not in lock.FILES
    )


def _read(archive: zipfile.ZipFile, member: Member, file: Path, out: IO[bytes] | None) -> None:
    """Read a member whole, no longer than announced, and hold it against its checksum."""
    digest, size = sha256(), 0
    for chunk in _chunks(archive, member, file):
        size += len(chunk)
        if size > member.size:
            break
        digest.update(chunk)
        if out is not None:
            out.write(chunk)
    if size != member.size or digest.hexdigest() != member.sha256:
        raise InputError(_damaged(file, member.name))


def _chunks(archive: zipfile.ZipFile, member: Member, file: Path) -> Iterator[bytes]:
    try:
        with archive.open(member.name) as packed:
            while chunk := packed.read(_CHUNK):
                yield chunk
    except (*_DAMAGES, OSError, KeyError, RuntimeError) as error:  # the last: a password is wanted
        raise InputError(_damaged(file, member.name)) from error


def _own(folder: Path) -> str | None:
    """Return the database that a folder's own settings name; None where they cannot be read."""
    try:
        return examine_settings(read(folder), folder)[0].storage.url
    except (SettingsError, WorkspaceError):
        return None


def _settings(archive: zipfile.ZipFile, folder: Path, url: str | None) -> Settings:
    """Return the settings that the restored workspace will have."""
    text = archive.read(FILE_NAME).decode("utf-8-sig", errors="replace")
    return parse(_with_url(text, url) if url else text, folder)


def _with_url(text: str, url: str) -> str:
    """Return a `vigie.toml` that names a database; the rest stays as it was written."""
    document = tomlkit.parse(text)
    if document.get("storage", {}).get("url", Storage().url) == url:
        return text
    document.setdefault("storage", tomlkit.table())["url"] = url
    return tomlkit.dumps(document)


def _require_kind(manifest: Manifest, settings: Settings) -> None:
    if copies.kind(settings.storage.url, settings.folder) == manifest.database:
        return
    place = copies.shown(settings.storage.url, settings.folder)
    if manifest.database == "sqlite":
        raise InputError(
            say(
                "La sauvegarde est celle d’une base SQLite, et {place} est à PostgreSQL : "
                "restaurez-la dans un fichier (--url sqlite:///data/vigie.db), puis passez à "
                "PostgreSQL par « vigie migrate ».",
                place=place,
            )
        )
    raise InputError(
        say(
            "La sauvegarde est celle d’une base PostgreSQL, et {place} est un fichier SQLite : "
            "donnez l’adresse d’une base PostgreSQL (--url) ; rien ne mène de PostgreSQL à SQLite.",
            place=place,
        )
    )


def _require_empty(folder: Path, settings: Settings) -> None:
    """Refuse to write into a folder where there is something already."""
    taken = [path for path in (folder / FILE_NAME, *_content(settings.data)) if path.exists()]
    if taken:
        raise WorkspaceError(
            say(
                "{folder} contient déjà un espace de travail : restaurez ailleurs (--dir), ou "
                "dites --replace ; ce qui s’y trouve sera mis de côté.",
                folder=str(folder),
            )
        )


def _require_replaceable(folder: Path, settings: Settings, *, replace: bool, named: bool) -> None:
    """Refuse a database that is another program's, or has content that nobody asked to replace."""
    url, file = settings.storage.url, copies.file_of(settings.storage.url, settings.folder)
    if file is not None and replace and (named or file.is_relative_to(folder.absolute())):
        # It is set aside whole, whatever it is.
        return
    place = copies.shown(url, settings.folder)
    others = foreign_tables(url, settings.folder)
    if others:
        raise WorkspaceError(
            say(
                "La base de données {place} contient autre chose que Vigie (table {table}, par "
                "exemple) : donnez-en une qui est vide (--url).",
                place=place,
                table=others[0],
            )
        )
    if not (replace and named) and copies.has_content(url, settings.folder):
        raise WorkspaceError(
            say(
                "La base de données {place} n’est pas vide : donnez-en une autre (--url), ou, "
                "pour la remplacer, dites --replace et son adresse (--url).",
                place=place,
            )
        )


def _content(data: Path) -> list[Path]:
    return [path for path in data.glob("*") if path.name not in lock.FILES]


def _require_room(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    if free < manifest.size:
        raise WorkspaceError(
            say(
                "Pas assez de place dans {folder} : il faut {needed} Mo, il y en a {free}.",
                folder=str(folder),
                needed=manifest.size // 1_000_000 + 1,
                free=free // 1_000_000,
            )
        )
