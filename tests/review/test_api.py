"""What programs read: JSON that is described, with a token of narrow scope."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from review import access
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
        assert reader.get("/api/weeks/2020-W01").status_code == 404
        assert reader.get("/api/actors/personne").status_code == 404


def test_with_accounts_a_token_reads_its_own_scope_and_nothing_else(guarded):
    def ask(path, token=None):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.get(guarded.url + path, headers=headers).status_code

    assert ask("/api/weeks") == ask("/api/actors", "faux") == 401
    assert ask("/api/weeks", "file") == ask("/api/sources", "tout") == 200
    assert ask("/api/actors", "file") == 403
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
            max_examples=8,
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
    assert len(set(asked)) == 5
