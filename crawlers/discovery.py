"""Trying sources: what one holds now, and what a site has to offer.

Everything is fetched by the same process, with the same guards, as in a crawl.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers import batch, encoding, feeds, formats, pages, safely, spool, structured
from crawlers.sniff import Format, sniff
from vigie.errors import InputError
from vigie.language import say
from vigie.records import Document, HealthState, Message, Outcome, Source, SourceKind
from vigie.words import SOURCE_KINDS

if TYPE_CHECKING:
    from crawlers.resource import Reading, Resource
    from vigie.settings import Settings

MOST_CANDIDATES = 12
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
    documents, outcome = _try([replace(source, full_text=True)], settings)[source.id]
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
    if outcome.state is HealthState.MOVED or outcome.message.template != "{n} document":
        message = Message("{report} ; {trouble}", {"report": message, "trouble": outcome.message})
    return replace(outcome, message=message, documents=len(documents))


def discover(url: str, settings: Settings) -> list[Source]:
    """Return the sources that a site has to offer, the most useful first.

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
    if kind := formats.kind_of(found):
        return [_source(answer.url, kind, _title(answer, found), 0)]
    candidates = _candidates(answer) if found is Format.PAGE else []
    tried = _try(
        [
            replace(_source(address, kind, "", number), id=f"candidate-{number}", full_text=True)
            for number, (address, kind) in enumerate(candidates)
        ],
        settings,
    )
    name = _page_title(answer)
    kept: list[tuple[Source, list[str]]] = []
    for number, (address, kind) in enumerate(candidates):
        documents, outcome = tried[f"candidate-{number}"]
        same = bool(documents) and any(
            set(documents_of) == {one.id for one in documents} for _, documents_of in kept
        )
        if outcome.documents and not same and outcome.state is not HealthState.WRONG_FORMAT:
            kept.append((_source(address, kind, name, len(kept)), [one.id for one in documents]))
    return [source for source, _ in kept]


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


def _source(url: str, kind: SourceKind, name: str, number: int) -> Source:
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    short = re.sub(r"[^a-z0-9]+", "-", host.rsplit(".", 1)[0].lower()).strip("-") or "source"
    suffix = f"-{number + 1}" if number else ""
    return Source(id=f"{short[:50]}{suffix}", name=name or host, url=url, kind=kind)
