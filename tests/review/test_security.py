"""Who may ask, what every answer carries, and what the web cannot slip in."""

import re
import socket

import httpx
import pytest
from starlette.routing import Route

from review.access import ANSWERED, FOLLOWED, SIGNED
from review.app import create_app, listen, serve
from tests import databases
from vigie.errors import StorageError, VigieError
from vigie.settings import load

pytestmark = databases.once


LOCAL = ("127.0.0.1:8000", "localhost", "localhost:8123", "[::1]:8000", "127.0.0.1")


@pytest.mark.parametrize("host", LOCAL)
def test_the_names_of_this_machine_are_answered(site, host):
    assert httpx.get(site.url + site.week, headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "10.0.0.4:8000"],
)
def test_any_other_name_is_refused_even_for_static_files(site, host):
    for path in (site.week, "/static/style.css"):
        answer = httpx.get(site.url + path, headers={"host": host})
        assert answer.status_code == 421
        assert "machine" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_from_another_site_changes_nothing(site, headers):
    with site.reader() as reader:
        data = {
            "csrf": site.hidden(reader.get(site.page(1)).text, "csrf"),
            "seen": "",
            "verdict": "keep",
        }
        assert reader.post(site.page(1), data=data, headers=headers).status_code == 403
    assert site.entries() == []


def test_every_form_needs_the_token_of_its_own_session(site, tmp_path):
    filled = {"{week}": "2026-W12", "{actor_id:path}": "x", "{number:int}": "1"}
    posts = [
        re.sub(r"\{.*?\}", lambda found: filled.get(found[0], "1"), path)
        for path in form_paths(site, tmp_path)
    ]
    assert len(posts) >= 8
    with site.reader() as mine, site.reader() as other:
        stolen = site.hidden(other.get(site.page(1)).text, "csrf")
        mine.get(site.page(1))
        for path in posts:
            for token in ({}, {"csrf": "0" * 64}, {"csrf": stolen}, {"csrf": "é"}):
                answer = mine.post(path, data={"act": "judgement-1", "verdict": "keep", **token})
                assert answer.status_code == 403, path
                assert "Rien n’a été enregistré" in answer.text
            assert httpx.post(site.url + path, data={"csrf": stolen}).status_code == 403
    assert site.entries() == []


def form_paths(site, folder):
    """Every address that takes a form; those of mails and private links take their own token."""
    app = create_app(site.store, load(site.folder))
    found = []
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        if isinstance(route, Route) and "POST" in (route.methods or ()):
            found += [route.path] if not route.path.startswith((SIGNED, FOLLOWED, ANSWERED)) else []
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
    return found


def test_the_cookie_of_the_session_is_strict_and_out_of_reach_of_scripts(site):
    cookie = httpx.get(site.url + site.week).headers["set-cookie"]
    assert cookie.startswith("vigie_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_only_reading_and_forms_exist(site, method):
    assert httpx.request(method, site.url + site.week).status_code == 405


def test_a_huge_or_endless_form_is_refused_before_it_is_read(site):
    assert httpx.post(site.url + site.page(1), content=b"x" * 70_000).status_code == 413
    assert httpx.post(site.url + site.page(1), content=iter([b"x"])).status_code == 411


@pytest.mark.parametrize(
    "path", ["/semaines/2026-W12", "/nulle-part", "/static/style.css", "/journal"]
)
def test_every_answer_is_hardened(site, path):
    headers = httpx.get(site.url + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


def test_no_page_asks_anything_of_another_site(site):
    with site.reader() as reader:
        for path in (site.page(1), "/journal", "/sources", "/a-propos", "/static/style.css"):
            html = reader.get(path).text
            assert not re.search(r"(src|action|@import|url\()\s*[=(]?\s*[\"']?(https?:)?//", html)
            loaded = re.findall(r"<(?:link|script|img)[^>]+(?:href|src)=\"([^\"]+)\"", html)
            assert all(address.startswith("/static/") for address in loaded)
            assert " style=" not in html
            assert "<style" not in html
            assert not re.search(r"<script(?![^>]+src=)", html)
            assert not re.search(r"\son\w+=", html)


def test_hostile_content_reaches_the_pages_as_plain_text(site):
    with site.reader() as reader:
        for path in ("/semaines/2026-W06", "/semaines/2026-W06/acteurs/long"):
            html = reader.get(path).text
            assert len(html) < 60_000
            assert "<script>window" not in html
            assert "<img" not in html
            assert "javascript:" not in html
            assert "99999" not in html
            assert not set("\u202e\u2066\u2067\x00") & set(html)
        html = reader.get("/semaines/2026-W06").text
        assert "sans adresse à ouvrir" in html
        assert "<mark>&#34;&gt;&lt;img src=x" in html


def test_an_actor_id_with_odd_characters_can_be_judged(site):
    with site.reader() as reader:
        html = reader.get("/semaines/2026-W06").text
        address = re.search(r'<form class="judge" method="post" action="([^"]+)"', html)[1]
        data = {"csrf": site.hidden(html, "csrf"), "seen": "", "verdict": "keep"}
        assert reader.post(address, data=data).status_code == 303
    assert site.entries()[0].judgement.verdict == "keep"


def test_verdicts_that_are_none_are_refused_in_plain_words(site):
    with site.reader() as reader:
        for fields in (
            {"verdict": "adore"},
            {"verdict": "merge"},
            {"reason": "hasard"},
            {},
            {"again": "yes"},
        ):
            answer = site.judge(reader, 1, **fields)
            assert answer.status_code in {400, 404}
            assert "Traceback" not in answer.text
            assert "<h1>" in answer.text
    assert site.entries() == []


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99999999999999999999", "", "4242"])
def test_a_judgement_that_does_not_exist_cannot_be_undone(site, number):
    with site.reader() as reader:
        data = {
            "csrf": site.hidden(reader.get(site.page(1)).text, "csrf"),
            "act": f"judgement-{number}",
        }
        for path in (site.week + "/annuler", "/journal/annuler"):
            assert reader.post(path, data=data).status_code in {400, 404}
        assert reader.get("/journal", params={"avant": number}).status_code in {200, 400}


class Failing:
    """A store that can only fail."""

    def __init__(self, error):
        self.error = error

    def reading(self):
        raise self.error


def test_a_bug_is_answered_without_a_trace_and_hardened(serving, tmp_path):
    with serving(Failing(ZeroDivisionError("secret détail")), tmp_path) as url:
        answer = httpx.get(url)
    assert answer.status_code == 500
    assert "Une erreur du programme" in answer.text
    assert "secret" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_locked_database_is_said_as_it_is(serving, tmp_path):
    with serving(Failing(StorageError("La base est occupée : {0} % réessayez.")), tmp_path) as url:
        answer = httpx.get(url)
    assert answer.status_code == 503
    assert "La base est occupée\u00a0: {0} % réessayez." in answer.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "vigie.example", ""])
def test_no_other_address_is_opened_as_long_as_there_are_no_accounts(site, host):
    with pytest.raises(VigieError, match="tant qu’il n’y a pas de comptes"):
        serve(site.store, load(site.folder), host, 0)


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VigieError, match=f"Le port {port} ne peut pas être ouvert"):
            listen("127.0.0.1", port)
    with pytest.raises(VigieError, match="--port"):
        listen("127.0.0.1", 70_000)
