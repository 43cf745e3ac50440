"""What time it is for a crawl.

The process of a crawl is told the moment of its beginning and counts on from there: a replay of
past weeks dates what it fetches as those weeks would have.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_AHEAD = [timedelta()]


def begin(moment: datetime) -> None:
    """Let it be a given moment now, in this process."""
    _AHEAD[0] = moment - datetime.now(UTC)


def now() -> datetime:
    """Return the moment that it is."""
    return datetime.now(UTC) + _AHEAD[0]
