"""What a watch remembers from one crawl to the next: who asked for time, what is repeated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows import due, steps
from storage import open_store, sources
from tests.crawlers.conftest import serving, settings
from tests.crawlers.test_crawl import ARTICLE, rss, source
from vigie.settings import Watch

APPEAL = "<p>Soutenez la presse de votre ville : abonnez vos voisins à la lettre du matin.</p>"


@pytest.fixture
def web():
    with serving() as site:
        yield site


def workspace(folder, *watched, **crawler):
    found = settings(folder, **crawler)
    values = {name: getattr(found, name) for name in ("folder", "crawler", "storage", "schedule")}
    return type(found)(**values, watch=Watch(territory=("200066009",)), sources=watched)


def test_a_site_that_asks_for_hours_is_left_alone_by_the_crawls_that_follow(web, tmp_path):
    busy = source("presse", web.status("/rss", 503, Retry_After="7200"))
    calm = source("calme", web.serve("/calme", rss(("Une", "")), "text/xml"))
    watch = workspace(tmp_path, busy, calm)
    store = open_store(watch.storage.url, tmp_path)
    steps.crawl(watch, store)
    web.asked.clear()
    report = steps.crawl(watch, store)
    assert [one.source_id for one in report.outcomes] == ["calme"]
    assert report.left_alone.keys() == {"presse"}
    assert "/rss" not in web.paths()
    later = datetime.now(UTC) + timedelta(hours=3)
    wanted = due.wanted_sources(watch, store, now=later)
    assert {one.id for one in wanted} == {"presse", "calme"}
    store.close()


def test_what_a_source_repeats_stays_left_out_and_is_left_out_of_the_archive_too(web, tmp_path):
    def article(n: int) -> tuple[str, str]:
        text = ARTICLE.format(title=f"Nouvelle {n}").replace("samedi", f"samedi, à {n} heures,")
        for place in ("Les Copeaux", "la cantine"):
            text = text.replace(place, f"{place} numéro {n}")
        return f"Nouvelle {n}", web.serve(
            f"/{n}", text.replace("</article>", f"{APPEAL}</article>")
        )

    first = [article(n) for n in range(8)]
    watch = workspace(tmp_path, source("presse", web.serve("/rss", rss(*first), "text/xml")))
    store = open_store(watch.storage.url, tmp_path)
    steps.crawl(watch, store)
    web.serve("/rss", rss(*first, article(99)), "text/xml")
    assert steps.crawl(watch, store).taken.new == 1
    with store.reading() as c:
        assert len(sources.repeated_lines(c, "presse")) == 1
        stored = steps.documents.recent_texts(c, "presse", 99)
    assert len(stored) == 9
    assert all("Copeaux numéro" in text and "Soutenez" not in text for text in stored)

    again = steps.reread(watch, store)
    assert (again.new, again.revised) == (0, 0)
    store.close()
