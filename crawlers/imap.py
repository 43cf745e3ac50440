"""Newsletters on a mail server: read over IMAP, nothing marked, moved or deleted.

The password comes from the environment and is written nowhere.
"""

from __future__ import annotations

import imaplib
import os
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from vigie.records import HealthState, Message

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from crawlers.guard import Guard

MOST_MESSAGES = 500
"""Read in one run; the rest waits for the next."""
PASSWORD = "VIGIE_IMAP_PASSWORD"  # noqa: S105 - the variable's name


class NoMailError(Exception):
    """The mailbox cannot be read; `reason` says why, and `state` what that makes of it."""

    def __init__(self, state: HealthState, reason: Message) -> None:
        super().__init__(str(reason))
        self.state = state
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where and as whom to read: `imaps://name@host[:port]/folder`."""

    host: str
    port: int
    user: str
    folder: str
    encrypted: bool
    source_id: str

    @property
    def password(self) -> str:
        """Return the password from the environment: the source's own, else the common one."""
        own = f"{PASSWORD}_{re.sub(r'[^A-Z0-9]+', '_', self.source_id.upper())}"
        return os.environ.get(own) or os.environ.get(PASSWORD, "")


def account(url: str, source_id: str) -> Account:
    """Return the account of an address."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "imaps"
    return Account(
        host=parts.hostname or "",
        port=parts.port or (993 if encrypted else 143),
        user=unquote(parts.username or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        encrypted=encrypted,
        source_id=source_id,
    )


def new_messages(
    mail: Account, guard: Guard, known: str | None, timeout: float
) -> Iterator[tuple[str, bytes]]:
    """Yield the messages after the last one that is known, each with the mark to remember.

    A mark is `validity:number`; when the server has numbered its messages anew, all of them
    are read again. Blocks: to be called from a thread.

    Raises:
        NoMailError: the server cannot be reached, or refuses.
    """
    if not mail.password:
        raise NoMailError(
            HealthState.BLOCKED,
            Message(
                "pas de mot de passe : définissez {name} dans l’environnement", {"name": PASSWORD}
            ),
        )
    try:
        server = _connected(mail, guard, timeout)
    except (OSError, imaplib.IMAP4.error) as error:
        raise NoMailError(
            HealthState.UNREACHABLE,
            Message("connexion impossible à {host}", {"host": mail.host}),
        ) from error
    try:
        yield from _read(server, mail, known)
    except imaplib.IMAP4.error as error:
        raise NoMailError(
            HealthState.BLOCKED, Message("le serveur de courrier refuse l’accès ou le dossier")
        ) from error
    except OSError as error:
        raise NoMailError(
            HealthState.UNREACHABLE,
            Message("connexion interrompue avec {host}", {"host": mail.host}),
        ) from error
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _connected(mail: Account, guard: Guard, timeout: float) -> imaplib.IMAP4:
    """Connect to an address that the guard lets through, and to no other."""
    if not guard.getaddrinfo(mail.host, mail.port):
        raise OSError("refused")
    address = str(guard.getaddrinfo(mail.host, mail.port)[0][4][0])
    context = ssl.create_default_context()

    class Guarded(imaplib.IMAP4):
        def _create_socket(self, timeout: float | None) -> socket.socket:
            import socket as sockets  # noqa: PLC0415 - the class is made at each connection

            plain = sockets.create_connection((address, mail.port), timeout)
            return (
                context.wrap_socket(plain, server_hostname=mail.host) if mail.encrypted else plain
            )

    server = Guarded(mail.host, mail.port, timeout)
    if not mail.encrypted and not guard.allows(mail.host, mail.port):
        server.starttls(context)
    return server


def _sign_in(server: imaplib.IMAP4, mail: Account) -> None:
    """Sign in; with letters beyond ASCII by PLAIN, which is in UTF-8 (RFC 4616), unlike LOGIN."""
    if (mail.user + mail.password).isascii():
        server.login(mail.user, mail.password)
    else:
        words = f"\0{mail.user}\0{mail.password}".encode()
        server.authenticate("PLAIN", lambda _: words)


def _read(server: imaplib.IMAP4, mail: Account, known: str | None) -> Iterator[tuple[str, bytes]]:
    _sign_in(server, mail)
    kind, _ = server.select(_quoted(mail.folder), readonly=True)
    if kind != "OK":
        raise imaplib.IMAP4.error("no such folder")
    validity = (server.response("UIDVALIDITY")[1] or [b"0"])[0]
    era = validity.decode("ascii", "replace") if isinstance(validity, bytes) else "0"
    before, _, last = (known or "").partition(":")
    first = int(last) + 1 if before == era and last.isdigit() else 1
    _, listed = server.uid("SEARCH", f"UID {first}:*")
    numbers = sorted(int(n) for n in (listed[0] or b"").split() if int(n) >= first)
    for number in numbers[:MOST_MESSAGES]:
        _, parts = server.uid("FETCH", str(number), "(BODY.PEEK[])")
        raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
        if isinstance(raw, bytes):
            yield f"{era}:{number}", raw


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
