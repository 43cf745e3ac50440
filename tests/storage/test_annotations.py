"""Mentions are replaced all at once; actors, names and stories stay right over repetitions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import actors, annotations, documents, facts, stories, suggestions
from vigie.records import ActorKind, Message, NewActor, Placing, Resolution, Suggestion

DAY = date(2026, 3, 2)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def sightings(c, as_of=DAY):
    return {
        actor.actor_id: [(s.document_id[-1], s.surface, s.day) for s in actor.sightings]
        for actor in facts.week(c, as_of).actors
    }


def test_saving_an_annotation_again_changes_nothing(c, press):
    press.publish(c, 1, DAY, "Les Ateliers du Quai", "Fil et Co")
    once = (documents.counts(c), facts.week(c, DAY))
    press.publish(c, 1, DAY, "Les Ateliers du Quai", "Fil et Co")
    assert (documents.counts(c), facts.week(c, DAY)) == once
    assert once[0]["mentions"] == 2
    assert once[0]["actors"] == 2


def test_a_new_annotation_replaces_the_mentions_of_the_old_one(c, press):
    document = press.publish(c, 1, DAY, "Fil et Co", "Les Ateliers du Quai")
    again = press.annotation(document, "Fil et Co")
    annotations.save(c, [again], press.resolution(again))
    assert sightings(c) == {"a-fil-et-co": [("1", "Fil et Co", DAY)]}
    assert documents.counts(c)["actors"] == 1


def test_an_actor_stays_as_it_was_first_met(c, press):
    press.publish(c, 1, DAY, "Fil et Co")
    annotations.save(c, [], Resolution(actors=(NewActor(id="a-fil-et-co", name="Autre nom"),)))
    assert actors.get(c, "a-fil-et-co").name == "Fil et Co"


def test_a_mention_that_names_no_known_actor_is_kept(c, press):
    document = press.document(1, DAY)
    documents.save(c, [document])
    annotations.save(c, [press.annotation(document, "Fil et Co")], Resolution())
    assert documents.counts(c)["mentions"] == 1
    assert facts.week(c, DAY).actors == ()


def test_a_document_edited_while_it_was_read_still_waits(c, press):
    document = press.document(1, DAY, text="Avec Fil et Co.")
    documents.save(c, [document])
    documents.save(c, [replace(document, text="Avec Terre d’Ill.")])
    found = press.annotation(document, "Fil et Co")
    assert annotations.save(c, [found], press.resolution(found), read=[document]) == 0
    assert documents.waiting(c, "1", 9) == [document.id]
    assert documents.counts(c)["mentions"] == 0


def test_a_document_that_was_skipped_no_longer_waits(c, press):
    document = press.document(1, DAY)
    documents.save(c, [document])
    skipped = press.annotation(document, skipped=Message("Langue inconnue."))
    annotations.save(c, [skipped], Resolution())
    assert documents.waiting(c, "1", 9) == []


def test_what_an_edit_adds_is_known_from_the_edit_only(c, press):
    first = press.document(1, DAY, text="Avec Fil et Co.")
    later = DAY + timedelta(days=7)
    edited = replace(
        first,
        text="Avec Fil et Co et Terre d’Ill.",
        fetched_at=first.fetched_at + timedelta(days=7),
    )
    documents.save(c, [first])
    documents.save(c, [edited])
    found = press.annotation(edited, "Fil et Co", "Terre d’Ill")
    annotations.save(c, [found], press.resolution(found))
    assert sightings(c, DAY) == {"a-fil-et-co": [("1", "Fil et Co", DAY)]}
    assert sightings(c, later)["a-terre-d’ill"] == [("1", "Terre d’Ill", later)]


def test_a_date_found_later_moves_the_mentions_too(c, press):
    document = press.publish(c, 1, DAY, "Fil et Co", published=False)
    documents.save(c, [replace(document, published_at=document.fetched_at - timedelta(days=3))])
    early = DAY - timedelta(days=3)
    assert sightings(c, early) == {"a-fil-et-co": [("1", "Fil et Co", early)]}


def test_a_document_stands_among_those_that_share_a_band_within_the_window(c, press):
    batch = [press.document(n, DAY + timedelta(days=10 * n)) for n in range(5)]
    documents.save(c, batch)
    bands = [("x", "y"), ("z",), ("y", "z"), ("w",), ("x", "z")]
    found = [
        press.annotation(document, bands=shared, signature=bytes([n]))
        for n, (document, shared) in enumerate(zip(batch, bands, strict=True))
    ]
    annotations.save(c, found, Resolution(), {batch[1].id: batch[0].id})
    signed = [
        stories.Signed(DAY + timedelta(days=10 * n), one.id, one.source_id, one.id, bytes([n]))
        for n, one in enumerate(batch)
    ]
    signed[1] = signed[1]._replace(story_id=batch[0].id)
    around = stories.around(c, [batch[2].id, batch[3].id, "inconnu"])
    assert around == {
        batch[2].id: (signed[2], signed[:2], [signed[4]]),
        batch[3].id: (signed[3], [], []),
    }
    near = stories.around(c, [batch[2].id], timedelta(days=10))
    assert near == {batch[2].id: (signed[2], [signed[1]], [])}
    assert stories.followers(c, [batch[1].id]) == {batch[2].id: DAY + timedelta(days=20)}


def test_a_story_joins_documents(c, press):
    first = press.publish(c, 1, DAY, "Fil et Co")
    second = press.publish(c, 2, DAY, "Fil et Co")
    assert documents.counts(c)["stories"] == 2
    stories.set_stories(c, {second.id: first.id})
    assert documents.counts(c)["stories"] == 1
    [actor] = facts.week(c, DAY).actors
    assert {s.story_id for s in actor.sightings} == {first.id}


def test_names_are_found_by_key_and_by_what_similar_ones_share(c, press):
    press.publish(c, 1, DAY, "Fil et Co", "Fil rouge")
    assert actors.by_keys(c, ["fil et co", "inconnue"]) == {"fil et co": "a-fil-et-co"}
    near = {"fil et co": "a-fil-et-co", "fil rouge": "a-fil-rouge"}
    assert actors.by_blocks(c, ["wFil", "wAutre"]) == near
    assert actors.by_blocks(c, ["wFil"], most=1) == {}


def test_the_signs_of_a_name_are_its_kind_and_the_communes_that_surely_have_it(c, press):
    document = press.publish(c, 1, DAY, "Fil et Co", "Terre d’Ill")
    found = press.annotation(document, "Fil et Co", "Terre d’Ill")
    first, second = found.mentions
    placed = replace(found, mentions=(replace(first, placing=Placing.DATELINE), second))
    made = press.resolution(placed)
    keys = [alias.key for alias in made.aliases]
    links = [replace(link, key=key) for link, key in zip(made.links, keys, strict=True)]
    annotations.save(c, [placed], replace(made, links=tuple(links)))
    told = annotations.signs(c, keys)
    assert [(sign.key, sign.commune) for sign in told] == [(keys[0], "67482"), (keys[1], None)]
    assert {(sign.kind, sign.mentions) for sign in told} == {(ActorKind.ASSOCIATION, 1)}
    assert annotations.signs(c, ["nobody"]) == []


def test_a_name_of_one_word_is_told_by_how_it_is_written_alone(c, press):
    document = press.publish(c, 1, DAY, "Paniers", "Terre d’Ill")
    found = press.annotation(document, "Paniers", "Terre d’Ill")
    silent = replace(
        found, mentions=tuple(replace(m, kind=ActorKind.UNKNOWN) for m in found.mentions)
    )
    made = press.resolution(silent)
    links = [
        replace(link, key=alias.key) for link, alias in zip(made.links, made.aliases, strict=True)
    ]
    annotations.save(c, [silent], replace(made, links=tuple(links)))
    keys = [alias.key for alias in made.aliases]
    assert [sign.surface for sign in annotations.signs(c, keys)] == ["Paniers"]


def test_suggestions_are_kept_once_and_leave_with_a_merge(c, press):
    press.publish(c, 1, DAY, "Fil et Co", "Fil rouge")
    doubt = Suggestion(
        actor_id="a-fil-et-co",
        other_id="a-fil-rouge",
        score=0.7,
        reason=Message("Les deux noms se ressemblent."),
    )
    for _ in range(2):
        annotations.save(c, [], Resolution(suggestions=(doubt,)))
    assert suggestions.of_actors(c, ["a-fil-rouge"]) == [doubt]
    actors.merge(c, "a-fil-rouge", "a-fil-et-co")
    assert suggestions.of_actors(c, ["a-fil-rouge", "a-fil-et-co"]) == []
