"""What a replay of an archive says of the queue, and of what it missed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from signals.backtest import replay
from signals.measures import Stated, reliability
from signals.misses import Late, Why
from signals.text import fold
from signals.truth import TruthActor, read_truth
from tests.signals.archive import MONDAYS, archive, day, run
from tests.signals.facts import LYON, WATCH
from vigie.errors import InputError
from vigie.records import Label


def test_who_was_found_by_which_mention_and_how_early():
    backtest = run(*archive())
    mine = backtest.policies["vigie"]
    assert backtest.measured_from == MONDAYS[8]
    assert (backtest.emerging, backtest.mentioned) == (4, 4)
    assert mine.recall.value == 0.5
    assert mine.recall_twice.value == 1.0
    assert [e.value for e in mine.found_by] == [0.5, 1.0, 1.0]
    (lead,) = mine.leads
    assert lead == pytest.approx((day(21) - MONDAYS[12]).days / 7, abs=0.01)


def test_every_miss_says_where_it_was_lost():
    misses = {m.name: m for m in run(*archive()).misses}
    assert set(misses) == {"Caché", "Muet"}
    assert misses["Muet"].why is Why.NOT_EXTRACTED
    assert (misses["Caché"].why, misses["Caché"].aside) == (Why.SET_ASIDE, "elsewhere")


def test_where_those_stood_that_were_not_found_by_their_second_mention():
    world, truth = archive()
    world.say("Caché", "Caché ouvre samedi.", day(18), document="c18", communes=(LYON,))
    twice = TruthActor(name="Sourd", emerging=True, documents=frozenset({"club14", "club16"}))
    found = run(world, [*truth, twice])
    assert found.late == {
        Late.UNREAD: 1,
        Late.SET_ASIDE: 1,
        Late.UNLIKELY: 0,
        Late.OUTRANKED: 0,
    }
    assert found.as_json()["late"] == {"unread": 1, "set_aside": 1, "unlikely": 0, "outranked": 0}


def test_one_ranked_out_says_which_feature_would_have_changed_it():
    world, truth = archive()
    for week in range(8, 24):
        for number in range(6):
            name = f"Vif {week} {number}"
            world.say(name, f"{name} vient de voir le jour.", day(week))
    world.say("Terne", "Terne se réunit.", day(18))
    truth.append(TruthActor(name="Terne", emerging=True, course="slow"))
    miss = next(m for m in run(world, truth).misses if m.name == "Terne")
    assert miss.why is Why.RANKED_OUT
    assert miss.best_rank is not None
    assert miss.best_rank > 4
    assert "birth" in miss.features


def test_a_name_swallowed_by_another_actor_is_not_resolved():
    world, truth = archive()
    for week in range(10, 20):
        world.say("Club Ancien", day=day(week))
    world.say("Club Ancien", "Avec Rouage.", day(18), surface="Rouage")
    truth.append(TruthActor(name="Rouage", emerging=True))
    miss = next(m for m in run(world, truth).misses if m.name == "Rouage")
    assert miss.why is Why.NOT_RESOLVED


def test_a_homonym_of_other_documents_is_not_the_truths_actor():
    world, truth = archive()
    truth[1] = replace(truth[1], documents=frozenset({"elsewhere"}))
    backtest = run(world, truth)
    assert "petit fil" not in {m.name for m in backtest.misses}
    assert backtest.mentioned == 3


def test_precision_counts_what_the_truth_does_not_name_as_wrong():
    backtest = run(*archive())
    mine = backtest.policies["vigie"]
    assert backtest.complete
    assert mine.precision.value is not None
    assert 0.2 < mine.precision.value < 1
    assert {"sudden", "once", "old"} <= set(mine.make_up)
    assert sum(mine.make_up.values()) == pytest.approx(1, abs=0.001)
    assert mine.worst is None  # no week of this small world has 25 of them active
    right = sum(one.n * one.right for one in backtest.reliability)
    assert 0 < right < sum(one.n for one in backtest.reliability)


def test_scores_are_held_against_what_proved_right_by_tenths():
    told = reliability([(0.11, False), (0.19, True), (0.95, True), (1.0, True)])
    assert told == (Stated(0.15, 0.5, 2), Stated(0.975, 1.0, 2))


def test_without_labels_precision_is_only_a_lower_bound():
    world, truth = archive()
    unlabelled = [replace(t, emerging=None) for t in truth[:4]]
    assert not run(world, unlabelled).complete


def test_the_oracle_is_right_about_all_it_proposes_and_ahead_of_the_baselines():
    backtest = run(*archive())
    assert backtest.policies["oracle"].precision.value == 1.0
    best = backtest.policies["oracle"].ndcg.value
    assert best is not None
    for policy in backtest.policies.values():
        assert policy.ndcg.value is not None
        assert policy.ndcg.value <= best


def test_a_judging_officer_is_not_shown_an_actor_twice():
    backtest = run(*archive(), judged=True)
    weekly = backtest.policies["vigie"].weekly
    assert len(weekly) < len(MONDAYS) - 8
    assert backtest.policies["vigie"].recall.value == 0.5


def test_the_same_archive_gives_the_same_figures_twice():
    first, second = (json.dumps(run(*archive()).as_json(), sort_keys=True) for _ in range(2))
    assert first == second


def test_a_document_of_the_last_week_changes_no_earlier_week():
    world, truth = archive()
    before = run(world, truth).policies["vigie"].weekly
    world.say("Les Glaneuses", label=Label.INSTITUTION, day=day(23, 6))
    world.say("Petit Fil", day=day(23, 6))
    assert run(world, truth).policies["vigie"].weekly[:-1] == before[:-1]


def test_an_empty_archive_measures_nothing():
    backtest = replay([], archive()[1], WATCH, fold)
    assert backtest.policies["vigie"].precision.value is None
    assert backtest.as_json()["weeks"] == 0


def test_a_truth_file_is_read_and_a_bad_line_is_named(tmp_path):
    path = tmp_path / "truth.jsonl"
    path.write_text(
        '{"name": "Petit Fil", "aliases": ["PF"], "first_date": "2025-03-04", "emerging": true,'
        ' "documents": ["d1", {"url": "https://a.example/2"}]}\n\n',
        encoding="utf-8",
    )
    (entry,) = read_truth(path)
    assert entry.first_date == date(2025, 3, 4)
    assert entry.documents == {"d1", "https://a.example/2"}
    path.write_text('{"name": "Petit Fil"}\n["pas un objet"]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"truth\.jsonl, ligne 2"):
        read_truth(path)
    with pytest.raises(InputError, match="absent"):
        read_truth(tmp_path / "absent.jsonl")


def test_what_entered_wrongly_is_named_with_what_it_is():
    world, truth = archive()
    backtest = run(world, truth)
    wrong = {one.name: one for one in backtest.intruders}
    assert wrong["Club Ancien"].course == "old"
    assert not {"Les Glaneuses", "Petit Fil"} & set(wrong)
    assert run(world, [replace(t, emerging=None) for t in truth]).intruders == ()


def test_a_name_cut_short_is_known_for_what_it_is():
    world, truth = archive()
    for week in range(14, 18):
        world.say("Jardin", "Le Jardin vient de naître.", day(week), document=f"j{week}")
    truth.append(TruthActor(name="Jardin des Ormes", emerging=True))
    wrong = {one.name: one for one in run(world, truth).intruders}
    assert (wrong["Jardin"].course, wrong["Jardin"].akin) == ("?", "Jardin des Ormes")


def test_another_way_to_fill_the_queue_is_measured_beside_it():
    def first_of_all(facts, size, done):
        return tuple(sorted({a.actor_id for a in facts.actors} - done))[:size]

    world, truth = archive()
    found = replay(
        [world.facts(monday) for monday in MONDAYS],
        truth,
        WATCH,
        fold,
        rivals={"alphabet": first_of_all},
    )
    assert list(found.policies) == ["vigie", "most_mentioned", "random", "alphabet", "oracle"]
    assert found.policies["alphabet"].precision.n == found.policies["vigie"].precision.n
