"""Two actors under one name taken apart, and put together again without a trace."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from storage import actors, annotations, documents, facts, splits, suggestions, tables
from vigie.cli import actors as cli
from vigie.errors import UnknownNameError, VigieError
from vigie.records import Alias, Message, Resolution, Suggestion

from .conftest import at

DAY = date(2026, 3, 2)
FIL = "a-fil-et-co"
NOW = at(DAY)


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        for number in (1, 2, 3):
            press.publish(connection, number, DAY + timedelta(days=number), "Fil et Co")
        press.publish(connection, 4, DAY, "Fil & Co")
        # Both names lead to one actor, as resolution would have it.
        connection.execute(
            tables.aliases.update().where(tables.aliases.c.key == "fil & co").values(actor_id=FIL)
        )
        connection.execute(
            tables.mentions.update()
            .where(tables.mentions.c.actor_id == "a-fil-&-co")
            .values(actor_id=FIL, key="fil & co")
        )
        yield connection


def everything(c):
    """Return whose every mention and every name is."""
    mentions, aliases = tables.mentions.c, tables.aliases.c
    return (
        sorted(c.execute(select(mentions.document_id, mentions.position, mentions.actor_id)).all()),
        sorted(c.execute(select(aliases.key, aliases.actor_id)).all()),
    )


def seen(c):
    week = facts.week(c, DAY + timedelta(days=9))
    return {actor.actor_id: [s.surface for s in actor.sightings] for actor in week.actors}


def test_a_name_becomes_an_actor_of_its_own_with_its_mentions(c):
    before = documents.counts(c)
    made = splits.split(c, FIL, "Awa", NOW, names=["FIL & CO"])
    assert seen(c) == {FIL: ["Fil et Co"] * 3, made.new_id: ["Fil & Co"]}
    assert actors.get(c, made.new_id).name == "Fil & Co"
    assert actors.by_keys(c, ["fil & co"]) == {"fil & co": made.new_id}
    assert documents.counts(c)["mentions"] == before["mentions"]


def test_the_mentions_of_some_documents_become_an_actor_of_their_own(c, press):
    second = press.made[1]
    made = splits.split(c, FIL, "Awa", NOW, documents=[second.id])
    assert sorted(map(len, seen(c).values())) == [1, 3]
    assert actors.by_keys(c, ["fil et co"]) == {"fil et co": FIL}
    # Reading the document again does not undo what a person decided.
    again = press.annotation(second, "Fil et Co")
    annotations.save(c, [again], press.resolution(again))
    assert seen(c)[made.new_id] == ["Fil et Co"]


@pytest.mark.parametrize(
    "written", ["fil & co", "LES FIL & CO", "L’Fil & Co", "le Fil & Compagnon"]
)
def test_a_name_is_understood_in_any_way_in_which_it_is_written(c, written):
    mentions = tables.mentions
    c.execute(
        mentions.update().where(mentions.c.key == "fil & co").values(surface="Le Fil & Compagnon")
    )
    made = splits.split(c, FIL, "Awa", NOW, names=[written])
    assert seen(c) == {FIL: ["Fil et Co"] * 3, made.new_id: ["Le Fil & Compagnon"]}


def test_a_name_that_may_be_several_is_told_with_them(c):
    c.execute(
        tables.aliases.update()
        .where(tables.aliases.c.key == "fil & co")
        .values(surface="Les Fil et Co", folded="les fil et co")
    )
    with pytest.raises(UnknownNameError, match="« Les Fil et Co », « Fil et Co » ; donnez l’un"):
        splits.split(c, FIL, "Awa", NOW, names=["la Fil et Co"])
    assert len(splits.split(c, FIL, "Awa", NOW, names=["les fil et co"]).new_id) > 2


def test_a_name_that_is_none_of_its_own_is_told_with_those_that_are(c):
    with pytest.raises(
        UnknownNameError, match="« Autre » ; ses noms : « Fil & Co », « Fil et Co »"
    ):
        splits.split(c, FIL, "Awa", NOW, names=["Autre"])


@pytest.mark.parametrize("by", ["names", "documents"])
def test_undoing_a_split_is_exact(c, press, by):
    before, actors_before = everything(c), seen(c)
    what = {"names": ["Fil & Co"]} if by == "names" else {"documents": [press.made[0].id]}
    made = splits.split(c, FIL, "Awa", NOW, **what)
    assert everything(c) != before
    splits.undo(c, made.id, "Bao", NOW)
    assert everything(c) == before
    assert seen(c) == actors_before
    assert splits.standing(c) == []
    # Doing it again gives the same actor.
    assert splits.split(c, FIL, "Awa", NOW, **what).new_id == made.new_id


def test_what_arrived_since_goes_back_too(c, press):
    made = splits.split(c, FIL, "Awa", NOW, names=["Fil & Co"])
    document = press.document(9, DAY + timedelta(days=5))
    documents.save(c, [document])
    found = press.annotation(document, "Fil & Cie")
    [link] = press.resolution(found).links
    annotations.save(
        c,
        [found],
        Resolution(
            links=(type(link)(**{**_fields(link), "actor_id": made.new_id, "key": "fil cie"}),),
            aliases=(Alias(key="fil cie", surface="Fil & Cie", actor_id=made.new_id),),
        ),
    )
    assert len(seen(c)[made.new_id]) == 2
    splits.undo(c, made.id, "Awa", NOW)
    assert list(seen(c)) == [FIL]
    assert len(seen(c)[FIL]) == 5


def _fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


def test_a_split_of_a_split_is_undone_first(c, press):
    before = everything(c)
    ids = [d.id for d in press.made]
    outer = splits.split(c, FIL, "Awa", NOW, documents=ids[:2])
    inner = splits.split(c, outer.new_id, "Awa", NOW, documents=ids[:1])
    with pytest.raises(VigieError, match="Défaites d’abord"):
        splits.undo(c, outer.id, "Awa", NOW)
    splits.undo(c, inner.id, "Awa", NOW)
    splits.undo(c, outer.id, "Awa", NOW)
    assert everything(c) == before


def test_a_merge_and_a_split_of_one_of_its_sides_are_undone_in_any_order(c, press):
    press.publish(c, 7, DAY, "Terre d’Ill")
    before = everything(c)
    actors.merge(c, FIL, "a-terre-d’ill")
    made = splits.split(c, "a-terre-d’ill", "Awa", NOW, names=["Fil & Co"])
    assert seen(c)[made.new_id] == ["Fil & Co"]
    actors.unmerge(c, FIL)
    assert seen(c)["a-terre-d’ill"] == ["Terre d’Ill"]
    splits.undo(c, made.id, "Awa", NOW)
    assert everything(c) == before


def test_what_cannot_be_split_is_said(c, press):
    with pytest.raises(UnknownNameError, match="Pas d’acteur"):
        splits.split(c, "a-personne", "Awa", NOW, names=["Fil"])
    with pytest.raises(UnknownNameError, match="ne porte pas le nom"):
        splits.split(c, FIL, "Awa", NOW, names=["Autre"])
    with pytest.raises(UnknownNameError, match="ne parle pas"):
        splits.split(c, FIL, "Awa", NOW, documents=["inconnu"])
    with pytest.raises(VigieError, match="Il ne resterait rien"):
        splits.split(c, FIL, "Awa", NOW, documents=[d.id for d in press.made])
    with pytest.raises(UnknownNameError, match="Pas de scission"):
        splits.undo(c, 99, "Awa", NOW)


def test_nobody_is_asked_whether_what_was_split_is_one(c):
    made = splits.split(c, FIL, "Awa", NOW, names=["Fil & Co"])
    first, second = sorted((FIL, made.new_id))
    doubt = Suggestion(actor_id=first, other_id=second, score=0.9, reason=Message("Semblables."))
    annotations.save(c, [], Resolution(suggestions=(doubt,)))
    assert suggestions.of_actors(c, [FIL]) == []
    assert suggestions.standing(c) == []
    splits.undo(c, made.id, "Awa", NOW)
    assert suggestions.standing(c) == [doubt]


def test_two_actors_of_one_name_are_both_found_by_it(c, press):
    made = splits.split(c, FIL, "Awa", NOW, documents=[press.made[0].id])
    assert {actor.id for actor in actors.find(c, "fil et co")} == {FIL, made.new_id}
    assert {actor.id for actor, _ in actors.most_named(c, 9, "Fil et")} == {FIL, made.new_id}
    with pytest.raises(UnknownNameError, match=f"peut désigner .*{made.new_id}"):
        cli.named(c, "Fil et Co")
    splits.undo(c, made.id, "Awa", NOW)
    assert [actor.id for actor in actors.find(c, "fil et co")] == [FIL]
