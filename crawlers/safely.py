"""The one place where hostile bytes meet parsers that others wrote."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from crawlers.resource import Reading, Resource
from vigie.records import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

SECONDS = 6.0
"""Processor time that the reading of one resource may take."""


LONGEST_TITLE, LONGEST_TEXT, LONGEST_ADDRESS = 500, 500_000, 2000
"""Characters of one document that are kept; an address that is longer is none."""


class _TooLongError(BaseException):
    """Not an `Exception`, so that no parser takes it for one of its own troubles."""


def read(
    reader: Callable[[Resource], Reading], resource: Resource, seconds: float = SECONDS
) -> Reading:
    """Return what a parser makes of a resource, or as a problem why it could not.

    Parsers of feeds, calendars and HTML raise anything at all on bytes made to break them.
    """
    try:
        with _time_limit(seconds):
            return _measured(reader(resource))
    except _TooLongError:
        return Reading(problem=Message("lecture trop longue : abandonnée"))
    except RecursionError:
        return Reading(problem=Message("illisible : trop imbriqué"))
    except MemoryError:
        return Reading(problem=Message("illisible : trop volumineux"))
    except Exception as error:  # noqa: BLE001 - see above; the type is told, so that it can be mended
        return Reading(problem=Message("illisible ({error})", {"error": type(error).__name__}))


def _measured(reading: Reading) -> Reading:
    """Cut what no title and no text can be; nobody reads on after that."""
    cut = any(len(one.title) > LONGEST_TITLE for one in reading.documents)
    documents = tuple(
        replace(one, title=_cut(one.title, LONGEST_TITLE), text=one.text[:LONGEST_TEXT])
        if len(one.title) > LONGEST_TITLE or len(one.text) > LONGEST_TEXT
        else one
        for one in reading.documents
        if len(one.url) <= LONGEST_ADDRESS
    )
    problem = Message("titre démesuré : coupé") if cut else reading.problem
    return replace(reading, documents=documents, problem=problem)


def _cut(value: str, length: int) -> str:
    return value if len(value) <= length else value[: length - 1] + "…"


T = TypeVar("T")


def call(find: Callable[[Resource], T], resource: Resource, seconds: float = SECONDS) -> T | None:
    """Return what a function finds in a resource, or None when it breaks on it."""
    try:
        with _time_limit(seconds):
            return find(resource)
    except (_TooLongError, Exception):  # noqa: BLE001 - as above; what was read before stands
        return None


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Interrupt the block after some processor time; only the main thread can be."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def expire(_signal: int, _frame: FrameType | None) -> None:
        raise _TooLongError

    previous = signal.signal(signal.SIGVTALRM, expire)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)
