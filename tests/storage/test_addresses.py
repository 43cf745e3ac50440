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


REWRITTEN = (
    "L’inauguration a réuni cent personnes dimanche : Le Levain prête désormais son fournil aux "
    "écoles, et cherche des bras pour la récolte."
)


@pytest.mark.parametrize("text", [REWRITTEN, f"{REWRITTEN} {OTHER}"], ids=["shorter", "longer"])
def test_an_article_published_anew_and_rewritten_is_one_document_revised(c, press, text):
    first = press.document(1, DAY, title=TITLE, text=TEXT)
    anew = press.document(2, DAY + timedelta(days=3), title=TITLE, text=text)
    assert save(c, first) == Saved(new=1)
    assert save(c, anew) == Saved(revised=1)
    for _ in range(2):
        assert save(c, first, anew) == Saved(unchanged=2)
    (kept,) = stored(c)
    assert (kept.id, kept.published_at) == (first.id, first.published_at)
    assert (kept.url, kept.text) == (anew.url, text)
    assert documents.revisions(c, first.id) == [(DAY, TITLE, TEXT)]


@pytest.mark.parametrize(
    "title",
    ["Agenda du week-end", "Conseil municipal", "En bref", "Que faire ce week-end à Mulhouse ?",
     "Les photos de la semaine dans le quartier", "Was am Wochenende alles läuft"],
)  # fmt: skip
def test_a_rubric_heads_another_document_each_time(c, press, title):
    for n, text in enumerate((TEXT, OTHER, REWRITTEN)):
        document = press.document(n, DAY + timedelta(days=2 * n), title=title, text=text)
        assert save(c, document) == Saved(new=1)
        assert save(c, replace(document, id=f"{n:08}", url=f"{document.url}?x")) == Saved(
            unchanged=1
        )


def test_a_title_that_comes_back_week_after_week_is_a_rubrics_even_the_first_time(c, press):
    title, texts = "La chronique du jardinier amateur", (TEXT, OTHER, REWRITTEN)
    weekly = [
        press.document(n, DAY + timedelta(days=7 * n), title=title, text=text)
        for n, text in enumerate(texts)
    ]
    assert [save(c, one) for one in weekly] == [Saved(new=1)] * 3
    daily = press.document(
        4, DAY + timedelta(days=16), title=title, text=f"{REWRITTEN} {REWRITTEN}"
    )
    assert save(c, daily) == Saved(unchanged=1)
    assert save(c, replace(daily, id="c" * 16, text="Les limaces. " * 9)) == Saved(new=1)


def test_a_title_that_three_documents_bear_is_no_articles_own(c, press):
    title = "La Gazette des Lisières de Mulhouse"
    batch = [
        press.document(n, DAY, title=title, text=text)
        for n, text in enumerate((TEXT, OTHER, REWRITTEN))
    ]
    assert save(c, *batch) == Saved(new=3)
    apart = [replace(press.document(n, DAY), title="Un titre assez long pour un article", text=one.text)
             for n, one in enumerate(batch, start=10)]  # fmt: skip
    assert [save(c, one) for one in apart] == [Saved(new=1), Saved(revised=1), Saved(new=1)]


def test_an_event_is_told_by_its_place_and_hour_too_and_a_notice_by_its_number(c, press):
    begins, title = datetime(2026, 4, 1, 18, tzinfo=UTC), "Bal folk des voisins du canal"
    here = EventDetails(start=begins, venue="Salle des fêtes", commune="Mulhouse")
    first = press.document(1, DAY, title=title, text=TEXT, kind=DocumentKind.EVENT, event=here)
    again = replace(first, id="b" * 16, url="https://gazette.example/b", text=REWRITTEN)
    assert save(c, first) == Saved(new=1)
    assert save(c, again) == Saved(revised=1)
    elsewhere = replace(here, venue="Le Phare", commune="Illzach")
    assert save(c, replace(again, id="d" * 16, event=elsewhere)) == Saved(new=1)
    nowhere = EventDetails(start=begins)
    for n, event in enumerate((elsewhere, nowhere, EventDetails(start=None))):
        other = replace(again, id=f"{n}" * 16, event=event, text=f"{n} {OTHER}")
        assert save(c, other) == Saved(new=1)
    notices = [
        press.document(n, DAY, title=title, text=text, kind=DocumentKind.NOTICE)
        for n, text in ((20, TEXT), (21, OTHER))
    ]
    assert save(c, *notices) == Saved(new=2)
