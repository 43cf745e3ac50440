"""Sending a mail by the server of `[mail]`; its password stands in the environment alone."""

from __future__ import annotations

import os
import smtplib
import ssl
from base64 import b64encode
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from vigie.errors import MailError
from vigie.language import render, say, terminal_language
from vigie.records import MailSecurity
from vigie.words import refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vigie.settings import Mail

PASSWORD = "VIGIE_MAIL_PASSWORD"  # noqa: S105 - a variable's name
"""The environment's variable with the password of `[mail] user`."""
TIMEOUT = 30.0
"""Seconds for each answer of the server."""
SIGNED_IN = 235
"""What a server answers whom it lets in (RFC 4954)."""


def send(mail: Mail, subject: str, text: str, html: str | None = None) -> list[tuple[str, str]]:
    """Send a mail to those of `[mail] to`, as text and, where it is given, as HTML.

    Returns the addresses that the server refused, each with its reason; the others have the mail.

    Raises:
        MailError: the server cannot be reached, or refuses all of them.
    """
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, ", ".join(mail.to), subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    with connected(mail) as server:
        refused = server.send_message(message)
    return [(address, _said(*answer)) for address, answer in refused.items()]


def letter(mail: Mail, to: str, subject: str, text: str, name: str) -> EmailMessage:
    """Return a mail to one person; `name` makes its id, so that it is shown once if sent twice."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = mail.sender, to, subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{name}@{mail.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


@contextmanager
def connected(mail: Mail) -> Iterator[smtplib.SMTP]:
    """Yield a server that takes mails, signed in where `[mail]` says so.

    Raises:
        MailError: it cannot be reached, or refuses, then or while mails are given to it.
    """
    try:
        with _opened(mail) as server:
            if mail.user:
                _sign_in(server, mail.user, os.environ.get(PASSWORD, ""))
            yield server
    except (OSError, smtplib.SMTPException) as error:
        raise MailError(
            say(
                "Le courriel n’est pas parti par {host}:{port} ({error}) : vérifiez [mail] dans "
                "vigie.toml et la variable {password}.",
                host=mail.host,
                port=mail.port,
                error=reason(error),
                password=PASSWORD,
            )
        ) from error


@contextmanager
def _opened(mail: Mail) -> Iterator[smtplib.SMTP]:
    """Yield a server, and part from it in the end, also when it does not encrypt the line."""
    context = ssl.create_default_context()
    if mail.security is MailSecurity.TLS:
        with smtplib.SMTP_SSL(mail.host, mail.port, timeout=TIMEOUT, context=context) as server:
            yield server
        return
    with smtplib.SMTP(mail.host, mail.port, timeout=TIMEOUT) as server:
        if mail.security is MailSecurity.STARTTLS:
            server.starttls(context=context)
        yield server


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Sign in; with letters beyond ASCII by PLAIN alone, which is in UTF-8 (RFC 4616, 2).

    `smtplib` knows ASCII, and no standard says how the other ways write more.
    """
    if (user + password).isascii():
        server.login(user, password)
        return
    server.ehlo_or_helo_if_needed()
    if "PLAIN" not in server.esmtp_features.get("auth", "").split():
        raise smtplib.SMTPNotSupportedError(
            say("ce serveur ne prend ni nom ni mot de passe avec des accents")
        )
    words = b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = server.docmd("AUTH", f"PLAIN {words}")
    if code != SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, answer)


def refusals(refused: Iterable[tuple[str, str]]) -> list[str]:
    """Return who was refused, and why, as lines for a person."""
    return [
        say("{address} : refusée par le serveur ({why}).", address=address, why=why)
        for address, why in refused
    ]


def reason(error: OSError) -> str:
    """Return why a server refused, without what was sent to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _said(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return render(refusal(error), terminal_language())


def _said(code: int, words: bytes | str) -> str:
    """Return a server's answer."""
    return f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
