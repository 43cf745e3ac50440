"""A watch says where it is not looking."""

from __future__ import annotations

from dataclasses import replace

from signals.blind_spots import blind_spots
from tests.signals.facts import MONDAY, MULHOUSE, RIXHEIM, WATCH, World, days_ago
from vigie.records import ActorKind, Verdict


def looked_at(world: World, listed=None, documents=None):
    return blind_spots(
        world.facts(), WATCH, days_ago(90), listed=listed or {}, documents=documents or {}
    )


def test_a_commune_named_far_less_than_its_people_would_have_it_is_a_blind_spot():
    world = World()
    for number in range(40):
        world.say(f"Groupe {number}", communes=(RIXHEIM,))
    found = {one.what: one for one in looked_at(world).communes}
    assert found[MULHOUSE].blind
    assert (found[MULHOUSE].stories, found[MULHOUSE].population > 100_000) == (0, True)
    assert not found[RIXHEIM].blind
    assert looked_at(world).communes[0].what == MULHOUSE


def test_a_commune_named_far_less_than_registers_list_there_is_a_blind_spot():
    world = World()
    for number in range(40):
        world.say(f"Groupe {number}", communes=(MULHOUSE,))
    listed = {(MULHOUSE, ActorKind.ASSOCIATION): 50, (RIXHEIM, ActorKind.ASSOCIATION): 50}
    before, after = (
        next(one for one in looked_at(world, some).communes if one.what == RIXHEIM)
        for some in ({}, listed)
    )
    assert (before.by_register, before.blind) == (0, False)
    assert (after.by_register, after.blind) == (20, True)


def test_an_entry_or_two_of_a_register_call_no_commune_blind():
    world = World()
    for number in range(60):
        world.say(f"Groupe {number}", communes=(RIXHEIM if number % 3 else MULHOUSE,))
    listed = {(RIXHEIM, ActorKind.ASSOCIATION): 1, (MULHOUSE, ActorKind.ASSOCIATION): 1}
    found = {one.what: one for one in looked_at(world, listed).communes}
    assert found[MULHOUSE].stories < found[MULHOUSE].by_register
    assert not found[MULHOUSE].short_of_register
    assert not found[RIXHEIM].blind


def test_where_little_is_told_at_all_nothing_is_called_blind():
    world = World()
    world.say("Petit Fil", communes=(RIXHEIM,))
    assert not any(one.blind for one in looked_at(world).communes)


def test_a_quartier_named_far_less_than_the_others_is_a_blind_spot():
    world = World()
    for number in range(30):
        where = "à Bourtzwiller" if number % 2 else "au quartier des Coteaux"
        world.say(f"Groupe {number}", f"Groupe {number} se réunit {where}.")
    world.say("Petit Fil", "Petit Fil se réunit à Dornachville.")
    watch = replace(WATCH, quarters={MULHOUSE: ("Bourtzwiller", "Coteaux", "Dornach")})
    found = blind_spots(world.facts(), watch, days_ago(90), listed={}, documents={})
    assert [(q.what, q.commune, q.stories, q.blind) for q in found.quarters] == [
        ("Dornach", MULHOUSE, 0, True),
        ("Bourtzwiller", MULHOUSE, 15, False),
        ("Coteaux", MULHOUSE, 15, False),
    ]


def test_a_kind_that_registers_list_and_nobody_tells_of_is_a_blind_spot():
    world = World()
    for number in range(30):
        world.say(f"Groupe {number}", kind=ActorKind.ASSOCIATION)
    listed = {(MULHOUSE, ActorKind.ASSOCIATION): 50, (None, ActorKind.COMPANY): 50}
    found = looked_at(world, listed)
    assert [(one.what, one.blind) for one in found.kinds] == [
        ("company", True),
        ("association", False),
    ]
    assert next(one for one in found.communes if one.what == MULHOUSE).listed == 50


def test_themes_nobody_speaks_of_and_silent_sources_are_named():
    world = World()
    world.say("Petit Fil", "Petit Fil ouvre un atelier de réemploi.", source="gazette")
    found = looked_at(world, documents={"gazette": 9, "muet": 0})
    assert found.themes == {"réemploi": 1, "tiers-lieu": 0}
    assert found.silent == ("muet",)


def test_what_is_kept_and_rejected_is_counted_for_the_source_that_named_it_first():
    world = World()
    world.say("Petit Fil", source="gazette", day=days_ago(20))
    world.say("Petit Fil", source="echo", day=days_ago(5))
    world.say("Grand Fil", source="echo", day=days_ago(5))
    world.judge("Petit Fil", Verdict.KEEP)
    world.judge("Grand Fil", Verdict.REJECT)
    found = looked_at(world, documents={"gazette": 9, "echo": 40})
    assert [(one.source_id, one.kept, one.rejected) for one in found.sources] == [
        ("echo", 0, 1),
        ("gazette", 1, 0),
    ]
    assert found.as_json()["as_of"] == MONDAY.isoformat()
