"""Several watches in one installation: what each knows of its own, and what all know."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from storage import directory, edits, facts, judgements, queues, sources, subscribers
from storage.history import read_history
from tests.storage.conftest import at, id_of
from tests.storage.old_database import candidate
from vigie.digest.edition import Subscriber
from vigie.records import Queue, Source, SourceKind, Verdict, iso_week
from vigie.settings import MAIN, Watch

MONDAY = date(2026, 3, 2)
CITY = Watch(id="city", name="La ville", sources=("gazette",))
FIELDS = Watch(id="fields", name="Les champs", sources=("agora*",))


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        for name in ("gazette", "agora-nord"):
            one = Source(id=name, name=name, url=f"https://{name}.example/", kind=SourceKind.FEED)
            sources.save(connection, [one])
        press.publish(connection, 1, MONDAY, "Les Braises", "Rives Vivantes")
        press.publish(connection, 2, MONDAY, "Les Braises", "Le Bol", source="agora-nord")
        yield connection


def seen(c, watch, day=MONDAY):
    return {actor.actor_id for actor in facts.week(c, day, watch=watch).actors}


def verdicts(c, watch, day):
    return {
        actor.actor_id: actor.judgement.verdict
        for actor in facts.week(c, day, watch=watch).actors
        if actor.judgement
    }


def test_a_watch_knows_what_its_sources_tell_and_nothing_else(c):
    braises, rives, bol = map(id_of, ("Les Braises", "Rives Vivantes", "Le Bol"))
    assert seen(c, CITY) == {braises, rives}
    assert seen(c, FIELDS) == {braises, bol}
    assert seen(c, MAIN) == {braises, rives, bol}
    week = facts.week(c, MONDAY, watch=FIELDS)
    assert set(week.sources) == {"agora-nord"}
    [told] = [actor for actor in week.actors if actor.actor_id == braises]
    assert [one.source_id for one in told.sightings] == ["agora-nord"]


def test_an_archive_read_once_gives_a_watch_the_same_facts(c, press):
    for number in range(80):
        day = MONDAY - timedelta(days=200 - number)
        press.publish(
            c, 100 + number, day, "Les Braises", source=("gazette", "agora-nord")[number % 2]
        )
        press.publish(c, 300 + number, day, "Les Braises")
    week = facts.week(c, MONDAY, watch=CITY)
    again = read_history(c, watch=CITY).week(MONDAY)
    assert week.actors == again.actors
    assert week.sources == again.sources
    braises = next(one for one in week.actors if one.actor_id == id_of("Les Braises"))
    assert braises.past.weeks
    assert braises.mentions == 121


def test_what_one_watch_keeps_all_know_and_what_it_rejects_is_its_own(c, press):
    later = MONDAY + timedelta(days=1)
    judgements.add(c, press.judgement("Les Braises", Verdict.KEEP, MONDAY, watch="city"))
    judgements.add(c, press.judgement("Rives Vivantes", Verdict.REJECT, MONDAY, watch="city"))
    judgements.add(c, press.judgement("Le Bol", Verdict.WATCH, MONDAY, watch="fields"))
    kept = id_of("Les Braises")
    assert verdicts(c, CITY, later) == {kept: Verdict.KEEP, id_of("Rives Vivantes"): Verdict.REJECT}
    assert verdicts(c, FIELDS, later) == {kept: Verdict.KEEP, id_of("Le Bol"): Verdict.WATCH}
    assert verdicts(c, MAIN, later) == {kept: Verdict.KEEP}


def test_a_later_rejection_elsewhere_takes_nobody_out_of_the_directory(c, press):
    judgements.add(c, press.judgement("Les Braises", Verdict.KEEP, MONDAY, watch="city"))
    judgements.add(c, press.judgement("Les Braises", Verdict.REJECT, MONDAY, watch="fields"))
    actor, later = id_of("Les Braises"), MONDAY + timedelta(days=1)
    assert verdicts(c, FIELDS, later) == {actor: Verdict.KEEP}
    assert directory.ids(c, frozenset({Verdict.KEEP})) == [actor]
    assert directory.lines(c, [actor])[0].verdict is Verdict.KEEP
    assert judgements.settled(c, [actor])[actor].judgement.watch == "city"
    own = judgements.standing_in(c, [actor], "fields")[actor].judgement
    assert (own.verdict, own.watch) == (Verdict.REJECT, "fields")
    assert judgements.standing_in(c, [actor], "main")[actor].judgement.watch == "city"


def test_that_two_are_one_is_so_in_every_watch(c, press):
    judgements.add(c, press.judgement("Le Bol", Verdict.REJECT, MONDAY, watch="fields"))
    merge = press.judgement(
        "Le Bol", Verdict.MERGE, MONDAY, watch="city", merge_into=id_of("Les Braises")
    )
    judgements.add(c, merge)
    assert verdicts(c, FIELDS, MONDAY + timedelta(days=1)) == {}


def test_each_watch_has_its_queues_and_its_readers_of_candidates(c, press):
    week = iso_week(MONDAY)
    for watch in ("main", "city"):
        found = (candidate(),) if watch == "city" else ()
        queues.save(c, Queue(week=week, as_of=MONDAY, candidates=found, watch=watch))
    assert not queues.load(c, week).candidates
    assert queues.load(c, week, "city").watch == "city"
    assert queues.load(c, week, "fields") is None
    assert queues.watches(c) == {"city": week, "main": week}
    edits.saw(c, id_of("Les Braises"), week, "Awa", at(MONDAY), watch="city")
    assert edits.seen_by(c, week, [id_of("Les Braises")]) == {}
    assert edits.seen_by(c, week, [id_of("Les Braises")], "city")
    judgements.add(c, press.judgement("Les Braises", Verdict.KEEP, MONDAY, watch="city"))
    assert [lesson.kept for _, lesson in judgements.lessons(c, "city")] == [True]
    assert judgements.lessons(c) == []
    judgements.reset(c, "Awa", at(MONDAY), "city")
    assert judgements.resets(c) == []


def test_one_may_read_the_letters_of_two_watches(c):
    for number, watch in enumerate(("main", "city", "city")):
        reader = Subscriber(
            id=str(number), address="Ana@example.org", watch=watch, who="Awa", at=at(MONDAY)
        )
        subscribers.add(c, reader)
    assert [(one.id, one.watch) for one in subscribers.all_of(c)] == [("1", "city"), ("0", "main")]
    assert subscribers.get(c, "ana@example.org", "city").id == "1"
