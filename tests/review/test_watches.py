"""The pages of several watches: each its queue, its officers, and what all of them know."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from re import search

import pytest
from starlette.testclient import TestClient

from review.access import digest
from review.app import create_app
from storage import accounts, judgements, open_store
from tests.review.example import ACTORS, WEEK, example_queue, slug, write, write_press
from vigie.records import Role, Scope, Verdict
from vigie.settings import parse

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
TOML = """\
[watch]
name = "Veille Mulhouse"
territory = ["200066009"]

[watches.velo]
name = "Le vélo en ville"
themes = ["vélo"]
officers = ["ophelie"]
"""
FIRST = slug(ACTORS[0][0])
MAIN, VELO = f"/semaines/{WEEK}", f"/veilles/velo/semaines/{WEEK}"
PEOPLE = {"Ophélie": Role.OFFICER, "Omar": Role.OFFICER, "Ada": Role.ADMINISTRATOR}


@pytest.fixture(scope="module")
def module_store(tmp_path_factory):
    store = open_store("sqlite:///vigie.db", tmp_path_factory.mktemp("watches"))
    queue = example_queue()
    write(store, queue, replace(queue, watch="velo", candidates=queue.candidates[:5]))
    write_press(store)
    yield store
    store.close()


@pytest.fixture
def store(module_store):
    with module_store.writing() as c:
        made = accounts.tables
        for table in (made.opinions, made.rounds, made.withdrawals, made.judgements, made.views):
            c.execute(table.delete())
        for table in (made.sessions, made.tokens, made.accounts):
            c.execute(table.delete())
    return module_store


@pytest.fixture
def guarded(store):
    with store.writing() as c:
        for name, role in PEOPLE.items():
            accounts.add(c, name, role, "no password fits", NOW)
            accounts.begin(c, digest(session_of(name)), accounts.get(c, name).name, NOW, "test")
    return store


def session_of(name):
    return name[:2].ljust(32, "x")


@contextmanager
def site(store, tmp_path, who="", toml=TOML):
    app = create_app(store, parse(toml, tmp_path), clock=lambda: NOW)
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as client:
        if who:
            client.cookies.set("vigie_session", session_of(who))
        yield client


def hidden(html, name):
    return search(rf'name="{name}" value="([^"]*)"', html)[1]


def send(client, address, page=None, **fields):
    html = client.get(page or address).text
    data = {"csrf": hidden(html, "csrf"), **fields}
    if 'name="seen"' in html:
        data.setdefault("seen", hidden(html, "seen"))
    return client.post(address, data=data, headers={"origin": "http://127.0.0.1"})


def entries(store):
    with store.reading() as c:
        return [one.judgement for one in judgements.journal(c) if one.withdrawn_at is None]


def test_one_watch_alone_shows_no_choice_and_keeps_its_addresses(store, tmp_path):
    with site(store, tmp_path, toml=TOML.partition("[watches")[0]) as client:
        assert client.get("/").headers["location"] == MAIN
        html = client.get(MAIN).text
        assert 'class="watches"' not in html
        assert "Le vélo en ville" not in html
        gone = client.get("/veilles/velo/")
        assert gone.status_code == 404
        assert "retirée des réglages" in gone.text


def test_each_watch_has_its_queue_under_its_own_address(store, tmp_path):
    with site(store, tmp_path) as client:
        assert client.get("/veilles/velo/").headers["location"] == VELO
        html = client.get(VELO).text
        assert (
            '<a href="/veilles/velo/" aria-current="true"><bdi>Le vélo en ville</bdi></a>' in html
        )
        assert '<a href="/"><bdi>Veille Mulhouse</bdi></a>' in html
        assert html.count('class="line"') == 5
        assert f'href="{MAIN}' not in html
        assert f'action="{VELO}/acteurs/{FIRST}' in html
        assert client.get(MAIN).text.count('class="line"') == 13


def test_what_is_kept_in_one_is_shown_as_known_in_the_other(store, tmp_path):
    with site(store, tmp_path) as client:
        answer = send(client, f"{VELO}/acteurs/{FIRST}", verdict="keep")
        assert answer.headers["location"].startswith(f"{VELO}/acteurs/")
        assert [one.watch for one in entries(store)] == ["velo"]
        html = client.get(f"{MAIN}/acteurs/{FIRST}").text.replace("\xa0", " ")
        assert "dans la veille « Le vélo en ville »" in html
        assert "<strong>1</strong> jugé sur 13" in html
        assert "Annuler cet avis" not in html
        assert "Annuler cet avis" in client.get(f"{VELO}/acteurs/{FIRST}").text
        # The other may decide for itself all the same; the directory goes on knowing the actor.
        send(client, f"{MAIN}/acteurs/{FIRST}", reason="off_topic")
        assert [(one.watch, one.verdict) for one in entries(store)] == [
            ("main", Verdict.REJECT),
            ("velo", Verdict.KEEP),
        ]
        fiche = client.get(f"/acteurs/{FIRST}").text
        for words in ("Veille Mulhouse", "Le vélo en ville", 'name="veille"'):
            assert words in fiche
        assert "retenu" in client.get("/annuaire?avis=keep").text.lower()


def test_what_is_rejected_in_one_waits_in_the_other(store, tmp_path):
    with site(store, tmp_path) as client:
        send(client, f"{VELO}/acteurs/{FIRST}", reason="off_topic")
        assert "<strong>0</strong> jugé sur 13" in client.get(MAIN).text
        assert "<strong>1</strong> jugé sur 5" in client.get(VELO).text


def test_an_officer_judges_where_she_is_named_or_nobody_is(guarded, tmp_path):
    with site(guarded, tmp_path, "Ophélie") as client:
        assert send(client, f"{VELO}/acteurs/{FIRST}", verdict="keep").status_code == 303
        assert send(client, f"{MAIN}/acteurs/{FIRST}", verdict="watch").status_code == 303
    with site(guarded, tmp_path, "Omar") as client:
        second = slug(ACTORS[1][0])
        html = client.get(f"{VELO}/acteurs/{second}").text
        assert 'class="judge"' not in html
        assert "Cette veille a ses propres veilleurs" in html
        for address, fields in (
            (f"{VELO}/acteurs/{second}", {"verdict": "keep", "seen": ""}),
            (f"{VELO}/ensemble", {"verdict": "keep", "pick": f"{second}|"}),
            (f"{VELO}/distinguer/{second}", {"other": FIRST}),
            (f"/fiche/juger/{second}", {"verdict": "keep", "seen": "", "veille": "velo"}),
        ):
            refused = send(client, address, page="/journal", **fields)
            assert refused.status_code == 403, address
            assert "a ses propres veilleurs" in refused.text
        assert send(client, f"{MAIN}/acteurs/{second}", verdict="keep").status_code == 303
    assert {(one.watch, one.who) for one in entries(guarded)} == {
        ("velo", "Ophélie"),
        ("main", "Ophélie"),
        ("main", "Omar"),
    }
    with site(guarded, tmp_path, "Ada") as client:
        assert send(client, f"{VELO}/acteurs/{second}", verdict="keep").status_code == 303


def test_nobody_takes_back_what_a_watch_decided_in_which_she_does_not_judge(guarded, tmp_path):
    with site(guarded, tmp_path, "Ophélie") as client:
        send(client, f"{VELO}/acteurs/{FIRST}", verdict="keep")
    with guarded.reading() as c:
        [entry] = judgements.journal(c)
    key = f"judgement-{entry.id}"
    with site(guarded, tmp_path, "Omar") as client:
        assert send(client, "/journal/annuler", page="/journal", act=key).status_code == 403
    assert len(entries(guarded)) == 1
    with site(guarded, tmp_path, "Ophélie") as client:
        assert send(client, f"{VELO}/annuler", page=VELO, act=key).status_code == 303
    assert entries(guarded) == []


def test_a_round_of_opinions_decides_for_the_watch_that_asked(guarded, tmp_path):
    asked = {"kind": "advice", "verdict": "keep", "question": "On la retient ?"}
    asked |= {"until": "2026-03-20", "veille": "velo"}
    with site(guarded, tmp_path, "Ophélie") as client:
        there = send(client, f"/fiche/consulter/{FIRST}", page="/journal", **asked).headers[
            "location"
        ]
        round_page = there.partition("?")[0]
    with site(guarded, tmp_path, "Omar") as client:
        ending = send(client, f"{round_page}/conclure", page="/journal", verdict="keep")
        assert ending.status_code == 403
    with site(guarded, tmp_path, "Ophélie") as client:
        ending = send(client, f"{round_page}/conclure", page=round_page, verdict="keep")
        assert ending.status_code == 303
    assert [one.watch for one in entries(guarded)] == ["velo"]


def test_who_opened_a_candidate_is_told_in_its_own_watch(store, tmp_path):
    with site(store, tmp_path) as client:
        client.get(f"{VELO}/acteurs/{FIRST}")
        assert "Vu par" in client.get(f"{VELO}/acteurs/{FIRST}").text
        assert "Vu par" not in client.get(f"{MAIN}/acteurs/{FIRST}").text


def test_programs_read_the_queue_of_each_watch(guarded, tmp_path):
    with guarded.writing() as c:
        token = accounts.Token(
            digest=digest("t"), name="ada", label="t", scopes=frozenset(Scope), at=NOW
        )
        accounts.add_token(c, token)
    with site(guarded, tmp_path) as client:
        client.headers["authorization"] = "Bearer t"
        read = client.get
        assert [one["id"] for one in read("/api/watches").json()] == ["main", "velo"]
        assert read("/api/weeks", params={"watch": "velo"}).json() == [WEEK]
        assert len(read(f"/api/weeks/{WEEK}").json()["candidates"]) == 13
        velo = read(f"/api/weeks/{WEEK}", params={"watch": "velo"}).json()
        assert (velo["watch"], len(velo["candidates"])) == ("velo", 5)
        assert read("/api/weeks", params={"watch": "nope"}).status_code == 404


def test_in_a_browser_what_is_kept_with_a_key_is_known_next_door(store, tmp_path, browser, serving):
    (tmp_path / "vigie.toml").write_text(TOML, encoding="utf-8")
    with serving(store, tmp_path) as url:
        context = browser.new_context(base_url=url, locale="fr-FR")
        page = context.new_page()
        page.goto("/veilles/velo/")
        name = page.locator("#candidate-name").inner_text()
        page.keyboard.press("g")
        page.wait_for_function(
            "name => document.querySelector('#candidate-name').innerText !== name", arg=name
        )
        assert "/veilles/velo/semaines/" in page.url
        page.click("nav.watches a:not([aria-current])")
        page.locator(".row", has_text=name).first.click()
        page.locator("#candidate-name", has_text=name).wait_for()
        assert "dans la veille « Le vélo en ville »" in page.locator(
            ".judge .standing"
        ).inner_text().replace("\xa0", " ")
        context.close()
    assert [(one.watch, one.verdict) for one in entries(store)] == [("velo", Verdict.KEEP)]
