"""A mail server's box: what a real SMTP server (aiosmtpd) took in, for tests that send mails."""

from __future__ import annotations

from email import message_from_bytes, policy


class Box:
    """It may refuse some addresses, and go away after some mails."""

    def __init__(self) -> None:
        self.came: list = []
        """Envelopes with their mails, in the order in which they came."""
        self.raw: list[bytes] = []
        self.refused: set[str] = set()
        self.room = 100

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self.refused:
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if len(self.came) >= self.room:
            return "421 closing"
        content = envelope.content.replace(b"\r\n", b"\n")
        self.raw.append(content)
        self.came.append((envelope, message_from_bytes(content, policy=policy.default)))
        return "250 OK"

    @property
    def mails(self) -> list:
        return [mail for _, mail in self.came]

    @property
    def addresses(self) -> list[str]:
        return sorted(address for envelope, _ in self.came for address in envelope.rcpt_tos)
