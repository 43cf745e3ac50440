"""Trying sources: what one holds now, and what a site has to offer.

Everything is fetched by the same process, with the same guards, as in a crawl.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from crawlers import (
    batch,
    conclusions,
    encoding,
    feeds,
    formats,
    gogocarto,
    listings,
    pages,
    paging,
    safely,
    spool,
    structured,
    text,
)
from crawlers.sniff import Format, sniff
from vigie import addresses, catalogue
from vigie.errors import InputError, WrongValueError
from vigie.language import say
from vigie.records import (
    Document,
    Finding,
    HealthState,
    HttpState,
    KnownActor,
    Message,
    Outcome,
    Source,
    SourceKind,
)
from vigie.words import SOURCE_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lxml import html

    from crawlers.resource import Reading, Resource
    from vigie.settings import Settings

MOST_CANDIDATES = 18
SAMPLES = 3
LONGEST_NAME = 120
"""Characters of a page's title that may become the name of a source."""
_COMMON = (
    ("feed/", SourceKind.FEED),
    ("rss", SourceKind.FEED),
    ("rss.xml", SourceKind.FEED),
    ("feed.xml", SourceKind.FEED),
    ("index.xml", SourceKind.FEED),
    ("atom.xml", SourceKind.FEED),
    ("spip.php?page=backend", SourceKind.FEED),
    ("sitemap.xml", SourceKind.SITEMAP),
    ("", SourceKind.SITEMAP),
)
"""Below a site's root; the root itself stands for the sitemaps that its robots.txt names."""
MOST_LINKED_FEEDS = 4
"""Links tried because their words or address speak of a feed."""
_FEED_WORDS = re.compile(r"(?<![^\W_])(?:rss2?|atom|feeds?|flux)(?![^\W_])", re.IGNORECASE)
_CALENDAR = re.compile(r"[^\s?]+\.ics(?:\?\S*)?", re.IGNORECASE)


def check(source: Source, settings: Settings) -> Outcome:
    """Try one source now and say in one line what it is, how much is in it, and what is wrong.

    Nothing is stored; of its entries' pages a few are fetched, where only they say anything.

    Raises:
        CrawlError: the crawl as a whole cannot be done.
    """
    return check_all([source], settings)[0]


def check_all(sources: Sequence[Source], settings: Settings) -> list[Outcome]:
    """Try sources now, side by side; return an outcome each, in their order. Raises as `check`."""
    trials = tried(sources, settings)
    return [told(source, trials[source.id]) for source in sources]


def told(source: Source, trial: Trial) -> Outcome:
    """Return the outcome of a trial, with what the source is and holds in its sentence."""
    outcome, kind = trial.outcome, SOURCE_KINDS[source.kind]
    if not trial.documents:
        if not trial.known:
            return outcome
        message = Message("{kind} : {report}", {"kind": kind, "report": _known(trial.known)})
        return replace(outcome, message=message)
    newest = max((one.published_at for one in trial.documents if one.published_at), default=None)
    count = max(outcome.documents, len(trial.documents))
    values: dict[str, str | int | Message] = {"n": count, "kind": kind}
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
    if trial.known:
        message = Message(
            "{report} ; {trouble}", {"report": message, "trouble": _known(trial.known)}
        )
    elif outcome.message != conclusions.counted(outcome.documents):
        message = Message("{report} ; {trouble}", {"report": message, "trouble": outcome.message})
    return replace(outcome, message=message, documents=count)


