"""The crawl of a batch of sources: one Scrapy process, since its reactor starts only once.

The process is given its work on standard input and writes what it finds to the spool. Whatever
becomes of it, each source ends with exactly one outcome.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawlers import guard, spool
from crawlers.resource import Resource
from vigie import gazetteer
from vigie.errors import CrawlError
from vigie.language import say
from vigie.records import (
    Document,
    HealthState,
    HttpState,
    Message,
    Outcome,
    Reservations,
    Source,
    SourceKind,
)
from vigie.settings import Crawler, Settings
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OF_A_TERRITORY = frozenset({SourceKind.REGISTRY, SourceKind.GOGOCARTO})
"""Kinds of which only what is on the territory is read."""


def is_crawled(source: Source) -> bool:
    """Tell whether a source has an address to read; else it was made by an import."""
    return bool(source.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the process is to do."""

    sources: tuple[Source, ...]
    http_states: tuple[HttpState, ...]
    crawler: Crawler
    user_agent: str
    spool: Path
    folder: Path
    """Of the workspace: paths in the settings are relative to it."""
    communes: frozenset[str]
    """INSEE codes of the territory; empty for no limit."""
    again: tuple[Document, ...] = ()
    """Those whose pages are asked again, to see whether they were edited."""
    archive: Path | None = None
    """Where responses are kept; None when they are not."""
    now: datetime | None = None
    """The moment at which it begins; None: as the machine's clock says."""
    trial: bool = False
    """Only to see what the sources hold: of pages that are mere addresses, a few are read."""
    probe: bool = False
    """Write the body of the first source's address beside the spool, and nothing else."""


def crawl(
    sources: Sequence[Source],
    http_states: Iterable[HttpState],
    settings: Settings,
    spool: Path,  # the door's name; the module of that name is used below
    archive: Path | None = None,
    *,
    again: Iterable[Document] = (),
    now: datetime | None = None,
    trial: bool = False,
) -> None:
    """Fetch some sources and write what they hold, and how each fared, to a spool.

    With `archive`, a folder, the responses that led to documents are kept in it as WARC. `again`
    are stored documents whose pages are asked again, to see whether they were edited. `now`
    is the moment at which it begins, that of the machine's clock by default. In a trial pages
    are left alone, but for a few of those of which nothing else is known.
    Blocks until all are done. Sources without an address are passed over.

    Raises:
        CrawlError: the spool cannot be written, or the settings name no contact.
    """
    wanted = tuple(source for source in sources if is_crawled(source))
    if not wanted:
        return
    job = replace(
        _job_of(wanted, tuple(http_states), settings, spool),
        again=tuple(again),
        archive=archive.absolute() if archive else None,
        now=now,
        trial=trial,
    )
    try:
        spool.parent.mkdir(parents=True, exist_ok=True)
        spool.touch()
        errors = _run(job)
        _complete(wanted, spool, errors, now or datetime.now(UTC))
    except OSError as error:
        raise CrawlError(
            say(
                "{path} ne peut pas être écrit ({error}).",
                path=str(spool),
                error=refusal(error),
            )
        ) from error


def probe(url: str, settings: Settings) -> Resource | Message:
    """Return what one address holds now, or why it cannot be had.

    Raises:
        CrawlError: the settings name no contact.
    """
    source = Source(id="probe", name=url, url=url, kind=SourceKind.LISTING)
    if guard.refuses(url, settings.crawler.allow_private_hosts):
        return guard.PRIVATE
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool.jsonl"
        errors = _run(replace(_job_of((source,), (), settings, path), probe=True))
        answer = path.with_suffix(".answer")
        if not answer.exists():
            return Message("pas de réponse ({reason})", {"reason": errors or _UNEXPLAINED})
        values = json.loads(answer.read_text(encoding="utf-8"))
        if "problem" in values:
            return spool.to_message(values["problem"])
        return Resource(
            body=path.with_suffix(".body").read_bytes(),
            url=str(values["url"]),
            source_id=source.id,
            fetched_at=datetime.now(UTC),
            charset=values["charset"],
        )


