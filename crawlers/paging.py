"""Where a source goes on: next pages of an index, a sitemap's children, an agenda's cursor."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawlers import encoding, identity, pages, text

if TYPE_CHECKING:
    from datetime import datetime

    from lxml import html

    from crawlers.resource import Resource

AGENDA_PAGE = 100
"""Events asked for at once; OpenAgenda gives at most 300."""
MARGIN = timedelta(days=1)
"""How far before the last crawl an agenda is asked again: two clocks seldom agree."""
_AGENDA_PATH = re.compile(r"^/v2/agendas/[^/]+/events/?$")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_PAGER = re.compile(r"pagin|pager|nav-links|wp-pagenavi|page-numbers", re.IGNORECASE)
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
    tree = pages.parse(encoding.decode(resource.body, resource.charset))
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
            len(words) < 40 and _NEXT_WORDS.match(words) and _in_pager(link)
        )
        if wanted and (url := _nearby(resource.url, link.get("href"))):
            return url
    return _numbered(anchors, resource.url)


def _numbered(anchors: list[html.HtmlElement], here: str) -> str | None:
    """Return the target of the pager's number that follows the one that is no link."""
    numbers = {
        int(words): _nearby(here, link.get("href"))
        for link in anchors
        if (words := link.text_content().strip()).isdigit() and len(words) < 4 and _in_pager(link)
    }
    current = next((n for n, url in numbers.items() if url is None), None)
    if current is None:
        missing = [n for n in range(1, max(numbers, default=0)) if n not in numbers]
        current = missing[0] if missing else None
    return numbers.get(current + 1) if current is not None else None


def _in_pager(link: html.HtmlElement) -> bool:
    near = [link, *list(link.iterancestors())[:4]]
    return any(
        _PAGER.search(f"{one.get('class') or ''} {one.get('id') or ''} {one.get('role') or ''}")
        for one in near
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
