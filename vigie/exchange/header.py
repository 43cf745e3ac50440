"""What every export says of itself: whose it is, of which day, under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vigie import __version__
from vigie.records import Visibility

if TYPE_CHECKING:
    from datetime import date

VERSION = 1
"""Of the formats together: it grows when something that is read back changes its meaning."""

LICENCES = {
    "etalab-2.0": (
        "Licence Ouverte 2.0",
        "https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf",
    ),
    "ODbL-1.0": ("ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
}
"""SPDX identifier → name and address of the licences under which open data are published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an export says of itself."""

    watch: str
    """Its name."""
    day: date
    """Of the export."""
    audience: Visibility
    licence_id: str
    """An identifier of SPDX, or the words of another licence."""

    @property
    def licence(self) -> str:
        """Return the licence; empty where the export is not for the public."""
        return self.licence_id if self.audience is Visibility.PUBLIC else ""

    @property
    def licence_name(self) -> str:
        """Return the licence as a person reads it; empty where there is none."""
        return LICENCES.get(self.licence, (self.licence, ""))[0]

    @property
    def licence_url(self) -> str:
        """Return where the licence stands; empty where that is not known."""
        return LICENCES.get(self.licence, ("", ""))[1]

    def plain(self) -> dict[str, object]:
        """Return it as the members that open a JSON file."""
        return {
            "format": "vigie",
            "version": VERSION,
            "generator": f"Vigie {__version__}",
            "watch": self.watch,
            "exported_on": self.day.isoformat(),
            "audience": self.audience.value,
            "licence": self.licence or None,
            "licence_url": self.licence_url or None,
        }
