"""A person's name goes from everything that is kept, does not come back, and leaves no trace."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from starlette.testclient import TestClient

from flows import exchange, intake
from flows.proposals import Intake
from review.app import create_app
from storage import (
    actors,
    annotations,
    documents,
    edits,
    erasures,
    fulltext,
    open_store,
    sources,
    tables,
)
from tests.storage.conftest import Press, id_of
from vigie import erasing
from vigie.cli import cli
from vigie.errors import InputError
from vigie.exchange.plain import Row
from vigie.records import (
    ActorSheet,
    Citation,
    Edit,
    Field,
    Message,
    Proposal,
    Reject,
    Source,
    SourceKind,
)
from vigie.settings import parse
from vigie.workspace import create

NAME, DAY, NOW = "Jeanne Tamérlan", date(2026, 3, 4), datetime(2026, 3, 16, 8, tzinfo=UTC)
SENTENCE = "« Les Braises ont vu le jour », dit JEANNE Tamerlan, qui préside."
KEPT = "Tamerlan était un conquérant."


def fill(store):
    """Write a press that quotes a person, and what else may hold her name."""
    press = Press()
    with store.writing() as c:
        sources.save(
            c, [Source(id="gazette", name="G", url="https://g.example", kind=SourceKind.FEED)]
        )
        document = press.document(1, DAY, text=f"{SENTENCE} {KEPT}", title=f"Avec {NAME}")
        documents.save(c, [document])
        found = press.annotation(document, "Les Braises")
        (mention,) = found.mentions
        found = replace(found, mentions=(replace(mention, sentence=SENTENCE),))
        annotations.save(c, [found], press.resolution(found))
        false = press.document(2, DAY, text="Rien d’autre.")
        documents.save(c, [false])
        named = press.annotation(false, NAME)
        annotations.save(c, [named], with_id(press.resolution(named), "a-0123456789abcdef"))
        note = ("Vu avec Tamérlan Jeanne.",)
        edits.add(
            c, Edit(actor_id=id_of("Les Braises"), field=Field.NOTE, value=note, who="Awa", at=NOW)
        )
    return document


def with_id(resolution, actor_id):
    """Return a resolution of one actor under an id as they are: a digest, and no name."""
    return replace(
        resolution,
        links=tuple(replace(one, actor_id=actor_id) for one in resolution.links),
        actors=tuple(replace(one, id=actor_id) for one in resolution.actors),
        aliases=tuple(replace(one, actor_id=actor_id) for one in resolution.aliases),
    )


def dumped(store):
    """Return every value of every table, as one text."""
    with store.reading() as c:
        return json.dumps(
            [[list(row) for row in c.execute(select(t))] for t in tables.metadata.sorted_tables],
            default=str,
            ensure_ascii=False,
        )


def holds(text):
    plain = erasing._folded(text)
    return bool(re.search(r"jeanne\W+tamerlan|tamerlan\W+jeanne", plain))


def test_a_name_goes_from_every_table_whatever_its_case_accents_and_order(store):
    document = fill(store)
    assert holds(dumped(store))
    with store.reading() as c:
        before = erasures.look(c, ["jeanne tamerlan"])
        assert before.actors == 1
        assert before.counts["mentions"] >= 1
        assert fulltext.search(c, "jeanne")
    with store.writing() as c:
        erasures.erase(c, [NAME], "Ada", NOW, f"Demande de {NAME}")
    text = dumped(store)
    assert not holds(text)
    assert KEPT in text  # not the name
    with store.reading() as c:
        (kept,) = documents.load(c, [document.id])
        assert len(kept.text) == len(document.text)  # what follows has not moved
        assert erasing.BAR * 6 in kept.text
        assert fulltext.search(c, "préside")
        assert not fulltext.search(c, "jeanne")
        assert not actors.find(c, "tamerlan")
        (trace,) = erasures.traces(c)
        assert trace.who == "Ada"
        assert trace.counts["mentions"] >= 1
        assert not holds(trace.grounds)


def test_an_erased_name_does_not_come_back(store, tmp_path):
    document = fill(store)
    with store.writing() as c:
        erasures.erase(c, [NAME], "Ada", NOW)
        again = replace(document, text=document.text + " Et JEANNE-TAMERLAN revient.")
        refused = Reject(
            where="l. 1", reason=Message("illisible"), raw=f"{NAME};x", source_id="gazette"
        )
        intake.store_records(c, parse("", tmp_path), [again, refused])
    assert not holds(dumped(store))
    with store.writing() as c:
        unchanged = intake.store_records(c, parse("", tmp_path), [document])
    assert unchanged.revised in (0, 1)


def test_an_erased_name_comes_back_by_no_import_and_no_proposal(store, tmp_path):
    fill(store)
    settings = parse("", tmp_path)
    with store.writing() as c:
        erasures.erase(c, [NAME], "Ada", NOW)
        Intake(settings).enter(
            c, Proposal(name="La Ronce", what=f"Portée par {NAME}.", at=NOW, day=DAY), "n-1"
        )
    cited = Citation(url="https://g.example/jeanne-tamerlan", source="G", day=DAY, title=NAME)
    sheet = ActorSheet(id="", name="Les Braises", description=SENTENCE, citations=(cited,))
    hand = exchange.Hand(who="Awa", at=NOW, settings=settings)
    exchange.import_actors(store, [Row(number=1, sheet=sheet)], hand)
    kept = dumped(store)
    assert "La Ronce" in kept
    assert cited.url in kept  # how a text is found
    assert not holds(kept.replace(cited.url, ""))


@pytest.mark.parametrize("name", ["", "Martin", "un nom de bien plus de six mots ici"])
def test_a_name_of_one_word_is_refused(store, name):
    with store.reading() as c, pytest.raises(InputError):
        erasures.look(c, [name])


def test_the_archive_and_what_was_set_aside_are_looked_through(tmp_path):
    gone = erasing.erased(b"k", [NAME])
    (tmp_path / "archive" / "2026").mkdir(parents=True)
    held = tmp_path / "archive" / "2026" / "a.warc.gz"
    held.write_bytes(gzip.compress(b"WARC/1.1 <p>Jeanne Tam&eacute;rlan</p>"))
    other = tmp_path / "archive" / "2026" / "b.warc.gz"
    other.write_bytes(gzip.compress(KEPT.encode()))
    (tmp_path / "rejects").mkdir()
    reject = tmp_path / "rejects" / "x.rejects.jsonl"
    reject.write_text(json.dumps({"raw": NAME}, ensure_ascii=False) + "\n", encoding="utf-8")
    seen = erasing.in_files(tmp_path, gone, remove=False)
    assert (seen.archives, seen.rejects) == ((held,), (reject,))
    assert held.exists()
    erasing.in_files(tmp_path, gone, remove=True)
    assert not held.exists()
    assert other.exists()
    assert not holds(reject.read_text(encoding="utf-8"))


def test_the_page_says_what_is_kept_and_erases_after_showing_where(sqlite_store, tmp_path):
    fill(sqlite_store)
    settings = parse(
        '[watch]\nterritory = ["200066009"]\n[retention]\npersons_days = 90\n', tmp_path
    )
    headers = {"origin": "http://127.0.0.1"}
    with TestClient(
        create_app(sqlite_store, settings, clock=lambda: NOW), base_url="http://127.0.0.1"
    ) as site:
        html = site.get("/donnees-personnelles").text
        for words in ("365 jours", "90 jours", "tdmrep.json", "robots.txt", "quatorze jours"):
            assert words in html
        csrf = re.search(r'name="csrf" value="([^"]+)"', html)[1]
        asked = {"csrf": csrf, "names": NAME}
        shown = site.post("/donnees-personnelles", data=asked, headers=headers).text
        assert "phrases citées" in shown
        assert holds(dumped(sqlite_store))
        refused = site.post("/donnees-personnelles", data=asked | {"names": "x"}, headers=headers)
        assert "prénom compris" in refused.text
        done = site.post(
            "/donnees-personnelles",
            data=asked | {"sure": "oui", "grounds": "Demande du 12 mars"},
            headers=headers,
        )
        assert "Demande du 12 mars" in done.text
        assert not holds(done.text)
        assert not holds(site.get("/journal").text)
    assert not holds(dumped(sqlite_store))


def test_the_command_says_where_a_name_is_then_erases_it(tmp_path):
    folder = tmp_path / "veille"
    settings = create(folder, "68224")
    store = open_store(settings.storage.url, settings.folder)
    fill(store)
    run = CliRunner()
    dry = run.invoke(cli, ["erase", NAME, "--dry-run", "--dir", str(folder)])
    assert dry.exit_code == 0, dry.output
    assert "phrases citées : 2" in dry.stdout
    done = run.invoke(cli, ["erase", NAME, "--dir", str(folder)])
    assert done.exit_code == 0, done.output
    assert (
        "phrases citées : 0"
        in run.invoke(cli, ["erase", NAME, "--dry-run", "--dir", str(folder)]).stdout
    )
    assert not holds(dumped(store))
    store.close()
    assert run.invoke(cli, ["erase", "Martin", "--dir", str(folder)]).exit_code == 1
