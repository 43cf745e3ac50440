"""Judgements are only ever added; what stands is the last one that was not taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from signals.queue import detect
from storage import actors, facts, judgements, queues
from vigie.errors import UnknownNameError
from vigie.records import EnteredBy, RejectReason, Verdict
from vigie.settings import Watch

DAY = date(2026, 3, 2)
LATER = datetime(2026, 3, 3, 9, tzinfo=UTC)
FIL, ILL, QUAI = "a-fil-et-co", "a-terre-d’ill", "a-le-quai"


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        press.publish(connection, 1, DAY, "Fil et Co", "Terre d’Ill", "Le Quai")
        yield connection


def verdicts(c):
    return {i: e.judgement.verdict for i, e in judgements.standing(c, [FIL, ILL, QUAI]).items()}


def test_a_judgement_comes_back_as_it_was_given(c, press):
    given = press.judgement(
        "Fil et Co",
        Verdict.REJECT,
        DAY,
        reason=RejectReason.NOT_AN_ACTOR,
        note="C’est un slogan.\nVu deux fois.",
    )
    number = judgements.add(c, given)
    entry = judgements.standing(c, [FIL])[FIL]
    assert (entry.id, entry.judgement, entry.actor_name) == (number, given, "Fil et Co")


def test_the_last_judgement_stands_and_the_one_before_returns_when_it_is_withdrawn(c, press):
    judgements.add(c, press.judgement("Fil et Co", Verdict.WATCH, DAY))
    number = judgements.add(c, press.judgement("Fil et Co", Verdict.KEEP, DAY, who="Luc"))
    assert verdicts(c) == {FIL: Verdict.KEEP}
    judgements.withdraw(c, number, "Awa", LATER)
    assert verdicts(c) == {FIL: Verdict.WATCH}


def test_the_journal_keeps_what_was_taken_back_and_by_whom(c, press):
    first = judgements.add(c, press.judgement("Fil et Co", Verdict.WATCH, DAY))
    second = judgements.add(c, press.judgement("Terre d’Ill", Verdict.KEEP, DAY))
    judgements.withdraw(c, first, "Luc", LATER)
    newest, oldest = judgements.journal(c)
    assert (newest.id, newest.withdrawn_by) == (second, None)
    assert (oldest.id, oldest.withdrawn_by, oldest.withdrawn_at) == (first, "Luc", LATER)
    assert [e.id for e in judgements.journal(c, limit=1)] == [second]
    before = oldest.judgement.at - timedelta(minutes=1)
    assert judgements.journal(c, until=before) == []


def test_withdrawing_twice_changes_nothing(c, press):
    number = judgements.add(c, press.judgement("Fil et Co", Verdict.WATCH, DAY))
    once = judgements.withdraw(c, number, "Luc", LATER)
    assert judgements.withdraw(c, number, "Awa", LATER) == once


def test_undo_takes_back_one_s_own_judgements_one_by_one(c, press):
    for name in ("Fil et Co", "Terre d’Ill"):
        judgements.add(c, press.judgement(name, Verdict.KEEP, DAY))
    judgements.add(c, press.judgement("Le Quai", Verdict.KEEP, DAY, who="Luc"))
    assert judgements.last(c, "Awa").judgement.actor_id == ILL
    assert judgements.undo(c, "Awa", LATER).judgement.actor_id == ILL
    assert judgements.undo(c, "Awa", LATER).judgement.actor_id == FIL
    assert judgements.undo(c, "Awa", LATER) is None
    assert verdicts(c) == {QUAI: Verdict.KEEP}


def test_a_verdict_of_merging_merges_and_its_withdrawal_parts(c, press):
    number = judgements.add(c, press.judgement("Fil et Co", Verdict.MERGE, DAY, merge_into=ILL))
    assert actors.surviving(c, [FIL]) == {FIL: ILL}
    judgements.withdraw(c, number, "Awa", LATER)
    assert actors.surviving(c, [FIL]) == {FIL: FIL}


def test_the_last_verdict_of_merging_that_stands_decides(c, press):
    first = judgements.add(c, press.judgement("Fil et Co", Verdict.MERGE, DAY, merge_into=ILL))
    second = judgements.add(c, press.judgement("Fil et Co", Verdict.MERGE, DAY, merge_into=QUAI))
    assert actors.surviving(c, [FIL]) == {FIL: QUAI}
    judgements.withdraw(c, second, "Awa", LATER)
    assert actors.surviving(c, [FIL]) == {FIL: ILL}
    judgements.withdraw(c, first, "Awa", LATER)
    assert actors.surviving(c, [FIL]) == {FIL: FIL}


@pytest.mark.parametrize("merge_into", ["personne", None])
def test_a_judgement_of_what_does_not_exist_is_refused(merge_into, c, press):
    with pytest.raises(UnknownNameError, match="Pas d’acteur"):
        judgements.add(c, press.judgement("Inconnu", Verdict.KEEP, DAY))
    given = press.judgement("Fil et Co", Verdict.MERGE, DAY, merge_into=merge_into)
    with pytest.raises(UnknownNameError, match="Pas d’acteur"):
        judgements.add(c, given)
    with pytest.raises(UnknownNameError, match="Pas d’avis numéro 99"):
        judgements.withdraw(c, 99, "Awa", LATER)
    assert judgements.journal(c) == []


def test_verdicts_of_earlier_weeks_teach_until_learning_starts_anew(c, press):
    monday = date(2026, 3, 2)
    press.publish(c, 9, monday, "Fil et Co", "Terre d’Ill", "Le Quai")
    shown = detect(facts.week(c, monday), Watch(queue_size=5, exploration=5))
    fil = press.id_of("Fil et Co")
    lot = {True: EnteredBy.RANKING, False: EnteredBy.EXPLORATION}
    ranked = [replace(one, entered_by=lot[one.actor_id == fil]) for one in shown.candidates]
    queues.save(c, replace(shown, candidates=tuple(ranked)))
    assert len(shown.candidates) == 3
    for name, verdict in (
        ("Fil et Co", Verdict.REJECT),
        ("Fil et Co", Verdict.KEEP),
        ("Terre d’Ill", Verdict.REJECT),
        ("Le Quai", Verdict.WATCH),
    ):
        judgements.add(c, press.judgement(name, verdict, monday))
    assert facts.lessons(c, monday) == ()
    first, second = facts.lessons(c, monday + timedelta(days=7))
    assert (first.actor_id, first.kept) == (press.id_of("Fil et Co"), True)
    assert (second.actor_id, second.kept) == (press.id_of("Terre d’Ill"), False)
    assert first.values["evidence"] > 0
    assert (first.drawn, second.drawn) == (False, True)
    assert facts.week(c, monday + timedelta(days=7)).lessons == (first, second)
    judgements.reset(c, "Awa", datetime(2026, 3, 12, tzinfo=UTC))
    assert facts.lessons(c, monday + timedelta(days=7)) == (first, second)
    assert facts.lessons(c, monday + timedelta(days=14)) == ()
