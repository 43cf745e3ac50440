"""Archives that the lab already has: JSON lines, WARC, Europresse, mailboxes, folders of files.

Whatever the format, each thing read is a document, a reject with its place, or the source that
the documents after it belong to.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crawlers import encoding, europresse, formats, identity, jsonl, mail, papers, safely, warc
from crawlers.reading import LARGEST
from crawlers.resource import Resource
from crawlers.sniff import Format, sniff
from vigie import catalogue
from vigie.errors import InputError
from vigie.language import say
from vigie.records import Document, Message, Reject, Source
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

Read = Document | Reject | Source
FORMATS = ("jsonl", "warc", "europresse", "mbox", "eml")
"""What `--format` may say; without it, what a file is shows in its first bytes."""
_HEAD = 200_000
_HEADERS = re.compile(rb"(?:[!-9;-~]+:[ \t][^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){2,}(?=\r?\n)")
"""The headers of one message, as mail programs save it; a calendar's lines have no blank."""


def read(path: Path, format_: str | None = None, source_id: str | None = None) -> Iterator[Read]:
    """Yield what a file holds, or each file of a folder, in the order of their names.

    `source_id` is that of all documents that name no source of their own; without it, archives
    of the press and of the web make a source for each paper or host, others one for the file.

    Raises:
        InputError: the file or folder cannot be read.
    """
    try:
        if not path.is_dir():
            yield from _file(path, format_ or _format(path), source_id)
            return
        if is_maildir(path):
            yield from _mail(path, source_id)
            return
        for file in walk(path):
            yield from _file(file, format_ or _format(file), source_id or _id_of(path))
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(path),
                error=refusal(error),
            )
        ) from error


def walk(folder: Path) -> Iterator[Path]:
    """Yield the files under a folder in the order of their names; hidden ones are passed over."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root) / name for name in sorted(names) if not name.startswith("."))


def _format(path: Path) -> str:
    """Return which of `FORMATS` a file is, or nothing when it is another kind of file."""
    with path.open("rb") as file:
        head = encoding.inflate(file.read(_HEAD))
    if head.startswith(b"WARC/"):
        return "warc"
    if head.startswith(b"From "):
        return "mbox"
    if path.name.lower().endswith(".eml") or _is_a_letter(head):
        return "eml"
    if europresse.is_export(head):
        return "europresse"
    found = sniff(head)
    if papers.reader_of(found, path.name):
        return ""
    by_name = path.name.lower().endswith((".jsonl", ".ndjson"))
    return "jsonl" if by_name or found in {Format.JSON_LINES, Format.TEXT} else ""


def _file(path: Path, format_: str, source_id: str | None) -> Iterator[Read]:
    match format_:
        case "jsonl":
            return jsonl.read(path, source_id)
        case "warc":
            return warc.read(path, source_id)
        case "europresse":
            return europresse.read(path, source_id)
        case "mbox":
            return _mail(path, source_id)
        case "eml":
            return _letter(path, source_id)
    return _saved(path, source_id or _id_of(path))


def _mail(path: Path, source_id: str | None) -> Iterator[Read]:
    now, source = datetime.now(UTC), source_id or _id_of(path)
    for raw in mail.raw_messages(path):
        yield mail.read(raw, source, None, now)


def _is_a_letter(head: bytes) -> bool:
    headers = _HEADERS.match(head)
    return headers is not None and re.search(rb"(?im)^(?:from|received):", headers[0]) is not None


def _letter(path: Path, source_id: str | None) -> Iterator[Read]:
    """Yield the message of a file that holds one alone."""
    with path.open("rb") as file:
        raw = file.read(mail.LARGEST + 1)
    yield mail.read(raw, source_id or _id_of(path), None, datetime.now(UTC))


def _saved(path: Path, source_id: str) -> Iterator[Read]:
    """Yield the documents of a saved page, feed, calendar, sitemap or export."""
    if path.stat().st_size > LARGEST:
        yield _reject(path, source_id, Message("fichier démesuré"))
        return
    body = encoding.inflate(path.read_bytes())
    found = sniff(body)
    reader = papers.reader_of(found, path.name) or formats.any_reader(found)
    if reader is None:
        values = {"found": formats.NAMES[found]}
        reason = Message("aucun document à lire dans ce format ({found})", values)
        yield _reject(path, source_id, reason)
        return
    resource = Resource(body=body, url="", source_id=source_id, fetched_at=datetime.now(UTC))
    reading = safely.read(reader, resource)
    yield from (replace(one, where=path.name, source_id=source_id) for one in reading.rejects)
    if reading.problem and not reading.documents:
        yield _reject(path, source_id, reading.problem)
    yield from (gone for gone in reading.withdrawn if gone.url)
    for document in reading.documents:
        yield document if document.url else _addressed(document, path)


def _addressed(document: Document, path: Path) -> Document:
    """Give an identity to a saved page that does not say its address: its name and title."""
    name = f"fichier:{path.name}"
    return replace(document, url=name, id=identity.document_id(name, document.title))


def _reject(path: Path, source_id: str, reason: Message) -> Reject:
    return Reject(where=path.name, reason=reason, source_id=source_id)


def is_maildir(path: Path) -> bool:
    """Tell whether a folder is a mailbox and not a folder of files."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def _id_of(path: Path) -> str:
    return catalogue.suggest_id(path.stem)
