"""Archives of JSON lines: everything goes in or is named."""

import json
from pathlib import Path

import pytest

from tests.command import here as vigie

GOOD = {
    "source": "blog-du-quartier",
    "url": "https://blog.example/jardin",
    "date": "2026-03-02T10:00:00+01:00",
    "title": "Un jardin partagé",
    "text": "Le collectif Terre d’Entente ouvre un jardin partagé à Metz.",
}


@pytest.fixture
def folder(tmp_path):
    assert vigie("init", tmp_path / "w", "--territory", "metz").returncode == 0
    return tmp_path / "w"


def test_bad_lines_are_named_and_set_aside_and_the_rest_goes_in(folder, tmp_path):
    lines = [
        json.dumps(GOOD),
        "[1, 2]",
        "{broken",
        json.dumps({k: v for k, v in GOOD.items() if k != "date"}),
        json.dumps({**GOOD, "url": "https://blog.example/autre"}),
    ]
    file = tmp_path / "archive.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    done = vigie("import", file, "--dir", folder)
    assert done.returncode == 0, done.stderr
    rejects = [json.loads(line) for line in next((folder / "data/rejects").iterdir()).read_text("utf-8").splitlines()]  # fmt: skip
    assert [reject["raw"].strip() for reject in rejects] == lines[1:4]
    assert ["".join(filter(str.isdigit, reject["where"].rsplit(" ", 1)[-1])) for reject in rejects] == ["2", "3", "4"]  # fmt: skip
    assert "nouveaux 2" in done.stderr
    assert "refusés 3" in done.stderr
    for number in ("2", "3", "4"):
        assert any(number in line.split(" : ")[0] for line in done.stderr.splitlines())
    assert "blog-du-quartier" in vigie("sources", "list", "--dir", folder).stdout


def test_an_import_done_twice_adds_nothing(folder, tmp_path):
    file = tmp_path / "archive.jsonl"
    file.write_text(json.dumps(GOOD) + "\n", encoding="utf-8")
    vigie("import", file, "--dir", folder)
    again = vigie("import", file, "--dir", folder)
    assert "nouveaux 0" in again.stderr
    assert "déjà connus 1" in again.stderr


EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("archives/europresse.HTML", ["europresse", "mbox"]),
        ("archives/moisson.warc", ["warc", "jsonl"]),
        ("archives/moisson.warc.gz", ["warc"]),
        ("archives/lettres.mbox", ["mbox", "warc"]),
        ("archives/lignes.jsonl", ["jsonl"]),
    ],
)
def test_every_format_is_recognised_or_taken_at_its_word(folder, file, said):
    path = EXAMPLES / file
    expected = json.loads(path.with_name(path.name + ".expected.json").read_text("utf-8"))
    count = sum(one["record"] == "Document" for one in expected)
    done = vigie("import", path, "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert f"nouveaux {count}," in done.stderr
    for index, format_ in enumerate(said):
        again = vigie("import", path, "--format", format_, "--dir", folder)
        # What is refused whole ends with a status that scripts see.
        assert again.returncode == (0 if index == 0 or "refusés 0" in again.stderr else 1)
        assert "Traceback" not in again.stderr
        assert "nouveaux 0" in again.stderr
        assert (f"déjà connus {count}" in again.stderr) == (index == 0)


def test_a_folder_is_taken_in_whole_under_one_source(folder):
    done = vigie("import", EXAMPLES / "archives", "--source", "fonds", "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert "nouveaux 7, révisés 0, déjà connus 2" in done.stderr
    listed = vigie("sources", "list", "--dir", folder).stdout
    assert "fonds" in listed


def test_each_paper_of_an_export_is_a_source_under_its_name(folder):
    vigie("import", EXAMPLES / "archives" / "europresse.HTML", "--dir", folder)
    listed = vigie("sources", "list", "--dir", folder).stdout
    assert "echo-des-lisieres" in listed
    assert "gazette" in listed


def test_a_register_is_imported_for_the_territory_alone(tmp_path):
    folder = tmp_path / "mulhouse"
    assert vigie("init", folder, "--territory", "mulhouse").returncode == 0
    register = EXAMPLES / "registries" / "rna_waldec.csv"
    done = vigie("registry", "import", register, "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert "3 acteurs connus" in done.stderr
    wrong = vigie("registry", "import", EXAMPLES / "feeds" / "rss2.xml", "--dir", folder)
    assert wrong.returncode == 1
    assert wrong.stderr.strip().splitlines()[-1].endswith("ni titre ni commune parmi ses colonnes.")
    absent = vigie("registry", "import", tmp_path / "absent.csv", "--dir", folder)
    assert absent.returncode == 1
    assert "absent.csv" in absent.stderr
