"""Who is tied to whom, as of a date, with the sentence that says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import actors, annotations, documents, facts, judgements, relations
from storage.history import read_history
from vigie.records import Relation, RelationKind, Verdict

DAY = date(2026, 3, 2)
FIL, ILL, QUAI = "a-fil-et-co", "a-terre-d’ill", "a-les-ateliers-du-quai"


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def tell(desk, number, day, names, kind):
    """Store a document in which one sentence ties two actors."""
    c, press = desk
    first, second = names
    document = press.document(number, day, text=f"Avec {first}, {second}.")
    documents.save(c, [document])
    found = replace(
        press.annotation(document, first, second),
        relations=(Relation(first=0, second=1, kind=kind, sentence=f"{first}, {second}."),),
    )
    annotations.save(c, [found], press.resolution(found))
    return found


def test_a_tie_has_its_document_its_sentence_and_its_day(c, press):
    tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.CARRIED_BY)
    [tie] = relations.ties(c, [ILL], DAY)
    assert (tie.actor_id, tie.other_id, tie.kind) == (FIL, ILL, RelationKind.CARRIED_BY)
    assert tie.sentence == "Fil et Co, Terre d’Ill."
    assert tie.document_url == "https://gazette.example/1"
    assert tie.day == DAY
    assert relations.ties(c, [QUAI], DAY) == []


def test_nothing_is_tied_before_it_was_known(c, press):
    tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.TOGETHER)
    assert relations.ties(c, [FIL], DAY - timedelta(days=1)) == []
    assert relations.edges(c, DAY - timedelta(days=1)) == []
    assert relations.edges(c, DAY, since=DAY + timedelta(days=1)) == []


def test_reading_a_document_again_doubles_nothing_and_forgets_what_it_no_longer_says(c, press):
    found = tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.TOGETHER)
    once = relations.edges(c, DAY)
    annotations.save(c, [found], press.resolution(found))
    assert relations.edges(c, DAY) == once
    annotations.save(c, [replace(found, relations=())], press.resolution(found))
    assert relations.edges(c, DAY) == []


def test_the_network_counts_stories_and_turns_what_has_no_direction_one_way(c, press):
    tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.TOGETHER)
    later = DAY + timedelta(days=3)
    tell((c, press), 2, later, ("Terre d’Ill", "Fil et Co"), RelationKind.TOGETHER)
    tell((c, press), 3, DAY, ("Terre d’Ill", "Fil et Co"), RelationKind.MEMBER_OF)
    member, together = sorted(relations.edges(c, DAY + timedelta(days=9)), key=lambda e: e.kind)
    assert (together.actor_id, together.other_id, together.stories) == (FIL, ILL, 2)
    assert (together.first_day, together.last_day) == (DAY, later)
    assert (member.actor_id, member.other_id, member.stories) == (ILL, FIL, 1)


def test_a_merge_moves_the_ties_and_its_undoing_brings_them_back(c, press):
    tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.PARTNERS)
    press.publish(c, 2, DAY, "Les Ateliers du Quai")
    before = relations.edges(c, DAY)
    actors.merge(c, FIL, QUAI)
    [edge] = relations.edges(c, DAY)
    assert {edge.actor_id, edge.other_id} == {QUAI, ILL}
    actors.merge(c, ILL, QUAI)
    assert relations.edges(c, DAY) == []
    actors.unmerge(c, ILL)
    actors.unmerge(c, FIL)
    assert relations.edges(c, DAY) == before


def test_a_kept_actor_makes_allies_of_those_a_sentence_ties_it_to(c, press):
    tell((c, press), 1, DAY, ("Fil et Co", "Terre d’Ill"), RelationKind.PARTNERS)
    tell(
        (c, press), 2, DAY + timedelta(days=9), ("Fil et Co", "Terre d’Ill"), RelationKind.TOGETHER
    )
    judgements.add(c, press.judgement("Terre d’Ill", Verdict.KEEP, DAY))
    fil, ill = facts.week(c, DAY).actors
    assert [tie.kind for tie in fil.allies] == [RelationKind.PARTNERS]
    assert ill.allies == ()
    later = facts.week(c, DAY + timedelta(days=9))
    assert len(later.actors[0].allies) == 2
    history = read_history(c)
    assert [history.week(DAY + timedelta(days=n)) for n in (0, 9)] == [facts.week(c, DAY), later]
