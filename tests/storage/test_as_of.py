"""The law of the house: what becomes known later changes no earlier queue, not by a byte."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from signals.queue import detect
from storage import actors, counts, documents, facts, judgements, queues, stories
from tests.storage.conftest import at
from vigie.records import Document, Verdict
from vigie.settings import Watch

MONDAY = date(2026, 1, 5)
WATCH = Watch(territory=("246700488",), themes=("réemploi",), queue_size=6, exploration=2)
WEEKS = 12


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def written(c) -> list[bytes]:
    """Return the queue of each Monday as it is kept, each knowing the one before."""
    found = []
    for week in range(4, WEEKS + 1):
        known = facts.week(c, after(7 * week))
        found.append(repr(queues.save(c, detect(known, WATCH))).encode())
    return found


def publish(c, press, draw, number: int, day: date, *, named: int) -> Document:
    some = {f"Atelier {draw.randrange(30)}" for _ in range(named)}
    made = press.publish(c, number, day, "Ville Haute", *sorted(some), source=f"s{number % 4}")
    if number % 6 == 5:
        stories.set_stories(c, {made.id: f"{number - 1:016x}"})
    return made


def test_documents_planted_in_the_future_change_no_earlier_queue(c, press):
    draw = random.Random(3)
    days = [after(draw.randrange(7 * WEEKS)) for _ in range(80)]
    made = [publish(c, press, draw, n, day, named=2) for n, day in enumerate(days)]
    before = written(c)
    assert b"Atelier" in before[-1]
    later = after(7 * WEEKS + 1)
    for number in range(100, 130):
        publish(c, press, draw, number, later + timedelta(days=draw.randrange(90)), named=3)
        stories.set_stories(c, {f"{number:016x}": made[draw.randrange(80)].id})
    press.publish(c, 900, later, "Atelier 1", "Tout Nouveau", source="une-autre")
    actors.mark_known(c, {press.id_of("Atelier 2"): later})
    judgements.add(c, press.judgement("Atelier 3", Verdict.REJECT, later))
    edited = replace(made[7], text=f"{made[7].text} Et Atelier 4.", fetched_at=at(later))
    documents.save(c, [edited])
    counts.refresh(c)
    after_all = written(c)
    counts.recount(c)
    assert written(c) == after_all
    assert [a == b for a, b in zip(after_all, before, strict=True)] == [True] * len(before)
