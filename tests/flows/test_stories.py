"""A document's story is what a reader of its day would have said, in whatever order it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from flows import stories as grouping
from nlp import stories
from storage import annotations, documents, open_store, sources, tables
from storage import stories as stored_stories
from vigie.records import Annotation, Document, Resolution, Source, SourceKind

DAY = date(2026, 3, 2)
FIRST = (
    "Le collectif La Remise ouvre samedi une bibliothèque d’objets dans l’ancien lavoir. Trente "
    "habitants ont rangé les étagères pendant l’hiver, et la mairie prête les murs pour trois ans."
)
SECOND = (
    "Les jardiniers du quai des Lilas plantent mercredi leur centième pommier, avec les élèves de "
    "quatre classes qui suivront sa croissance jusqu’au collège dans un carnet de dessins."
)
ROUND_UP = f"{FIRST} {SECOND}"


@pytest.fixture
def store(tmp_path):
    opened = open_store("sqlite:///vigie.db", tmp_path)
    with opened.writing() as c:
        sources.save(c, [Source(id="g", name="G", url="", kind=SourceKind.FILES)])
    yield opened
    opened.close()


def document(number: int, text: str) -> Document:
    at = datetime.combine(DAY + timedelta(days=number), datetime.min.time(), UTC)
    return Document(
        id=f"d{number}",
        source_id="g",
        url=f"https://g.example/{number}",
        title="",
        text=text,
        published_at=at,
        fetched_at=at,
    )


def read(store, *batch: Document) -> None:
    with store.writing() as c:
        documents.save(c, batch)
        hanging = stored_stories.followers(c, [d.id for d in batch])
        found = []
        for each in batch:
            made = stories.fingerprint(each.text)
            found.append(
                Annotation(
                    document_id=each.id,
                    version="1",
                    language="fr",
                    signature=made.signature,
                    bands=made.bands,
                )
            )
        annotations.save(c, found, Resolution())
        grouping.group(c, [d.id for d in batch], hanging)


def grouped(store) -> dict[str, str]:
    table = tables.documents.c
    with store.reading() as c:
        return dict(c.execute(select(table.id, table.story_id)).all())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_later_round_up_is_a_story_of_its_own_and_does_not_make_one_of_two(store, order):
    given = [document(0, FIRST), document(1, SECOND), document(2, ROUND_UP)]
    for number in order:
        read(store, given[number])
    found = grouped(store)
    assert found["d0"] == "d0"
    assert found["d1"] == "d1"
    assert found["d2"] == "d2"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_copies_bear_the_name_of_the_first_in_whatever_order_they_are_read(store, order):
    for number in order:
        read(store, document(number, f"{FIRST} Édition {number}."))
    assert set(grouped(store).values()) == {"d0"}


def test_what_hung_on_a_text_that_was_rewritten_stands_for_itself(store):
    read(store, document(0, FIRST), document(1, FIRST))
    assert grouped(store) == {"d0": "d0", "d1": "d0"}
    read(store, document(0, SECOND))
    assert grouped(store) == {"d0": "d0", "d1": "d1"}
