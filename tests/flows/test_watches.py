"""Two watches in one installation, from the texts to the letter: each its sources, one directory."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

import pytest

from flows import missed, notices
from flows.checked_watches import late_queues, watches
from flows.digest import gather
from flows.findings import Place, State
from storage import accounts, condition, edits, judgements, open_store, sources, tables
from tests import databases
from tests.command import here
from tests.storage.conftest import Press
from vigie.digest.sections import letter
from vigie.records import Judgement, Role, Verdict, iso_week
from vigie.settings import Review, load

MONDAY = date(2026, 3, 16)
NEXT = MONDAY + timedelta(weeks=1)
NOW = datetime.combine(MONDAY, time(9), UTC)
TOML = """\
[watch]
name = "Essai"
territory = ["67482"]
themes = ["réemploi"]
sources = ["gazette", "agora"]

[watches.quartiers]
name = "Les quartiers"
sources = ["quartier"]
officers = ["Awa"]
queue_size = 5

[watches.arbres]
name = "Les arbres"
themes = ["arbres"]

[[source]]
id = "gazette"
name = "La Gazette"
kind = "files"

[[source]]
id = "agora"
name = "Agora"
kind = "files"

[[source]]
id = "quartier"
name = "Le Quartier"
kind = "files"
"""
BOTH, MAIN_ONLY, TREES = "Les Mains Vertes", "Le Bol d’Airain", "Des Arbres au Port"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A workspace whose three watches have had their queue of one week."""
    made = tmp_path_factory.mktemp("watches")
    (made / "vigie.toml").write_text(TOML, encoding="utf-8")
    (made / "data").mkdir(exist_ok=True)
    databases.settle(made)
    settings, store = opened(made)
    press, number = Press(), count(1)
    with store.writing() as c:
        sources.save(c, settings.sources)
        for weeks in range(20, 3, -1):
            for outlet in ("gazette", "agora", "quartier"):
                day = MONDAY - timedelta(weeks=weeks)
                press.publish(c, next(number), day, "Le Club de Toujours", source=outlet)
        for days in (10, 3):
            day = MONDAY - timedelta(days=days)
            for outlet in ("gazette", "quartier"):
                press.publish(c, next(number), day, BOTH, source=outlet)
            press.publish(c, next(number), day, MAIN_ONLY, source="agora")
            press.publish(c, next(number), day, TREES, source="quartier")
    store.close()
    done = here("detect", "--until", MONDAY, "--dir", made)
    assert done.returncode == 0, done.stderr
    return made


def queue(folder, *more):
    done = here("queue", "--json", "--dir", folder, *more)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["watch"], {one["name"]: one["sources"] for one in found["candidates"]}


def opened(folder):
    settings = load(folder)
    return settings, open_store(settings.storage.url, folder)


def test_each_watch_proposes_what_its_own_sources_and_themes_bring(folder):
    main, quarters, trees = (
        queue(folder, *more) for more in ((), ("--watch", "quartiers"), ("--watch", "arbres"))
    )
    assert (main[0], quarters[0], trees[0]) == ("main", "quartiers", "arbres")
    assert main[1] == {BOTH: 1, MAIN_ONLY: 1}
    assert quarters[1] == {BOTH: 1, TREES: 1}
    assert trees[1] == {TREES: 1}


def test_a_detection_says_of_which_watch_each_queue_is(folder):
    said = here("detect", "--until", MONDAY, "--dir", folder).stderr
    assert "Essai. Semaine 2026-W12, établie de nouveau : 2 candidats" in said
    assert "Les quartiers. Semaine 2026-W12, établie de nouveau : 2 candidats" in said
    one = here("detect", "--until", MONDAY, "--watch", "arbres", "--dir", folder).stderr
    assert one.startswith("Les arbres. Semaine 2026-W12")
    assert len(one.splitlines()) == 1


def test_a_watch_that_is_not_there_is_named_with_the_nearest(folder):
    for command in ("detect", "queue", "digest", "weights", "blind-spots"):
        done = here(command, "--watch", "quartier", "--dir", folder)
        assert done.returncode == 1
        assert "Pas de veille « quartier » ; vouliez-vous dire « quartiers » ?" in done.stderr


def test_what_one_watch_keeps_the_others_know_and_never_propose_again(folder):
    _, store = opened(folder)
    with store.writing() as c:
        [known] = [i for i in actors(c) if i[1] == BOTH]
        keep = Judgement(
            actor_id=known[0],
            verdict=Verdict.KEEP,
            who="Awa",
            at=NOW,
            week=iso_week(MONDAY),
            watch="quartiers",
        )
        number = judgements.add(c, keep)
    try:
        listed = here("actors", "list", "--dir", folder).stdout
        assert BOTH in listed
        assert here("detect", "--until", NEXT, "--dir", folder).returncode == 0
        for more in ((), ("--watch", "quartiers"), ("--watch", "arbres")):
            assert BOTH not in queue(folder, *more)[1]
        assert MAIN_ONLY in queue(folder)[1]
        why = here("detect", "--explain", BOTH, "--until", NEXT, "--dir", folder)
        assert "déjà retenu" in why.stdout
        letters = {
            one: here("digest", "--week", "2026-W12", "--watch", one, "--dir", folder).stdout
            for one in ("main", "quartiers")
        }
        assert BOTH in letters["quartiers"]
        assert letters["quartiers"].startswith("LES QUARTIERS")
        assert BOTH not in letters["main"]
        table = here("watches", "--dir", folder).stdout
        assert "Les quartiers" in table
        assert "0 sur " in table
    finally:
        with store.writing() as c:
            judgements.withdraw(c, number, "Awa", NOW)
        store.close()


