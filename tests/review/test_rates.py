"""How often one may ask, and whose word counts on who asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from review import access, rates
from review.app import create_app, served
from review.rates import Asking, Rates, TooManyError
from storage import accounts, open_store
from tests import databases
from vigie.errors import SettingsError
from vigie.records import Role, Scope
from vigie.settings import parse

pytestmark = databases.once


NOW = datetime(2026, 3, 16, 8, tzinfo=UTC)


def test_a_burst_goes_through_then_so_many_a_minute():
    made = Rates()
    burst, per_minute = rates.RATES[Asking.SEARCH]
    for _ in range(burst):
        made.take(Asking.SEARCH, "ada", NOW)
    with pytest.raises(TooManyError) as refused:
        made.take(Asking.SEARCH, "ada", NOW)
    assert refused.value.seconds == 1
    made.take(Asking.SEARCH, "bob", NOW)
    made.take(Asking.READ, "ada", NOW)
    later = NOW + timedelta(minutes=1)
    for _ in range(min(burst, per_minute)):
        made.take(Asking.SEARCH, "ada", later)


def test_very_many_askers_fill_no_memory(monkeypatch):
    monkeypatch.setattr(rates, "MOST", 3)
    made = Rates()
    for number in range(9):
        made.take(Asking.READ, str(number), NOW)
    assert [who for _, who in made._full_at] == ["6", "7", "8"]


@pytest.fixture
def guarded(tmp_path):
    store = open_store("sqlite:///v.db", tmp_path)
    with store.writing() as c:
        accounts.add(c, "Ada", Role.ADMINISTRATOR, "$argon2id$x", NOW)
        accounts.begin(c, access.digest("a" * 32), "ada", NOW, "")
        token = accounts.Token(
            digest=access.digest("jeton"),
            name="ada",
            label="t",
            scopes=frozenset(Scope),
            at=NOW,
        )
        accounts.add_token(c, token)
    app = create_app(store, parse("", tmp_path), clock=lambda: NOW, any_host=True)
    yield TestClient(app, follow_redirects=False)
    store.close()


def test_who_asks_too_often_is_told_when_to_come_back(guarded, monkeypatch):
    monkeypatch.setattr(rates, "RATES", dict.fromkeys(Asking, (2, 60)))
    asks = {"q": "jardin"}
    for _ in range(2):
        assert guarded.get("/annuaire", params=asks).status_code == 303
    answer = guarded.get("/annuaire", params=asks)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert "attendez 2 secondes" in answer.text
    assert guarded.get("/journal").status_code == 303, "another kind of request"
    guarded.cookies.set("vigie_session", "a" * 32)
    assert guarded.get("/annuaire", params=asks).status_code == 200, "an account counts by itself"
    bearer = {"authorization": "Bearer jeton"}
    said = [guarded.get("/api/actors", params=asks, headers=bearer) for _ in range(3)]
    assert [one.status_code for one in said] == [200, 200, 429]
    assert said[-1].json() == {"detail": "too many requests: wait 2 s"}
    assert said[-1].headers["retry-after"] == "2"


def test_passwords_are_tried_a_few_times_from_one_address(guarded, monkeypatch):
    monkeypatch.setattr(rates, "RATES", dict.fromkeys(Asking, (2, 60)))
    csrf = guarded.get("/connexion").text.split('name="csrf" value="')[1].split('"')[0]
    tried = [
        guarded.post("/connexion", data={"csrf": csrf, "name": str(n), "password": "x"})
        for n in range(3)
    ]
    assert [one.status_code for one in tried] == [401, 401, 429]


def test_without_accounts_nobody_is_counted(tmp_path):
    store = open_store("sqlite:///v.db", tmp_path)
    app = create_app(store, parse("", tmp_path), clock=lambda: NOW, any_host=True)
    made = app.state.house = replace(app.state.house, rates=Rates())
    assert TestClient(app).get("/a-propos").status_code == 200
    assert not made.rates._full_at
    store.close()


def test_a_proxy_is_believed_only_where_the_settings_name_it(tmp_path):
    settings = parse('[review]\ntrusted_proxies = ["127.0.0.1", "10.0.0.0/8"]\n', tmp_path)
    assert settings.review.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    store = open_store("sqlite:///v.db", tmp_path)
    through = {"x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7"}
    for text, secure in (("", False), ('[review]\ntrusted_proxies = ["127.0.0.1"]\n', True)):
        given = parse(text, tmp_path)
        config = served(create_app(store, given, any_host=True), given)
        config.load()
        reader = TestClient(config.loaded_app, client=("127.0.0.1", 4000))
        answer = reader.get("/a-propos", headers=through)
        assert ("Secure" in answer.headers["set-cookie"]) is secure
    store.close()
    with pytest.raises(SettingsError, match="ligne 2, trusted_proxies"):
        parse('[review]\ntrusted_proxies = ["le serveur"]\n', tmp_path)
