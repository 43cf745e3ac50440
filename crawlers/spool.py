"""The crawl's output: one JSON line a record, written and flushed as it comes.

A crawl may be killed at any moment: what was written is read again, and only a last line cut
short is lost. A page's document comes before the state that says it was fetched, so that what
is lost is fetched again.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

from vigie.records import (
    Access,
    ActorKind,
    Document,
    DocumentKind,
    EventDetails,
    Extraction,
    FailureKind,
    HealthState,
    HttpState,
    KnownActor,
    Message,
    Outcome,
    Reach,
    Reject,
    Reservations,
    Side,
    Source,
    SourceKind,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

Record = Document | KnownActor | Reject | HttpState | Outcome
_TYPES = {
    "document": Document,
    "known_actor": KnownActor,
    "reject": Reject,
    "http_state": HttpState,
    "outcome": Outcome,
    "source": Source,
}
_NAMES = {record: name for name, record in _TYPES.items()}


class Writer:
    """Appends records to a spool; a line is on its way to the disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a", encoding="utf-8", errors="backslashreplace")

    def write(self, record: Record) -> None:
        """Append one record.

        Raises:
            OSError: the disk is full, or gone.
        """
        self._file.write(dump(record) + "\n")
        self._file.flush()

    def end_line(self) -> None:
        """End a line that a killed process left open."""
        self._file.write("\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> Iterator[Record]:
    """Yield the records of a spool in the order in which they were written.

    Lines cut short, as a killed crawl leaves them, are passed over.

    Raises:
        OSError: the file cannot be read.
    """
    return (record for _, record in _placed(path))


@dataclass(frozen=True, slots=True)
class Portion:
    """What a spool holds of one source: where it stands, so that a spool of any size is shared out.

    Each reading yields its records in the order in which they were written, and no others.
    """

    path: Path
    places: array[int]
    """Bytes from the file's beginning."""

    def __iter__(self) -> Iterator[Record]:
        with self.path.open("rb") as file:
            for place in self.places:
                file.seek(place)
                record = _record(file.readline())
                if record is not None:
                    yield record


def by_source(path: Path) -> dict[str, Portion]:
    """Return what a spool holds of each source, by its id, after one reading.

    Raises:
        OSError: the file cannot be read.
    """
    found: dict[str, Portion] = {}
    for place, record in _placed(path):
        portion = found.setdefault(record.source_id, Portion(path, array("Q")))
        portion.places.append(place)
    return found


def _placed(path: Path) -> Iterator[tuple[int, Record]]:
    place = 0
    with path.open("rb") as lines:
        for line in lines:
            record = _record(line)
            if record is not None:
                yield place, record
            place += len(line)


def _record(line: bytes) -> Record | None:
    """Return the record of a line; None where it was cut short."""
    try:
        record = load(line.decode(errors="replace"))
    except ValueError:
        return None
    return None if isinstance(record, Source) else record


def dump(record: Record | Source) -> str:
    """Return a record as one line of JSON."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return json.dumps({"type": _NAMES[type(record)], **values}, default=_plain, ensure_ascii=False)


def load(line: str) -> Record | Source:
    """Return the record of one line.

    Raises:
        ValueError: the line is not a whole record.
    """
    values = json.loads(line)
    try:
        record = _TYPES[values.pop("type")]
        for name, value in values.items():
            if value is not None and name in _RESTORE:
                values[name] = _RESTORE[name](value)
        if record is Outcome:
            values["state"] = HealthState(values["state"])
        if record is Source:
            values["kind"] = SourceKind(values["kind"])
        elif record is Document:
            values["kind"] = DocumentKind(values["kind"])
            values["links"] = tuple((words, address) for words, address in values.get("links", ()))
        elif record is KnownActor:
            values["kind"] = ActorKind(values["kind"])
        restored: Record | Source = record(**values)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a record") from error
    return restored


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Message():
            return plain_message(value)
        case EventDetails():
            return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value)} has no place in a spool")


def plain_message(message: Message) -> list[object]:
    """Return a message as JSON values."""
    values = {
        name: plain_message(value) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return [message.template, values, message.plural]


def to_message(plain: Sequence[Any]) -> Message:
    """Return the message that `plain_message` was given."""
    template, values, plural = plain
    restored = {
        name: to_message(value) if isinstance(value, list) else value
        for name, value in values.items()
    }
    return Message(template, restored, plural)


def _event(values: Mapping[str, str | None]) -> EventDetails:
    moments = {"start", "end"}
    return EventDetails(
        **{  # type: ignore[arg-type]  # names and types are those that `_plain` wrote
            name: datetime.fromisoformat(value) if value and name in moments else value
            for name, value in values.items()
        }
    )


_RESTORE: Mapping[str, Callable[[Any], object]] = {
    "published_at": datetime.fromisoformat,
    "fetched_at": datetime.fromisoformat,
    "checked_at": datetime.fromisoformat,
    "whole_at": datetime.fromisoformat,
    "at": datetime.fromisoformat,
    "since": date.fromisoformat,
    "declared": date.fromisoformat,
    "event": _event,
    "reason": to_message,
    "message": to_message,
    "every": lambda seconds: timedelta(seconds=seconds),
    "reach": Reach,
    "side": Side,
    "tags": tuple,
    "also": tuple,
    "expected": tuple,
    "extraction": Extraction,
    "reservations": Reservations,
    "access": Access,
    "failure": FailureKind,
    "not_before": datetime.fromisoformat,
}
