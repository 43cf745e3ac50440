"""Directories and registers: who is listed there for long is no discovery."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import institutions, steps
from signals.ranking import rank
from signals.scoring import reasons
from storage import actors, documents, facts, open_store, registrations
from tests.crawlers.conftest import serving
from vigie.records import ActorKind
from vigie.settings import load
from vigie.workspace import create

AS_OF = datetime.now(UTC).date()
YESTERDAY = AS_OF - timedelta(days=1)
LATELY = AS_OF - timedelta(days=20)
HEADER = '"id";"date_creat";"date_decla";"date_publi";"titre";"titre_court";"objet";"adrs_codeinsee";"adrs_libcommune"'
ROWS = (
    '"W571000001";"1987-05-04";"1987-05-04";"1987-06-01";"ASSOCIATION LES COPEAUX DU CANAL";"";"le bois";"57463";"Metz"',
    f'"W571000002";"{LATELY}";"{LATELY}";"{LATELY}";"LES SEMEURS DE LA SEILLE";"";"les graines";"57463";"Metz"',
    '"W751000003";"1990-01-01";"1990-01-01";"1990-01-01";"LE PORTANT SOLIDAIRE";"";"ailleurs";"75104";"Paris"',
)
TEXTS = (
    "L’association Les Copeaux du Canal ouvre un atelier de menuiserie à Metz.",
    "L’association Les Semeurs de la Seille lance une grainothèque à Metz.",
    "L’association Le Portant Solidaire organise un vide-dressing à Metz.",
    "L’association La Tablée du Pontiffroy propose un repas partagé à Metz.",
)


@pytest.fixture
def workspace(tmp_path):
    folder = tmp_path / "veille"
    create(folder, "metz")
    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    yield settings, store
    store.close()


def register(tmp_path):
    path = tmp_path / "rna.csv"
    path.write_text("\r\n".join((HEADER, *ROWS)) + "\r\n", encoding="utf-8")
    return path


def press(tmp_path, *texts):
    path = tmp_path / "presse.jsonl"
    rows = [
        {
            "source": "gazette",
            "url": f"https://gazette.test/{number}",
            "date": YESTERDAY.isoformat(),
            "title": "Dans le quartier",
            "text": text,
        }
        for number, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def known_since(store, day=AS_OF):
    """Return since when the actors named in the press are known, by their name there."""
    with store.reading() as c:
        week = facts.week(c, day)
    return {
        sighting.surface: one.known_since
        for one in week.actors
        for sighting in one.sightings
        if sighting.source_id == "gazette"
    }


@pytest.mark.parametrize("register_first", [True, False], ids=["register first", "press first"])
def test_what_a_register_lists_is_known_under_the_name_that_the_press_writes(
    workspace, tmp_path, register_first
):
    settings, store = workspace
    if register_first:
        steps.import_register(settings, store, register(tmp_path))
    steps.import_archive(settings, store, press(tmp_path, *TEXTS))
    steps.annotate(settings, store)
    if not register_first:
        taken, _ = steps.import_register(settings, store, register(tmp_path))
        assert (taken.new, taken.listed) == (1, 2)
    found = known_since(store)
    assert found["Les Copeaux du Canal"] == date(1987, 5, 4)
    assert found["Les Semeurs de la Seille"] == LATELY
    assert found["Le Portant Solidaire"] is None
    assert found["La Tablée du Pontiffroy"] is None


def test_an_old_listing_counts_against_an_actor_and_a_new_one_does_not(workspace, tmp_path):
    settings, store = workspace
    steps.import_register(settings, store, register(tmp_path))
    steps.import_archive(settings, store, press(tmp_path, *TEXTS))
    steps.annotate(settings, store)
    with store.reading() as c:
        ranking = rank(facts.week(c, AS_OF), settings.watch)
    told = {
        scored.profile.name.casefold(): {one.name: one for one in reasons(scored, ranking.weights)}
        for scored in ranking.scored
    }
    old = next(terms for name, terms in told.items() if "copeaux" in name)
    new = next(terms for name, terms in told.items() if "semeurs" in name)
    assert "1987" in str(old["listed"].detail)
    assert old["listed"].contribution < 0
    assert "under_the_radar" not in old
    assert "listed" not in new
    assert "under_the_radar" in new


def test_a_new_declaration_is_a_document_with_the_declared_name_and_an_actor(workspace, tmp_path):
    settings, store = workspace
    steps.import_register(settings, store, register(tmp_path))
    steps.annotate(settings, store)
    with store.reading() as c:
        (notice,) = documents.load(c, documents.waiting(c, "", 10))
        week = facts.week(c, AS_OF)
    assert notice.title == "LES SEMEURS DE LA SEILLE"
    assert any("SEMEURS" in s.surface for one in week.actors for s in one.sightings)


def test_a_register_read_twice_changes_nothing(workspace, tmp_path):
    settings, store = workspace
    steps.import_register(settings, store, register(tmp_path))
    with store.reading() as c:
        before = actors.find(c, "copeaux"), documents.counts(c)
    taken, _ = steps.import_register(settings, store, register(tmp_path))
    with store.reading() as c:
        assert (actors.find(c, "copeaux"), documents.counts(c)) == before
    assert taken.new == 0


def test_a_map_of_gogocarto_makes_its_actors_known_and_gives_no_document(tmp_path):
    listed = {
        "ontology": "gogofull",
        "data": [
            {"id": "1", "name": "La Tablée du Pontiffroy", "createdAt": "2021-03-01T10:00:00+01:00",
             "geo": {"latitude": 49.12, "longitude": 6.17}, "status": 1,
             "address": {"postalCode": "57000", "addressLocality": "Metz"}},
        ],
    }  # fmt: skip
    folder = tmp_path / "veille"
    create(folder, "metz")
    with serving() as web:
        web.serve("/api/elements.json", json.dumps(listed), "application/json", ETag='"1"')
        (folder / "vigie.toml").write_text(
            '[watch]\nname = "Metz"\nterritory = ["57463"]\n[crawler]\ncontact = "a@b.example"\n'
            f'delay = 0\nallow_private_hosts = ["127.0.0.1:{web.port}"]\n'
            f'[[source]]\nid = "carte"\nname = "Carte"\nurl = "{web.url("/")}"\nkind = "gogocarto"\n',
            encoding="utf-8",
        )
        settings = load(folder)
        store = open_store(settings.storage.url, settings.folder)
        first, second = steps.crawl(settings, store), steps.crawl(settings, store)
    assert [str(one.message) for one in first.outcomes] == ["1 acteur connu"]
    assert (first.taken.listed, first.taken.new, second.taken.listed) == (1, 0, 0)
    steps.import_archive(settings, store, press(tmp_path, *TEXTS))
    steps.annotate(settings, store)
    assert known_since(store)["La Tablée du Pontiffroy"] == date(2021, 3, 1)
    assert known_since(store)["Le Portant Solidaire"] is None
    store.close()


def test_the_institutions_of_the_territory_are_known_actors_from_the_start(workspace):
    settings, store = workspace
    assert institutions.make_known(settings, store, AS_OF) > 90
    assert institutions.make_known(settings, store, AS_OF) == 0
    with store.reading() as c:
        public = registrations.institutions(c)
        for name in ("Mairie de Metz", "Conseil départemental de la Moselle", "CNRS"):
            (found,) = [one for one in actors.find(c, name) if name in (one.name, *one.aliases)]
            assert found.id in public
            assert found.kind is ActorKind.INSTITUTION


def test_the_institutions_say_nothing_of_where_the_watch_does_not_look(workspace):
    settings, store = workspace
    institutions.make_known(settings, store, AS_OF)
    with store.reading() as c:
        assert actors.listed(c, AS_OF) == {}
