"""What the queue is held against: its bars, and the topics that rise."""

from __future__ import annotations

from datetime import date, timedelta

from benchmarks.bars import Bar, of_queue
from benchmarks.topics import Topics, named_in_rising
from tests.signals.archive import archive, run
from tests.signals.facts import MONDAY, World, days_ago


def test_a_bar_is_met_missed_or_not_measured():
    assert Bar("precision", 0.8, 0.8).said == "met"
    assert Bar("precision", 0.79, 0.8).said == "missed"
    assert Bar("persons", 0.06, 0.05, most=True).said == "missed"
    assert Bar("delayed", None, 0.7).said == "not measured"


def test_every_bar_of_the_queue_is_read_off_a_replay():
    found = {one.name: one for one in of_queue(run(*archive()))}
    assert len(found) == 11
    assert found["found by mention 2"].said == "met"
    assert found["worst week with 25 active"].said == "not measured"
    assert found["institutions, persons, works, seasonal"].figure == 0


def test_actors_of_the_topic_that_rises_most_come_first():
    world = World()
    world.say("Vieux", document="d1", day=days_ago(3))
    for number in range(2):
        world.say("Souvent", document="d2", day=days_ago(3), sentence=f"Souvent, {number}.")
    world.say("Neuf", document="d2", day=days_ago(3))
    world.say("Calme", document="d3", day=days_ago(3))
    world.say("Calme", document="d0", day=days_ago(90))
    weeks = [MONDAY - timedelta(weeks=n) for n in range(16)]
    found = Topics(
        of={"d1": 1, "d2": 2, "d3": 3},
        times={
            1: [(weeks[0], 2), (weeks[8], 1)],
            2: [(weeks[1], 9)],
            3: [(day, 5) for day in weeks],
        },
        seconds=0.0,
    )
    assert found.rising(MONDAY) == [2, 1]
    assert found.rising(date(2024, 1, 1)) == []
    queue = named_in_rising(found, only_new=False)(world.facts(), 5, set())
    assert queue == ("Souvent", "Neuf", "Vieux")
    fresh = named_in_rising(found, only_new=True)(world.facts(), 5, {"Neuf"})
    assert fresh == ("Souvent", "Vieux")
