"""Sources that are no web address: a mailbox, a register or archives on this machine."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from crawlers import clock, files, imap, mail, registries, rows
from crawlers.conclusions import NOTHING_NEW, conclude_reading, for_instance, outcome_of, set_aside
from crawlers.resource import Reading
from vigie.addresses import LOCAL_KINDS
from vigie.errors import InputError
from vigie.records import (
    Document,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Reject,
    Source,
    SourceKind,
)
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crawlers.progress import Progress
    from crawlers.spider import Crawl

MESSAGES_A_BREATH = 20
RECORDS_A_BREATH = 20
_ARCHIVES = {SourceKind.FILES, SourceKind.OPENAGENDA}
"""What may be a file of any kind, or a folder of them."""


def is_here(source: Source) -> bool:
    """Tell whether a source is read from this machine, or by mail, and not from the web."""
    return source.kind in LOCAL_KINDS and not source.url.lower().startswith(("http://", "https://"))


async def crawl(work: Crawl, progress: Progress) -> Outcome:
    """Read a mailbox, a register or archives; only what changed since last time."""
    source = progress.source
    if source.url.lower().startswith(("imap://", "imaps://")):
        return await _read_server(work, progress)
    path = work.place.path(source.url)
    if source.kind in _ARCHIVES:
        return await _read_archives(work, progress, path)
    try:
        mark = _mark(path)
        state = work.states.get((source.id, source.url))
        if state is not None and state.fingerprint == mark:
            return outcome_of(source, HealthState.LIVELY, NOTHING_NEW, not_modified=True)
        if source.kind is SourceKind.MAILBOX:
            await _read_mailbox(work, progress, path)
        else:
            await _read_register(work, progress, path)
    except rows.NoRegisterError as error:
        return outcome_of(source, HealthState.WRONG_FORMAT, error.reason)
    except OSError as error:
        message = Message(
            "{path} : illisible ({error})", {"path": str(path), "error": refusal(error)}
        )
        return outcome_of(source, HealthState.UNREACHABLE, message)
    _remember(work, source, source.url, mark)
    return conclude_reading(progress, Reading())


async def _read_archives(work: Crawl, progress: Progress, path: Path) -> Outcome:
    """Read a file, or those of a folder that are new or have changed."""
    source, held, aside = progress.source, 0, 0
    try:
        for name, file in _archives(source, path):
            mark, state = _mark(file), work.states.get((source.id, name))
            found = _counts(state, mark)
            if found is None:
                found = await _read_archive(work, progress, file)
                _remember(work, source, name, f"{mark}#{found[0]}#{found[1]}")
            else:
                progress.unchanged = True
            held, aside = held + found[0], aside + found[1]
    except (OSError, InputError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        values = {"path": str(path), "error": refusal(cause) if isinstance(cause, OSError) else "?"}
        message = Message("{path} : illisible ({error})", values)
        return outcome_of(source, HealthState.UNREACHABLE, message)
    return _conclude_archives(progress, held, aside)


def _counts(state: HttpState | None, mark: str) -> tuple[int, int] | None:
    """Return what a file held when it was last read, documents and rejects, if it is the same."""
    counts = re.fullmatch(rf"{re.escape(mark)}#(\d+)#(\d+)", (state and state.fingerprint) or "")
    return (int(counts[1]), int(counts[2])) if counts else None


def _conclude_archives(progress: Progress, held: int, aside: int) -> Outcome:
    """Return the outcome of archives that hold documents and rejects, read now or before."""
    source = progress.source
    if not aside:
        return conclude_reading(progress, Reading())
    if not held:
        message = Message(
            "aucun document : {n} entrée mise de côté, que Vigie ne sait pas lire",
            {"n": aside},
            "aucun document : {n} entrées mises de côté, que Vigie ne sait pas lire",
        )
        return outcome_of(source, HealthState.WRONG_FORMAT, for_instance(message, progress))
    trouble = for_instance(set_aside(aside), progress)
    if progress.seen:
        progress.trouble = trouble
        return conclude_reading(progress, Reading())
    said = Message("{report} ; {trouble}", {"report": NOTHING_NEW, "trouble": trouble})
    return outcome_of(source, HealthState.LIVELY, said)


def _archives(source: Source, path: Path) -> Iterator[tuple[str, Path]]:
    """Yield what a source is made of, each file under the name by which it is remembered."""
    path.stat()
    if not path.is_dir() or files.is_maildir(path):
        yield source.url, path
        return
    for file in files.walk(path):
        yield f"{source.url}#{file.relative_to(path)}", file


async def _read_archive(work: Crawl, progress: Progress, file: Path) -> tuple[int, int]:
    """Read a file; return how many documents it holds, and how many rejects."""
    source, before, aside = progress.source, progress.seen, 0
    for number, found in enumerate(files.read(file, None, source.id), start=1):
        if isinstance(found, Document):
            work.articles.take_whole(replace(found, source_id=source.id), progress)
        elif isinstance(found, Reject):
            aside += 1
            progress.set_aside(found)
            work.writer.write(replace(found, source_id=source.id))
        if number % RECORDS_A_BREATH == 0:
            await asyncio.sleep(0)
    return progress.seen - before, aside


def _mark(path: Path) -> str:
    """Return what changes when a file, or a folder of messages, does."""
    files = [path, *(path / name for name in ("cur", "new") if path.is_dir())]
    told = [file.stat() for file in files if file.exists()]
    if not told:
        path.stat()
    return " ".join(f"{one.st_size}:{one.st_mtime_ns}" for one in told)


async def _read_mailbox(work: Crawl, progress: Progress, path: Path) -> None:
    for number, raw in enumerate(mail.raw_messages(path), start=1):
        _take(work, progress, raw)
        if number % MESSAGES_A_BREATH == 0:
            await asyncio.sleep(0)


async def _read_register(work: Crawl, progress: Progress, path: Path) -> None:
    register = work.place.register(progress.source.id, clock.now())
    with path.open("rb") as stream:
        for found in registries.read(stream, register):
            if found is None:
                await asyncio.sleep(0)
            else:
                work.take_found(found, progress)


async def _read_server(work: Crawl, progress: Progress) -> Outcome:
    source = progress.source
    state = work.states.get((source.id, source.url))
    known = state.fingerprint if state else None
    account = imap.account(source.url, source.id)

    def ask() -> list[tuple[str, bytes]]:
        return list(imap.new_messages(account, work.guard, known, work.place.timeout))

    try:
        messages = await asyncio.to_thread(ask)
    except imap.NoMailError as error:
        return outcome_of(source, error.state, error.reason)
    for _, raw in messages:
        _take(work, progress, raw)
    if messages:
        _remember(work, source, source.url, messages[-1][0])
    progress.unchanged = True
    return conclude_reading(progress, Reading())


def _take(work: Crawl, progress: Progress, raw: bytes) -> None:
    source = progress.source
    found = mail.read(raw, source.id, source.language, clock.now())
    if isinstance(found, Document):
        work.articles.take_whole(found, progress)
    else:
        progress.set_aside(found)
        work.writer.write(found)


def _remember(work: Crawl, source: Source, name: str, mark: str) -> None:
    now = clock.now()
    work.writer.write(HttpState(url=name, source_id=source.id, fingerprint=mark, checked_at=now))
