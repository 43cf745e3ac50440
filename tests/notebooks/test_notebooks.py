"""The notebooks run on a workspace, full or empty, under marimo and under Jupyter."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from datetime import date
from types import SimpleNamespace

import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from tests.command import here
from vigie import figures
from vigie.cli import notebook

NOTEBOOKS = sorted(notebook.shipped().glob("[0-9]*.py"))


def app_of(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


def shown(outputs):
    """Return the drawings of a notebook and all that it says."""
    drawn = [one for one in outputs if isinstance(one, Figure)]
    said = [one.text if hasattr(one, "text") else one for one in outputs]
    said = [one._repr_html_() if hasattr(one, "_repr_html_") else str(one) for one in said]
    return drawn, "\n".join(said)


def words_of(figure):
    return [text.get_text() for text in figure.findobj(lambda one: hasattr(one, "get_text"))]


@pytest.fixture
def in_town(town, monkeypatch):
    monkeypatch.setenv("VIGIE_DIR", str(town))


def test_there_are_the_six_that_the_guide_names():
    assert [path.stem for path in NOTEBOOKS] == [
        "01_une_semaine",
        "02_un_acteur",
        "03_reglages",
        "04_sources",
        "05_annotation",
        "06_communautes",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_draws_what_a_person_would_put_in_a_report(path, in_town):
    drawn, said = shown(app_of(path).run()[0])
    assert drawn
    assert "Mulhouse" in said
    for figure in drawn:
        titles = [axes.get_title(loc="left") for axes in figure.axes] + [figure.get_suptitle()]
        assert any(titles), "a drawing has a title"
        words = words_of(figure)
        assert any(len(word) > 20 for word in words), "and says what it shows"
        codes = re.compile(r"third_place|citizen_project|cultural_venue|\d{4}-W\d\d|a-[0-9a-f]{8}")
        assert not [word for word in words if codes.search(word)]
        english = re.compile(r"\b(Jan|Feb|Apr|Aug|Sept|Dec|week|score of)\b")
        assert not [word for word in words if english.search(word)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_what_is_missing_in_an_empty_workspace(path, tmp_path, monkeypatch):
    (tmp_path / "vigie.toml").write_text('[watch]\nterritory = ["200066009"]\n', encoding="utf-8")
    monkeypatch.setenv("VIGIE_DIR", str(tmp_path))
    _, said = shown(app_of(path).run()[0])
    assert "vigie run" in said or "Aucun" in said


def test_weights_that_are_moved_make_another_queue_beside_the_published_one(in_town):
    path = next(path for path in NOTEBOOKS if path.stem == "03_reglages")
    _, published = app_of(path).run()
    moved = dict(published["sliders"].value) | {"novelty": -8.0}
    queue = published["detect"](published["facts"], published["watch"], moved)
    ranks = [[one.actor_id for one in q.candidates] for q in (published["published"], queue)]
    assert ranks[0] != ranks[1]
    weekly = [
        found.policies["vigie"].weekly
        for found in (published["as_published"], published["replayed"](moved))
    ]
    assert weekly[0] != weekly[1]


def test_labels_move_precision_and_recall(in_town):
    path = next(path for path in NOTEBOOKS if path.stem == "05_annotation")
    _, defined = app_of(path).run()
    done, measured = defined["done"], defined["measured"]
    (precision, low, high), (recall, _, _) = measured(done)
    assert low < precision <= high
    assert precision > 0.9, "the truth was read"
    worse = done.assign(right="non")
    assert measured(worse)[0][0] == 0.0
    forgotten = done.assign(missed=[["Oublié"]] * len(done))
    assert measured(forgotten)[1][0] < recall


def test_labels_are_kept_beside_those_of_other_draws(in_town, town):
    path = next(path for path in NOTEBOOKS if path.stem == "05_annotation")
    kept = town / "data" / "annotation.jsonl"
    other = {"sentence": "D’un autre tirage.", "found": "Fil et Co", "right": "oui", "missed": "-"}
    kept.write_text(json.dumps(other) + "\n", encoding="utf-8")
    try:
        _, defined = app_of(path).run(defs={"save": SimpleNamespace(value=True)})
        lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()]
    finally:
        kept.unlink()
    assert lines[0] == other
    done = defined["done"]
    assert {(one["sentence"], one["found"]) for one in lines[1:]} == {
        *zip(done.sentence, done.found, strict=True)
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_same_file_runs_as_a_jupyter_notebook(path, in_town, tmp_path):
    target = tmp_path / f"{path.stem}.ipynb"
    words = ["export", "ipynb", path, "-o", target, "--sort", "topological"]
    subprocess.run([sys.executable, "-m", "marimo", *map(str, words)], check=True)
    made = nbformat.read(target, as_version=4)
    NotebookClient(made, timeout=300, startup_timeout=300, kernel_name="python3").execute()
    pictures = [
        output
        for cell in made.cells
        for output in cell.get("outputs", ())
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    assert not [
        o for cell in made.cells for o in cell.get("outputs", ()) if o.output_type == "error"
    ]


# --- vigie notebook ------------------------------------------------------------------------


@pytest.fixture
def started(monkeypatch):
    """What would be started, and with which environment."""
    calls = []

    def run(words, *, env, check):
        calls.append((words, env))
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(notebook.subprocess, "run", run)
    return calls


def test_a_notebook_is_opened_as_a_copy_in_the_workspace_on_this_machine_alone(
    town, started, tmp_path
):
    (tmp_path / "vigie.toml").write_text((town / "vigie.toml").read_text("utf-8"), "utf-8")
    ended = here("notebook", "semaine", "--dir", tmp_path, "--no-browser")
    assert ended.returncode == 0, ended.stderr
    [(words, env)] = started
    own = tmp_path / "notebooks" / "01_une_semaine.py"
    assert words[1:5] == ["-m", "marimo", "edit", str(own)]
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert "--no-token" not in words
    assert (env["VIGIE_DIR"], env["MARIMO_SKIP_UPDATE_CHECK"]) == (str(tmp_path), "1")
    own.write_text("# mine\n", encoding="utf-8")
    here("notebook", "--dir", tmp_path)
    assert started[1][0][4] == str(tmp_path / "notebooks")
    assert own.read_text("utf-8") == "# mine\n"
    assert len(list((tmp_path / "notebooks").glob("*.py"))) == 6
    here("notebook", "04", "--run", "--dir", tmp_path)
    assert started[2][0][3:5] == ["run", str(notebook.shipped() / "04_sources.py")]


def test_an_unknown_name_and_a_missing_extra_are_each_said_in_a_line(town, started, monkeypatch):
    ended = here("notebook", "cartes", "--dir", town)
    assert ended.returncode == 1
    assert "01_une_semaine" in ended.stderr
    monkeypatch.setattr(notebook, "find_spec", lambda name: None if name == "marimo" else name)
    ended = here("notebook", "--dir", town)
    assert ended.returncode == 1
    assert "vigie[notebooks]" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not started


# --- what the drawings share ---------------------------------------------------------------


def test_days_and_numbers_are_written_in_french():
    assert figures.day(date(2026, 8, 3)) == "3 août 2026"
    assert figures.week("2026-W12") == "semaine du 16 mars 2026"
    assert figures.number(1234.5, 1) == "1\u202f234,5"
    assert figures.percent(0.832) == "83\u202f%"
    assert figures.short("Association des amis du vieux moulin", 24) == "Association des amis du…"
    assert figures.plural(1, "récit", "récits") == "1 récit"


def test_a_table_shows_what_the_web_wrote_as_text_and_follows_no_odd_address():
    import pandas as pd  # noqa: PLC0415 - here alone

    rows = ["<script>alert(1)</script>", "https://a.example/x?y=1&z=2", "javascript:alert(1)"]
    html = figures.table(pd.DataFrame({"Adresse": rows})).to_html()
    assert "<script>" not in html
    assert 'href="https://a.example/x?y=1&amp;z=2"' in html
    assert html.count("href=") == 1


def test_the_help_answers_without_the_libraries_of_notebooks():
    listed = "import sys, vigie.cli; print([m for m in ('pandas', 'marimo', 'matplotlib') if m in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", listed], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
