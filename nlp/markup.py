"""HTML left in a text taken out before it is read, so that what is found fits the text as given."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCKS = (
    "address|article|aside|blockquote|br|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|header|hr|li|main|nav|ol|option|p|pre|section|table|tbody|td|th|tr|ul"
)
"""Tags that end a line of what is read."""
INLINE = (
    "abbr|acronym|a|bdi|bdo|big|body|button|b|center|cite|code|del|dfn|em|font|head|html|iframe|"
    "img|input|ins|i|kbd|label|link|mark|meta|object|q|samp|small|source|span|strike|strong|sub|"
    "sup|svg|s|time|title|tt|u|var|video|wbr"
)
UNREAD = "script|style|noscript|template"
LONGEST_TAG = 4000
"""Characters; an address given in one is rarely longer."""
MARKUP = re.compile(
    r"<!--.*?-->"
    rf"|<(?P<unread>{UNREAD})\b[^>]*>.*?</(?P=unread)\s*>"
    rf"|</?(?:(?P<inline>{INLINE})|{BLOCKS}|{UNREAD})(?:[\s/][^<>]{{0,{LONGEST_TAG}}})?>"
    r"|&(?P<entity>#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}\d{0,2});",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Clean:
    """A text without its markup, and where each of its characters stands in the given one."""

    text: str
    starts: Sequence[int] | None = None
    """One a character of `text`; `None`: every character stands where it stood."""
    ends: Sequence[int] | None = None

    def bounds(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch (its end exclusive, not empty) stands in the given text."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


def clean(raw: str) -> Clean:
    """Return a text as it is read: tags gone, entities spelled out, lines where blocks end."""
    if ("<" not in raw and "&" not in raw) or MARKUP.search(raw) is None:
        return Clean(raw)
    pieces: list[str] = []
    starts, ends = array("Q"), array("Q")
    position = 0
    for match in MARKUP.finditer(raw):
        said = _said(match)
        pieces += [raw[position : match.start()], said]
        starts.extend(range(position, match.start()))
        ends.extend(range(position + 1, match.start() + 1))
        starts.extend([match.start()] * len(said))
        ends.extend([match.end()] * len(said))
        position = match.end()
    pieces.append(raw[position:])
    starts.extend(range(position, len(raw)))
    ends.extend(range(position + 1, len(raw) + 1))
    return Clean("".join(pieces), starts, ends)


def _said(match: re.Match[str]) -> str:
    """Return what is read in the place of a piece of markup."""
    if match["entity"]:
        said = unescape(match[0])
        return " " if said == "\xa0" else said
    return "" if match["inline"] else "\n"
