"""The command line as scripts and people meet it."""

import json
import time

import pytest

from tests import databases
from tests.command import apart, here
from vigie.cli import cli


@databases.once
def test_help_answers_in_under_half_a_second():
    durations = [1.0]
    # Other tests keep the machine busy: the best of some tries says how fast it is.
    while min(durations) >= 0.5 and len(durations) < 12:
        start = time.perf_counter()
        assert apart("--help").returncode == 0
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.5


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["queue"], 1, "vigie init"),
        (["run"], 1, "vigie init"),
        (["queue", "--wek", "2026-W12"], 2, "--wek"),
        (["nothing"], 2, "nothing"),
        (["detect", "--until", "hier"], 2, "2026-03-16"),
        (["read", "missing.html"], 1, "missing.html"),
        (["extract", "missing.jsonl"], 1, "missing.jsonl"),
        (["init", "here", "--territory", "strasbour"], 1, "strasbourg"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(tmp_path, arguments, status, says):
    done = apart(*arguments, cwd=tmp_path)
    assert done.returncode == status
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert says.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["detect", "--week"], "il manque la valeur de l’option « --week »"),
        (["detect", "2026"], "argument de trop : 2026"),
        (["review", "--port", "80000"], "80000 n’est pas dans l’intervalle"),
        (["review", "--port", "http"], "« http » n’est pas un nombre"),
        (["import", "--format", "pdf", "a"], "« pdf » n’est pas possible"),
        (["queue", "--json=1"], "l’option « --json » ne prend pas de valeur"),
    ],
)
def test_what_click_refuses_is_said_in_french(arguments, says):
    done = here(*arguments)
    assert done.returncode == 2
    assert says in done.stderr


def commands(group, words=()):
    yield words
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*words, name))


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_help_is_french_throughout(words):
    told = here(*words, "--help").stdout
    for english in ("Usage:", "Options:", "Show this", "[default", "DIRECTORY", "required]"):
        assert english not in told


def test_a_new_workspace_has_no_queue_yet_and_says_what_to_run(tmp_path):
    assert here("init", tmp_path / "watch", "--territory", "metz").returncode == 0
    done = here("queue", "--dir", tmp_path / "watch")
    assert done.returncode == 1
    assert "vigie run" in done.stderr


def test_half_a_character_in_a_text_stops_no_extraction(tmp_path):
    texts = tmp_path / "texts.jsonl"
    texts.write_text(
        '{"id": "a\\ud83d", "text": "L’association \\ud83d Les Braises ouvre."}\n'
        '{"id": "b", "text": "Le collectif Les Semailles ouvre un local."}\n',
        encoding="utf-8",
    )
    done = here("extract", texts, "--json")
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()][1] == "b"
    assert here("extract", texts).returncode == 0


def test_extract_prints_one_object_a_line_and_passes_bad_lines_over(tmp_path):
    texts = tmp_path / "texts.jsonl"
    texts.write_text(
        '{"id": "a", "text": "L’association Les Jardins du Canal ouvre ses portes à Mulhouse."}\n'
        "[1]\n"
        '{"id": "b", "text": ""}\n'
        '{"id": "c", "text": "Le collectif Rhin Libre danse samedi sous la halle avec tous les voisins '
        "du quartier, les enfants de l’école et leurs parents. Der "
        'Verein lädt alle Nachbarn zu einem Fest am Rhein ein und freut sich auf die Gäste."}\n'
        '{"id": "d", "text": "Le Réseau des Ateliers Partagés (RAP) recrute des bénévoles."}\n',
        encoding="utf-8",
    )
    done = here("extract", texts, "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[3]["short_forms"] == [{"short": "RAP", "name": "Réseau des Ateliers Partagés"}]
    for span in rows[0]["spans"]:
        assert span.keys() == {"start", "end", "text", "label", "confidence"}
    assert "Les Jardins du Canal" in [span["text"] for span in rows[0]["spans"]]
    assert "ligne 2" in done.stderr
    assert "c : Passage en allemand, laissé de côté : Der Verein" in done.stderr


def test_a_help_names_values_in_french_and_what_may_be_left_out_in_brackets():
    said = here("--help").stdout + here("review", "--help").stdout
    assert "vigie [OPTIONS] COMMANDE [ARGUMENTS]…" in said
    assert "--host TEXTE" in said
    assert "--port NOMBRE" in said
    assert "[OPTIONS] [NOM]" in here("notebook", "--help").stdout
    assert "[OPTIONS] URL" in here("sources", "add", "--help").stdout
