"""The sources in `vigie.toml`: added, changed and removed without touching the rest of the file.

The file is edited as lines, so comments, order and spacing stay as they were; only a source's
own block is rewritten, by tomlkit. What would not be valid settings is never written.
"""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import MISSING, fields
from datetime import timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import tomlkit

from vigie import gazetteer, settings
from vigie.errors import SettingsError, UnknownNameError, WorkspaceError
from vigie.language import nearest, say
from vigie.records import Source
from vigie.toml_lines import Statement, statements
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Collection

PACKS = ("strasbourg", "lille", "metz", "mulhouse")
"""The territories that come with a catalogue."""

_HOURS = timedelta(hours=1)


def pack_text(name: str) -> str:
    """Return a territory pack as it is written, comments and all.

    Raises:
        UnknownNameError: there is no such pack; the sentence names those that there are.
    """
    if name not in PACKS:
        raise UnknownNameError(
            say("Pas de catalogue « {name} » ; il y a {packs}.", name=name, packs=", ".join(PACKS))
        )
    return files("vigie").joinpath("territories", f"{name}.toml").read_text(encoding="utf-8")


@cache
def pack(name: str) -> settings.Settings:
    """Return the watch and the sources that a territory pack proposes; raise as `pack_text`."""
    return settings.parse(pack_text(name), Path())


def add(folder: Path, source: Source) -> None:
    """Append a source to a workspace's catalogue.

    Raises:
        SettingsError: the id is taken, or the source or the file says something impossible.
        WorkspaceError: the file is missing or cannot be written.
    """
    text = settings.read(folder)
    if any(known.id == source.id for known in settings.parse(text, folder).sources):
        raise SettingsError(say("La source « {id} » est déjà dans le catalogue.", id=source.id))
    newline = _newline(text)
    gap = "" if not text else newline if text.endswith("\n") else newline * 2
    _write(folder, text + gap + _block(source).replace("\n", newline))


def remove(folder: Path, source_id: str) -> None:
    """Take a source out of a workspace's catalogue; comments before and after it stay.

    Raises:
        UnknownNameError: no source has this id; the sentence names the nearest.
        SettingsError: the file says something impossible.
        WorkspaceError: the file is missing or cannot be written.
    """
    text = settings.read(folder)
    start, end = _lines_of(text, source_id, folder)
    lines = text.splitlines(keepends=True)
    while end < len(lines) and not lines[end].strip():
        end += 1
    _write(folder, _unread("".join(lines[:start] + lines[end:]), source_id))


def _unread(text: str, source_id: str) -> str:
    """Take a source out of the lists of the watches that name it.

    Raises:
        SettingsError: a watch would be left without any, and read all of them.
    """
    document = tomlkit.parse(text)
    tables = [document.get("watch", {}), *document.get("watches", {}).values()]
    found = [one["sources"] for one in tables if source_id in one.get("sources", ())]
    for listed in found:
        if len(listed) == 1:
            raise SettingsError(
                say(
                    "Une veille ne lit que la source « {id} » : donnez-lui-en d’abord une autre "
                    "dans {file}.",
                    id=source_id,
                    file=settings.FILE_NAME,
                )
            )
        listed.remove(source_id)
    return tomlkit.dumps(document) if found else text


def replace(folder: Path, source: Source) -> None:
    """Write a source anew in its place, keeping the comments within it; raise as `remove`."""
    text = settings.read(folder)
    start, end = _lines_of(text, source.id, folder)
    lines = text.splitlines(keepends=True)
    document = tomlkit.parse("".join(lines[start:end]))
    table = document["source"][0]
    wanted = values(source)
    for key in [key for key in table if key not in wanted]:
        del table[key]
    for key, value in wanted.items():
        if key not in table or table[key] != value:
            table[key] = value
    _write(folder, "".join(lines[:start]) + tomlkit.dumps(document) + "".join(lines[end:]))


