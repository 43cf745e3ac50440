"""What was known at a date, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import actors, documents, facts, judgements, queues, sources, tables
from storage.history import read_history
from vigie.records import (
    ActorKind,
    DocumentKind,
    EventDetails,
    Queue,
    Reach,
    Source,
    SourceKind,
    Verdict,
    iso_week,
)

MONDAY = date(2026, 3, 2)


def ids(c):
    return list(c.execute(select(tables.documents.c.id)).scalars())


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def test_an_empty_archive_has_empty_facts(c):
    week = facts.week(c, MONDAY)
    assert (week.actors, week.sources, week.last_queue) == ((), {}, None)
    assert week.archive_start == MONDAY
    assert read_history(c).first_day is None


def test_a_sighting_says_all_that_signals_look_at(c, press):
    press.publish(
        c,
        1,
        MONDAY,
        "Fil et Co",
        kind=DocumentKind.EVENT,
        event=EventDetails(start=datetime(2026, 3, 14, 23, 30, tzinfo=UTC)),
    )
    [actor] = facts.week(c, MONDAY).actors
    [sighting] = actor.sightings
    assert sighting.day == MONDAY
    assert sighting.document_kind is DocumentKind.EVENT
    assert sighting.document_url == "https://gazette.example/1"
    assert sighting.kind is ActorKind.ASSOCIATION
    assert sighting.surface == "Fil et Co"
    assert sighting.sentence == "Voici Fil et Co."
    assert sighting.communes == ("67482", "67218")
    assert sighting.event_day == date(2026, 3, 15)
    assert sighting.story_id == sighting.document_id


def test_nothing_that_became_known_later_changes_the_facts_of_a_date(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co", "Terre d’Ill")
    press.publish(c, 2, after(3), "Fil et Co", source="blogue")
    as_of = [facts.week(c, after(n)) for n in range(8)]
    press.publish(c, 3, after(8), "Fil et Co", "Nouvelle Pousse", source="une-autre")
    press.publish(c, 4, after(9), "Terre d’Ill", fetched=after(9))
    press.publish(c, 5, after(300), "Fil et Co", fetched=after(300))
    assert [facts.week(c, after(n)) for n in range(8)] == as_of
    assert len(facts.week(c, after(8)).actors) == 3


def test_a_document_announced_for_later_is_known_from_its_fetching(c, press):
    press.publish(c, 1, after(30), "Fil et Co", fetched=MONDAY)
    assert len(facts.week(c, MONDAY).actors) == 1
    assert facts.week(c, after(-1)).actors == ()


def test_an_actor_seen_in_the_last_six_weeks_comes_with_its_whole_history(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co")
    press.publish(c, 2, after(100), "Fil et Co")
    press.publish(c, 3, after(1), "Terre d’Ill")
    [actor] = facts.week(c, after(141)).actors
    assert [s.day for s in actor.sightings] == [MONDAY, after(100)]
    assert facts.week(c, after(142)).actors == ()
    assert len(facts.week(c, after(142), active_days=365).actors) == 2


def test_sources_are_as_of_the_date_too(c, press):
    sources.save(c, [Source(id="gazette", name="Gazette", url="", kind=SourceKind.FEED)])
    for number, day in enumerate((MONDAY, after(2), after(2), after(9))):
        press.publish(c, number, day, "Fil et Co")
    press.publish(c, 9, after(5), "Fil et Co", source="blogue")
    early, late = facts.week(c, after(2)), facts.week(c, after(9))
    assert set(early.sources) == {"gazette"}
    assert early.sources["gazette"].documents == 3
    assert late.sources["gazette"].documents == 4
    assert late.sources["gazette"].first_day == early.archive_start == MONDAY
    assert early.sources["gazette"].reach is Reach.LOCAL
    assert late.sources["blogue"].first_day == after(5)


def test_one_reading_of_the_history_gives_every_week_the_same_facts(c, press):
    for n in range(30):
        names = ["Fil et Co", "Terre d’Ill", "Nouvelle Pousse", "Les Ateliers"][n % 4 :]
        press.publish(c, n, after(n * 5), *names, source=f"s{n % 3}")
    judgements.add(c, press.judgement("Fil et Co", Verdict.KEEP, after(40)))
    actors.merge(c, press.id_of("Les Ateliers"), press.id_of("Nouvelle Pousse"))
    history = read_history(c)
    for n in range(0, 160, 7):
        assert history.week(after(n)) == facts.week(c, after(n))


def test_a_judgement_counts_from_the_day_it_was_given(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co")
    judgements.add(c, press.judgement("Fil et Co", Verdict.REJECT, after(1)))
    assert facts.week(c, MONDAY).actors[0].judgement is None
    assert facts.week(c, after(1)).actors[0].judgement.verdict is Verdict.REJECT


def test_a_judgement_of_an_earlier_week_counts_whenever_that_week_was_gone_through(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co")
    given = press.judgement("Fil et Co", Verdict.REJECT, after(400), week=iso_week(MONDAY))
    judgements.add(c, given)
    assert facts.week(c, MONDAY).actors[0].judgement is None
    assert facts.week(c, after(7)).actors[0].judgement == given


def test_a_withdrawn_judgement_leaves_the_one_before(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co")
    judgements.add(c, press.judgement("Fil et Co", Verdict.WATCH, MONDAY))
    number = judgements.add(c, press.judgement("Fil et Co", Verdict.REJECT, MONDAY))
    judgements.withdraw(c, number, "Awa", press.judgement("x", Verdict.KEEP, MONDAY).at)
    assert facts.week(c, MONDAY).actors[0].judgement.verdict is Verdict.WATCH


def test_a_merge_is_no_verdict_on_the_actor_that_remains(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co", "Terre d’Ill")
    into = press.id_of("Terre d’Ill")
    judgements.add(c, press.judgement("Fil et Co", Verdict.MERGE, MONDAY, merge_into=into))
    [actor] = facts.week(c, MONDAY).actors
    assert (actor.actor_id, actor.judgement) == (into, None)
    assert len(actor.sightings) == 2


def test_a_verdict_on_an_actor_outlives_its_merging(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co", "Terre d’Ill")
    judgements.add(c, press.judgement("Fil et Co", Verdict.KEEP, MONDAY))
    actors.merge(c, press.id_of("Fil et Co"), press.id_of("Terre d’Ill"))
    assert facts.week(c, MONDAY).actors[0].judgement.verdict is Verdict.KEEP
    judgements.add(c, press.judgement("Terre d’Ill", Verdict.WATCH, MONDAY))
    assert facts.week(c, MONDAY).actors[0].judgement.verdict is Verdict.WATCH


def test_the_last_queue_is_that_of_an_earlier_week(c):
    for week in ("2026-W08", "2026-W09", "2026-W10", "2026-W11"):
        queues.save(c, Queue(week=week, as_of=MONDAY, candidates=()))
    assert facts.week(c, MONDAY).last_queue.week == "2026-W09"


def test_the_order_of_saving_does_not_show(c, press, sqlite_store):
    days = [(n, after(n % 5), f"Actrice {n % 7}") for n in range(20)]
    for number, day, name in days:
        press.publish(c, number, day, name)
    with sqlite_store.writing() as other:
        documents.save(other, [])
        for number, day, name in reversed(days):
            press.publish(other, number, day, name)
        assert facts.week(other, after(9)) == facts.week(c, after(9))


def test_an_event_taken_back_is_no_longer_to_come_from_that_day_on_and_its_text_stays(c, press):
    day = EventDetails(start=datetime(2026, 4, 1, 18, tzinfo=UTC))
    press.publish(c, 1, MONDAY, "Fil et Co", kind=DocumentKind.EVENT, event=day)
    [stored] = documents.load(c, ids(c))
    gone = replace(
        stored,
        title="",
        text="",
        event=None,
        withdrawn=True,
        fetched_at=datetime(2026, 3, 9, 9, tzinfo=UTC),
    )
    assert documents.save(c, [gone]) == documents.Saved(unchanged=1)
    [kept] = documents.load(c, [stored.id])
    assert (kept.title, kept.text, kept.event, kept.withdrawn) == (
        stored.title, stored.text, day, True,
    )  # fmt: skip

    def days(as_of):
        return [s.event_day for actor in facts.week(c, as_of).actors for s in actor.sightings]

    assert days(after(6)) == [date(2026, 4, 1)]
    assert days(after(7)) == [None]
    # The next crawl tells it again: nothing moves. Then it is on again.
    documents.save(c, [replace(gone, fetched_at=datetime(2026, 3, 20, 9, tzinfo=UTC))])
    assert days(after(7)) == [None]
    documents.save(c, [replace(stored, withdrawn=False)])
    assert days(after(7)) == [date(2026, 4, 1)]


def test_a_removed_event_is_known_by_its_number_and_one_never_had_is_not_stored(c, press):
    press.publish(c, 1, MONDAY, "Fil et Co", kind=DocumentKind.EVENT)
    [stored] = documents.load(c, ids(c))
    documents.save(c, [replace(stored, also=("number",))])
    gone = replace(stored, title="", text="", withdrawn=True)
    documents.save(c, [replace(gone, id="number"), replace(gone, id="never")])
    [only] = documents.load(c, [*ids(c), "number", "never"])
    assert (only.id, only.withdrawn) == (stored.id, True)
