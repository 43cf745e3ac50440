"""The directory given to others, and what becomes of it in another workspace, or in this one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import retention
from flows.exchange import Hand, import_actors
from storage import directory, edits, exchanges, journal, open_store
from tests.command import here as vigie
from tests.exchange.origin import ONE, TWO, fill, settings_in
from vigie.exchange.formats import FORMATS, READABLE, Content
from vigie.exchange.header import Header
from vigie.records import Edit, Field, Verdict, Visibility
from vigie.settings import Retention

DAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("origin")
    store = open_store("sqlite:///vigie.db", folder)
    fill(store)
    yield store
    store.close()


@pytest.fixture
def empty(tmp_path):
    store = open_store("sqlite:///vigie.db", tmp_path)
    yield store
    store.close()


def exported(store, name="json", audience=Visibility.LAB, usual=Visibility.LAB) -> str:
    with store.reading() as c:
        ids, _ = exchanges.shown(c, audience, usual)
        content = Content(
            header=Header(watch="V", day=DAY, audience=audience, licence_id="etalab-2.0"),
            sheets=exchanges.sheets(c, ids, audience, usual, DAY),
            edges=exchanges.edges(c, ids, DAY),
            sources=(),
        )
        return "".join(FORMATS[name].write(content))


def actors(text: str) -> dict[str, dict]:
    return {one["name"]: one for one in json.loads(text)["actors"]}


def take(store, tmp_path, name: str, text: str, *, dry_run: bool = False):
    hand = Hand(who="Jeanne, import", at=NOW, settings=settings_in(tmp_path))
    return import_actors(store, FORMATS[name].read(text.encode()), hand, dry_run=dry_run)


# --- giving ------------------------------------------------------------------------------------


def test_what_the_public_is_given_is_what_somebody_made_public(origin):
    found = actors(exported(origin, audience=Visibility.PUBLIC))
    assert list(found) == ["La Fabrique"]
    assert set(actors(exported(origin, audience=Visibility.NETWORK))) == {
        "La Fabrique",
        "Graine de Rue",
    }
    usual = exported(origin, audience=Visibility.PUBLIC, usual=Visibility.PUBLIC)
    assert set(actors(usual)) == {"La Fabrique"}, "what is said of an actor stands before it"


def test_no_person_is_in_any_export_for_others(origin):
    for name in FORMATS:
        for audience in (Visibility.PUBLIC, Visibility.NETWORK):
            text = exported(origin, name, audience)
            assert "Dupont" not in text, (name, audience)
            assert "Jeanne" not in text, (name, audience)
            assert "à rappeler" not in text, (name, audience)
        assert "Jeanne" not in exported(origin, name)


def test_the_lab_s_own_view_stays_in_the_lab(origin):
    (public,) = actors(exported(origin, audience=Visibility.PUBLIC)).values()
    assert (public["verdict"], public["stage"], public["contact"]) == (None, None, "")
    assert (public["side"], public["function"]) == (None, "")
    assert public["citations"][0]["url"] == "https://courrier.example/6"
    assert all(one["quote"] == "" for one in public["citations"])
    assert [one["start"] for one in public["events"]] == ["2026-04-04T14:00:00+00:00"]
    lab = actors(exported(origin))["La Fabrique"]
    assert (lab["verdict"], lab["stage"], lab["side"]) == ("keep", "met", "internal")
    assert lab["function"] == "Ambassade de l’innovation aux sports"
    assert lab["aliases"] == ["La Fabrique du Canal", "la Fabrique"]


def test_the_network_s_ties_go_along(origin):
    edges = [row.edge for row in FORMATS["gexf"].read(exported(origin, "gexf").encode())]
    told = {(one.kind.value, one.stories) for one in edges if one}
    assert told == {("together", 8), ("carried_by", 1)}


def test_an_export_reads_the_directory_part_by_part(origin, monkeypatch):
    monkeypatch.setattr(exchanges, "AT_ONCE", 1)
    assert len(actors(exported(origin))) == 2
    with origin.reading() as c:
        streamed = exchanges.sheets(c, [ONE, TWO], Visibility.LAB, Visibility.LAB, DAY)
        assert next(streamed).id == ONE


# --- there and back ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in READABLE if name != "ical"])
def test_an_export_taken_into_an_empty_workspace_is_exported_the_same(
    name, origin, empty, tmp_path
):
    given = exported(origin, name)
    report = take(empty, tmp_path, name, given)
    assert report.counts == {"new": 2}
    assert exported(empty, name) == given
    again = take(empty, tmp_path, name, given)
    assert again.counts == {"duplicate": 2}
    assert exported(empty, name) == given


def test_whom_nobody_had_seen_is_not_seen_by_being_imported(empty, tmp_path):
    given = json.dumps(
        {"actors": [{"id": "a-00000000000000aa", "name": "La Ronce", "verdict": "watch"}]}
    )
    assert take(empty, tmp_path, "json", given).counts == {"new": 1}
    assert actors(exported(empty))["La Ronce"]["first_seen"] is None


def test_a_calendar_comes_back_once_its_actors_are_there(origin, empty, tmp_path):
    take(empty, tmp_path, "csv", exported(origin, "csv"))
    given = exported(origin, "ical")
    assert take(empty, tmp_path, "ical", given).counts == {"completed": 2}
    assert exported(empty, "ical") == given


def test_what_comes_home_again_changes_nothing(origin, tmp_path):
    before = {name: exported(origin, name) for name in READABLE}
    acts = len(journal_of(origin))
    for name in READABLE:
        assert set(take(origin, tmp_path, name, before[name]).counts) <= {"duplicate"}, name
        assert {n: exported(origin, n) for n in READABLE} == before
    assert len(journal_of(origin)) == acts


def journal_of(store):
    with store.reading() as c:
        return journal.read(c, 1000)


# --- what people wrote stays ---------------------------------------------------------------------


def test_an_import_fills_what_is_empty_and_replaces_nothing(origin, empty, tmp_path):
    take(empty, tmp_path, "json", exported(origin))
    with empty.writing() as c:
        edit = Edit(actor_id=ONE, field=Field.DESCRIPTION, value=("À nous.",), who="Paul", at=NOW)
        edits.add(c, edit)
    changed = json.loads(exported(origin))
    fabrique, graine = sorted(changed["actors"], key=lambda one: one["name"], reverse=True)
    graine["description"] = "Des graines."
    fabrique["themes"] = ["autre chose"]
    report = take(empty, tmp_path, "json", json.dumps(changed))
    assert report.counts == {"conflict": 1, "completed": 1}
    with empty.reading() as c:
        one, two = directory.lines(c, [ONE, TWO])
    assert one.written[Field.DESCRIPTION].edit.value == ("À nous.",)
    assert one.written[Field.THEMES].edit.value == ("réemploi", "tiers-lieu")
    assert two.written[Field.DESCRIPTION].edit.value == ("Des graines.",)
    why = [str(message) for told in report.told for message in told.why]
    assert any("À nous." in words for words in why)
    assert any("autre chose" in words for words in why)


def test_a_dry_run_says_all_and_writes_nothing(origin, empty, tmp_path):
    given = exported(origin)
    report = take(empty, tmp_path, "json", given, dry_run=True)
    assert report.counts == {"new": 2}
    assert json.loads(exported(empty))["actors"] == []
    assert take(empty, tmp_path, "json", given).counts == {"new": 2}


def test_a_namesake_in_another_commune_is_set_aside(origin, empty, tmp_path):
    take(empty, tmp_path, "json", exported(origin))
    report = take(empty, tmp_path, "csv", "nom,commune\nGraine de Rue,Lille\n")
    assert report.counts == {"refused": 1}
    assert "commune" in str(report.told[0].why[0])


def test_an_actor_known_by_one_of_its_names_is_not_made_twice(origin, empty, tmp_path):
    take(empty, tmp_path, "json", exported(origin))
    made = "nom,site\nla fabrique du canal,https://fabrique.example/\nGRAINE DE RUE,https://g.example\n"
    assert take(empty, tmp_path, "csv", made).counts == {"duplicate": 1, "completed": 1}


def test_ids_of_another_program_lead_to_nobody(empty, tmp_path):
    assert take(empty, tmp_path, "csv", "id,nom\n1,Les Roseaux\n").counts == {"new": 1}
    assert take(empty, tmp_path, "csv", "id,nom\n1,Le Puits Vert\n").counts == {"new": 1}


def test_sentences_of_imported_citations_go_when_those_of_documents_do(origin, empty, tmp_path):
    take(empty, tmp_path, "json", exported(origin))
    settings = replace(settings_in(tmp_path), retention=Retention(persons_days=30))
    retention.apply(settings, empty, NOW)
    assert "Dupont" in exported(empty)
    retention.apply(settings, empty, NOW + timedelta(days=60))
    assert "Dupont" not in exported(empty)
    assert "https://courrier.example/6" in exported(empty)


def test_an_import_is_signed_and_undone_in_the_journal(origin, empty, tmp_path):
    take(empty, tmp_path, "json", exported(origin))
    acts = journal_of(empty)
    assert {act.who for act in acts} == {"Jeanne, import"}
    assert Verdict.KEEP in {act.judgement.verdict for act in acts if act.judgement}


# --- by the command line ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("exchange") / "watch"
    assert vigie("init", made, "--territory", "mulhouse").returncode == 0
    return made


def test_a_table_made_by_hand_goes_in_as_far_as_it_can(folder, tmp_path):
    file = tmp_path / "laureats.csv"
    file.write_text(
        "Nom;Type;Commune;Visibilité\nLes Roseaux;association;Mulhouse;public\n"
        "Sans lieu;martien;;\nLe Puits Vert;tiers-lieu;Illzach;lab\n",
        encoding="utf-8",
    )
    tried = vigie("actors", "import", file, "--dry-run", "--json", "--dir", folder)
    assert tried.returncode == 0, tried.stderr
    told = json.loads(tried.stdout)
    assert (told["new"], told["refused"]) == (2, 1)
    done = vigie("actors", "import", file, "--dir", folder)
    assert done.returncode == 0
    assert "ligne 3" in done.stderr
    assert "martien" in (folder / "data/rejects/laureats.rejects.jsonl").read_text("utf-8")
    out = tmp_path / "public.geojson"
    args = ("export", "geojson", "--verdict", "all", "--out", out, "--dir", folder)
    given = vigie(*args)
    assert given.returncode == 0, given.stderr
    assert "1 autre n’est pas visible" in given.stderr
    features = json.loads(out.read_text("utf-8"))["features"]
    assert [one["properties"]["name"] for one in features] == ["Les Roseaux"]


def test_a_file_of_no_use_ends_in_one_line(folder, tmp_path):
    for name, content in (("a.json", "{"), ("a.csv", "x,y\n1,2\n"), ("a.xlsx", "?")):
        file = tmp_path / name
        file.write_text(content)
        done = vigie("actors", "import", file, "--dir", folder)
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    missing = vigie("actors", "import", tmp_path / "none.csv", "--dir", folder)
    assert missing.returncode == 1
    out = vigie("export", "csv", "--out", tmp_path / "no" / "a.csv", "--dir", folder)
    assert out.returncode == 1
