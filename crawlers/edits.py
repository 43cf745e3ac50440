"""Whether a page that was had before has been edited, and whether it still is that page."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from crawlers import identity
from vigie.records import Access

if TYPE_CHECKING:
    from crawlers.answers import Fetched
    from crawlers.resource import Reading
    from vigie.records import Document, HttpState

SHARED = 0.3
"""Of the words of the shorter text, what an edited one has in common with what it was."""
SHARED_WHEN_CUT = 0.6
"""The same, of a text cut by more than half: few words are soon found anywhere."""
_ANNOUNCED = "announced"
"""Said of a page in whose place the text of its announcement stands."""


def mark(reading: Reading) -> str:
    """Return the marks of a page's own title and text, and whether another text stands in."""
    (document,) = reading.documents
    marks = f"{_digest(reading.title)} {_digest(reading.text)}"
    return marks if document.text == reading.text else f"{marks} {_ANNOUNCED}"


def expected(stored: Document, state: HttpState) -> Document:
    """Return what a page is read against: what was stored, with its text if that is not its own.

    A page's own text gives way to a shorter one, for it may have been cut.
    """
    kept = stored.text if (state.content or "").endswith(_ANNOUNCED) else ""
    return replace(stored, access=Access.OPEN, text=kept)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def remembered(state: HttpState, answer: Fetched, content: str) -> HttpState:
    """Return what to remember of a page that was read."""
    return replace(state, etag=answer.etag, last_modified=answer.last_modified, content=content)


def is_page_of(stored: Document, reading: Reading, answer: Fetched) -> bool:
    """Tell whether an address still holds the article that it held.

    A removed one often leads to the front page, or to a page that regrets: neither is an edit.
    """
    if reading.title and reading.title.casefold() == stored.title.casefold():
        return True
    # A document that was published anew stands elsewhere than where its id comes from.
    if identity.document_id(answer.url) not in {stored.id, identity.document_id(stored.url)}:
        return False
    was, now = _words(stored.text), _words(reading.text)
    least = SHARED_WHEN_CUT if 2 * len(now) < len(was) else SHARED
    return len(was & now) >= least * min(len(was), len(now)) > 0


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.casefold()))


def retitled(reading: Reading, state: HttpState) -> Reading:
    """Return a reading with the page's own title, where that is what was edited.

    Else the title stays as it was announced: many pages never bear the one of their feed.
    """
    (document,) = reading.documents
    if not reading.title or (state.content or "").startswith(_digest(reading.title)):
        return reading
    if state.content is None:  # nobody noted which title the page bore before
        return reading
    return replace(reading, documents=(replace(document, title=reading.title),))
