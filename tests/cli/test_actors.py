"""`vigie actors`: seeing, joining, taking apart, and taking that back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.command import here as vigie

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = (
    "Le collectif Graine de Rue, porté par l'association Rayon Libre, ouvre samedi à Mulhouse.",
    "L'association Rayon Libre, une association qui répare des vélos, recrute à Mulhouse.",
    "L'association Rayon Libre de Mulhouse tient son assemblée. Graine de Rue y était.",
    "Le collectif Les Grains de Rue fête ses dix ans.",
    "La CAF du Haut-Rhin soutient les familles.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace in which a few documents were read."""
    made = tmp_path_factory.mktemp("actors") / "watch"
    assert vigie("init", made, "--territory", "mulhouse").returncode == 0
    file = made / "textes.jsonl"
    rows = [
        {
            "source": "gazette",
            "url": f"https://gazette.example/{number}",
            "date": f"2026-03-0{number + 1}",
            "title": "Vie locale",
            "text": text,
        }
        for number, text in enumerate(TEXTS)
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert vigie("import", file, "--dir", made).returncode == 0
    done = vigie("annotate", "--dir", made)
    assert done.returncode == 0, done.stderr
    return made


def listed(folder: Path) -> dict[str, dict[str, object]]:
    rows = json.loads(vigie("actors", "list", "--json", "--dir", folder).stdout)
    return {row["name"]: row for row in rows}


def test_the_most_named_actors_are_listed_and_found_by_a_part_of_their_name(folder):
    assert {"Graine de Rue", "Rayon Libre"} <= set(listed(folder))
    done = vigie("actors", "list", "RAYON", "--dir", folder)
    assert "Rayon Libre" in done.stdout
    assert "Graine" not in done.stdout


def test_what_is_read_as_an_institution_is_shown_as_one(folder):
    assert listed(folder)["Caisse d’allocations familiales du Haut-Rhin"]["kind"] == "institution"
    assert "institution" in vigie("actors", "show", "CAF du Haut-Rhin", "--dir", folder).stdout


def test_an_actor_is_shown_with_where_all_is_known_from(folder):
    with_article = vigie("actors", "show", "Le Rayon Libre", "--dir", folder)
    done = vigie("actors", "show", "rayon libre", "--dir", folder)
    assert with_article.stdout == done.stdout
    assert done.returncode == 0, done.stderr
    assert "association qui répare des vélos" in done.stdout
    assert "Mulhouse" in done.stdout
    assert "porte Graine de Rue" in done.stdout
    assert "https://gazette.example/1" in done.stdout


def test_who_is_meant_must_be_clear(folder):
    done = vigie("actors", "show", "Personne du tout", "--dir", folder)
    assert done.returncode == 1
    assert "vigie actors list" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_merge_and_a_split_are_taken_back_one_after_the_other(folder):
    before = listed(folder)
    merged = vigie("actors", "merge", "Les Grains de Rue", "Rayon Libre", "--dir", folder)
    assert merged.returncode == 0, merged.stderr
    assert "Les Grains de Rue" not in listed(folder)
    parted = vigie(
        *("actors", "split", "Rayon Libre", "--dir", folder),
        *("--document", "https://gazette.example/0"),
    )
    assert parted.returncode == 0, parted.stderr
    assert sum(row["name"] == "Rayon Libre" for row in listed(folder).values()) == 1
    assert vigie("actors", "undo", "--dir", folder).returncode == 0
    assert vigie("actors", "undo", "--dir", folder).returncode == 0
    assert listed(folder) == before
    assert vigie("actors", "undo", "--dir", folder).returncode == 1


def test_a_split_wants_to_know_of_what(folder):
    done = vigie("actors", "split", "Rayon Libre", "--dir", folder)
    assert done.returncode == 2
    assert "--alias" in done.stderr


def test_the_open_questions_are_listed(folder):
    done = vigie("actors", "list", "--questions", "--dir", folder)
    assert done.returncode == 0
    assert "même acteur" in done.stdout or "Aucune question" in done.stderr


def test_two_that_are_not_one_are_told_apart_and_that_is_taken_back(folder):
    told = vigie("actors", "distinct", "Graine de Rue", "Les Grains de Rue", "--dir", folder)
    assert told.returncode == 0, told.stderr
    asked = json.loads(vigie("actors", "list", "--questions", "--json", "--dir", folder).stdout)
    assert not any({"Graine de Rue", "Les Grains de Rue"} == {q["name"], q["other"]} for q in asked)
    assert vigie("actors", "undo", "--dir", folder).returncode == 0
    assert vigie("actors", "undo", "--dir", folder).returncode == 1


def test_the_list_and_the_page_of_an_actor_say_the_same_of_it(folder):
    for name, row in listed(folder).items():
        shown = json.loads(
            vigie("actors", "show", row["actor_id"], "--json", "--dir", folder).stdout
        )
        same = ("kind", "commune", "name")
        assert {key: shown[key] for key in same} == {key: row[key] for key in same}, name
    # A part of one name alone is that one.
    shown = vigie("actors", "show", "LIBRE DE MULHOUSE", "--dir", folder).stdout
    assert shown.startswith("Rayon Libre de Mulhouse")


def test_documents_are_found_by_their_words_in_spite_of_a_slip(folder):
    done = vigie("search", "assocation", "velo", "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert "https://gazette.example/1" in done.stdout
    assert "https://gazette.example/2" not in done.stdout
    (hit,) = json.loads(vigie("search", "familles", "--json", "--dir", folder).stdout)
    assert (hit["source_id"], hit["day"]) == ("gazette", "2026-03-05")
    assert "Aucun document" in vigie("search", "zirconium", "--dir", folder).stderr
