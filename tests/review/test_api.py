"""What programs read: JSON that is described, with a token of narrow scope."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from review import access
from review.api import RESOURCES
from storage import accounts
from vigie.records import Role, Scope

FIRST = "lafabriqueducanal"


@pytest.fixture
def guarded(site):
    with site.store.writing() as c:
        accounts.add(c, "Ada", Role.READER, "", site.clock())
        for token, scopes in (("tout", frozenset(Scope)), ("file", frozenset({Scope.QUEUE}))):
            accounts.add_token(
                c,
                accounts.Token(
                    digest=access.digest(token),
                    name="Ada",
                    label=token,
                    scopes=scopes,
                    at=site.clock(),
                ),
            )
    yield site
    with site.store.writing() as c:
        c.execute(accounts.tables.tokens.delete())
        c.execute(accounts.tables.accounts.delete())


def test_a_week_an_actor_and_the_sources_are_read_as_json(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        assert reader.get("/api/weeks").json()[0] == "2026-W12"
        week = reader.get("/api/weeks/2026-W12").json()
        first = week["candidates"][0]
        assert (first["name"], first["verdict"]) == ("La Fabrique du Canal", "keep")
        assert first["reasons"][0]["detail"].startswith("Vu pour la première fois")
        found = reader.get("/api/actors?avis=tous&q=fabrique du canal").json()
        assert found["actors"][0]["actor_id"] in {FIRST, "fabriquedemulhouse"}
        actor = reader.get(f"/api/actors/{FIRST}").json()
        assert actor["ties"][0]["kind"] == "carried_by"
        assert len(actor["evidence"]) == 3
        states = {one["id"]: one["state"] for one in reader.get("/api/sources").json()}
        assert states["gazette"] == "unreachable"
        assert len(first["views"]) == 1
        assert (week["done"], week["groups"][0]["id"]) == (1, "c1")
        assert reader.get("/api/weeks/2020-W01").status_code == 404
        assert reader.get("/api/actors/personne").status_code == 404


def test_what_each_page_shows_is_read_as_json(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="reject", reason="elsewhere", note="Trop loin")
        site.judge(reader, 2, verdict="keep")
        newest, older = reader.get("/api/journal").json()["acts"][:2]
        assert (newest["verdict"], older["reason"], older["note"]) == (
            "keep",
            "elsewhere",
            "Trop loin",
        )
        drawn = reader.get("/api/map?avis=tous").json()
        mulhouse = next(one for one in drawn["places"] if one["code"] == "68224")
        assert mulhouse["actors"] >= 3
        assert mulhouse["in_territory"]
        net = reader.get("/api/network").json()
        assert {net["edges"][0]["actor_id"], net["edges"][0]["other_id"]} <= {
            one["actor_id"] for one in net["nodes"]
        }
        groups = reader.get("/api/groups").json()
        assert groups["weeks"][-1] == "2026-W12"
        assert {one["last"] for one in groups["groups"]} <= set(groups["weeks"])
        spots = reader.get("/api/blind-spots").json()
        assert {one["source_id"] for one in spots["sources"]} >= {"courrier", "gazette"}
        assert "68224" in {one["what"] for one in spots["communes"]}
        actor = reader.get(f"/api/actors/{FIRST}").json()
        assert actor["acts"][0]["verdict"] == "reject"
        assert actor["weeks"][0]["source"]
        assert actor["silent"] is False


@pytest.mark.parametrize(
    "asked",
    ["actors?avis=zz", "actors?type=zz", "actors?tri=zz", "map?relation=zz", "network?lien=zz"],
)
def test_a_word_that_asks_nothing_is_refused(site, asked):
    answer = httpx.get(f"{site.url}/api/{asked}")
    assert answer.status_code == 422
    (said,) = answer.json()["detail"]
    assert said["loc"] == ["query", asked.partition("?")[2].partition("=")[0]]
    assert said["msg"].startswith("one of: ")
    known = said["msg"].removeprefix("one of: ").split(", ")[0]
    assert httpx.get(f"{site.url}/api/{asked.replace('zz', known)}").status_code == 200


def test_the_journal_is_read_to_its_end_page_by_page(site, monkeypatch):
    monkeypatch.setattr("review.api.PAGE", 2)
    with site.reader() as reader:
        for number in (1, 2, 3):
            site.judge(reader, number, verdict="watch")
        keys, asked = [], {}
        while True:
            page = reader.get("/api/journal", params=asked).json()
            keys += [act["key"] for act in page["acts"]]
            if page["before"] is None:
                break
            asked = {"before": page["before"], "skip": page["skip"]}
        assert len(keys) == len(set(keys)) >= 3


def test_the_address_of_the_interface_leads_to_its_description(guarded):
    with guarded.reader() as reader:
        for address in ("/api", "/api/"):
            answer = reader.get(address, follow_redirects=True)
            assert answer.url.path == "/api/openapi.json"
            assert answer.json()["info"]["title"] == "Vigie"


def test_every_answer_is_described(site):
    described = httpx.get(f"{site.url}/api/openapi.json").json()
    for path, ways in described["paths"].items():
        answer = ways["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert "$ref" in answer or answer["type"] == "array", path
        assert ways["get"]["description"], path
    for name, schema in described["components"]["schemas"].items():
        assert name.endswith("Error") or schema.get("description"), name


def test_with_accounts_a_token_reads_its_own_scope_and_nothing_else(guarded):
    def ask(path, token=None):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.get(guarded.url + path, headers=headers).status_code

    assert ask("/api/weeks") == ask("/api/actors", "faux") == 401
    assert ask("/api/weeks", "file") == ask("/api/sources", "tout") == 200
    assert ask("/api/actors", "file") == ask("/api/journal", "file") == 403
    assert ask("/journal", "tout") == 303
    with guarded.store.writing() as c:
        assert accounts.revoke(c, "ada", "file") == 1
    assert ask("/api/weeks", "file") == 401


def test_no_question_to_the_interface_breaks_it(site):
    schema = schemathesis.openapi.from_url(f"{site.url}/api/openapi.json")
    schema.config.update(base_url=f"{site.url}/api")
    asked = []
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=4,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            answer = case.call()
            asked.append(case.path)
            assert answer.status_code < 500

        ask()
    assert len(set(asked)) == len(RESOURCES)
