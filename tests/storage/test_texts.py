"""Names searched in the stored texts, whatever was recognised in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import documents, texts

DAY = date(2026, 3, 2)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def naming(c, *names):
    return sorted((name, int(place.document_id, 16)) for name, place in texts.naming(c, names))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("L’Établi d’Élise", "Samedi, l'etabli d'ELISE ouvre."),
        ("Cœur à l’ouvrage", "avec COEUR A L’OUVRAGE, à Metz"),
        ("semons demain", "Le collectif semons\ndemain se réunit."),
        ("La Fabrique", "à la Fabrique, mardi"),
        ("AFUT", "(AFUT)"),
    ],
)
def test_a_name_is_found_however_it_is_written(c, press, name, text):
    documents.save(c, [press.document(1, DAY, text=text)])
    assert naming(c, name) == [(name, 1)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Rive", "La Rivegauche dérive."),
        ("La Fabrique", "la fabrique de meubles"),
        ("Atelier Nord", "L’Atelier du Nord"),
        ("’", "l’eau"),
    ],
)
def test_part_of_a_word_or_a_common_word_is_no_name(c, press, name, text):
    documents.save(c, [press.document(1, DAY, text=text)])
    assert naming(c, name) == []


def test_titles_count_and_many_texts_are_read_in_turn(c, press):
    documents.save(c, [press.document(n, DAY, title=f"Tribu {n % 6}") for n in range(1200)])
    assert len(naming(c, "Tribu 3", "Tribu 4")) == 400


def test_what_an_edit_added_is_known_from_the_edit_only(c, press):
    first = press.document(1, DAY, text="Avec Premier Fil.")
    documents.save(c, [first])
    later = DAY + timedelta(days=9)
    edited = replace(
        first, text="Avec Premier Fil et Second Fil.", fetched_at=first.fetched_at + (later - DAY)
    )
    documents.save(c, [edited])
    days = [(name, place.day) for name, place in texts.naming(c, ["Premier Fil", "Second Fil"])]
    assert min(day for name, day in days if name == "Premier Fil") == DAY
    assert [day for name, day in days if name == "Second Fil"] == [later]


def test_documents_are_placed_by_id_or_by_address(c, press):
    made = [press.document(n, DAY) for n in range(3)]
    documents.save(c, made)
    found = texts.places(c, [made[0].id, made[2].url, "https://ailleurs.example/"])
    assert {place.document_id for place in found} == {made[0].id, made[2].id}
