"""The archive replayed: what the queue found, what it missed, and nothing from the future."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from flows import backtest, steps
from signals.queue import detect
from signals.truth import TruthActor
from simulation import simulate, write_settings
from storage import open_store
from storage.history import read_history
from vigie.cli import main
from vigie.settings import load

UNTIL = date(2025, 6, 30)


@pytest.fixture
def vigie(capsys, monkeypatch):
    """The command line, in this process: reading the libraries takes longer than a backtest."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vigie", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def take_in(folder, file):
    """Import a file and annotate it; return the settings and the open store."""
    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    steps.import_archive(settings, store, file, None)
    steps.annotate(settings, store)
    return settings, store


def queues(settings, store):
    """Return the queue of each Monday, each knowing the one before."""
    with store.reading() as c:
        history = read_history(c, zone=settings.zone)
    found, last = {}, None
    for week in range(12, 0, -1):
        monday = UNTIL - timedelta(weeks=week - 1)
        last = found[monday] = detect(
            replace(history.week(monday), last_queue=last), settings.watch
        )
    return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A simulated quarter, in a workspace; its truth is in `web`."""
    folder = tmp_path_factory.mktemp("archive")
    simulate(folder / "web", "mulhouse", weeks=12, seed=3, scale=0.3, until=UNTIL)
    write_settings(folder / "web", folder)
    take_in(folder, folder / "web" / "documents.jsonl")[1].close()
    return folder


def test_json_stands_alone_on_standard_output_with_every_measure(vigie, archive):
    status, out, err = vigie(
        "backtest", "--truth", archive / "web" / "truth.jsonl", "--json", "--dir", archive
    )
    assert status == 0, err
    found = json.loads(out)
    for measures in (found, found["oracle"], *found["baselines"].values()):
        for name in ("precision", "recall", "ndcg", "lead_weeks"):
            assert measures[name].keys() == {"value", "low", "high", "n"}
        assert measures["found_by"].keys() == {"1", "2", "3"}
    assert found["baselines"].keys() == {"most_mentioned", "random"}
    assert found["complete"]
    assert found["weeks"] == 12
    low, value, high = (found["precision"][name] for name in ("low", "value", "high"))
    assert 0 < low <= value <= high < 1
    assert found["oracle"]["precision"]["value"] > value


def test_the_report_is_a_page_in_the_workspace(vigie, archive):
    status, out, err = vigie(
        "backtest", "--truth", archive / "web" / "truth.jsonl", "--dir", archive
    )
    assert status == 0, err
    assert "Précision de la file" in out
    page = archive / "data" / "reports" / "backtest.html"
    assert str(page) in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_truth_of_names_and_first_dates_alone_is_measured(vigie, archive, tmp_path):
    rows = [
        {name: line[name] for name in ("name", "aliases", "first_date")}
        for line in lines(archive / "web" / "truth.jsonl")
        if line["emerging"]
    ]
    status, out, err = vigie(
        "backtest", "--truth", write(tmp_path / "t.jsonl", rows), "--json", "--dir", archive
    )
    assert status == 0, err
    found = json.loads(out)
    assert not found["complete"]
    assert found["emerging"] == len(rows)
    assert found["recall"]["value"] > 0


def test_an_actor_that_nobody_recognised_counts_as_missed(vigie, archive, tmp_path):
    folder = tmp_path / "w"
    shutil.copytree(archive, folder)
    # Named by a common word in the middle of a list of dishes: never taken for an actor.
    planted = {
        "source": "x",
        "url": "https://x.example/1",
        "date": "2025-06-20",
        "title": "Recette",
        "text": "Verser le bouillon, le Clair Potage, le sel.",
    }
    take_in(folder, write(tmp_path / "more.jsonl", [planted]))[1].close()
    truth = [
        {"name": "Clair potage", "aliases": [], "first_date": "2025-06-20"},
        {"name": "Absent de partout", "aliases": [], "first_date": "2025-06-20"},
    ]
    _status, out, _err = vigie(
        "backtest", "--truth", write(tmp_path / "t.jsonl", truth), "--json", "--dir", folder
    )
    found = json.loads(out)
    assert (found["emerging"], found["mentioned"], found["recall"]["value"]) == (2, 1, 0.0)
    assert [miss["name"] for miss in found["misses"]] == ["Clair potage"]


def test_listed_addresses_lead_to_their_documents_however_they_are_written(archive):
    first = next(x for x in lines(archive / "web" / "truth.jsonl") if x["emerging"])
    given = frozenset(
        f"{url.replace('http://', 'https://')}/?utm_source=lettre" for url in first["documents"]
    )
    settings = load(archive)
    store = open_store(settings.storage.url, settings.folder)
    with store.reading() as c:
        _, found = backtest.placed(c, [TruthActor(name=first["name"], documents=given)])
    store.close()
    assert len(found[0]) == len(first["documents"])
    assert min(o.day for o in found[0]) == date.fromisoformat(first["first_date"])


def test_what_the_future_brings_moves_no_earlier_queue(archive, tmp_path):
    """An archive cut in May gives the queues until then that the whole of it gives."""
    cut = UNTIL - timedelta(weeks=4)
    folder = tmp_path / "w"
    write_settings(archive / "web", folder)
    early = [line for line in lines(archive / "web" / "documents.jsonl") if line["date"] < str(cut)]
    settings, store = take_in(folder, write(tmp_path / "early.jsonl", early))
    before = queues(settings, store)
    rest = lines(archive / "web" / "documents.jsonl")
    steps.import_archive(settings, store, write(tmp_path / "all.jsonl", rest), None)
    steps.annotate(settings, store)
    after = queues(settings, store)
    store.close()
    past = [monday for monday in before if monday < cut]
    assert len(past) == 7
    assert any(before[monday].candidates for monday in past)
    for monday in past:
        assert before[monday] == after[monday]
    assert before[UNTIL] != after[UNTIL]


def test_the_terminal_explains_a_rank_the_weights_and_the_blind_spots(vigie, archive, tmp_path):
    folder = tmp_path / "w"
    shutil.copytree(archive, folder)
    vigie("detect", "--until", UNTIL, "--dir", folder)
    _, out, _ = vigie("queue", "--json", "--dir", folder)
    queue = json.loads(out)
    first = queue["candidates"][0]
    _, out, _ = vigie(
        "detect", "--explain", first["actor_id"], "--week", queue["week"], "--dir", folder
    )
    score = f"{first['score']:.4f}".replace(".", ",")
    assert f"score {score}, rang 1 sur" in out
    assert "dans la file de cette semaine : place 1, par le classement" in out
    shares = [line.split()[0] for line in out.splitlines() if line.startswith(("  +", "  -"))]
    assert sum(Fraction(one.replace(",", ".")) for one in shares) == Fraction(str(first["score"]))
    assert f" >    1. {score}  {first['name']}" in out
    status, _, err = vigie("detect", "--explain", "Personne du tout", "--dir", folder)
    assert (status, "Personne du tout" in err) == (1, True)
    _, _, err = vigie("weights", "--dir", folder)
    assert err.startswith("0 avis des semaines passées")
    _, _, err = vigie("weights", "--reset", "--dir", folder)
    assert "poids publiés" in err
    _, out, _ = vigie("blind-spots", "--json", "--until", UNTIL, "--dir", folder)
    found = json.loads(out)
    assert sum(one["population"] for one in found["communes"]) > 100_000
    assert found["sources"][0]["documents"] > 0


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"name": "A", "aliases": []}\n{"aliases": []}\n', "2"),
        ('{"name": "A", "first_date": "hier"}\n', "1"),
        ("[1, 2]\n", "1"),
        ("{broken\n", "1"),
        ("", "aucun acteur"),
    ],
)
def test_a_truth_file_that_cannot_be_used_is_one_clear_line(
    vigie, archive, tmp_path, content, complaint
):
    path = tmp_path / "truth.jsonl"
    path.write_text(content, encoding="utf-8")
    status, _out, err = vigie("backtest", "--truth", path, "--dir", archive)
    assert status == 1
    (line,) = err.strip().splitlines()
    assert "truth.jsonl" in line
    assert complaint in line
    assert "Traceback" not in line


def test_an_archive_that_was_never_read_says_what_to_do(vigie, tmp_path):
    vigie("init", tmp_path / "w", "--territory", "metz")
    truth = write(tmp_path / "t.jsonl", [{"name": "A", "first_date": "2025-01-01"}])
    status, _out, err = vigie("backtest", "--truth", truth, "--dir", tmp_path / "w")
    assert status == 1
    assert "vigie annotate" in err
