"""The process of one batch: `python -m crawlers.process`, with the job on standard input.

It ends when standard input does.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from typing import TYPE_CHECKING

from scrapy import Request, Spider, signals
from scrapy.core.downloader import Downloader
from scrapy.crawler import CrawlerProcess

from crawlers import batch, clock
from crawlers.answers import Failure
from crawlers.archive import Archive
from crawlers.articles import Articles
from crawlers.fetching import Fetcher
from crawlers.guard import Guard
from crawlers.once import Once
from crawlers.policies import Policies
from crawlers.resource import Place
from crawlers.spider import Crawl
from crawlers.spool import Writer, plain_message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

    from vigie.settings import Crawler as Settings

SOURCES_AT_ONCE = 32
MEAN, JITTER = 1.25, 0.2
"""Requests are spaced by one to one and a half times the delay: Scrapy's jitter goes both ways,
so that its own delay is the middle of that."""
REQUESTS_IN_TIME = 5
"""Requests to a host that a source must have time for: robots.txt, its own address, the site's
policy, and a page or two. A Crawl-delay is honoured as far as it leaves room for them."""

_NO_REQUESTS: tuple[Request, ...] = ()


class WatchSpider(Spider):
    """Crawls every source of a job; Scrapy does the downloading, `Crawl` the rest."""

    name = "vigie"
    job: batch.Job
    guard: Guard

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: object, **kwargs: object) -> WatchSpider:
        """Make the spider, and hear of each robots.txt."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.slow_down, signal=signals.robots_parsed)
        crawler.signals.connect(spider.count_from_now, signal=signals.response_downloaded)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Crawl all the sources, side by side; Scrapy itself is given no request."""
        engine = self.crawler.engine
        if engine is None:
            raise AssertionError("Scrapy starts its engine before its spider")
        crawler = self.job.crawler
        fetcher = Fetcher(
            engine, self.guard, backoff=max(crawler.delay, 0.2), at_once=at_once(crawler)
        )
        await (self.probe(fetcher) if self.job.probe else self.crawl(fetcher))
        for request in _NO_REQUESTS:
            yield request

    async def probe(self, fetcher: Fetcher) -> None:
        """Fetch one address and leave its answer beside the spool."""
        answer = await fetcher.fetch(self.job.sources[0].url)
        values: dict[str, object]
        if isinstance(answer, Failure):
            values = {"problem": plain_message(answer.message)}
        else:
            self.job.spool.with_suffix(".body").write_bytes(answer.body)
            values = {"url": answer.url, "charset": answer.charset}
        self.job.spool.with_suffix(".answer").write_text(json.dumps(values), encoding="utf-8")

    async def crawl(self, fetcher: Fetcher) -> None:
        """Crawl all the sources into the spool, a bounded number of them at once."""
        writer = Writer(self.job.spool)
        states = {(state.source_id, state.url): state for state in self.job.http_states}
        policies = Policies(fetcher, writer, self.job.http_states, self.job.crawler.reservations)
        archive = self._archive()
        crawl = Crawl(
            fetcher=fetcher,
            writer=writer,
            articles=Articles(
                fetcher=fetcher,
                writer=writer,
                states=states,
                policies=policies,
                archive=archive,
                trial=self.job.trial,
                once=Once(fetcher),
                again=self.job.again,
            ),
            states=states,
            source_timeout=self.job.crawler.source_timeout,
            place=Place(
                folder=self.job.folder,
                communes=self.job.communes,
                timeout=self.job.crawler.timeout,
                is_allowed=self.guard.allows,
            ),
            guard=self.guard,
            archive=archive,
            policies=policies,
        )
        places = asyncio.Semaphore(SOURCES_AT_ONCE)

        async def in_turn(number: int) -> None:
            async with places:
                await crawl.run(self.job.sources[number])

        await asyncio.gather(*(in_turn(number) for number in range(len(self.job.sources))))
        writer.close()

    def _archive(self) -> Archive | None:
        job = self.job
        if job.archive is None or not job.crawler.archive_megabytes:
            return None
        return Archive(
            job.archive,
            job.spool.stem[:8],
            job.crawler.archive_megabytes,
            job.crawler.archive_days,
        )

    def count_from_now(self, request: Request) -> None:
        """Count a host's spacing from its last answer, not from when we meant to ask.

        Between the two, this process may have been busy reading something else.
        """
        engine = self.crawler.engine
        slot = (
            engine.downloader.slots.get(request.meta.get(Downloader.DOWNLOAD_SLOT, ""))
            if engine
            else None
        )
        if slot is not None and slot.delay:
            slot.lastseen = time.monotonic()

    def slow_down(self, robotparser: RobotParser, request: Request) -> None:
        """Give a host the spacing that its robots.txt asks for, if it is wider than ours."""
        asked = robotparser.crawl_delay(self.job.user_agent)
        engine = self.crawler.engine
        if not asked or engine is None or asked <= self.job.crawler.delay:
            return
        delay = min(float(asked), longest_crawl_delay(self.job.crawler)) * MEAN
        downloader = engine.downloader
        key = downloader.get_slot_key(request)
        downloader.per_slot_settings[key] = {"delay": delay, "concurrency": 1, "jitter": JITTER}
        if key in downloader.slots:
            downloader.slots[key].delay = delay
            downloader.slots[key].jitter = JITTER
            downloader.slots[key].concurrency = 1


def longest_crawl_delay(crawler: Settings) -> float:
    """Return the seconds of a Crawl-delay beyond which no more are given."""
    return crawler.source_timeout / REQUESTS_IN_TIME


def at_once(crawler: Settings) -> int:
    """Return how many requests one host may be sent at the same time."""
    return 1 if crawler.delay else 8


def scrapy_settings(job: batch.Job, guard: Guard) -> dict[str, object]:
    """Return Scrapy's settings for a job."""
    crawler = job.crawler
    most = int(crawler.max_body_megabytes * 1_000_000)
    return {
        "VIGIE_GUARD": guard,
        "USER_AGENT": job.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": job.user_agent,
        "DOWNLOAD_DELAY": crawler.delay * MEAN,
        "DOWNLOAD_DELAY_JITTER": JITTER,
        "CONCURRENT_REQUESTS": 64,
        "CONCURRENT_REQUESTS_PER_DOMAIN": at_once(crawler),
        "DOWNLOAD_TIMEOUT": crawler.timeout,
        "DOWNLOAD_MAXSIZE": most,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": False,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.fetching.TrailMiddleware": 50,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.robots.RobotsMiddleware": 100,
        },
        "DNS_RESOLVER": "crawlers.guard.GuardedResolver",
        "RETRY_ENABLED": False,
        "REDIRECT_MAX_TIMES": 6,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REFERER_ENABLED": False,
        "LOG_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOGSTATS_INTERVAL": 0,
        "MEMUSAGE_ENABLED": False,
        "REACTOR_THREADPOOL_MAXSIZE": 20,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml,application/rss+xml,"
            "application/atom+xml,application/feed+json,text/calendar,*/*;q=0.8",
            "Accept-Language": "fr,de;q=0.8,en;q=0.6",
        },
    }


def _end_with_caller() -> None:
    """End at once when the program that gave the job is no more: nobody would read the rest.

    Sites would otherwise be visited by this process and by the next one at the same time.
    """
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Do the job that the first line of standard input holds."""
    job = batch.decode(sys.stdin.readline())
    threading.Thread(target=_end_with_caller, daemon=True).start()
    if job.now is not None:
        clock.begin(job.now)
    guard = Guard(job.crawler.allow_private_hosts)
    process = CrawlerProcess(scrapy_settings(job, guard))
    process.crawl(WatchSpider, job=job, guard=guard)
    process.start()


if __name__ == "__main__":
    main()
