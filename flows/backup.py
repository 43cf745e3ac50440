"""A workspace as one file, made while everything runs: settings, database, archives, lessons.

The file is a zip archive that holds `manifest.json`, the name, size and checksum of every other
member. It is written beside its place and takes it once it is whole.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING

from storage import copies, documents
from vigie import __version__, backups
from vigie.errors import InputError, WorkspaceError
from vigie.language import say
from vigie.settings import FILE_NAME
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from storage import Store
    from vigie.settings import Settings

FORMAT = 1
"""Of the archive; a program refuses those that are newer than it knows."""
MANIFEST = "manifest.json"
_LEFT_OUT = re.compile(
    r"prefect/.*|.*\.lock|(running|reading|schedule)\.json|.*\.(part|new)|learned/draft\.npz"
)
"""Of the folder `data`: what belongs to a running program, or is being written."""
_PACKED = frozenset({".gz", ".npz", ".zip", ".pgdump"})
"""Files that would not become smaller."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file within a backup."""

    name: str
    """`vigie.toml`, the database's, or a path that begins with `data/`."""
    size: int
    """Bytes."""
    sha256: str
    mode: int
    """Who may read and write it, as chmod counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    version: str
    """Of the program that made it."""
    schema: str
    """Of the database in it."""
    database: str
    """`sqlite` or `postgresql`."""
    at: datetime
    """By the clock of the workspace's time zone; of older versions by UTC."""
    files: tuple[Member, ...]
    documents: int | None = None
    """In the database; None in backups of versions that did not say so."""

    @property
    def size(self) -> int:
        """Return the bytes of all files, unpacked."""
        return sum(file.size for file in self.files)

    def encoded(self) -> bytes:
        """Return it as JSON."""
        values = {**asdict(self), "at": self.at.isoformat()}
        return json.dumps(values, ensure_ascii=False, indent=1).encode()


def back_up(
    settings: Settings, store: Store, target: Path, *, now: datetime | None = None
) -> Manifest:
    """Write a workspace's backup to a file while others read and write; return what is in it.

    A file that is there already is replaced if it is a backup, at the moment the new one is whole.
    What a crawl has fetched and not stored is in it too. Prefect's own files are not.

    Raises:
        InputError: another sort of file stands at `target`, or it is in the folder `data`.
        StorageError: the database is damaged, or could not be copied.
        WorkspaceError: the file cannot be written.
    """
    if settings.data.resolve() in target.resolve().parents:
        raise InputError(
            say(
                "{path} est dans le dossier à sauvegarder : donnez un autre dossier, au mieux sur "
                "un autre disque.",
                path=str(target),
            )
        )
    if target.exists() and not is_backup(target):
        raise InputError(
            say(
                "{path} existe et n’est pas une sauvegarde de Vigie : donnez un autre nom.",
                path=str(target),
            )
        )
    try:
        with _beside(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            return _write(settings, store, archive, target.parent, now or datetime.now(UTC))
    except OSError as error:
        raise WorkspaceError(
            say(
                "La sauvegarde {path} ne peut pas être écrite ({error}) ; ce qui était là y est "
                "encore.",
                path=str(target),
                error=refusal(error),
            )
        ) from error


def is_backup(path: Path) -> bool:
    """Tell whether a file looks like a backup, damaged or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            return MANIFEST in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return False


@contextmanager
def _beside(target: Path) -> Iterator[IO[bytes]]:
    """Yield a file that becomes `target` if all goes well; it is for its owner's eyes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _write(
    settings: Settings, store: Store, archive: zipfile.ZipFile, room: Path, now: datetime
) -> Manifest:
    """Fill the archive.

    The order makes it true: what waits to be stored comes before the database, which may hold it
    already by then (storing it again changes nothing), and what the database refers to comes
    after it.
    """
    data = settings.data
    spools = [path for path in _files(data, settings) if path.parent == data / "spool"]
    members = [_add(archive, FILE_NAME, settings.folder / FILE_NAME)]
    members += _add_all(archive, data, spools)
    with store.reading() as c:
        held = documents.number(c)
    with tempfile.TemporaryDirectory(prefix=".vigie-", dir=room) as folder:
        name = copies.NAMES[store.engine.dialect.name]
        schema = copies.copy_out(store, Path(folder) / name)
        members.append(_add(archive, name, Path(folder) / name))
    # The history of what was learnt before the weights that it names.
    history = [data / "learned" / "history.json"]
    members += _add_all(archive, data, history)
    known = {*spools, *history}
    members += _add_all(
        archive, data, [path for path in _files(data, settings) if path not in known]
    )
    manifest = Manifest(
        format=FORMAT,
        version=__version__,
        schema=schema,
        database=store.engine.dialect.name,
        at=now.astimezone(settings.zone),
        files=tuple(member for member in members if member is not None),
        documents=held,
    )
    archive.writestr(MANIFEST, manifest.encoded())
    return manifest


