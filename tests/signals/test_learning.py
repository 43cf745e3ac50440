"""What an officer's verdicts make of the weights."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from signals.learning import drift, kept_of, learned, shift
from signals.queue import detect
from signals.scoring import published_weights
from tests.signals.facts import MONDAY, WATCH, World, iso_week
from vigie.records import ActorKind, EnteredBy, Lesson

PUBLISHED = published_weights()
KINDS = (ActorKind.COOPERATIVE, ActorKind.ASSOCIATION, ActorKind.COMPANY, ActorKind.COLLECTIVE)


def lessons(number: int, liked, seed: int = 1) -> tuple[Lesson, ...]:
    """Judge actors as a queue shows them: groups of four kinds, some with signs of birth."""
    draw = random.Random(seed)
    made = []
    for n in range(number):
        kind, birth = draw.choice(KINDS), draw.choice((0.0, 0.9))
        values = {"evidence": 0.9, "novelty": draw.random(), "birth": birth, "start": 1.0}
        made.append(
            Lesson(
                actor_id=f"a{n}",
                week=f"2026-W{n % 9 + 1:02d}",
                kind=kind,
                values=values,
                kept=liked(kind, draw),
            )
        )
    return tuple(made)


def likes_cooperatives(kind: ActorKind, _: random.Random) -> bool:
    return kind is ActorKind.COOPERATIVE


def throws_a_coin(_: ActorKind, draw: random.Random) -> bool:
    return draw.random() < 0.5


def test_a_taste_for_a_kind_is_learnt_and_told_first():
    found = learned(lessons(100, likes_cooperatives), PUBLISHED)
    assert found["kind_cooperative"] > 1
    assert found["kind_company"] < 0
    moved = drift(found, PUBLISHED)
    assert "kind_cooperative" in [name for name, *_ in moved[:3]]
    assert all(before != after for _, before, after in moved)


def test_what_is_kept_of_those_drawn_is_counted_beside_those_ranked():
    some = lessons(30, lambda _, d: d.random() < 0.5)
    told = [replace(one, drawn=number % 3 == 0) for number, one in enumerate(some)]
    (ranked, of_ranked), (drawn, of_drawn) = (kept_of(told, drawn=by) for by in (False, True))
    assert (of_ranked, of_drawn) == (20, 10)
    assert ranked + drawn == sum(one.kept for one in some)
    assert drawn == sum(one.kept for one in told[::3])


def test_what_was_never_shown_keeps_its_weight():
    found = learned(lessons(100, likes_cooperatives), PUBLISHED)
    assert found["elsewhere"] == PUBLISHED["elsewhere"]


@pytest.mark.parametrize("given", [0, 19])
def test_a_few_judgements_change_nothing(given):
    assert learned(lessons(given, likes_cooperatives), PUBLISHED) == PUBLISHED


def test_verdicts_all_alike_change_nothing():
    assert learned(lessons(60, lambda *_: True), PUBLISHED) == PUBLISHED


def test_the_order_of_judging_does_not_show():
    some = lessons(60, likes_cooperatives)
    assert learned(some[::-1], PUBLISHED) == learned(some, PUBLISHED)


def test_verdicts_by_coin_move_no_kind_far():
    found = learned(lessons(100, throws_a_coin), PUBLISHED)
    assert all(abs(found[name]) < 1 for name in found if name.startswith("kind_"))


def test_verdicts_that_follow_nothing_teach_nothing_however_few_are_kept():
    for share in (0.1, 0.5):
        drawn = lessons(100, lambda _, draw, share=share: draw.random() < share)
        assert learned(drawn, PUBLISHED) == PUBLISHED


def test_an_officer_who_keeps_few_still_sees_what_she_may_keep():
    world = World()
    for number, kind in enumerate(KINDS * 2):
        world.say(f"Groupe {number}", kind=kind)
    some = lessons(150, lambda kind, d: likes_cooperatives(kind, d) and d.random() < 0.4)
    assert shift(some, learned(some, PUBLISHED), PUBLISHED) < -1
    plain = detect(world.facts(), WATCH).candidates
    taught = detect(replace(world.facts(), lessons=some), WATCH).candidates
    assert [one.kind for one in taught[:2]] == [ActorKind.COOPERATIVE] * 2
    assert sum(one.kind is ActorKind.COOPERATIVE for one in taught) == 2
    assert sum(one.kind is ActorKind.COOPERATIVE for one in plain) == 2
    assert all(0.1 <= one.score < 1 for one in taught if one.entered_by is EnteredBy.RANKING)
    assert len(taught) < len(plain)


def test_the_queue_follows_what_was_learnt_and_still_adds_up():
    world = World()
    for number, kind in enumerate(KINDS):
        world.say(f"Groupe {number}", "Groupe {n} vient de naître.", kind=kind)
    facts = replace(world.facts(), lessons=lessons(100, likes_cooperatives))
    first, *others = detect(facts, WATCH).candidates
    assert first.kind is ActorKind.COOPERATIVE
    assert "Type : coopérative" in [str(r.detail) for r in first.reasons]
    plain = detect(world.facts(), WATCH).candidates
    assert all(not r.name.startswith("kind_") for one in plain for r in one.reasons)
    assert first.score > max(one.score for one in others)
    for one in (first, *others):
        parts = sum(Fraction(str(reason.contribution)) for reason in one.reasons)
        assert parts == Fraction(str(one.score))
    assert iso_week(MONDAY) == "2026-W12"
