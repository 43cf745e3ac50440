"""Each format, written and read back, and opened by a library that is not ours."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import extruct
import feedparser
import icalendar
import listparser
import networkx as nx
import pytest
from geojson_pydantic import FeatureCollection

from tests.exchange.sheets import BARE, EDGES, FULL, HEADER, PUBLIC, SHEETS, TRAP
from vigie.cli import exchange as command
from vigie.errors import InputError
from vigie.exchange import tables
from vigie.exchange.formats import FORMATS, READABLE, Content, recognised
from vigie.records import Source, SourceKind

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = (
    Source(
        id="courrier",
        name="Le Courrier & co",
        url="https://courrier.example/rss",
        kind=SourceKind.FEED,
    ),
)


def written(name: str, header=HEADER, sheets=SHEETS) -> str:
    content = Content(header=header, sheets=iter(sheets), edges=iter(EDGES), sources=SOURCES)
    return "".join(FORMATS[name].write(content))


def read(name: str, text: str):
    reader = FORMATS[name].read
    assert reader
    return list(reader(text.encode()))


def held(name: str, sheet):
    """Return what a format can hold of a sheet."""
    if name in {"csv", "gexf"}:
        unquoted = tuple(replace(one, quote="") for one in sheet.citations)
        return replace(sheet, citations=unquoted, events=())
    return replace(sheet, events=()) if name == "markdown" else sheet


def test_the_command_line_knows_the_formats_there_are():
    assert tuple(FORMATS) == command.FORMATS
    assert READABLE == command.READ


@pytest.mark.parametrize("name", [name for name in READABLE if name != "ical"])
def test_what_is_read_back_is_what_was_written(name):
    rows = read(name, written(name))
    assert [row.wrong for row in rows if row.wrong] == []
    assert [row.sheet for row in rows if row.sheet] == [held(name, one) for one in SHEETS]
    assert [row.edge for row in rows if row.edge] == (list(EDGES) if name == "gexf" else [])


@pytest.mark.parametrize("name", [name for name in READABLE if name != "ical"])
def test_a_format_is_recognised_by_its_file(name, tmp_path):
    suffix = FORMATS[name].suffix
    assert recognised(tmp_path / f"a.{suffix}", written(name).encode()) == name


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_written_the_same_each_time_and_says_its_day_and_licence(name):
    text = written(name, PUBLIC)
    assert text == written(name, PUBLIC)
    assert name == "opml" or "2026" in text
    told = ("etalab-2.0", "Licence Ouverte", "Licence-Ouverte")
    assert name == "opml" or any(word in text for word in told)


@pytest.mark.parametrize("name", READABLE)
def test_an_export_that_is_not_for_the_public_bears_no_licence(name):
    assert "etalab" not in written(name).lower()


@pytest.mark.parametrize("name", READABLE)
def test_what_is_no_such_file_is_said_to_be_none(name):
    for raw in (b"\x00\xff\xfe", b"", b"[1, 2"):
        with pytest.raises(InputError):
            list(FORMATS[name].read(raw))


def test_a_table_is_read_by_any_reader_of_csv():
    rows = list(csv.DictReader(io.StringIO(written("csv").removeprefix("\ufeff"))))
    assert [row["name"] for row in rows] == [FULL.name, "'" + TRAP.name, BARE.name]
    assert rows[0]["communes"] == "Mulhouse | Illzach"
    assert rows[0]["licence"] == ""
    assert rows[0]["version"] == "1"


def test_no_cell_of_a_table_is_a_formula():
    for row in csv.reader(io.StringIO(written("csv").removeprefix("\ufeff"))):
        for cell in row:
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell


def test_columns_that_nothing_is_read_from_are_named():
    table = "Nom;Où;Budget 2026;quoi\nLa Noria;Rixheim;3;un jardin\n"
    assert tables.left_aside(table.encode()) == ("Budget 2026",)
    assert tables.left_aside(b"") == ()


def test_a_table_made_by_hand_is_read(tmp_path):
    made = (
        "Nom;Type;Commune;Site web;Thème\nLes Roseaux;association;Mulhouse;https://r.example;eau\n"
    )
    (row,) = read("csv", made)
    assert row.sheet.name == "Les Roseaux"
    assert row.sheet.communes == ("68224",)
    assert row.sheet.links == ("https://r.example",)
    (old,) = list(FORMATS["csv"].read("Nom\nÉté\n".encode("cp1252")))
    assert old.sheet.name == "Été"


def test_a_bad_row_is_named_with_its_line_and_the_others_are_read():
    made = "name,kinds\nUn,association\nDeux,martien\n,collective\nTrois,collective\n"
    rows = read("csv", made)
    assert [row.sheet.name for row in rows if row.sheet] == ["Un", "Trois"]
    assert [(row.number, bool(row.raw)) for row in rows if row.wrong] == [(3, True), (4, True)]


def test_geojson_is_geojson_to_another_library():
    found = FeatureCollection.model_validate_json(written("geojson"))
    assert [one.properties["name"] for one in found.features] == [one.name for one in SHEETS]
    longitude, latitude = found.features[0].geometry.coordinates
    assert 7 < longitude < 8
    assert 47 < latitude < 48
    assert found.features[2].geometry is None


def test_gexf_is_a_graph_to_another_library(tmp_path):
    file = tmp_path / "acteurs.gexf"
    file.write_text(written("gexf"), encoding="utf-8")
    graph = nx.read_gexf(file)
    assert {node["label"] for _, node in graph.nodes(data=True)} == {one.name for one in SHEETS}
    assert graph.edges[FULL.id, BARE.id]["weight"] == 3
    assert graph.edges[FULL.id, TRAP.id]["origin"] == TRAP.id
    assert graph.nodes[FULL.id]["latitude"] == pytest.approx(47.7, abs=0.1)


def test_json_ld_is_read_from_a_page_that_bears_it():
    text = written("jsonld").replace("</", "<\\/")
    page = f'<html><script type="application/ld+json">{text}</script></html>'
    (found,) = extruct.extract(page, syntaxes=["json-ld"])["json-ld"]
    dataset, first, *_ = found["@graph"]
    assert dataset["@type"] == "Dataset"
    assert first["@type"] == "Organization"
    assert first["location"][0]["@type"] == "Place"
    assert first["location"][0]["geo"]["latitude"] == pytest.approx(47.7, abs=0.1)
    assert first["event"][0]["@type"] == "Event"
    assert first["event"][0]["startDate"] == "2026-04-04T14:00:00+00:00"


def test_gogocarto_has_what_such_a_map_needs():
    content = json.loads(written("gogocarto"))
    assert content["ontology"] == "gogofull"
    first = content["data"][0]
    assert first["name"] == FULL.name
    assert first["geo"]["latitude"] == pytest.approx(47.7, abs=0.1)
    assert first["address"]["addressLocality"] == "Mulhouse"


def test_another_s_gogocarto_map_is_read_without_telephones_and_mail():
    other = {
        "ontology": "gogofull",
        "data": [
            {
                "id": "x1",
                "name": "Repair Café",
                "address": {"addressLocality": "Mulhouse"},
                "categories": ["association", "Réparation"],
                "telephone": "0389000000",
                "email": "marie.dupont@example.org",
                "website": "https://rc.example",
            }
        ],
    }
    (row,) = read("gogocarto", json.dumps(other))
    assert row.sheet.kinds[0].value == "association"
    assert row.sheet.themes == ("Réparation",)
    assert row.sheet.contact == ""
    assert "dupont" not in repr(row.sheet)


def test_a_calendar_is_one_to_another_library_and_is_read_back():
    text = written("ical")
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert event["summary"] == f"{FULL.name} : {FULL.events[0].title}"
    assert event["dtstart"].dt == FULL.events[0].event.start
    (row,) = read("ical", text)
    assert row.sheet.events == FULL.events
    assert row.sheet.id == FULL.id


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_is_one_to_another_library(name):
    found = feedparser.parse(written(name, PUBLIC))
    assert not found.bozo
    assert [one.title for one in found.entries] == [BARE.name, FULL.name, TRAP.name]
    assert found.feed.rights == "Licence Ouverte 2.0" or name == "rss"


def test_a_json_feed_has_what_its_version_asks_for():
    found = json.loads(written("jsonfeed", PUBLIC))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert all(one["id"] and "content_text" in one for one in found["items"])


def test_opml_is_a_list_to_another_library():
    found = listparser.parse(written("opml"))
    assert not found.bozo
    assert [feed.url for feed in found.feeds] == ["https://courrier.example/rss"]


def test_the_sitographie_reads_as_a_page(tmp_path: Path):
    text = written("markdown", PUBLIC)
    assert text.startswith("# Sitographie : Veille Mulhouse\n")
    assert "## La Fabrique du Canal\n" in text
    assert "- Communes : Mulhouse (68224) ; Illzach (68154)" in text
    assert "<script>" not in text
