from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from storage import documents, facts, retention, tables
from tests.storage.conftest import at
from vigie.records import Message, Reject

OLD, NEW = date(2026, 1, 5), date(2026, 3, 16)
TODAY = date(2026, 4, 1)


@pytest.fixture
def kept(store, press):
    """An old document and a new one, read; an old one that still waits; an old rejection."""
    with store.writing() as c:
        press.publish(c, 1, OLD, "Le Fil")
        press.publish(c, 2, NEW, "Le Fil")
        waiting = press.document(3, OLD, text="Pas encore lu.")
        documents.save(c, [waiting])
        documents.save_rejects(c, [Reject(where="x", reason=Message("r"), raw="brut")], at(OLD))
    return store


def texts(c):
    return dict(c.execute(select(tables.texts.c.document_id, tables.texts.c.text)).all())


def test_old_texts_go_and_what_was_found_in_them_stays(kept, press):
    before = at(NEW) - timedelta(days=1)
    with kept.writing() as c:
        known = facts.of_actor(c, press.id_of("Le Fil"), TODAY)
        assert retention.old_texts(c, before) == (1, len("Avec Le Fil."), 1)
        assert retention.drop_texts(c, before, TODAY, 10) == 1
        assert retention.old_texts(c, before) == (0, 0, 0)
        assert [bool(text) for _, text in sorted(texts(c).items())] == [False, True, True]
        assert facts.of_actor(c, press.id_of("Le Fil"), TODAY) == known
        assert documents.rejects(c) == []


def test_a_document_without_its_text_is_not_read_again_by_a_newer_version(kept):
    with kept.writing() as c:
        assert documents.waiting_count(c, "2") == 3
        retention.drop_texts(c, at(NEW), TODAY, 10)
        assert documents.waiting_count(c, "2") == 2
        assert len(documents.waiting(c, "2", 10)) == 2


def test_the_same_page_again_brings_no_text_back_and_an_edited_one_does(kept, press):
    with kept.writing() as c:
        retention.drop_texts(c, at(NEW), TODAY, 10)
        same = press.document(1, OLD, text="Avec Le Fil.")
        assert documents.save(c, [same]).unchanged == 1
        assert texts(c)[same.id] == ""
        edited = press.document(1, OLD, text="Avec Le Fil et d’autres.", fetched=TODAY)
        assert documents.save(c, [edited]).revised == 1
        assert texts(c)[same.id] == "Avec Le Fil et d’autres."
        assert same.id in documents.unread(c, 10)


def test_the_words_leave_the_index_with_the_last_text(store, press):
    with store.writing() as c:
        press.publish(c, 1, OLD, "Zommerol")
    with store.writing() as c:
        press.publish(c, 2, OLD, "Le Fil")
    held = {
        "postgresql": "SELECT count(*) FROM text_words WHERE word LIKE 'zommerol%'",
        # A word as it stands in the index, but for what it has in common with the one before it.
        "sqlite": "SELECT count(*) FROM text_search_data"
        " WHERE instr(block, CAST('ommerol' AS BLOB))",
    }
    known = text(held[store.engine.dialect.name])
    for words in (True, False):  # a transaction each: whatever ends the program, none is forgotten
        with store.writing() as c:
            assert retention.drop_texts(c, at(NEW), TODAY, 1) == 1
        with store.reading() as c:
            assert bool(c.execute(known).scalar_one()) is words


def test_the_words_are_gone_from_the_file(kept, tmp_path):
    if kept.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has no file of its own to look into")
    with kept.writing() as c:
        retention.drop_texts(c, at(NEW), TODAY, 10)
    with kept.engine.connect() as c:
        c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (tmp_path / "data" / "vigie.db").read_bytes()
    # The new document says « Avec Le Fil. » as well, once.
    assert held.count(b"Avec Le Fil.") == 1
