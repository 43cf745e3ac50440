"""Signing in by the city's single sign-on, and what those try who should not come in."""

import base64
import hmac
import json
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey

from review import access
from review.app import create_app, listen
from review.rates import Rates
from review.single import SECRET as SECRET_VARIABLE
from storage import accounts, open_store
from tests import databases
from vigie.records import Role, SignInOutcome
from vigie.settings import parse

from .provider import CLIENT, KEY, SECRET, provider

pytestmark = databases.once


TOML = """
[watch]
territory = ["200066009"]
[review.oidc]
issuer = "{issuer}"
client_id = "vigie"
officers = ["veille"]
administrators = ["dsi"]
"""


@contextmanager
def opened(store, settings):
    """Serve a store and yield the address."""
    made = create_app(store, settings, any_host=True)
    server = uvicorn.Server(uvicorn.Config(made, log_level="warning"))
    with listen("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", made
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = open_store("sqlite:///v.db", tmp_path_factory.mktemp("single"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def city(store, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, provider() as made:
        patched.setenv(SECRET_VARIABLE, SECRET)
        settings = parse(TOML.format(issuer=made.issuer), tmp_path_factory.mktemp("w"))
        with opened(store, settings) as (url, application):
            yield made, url, application


@pytest.fixture
def home(city, store):
    """The provider, honest, and the pages, without any account."""
    made, url, application = city
    made.claims = {"sub": "7", "preferred_username": "Ada", "groups": ["veille"]}
    made.userinfo = {}
    application.state.house = replace(application.state.house, rates=Rates())
    made.lie = lambda claims: claims
    made.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, KEY)
    with store.writing() as c:
        for table in (accounts.tables.sessions, accounts.tables.sign_ins, accounts.tables.accounts):
            c.execute(table.delete())
    return made, url, application


def asked(url, to="/journal"):
    """Return a browser sent to the provider, and where the provider sends it back."""
    reader = httpx.Client(base_url=url, timeout=20)
    there = reader.get(f"/connexion/unique?vers={to}")
    assert there.status_code == 303
    return reader, httpx.get(there.headers["location"]).headers["location"]


def come(url, to="/journal"):
    reader, back = asked(url, to)
    return reader, reader.get(back)


def tried(store):
    with store.reading() as c:
        return [(one.name, one.outcome) for one in accounts.audit(c)]


def test_one_signs_in_has_an_account_and_signs_out(home, store):
    made, url, _ = home
    assert "/connexion/unique" in httpx.get(f"{url}/", follow_redirects=True).text
    reader, answer = come(url)
    assert answer.status_code == 200
    assert 'content="0; url=/journal"' in answer.text
    assert reader.get("/journal").status_code == 200
    with store.reading() as c:
        account = accounts.get(c, "Ada")
    assert (account.role, account.password) == (Role.OFFICER, f"oidc:{made.issuer}#7")
    assert not access.fits(account.password, account)
    csrf = reader.get("/compte").text.split('name="csrf" value="')[1].split('"')[0]
    out = reader.post("/deconnexion", data={"csrf": csrf}, headers={"origin": url})
    assert f"{made.issuer}/logout" in reader.get(out.headers["location"]).text
    assert reader.get("/journal").status_code == 303
    assert tried(store) == [("ada", SignInOutcome.OUT), ("ada", SignInOutcome.IN)]


def test_the_role_follows_the_groups_and_nobody_without_one_comes_in(home, store):
    made, url, _ = home
    come(url)
    made.claims["groups"] = ["dsi", "autre"]
    come(url)
    with store.reading() as c:
        assert accounts.get(c, "Ada").role is Role.ADMINISTRATOR
    made.claims |= {"sub": "8", "preferred_username": "Bob", "groups": []}
    assert come(url)[1].status_code == 401


def test_what_the_token_does_not_say_is_asked_of_the_provider(home, store):
    made, url, _ = home
    made.claims = {"sub": "7"}
    made.userinfo = {"sub": "7", "preferred_username": "Ada", "groups": "veille"}
    assert come(url)[1].status_code == 200
    made.userinfo["sub"] = "8"
    assert come(url)[1].status_code == 401


def test_a_namesake_there_is_not_who_has_the_account_here(home, store):
    made, url, _ = home
    with store.writing() as c:
        accounts.add(c, "Ada", Role.ADMINISTRATOR, "$argon2id$x", datetime.now(UTC))
    assert come(url)[1].status_code == 403
    made.claims |= {"preferred_username": "Coline"}
    assert come(url)[1].status_code == 200
    made.claims["sub"] = "another"
    assert come(url)[1].status_code == 403
    assert tried(store)[0] == ("coline", SignInOutcome.WRONG)


FORGED = RSAKey.generate_key(2048, {"kid": "one"})


def unsigned(claims):
    return f"{encoded({'alg': 'none'})}.{encoded(claims)}."


def by_the_public_key(claims):
    """Sign with the provider's public key as if it were a shared secret."""
    said = ".".join(map(encoded, ({"alg": "HS256", "kid": "one"}, claims)))
    mark = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param({"nonce": "of another question"}, id="nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"iss": "https://elsewhere.example"}, id="issuer"),
        pytest.param({"aud": "another client"}, id="audience"),
        pytest.param({"aud": [CLIENT, "other"], "azp": "other"}, id="authorized party"),
        pytest.param({"exp": 1_000_000}, id="expired"),
        pytest.param({"iat": 9_999_999_999}, id="from the future"),
        pytest.param({"sub": None}, id="nobody"),
    ],
)
def test_a_token_of_something_else_is_refused(home, store, lie):
    made, url, _ = home
    made.lie = lambda claims: {k: v for k, v in (claims | lie).items() if v is not None}
    reader, answer = come(url)
    assert answer.status_code == 401
    assert reader.get("/journal").status_code == 303
    assert tried(store) == [("", SignInOutcome.WRONG)]


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param(unsigned, id="unsigned"),
        pytest.param(by_the_public_key, id="public key as secret"),
        pytest.param(
            lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, FORGED), id="forged"
        ),
        pytest.param(lambda _: "no.token.atall", id="no token"),
    ],
)
def test_a_token_that_the_provider_did_not_sign_is_refused(home, store, sign):
    made, url, _ = home
    made.sign = sign
    assert come(url)[1].status_code == 401
    assert tried(store) == [("", SignInOutcome.WRONG)]