def _job_of(
    sources: tuple[Source, ...], states: tuple[HttpState, ...], settings: Settings, path: Path
) -> Job:
    if not settings.crawler.contact:
        raise CrawlError(
            say(
                'Indiquez dans vigie.toml, [crawler], contact = "veille@…" : '
                "les sites visités doivent pouvoir vous joindre."
            )
        )
    return Job(
        sources=sources,
        http_states=states,
        crawler=settings.crawler,
        user_agent=settings.crawler.user_agent,
        spool=path,
        folder=settings.folder.absolute(),
        communes=(
            gazetteer.territory(settings.watch.territory)
            if any(source.kind in _OF_A_TERRITORY for source in sources)
            else frozenset()
        ),
    )


def time_limit(job: Job) -> float:
    """Return the seconds after which the process is stopped from outside.

    The process ends each source by itself at its own limit; sources run side by side, those of
    one host one after another.
    """
    rounds = 1 + len(job.sources) // 16
    return job.crawler.source_timeout * rounds + 4 * job.crawler.timeout + 60


def encode(job: Job) -> str:
    """Return a job as JSON."""
    return json.dumps(
        {
            "sources": [spool.dump(source) for source in job.sources],
            "http_states": [spool.dump(state) for state in job.http_states],
            "crawler": asdict(job.crawler),
            "user_agent": job.user_agent,
            "spool": str(job.spool),
            "folder": str(job.folder),
            "communes": sorted(job.communes),
            "again": [spool.dump(document) for document in job.again],
            "archive": str(job.archive) if job.archive else None,
            "now": job.now.isoformat() if job.now else None,
            "trial": job.trial,
            "probe": job.probe,
        }
    )


def decode(content: str) -> Job:
    """Return the job that `encode` wrote."""
    values: dict[str, Any] = json.loads(content)
    crawler = values["crawler"]
    sources, states = values["sources"], values["http_states"]
    crawler["allow_private_hosts"] = tuple(crawler["allow_private_hosts"])
    crawler["reservations"] = Reservations(crawler["reservations"])
    return Job(
        sources=tuple(one for one in map(spool.load, sources) if isinstance(one, Source)),
        http_states=tuple(one for one in map(spool.load, states) if isinstance(one, HttpState)),
        crawler=Crawler(**crawler),
        user_agent=str(values["user_agent"]),
        spool=Path(str(values["spool"])),
        folder=Path(str(values["folder"])),
        communes=frozenset(values["communes"]),
        again=tuple(one for one in map(spool.load, values["again"]) if isinstance(one, Document)),
        archive=Path(values["archive"]) if values["archive"] else None,
        now=datetime.fromisoformat(values["now"]) if values["now"] else None,
        trial=bool(values["trial"]),
        probe=bool(values["probe"]),
    )


_UNEXPLAINED = Message("sans explication")


def _run(job: Job) -> str | Message:
    """Run the process to its end; return the last line of its complaints, if it failed."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
    # -P keeps a stray file of the working folder from being taken for one of our modules.
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "crawlers.process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    # Kept open while the process works: that it closes tells that we are no more.
    lifeline, process.stdin = process.stdin, None
    try:
        if lifeline is not None:
            with suppress(BrokenPipeError):
                lifeline.write(encode(job) + "\n")
                lifeline.flush()
        _, errors = process.communicate(timeout=time_limit(job))
    except subprocess.TimeoutExpired:
        return Message("délai dépassé")
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        if lifeline is not None:
            with suppress(BrokenPipeError):
                lifeline.close()
    lines = errors.strip().splitlines()
    if process.returncode == 0:
        return ""
    return lines[-1][:300] if lines else f"code {process.returncode}"


def _complete(sources: Iterable[Source], path: Path, errors: str | Message, now: datetime) -> None:
    """Give an outcome to the sources that the process left without one."""
    done = {record.source_id for record in spool.read(path) if isinstance(record, Outcome)}
    missing = [source for source in sources if source.id not in done]
    if not missing:
        return
    torn = path.read_bytes()[-1:] not in {b"", b"\n"}
    writer = spool.Writer(path)
    try:
        if torn:
            writer.end_line()
        for source in missing:
            writer.write(
                Outcome(
                    source_id=source.id,
                    at=now,
                    state=HealthState.UNREACHABLE,
                    message=Message(
                        "la collecte s’est arrêtée avant la fin ({reason}) ; "
                        "elle reprendra au prochain passage",
                        {"reason": errors or _UNEXPLAINED},
                    ),
                )
            )
    finally:
        writer.close()