def _known(listed: tuple[KnownActor, ...]) -> Message:
    return Message(
        "{n} acteur connu, inscrit le {day}",
        {"n": len(listed), "day": max(one.since for one in listed).isoformat()},
        "{n} acteurs connus, le dernier inscrit le {day}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one trial of a source gave."""

    outcome: Outcome
    documents: tuple[Document, ...] = ()
    known: tuple[KnownActor, ...] = ()
    moved_to: str | None = None
    """Where the source answers for good, if that is elsewhere."""


def discover(url: str, settings: Settings, taken: Collection[str] = ()) -> list[Finding]:
    """Return the sources that a site has to offer, the most useful first.

    Their ids are none of `taken`.

    What the page announces is tried, then the usual addresses of feeds and sitemaps, last the
    page itself as an index; only what holds something is returned.

    Raises:
        CrawlError: the crawl as a whole cannot be done.
        InputError: the address is none, or nothing answers there.
    """
    try:
        url = addresses.site(url)
    except WrongValueError as wrong:
        raise InputError(str(wrong)) from wrong
    if paging.is_agenda_api(url):
        try:
            addresses.address(url, SourceKind.OPENAGENDA)
        except WrongValueError as wrong:
            where = addresses.without_login(url.partition("?")[0])
            raise InputError(say("{url} : {reason}.", url=where, reason=str(wrong))) from wrong
    answer = batch.probe(url, settings)
    if isinstance(answer, Message):
        raise InputError(
            say("{url} : {reason}.", url=addresses.without_login(url)[:200], reason=answer)
        )
    found = sniff(answer.body, answer.charset)
    name = _page_title(answer) if found is Format.PAGE else ""
    if kind := formats.kind_of(found):
        places = [(answer.url, kind)]
        name = _title(answer, found)
    else:
        places = candidates(answer) if found is Format.PAGE else []
    trials = [
        replace(_source(address, kind, name, ()), id=f"candidate-{number}")
        for number, (address, kind) in enumerate(places)
    ]
    gave = tried(trials, settings)
    findings: list[Finding] = []
    seen: list[set[str]] = []
    ids = set(taken)
    for trial in trials:
        got = gave[trial.id]
        held = {one.id for one in got.documents}
        items = got.outcome.documents or len(got.known)
        if not items or got.outcome.state is HealthState.WRONG_FORMAT:
            continue
        if held and held in seen:
            continue
        seen.append(held)
        source = _source(trial.url, trial.kind, name, ids)
        ids.add(source.id)
        findings.append(Finding(source=source, items=items, samples=_newest(got)))
    return findings


def _newest(trial: Trial) -> tuple[Document | KnownActor, ...]:
    def age(one: Document) -> tuple[bool, float]:
        moment = one.published_at
        return not (one.title or one.text), -moment.timestamp() if moment else 0.0

    if trial.documents:
        # One of each title: what recurs would fill the samples alone.
        named: dict[str, Document] = {}
        for one in sorted(trial.documents, key=age):
            named.setdefault((one.title or one.text or one.url).casefold(), one)
        return tuple(named.values())[:SAMPLES]
    return tuple(sorted(trial.known, key=lambda one: one.since, reverse=True)[:SAMPLES])


def tried(sources: Sequence[Source], settings: Settings) -> dict[str, Trial]:
    """Crawl some sources into a spool that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spool.jsonl"
        batch.crawl(sources, (), settings, path, trial=True)
        records = list(spool.read(path)) if path.exists() else []
    documents: dict[str, list[Document]] = defaultdict(list)
    known: dict[str, list[KnownActor]] = defaultdict(list)
    outcomes: dict[str, Outcome] = {}
    moved: dict[tuple[str, str], str | None] = {}
    for record in records:
        match record:
            case Document():
                documents[record.source_id].append(record)
            case KnownActor():
                known[record.source_id].append(record)
            case Outcome():
                outcomes[record.source_id] = record
            case HttpState():
                moved[record.source_id, record.url] = record.moved_to
    return {
        source.id: Trial(
            outcome=outcomes.get(source.id) or _untried(source),
            documents=tuple(documents[source.id]),
            known=tuple(known[source.id]),
            moved_to=moved.get((source.id, source.url)),
        )
        for source in sources
    }


def _untried(source: Source) -> Outcome:
    return Outcome(
        source_id=source.id,
        at=datetime.now(UTC),
        state=HealthState.UNTRIED,
        message=Message("{kind} : rien à lire", {"kind": SOURCE_KINDS[source.kind]}),
    )


def candidates(page: Resource) -> list[tuple[str, SourceKind]]:
    """Return the addresses worth trying, those that the page announces first."""
    content = encoding.decode(page.body, page.charset)
    tree = pages.parse_linked(content, page.url)
    found: list[tuple[str, SourceKind]] = [
        (address, SourceKind.FEED) for address in formats.feed_links(page)
    ]
    if "gogocarto" in content.lower():
        found.append((gogocarto.elements_url(page.url), SourceKind.GOGOCARTO))
    if tree is not None:
        found += [(address, SourceKind.CALENDAR) for address in _calendars(tree, page.url)]
        found += [(address, SourceKind.FEED) for address in _linked_feeds(tree)]
        if structured.events(structured.nodes(tree, content)):
            found.append((page.url, SourceKind.EVENTS))
    if urlsplit(page.url).path.endswith("/"):
        found.append((urljoin(page.url, "feed/"), SourceKind.FEED))
    root = urljoin(page.url, "/")
    found += [(urljoin(root, path), kind) for path, kind in _COMMON]
    index = safely.read(listings.read, page)
    last = [(page.url, SourceKind.LISTING)] if len(index.documents) >= SAMPLES else []
    web = [one for one in found if _is_web(one[0])]
    return list(dict.fromkeys(web))[:MOST_CANDIDATES] + last


def _is_web(address: str) -> bool:
    try:
        return urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        return False


def _calendars(tree: html.HtmlElement, page_url: str) -> list[str]:
    """Return the calendars that a page links to by their ending, then those it announces."""
    links = [link for link in tree.iter("a", "area", "link") if link.get("href")]
    linked = [link for link in links if _CALENDAR.fullmatch(link.get("href"))]
    announced = [
        link for link in links if link.tag == "link" and "text/calendar" in link.get("type", "")
    ]
    scheme = urlsplit(page_url).scheme
    return [link.get("href").replace("webcal:", f"{scheme}:") for link in (*linked, *announced)]


def _linked_feeds(tree: html.HtmlElement) -> list[str]:
    """Return the first links that speak of a feed: « Flux RSS », `/flux/actualites.xml`."""
    found = []
    for link in tree.iter("a"):
        address, words = link.get("href") or "", text.one_line(link.text_content())
        path = address.partition("://")[2].partition("/")[2]
        if _FEED_WORDS.search(path) or (len(words) < 40 and _FEED_WORDS.search(words)):
            found.append(address)
    return list(dict.fromkeys(found))[:MOST_LINKED_FEEDS]


def _page_title(page: Resource) -> str:
    tree = pages.parse(encoding.decode(page.body, page.charset))
    return pages.title(tree, []) if tree is not None else ""


def _title(page: Resource, found: Format) -> str:
    reader = formats.any_reader(found) or feeds.read
    reading: Reading = safely.read(reader, page)
    return reading.title


def _source(url: str, kind: SourceKind, name: str, taken: Collection[str]) -> Source:
    host = (urlsplit(url).hostname or "source").removeprefix("www.")
    shown = "".join(sign for sign in name[:LONGEST_NAME] if sign.isprintable()).strip()
    return Source(id=catalogue.suggest_id(url, taken), name=shown or host, url=url, kind=kind)
