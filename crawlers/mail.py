"""Newsletters in a mailbox: an mbox file, a Maildir, or messages as a server gives them.

Text and addresses only: nothing that a message links to is fetched, so no pixel tells anybody
that it was read.
"""

from __future__ import annotations

import mailbox
import re
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from crawlers import dates, encoding, identity, languages, pages, text
from vigie.records import Document, Message, Reject

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import EmailMessage
    from pathlib import Path

    from lxml import html

LARGEST = 20_000_000
"""Bytes of a message that is read."""
_ONLINE = re.compile(
    r"version (?:en ligne|web)|(?:dans|avec) (?:votre|le|un) navigateur|in (?:your|a) browser|"
    r"online version|web version",
    re.IGNORECASE,
)
"""What a link to the same letter on the web says; « billetterie en ligne » is another thing."""
_HOUSEKEEPING = re.compile(
    r"désabonn|désinscri|unsubscribe|(?:vos|mes) préférences|abmelden|manage your", re.IGNORECASE
)
"""Links for the subscriber alone; following one may end the subscription."""
MOST_LINKS, LONGEST_WORDS, LONGEST_ADDRESS = 200, 200, 2000
_ADDRESS = re.compile(r"https?://[^\s<>\"')\]]+")


def raw_messages(path: Path) -> Iterator[bytes]:
    """Yield the messages of an mbox file or a Maildir, as they came.

    Raises:
        OSError: there is no such mailbox, or it cannot be read.
    """
    if not path.exists():
        raise FileNotFoundError(2, "introuvable")
    box: mailbox.Mailbox[mailbox.Message] = (
        mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    )
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    except mailbox.Error as error:
        raise OSError(5, "ce n’est pas une boîte aux lettres") from error
    finally:
        box.close()


def read(raw: bytes, source_id: str, language: str | None, now: datetime) -> Document | Reject:
    """Return a message as a document; a reject when there is nothing to read in it."""
    if len(raw) > LARGEST:
        return _reject(Message("message démesuré (plus de 20 Mo)"), raw, source_id)
    try:
        message = message_from_bytes(raw, policy=policy.default)
        title = text.one_line(str(message["Subject"] or ""))
        body, links = _body(message)
        own = _identity(message, raw)
        url = identity.without_tracking(_url(message, links)) or own
        sent = _sent(message)
        published, note = dates.choose(((sent, "date d’envoi du message"),), now)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        reason = Message("message illisible ({error})", {"error": type(error).__name__})
        return _reject(reason, raw, source_id)
    if not title and not body:
        return _reject(Message("message sans titre ni texte"), raw, source_id)
    if not title and not sent:
        return _reject(Message("ce n’est pas un message : ni titre, ni date"), raw, source_id)
    return Document(
        id=identity.document_id(_archived(message) or own),
        source_id=source_id,
        url=url,
        title=title,
        text=body,
        published_at=published,
        date_note=note,
        fetched_at=now,
        language=languages.of(body, language),
        links=_kept(links, url),
    )


def _reject(reason: Message, raw: bytes, source_id: str) -> Reject:
    said = raw[:10_000].decode("utf-8", "replace")
    return Reject(where=source_id, reason=reason, raw=said, source_id=source_id)


def _sent(message: EmailMessage) -> str:
    try:
        return parsedate_to_datetime(str(message["Date"])).isoformat()
    except (ValueError, TypeError):
        return ""


def _body(message: EmailMessage) -> tuple[str, list[tuple[str, str]]]:
    """Return the text and the links (words, address); the fuller part when there are two."""
    found: list[str] = []
    links: list[tuple[str, str]] = []
    for part in message.walk():
        kind = part.get_content_type()
        if kind not in {"text/plain", "text/html"} or part.get_filename():
            continue
        payload = part.get_payload(decode=True)
        content = encoding.decode(
            payload if isinstance(payload, bytes) else b"", part.get_content_charset()
        )
        if kind == "text/html":
            found.append(text.from_html(content))
            links += _links(content)
        else:
            found.insert(0, text.tidy(content))
            links += [
                (text.one_line(_ADDRESS.sub("", line)).strip(" <>:-–—"), match[0].rstrip(".,;"))
                for line in content.splitlines()
                for match in _ADDRESS.finditer(line)
            ]
    # Many senders put « view this in your browser », and nothing else, in the plain part.
    plain, longest = found[0] if found else "", max(found, key=len, default="")
    return (plain if 2 * len(plain) >= len(longest) else longest), links


def _links(content: str) -> list[tuple[str, str]]:
    tree = pages.parse(content)
    if tree is None:
        return []
    anchors: list[html.HtmlElement] = list(tree.iter("a"))
    return [
        (text.one_line(link.text_content()), link.get("href", "").strip())
        for link in anchors
        if link.get("href", "").strip().startswith(("http://", "https://"))
    ]


def _kept(links: list[tuple[str, str]], own: str) -> tuple[tuple[str, str], ...]:
    """Return the links worth keeping, each address once, with nothing that tells who follows it."""
    found: dict[str, str] = {}
    for words, address in links:
        clean = identity.without_tracking(address)
        if clean != own and not _HOUSEKEEPING.search(words) and len(clean) <= LONGEST_ADDRESS:
            found[clean] = found.get(clean) or words[:LONGEST_WORDS]
    return tuple((words, address) for address, words in found.items())[:MOST_LINKS]


def _url(message: EmailMessage, links: list[tuple[str, str]]) -> str:
    """Return where a message can be read on the web, if it says so."""
    online = (url for words, url in links if _ONLINE.search(words))
    return _archived(message) or next(online, "")


def _archived(message: EmailMessage) -> str:
    """Return the address of a list's own archive (RFC 5064)."""
    address = str(message["Archived-At"] or "").strip(" <>")
    return address if address.startswith(("http://", "https://")) else ""


def _identity(message: EmailMessage, raw: bytes) -> str:
    """Return what names a message for good: links in it may be the same in every letter."""
    own = str(message["Message-ID"] or "").strip(" <>\t\r\n")
    return f"mid:{quote(own, safe='@')}" if own else f"mid:{identity.document_id(raw.hex())}"
