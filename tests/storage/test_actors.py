"""Finding actors, merging them without loss, and taking that back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from storage import actors, documents, facts
from vigie.errors import UnknownNameError

DAY = date(2026, 3, 2)
FIL, ILL, QUAI = "a-fil-et-co", "a-terre-d’ill", "a-les-ateliers-du-quai"


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        press.publish(connection, 1, DAY, "Fil et Co")
        press.publish(connection, 2, DAY + timedelta(days=1), "Terre d’Ill")
        press.publish(connection, 3, DAY + timedelta(days=2), "Les Ateliers du Quai", "Fil et Co")
        yield connection


def seen(c):
    week = facts.week(c, DAY + timedelta(days=9))
    return {actor.actor_id: [s.surface for s in actor.sightings] for actor in week.actors}


def test_an_actor_is_first_seen_in_its_oldest_document(c):
    assert actors.get(c, FIL).first_seen == DAY
    assert actors.get(c, "personne") is None


def test_an_actor_is_found_without_its_accents_and_case(c):
    assert [a.id for a in actors.find(c, "TERRE D'ÎLL")] == [ILL]
    assert [a.id for a in actors.find(c, "ateliers")] == [QUAI]
    assert actors.find(c, "100 %") == []
    assert actors.find(c, " ") == []


def test_a_merged_actor_gives_all_it_had_to_the_one_that_stands_for_it(c):
    before = documents.counts(c)
    assert actors.merge(c, FIL, QUAI)
    assert seen(c) == {
        QUAI: ["Fil et Co", "Les Ateliers du Quai", "Fil et Co"],
        ILL: ["Terre d’Ill"],
    }
    merged = actors.get(c, FIL)
    assert (merged.id, merged.first_seen) == (QUAI, DAY)
    assert merged.aliases == ("Fil et Co",)
    assert [a.id for a in actors.find(c, "fil")] == [QUAI]
    assert documents.counts(c) == {**before, "actors": 2}


def test_taking_a_merge_back_restores_everything(c, press):
    before = seen(c)
    actors.merge(c, FIL, QUAI)
    press.publish(c, 4, DAY + timedelta(days=3), "Fil et Co")
    actors.unmerge(c, FIL)
    assert seen(c) == {**before, FIL: ["Fil et Co"] * 3}
    assert actors.surviving(c, [FIL, QUAI]) == {FIL: FIL, QUAI: QUAI}


def test_merges_follow_one_another_and_come_apart_one_by_one(c):
    actors.merge(c, FIL, QUAI)
    actors.merge(c, QUAI, ILL)
    assert set(seen(c)) == {ILL}
    actors.unmerge(c, FIL)
    assert set(seen(c)) == {FIL, ILL}
    actors.unmerge(c, QUAI)
    assert set(seen(c)) == {FIL, ILL, QUAI}


def test_a_merge_in_a_circle_changes_nothing(c):
    actors.merge(c, FIL, QUAI)
    assert not actors.merge(c, QUAI, FIL)
    assert not actors.merge(c, FIL, FIL)
    assert not actors.merge(c, FIL, QUAI)
    assert set(seen(c)) == {QUAI, ILL}


def test_an_unknown_actor_cannot_be_merged(c):
    with pytest.raises(UnknownNameError, match="personne"):
        actors.merge(c, FIL, "personne")


def test_the_day_from_which_a_directory_lists_an_actor_only_moves_earlier(c):
    actors.mark_known(c, {FIL: DAY})
    actors.mark_known(c, {FIL: DAY + timedelta(days=1)})
    known = {a.actor_id: a.known_since for a in facts.week(c, DAY).actors}
    assert known == {FIL: DAY}
    actors.mark_known(c, {FIL: DAY - timedelta(days=1)})
    assert actors.get(c, FIL).first_seen == DAY - timedelta(days=1)
