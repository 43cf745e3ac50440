"""What a watch remembers from one crawl to the next: who asked for time, what is repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawlers import identity, spool
from crawlers.conclusions import NOTHING_NEW, outcome_of
from flows import due, steps
from storage import documents, open_store, sources
from tests.crawlers.conftest import serving, settings
from tests.crawlers.test_crawl import ARTICLE, rss, source
from vigie.records import Document, HealthState, HttpState
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


def test_a_source_whose_pages_another_announced_first_is_not_silent(tmp_path):
    first, second, whole, dead = (
        source(name, f"https://{name}.example/rss") for name in ("un", "deux", "trois", "quatre")
    )
    watch = workspace(tmp_path, first, second, whole, dead)
    now = datetime(2026, 3, 20, tzinfo=UTC)
    page = Document(
        id=identity.document_id("https://un.example/a"),
        source_id="un",
        url="https://un.example/a",
        title="Une",
        text="Brève.",
        published_at=now - timedelta(days=2),
        fetched_at=now,
    )
    store = open_store(watch.storage.url, tmp_path)
    with store.writing() as c:
        sources.save(c, watch.sources)
        documents.save(c, [page])
        seen = HttpState(url="http://un.example/a?utm_source=x", source_id="deux", checked_at=now)
        sources.save_http_states(c, [seen])
        states = {}
        for one in watch.sources:
            for at in (now - timedelta(weeks=9), now):
                outcome = outcome_of(one, HealthState.LIVELY, NOTHING_NEW)
                sources.save_outcome(c, replace(outcome, at=at))
            heard = {page.id} if one is whole else ()
            states[one.id] = due.judged(c, watch, replace(outcome, at=now), heard).state
    store.close()
    lively, silent = HealthState.LIVELY, HealthState.SILENT
    assert states == {"un": lively, "deux": lively, "trois": lively, "quatre": silent}


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


def test_a_source_is_not_charged_with_the_refusal_that_another_of_its_host_met(web, tmp_path):
    busy = source("presse", web.status("/rss", 503, Retry_After="7200"))
    other = source("autre", web.serve("/autre", rss(("Une", "")), "text/xml"))
    watch = workspace(tmp_path, busy, other, delay=0.1)
    store = open_store(watch.storage.url, tmp_path)
    found = {one.source_id: one for one in steps.crawl(watch, store).outcomes}
    assert found["presse"].state is HealthState.UNREACHABLE
    assert (found["autre"].state, found["autre"].failure) == (HealthState.UNTRIED, None)
    assert "503" not in str(found["autre"].message)
    assert found["autre"].not_before > found["autre"].at + timedelta(hours=1)
    # Else the one that always refuses would always close the host before the other is asked.
    later = datetime.now(UTC) + timedelta(hours=3)
    assert [one.id for one in due.wanted_sources(watch, store, now=later)] == ["autre", "presse"]
    lively = outcome_of(other, HealthState.LIVELY, NOTHING_NEW)
    with store.writing() as c:
        sources.save_outcome(c, replace(lively, at=later))
        sources.save_outcome(c, replace(found["autre"], at=later + timedelta(hours=1)))
        kept = sources.health(c)["autre"]
    assert (kept.state, kept.failures, kept.last_success) == (HealthState.LIVELY, 0, later)
    assert kept.not_before == found["autre"].not_before
    store.close()


def test_a_source_of_every_hour_is_read_every_hour(tmp_path):
    hourly = source("presse", "https://presse.example/rss")
    watch = workspace(tmp_path, hourly)
    store = open_store(watch.storage.url, tmp_path)
    tick = datetime(2026, 3, 2, 6, tzinfo=UTC)
    lively = outcome_of(hourly, HealthState.LIVELY, NOTHING_NEW)
    with store.writing() as c:
        sources.save(c, [hourly])
        # It was noted when its crawl ended, some moments after the hour.
        sources.save_outcome(c, replace(lively, at=tick + timedelta(seconds=40)))
    again = due.next_tries(watch, store, tick + timedelta(minutes=1))["presse"]
    assert again is not None
    wait = again - tick - timedelta(seconds=40)
    for early, expected in ((timedelta(0), ["presse"]), (timedelta(minutes=10), [])):
        wanted = due.wanted_sources(watch, store, due_only=True, now=tick + wait - early)
        assert [one.id for one in wanted] == expected
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


def test_what_many_sources_gave_is_read_some_times_and_not_once_for_each(tmp_path, monkeypatch):
    now = datetime(2026, 3, 20, tzinfo=UTC)
    watched = [source(f"s{n}", f"https://s{n}.example/rss") for n in range(20)]
    watch = workspace(tmp_path, *watched)
    path = tmp_path / "spool.jsonl"
    writer = spool.Writer(path)
    for one in watched:
        writer.write(HttpState(url=one.url, source_id=one.id, checked_at=now))
        writer.write(replace(outcome_of(one, HealthState.LIVELY, NOTHING_NEW), at=now))
    writer.close()
    parsed, load = [], spool.load
    monkeypatch.setattr(spool, "load", lambda line: parsed.append(line) or load(line))
    store = open_store(watch.storage.url, tmp_path)
    with store.writing() as c:
        sources.save(c, watch.sources)
    report = steps.empty_spool(watch, store, path)
    store.close()
    assert [one.source_id for one in report.outcomes] == [one.id for one in watched]
    assert len(parsed) <= 4 * 2 * len(watched)
