"""robots.txt, obeyed by Scrapy's own middleware, also where it breaks down, drips or has no end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    IgnoreRequest,
    StopDownload,
)

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser


MOST_READ = 500 * 1024
"""Bytes of a robots.txt that are read (RFC 9309, section 2.5)."""
MOST_INFLATED = 50_000_000
"""Bytes that those may become when they are compressed."""
TOO_MANY = 429
"""An answer that is no want of rules, as other errors 4xx are, but a wish to be left alone."""
_RECEIVED = "vigie_robots_received"


_NOBODY_THERE = (CannotResolveHostError, DownloadConnectionRefusedError, IgnoreRequest)
"""What the request itself meets as well, and says better; and redirects that lead nowhere."""


class BrokenRobotsError(IgnoreRequest):
    """A site's robots.txt cannot be had: nothing else is asked of it."""

    def __init__(self, cause: Response | Exception) -> None:
        super().__init__("robots.txt")
        self.cause = cause
        """Its answer, a server error or « too many requests »; or why there is no whole answer."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Leaves a site alone while its robots.txt cannot be had (RFC 9309, section 2.3.1.4).

    Scrapy itself reads an answer 5xx or 429 as it reads any other, and most often finds no rule in
    it; of one that does not come to its end in time it thinks that all is allowed. One that is too
    large, of which Scrapy reads nothing, is read as far as the standard asks.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Begin with no site known to be broken."""
        super().__init__(crawler)
        self._broken: dict[str, Response | Exception] = {}
        crawler.signals.connect(self._stop_at_most, signal=signals.bytes_received)

    async def process_request(self, request: Request, spider: object = None) -> None:  # noqa: ARG002 - its parent's
        """Let a robots.txt be of any size, and obey it for everything else."""
        if _is_robots(request):
            request.meta["download_maxsize"] = 0
        await super().process_request(request)

    def _stop_at_most(self, data: bytes, request: Request) -> None:
        """Read no more of a robots.txt than the standard asks."""
        if not _is_robots(request):
            return
        request.meta["download_maxsize"] = MOST_INFLATED
        request.meta[_RECEIVED] = request.meta.get(_RECEIVED, 0) + len(data)
        if request.meta[_RECEIVED] > MOST_READ:
            raise StopDownload(fail=False)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == TOO_MANY:
            self._broken[netloc] = response
        if len(response.body) > MOST_READ:
            whole, _, _ = response.body[:MOST_READ].rpartition(b"\n")
            response = response.replace(body=whole)
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if not isinstance(exc, _NOBODY_THERE):
            self._broken[netloc] = exc
        super()._robots_error(exc, netloc)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse a request that the rules forbid, or whose site cannot say its rules.

        Raises:
            BrokenRobotsError: it cannot.
            IgnoreRequest: they forbid it.
        """
        if (cause := self._broken.get(urlsplit(request.url).netloc)) is not None:
            raise BrokenRobotsError(cause)
        super().process_request_2(rp, request)


def _is_robots(request: Request) -> bool:
    return bool(request.meta.get("dont_obey_robotstxt"))
