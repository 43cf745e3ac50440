"""What an actor is, and where, follows all that names it: on both databases."""

from dataclasses import replace
from datetime import date

from flows.describing import describe
from storage import actors, annotations, directory, documents, tables
from vigie.records import ActorKind, Placing

DAY = date(2026, 3, 2)
NAME = "Jardin contre le gaspi"


def told(c, press, number, kind, commune):
    """Store one more document that names the actor."""
    document = press.document(number, DAY, text=f"Avec {NAME}.")
    documents.save(c, [document])
    found = press.annotation(document, NAME, communes=(commune,))
    (mention,) = found.mentions
    mention = replace(mention, kind=kind, commune=commune, placing=Placing.THERE)
    annotations.save(c, [replace(found, mentions=(mention,))], press.resolution(found))
    describe(c, [press.id_of(NAME)])
    return actors.load(c, [press.id_of(NAME)])[press.id_of(NAME)]


def test_the_directory_says_what_most_mentions_say(store, press):
    with store.writing() as c:
        first = told(c, press, 1, ActorKind.ASSOCIATION, "67482")
        assert (first.kind, first.commune) == (ActorKind.ASSOCIATION, "67482")
        told(c, press, 2, ActorKind.COLLECTIVE, "67218")
        third = told(c, press, 3, ActorKind.COLLECTIVE, "67218")
        assert (third.kind, third.commune) == (ActorKind.COLLECTIVE, "67218")
        fourth = told(c, press, 4, ActorKind.UNKNOWN, "67218")
        assert fourth.kind is ActorKind.COLLECTIVE


def test_who_is_read_as_an_institution_and_as_nothing_else_is_shown_as_one(store, press):
    with store.writing() as c:
        press.publish(c, 1, DAY, NAME)
        c.execute(tables.actors.update().values(kind=ActorKind.UNKNOWN, institution=True))
        (line,) = directory.lines(c, [press.id_of(NAME)])
        assert line.kinds == (ActorKind.INSTITUTION,)
        for kind, found in ((ActorKind.INSTITUTION, 1), (ActorKind.UNKNOWN, 0)):
            assert directory.count(c, directory.Search(kind=kind)) == found


def test_a_merged_actor_speaks_for_the_one_that_stands_for_it(store, press):
    with store.writing() as c:
        press.publish(c, 9, DAY, "Un autre")
        told(c, press, 1, ActorKind.COLLECTIVE, "67218")
        told(c, press, 2, ActorKind.COLLECTIVE, "67218")
        actors.merge(c, press.id_of(NAME), press.id_of("Un autre"))
        describe(c, [press.id_of(NAME)])
        root = press.id_of("Un autre")
        assert actors.load(c, [root])[root].kind is ActorKind.COLLECTIVE


def test_a_name_first_met_in_capitals_takes_the_writing_of_later_texts(store, press):
    with store.writing() as c:
        for number, written in ((1, NAME.upper()), (2, NAME), (3, NAME.upper())):
            documents.save(c, [press.document(number, DAY, text=f"Avec {written}.")])
            found = press.annotation(press.document(number, DAY, text=f"Avec {written}."), written)
            annotations.save(c, [found], press.resolution(found))
        first = press.id_of(NAME.upper())
        c.execute(tables.mentions.update().values(actor_id=first))
        describe(c, [first])
        assert actors.load(c, [first])[first].name == NAME