def actors(c):
    return list(
        c.execute(
            tables.actors.select().with_only_columns(tables.actors.c.id, tables.actors.c.name)
        )
    )


def test_letters_stand_in_files_of_their_own(folder, tmp_path):
    done = here("digest", "--week", "2026-W11", "--out", tmp_path, "--dir", folder)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in tmp_path.glob("*.txt")} == {
        "lettre-2026-W11.txt",
        "lettre-quartiers-2026-W11.txt",
        "lettre-arbres-2026-W11.txt",
    }


def test_a_letter_leads_to_the_queue_of_its_watch(folder):
    settings, store = opened(folder)
    open_to_all = replace(settings, review=Review(address="https://veille.example"))
    for watch, there in (("main", "/"), ("quartiers", "/veilles/quartiers/")):
        edition = gather(open_to_all, store, MONDAY, NEXT, settings.watch_of(watch))
        assert letter(edition, "fr", settings.zone).action.url == f"https://veille.example{there}"
    store.close()


def test_readers_say_whose_letter_they_want(folder):
    for more in ((), ("--watch", "arbres")):
        added = here("digest", "subscribers", "add", "ana@example.org", *more, "--dir", folder)
        assert "recevra la lettre" in added.stderr
    listed = here("digest", "subscribers", "list", "--dir", folder).stdout
    assert "Essai" in listed
    assert "Les arbres" in listed
    leave = ("digest", "subscribers", "remove", "ana@example.org")
    assert "cette lettre" in here(*leave, "--watch", "arbres", "--dir", folder).stderr
    assert "rien n’en est gardé" in here(*leave, "--dir", folder).stderr


def test_a_watch_without_its_queue_is_due_and_no_other(folder):
    settings, store = opened(folder)
    try:
        with store.writing() as c:
            c.execute(queues_of(c, "arbres"))
        assert [one.id for one in missed.without_queue(settings, store, MONDAY)] == ["arbres"]
        assert missed.queue_day(settings, store, NOW) == MONDAY
        late = late_queues(settings, condition.examine(settings.storage.url, folder), "2026-W12")
        assert list(late) == ["Les arbres : pas de file pour la semaine 2026-W12"]
        assert (
            here("detect", "--until", MONDAY, "--watch", "arbres", "--dir", folder).returncode == 0
        )
        assert missed.queue_day(settings, store, NOW) is None
    finally:
        store.close()


def queues_of(c, watch):
    c.execute(tables.candidates.delete().where(tables.candidates.c.watch == watch))
    return tables.queues.delete().where(tables.queues.c.watch == watch)


def test_a_queue_that_nobody_opens_is_told_by_the_name_of_its_watch(folder):
    settings, store = opened(folder)
    later = NOW + timedelta(days=20)
    with store.writing() as c:
        [one] = [i for i in actors(c) if i[1] == MAIN_ONLY]
        edits.saw(c, one[0], "2026-W12", "Awa", later)
    notices.look(settings, store, later)
    with store.reading() as c:
        said = {one.about: str(one.message) for one in notices.stored.standing(c)}
    store.close()
    assert "queue" not in said
    assert said["queue-quartiers"].startswith("Les quartiers : personne n’a ouvert la file")


def test_doctor_says_what_watches_name_and_is_not_there(folder):
    def found(text):
        (folder / "vigie.toml").write_text(text, encoding="utf-8")
        settings = load(folder)
        there = condition.examine(settings.storage.url, folder)
        return {one.said: one.state for one in watches(Place(settings, there, NOW))}

    whole = (folder / "vigie.toml").read_text("utf-8")
    try:
        said = found(whole)
        assert "Les quartiers : pas de compte pour Awa" in said
        _, store = opened(folder)
        with store.writing() as c:
            accounts.add(c, "awa", Role.OFFICER, "x", NOW)
        store.close()
        assert list(found(whole)) == ["3 veilles : leurs sources et leurs comptes sont là"]
        blind = found(whole.replace('sources = ["quartier"]', 'sources = ["nulle-part*"]'))
        assert "Les quartiers : aucune source ne répond au motif « nulle-part* »" in blind
        gone = found(whole.partition("[watches.arbres]")[0] + whole[whole.index("[[source]]") :])
        [kept] = [said for said in gone if said.startswith("« arbres »")]
        assert "sont gardés" in kept
        assert gone[kept] is State.WELL
    finally:
        (folder / "vigie.toml").write_text(whole, encoding="utf-8")
