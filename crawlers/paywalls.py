"""Pages that show the beginning of an article, and sell the rest.

What the page declares is believed first: `isAccessibleForFree` (schema.org, as search engines
ask for it) and `article:content_tier`. Else what it says to its reader, where its text ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawlers import page_dates, structured, text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import html

    from crawlers.structured import Node

LONGEST_NOTICE = 300
"""Characters of a notice; a longer text that speaks of subscribers is an article about them."""
_TIERS = {"locked", "metered"}
_NOTICE = re.compile(
    r"(?:article|contenu|suite|lecture)\s+(?:est\s+)?(?:réservée?|exclusi\w+)\s+"
    r"(?:à\s+nos|aux|pour\s+(?:nos|les))\s+(?:lecteurs\s+)?abonn"
    r"|il vous reste\s+[\d,.]+\s*%"
    r"|(?:pour|afin de)\s+lire\s+(?:la suite|l.article|cet article)[^.]{0,60}abonn"
    r"|abonnez-vous\s+pour\s+(?:lire|accéder|continuer)"
    r"|vous avez lu\s+[\d,.]+\s*%"
    r"|weiterlesen mit|nur für abonnent|this article is for subscribers",
    re.IGNORECASE,
)


def is_paywalled(tree: html.HtmlElement, found: Iterable[Node]) -> bool:
    """Tell whether a page keeps the end of its article for those who pay."""
    nodes = list(found)
    told = [_is_free(node) for node in nodes if structured.is_article(node)]
    if False in told:
        return True
    if any(
        (meta.get("property") or meta.get("name") or "").lower() == "article:content_tier"
        and meta.get("content", "").strip().lower() in _TIERS
        for meta in tree.iter("meta")
    ):
        return True
    return True not in told and _says_so(tree)


def _is_free(node: Node) -> bool | None:
    said = node.get("isAccessibleForFree")
    if said is None:
        return None
    word = str(said) if isinstance(said, bool) else structured.string(said)
    return word.strip().lower().rsplit("/", 1)[-1] not in {"false", "0", "no"}


def _says_so(tree: html.HtmlElement) -> bool:
    """Tell whether a notice of the page's own text says that the rest is sold."""
    for element in tree.iter("p", "div", "span", "strong", "h2", "h3", "h4"):
        own = " ".join(part for part in (element.text, *(c.tail for c in element)) if part)
        if not own.strip() or not _NOTICE.search(own):
            continue
        words = text.one_line(element.text_content())
        if len(words) <= LONGEST_NOTICE and not page_dates.is_set_apart(element):
            return True
    return False
