"""The answer « not the same » is remembered, follows merges, and can be taken back."""

from __future__ import annotations

from datetime import date

import pytest

from storage import actors, distinctions, suggestions
from vigie.errors import UnknownNameError, VigieError
from vigie.records import Message, Resolution, Suggestion

from .conftest import at

DAY = date(2026, 3, 2)
NOW = at(DAY)


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        for number, name in enumerate(("Alpha", "Alpha Nord", "Beta"), start=1):
            press.publish(connection, number, DAY, name)
        asked = Suggestion(
            actor_id="a-alpha", other_id="a-alpha-nord", score=0.8, reason=Message("Proches.")
        )
        actors.save(connection, Resolution(suggestions=(asked,)))
        yield connection


def asked(c):
    return [(s.actor_id, s.other_id) for s in suggestions.standing(c)]


PAIR = ("a-alpha", "a-alpha-nord")


def test_a_question_that_was_answered_is_not_asked_again_until_the_answer_is_undone(c):
    assert asked(c) == [PAIR]
    told = distinctions.add(c, *reversed(PAIR), "Awa", NOW)
    assert asked(c) == []
    assert suggestions.of_actors(c, [PAIR[0]]) == []
    assert [one.who for one in distinctions.standing(c)] == ["Awa"]
    distinctions.undo(c, told.id, "Awa", NOW)
    assert asked(c) == [PAIR]
    with pytest.raises(UnknownNameError):
        distinctions.undo(c, told.id, "Awa", NOW)


def test_an_answer_speaks_for_the_actor_that_one_was_merged_into(c):
    distinctions.add(c, "a-beta", PAIR[1], "Awa", NOW)
    assert asked(c) == [PAIR]
    actors.merge(c, "a-alpha", "a-beta")
    assert asked(c) == []
    actors.unmerge(c, "a-alpha")
    assert asked(c) == [PAIR]


def test_one_actor_is_not_told_from_itself(c):
    with pytest.raises(UnknownNameError):
        distinctions.add(c, "a-alpha", "a-nobody", "Awa", NOW)
    actors.merge(c, *PAIR)
    with pytest.raises(VigieError, match="réunion"):
        distinctions.add(c, *PAIR, "Awa", NOW)
