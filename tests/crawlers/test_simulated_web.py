"""Every kind of source, week after week: what was published is had, once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawlers import crawl, identity, spool
from simulation import serve, simulate, write_settings
from vigie.records import Document, HealthState, HttpState, Outcome
from vigie.settings import load

WEEKS = 8


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """The documents, outcomes by round and published URLs of eight simulated weeks."""
    folder = tmp_path_factory.mktemp("simulated")
    simulate(folder, "mulhouse", weeks=WEEKS, seed=11, scale=0.2)
    config = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    begun = datetime.fromisoformat(config["first_day"]).replace(tzinfo=ZoneInfo("Europe/Paris"))
    documents, states, rounds = {}, {}, []
    with serve(folder) as web:
        settings = load(write_settings(folder, folder / "watch", web.port).parent)
        letter = next(o for o in web.outlets if o["style"] == "mbox")
        for week in range(1, WEEKS + 1):
            web.now = begun + timedelta(weeks=week)
            web.write_mailbox(letter, folder / letter["entry"])
            path = folder / f"spool-{week}.jsonl"
            crawl(settings.sources, states.values(), settings, path)
            records = list(spool.read(path))
            for one in records:
                if isinstance(one, Document):
                    documents.setdefault(one.id, []).append(one)
                elif isinstance(one, HttpState):
                    states[one.source_id, one.url] = one
            rounds.append({r.source_id: r for r in records if isinstance(r, Outcome)})
        published = [
            json.loads(line)
            for line in (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        for one in published:
            one["url"] = web.address(one["url"])
        asked = list(web.log)
    return documents, rounds, published, asked


def test_all_that_was_published_is_had(replayed):
    documents, _, published, _ = replayed
    had = {(one.source_id, one.url) for found in documents.values() for one in found}
    missed = [one for one in published if (one["source"], one["url"]) not in had]
    assert len(missed) <= 0.01 * len(published), Counter(one["source"] for one in missed)


def test_nothing_is_had_twice(replayed):
    documents, _, published, _ = replayed
    urls = {one["url"] for one in published}
    latest = [found[-1] for found in documents.values()]
    assert {one.url for one in latest} <= urls
    apart = Counter(one.url for one in latest if one.id == identity.document_id(one.url))
    assert max(apart.values()) == 1
    # Several documents share an address only where an event recurs, each on a day of its own.
    days = Counter((one.url, one.event.start if one.event else None) for one in latest)
    assert max(days.values()) == 1


def test_each_round_ends_with_an_outcome_for_each_source(replayed):
    _, rounds, _, _ = replayed
    assert all(len(outcomes) == 16 for outcomes in rounds)
    last = rounds[-1]
    assert {o.source_id for o in last.values() if o.state is HealthState.MOVED} == {"blog-b"}
    well = {HealthState.LIVELY, HealthState.MOVED, HealthState.QUIET}
    assert all(o.state in well for o in last.values()), last


def test_what_is_known_is_not_asked_again(replayed):
    _, _, _, asked = replayed
    pages = Counter(
        (host, path) for _, host, path, status in asked if status == 200 and "/actu/" in path
    )
    assert max(pages.values()) == 1