def _files(data: Path, settings: Settings) -> list[Path]:
    """Return the files of the folder `data` that a backup holds, but for the database."""
    database = copies.files_of(settings.storage.url, settings.folder)
    return [
        path
        for path in sorted(data.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and path.absolute() not in database
        and not _LEFT_OUT.fullmatch(path.relative_to(data).as_posix())
    ]


def _add_all(archive: zipfile.ZipFile, data: Path, paths: Sequence[Path]) -> list[Member | None]:
    return [_add(archive, f"data/{path.relative_to(data).as_posix()}", path) for path in paths]


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> Member | None:
    """Add a file as long as it is now: it may grow, or be gone, in which case None is returned."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    digest, size = sha256(), 0
    info = zipfile.ZipInfo(name, datetime.now(UTC).timetuple()[:6])
    info.compress_type = zipfile.ZIP_STORED if path.suffix in _PACKED else zipfile.ZIP_DEFLATED
    with file, archive.open(info, "w", force_zip64=True) as out:
        status = os.fstat(file.fileno())
        while size < status.st_size and (chunk := file.read(min(_CHUNK, status.st_size - size))):
            digest.update(chunk)
            out.write(chunk)
            size += len(chunk)
    return Member(name=name, size=size, sha256=digest.hexdigest(), mode=status.st_mode & 0o777)


# --- by itself -----------------------------------------------------------------------------


def scheduled(settings: Settings, store: Store, now: datetime | None = None) -> Path:
    """Back up into the folder of `[backup]`, let go of what is no longer kept; return the file.

    Raises:
        StorageError, WorkspaceError: as `back_up`; then everything that was there stays.
    """
    now = now or datetime.now(UTC)
    folder = backups.folder_of(settings)
    target = folder / backups.name_at(now)
    back_up(settings, store, target, now=now)
    _tidy(folder, now - timedelta(days=1))
    made, rotation = backups.kept_in(folder), settings.backup
    for path in superfluous(made, rotation.daily, rotation.weekly, _documents):
        path.unlink(missing_ok=True)
    return target


def _documents(path: Path) -> int:
    """Return how many documents a backup holds; one that does not say holds some, surely."""
    try:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read(MANIFEST)).get("documents")
    except (OSError, zipfile.BadZipFile, KeyError, ValueError):
        return 0
    return said if isinstance(said, int) else 1


def _tidy(folder: Path, before: datetime) -> None:
    """Remove what backups left that were killed."""
    for path in folder.glob(".vigie-*"):
        if path.stat().st_mtime < before.timestamp():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def superfluous(
    made: dict[Path, datetime], daily: int, weekly: int, documents_in: Callable[[Path], int]
) -> list[Path]:
    """Return the backups to let go of.

    The last one of each of the `daily` newest days and of each of the `weekly` newest weeks that
    have any is kept, so that silence never empties the folder. So is one that none kept after it
    can stand for: each of those holds less than half as many documents, as when a base was lost
    or begun anew.
    """
    in_order = sorted(made, key=lambda path: made[path], reverse=True)
    days: dict[object, Path] = {}
    weeks: dict[object, Path] = {}
    for path in in_order:
        days.setdefault(made[path].date(), path)
        weeks.setdefault(made[path].isocalendar()[:2], path)
    kept = {*list(days.values())[:daily], *list(weeks.values())[:weekly]}
    superseded, most = [], 0
    for path in in_order:
        if path not in kept and documents_in(path) <= 2 * most:
            superseded.append(path)
        else:
            most = max(most, documents_in(path))
    return superseded
