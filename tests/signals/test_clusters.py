"""A group of actors keeps its identity over the weeks, and says what became of it."""

from __future__ import annotations

from signals.clusters import lineages
from signals.queue import detect
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
    assert any(sentence.startswith("Groupe nouveau autour de compost") for sentence in told)
    again = detect(world.facts(last=queue), WATCH)
    assert {one.id for one in again.clusters} == {one.id for one in queue.clusters}
    assert all(one.change is ClusterChange.GOES_ON for one in again.clusters)
