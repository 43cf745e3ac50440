"""A source → documents: parsers of feeds, pages, calendars and files, and the polite crawl.

Nothing here knows the database: what is read goes to a spool of JSON lines.
"""

from crawlers.batch import crawl

__all__ = ["crawl"]
