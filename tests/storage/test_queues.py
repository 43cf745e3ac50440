"""A week's queue: kept whole, computed again without undoing what a person decided."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from storage import judgements, queues
from vigie.records import (
    ActorKind,
    Candidate,
    Cluster,
    EnteredBy,
    Evidence,
    Feature,
    Message,
    Queue,
    Verdict,
)

DAY = date(2026, 3, 2)
WEEK = "2026-W10"
NAMES = [f"Acteur {letter}" for letter in "abcdefgh"]


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        press.publish(connection, 1, DAY, *NAMES)
        yield connection


def candidate(name: str, rank: int, score: float = 1.0, by=EnteredBy.RANKING) -> Candidate:
    return Candidate(
        actor_id="a-" + name.casefold().replace(" ", "-"),
        name=name,
        aliases=(name.upper(),),
        kind=ActorKind.COLLECTIVE,
        commune="67482",
        score=score,
        rank=rank,
        entered_by=by,
        first_seen=DAY,
        mentions=3,
        stories=2,
        sources=1,
        cluster="c1",
        reasons=(
            Feature(
                name="novelty",
                value=0.5,
                weight=2.0,
                contribution=1.0,
                detail=Message("Vu {n} fois.", {"n": 1, "day": "lundi"}, "Vu {n} fois en tout."),
            ),
        ),
        evidence=(
            Evidence(
                document_url="https://gazette.example/1",
                source="Gazette",
                date=DAY,
                quote=f"« {name} » ouvre.",
                surface=name,
            ),
        ),
    )


def queue(*names: str, week: str = WEEK, score: float = 1.0, drawn: tuple[str, ...] = ()) -> Queue:
    return Queue(
        week=week,
        as_of=DAY,
        candidates=tuple(
            candidate(
                name, rank, score, EnteredBy.EXPLORATION if name in drawn else EnteredBy.RANKING
            )
            for rank, name in enumerate(names, start=1)
        ),
        clusters=(Cluster(id="c1", label=("couture", "réemploi"), members=("a-acteur-a",)),),
    )


def names(found: Queue) -> list[str]:
    assert [one.rank for one in found.candidates] == [n + 1 for n in range(len(found.candidates))]
    return [one.name[-1] for one in found.candidates]


def judge(c, press, name, **more):
    return judgements.add(c, press.judgement(name, Verdict.KEEP, DAY, **more))


def test_a_queue_comes_back_as_it_was_saved(c):
    saved = queue(*NAMES[:3])
    assert queues.save(c, saved) == saved
    assert queues.load(c, WEEK) == saved
    assert queues.save(c, saved) == saved
    assert queues.load(c, "2026-W11") is None


def test_weeks_are_listed_newest_first(c):
    assert queues.latest(c) is None
    for week in ("2026-W09", "2026-W11", "2026-W10", "2025-W52"):
        queues.save(c, queue(NAMES[0], week=week))
    assert queues.weeks(c) == ["2026-W11", "2026-W10", "2026-W09", "2025-W52"]
    assert queues.latest(c).week == "2026-W11"
    assert queues.before(c, "2026-W10").week == "2026-W09"
    assert queues.before(c, "2025-W52") is None


def test_a_queue_computed_again_takes_the_place_of_the_first(c):
    queues.save(c, queue(*NAMES[:3]))
    queues.save(c, queue(*NAMES[2:5]))
    assert names(queues.load(c, WEEK)) == ["c", "d", "e"]


def test_candidates_that_were_judged_stay_as_they_were(c, press):
    queues.save(c, queue(*NAMES[:3], score=1.0))
    judge(c, press, NAMES[1])
    stored = queues.save(c, queue(*NAMES[3:6], score=9.0))
    assert names(stored) == ["d", "b", "e"]
    assert [one.score for one in stored.candidates] == [9.0, 1.0, 9.0]
    assert queues.load(c, WEEK) == stored


def test_a_judged_candidate_that_is_proposed_again_stands_once(c, press):
    queues.save(c, queue(*NAMES[:3]))
    judge(c, press, NAMES[1])
    assert names(queues.save(c, queue(NAMES[1], NAMES[0], NAMES[4]))) == ["a", "b", "e"]


def test_exploration_keeps_its_slots_when_room_is_made(c, press):
    queues.save(c, queue(*NAMES[:3]))
    judge(c, press, NAMES[0])
    again = queue(*NAMES[3:7], drawn=(NAMES[6],))
    assert names(queues.save(c, again)) == ["a", "d", "e", "g"]


def test_a_judgement_that_was_withdrawn_or_of_another_week_holds_nothing(c, press):
    queues.save(c, queue(*NAMES[:2]))
    number = judge(c, press, NAMES[0])
    judgements.withdraw(c, number, "Awa", press.judgement("x", Verdict.KEEP, DAY).at)
    judge(c, press, NAMES[1], week="2026-W09")
    assert names(queues.save(c, queue(*NAMES[3:5]))) == ["d", "e"]


def test_nobody_is_lost_when_all_were_judged_and_the_new_queue_is_short(c, press):
    queues.save(c, queue(*NAMES[:3]))
    for name in NAMES[:3]:
        judge(c, press, name)
    assert names(queues.save(c, queue(NAMES[5]))) == ["a", "b", "c"]


def test_whom_queues_of_some_weeks_showed_is_known_with_its_last_day(c):
    for week, day, shown in (
        ("2026-W01", DAY - timedelta(weeks=9), NAMES[0]),
        ("2026-W07", DAY - timedelta(weeks=3), NAMES[0]),
        ("2026-W08", DAY - timedelta(weeks=2), NAMES[1]),
        ("2026-W09", DAY - timedelta(weeks=1), NAMES[0]),
        ("2026-W10", DAY, NAMES[1]),
    ):
        queues.save(c, Queue(week=week, as_of=day, candidates=(candidate(shown, 1),)))
    first, second = (candidate(name, 1).actor_id for name in NAMES[:2])
    assert queues.shown(c, "2026-W10", "2026-W05") == {
        first: DAY - timedelta(weeks=1),
        second: DAY - timedelta(weeks=2),
    }
