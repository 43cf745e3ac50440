"""Proposals beside the pages: the commands, the schedule, the letter, the queue's own rules."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from flows.digest import gather
from flows.proposals import Intake
from signals.proposed import proposed
from signals.ranking import rank
from storage import open_store
from tests.command import here as vigie
from tests.signals.facts import WATCH, World, days_ago
from vigie.digest import sections
from vigie.digest.edition import tailored
from vigie.records import Proposal, Visibility
from vigie.settings import load
from vigie.whereabouts import where

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
TABLE = "nom;commune;description;lien\nLe Fournil Partagé;Mulhouse;Un four;https://four.example\n"


def given(**more) -> Proposal:
    values = {
        "name": "Les Semeurs de Toits",
        "what": "Un potager sur un toit.",
        "place": "Mulhouse",
        "commune": "68224",
        "at": NOW,
        "day": date(2026, 3, 10),
    }
    return Proposal(**(values | more))


def test_the_commands_take_a_table_list_what_waits_and_write_to_nobody(tmp_path):
    folder = tmp_path / "watch"
    assert vigie("init", folder, "--territory", "mulhouse").returncode == 0
    table = tmp_path / "acteurs.csv"
    table.write_text(TABLE + ";Mulhouse;sans nom;\n", encoding="cp1252")

    tried = vigie("proposals", "import", table, "--dry-run", "--json", "--dir", folder)
    told = json.loads(tried.stdout)
    assert (told["dry_run"], told["new"], told["refused"]) == (True, 1, 1)
    assert json.loads(vigie("proposals", "list", "--json", "--dir", folder).stdout) == []

    done = vigie("proposals", "import", table, "--dir", folder)
    assert done.returncode == 0
    assert "acteurs.rejects.jsonl" in done.stderr
    (one,) = json.loads(vigie("proposals", "list", "--json", "--dir", folder).stdout)
    assert (one["name"], one["commune"]) == ("Le Fournil Partagé", "Mulhouse")
    assert "acteurs.csv" in one["by"]
    again = json.loads(vigie("proposals", "import", table, "--json", "--dir", folder).stdout)
    assert (again["new"], again["duplicate"]) == (0, 1)
    shown = vigie("proposals", "list", "--dir", folder)
    assert "Le Fournil Partagé" in shown.stdout
    answered = vigie("proposals", "answer", "--dir", folder)
    assert answered.returncode == 0
    assert "courriels 0" in answered.stderr

    day = date.today()  # noqa: DTZ011 - the commands have no other clock
    assert vigie("detect", "--until", day.isoformat(), "--dir", folder).returncode == 0
    queue = json.loads(vigie("queue", "--json", "--dir", folder).stdout)
    assert [c["entered_by"] for c in queue["candidates"]] == ["proposed"]
    printed = vigie("queue", "--dir", folder)
    assert "proposé par une personne" in printed.stderr
    missing = vigie("proposals", "import", tmp_path / "rien.csv", "--dir", folder)
    assert (missing.returncode, len(missing.stderr.strip().splitlines())) == (1, 1)


def test_the_letter_tells_the_lab_alone_of_what_waits(tmp_path):
    store = open_store("sqlite:///v.db", tmp_path)
    (tmp_path / "vigie.toml").write_text('[watch]\nterritory = ["200066009"]\n', encoding="utf-8")
    settings = load(tmp_path)
    with store.writing() as c:
        Intake(settings).enter(c, given(), "n1")
        Intake(settings).enter(c, given(name="La Suivante", day=date(2026, 3, 17)), "n2")
    edition = gather(settings, store, date(2026, 3, 9), date(2026, 3, 16))
    store.close()
    letter = sections.letter(tailored(edition, Visibility.LAB), "en")
    (part,) = [one for one in letter.sections if one.name == "proposed"]
    assert part.lines == ("Les Semeurs de Toits (Mulhouse): Un potager sur un toit.",)
    assert tailored(edition, Visibility.NETWORK).proposed == ()


def test_one_that_is_ranked_keeps_its_rank_and_says_that_it_was_proposed():
    world = World()
    world.say("Petit Fil", day=days_ago(3))
    ranking = rank(world.facts(), WATCH)
    (found,) = [one for one in ranking.scored if one.profile.name == "Petit Fil"]
    (one,) = proposed([given(actor_id=found.profile.actor_id)], ranking, 10, after=4)
    assert (one.rank, one.mentions) == (5, 1)
    assert one.reasons[0].name == "proposed"
    assert one.evidence[0].quote == "Un potager sur un toit."
    assert len(one.evidence) == 2


def test_where_something_is_is_read_as_people_write_it():
    here = frozenset({"68224", "68278"})
    assert where("Mulhouse", here).commune == "68224"
    assert where("12 rue des Maréchaux, 68100 Mulhouse", here).commune == "68224"
    assert where("68100", here).commune == "68224"
    spot = where("geo:47.7508,7.3359", here)
    assert (spot.commune, spot.point) == ("68224", (47.7508, 7.3359))
    assert where("https://carte.example/#map=19/47.7508/7.3359", here).point == (47.7508, 7.3359)
    for nowhere in ("", "chez nous", "95.1234, 7.3359", "0.1234, 0.1234", "00000"):
        assert where(nowhere, here).commune is None, nowhere