def test_an_answer_serves_once_in_its_browser_and_in_time(home):
    _, url, application = home
    reader, back = asked(url)
    assert httpx.get(back).status_code == 401, "another browser"
    assert reader.get(back).status_code == 401, "used up by it"
    reader, back = asked(url)
    assert reader.get(back).status_code == 200
    assert reader.get(back).status_code == 401, "replayed"
    reader, back = asked(url)
    made = application.state.house
    hence = datetime.now(UTC) + timedelta(minutes=11)
    late = replace(made, clock=lambda: hence, rates=Rates())
    application.state.house = late
    assert reader.get(back).status_code == 401, "too late"
    application.state.house = made
    assert reader.get("/connexion/retour?state=invented&code=x").status_code == 401


def test_the_way_back_leads_nowhere_else(home):
    _, url, _ = home
    for to in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x()"):
        assert 'content="0; url=/"' in come(url, to)[1].text
    reader = httpx.Client(base_url=url)
    there = parse_qs(urlsplit(reader.get("/connexion/unique").headers["location"]).query)
    assert there["redirect_uri"] == [f"{url}/connexion/retour"]
    assert "secret" not in str(there).lower()


def test_a_provider_that_others_wrote_lets_people_in(store, tmp_path, monkeypatch):
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        person = {"preferred_username": "Zoé", "groups": ["dsi"]}
        httpx.put(f"{issuer}/users/zoe", json=person).raise_for_status()
        settings = parse(
            TOML.format(issuer=issuer) + 'scopes = ["openid", "profile", "groups"]\n', tmp_path
        )
        with opened(store, settings) as (url, _):
            reader = httpx.Client(base_url=url, timeout=20)
            there = reader.get("/connexion/unique?vers=/journal").headers["location"]
            back = httpx.post(there, data={"sub": "zoe"}).headers["location"]
            answer = reader.get(back)
            assert answer.status_code == 200, answer.text
            assert "Zoé" in reader.get("/journal").text