def suggest_id(text: str, taken: Collection[str] = ()) -> str:
    """Return a free, short, readable source id for a URL or a name."""
    host = _host(text)
    base = re.sub(r"[^a-z0-9]+", "-", host or gazetteer.fold(text))[:48].strip("-") or "source"
    candidates = [base]
    if host:
        words = [gazetteer.fold(word) for word in urlsplit(text).path.split("/")]
        telling = [w.replace(" ", "-") for w in words if w and w not in _PATH_WORDS]
        candidates += [f"{base}-{word}"[:60].strip("-") for word in telling]
    candidates += [f"{base}-{number}" for number in range(2, len(taken) + 3)]
    return next(candidate for candidate in candidates if candidate not in taken)


_PATH_WORDS = frozenset(
    {"feed", "feeds", "rss", "rss xml", "feed xml", "atom", "atom xml", "index xml", "index php"}
)
"""Parts of an address that say nothing of the source."""


def _host(url: str) -> str:
    """Return the telling part of a URL's host; empty when the text is no URL."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host or parts.scheme not in ("http", "https"):
        return ""
    if re.fullmatch(r"[0-9.]+|[0-9a-f:]+", host):
        return f"{host}-{port}" if port else host
    labels = host.removeprefix("www.").split(".")
    return "-".join(gazetteer.fold(label).replace(" ", "-") for label in labels[:-1] or labels)


def duration(length: timedelta) -> str:
    """Return a duration as `vigie.toml` writes it: the largest unit that is whole."""
    minutes = max(1, round(length.total_seconds() / 60))
    for unit, size in (("w", 7 * 24 * 60), ("d", 24 * 60), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}min"


def values(source: Source) -> dict[str, str | bool | list[str] | list[int]]:
    """Return what is written of a source: what differs from the defaults, in the records' order."""
    written: dict[str, str | bool | list[str] | list[int]] = {}
    for field in fields(Source):
        value = getattr(source, field.name)
        if value is None or (field.default is not MISSING and value == field.default):
            continue
        match value:
            case timedelta():
                written[field.name] = duration(value)
            case tuple():
                written[field.name] = list(value)
            case str():
                written[field.name] = str(value)
            case _:
                written[field.name] = value
    return written


def _block(source: Source) -> str:
    table = tomlkit.table()
    for key, value in values(source).items():
        table.add(key, value)
    tables = tomlkit.aot()
    tables.append(table)
    document = tomlkit.document()
    document.add("source", tables)
    return tomlkit.dumps(document)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _lines_of(text: str, source_id: str, folder: Path) -> tuple[int, int]:
    """Return the lines of a source's block: first, from 0, and the one after its last value."""
    known = [source.id for source in settings.parse(text, folder).sources]
    if source_id not in known:
        near = nearest(source_id, known)
        raise UnknownNameError(
            say("Pas de source « {id} » dans le catalogue{hint}.", id=source_id, hint=near)
        )
    own: list[Statement] = [
        statement
        for statement in statements(text)
        if statement.table == "source" and statement.index == known.index(source_id)
    ]
    if not own:
        raise SettingsError(
            say(
                "{file} : écrivez les sources en blocs [[source]] pour que Vigie les modifie.",
                file=settings.FILE_NAME,
            )
        )
    return own[0].start - 1, own[-1].end


def _write(folder: Path, text: str) -> None:
    """Replace the file at once, if the text is valid settings."""
    settings.parse(text, folder)
    write_whole((folder / settings.FILE_NAME).resolve(), text)


def write_whole(path: Path, text: str, *, mode: int | None = None) -> None:
    """Write a file so that it is either the old one or the new one, whatever happens.

    Its owner stays, and who may read it too, unless `mode` says otherwise.

    Raises:
        WorkspaceError: the folder or the disk does not let it.
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        before = path.stat() if path.exists() else None
        if before and os.geteuid() == 0:
            os.chown(temporary, before.st_uid, before.st_gid)
        usual = before.st_mode & 0o7777 if before else 0o644
        Path(temporary).chmod(usual if mode is None else mode)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise WorkspaceError(
            say(
                "{path} ne peut pas être écrit ({error}).",
                path=str(path),
                error=refusal(error),
            )
        ) from error
