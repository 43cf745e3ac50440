"""A group of actors keeps its identity over the weeks, and says what became of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals import vectors
from signals.clusters import clusters, lineages
from signals.queue import detect
from signals.ranking import rank
from signals.together import ties
from tests.signals.facts import WATCH, World, days_ago
from vigie.records import Cluster, ClusterChange, Verdict

LAST = (
    Cluster(id="c-1", label=(), members=("a", "b", "c", "d"), since="2026-W02"),
    Cluster(id="c-2", label=(), members=("e", "f", "g"), since="2026-W05"),
)


def line(*members: str, others: tuple[tuple[str, ...], ...] = ()) -> Cluster:
    groups = dict(enumerate((members, *others)))
    return lineages(groups, LAST, "2026-W12", young=False)[0]


def test_a_group_that_shares_half_its_members_goes_on():
    found = line("a", "b", "x")
    assert (found.id, found.since, found.change) == ("c-1", "2026-W02", ClusterChange.GOES_ON)


def test_a_group_that_was_not_there_is_new():
    found = line("x", "y", "e")
    assert (found.since, found.change, found.came_from) == ("2026-W12", ClusterChange.NEW, ())
    assert found.id not in {"c-1", "c-2"}


def test_a_group_that_continues_two_has_merged_them():
    found = line("a", "b", "c", "e", "f")
    assert (found.id, found.change, found.came_from) == (
        "c-1",
        ClusterChange.MERGED,
        ("c-1", "c-2"),
    )


def test_the_smaller_part_of_a_group_has_split_from_it():
    groups = lineages({0: ("a", "b", "x"), 1: ("c", "d")}, LAST, "2026-W12", young=False)
    changes = sorted((one.change, one.came_from) for one in groups.values())
    assert changes == [(ClusterChange.GOES_ON, ()), (ClusterChange.SPLIT, ("c-1",))]
    assert [one.id for one in groups.values()].count("c-1") == 1


def test_in_a_young_archive_no_group_is_new():
    [found] = lineages({0: ("x", "y")}, (), "2026-W12", young=True).values()
    assert (found.since, found.change) == ("", ClusterChange.GOES_ON)


def community(world: World, word: str, names: tuple[str, ...], day) -> None:
    for name in names:
        world.say(name, f"{name} : {word}, atelier de {word} et échange de {word} !", day)


def test_a_new_group_is_told_and_says_who_is_known():
    world = World()
    community(world, "couture", ("Le Fil", "La Maille", "Le Dé"), days_ago(3))
    community(world, "compost", ("Le Ver", "La Fane", "Le Tas"), days_ago(3))
    world.judge("Le Fil", Verdict.KEEP)
    queue = detect(world.facts(), WATCH)
    groups = {one.label[0]: one for one in queue.clusters}
    assert groups["couture"].known == ("Le Fil",)
    assert set(groups["couture"].members) == {"Le Fil", "La Maille", "Le Dé"}
    assert groups["compost"].change is ClusterChange.NEW
    told = [str(r.detail) for one in queue.candidates for r in one.reasons if r.name == "company"]
    assert any(
        sentence.startswith("Groupe apparu ce mois-ci autour de compost") for sentence in told
    )
    scores = {one.name: one.score for one in queue.candidates}
    before = replace(
        world.facts(),
        clusters=tuple(replace(one, since="2026-W01") for one in rank(world.facts(), WATCH).groups),
    )
    old = {one.name: one.score for one in detect(before, WATCH).candidates}
    assert scores["Le Ver"] > old["Le Ver"]  # a community that was not there last month
    again = detect(world.facts(last=queue), WATCH)
    assert {one.id for one in again.clusters} == {one.id for one in queue.clusters}
    assert all(one.change is ClusterChange.GOES_ON for one in again.clusters)


def profiles_of(world: World):
    return [s.profile for s in rank(world.facts(), WATCH).scored]


def test_sentences_that_tie_an_actor_to_a_group_bring_it_there():
    world = World()
    for name in ("Le Fil", "La Maille", "Le Dé"):
        world.say(name, f"{name} : couture, patron, dentelle.")
    for name in ("Le Ver", "La Fane", "Le Tas"):
        world.say(name, f"{name} : compost, jardin, fumier.")
    world.say("Le Loup", "Le Loup : lecture, roman, bibliothèque.")
    space = vectors.space(profiles_of(world), frozenset())
    apart = clusters(space, {}, (), "2026-W12", young=False)
    assert all("Le Loup" not in one.members for one in apart)
    near = {("Le Fil", "Le Loup"): 0.9, ("La Maille", "Le Loup"): 0.9, ("Le Dé", "Le Loup"): 0.9}
    tied = clusters(space, near, (), "2026-W12", young=False)
    assert any({"Le Fil", "Le Loup"} <= set(one.members) for one in tied)


def test_actors_of_one_sentence_are_tied_each_story_more():
    world = World()
    for story in ("d", "e"):
        for name in ("Le Fil", "Le Ver"):
            world.say(name, f"Le Fil invite Le Ver ({story}).", document=story)
    world.say("Le Tas", "Le Tas est seul.", document="d")
    assert ties(profiles_of(world)) == {("Le Fil", "Le Ver"): pytest.approx(1 - 0.7 * 0.7)}
