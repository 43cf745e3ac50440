"""Where a source goes on: next pages of an index, a sitemap's children, an agenda's cursor."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from itertools import chain, zip_longest
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers import encoding, identity, pages, text
from vigie.records import HttpState, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lxml import html

    from crawlers.resource import Resource
    from vigie.records import Source

Onward = tuple[str, str | None]
"""A further address of a source, with a mark of its state where one is announced."""
AGENDA_PAGE = 100
"""Events asked for at once; OpenAgenda gives at most 300."""
MARGIN = timedelta(days=1)
"""How far before the last crawl an agenda is asked again: two clocks seldom agree."""
_AGENDA_PATH = re.compile(r"^/v2/agendas/[^/]+/events/?$")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_PAGER = re.compile(r"pagin|pager|nav-links|wp-pagenavi|page-numbers", re.IGNORECASE)
_TELLING_OF_A_PAGER = ("class", "id", "role", "aria-label")
_CURRENT = {"active", "is-active", "current", "is-current", "selected"}
_NEXT_PAGE = re.compile(
    r"(?:aller à |afficher )?(?:la )?page suivante\b|next page\b|nächste seite\b", re.IGNORECASE
)
"""What says so by itself, wherever it stands."""
_NEXT_WORDS = re.compile(
    r"(?:(?:aller à |afficher )?(?:la )?page )?suivante?s?(?: page)?\b|plus ancien|older|next"
    r"|nächste|weiter|ältere|[›»>→]+$",
    re.IGNORECASE,
)


def next_page(resource: Resource) -> str | None:
    """Return the address of the page that follows an index page, on the same host, if any.

    A `rel="next"` is believed; else a link in words (« suivant », ›), or within a pager the
    number that comes after the current one.
    """
    tree = pages.parse_linked(encoding.decode(resource.body, resource.charset), resource.url)
    if tree is None:
        return None
    for link in (*tree.iter("link"), *tree.iter("a")):
        if "next" in (link.get("rel") or "").lower().split() and (
            url := _nearby(resource.url, link.get("href"))
        ):
            return url
    anchors = [link for link in tree.iter("a") if link.get("href")]
    for link in anchors:
        words = text.one_line(link.get("aria-label") or link.text_content() or link.get("title"))
        wanted = "next" in (link.get("class") or "").lower().split() or (
            len(words) < 40
            and (
                _NEXT_PAGE.match(words.lstrip("›»>→ "))
                or (_NEXT_WORDS.match(words) and _in_pager(link))
            )
        )
        if wanted and (url := _nearby(resource.url, link.get("href"))):
            return url
    return _numbered(anchors, resource.url)


def _numbered(anchors: list[html.HtmlElement], here: str) -> str | None:
    """Return the target of the pager's number that follows the current one.

    That is the one marked as current, else the one that leads nowhere else or is no link; with
    neither, this is the first page under another address (`/actus` for `/actus?page=1`).
    """
    links = {
        int(words): link
        for link in anchors
        if (words := link.text_content().strip()).isdigit() and len(words) < 4 and _in_pager(link)
    }
    numbers = {n: _nearby(here, link.get("href")) for n, link in links.items()}
    marked = (n for n, link in links.items() if _is_current(link))
    itself = (n for n, url in numbers.items() if url is None)
    between = (
        n
        for n in range(1, max(numbers, default=0))
        if n not in numbers and n + 1 in numbers and (n == 1 or n - 1 in numbers)
    )
    current = next(chain(marked, itself, between), 1)
    return numbers.get(current + 1)


def _is_current(link: html.HtmlElement) -> bool:
    return any(
        one.get("aria-current") not in {None, "false"}
        or not _CURRENT.isdisjoint((one.get("class") or "").lower().split())
        for one in (link, link.getparent())
        if one is not None
    )


def _in_pager(link: html.HtmlElement) -> bool:
    near = [link, *list(link.iterancestors())[:4]]
    return any(
        _PAGER.search(" ".join(one.get(name) or "" for name in _TELLING_OF_A_PAGER)) for one in near
    )


def _nearby(here: str, href: str | None) -> str | None:
    """Return an address of the same host that is not the page itself."""
    try:
        url = urljoin(here, (href or "").strip())
        same = urlsplit(url).netloc.lower() == urlsplit(here).netloc.lower()
    except ValueError:
        return None
    if not href or not same or not url.startswith(("http://", "https://")):
        return None
    return url if identity.canonical_url(url) != identity.canonical_url(here) else None


# --- sitemaps ----------------------------------------------------------------------------


def is_bare_site(url: str) -> bool:
    """Tell whether an address names a site and no file in it."""
    return identity.is_front_page(url)


def robots_url(url: str) -> str:
    """Return where a site says what robots may read, and where its sitemaps are."""
    return urljoin(url, "/robots.txt")


def announced_sitemaps(robots: str, url: str) -> list[str]:
    """Return the sitemaps that a robots.txt names; the usual address when it names none."""
    found = [urljoin(url, match[1]) for match in _SITEMAP_LINE.finditer(robots)]
    web = [one for one in found if one.startswith(("http://", "https://"))]
    return list(dict.fromkeys(web)) or [urljoin(url, "/sitemap.xml")]


# --- OpenAgenda --------------------------------------------------------------------------


def is_agenda_api(url: str) -> bool:
    """Tell whether an address is that of OpenAgenda's interface, version 2."""
    return bool(_AGENDA_PATH.match(urlsplit(url).path))


