"""Registers and the actors of the press: what is sure is linked, what is not is asked."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html import unescape

import duckdb
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from flows import intake, steps
from review.app import create_app
from storage import actors, facts, open_store, registrations
from tests import databases
from vigie.cli import cli
from vigie.errors import InputError
from vigie.records import ActorKind, KnownActor
from vigie.settings import load
from vigie.workspace import create

NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)
RNA = (
    '"id";"date_creat";"date_decla";"titre";"objet";"adrs_codeinsee"\r\n'
    '"W681000001";"2019-05-04";"2019-05-06";"LES COPEAUX DU CANAL";"travailler le bois";"68224"\r\n'
    '"W681000002";"2024-02-01";"2024-02-01";"LES SEMEURS DE L’ILL";"semer";"68154"\r\n'
)


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "veille"
    create(folder, "mulhouse")
    databases.settle(folder)
    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    yield settings, store
    store.close()


def rna(tmp_path, text=RNA):
    path = tmp_path / "rna.csv"
    path.write_text(text, encoding="utf-8")
    return path


def on_a_map(store, settings, name, commune):
    """Keep an actor of a map: what the press names is resolved in the same way."""
    entry = KnownActor(
        source_id="carte",
        name=name,
        since=date(2025, 1, 1),
        kind=ActorKind.UNKNOWN,
        commune=commune,
    )
    with store.writing() as c:
        from storage import sources  # noqa: PLC0415

        sources.save(c, [steps._imported_source("carte")])
        intake.mark_known(c, [entry])


def named(store, name):
    with store.reading() as c:
        return [one for one in actors.find(c, name) if one.name.casefold() == name.casefold()]


def test_the_same_name_in_the_same_place_is_one_actor_with_its_declaration(workspace, tmp_path):
    settings, store = workspace
    on_a_map(store, settings, "Les Copeaux du Canal", "68224")
    steps.import_register(settings, store, rna(tmp_path))
    (one,) = named(store, "Les Copeaux du Canal")
    with store.reading() as c:
        listed = registrations.of_actors(c, [one.id])[one.id]
    told = [(r.number, r.declared, r.purpose, r.commune) for r in listed if r.number[0] != "-"]
    assert told == [("W681000001", date(2019, 5, 4), "travailler le bois", "68224")]


def test_the_same_name_elsewhere_is_another_actor_until_a_person_says_so(workspace, tmp_path):
    settings, store = workspace
    on_a_map(store, settings, "Les Copeaux du Canal", "68154")
    for _ in range(2):  # read twice, asked once
        steps.import_register(settings, store, rna(tmp_path))
    assert len(named(store, "Les Copeaux du Canal")) == 2
    listed = CliRunner().invoke(
        cli, ["actors", "list", "--questions", "--dir", str(settings.folder)]
    )
    assert listed.output.count("le même acteur ?") == 1
    assert (
        "déclaré le 04/05/2019, Mulhouse, objet : travailler le bois, W681000001" in listed.output
    )

    app = create_app(store, settings, clock=lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1") as site:
        html = site.get("/questions").text
        shown = unescape(re.sub(r"<[^>]*>", " ", html))
        assert "déclaré le 4 mai 2019" in shown
        assert "travailler le bois" in shown
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
        headers = {"origin": "http://127.0.0.1"}
        done = site.post("/questions/deux", data=form, headers=headers)
        assert "Deux acteurs" not in re.sub(r"<[^>]*>", " ", done.text).replace("deux acteurs.", "")
        again = site.post("/questions/un", data=form, headers=headers)
        assert "Quelqu’un a répondu" in again.text
        undone = site.get("/journal").text
        act = re.search(r'name="act" value="([^"]+)"', undone)[1]
        site.post("/journal/annuler", data={**form, "act": act}, headers=headers)
        assert "Un seul acteur" in site.get("/questions").text
        site.post("/questions/un", data=form, headers=headers)
        fiche = site.get(f"/acteurs/{form['kept']}").text
    assert "Aux registres" in fiche
    assert len(named(store, "Les Copeaux du Canal")) == 1


def test_an_association_that_moves_stays_the_actor_that_it_was(workspace, tmp_path):
    settings, store = workspace
    steps.import_register(settings, store, rna(tmp_path))
    steps.import_register(settings, store, rna(tmp_path, RNA.replace("68224", "68154")))
    assert len(named(store, "Les Copeaux du Canal")) == 1


def sirene(tmp_path):
    """Write Sirene's two files as they are published: establishments, and units with names."""
    places, units = tmp_path / "StockEtablissement.parquet", tmp_path / "StockUniteLegale.parquet"
    with duckdb.connect() as db:
        db.execute(
            "COPY (SELECT printf('%09d', i) AS siren, printf('%09d00011', i) AS siret, "
            "DATE '2018-03-01' AS dateCreationEtablissement, CASE WHEN i % 50 = 0 THEN '68224' "
            "ELSE '75104' END AS codeCommuneEtablissement, 'A' AS etatAdministratifEtablissement, "
            f"NULL AS enseigne1Etablissement FROM range(1, 5001) t(i)) TO '{places}' (FORMAT parquet)"
        )
        db.execute(
            "COPY (SELECT printf('%09d', i) AS siren, 'FABRIQUE NUMERO ' || i AS "
            "denominationUniteLegale, NULL AS nomUniteLegale, CASE WHEN i = 100 THEN '1000' ELSE "
            f"'5710' END AS categorieJuridiqueUniteLegale FROM range(1, 5001) t(i)) TO '{units}' "
            "(FORMAT parquet)"
        )
    return places, units


def test_sirene_is_read_as_it_is_published_two_files_of_which_one_names_and_one_places(
    workspace, tmp_path
):
    settings, store = workspace
    files = sirene(tmp_path)
    result = CliRunner().invoke(
        cli, ["registry", "import", *map(str, files), "--dir", str(settings.folder)]
    )
    assert result.exit_code == 0, result.output
    assert "99 acteurs connus" in result.stderr  # of a hundred, one is a person
    (one,) = named(store, "FABRIQUE NUMERO 50")
    with store.reading() as c:
        (entry,) = registrations.of_actors(c, [one.id])[one.id]
        assert facts.of_actor(c, one.id, date(2026, 3, 16)) is None
    assert (entry.declared, entry.commune) == (date(2018, 3, 1), "68224")
    alone = CliRunner().invoke(
        cli, ["registry", "import", str(files[1]), "--dir", str(settings.folder)]
    )
    assert alone.exit_code == 1


def test_a_damaged_parquet_file_is_said_to_be_one(workspace, tmp_path):
    settings, store = workspace
    path = tmp_path / "abime.parquet"
    path.write_bytes(b"PAR1" + b"rien" * 20)
    with pytest.raises(InputError, match="Parquet illisible"):
        steps.import_register(settings, store, path)
