"""JSON lines, the format in which archives are exchanged: one document a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawlers import dates, identity, text
from vigie.errors import InputError
from vigie.language import say
from vigie.records import Document, DocumentKind, EventDetails, Message, Reject
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LONGEST_LINE = 20_000_000
"""Bytes; a longer line is no document."""
_KINDS = {
    "event": DocumentKind.EVENT,
    "exhibition": DocumentKind.EVENT,
    "evenement": DocumentKind.EVENT,
    "événement": DocumentKind.EVENT,
    "notice": DocumentKind.NOTICE,
}


class _BadLineError(ValueError):
    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read(path: Path, source_id: str | None = None) -> Iterator[Document | Reject]:
    """Yield a document or a reject for each line that is not blank, in their order.

    `source_id` is that of the lines that name no source. Two lines with one URL are two
    revisions of one document: they have one id.

    Raises:
        InputError: the file cannot be read.
    """
    now = datetime.now(UTC)
    try:
        with path.open("rb") as lines:
            number = 0
            while line := lines.readline(LONGEST_LINE):
                number += 1
                if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                    while (rest := lines.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                if line.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield _read_line(
                        line,
                        say("{file}, ligne {line}", file=path.name, line=number),
                        source_id,
                        now,
                    )
    except OSError as error:
        raise InputError(
            say(
                "{path} est illisible : {error}.",
                path=str(path),
                error=refusal(error),
            )
        ) from error


def _read_line(line: bytes, where: str, source_id: str | None, now: datetime) -> Document | Reject:
    written = line.decode("utf-8-sig", "replace").strip()
    try:
        return _document(_values(line, written), source_id, now)
    except _BadLineError as error:
        return Reject(where=where, reason=error.reason, raw=written[:10_000])


def _values(line: bytes, written: str) -> Mapping[str, object]:
    if len(line) >= LONGEST_LINE:
        raise _BadLineError(Message("ligne démesurée (plus de 20 Mo)"))
    try:
        values = json.loads(written, strict=False)
    except RecursionError as error:
        raise _BadLineError(Message("JSON trop imbriqué")) from error
    except ValueError as error:
        raise _BadLineError(Message("ce n’est pas du JSON")) from error
    if not isinstance(values, dict):
        raise _BadLineError(Message("ce n’est pas un objet JSON"))
    return values


def _document(values: Mapping[str, object], source_id: str | None, now: datetime) -> Document:
    url = _string(values, "url").strip()
    if not url:
        raise _BadLineError(Message("pas de « url »"))
    if _scheme(url) not in {"http", "https"}:
        raise _BadLineError(
            Message("« url » n’est pas une adresse web : {url}", {"url": url[:200]})
        )
    source = _string(values, "source") or source_id
    if not source:
        raise _BadLineError(Message("pas de « source » (ou indiquez-la avec --source)"))
    title = text.one_line(_string(values, "title"))
    body = text.from_html(_string(values, "text"))
    if not title and not body:
        raise _BadLineError(Message("ni « title » ni « text »"))
    event_start = dates.parse(_string(values, "event_date"))
    kind = _KINDS.get(_string(values, "kind").lower(), DocumentKind.ARTICLE)
    return Document(
        id=identity.document_id(url),
        source_id=source,
        url=url,
        title=title,
        text=body,
        published_at=_date(_string(values, "date"), now),
        date_note="date du fichier importé",
        fetched_at=now,
        language=_string(values, "lang")[:2].lower() or None,
        kind=kind,
        event=EventDetails(start=event_start) if event_start else None,
    )


def _date(written: str, now: datetime) -> datetime:
    if not written.strip():
        raise _BadLineError(Message("pas de « date »"))
    moment = dates.parse(written)
    if moment is None:
        raise _BadLineError(
            Message("« date » n’est pas une date ISO 8601 : {date}", {"date": written[:60]})
        )
    if not dates.plausible(moment, now):
        raise _BadLineError(
            Message("« date » est invraisemblable : {date}", {"date": written[:60]})
        )
    return moment


def _string(values: Mapping[str, object], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str | int | float):
        raise _BadLineError(Message("« {key} » devrait être un texte", {"key": name}))
    return str(value).encode("utf-8", "replace").decode()


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""
