"""Who may come in, and what they may do: accounts, sessions, roles, wrong passwords."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from click.testing import CliRunner

from review import access, app
from storage import accounts, open_store
from tests.review.conftest import PASSWORD
from vigie.cli import cli
from vigie.errors import VigieError
from vigie.records import Scope, SignIn, SignInOutcome, Verdict, Visibility
from vigie.workspace import create

FIRST = "lafabriqueducanal"


def signed_in(site, name, password=PASSWORD):
    """Return a browser in which somebody has tried to sign in, and the answer."""
    reader = site.reader()
    csrf = site.hidden(reader.get("/connexion").text, "csrf")
    data = {"csrf": csrf, "name": name, "password": password, "vers": "/journal"}
    return reader, reader.post("/connexion", data=data, headers={"origin": site.url})


def post(site, reader, path, **fields):
    csrf = site.hidden(reader.get("/compte").text, "csrf")
    return reader.post(path, data={"csrf": csrf, **fields}, headers={"origin": site.url})


def test_every_page_asks_who_is_there_and_leads_back_afterwards(guarded):
    for path in (
        "/",
        guarded.week,
        guarded.page(1),
        "/journal",
        "/annuaire",
        "/annuaire.rss",
        "/reseau.json",
    ):
        answer = httpx.get(guarded.url + path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/connexion?vers=/")
    assert httpx.get(guarded.url + "/static/style.css").status_code == 200
    assert "Fabrique" not in httpx.get(guarded.url + "/nulle-part").text
    reader, answer = signed_in(guarded, "ophelie")
    assert answer.headers["location"] == "/journal"
    assert "Ophélie" in reader.get("/journal").text


def test_a_verdict_after_the_session_ended_leads_to_the_sign_in_and_back(guarded):
    address = guarded.page(1)
    for headers, status, header in (
        ({"hx-request": "true", "hx-current-url": guarded.url + address}, 204, "hx-redirect"),
        ({"referer": guarded.url + address}, 303, "location"),
    ):
        answer = httpx.post(guarded.url + address, data={"verdict": "keep"}, headers=headers)
        assert answer.status_code == status
        there = answer.headers[header]
        assert there == f"/connexion?vers={address}&dit=perdu"
        assert "n’est pas enregistré" in httpx.get(guarded.url + there).text
    moved = {"hx-request": "true", "hx-current-url": guarded.url + guarded.week}
    assert httpx.get(guarded.url + address, headers=moved).headers["hx-redirect"] == (
        f"/connexion?vers={guarded.week}"
    )


def test_a_session_is_new_strict_and_kept_by_the_server_as_a_digest(guarded):
    reader = guarded.reader()
    before = reader.get("/connexion") and reader.cookies["vigie_session"]
    reader, answer = signed_in(guarded, "Ada")
    token = reader.cookies["vigie_session"]
    assert token != before
    assert all(
        "HttpOnly" in one and "SameSite=strict" in one
        for one in answer.headers.get_list("set-cookie")
    )
    with guarded.store.reading() as c:
        kept = accounts.sessions_of(c, "ada", guarded.clock())
    assert [one.digest for one in kept] == [access.digest(token)]
    assert token not in kept[0].digest


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("Rémi", (200, 403, 403, 403)),
        ("Coline", (200, 303, 403, 403)),
        ("Ophélie", (200, 303, 303, 403)),
        ("Ada", (200, 303, 303, 200)),
    ],
)
def test_each_role_may_do_its_own_and_no_more(guarded, name, may):
    reads, writes, judges, administers = may
    reader, _ = signed_in(guarded, name)
    assert reader.get(guarded.page(1)).status_code == reads
    assert post(guarded, reader, f"/fiche/dire/{FIRST}", note="Vu").status_code == writes
    assert post(guarded, reader, guarded.page(1), seen="", verdict="keep").status_code == judges
    assert reader.get("/comptes").status_code == administers
    assert post(guarded, reader, "/sources/pause", source="agenda").status_code == judges
    assert reader.get("/sources/ajouter").status_code == (200 if judges == 303 else 403)
    assert ("/sources/essayer" in reader.get("/sources").text) == (judges == 303)
    shown = reader.get(guarded.page(2)).text
    assert ('class="judge"' in shown) == (judges == 303)
    if judges == 303:
        assert guarded.standing(1).who == name
        assert guarded.standing(1).verdict is Verdict.KEEP


def test_a_contributor_undoes_only_what_is_their_own(guarded):
    officer, _ = signed_in(guarded, "Ophélie")
    post(guarded, officer, guarded.page(1), seen="", verdict="keep")
    writer, _ = signed_in(guarded, "Coline")
    act = guarded.acts()[0].key
    assert post(guarded, writer, "/journal/annuler", act=act).status_code == 403
    assert guarded.standing(1)
    post(guarded, writer, f"/fiche/dire/{FIRST}", note="Oups")
    assert post(guarded, writer, "/journal/annuler", act=guarded.acts()[0].key).status_code == 303


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(guarded):
    _, wrong = signed_in(guarded, "Ada", "une barque sans voile")
    _, nobody = signed_in(guarded, "Personne")
    assert wrong.status_code == nobody.status_code == 401
    assert "ne vont pas ensemble" in wrong.text
    same = [re.sub(r'value="[^"]*"', "", one.text) for one in (wrong, nobody)]
    assert same[0] == same[1]
    with guarded.store.reading() as c:
        assert [one.outcome for one in accounts.audit(c)] == [SignInOutcome.WRONG] * 2


def fail(site, name, times, address="127.0.0.1", known=False):
    with site.store.writing() as c:
        for _ in range(times):
            accounts.note(
                c,
                SignIn(
                    name=name,
                    address=address,
                    known=known,
                    outcome=SignInOutcome.WRONG,
                    at=site.clock(),
                ),
            )


def test_many_wrong_passwords_make_their_sender_wait_and_nobody_else(guarded):
    known, _ = signed_in(guarded, "Ada")
    post(guarded, known, "/deconnexion")
    fail(guarded, "Ada", 9, address="10.9.9.9")
    _, elsewhere = signed_in(guarded, "Ada")
    assert elsewhere.status_code == 303
    fail(guarded, "Ada", 9)
    _, waits = signed_in(guarded, "Ada")
    assert waits.status_code == 429
    assert "attendez" in waits.text
    _, other = signed_in(guarded, "Ophélie")
    assert other.status_code == 303
    csrf = guarded.hidden(known.get("/connexion").text, "csrf")
    data = {"csrf": csrf, "name": "Ada", "password": PASSWORD}
    assert known.post("/connexion", data=data).status_code == 303


def test_a_wait_ends_and_never_grows_beyond_a_quarter_of_an_hour(guarded):
    fail(guarded, "Ada", 60)
    now = guarded.clock()
    with guarded.store.reading() as c:
        left = access.wait(c, "Ada", "127.0.0.1", now, known=False)
        assert timedelta(minutes=14) < left <= timedelta(minutes=15)
        later = now + timedelta(minutes=16)
        assert access.wait(c, "Ada", "127.0.0.1", later, known=False) == timedelta()
        assert access.wait(c, "Ada", "127.0.0.1", now, known=True) == timedelta()


def test_a_password_is_changed_and_the_other_sessions_end(guarded):
    mine, _ = signed_in(guarded, "Ada")
    other, _ = signed_in(guarded, "Ada")
    change = {"old": PASSWORD, "new": "deux barques au soleil", "again": "deux barques au soleil"}
    for wrong in ({"old": "non"}, {"again": "autre"}, {"new": "court", "again": "court"}):
        answer = post(guarded, mine, "/compte/mot-de-passe", **{**change, **wrong})
        assert answer.status_code == 400
    assert post(guarded, mine, "/compte/mot-de-passe", **change).status_code == 303
    assert mine.get("/compte").status_code == 200
    assert other.get("/compte").status_code == 303
    assert signed_in(guarded, "Ada")[1].status_code == 401
    assert signed_in(guarded, "Ada", change["new"])[1].status_code == 303


def test_sessions_are_revoked_one_by_one_and_end_by_themselves(guarded):
    mine, _ = signed_in(guarded, "Ada")
    other, _ = signed_in(guarded, "Ada")
    post(guarded, mine, "/compte/fermer", session=access.digest(other.cookies["vigie_session"]))
    assert other.get("/compte").status_code == 303
    with guarded.store.reading() as c:
        digest, now = access.digest(mine.cookies["vigie_session"]), guarded.clock()
        assert accounts.of_session(c, digest, now)
        assert accounts.of_session(c, digest, now + accounts.IDLE + timedelta(minutes=1)) is None
    with guarded.store.writing() as c:
        for days in range(1, 16):
            accounts.used(c, digest, now + timedelta(days=days))
        assert accounts.of_session(c, digest, now + timedelta(days=15)) is None
    with guarded.store.writing() as c:
        accounts.used(c, digest, now)
    post(guarded, mine, "/deconnexion")
    assert mine.get("/compte").status_code == 303


def test_feeds_are_read_by_a_key_that_opens_nothing_else(guarded):
    reader, _ = signed_in(guarded, "Ophélie")
    html = reader.get("/annuaire?avis=tous").text
    found = re.findall(r'href="(/annuaire\.(?:rss|ics)\?avis=tous&amp;cle=(\w{40}))"', html)
    (rss, key), (ics, _) = [(address.replace("&amp;", "&"), key) for address, key in found]
    for address in (rss, ics):
        answer = httpx.get(guarded.url + address)
        assert answer.status_code == 200
        assert key not in answer.text
        assert "set-cookie" not in answer.headers
    for path in ("/annuaire", "/compte", "/reseau.json", "/exports/csv"):
        assert httpx.get(f"{guarded.url}{path}?cle={key}").status_code == 303
    assert httpx.get(f"{guarded.url}/api/actors?cle={key}").status_code == 401
    wrong = httpx.get(f"{guarded.url}/annuaire.rss?cle={key[:-1]}é")
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (403, False)
    assert "n’ouvre plus rien" in wrong.text
    other, _ = signed_in(guarded, "Rémi")
    assert key not in other.get("/annuaire").text


@pytest.mark.parametrize("ended", ["disabled", "password"])
def test_a_feed_key_ends_with_the_password_and_the_account(guarded, ended):
    reader, _ = signed_in(guarded, "Ophélie")
    key = re.search(r"cle=(\w+)", reader.get("/annuaire").text)[1]
    assert httpx.get(f"{guarded.url}/annuaire.ics?cle={key}").status_code == 200
    with guarded.store.writing() as c:
        if ended == "disabled":
            accounts.disable(c, "Ophélie")
        else:
            accounts.set_password(c, "Ophélie", "another hash")
    assert httpx.get(f"{guarded.url}/annuaire.ics?cle={key}").status_code == 403


def test_the_last_administrator_stays(guarded):
    with guarded.store.writing() as c, pytest.raises(VigieError, match="dernier compte"):
        accounts.disable(c, "Ada")
    reader, _ = signed_in(guarded, "Ophélie")
    with guarded.store.writing() as c:
        accounts.disable(c, "OPHELIE")
    assert reader.get("/journal").status_code == 303
    assert signed_in(guarded, "Ophélie")[1].status_code == 401


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "x"])
def test_nobody_is_led_to_another_site_after_signing_in(guarded, to):
    with guarded.reader() as reader:
        html = reader.get("/connexion", params={"vers": to}).text
        assert 'name="vers" value="/"' in html
        data = {
            "csrf": guarded.hidden(html, "csrf"),
            "name": "Ada",
            "password": PASSWORD,
            "vers": to,
        }
        assert reader.post("/connexion", data=data).headers["location"] == "/"


def test_without_accounts_there_is_nothing_to_sign_in_to(site):
    with site.reader() as reader:
        assert "vigie user add" in reader.get("/compte").text
        assert reader.get("/comptes").status_code == 200


def test_accounts_are_made_listed_and_closed_in_the_terminal(tmp_path):
    create(tmp_path, "mulhouse")
    run = CliRunner()

    def user(*words, given=""):
        return run.invoke(cli, ["user", *words, "--dir", str(tmp_path)], input=given)

    assert "administration" in user("add", "Ada", given=PASSWORD + "\n").output
    assert "veille" in user("add", "Bo", given=PASSWORD + "\n").output
    assert isinstance(user("add", "ada", given=PASSWORD + "\n").exception, VigieError)
    assert isinstance(user("add", "Court", given="court\n").exception, VigieError)
    assert "fermé" in user("disable", "Bo").output
    assert "Bo : veille (fermé)" in user("list").output
    assert isinstance(user("password", "Personne", given=PASSWORD).exception, VigieError)
    assert user("password", "Bo", given=PASSWORD[::-1] + "\n").exit_code == 0
    store = open_store("sqlite:///data/vigie.db", tmp_path)
    with store.reading() as c:
        assert access.fits(PASSWORD[::-1], replace(accounts.get(c, "bo"), disabled=False))
        assert access.fits(PASSWORD, accounts.get(c, "ada"))
        assert not access.fits(PASSWORD, accounts.get(c, "bo"))
    store.close()


def test_with_accounts_another_address_may_be_opened(guarded):
    with app.listen("0.0.0.0", 0, guarded=True) as listening:
        assert listening.getsockname()[0] == "0.0.0.0"


def test_feeds_and_files_are_read_with_a_token_within_its_scope_and_role(guarded):
    tokens = {
        ("Rémi", Scope.DIRECTORY): "un",
        ("Coline", Scope.DIRECTORY): "deux",
        ("Coline", Scope.QUEUE): "trois",
    }
    with guarded.store.writing() as c:
        for (name, scope), token in tokens.items():
            held = accounts.Token(
                digest=access.digest(token),
                name=name,
                label=token,
                scopes=frozenset({scope}),
                at=guarded.clock(),
            )
            accounts.add_token(c, held)

    def asked(path, token):
        return httpx.get(guarded.url + path, headers={"authorization": f"Bearer {token}"})

    for path in ("/annuaire.rss?avis=tous", "/annuaire.ics", "/exports/csv"):
        assert asked(path, "un").status_code == 200
        refused = asked(path, "trois")
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "ne lit pas l’annuaire" in refused.text
        assert asked(path, "quatre").status_code == 401
    wide = f"/exports/json?visibilite={Visibility.LAB.value}"
    assert (asked(wide, "un").status_code, asked(wide, "deux").status_code) == (403, 200)
    # It opens no page, and changes nothing.
    assert asked("/annuaire", "deux").status_code == 303
    assert asked("/journal", "deux").status_code == 303
