"""robots.txt, obeyed by Scrapy's own middleware, also where it breaks down."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser


class BrokenRobotsError(IgnoreRequest):
    """A site's robots.txt answers with a server error: nothing else is asked of it."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"robots.txt: {response.status}")
        self.response = response


class RobotsMiddleware(RobotsTxtMiddleware):
    """Leaves a site alone while its robots.txt answers 5xx (RFC 9309, section 2.3.1.4).

    Scrapy itself reads such an answer as it reads any other, and most often finds no rule in it.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Begin with no site known to be broken."""
        super().__init__(crawler)
        self._broken: dict[str, Response] = {}

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._broken[netloc] = response
        await super()._parse_robots(response, netloc, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Refuse a request that the rules forbid, or whose site cannot say its rules.

        Raises:
            BrokenRobotsError: it cannot.
            IgnoreRequest: they forbid it.
        """
        if (response := self._broken.get(urlsplit(request.url).netloc)) is not None:
            raise BrokenRobotsError(response)
        super().process_request_2(rp, request)
