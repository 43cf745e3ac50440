"""Documents: idempotent, revised when edited, dated once, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from storage import annotations, documents, sources
from storage.documents import Saved
from vigie.records import Access, DocumentKind, EventDetails, Message, Reject, SourceKind

DAY = date(2026, 3, 2)


@pytest.fixture
def c(store):
    with store.writing() as connection:
        yield connection


def stored(c, document):
    return documents.load(c, [document.id])[0]


def test_a_document_comes_back_as_it_was_saved(c, press):
    document = press.document(
        1,
        DAY,
        title="L’atelier « Fil & Co » — été",
        text="Première ligne.\n\nDeuxième 🧵.",
        kind=DocumentKind.EVENT,
        language="fr",
        date_note="du flux",
        event=EventDetails(
            start=datetime(2026, 3, 9, 18, 30, tzinfo=UTC),
            venue="La Halle",
            organiser="Fil & Co",
            commune="Strasbourg",
        ),
        archive="2026-03-02.warc.gz#12",
    )
    assert documents.save(c, [document]) == Saved(new=1)
    assert documents.load(c, ["inconnu", document.id]) == [document]


def test_saving_again_changes_nothing(c, press):
    batch = [press.document(n, DAY) for n in range(450)]
    assert documents.save(c, batch) == Saved(new=450)
    assert documents.save(c, batch) == Saved(unchanged=450)
    assert documents.counts(c)["documents"] == 450
    assert documents.load(c, [d.id for d in batch]) == batch


def test_an_edited_document_is_a_revision_that_keeps_its_first_date(c, press):
    first = press.document(1, DAY, text="Ouverture samedi.")
    edited = replace(
        first,
        text="Ouverture dimanche.",
        published_at=first.published_at + timedelta(days=3),
        fetched_at=first.fetched_at + timedelta(days=3),
    )
    documents.save(c, [first])
    assert documents.save(c, [edited]) == Saved(revised=1)
    now = stored(c, first)
    assert (now.text, now.published_at) == ("Ouverture dimanche.", first.published_at)
    assert documents.revisions(c, first.id) == [(DAY, "Un titre", "Ouverture samedi.")]
    assert documents.counts(c)["documents"] == 1


def test_a_version_seen_before_changes_nothing(c, press):
    first = press.document(1, DAY, text="Un.")
    second = replace(first, text="Deux.")
    documents.save(c, [first, second])
    assert documents.save(c, [first, second]) == Saved(unchanged=2)
    assert stored(c, first).text == "Deux."


def test_one_batch_may_hold_a_document_and_its_edit(c, press):
    first = press.document(1, DAY, text="Un.")
    assert documents.save(c, [first, replace(first, text="Deux."), first]) == Saved(1, 1, 1)
    assert stored(c, first).text == "Deux."
    assert len(documents.revisions(c, first.id)) == 1


def test_an_excerpt_never_overwrites_a_fuller_text(c, press):
    full = press.document(1, DAY, text="Tout le texte, jusqu’au bout.")
    documents.save(c, [full])
    assert documents.save(c, [replace(full, text="Tout…", excerpt=True)]) == Saved(unchanged=1)
    assert stored(c, full) == full


def test_a_fuller_text_takes_the_place_of_an_excerpt_from_whichever_source(c, press):
    full = press.document(1, DAY, text="Tout le texte, jusqu’au bout.")
    documents.save(c, [replace(full, text="Tout…", excerpt=True)])
    assert documents.save(c, [replace(full, source_id="blogue")]) == Saved(revised=1)
    assert stored(c, full) == full


def test_another_source_of_the_same_page_makes_no_revision(c, press):
    page = press.document(1, DAY)
    documents.save(c, [page])
    other = replace(page, source_id="blogue", text="Le même, autrement découpé.")
    assert documents.save(c, [other]) == Saved(unchanged=1)
    assert stored(c, page) == page


def known(c):
    return [day for _, day in sources.yields(c).values()]


def test_a_document_is_known_from_its_publication(c, press):
    documents.save(c, [press.document(1, DAY, fetched=DAY + timedelta(days=5))])
    assert known(c) == [DAY]


def test_a_document_is_known_no_later_than_its_fetching(c, press):
    documents.save(c, [press.document(1, DAY + timedelta(days=5), fetched=DAY)])
    assert known(c) == [DAY]


def test_an_undated_document_is_known_from_its_first_fetching(c, press):
    first = press.document(1, DAY, published=False)
    documents.save(c, [first])
    documents.save(c, [replace(first, fetched_at=first.fetched_at + timedelta(days=9))])
    assert known(c) == [DAY]


def test_a_date_found_later_moves_a_document_earlier_never_later(c, press):
    first = press.document(1, DAY, published=False)
    documents.save(c, [first])
    early = first.fetched_at - timedelta(days=30)
    documents.save(c, [replace(first, published_at=early)])
    assert known(c) == [date(2026, 1, 31)]
    assert stored(c, first).published_at == early
    documents.save(c, [first])
    assert known(c) == [date(2026, 1, 31)]


def test_days_are_counted_in_the_territory_s_time_zone(c, press):
    late = replace(press.document(1, DAY), published_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    documents.save(c, [late], ZoneInfo("Europe/Paris"))
    assert known(c) == [DAY]


def test_a_source_that_is_not_known_is_made(c, press):
    documents.save(c, [press.document(1, DAY, source="archives")])
    assert [(s.id, s.kind) for s in sources.all(c)] == [("archives", SourceKind.FILES)]


def test_what_no_database_takes_is_left_out_of_the_text(c, press):
    document = press.document(1, DAY, title="Nul\0 titre", text="seul \ud83d reste")
    assert documents.save(c, [document]) == Saved(new=1)
    assert documents.save(c, [document]) == Saved(unchanged=1)
    now = stored(c, document)
    assert (now.title, now.text) == ("Nul titre", "seul ? reste")


def test_a_very_long_text_goes_in_whole(c, press):
    document = press.document(1, DAY, title="t" * 1_000_000, text="x" * 2_000_000)
    documents.save(c, [document])
    assert stored(c, document) == document


def test_documents_wait_newest_first_until_annotated_with_this_version(c, press):
    batch = [press.document(n, DAY + timedelta(days=n)) for n in range(4)]
    documents.save(c, batch)
    newest_first = [document.id for document in reversed(batch)]
    assert documents.waiting(c, "1", 3) == newest_first[:3]
    assert documents.waiting_count(c, "1") == 4
    found = press.annotation(batch[3])
    annotations.save(c, [found], press.resolution(found))
    assert documents.waiting(c, "1", 9) == newest_first[1:]
    # Those that were never read come before those that another version read.
    assert documents.waiting(c, "2", 9) == [*newest_first[1:], newest_first[0]]
    documents.save(c, [replace(batch[3], text="Autre chose.")])
    assert documents.waiting(c, "1", 9) == newest_first


def test_a_refused_input_is_kept_once_and_whole(c):
    refused = Reject(
        where="archives.jsonl, ligne 3",
        reason=Message("Pas de date."),
        raw="{" + "x" * 50_000,
        source_id="archives",
    )
    for _ in range(2):
        documents.save_rejects(c, [refused])
    assert documents.rejects(c) == [refused]
    assert documents.counts(c)["rejects"] == 1


def test_how_freely_a_text_may_be_had_is_kept_and_learnt(c, press):
    document = press.document(1, DAY)
    documents.save(c, [document])
    assert stored(c, document).access is Access.OPEN
    reserved = replace(document, access=Access.RESERVED)
    assert documents.save(c, [reserved]) == Saved(unchanged=1)
    assert stored(c, document) == reserved


def test_the_newest_whole_texts_of_a_source_are_had_for_comparison(c, press):
    batch = [press.document(n, DAY + timedelta(days=n), text=f"Texte {n}") for n in range(5)]
    batch[4] = replace(batch[4], excerpt=True)
    batch[3] = replace(batch[3], kind=DocumentKind.EVENT)
    documents.save(c, batch)
    source = batch[0].source_id
    assert documents.recent_texts(c, source, 2) == ["Texte 2", "Texte 1"]
    assert documents.recent_texts(c, "ailleurs", 2) == []
