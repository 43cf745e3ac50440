"""`vigie read`: what the crawlers see in a saved file. Never touches the network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crawlers import encoding, formats, safely
from crawlers.resource import Reading, Resource
from crawlers.sniff import Format, sniff
from vigie.errors import InputError
from vigie.language import say
from vigie.words import refusal

if TYPE_CHECKING:
    from pathlib import Path

    from vigie.records import Document

LARGEST = 200_000_000
"""Bytes of a file that is read at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """A saved file as the crawlers understand it."""

    format: Format
    reading: Reading


def read_file(path: Path, url: str | None = None) -> list[Document]:
    """Return the documents of a saved page, feed, calendar, sitemap, JSON-LD or export.

    `url` is where the file was found, for relative links and dates in addresses.

    Raises:
        InputError: the file cannot be read, or holds nothing that the crawlers understand.
    """
    understood = examine(path, url)
    problem = understood.reading.problem
    if not understood.reading.documents and problem is not None:
        raise InputError(f"{path} : {problem}.")
    return list(understood.reading.documents)


def examine(path: Path, url: str | None = None) -> FileReading:
    """Return what a saved file is and holds, with what is wrong with it.

    Raises:
        InputError: the file cannot be read, or is of a kind that holds no documents.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(say("{path} est trop volumineux pour être lu.", path=str(path)))
        body = encoding.inflate(path.read_bytes())
    except encoding.TooLargeError as error:
        raise InputError(say("{path} est trop volumineux pour être lu.", path=str(path))) from error
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(path),
                error=refusal(error),
            )
        ) from error
    found = sniff(body)
    reader = formats.any_reader(found)
    if reader is None:
        raise InputError(
            say(
                "{path} : aucun document à lire dans ce format ({found}).",
                path=str(path),
                found=formats.NAMES[found],
            )
        )
    resource = Resource(body=body, url=url or "", source_id=path.stem, fetched_at=datetime.now(UTC))
    return FileReading(format=found, reading=safely.read(reader, resource))
