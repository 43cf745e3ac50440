"""What takes proposals in: pages know neither how names are compared nor how actors are made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from storage import Store
    from vigie.exchange.report import Report
    from vigie.records import Likeness, Proposal
    from vigie.whereabouts import Where


class Intake(Protocol):
    """Takes proposals in; its errors are sentences (`VigieError`)."""

    def alike(
        self, c: Connection, name: str, place: Where, *, besides: str = ""
    ) -> Sequence[Likeness]:
        """Return actors that a proposal may be about, the likeliest first."""

    def enter(self, c: Connection, given: Proposal, nonce: str, address: str = "") -> int:
        """Keep a proposal and return its number; the same form again changes nothing."""

    def import_table(
        self, store: Store, raw: bytes, who: str, at: datetime, *, dry_run: bool = False
    ) -> Report:
        """Take each row of a CSV table in as a proposal, or with `dry_run` none."""
