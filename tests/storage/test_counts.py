"""Weekly counts: kept up as documents come, the same as counted from scratch."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import actors, annotations, counts, documents, facts, splits, stories, tables
from storage.history import read_history
from vigie.records import Past

MONDAY = date(2026, 3, 2)
NAMES = ("Fil et Co", "Terre d’Ill", "Nouvelle Pousse", "Les Ateliers")


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def kept(c) -> list[tuple]:
    table = tables.weekly_counts
    return [tuple(row) for row in c.execute(select(table).order_by(*table.primary_key))]


def assert_a_recount_changes_nothing(c) -> None:
    counts.refresh(c)
    found = kept(c)
    counts.recount(c)
    assert kept(c) == found


def test_counts_kept_up_are_those_of_a_recount(c, press):
    draw = random.Random(1)
    published = []
    for number in range(60):
        day = after(draw.randrange(60))
        some = draw.sample(NAMES, draw.randint(1, 3))
        published.append(press.publish(c, number, day, *some, source=f"s{number % 3}"))
        if number % 7 == 0:
            stories.set_stories(c, {published[-1].id: draw.choice(published).id})
        if number % 11 == 0:
            counts.refresh(c)
    assert_a_recount_changes_nothing(c)
    assert sum(row[4] for row in kept(c)) == len(c.execute(select(tables.mentions)).all())
    assert sum(row[6] for row in kept(c)) < sum(row[4] for row in kept(c))


def test_a_document_that_is_read_again_is_counted_again(c, press):
    made = [press.publish(c, n, after(n), "Fil et Co", "Terre d’Ill") for n in range(5)]
    counts.refresh(c)
    found = press.annotation(made[2], "Les Ateliers")
    annotations.save(c, [found], press.resolution(found))
    assert_a_recount_changes_nothing(c)
    assert {row[0] for row in kept(c) if row[1] == MONDAY} >= {press.id_of("Les Ateliers")}


def test_a_date_learnt_later_moves_a_count(c, press):
    press.publish(c, 1, after(20), "Fil et Co", published=False)
    counts.refresh(c)
    dated = press.document(1, after(2), text="Avec Fil et Co.", fetched=after(21))
    documents.save(c, [dated])
    assert_a_recount_changes_nothing(c)
    assert [row[1] for row in kept(c)] == [MONDAY]


def test_a_split_moves_counts_and_undoing_it_brings_them_back(c, press):
    made = [press.publish(c, n, after(4 * n), "Fil et Co") for n in range(4)]
    counts.refresh(c)
    before = kept(c)
    at = datetime(2026, 4, 1, tzinfo=UTC)
    done = splits.split(c, press.id_of("Fil et Co"), "Awa", at, documents=[made[0].id])
    assert_a_recount_changes_nothing(c)
    assert kept(c) != before
    splits.undo(c, done.id, "Awa", at)
    assert_a_recount_changes_nothing(c)
    assert kept(c) == before


def test_only_what_was_touched_is_counted_again(c, press):
    for number in range(4):
        press.publish(c, number, after(number), NAMES[number])
    assert counts.refresh(c) == 4
    press.publish(c, 9, after(9), "Fil et Co")
    assert counts.refresh(c) == 1
    assert counts.refresh(c) == 0


def often(c, press) -> None:
    """Name one actor ten times a week for sixteen weeks, another now and then."""
    for number in range(160):
        day = after(number * 7 // 10)
        some = NAMES[:2] if number % 20 == 0 else NAMES[:1]
        made = press.publish(c, number, day, *some, source=f"s{number % 3}")
        if number % 5 == 4:
            stories.set_stories(c, {made.id: f"{number - 1:016x}"})


def test_of_an_actor_named_often_older_weeks_are_counted(c, press):
    often(c, press)
    actor, seldom = facts.week(c, after(110)).actors
    assert len(actor.sightings) < 80 < actor.mentions
    assert actor.mentions == len(facts.of_actor(c, actor.actor_id, after(110)).sightings)
    assert actor.first_day == MONDAY
    assert (seldom.past, len(seldom.sightings)) == (Past(), 8)
    told = {s.story_id for s in actor.sightings} - actor.past.begun
    whole = facts.of_actor(c, actor.actor_id, after(110))
    assert len(told) + sum(w.stories for w in actor.past.weeks) == len(
        {s.story_id for s in whole.sightings}
    )


def test_facts_are_the_same_whether_counts_wait_or_are_kept_or_merged(c, press):
    often(c, press)
    days = [after(n) for n in range(60, 113, 5)]
    waiting = [facts.week(c, day) for day in days]
    counts.refresh(c)
    assert [facts.week(c, day) for day in days] == waiting
    history = read_history(c)
    assert [history.week(day) for day in days] == waiting
    actors.merge(c, press.id_of(NAMES[1]), press.id_of(NAMES[0]))
    history = read_history(c)
    assert [history.week(day) for day in days] == [facts.week(c, day) for day in days]
    assert facts.week(c, days[-1]).actors[0].mentions == 159 + 8