def agenda_start(url: str, since: datetime | None) -> str:
    """Return the first page of an agenda: all of it, or what changed since the last crawl."""
    wanted = {"size": str(AGENDA_PAGE), "sort": "updatedAt.asc", "detailed": "1"}
    if since is not None:
        wanted["updatedAt[gte]"] = (since - MARGIN).isoformat(timespec="seconds")
    return _with(url, list(wanted.items()), keep=True)


def agenda_removed(url: str, since: datetime) -> str:
    """Return the first page of what an agenda has removed since the last crawl.

    That is asked for apart: `removed=1` gives the numbers of removed events, and no other event.
    """
    return _with(agenda_start(url, since), [("removed", "1")], keep=False)


def asks_for_removed(url: str) -> bool:
    """Tell whether an address is that of what an agenda has removed."""
    return is_agenda_api(url) and ("removed", "1") in parse_qsl(urlsplit(url).query)


def agenda_next(resource: Resource) -> str | None:
    """Return the page after this one, from the cursor that it holds."""
    try:
        answer = json.loads(encoding.decode(resource.body, resource.charset), strict=False)
    except (ValueError, RecursionError):
        return None
    after = answer.get("after") if isinstance(answer, dict) else None
    if not isinstance(after, list) or not after or not answer.get("events"):
        return None
    return _with(resource.url, [("after[]", str(part)) for part in after], keep=False)


def _with(url: str, wanted: list[tuple[str, str]], *, keep: bool) -> str:
    """Return an address with more parameters; those that it has win when they are kept."""
    parts = urlsplit(url)
    mine = parse_qsl(parts.query, keep_blank_values=True)
    names, new = {name for name, _ in mine}, {name for name, _ in wanted}
    if keep:
        query = mine + [(name, value) for name, value in wanted if name not in names]
    else:
        query = [(name, value) for name, value in mine if name not in new] + wanted
    return urlunsplit(parts._replace(query=urlencode(query)))


# --- what one crawl leaves to the next -------------------------------------------------------


def is_agenda(source: Source) -> bool:
    """Tell whether a source is read page after page through OpenAgenda's interface."""
    return source.kind is SourceKind.OPENAGENDA and is_agenda_api(source.url)


def agenda_left(
    source: Source, states: Mapping[tuple[str, str], HttpState]
) -> tuple[list[str], datetime | None]:
    """Return what is to be read of an agenda: what the last crawl left, or what is new.

    And when the reading of what was left began; None: it begins now.
    """
    place = states.get((source.id, _place(source)))
    if place and place.content:
        return place.content.split("\n"), place.checked_at
    state = states.get((source.id, source.url))
    since = state.checked_at if state else None
    removed = [agenda_removed(source.url, since)] if since else []
    return [agenda_start(source.url, since), *removed], None


def agenda_place(source: Source, left: list[str], begun: datetime) -> HttpState:
    """Return what remembers which pages of an agenda are left, and since when they are read."""
    content = "\n".join(left) or None
    return HttpState(url=_place(source), source_id=source.id, content=content, checked_at=begun)


def _place(source: Source) -> str:
    return f"{source.url}#left"


def is_unchanged(
    source: Source, address: Onward, states: Mapping[tuple[str, str], HttpState]
) -> bool:
    """Tell whether what announces an address says that it is as it was when last read."""
    url, mark = address
    state = states.get((source.id, url))
    return bool(mark and state and state.fingerprint == mark)


def in_turn(
    source: Source, children: list[Onward], states: Mapping[tuple[str, str], HttpState]
) -> list[Onward]:
    """Return a sitemap's children, in turn the newest and the one that has waited longest.

    So all are read in the end, be there more than one crawl follows or no day beside them.
    """

    def last_read(child: Onward) -> float:
        state = states.get((source.id, child[0]))
        return state.checked_at.timestamp() if state and state.checked_at else 0.0

    # The unchanged stand last: they are passed over without a request.
    changed = [one for one in children if not is_unchanged(source, one, states)]
    turns = alternately(changed, sorted(changed, key=last_read))
    return list(dict.fromkeys([*turns, *children]))


def alternately(first: Iterable[Onward], second: Iterable[Onward]) -> list[Onward]:
    """Return one of each by turns, then what is left of the longer."""
    turns = (one for pair in zip_longest(first, second) for one in pair)
    return [one for one in turns if one is not None]
