"""Making text that came from the web harmless and legible.

Escaping is Jinja's work; this is for what escaping does not see: names that turn the line
around, a title of a megabyte, an address that is a script.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

from vigie import typography

NAME_LIMIT = typography.NAME_LIMIT
QUOTE_LIMIT = 600
_MARKS = re.compile(r"([\\`*_\[\]<>#|!])")
_URL = re.compile(r"https?://[^\s\x00-\x20\"<>\\^`{|}\x7f-\x9f]+", re.IGNORECASE)


plain, cleaned = typography.plain, typography.cleaned


def visible(text: str) -> str:
    """Return what somebody wrote, its lines kept, without invisible or turning characters."""
    return "".join(
        character
        for character in text.replace("\r\n", "\n")
        if character == "\n" or not unicodedata.category(character).startswith("C")
    ).strip()


def web_link(url: str) -> str | None:
    """Return an address that may be followed, http or https only, or None."""
    if len(url) > 2000 or not _URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.hostname and "@" not in parts.netloc else None


def host(url: str) -> str:
    """Return the name of the site that an address leads to, without `www.`."""
    link = web_link(url)
    return (urlsplit(link).hostname or "").removeprefix("www.") if link else ""


def path_part(name: str) -> str:
    """Return a name as one part of an address, slashes and all."""
    return quote(name, safe="")


def markdown(line: str) -> str:
    """Return a text with what Markdown would read as marks taken for what it is."""
    return _MARKS.sub(r"\\\1", line)


def highlight(quote: str, names: tuple[str, ...]) -> list[tuple[str, bool]]:
    """Cut a quote into pieces (text, is the name), around the first of the names found in it.

    A long quote is cut to what surrounds the name.
    """
    line = plain(quote, 20_000)
    for name in names:
        words = plain(name, QUOTE_LIMIT).split()
        if not words:
            continue
        inside = r"\s+".join(re.escape(word) for word in words)
        pattern = re.compile(rf"(?<!\w){inside}(?!\w)", re.IGNORECASE)
        if match := pattern.search(line):
            line, shift = _around(line, match.start())
            return _pieces(line, pattern, shift)
    return [(plain(line, QUOTE_LIMIT), False)]


def _around(line: str, at: int) -> tuple[str, str]:
    """Return the window of a long line around a place, and the ellipsis that opens it."""
    if len(line) <= QUOTE_LIMIT:
        return line, ""
    start = max(0, at - QUOTE_LIMIT // 2)
    start = line.rfind(" ", 0, start) + 1 if start else 0
    cut = line[start : start + QUOTE_LIMIT]
    if start + QUOTE_LIMIT < len(line):
        cut = cut.rsplit(" ", 1)[0] + " …"
    return cut, "… " if start else ""


def _pieces(line: str, pattern: re.Pattern[str], opening: str) -> list[tuple[str, bool]]:
    pieces = [(opening, False)] if opening else []
    at = 0
    for match in pattern.finditer(line):
        pieces += [(line[at : match.start()], False), (match[0], True)]
        at = match.end()
    pieces.append((line[at:], False))
    return [piece for piece in pieces if piece[0]]
