"""Sending a mail by the server of `[mail]`; its password stands in the environment alone."""

from __future__ import annotations

import os
import smtplib
import ssl
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING

from vigie.errors import MailError
from vigie.language import say
from vigie.records import MailSecurity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vigie.settings import Mail

PASSWORD = "VIGIE_MAIL_PASSWORD"  # noqa: S105 - a variable's name
"""The environment's variable with the password of `[mail] user`."""
TIMEOUT = 30.0
"""Seconds for each answer of the server."""


def send(mail: Mail, subject: str, text: str, html: str | None = None) -> None:
    """Send a mail to those of `[mail] to`, as text and, where it is given, as HTML.

    Raises:
        MailError: the server cannot be reached, or refuses.
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
        server.send_message(message)


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
                server.login(mail.user, os.environ.get(PASSWORD, ""))
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


def reason(error: Exception) -> str:
    """Return why a server refused, without what was sent to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, told = next(iter(error.recipients.values()))
        return f"{code} {told.decode(errors='replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode(errors="replace") if isinstance(said, bytes) else said
        return f"{error.smtp_code} {words}"
    return str(error) or type(error).__name__
