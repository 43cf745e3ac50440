"""Trying sources: what one holds now, and what a site has to offer.

Everything is fetched by the same process, with the same guards, as in a crawl.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers import batch, conclusions, encoding, feeds, formats, pages, safely, spool, structured
from crawlers.sniff import Format, sniff
from vigie import catalogue
from vigie.errors import InputError
from vigie.language import say
from vigie.records import Document, HealthState, Message, Outcome, Source, SourceKind
from vigie.words import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from crawlers.resource import Reading, Resource
    from vigie.settings import Settings

MOST_CANDIDATES = 12
SAMPLES = 3
_COMMON = (
    ("feed/", SourceKind.FEED),
    ("rss.xml", SourceKind.FEED),
    ("index.xml", SourceKind.FEED),
    ("atom.xml", SourceKind.FEED),
    ("spip.php?page=backend", SourceKind.FEED),
    ("sitemap.xml", SourceKind.SITEMAP),
)
_CALENDAR_LINK = re.compile(
    r"href\s*=\s*[\"']((?:webcal|https?)?:?[^\"'\s]+?\.ics(?:\?[^\"']*)?)[\"']", re.IGNORECASE
)


def check(source: Source, settings: Settings) -> Outcome:
    """Try one source now and say in one line what it is, how much is in it, and what is wrong.

    Nothing is stored; only the source's own address is fetched, not its entries' pages.

    Raises:
        CrawlError: the crawl as a whole cannot be done.
    """
    return check_all([source], settings)[0]


def check_all(sources: Sequence[Source], settings: Settings) -> list[Outcome]:
    """Try sources now, side by side; return an outcome each, in their order. Raises as `check`."""
    tried = _try([replace(source, full_text=True) for source in sources], settings)
    return [_checked(source, *tried[source.id]) for source in sources]


def _checked(source: Source, documents: list[Document], outcome: Outcome) -> Outcome:
    if not documents:
        return outcome
    newest = max((one.published_at for one in documents if one.published_at), default=None)
    values: dict[str, str | int | Message] = {
        "n": len(documents),
        "kind": SOURCE_KINDS[source.kind],
    }
    if newest is None:
        message = Message(
            "{kind} : {n} document, sans date", values, "{kind} : {n} documents, sans date"
        )
    else:
        values["day"] = newest.date().isoformat()
        message = Message(
            "{kind} : {n} document, daté du {day}",
            values,
            "{kind} : {n} documents, le plus récent daté du {day}",
        )
    if outcome.message != conclusions.counted(outcome.documents):
        message = Message("{report} ; {trouble}", {"report": message, "trouble": outcome.message})
    return replace(outcome, message=message, documents=len(documents))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A source that a site has to offer."""

    source: Source
    documents: int
    samples: tuple[Document, ...]
    """Some of its documents, the newest first."""


def discover(url: str, settings: Settings, taken: Collection[str] = ()) -> list[Finding]:
    """Return the sources that a site has to offer, the most useful first.

    Their ids are none of `taken`.

    What the page announces is tried, then the usual addresses of feeds and sitemaps; only what
    holds documents is returned.

    Raises:
        CrawlError: the crawl as a whole cannot be done.
        InputError: the address is none, or nothing answers there.
    """
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise InputError(say("« {url} » n’est pas une adresse web.", url=url[:200]))
    answer = batch.probe(url, settings)
    if isinstance(answer, Message):
        raise InputError(say("{url} : {reason}.", url=url[:200], reason=answer))
    found = sniff(answer.body, answer.charset)
    name = _page_title(answer) if found is Format.PAGE else ""
    if kind := formats.kind_of(found):
        candidates = [(answer.url, kind)]
        name = _title(answer, found)
    else:
        candidates = _candidates(answer) if found is Format.PAGE else []
    trials = [
        replace(_source(address, kind, name, ()), id=f"candidate-{number}", full_text=True)
        for number, (address, kind) in enumerate(candidates)
    ]
    tried = _try(trials, settings)
    findings: list[Finding] = []
    seen: list[set[str]] = []
    ids = set(taken)
    for trial in trials:
        documents, outcome = tried[trial.id]
        held = {one.id for one in documents}
        if not outcome.documents or outcome.state is HealthState.WRONG_FORMAT:
            continue
        if held and held in seen:
            continue
        seen.append(held)
        source = _source(trial.url, trial.kind, name, ids)
        ids.add(source.id)
        findings.append(
            Finding(source=source, documents=outcome.documents, samples=_newest(documents))
        )
    return findings


def _newest(documents: list[Document]) -> tuple[Document, ...]:
    def age(one: Document) -> float:
        return -one.published_at.timestamp() if one.published_at else 0.0

    return tuple(sorted(documents, key=age)[:SAMPLES])


def _try(sources: list[Source], settings: Settings) -> dict[str, tuple[list[Document], Outcome]]:
    """Crawl some sources into a spool that is thrown away."""
    tried: dict[str, tuple[list[Document], Outcome]] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool.jsonl"
        batch.crawl(sources, (), settings, path)
        records = list(spool.read(path)) if path.exists() else []
    for record in records:
        if isinstance(record, Outcome):
            documents = [
                one
                for one in records
                if isinstance(one, Document) and one.source_id == record.source_id
            ]
            tried[record.source_id] = documents, record
    for source in sources:
        if source.id not in tried:
            message = Message("{kind} : rien à lire", {"kind": SOURCE_KINDS[source.kind]})
            tried[source.id] = (
                [],
                Outcome(
                    source_id=source.id,
                    at=datetime.now(UTC),
                    state=HealthState.UNTRIED,
                    message=message,
                ),
            )
    return tried


def _candidates(page: Resource) -> list[tuple[str, SourceKind]]:
    """Return the addresses worth trying, those that the page announces first."""
    content = encoding.decode(page.body, page.charset)
    found: list[tuple[str, SourceKind]] = [
        (address, SourceKind.FEED) for address in formats.feed_links(page)
    ]
    for match in _CALENDAR_LINK.finditer(content):
        address = urljoin(page.url, match[1].replace("webcal://", "https://"))
        found.append((address, SourceKind.CALENDAR))
    tree = pages.parse(content)
    if tree is not None and structured.events(structured.nodes(tree, content)):
        found.append((page.url, SourceKind.EVENTS))
    root = urljoin(page.url, "/")
    found += [(urljoin(root, path), kind) for path, kind in _COMMON]
    return list(dict.fromkeys(found))[:MOST_CANDIDATES]


def _page_title(page: Resource) -> str:
    tree = pages.parse(encoding.decode(page.body, page.charset))
    return pages.title(tree, []) if tree is not None else ""


def _title(page: Resource, found: Format) -> str:
    reader = formats.any_reader(found) or feeds.read
    reading: Reading = safely.read(reader, page)
    return reading.title


def _source(url: str, kind: SourceKind, name: str, taken: Collection[str]) -> Source:
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    return Source(id=catalogue.suggest_id(url, taken), name=name or host, url=url, kind=kind)
