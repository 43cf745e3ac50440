"""One document at several addresses: joined when the texts say so, kept apart otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import documents
from storage.documents import Saved
from vigie.records import DocumentKind, EventDetails

DAY = date(2026, 3, 2)
TITLE = "Un four commun ouvre rue des Lilas"
RUBRIC = "Agenda du week-end"
TEXT = (
    "Quarante familles du quartier cuisent leur pain ensemble depuis samedi, dans un four que "
    "l’association Le Levain a bâti de ses mains avec les briques de l’ancienne filature."
)
LONGER = f"{TEXT} Le four est ouvert à tous le mercredi, et l’on y apprend à pétrir le samedi."
OTHER = (
    "Samedi, fanfare au kiosque à partir de seize heures. Dimanche, brocante des enfants sur le "
    "quai, et veillée de contes à la médiathèque pour qui n’a pas sommeil."
)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def save(c, *batch):
    return documents.save(c, batch, joining=True)


def stored(c):
    return documents.load(c, documents.waiting(c, "none", 100))


def test_an_article_that_comes_back_at_another_address_within_seven_days_is_the_same(c, press):
    first = press.document(1, DAY, title=TITLE, text=TEXT)
    again = press.document(2, DAY + timedelta(days=7), title=TITLE.upper(), text=TEXT)
    assert save(c, first) == Saved(new=1)
    assert save(c, replace(again, title=TITLE)) == Saved(unchanged=1)
    assert stored(c) == [first]


def test_two_addresses_in_one_batch_are_joined_too(c, press):
    batch = [press.document(n, DAY, title=TITLE, text=TEXT) for n in range(3)]
    assert save(c, *batch) == Saved(new=1, unchanged=2)


def test_the_longer_text_stays_whichever_comes_first_and_however_often(c, press):
    short = press.document(1, DAY, title=TITLE, text=TEXT)
    long = press.document(2, DAY, title=TITLE, text=LONGER)
    assert save(c, short) == Saved(new=1)
    assert save(c, long) == Saved(revised=1)
    for _ in range(2):
        assert save(c, short, long) == Saved(unchanged=2)
    (kept,) = stored(c)
    assert (kept.id, kept.url, kept.text) == (short.id, short.url, LONGER)
    assert kept.published_at == short.published_at


def test_an_excerpt_is_joined_to_the_article_that_it_announces(c, press):
    excerpt = press.document(1, DAY, title=TITLE, text="Et si l’on cuisait ?", excerpt=True)
    whole = press.document(2, DAY, title=TITLE, text=TEXT)
    assert save(c, excerpt) == Saved(new=1)
    assert save(c, whole) == Saved(revised=1)
    assert [one.text for one in stored(c)] == [TEXT]


def test_an_edit_after_the_joining_is_a_revision_of_the_one_document(c, press):
    first = press.document(1, DAY, title=TITLE, text=TEXT)
    twin = press.document(2, DAY, title=TITLE, text=TEXT)
    save(c, first, twin)
    later = datetime(2026, 3, 20, tzinfo=UTC)
    edited = replace(first, title="Le four a brûlé", text="Le four a brûlé.", fetched_at=later)
    assert save(c, edited) == Saved(revised=1)
    assert save(c, twin) == Saved(unchanged=1)
    (kept,) = stored(c)
    assert (kept.text, kept.published_at) == ("Le four a brûlé.", first.published_at)


@pytest.mark.parametrize(
    "change",
    [
        {"title": RUBRIC, "text": OTHER},
        {"title": RUBRIC, "text": f"{TEXT} Rendez-vous le 14 mars."},
        {"title": RUBRIC, "text": "Entrée libre."},
        {"title": RUBRIC, "text": ""},
        {"title": "Un autre titre", "text": TEXT},
        {"title": RUBRIC, "text": TEXT, "source_id": "autre"},
        {"title": RUBRIC, "text": TEXT, "kind": DocumentKind.NOTICE},
        {"title": RUBRIC, "text": TEXT, "published_at": datetime(2026, 3, 11, tzinfo=UTC)},
        {"title": RUBRIC, "text": TEXT, "event": EventDetails(start=datetime(2026, 4, 1, tzinfo=UTC))},
    ],
    ids=["another edition", "another date", "few words", "no text", "title", "source", "kind", "later", "event"],
)  # fmt: skip
def test_what_only_bears_the_same_title_stays_apart(c, press, change):
    first = press.document(1, DAY, title=RUBRIC, text=f"{TEXT} Rendez-vous le 7 mars.")
    changed = {"fetched_at": change.get("published_at", first.fetched_at), **change}
    second = replace(press.document(2, DAY), **changed)
    assert save(c, first) == Saved(new=1)
    assert save(c, second) == Saved(new=1)
    assert save(c, second, first) == Saved(unchanged=2)


def test_editions_of_a_rubric_stay_apart_though_nothing_is_joined_without_being_asked(c, press):
    twins = [press.document(n, DAY, title=TITLE, text=TEXT) for n in range(2)]
    assert documents.save(c, twins) == Saved(new=2)


def test_a_page_that_gives_itself_anothers_address_is_that_one(c, press):
    own = "c" * 16
    announced = press.document(1, DAY, title=TITLE, text=TEXT, also=(own,))
    through = press.document(2, DAY + timedelta(days=30), title=TITLE, text=TEXT, also=(own,))
    direct = replace(press.document(3, DAY, title=TITLE, text=TEXT, source="autre"), id=own)
    assert documents.save(c, [announced]) == Saved(new=1)
    assert documents.save(c, [through]) == Saved(unchanged=1)
    assert documents.save(c, [direct]) == Saved(unchanged=1)


def test_a_site_that_gives_all_its_pages_one_address_loses_none(c, press):
    section = "d" * 16
    batch = [
        press.document(1, DAY, title=TITLE, text=TEXT, also=(section,)),
        press.document(2, DAY, title="La fanfare au kiosque", text=OTHER, also=(section,)),
        replace(press.document(3, DAY, title="Actualités", text="Toutes."), id=section),
    ]
    assert documents.save(c, batch) == Saved(new=3)
    assert documents.save(c, batch) == Saved(unchanged=3)


def test_an_edit_that_comes_at_another_address_is_joined_under_a_title_that_tells(c, press):
    half = TEXT.partition("dans un four")[0] + "; la mairie prête l’ancienne filature pour un an."
    assert save(c, press.document(1, DAY, title=TITLE, text=TEXT)) == Saved(new=1)
    again = press.document(2, DAY + timedelta(days=1), title=TITLE, text=half)
    assert save(c, again) == Saved(unchanged=1)
    dated = press.document(3, DAY, title=TITLE, text=f"{half} Rendez-vous le 14 mars.")
    assert save(c, dated) == Saved(new=1)
    assert save(c, press.document(4, DAY, title=RUBRIC, text=TEXT)) == Saved(new=1)
    assert save(c, press.document(5, DAY, title=RUBRIC, text=half)) == Saved(new=1)
