"""A week as the page shows it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from review.week import bars, choose, nearest, view
from signals.scoring import why_now
from storage.judgements import Entry
from vigie.records import Judgement, Verdict


def entry(number, verdict, week):
    judgement = Judgement(
        actor_id="a", verdict=verdict, who="A", at=datetime(2026, 3, 16, tzinfo=UTC), week=week
    )
    return Entry(id=number, judgement=judgement, actor_name="A")


def test_an_older_verdict_waits_to_be_confirmed(example):
    first, second = (c.actor_id for c in example.candidates[:2])
    standing = {
        first: entry(1, Verdict.REJECT, "2026-W08"),
        second: entry(2, Verdict.KEEP, "2026-W12"),
    }
    week = view(example, standing, ["2026-W12"])
    assert [row.judged for row in week.rows[:3]] == [False, True, False]
    assert week.done == 1
    assert week.tally[Verdict.KEEP] == 1


def test_the_next_to_judge_turns_around_the_end_of_the_list(example):
    ids = [c.actor_id for c in example.candidates]
    everything = {one: entry(1, Verdict.KEEP, "2026-W12") for one in ids}
    all_but_first = {one: made for one, made in everything.items() if one != ids[0]}
    assert view(example, all_but_first, []).waiting_after(ids[-1]) == ids[0]
    assert view(example, {}, []).waiting_after(ids[0]) == ids[1]
    assert view(example, everything, []).waiting_after(ids[0]) is None


def test_weeks_before_and_after_are_those_that_have_a_queue(example):
    week = view(example, {}, ["2025-W51", "2026-W09", "2026-W12", "2026-W15", "2026-W20"])
    assert (week.older, week.newer) == ("2026-W09", "2026-W15")


def test_only_strong_reasons_make_the_sentence(example):
    reasons = example.candidates[0].reasons
    assert [reason.name for reason in why_now(reasons)] == ["novelty", "diffusion", "radar"]
    assert why_now([replace(reasons[0], contribution=-1.0)]) == ()
    assert why_now([replace(reasons[0], name="evidence")]) == ()
    assert why_now([]) == ()


def test_bars_are_lengths_relative_to_the_heaviest_reason(example):
    shown = bars(example.candidates[0].reasons)
    assert shown[0].percent == 100
    assert all(0 < bar.percent <= 100 for bar in shown)
    assert bars([replace(example.candidates[0].reasons[0], contribution=0.0)]) == ()


def test_a_candidate_knows_its_cluster_and_its_neighbours_in_it(example):
    week = view(example, {}, [])
    chosen = choose(week, week.rows[0])
    assert [row.candidate.name for row in chosen.neighbours] == [
        "Répar’Ensemble",
        "L’Atelier des Ondes",
    ]
    assert (chosen.previous, chosen.next) == (None, week.rows[1].candidate.actor_id)


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("2026-W13", "2026-W12"),
        ("2020-W01", "2026-W05"),
        ("2026-W99", "2026-W12"),
        ("lundi", "2026-W12"),
    ],
)
def test_an_unknown_week_has_a_nearest_one(asked, near):
    assert nearest(asked, ["2026-W05", "2026-W12"]) == near
    assert nearest(asked, []) is None
