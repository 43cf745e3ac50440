"""The page of sources: what each brings, trying, pausing and adding them."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from storage import source_changes
from tests.review.conftest import CATALOGUE, TOML, FakeScout
from vigie import catalogue
from vigie.records import SourceChange
from vigie.settings import FILE_NAME, load


@pytest.fixture
def site(site):
    """The application; whatever a test writes to vigie.toml is taken out again."""
    path = site.folder / FILE_NAME
    before = path.read_text(encoding="utf-8")
    yield site
    path.write_text(before, encoding="utf-8")
    site.scout.go.clear()


def send(reader, site, path, **fields):
    data = {"csrf": site.hidden(reader.get("/sources").text, "csrf"), **fields}
    return reader.post(path, data=data, headers={"origin": site.url})


def paused(site):
    with site.store.reading() as c:
        return set(source_changes.paused(c))


def row(html, name):
    """Return the line of the table that begins with a name."""
    lines = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    return re.sub(r"\s+", " ", next(line for line in lines if name in line.partition("</th>")[0]))


# --- what they bring ----------------------------------------------------------------------------


def test_each_source_says_what_it_brought_candidates_and_kept(site):
    with site.reader() as reader:
        before = row(reader.get("/sources").text, "Le Courrier du Doller")
        assert "1 document" in before
        assert "1 candidat" in before
        assert "retenu" not in before
        site.judge(reader, 1, verdict="keep")
        assert "1 retenu" in row(reader.get("/sources").text, "Le Courrier du Doller")
        assert "rien encore" in row(reader.get("/sources").text, "Gazette de l’Ill")


@pytest.mark.parametrize("written", [b"[watch", b'[watch]\nname = "a\0"', b"# \xe9t\xe9", None])
def test_settings_that_cannot_be_read_are_told_and_those_before_shown(site, written):
    path = site.folder / FILE_NAME
    path.unlink() if written is None else path.write_bytes(written)
    with site.reader() as reader:
        for address in ("/sources", "/attention"):
            html = reader.get(address).text
            assert "Les réglages ne se lisent plus" in html
            assert "vigie.toml" in html
            assert "1 point demande quelqu’un" in html
        assert "tout va bien" not in html
        assert "Gazette de l’Ill" in reader.get("/sources").text
        english = reader.get("/sources?lang=en").text
    assert "can no longer be read" in english


# --- pausing ------------------------------------------------------------------------------------


def test_a_pause_is_signed_shown_journaled_and_undone(site):
    with site.reader() as reader:
        answer = send(reader, site, "/sources/pause", source="agenda")
        assert answer.status_code == 303
        html = reader.get(answer.headers["location"]).text
        assert "est en pause" in html
        assert "par " in row(html, "L’Agenda")
        assert paused(site) == {"agenda"}
        assert "Source mise en pause" in reader.get("/journal").text
        act = site.acts()[0]
        assert (act.actor_name, act.source.change) == (CATALOGUE[2].name, SourceChange.PAUSED)
        answer = send(reader, site, "/journal/annuler", act=act.key, vers="/sources")
        assert answer.headers["location"] == "/sources?dit=annule"
        assert "C’est annulé" in reader.get(answer.headers["location"]).text
        assert paused(site) == set()
        assert "annulé par" in reader.get("/journal").text


def test_a_paused_source_goes_on_once_somebody_says_so(site):
    with site.reader() as reader:
        send(reader, site, "/sources/pause", source="bassin")
        send(reader, site, "/sources/pause", source="bassin")
        assert len(site.acts()) == 1
        answer = send(reader, site, "/sources/reprendre", source="bassin")
        assert "reprend" in reader.get(answer.headers["location"]).text
    assert paused(site) == set()
    assert [act.source.change for act in site.acts()] == ["resumed", "paused"]


def test_paused_sources_stand_last(site):
    with site.reader() as reader:
        send(reader, site, "/sources/pause", source="gazette")
        html = reader.get("/sources").text
    names = re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', html, re.DOTALL)
    assert names[-1] == "Gazette de l’Ill"


def test_a_source_that_is_none_is_refused_in_plain_words(site):
    with site.reader() as reader:
        for path in ("/sources/pause", "/sources/essayer"):
            answer = send(reader, site, path, source="personne")
            assert answer.status_code == 404
            assert "plus dans le catalogue" in answer.text


# --- trying -------------------------------------------------------------------------------------


def test_a_try_is_begun_beside_and_looked_at_later(site):
    with site.reader() as reader:
        answer = send(reader, site, "/sources/essayer", source="agenda")
        assert answer.status_code == 303
        address = answer.headers["location"]
        waiting = reader.get(address).text
        assert "Visite en cours" in waiting
        assert '<noscript><meta http-equiv="refresh"' in waiting
        fragment = reader.get(address, headers={"hx-request": "true"})
        assert fragment.status_code == 204
        # Meanwhile the server answers as ever.
        assert reader.get(site.week).status_code == 200
        site.scout.go.set()
        shown = until(reader, address, "flux : 7 documents")
        assert "vivante" in shown
        assert reader.get("/sources/essais/jamais").status_code == 404


def until(reader, address, words):
    for _ in range(100):
        html = reader.get(address).text.replace("\u00a0", " ")
        if words in html:
            return html
    raise AssertionError(words)


def test_many_tries_at_once_wait_their_turn_or_are_refused(site):
    with site.reader() as reader:
        answers = [send(reader, site, "/sources/essayer", source="agenda") for _ in range(6)]
        assert [one.status_code for one in answers] == [303] * 5 + [503]
        assert "attendent déjà leur tour" in answers[-1].text
        site.scout.go.set()
        for one in answers[:5]:
            until(reader, one.headers["location"], "7 documents")


# --- adding -------------------------------------------------------------------------------------


def test_what_a_site_publishes_is_shown_then_added_and_can_be_taken_back(site):
    with site.reader() as reader:
        answer = send(reader, site, "/sources/ajouter", url=" https://bruit.example ")
        html = until(reader, answer.headers["location"], "2 sources à cette adresse")
        assert "Un café s’ouvre" in html
        assert "déjà au catalogue" in html
        essai = site.hidden(html, "essai")
        done = send(reader, site, "/sources/choisir", essai=essai, choix="0")
        assert done.status_code == 303
        assert "est ajoutée à vigie.toml" in reader.get(done.headers["location"]).text
        text = (site.folder / FILE_NAME).read_text(encoding="utf-8")
        assert text.startswith(TOML)
        assert load(site.folder).sources[-1].id == "bruit"
        again = send(reader, site, "/sources/choisir", essai=essai, choix="0")
        assert "déjà au catalogue" in again.text
        act = site.acts()[0]
        assert act.source.change is SourceChange.ADDED
        send(reader, site, "/journal/annuler", act=act.key)
        assert "bruit" not in {one.id for one in load(site.folder).sources}
        assert (site.folder / FILE_NAME).read_text(encoding="utf-8").rstrip() in text


def test_an_addition_that_was_edited_since_is_not_taken_out_of_the_file(site):
    with site.reader() as reader:
        answer = send(reader, site, "/sources/ajouter", url="https://bruit.example")
        html = until(reader, answer.headers["location"], "2 sources")
        send(reader, site, "/sources/choisir", essai=site.hidden(html, "essai"), choix="0")
        path = site.folder / FILE_NAME
        path.write_text(
            path.read_text(encoding="utf-8").replace("Le Bruit", "Le Grand Bruit"), encoding="utf-8"
        )
        act = site.acts()[0]
        answer = send(reader, site, "/journal/annuler", act=act.key)
        assert answer.status_code == 503
        assert "a été modifiée dans vigie.toml" in answer.text
    assert site.acts()[0].undone_at is None
    assert load(site.folder).sources[-1].name == "Le Grand Bruit de la Doller"


@pytest.mark.parametrize(
    ("language", "url", "words"),
    [
        ("fr", "http://prive.example", "adresse d’un réseau privé"),
        ("fr", "http://vide.example", "Aucun flux, calendrier ou plan de site"),
        ("en", "http://vide.example", "No feed, calendar or sitemap"),
    ],
)
def test_what_cannot_be_found_is_said(site, language, url, words):
    with site.reader(language) as reader:
        until(reader, send(reader, site, "/sources/ajouter", url=url).headers["location"], words)
        assert send(reader, site, "/sources/ajouter", url=" ").status_code == 400
        assert send(reader, site, "/sources/choisir", essai="x", choix="0").status_code == 404


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://ada:geheim@bruit.example/feed", "contient un nom ou un mot de passe"),
        ("javascript:alert(1)", "n’est pas une adresse web"),
        ("javascript:1", "n’est pas une adresse web"),
        ("https://le bruit.example", "n’est pas une adresse web"),
        ("ftp://bruit.example", "n’est pas une adresse web"),
    ],
)
def test_what_is_no_site_is_refused_before_any_visit(site, url, words):
    with site.reader() as reader:
        answer = send(reader, site, "/sources/ajouter", url=url)
    assert answer.status_code == 400
    assert words in answer.text
    assert "geheim" not in answer.text


def test_without_visits_the_page_names_the_command(serving, tmp_path, site):
    with serving(site.store, tmp_path, *CATALOGUE) as url:
        html = httpx.get(url + "/sources").text
        assert "vigie sources add" in html
        assert "/sources/essayer" not in html
        assert httpx.get(url + "/sources/ajouter").status_code == 404


def test_the_catalogue_is_read_as_it_stands_now(serving, tmp_path, site):
    with serving(site.store, tmp_path, CATALOGUE[0], scout=FakeScout()) as url:
        assert "Le Blog" not in row_names(httpx.get(url + "/sources").text)
        catalogue.add(tmp_path, CATALOGUE[3])
        assert "Gazette de l’Ill" in row_names(httpx.get(url + "/sources").text)


def row_names(html):
    return re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', html, re.DOTALL)


# --- in the browser -----------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "plain"])
def test_a_source_is_tried_and_another_added_by_hand(visit, site, script):
    page = visit("/sources", java_script_enabled=script)
    line = page.locator("tr", has_text="Le Courrier du Doller")
    line.get_by_role("button", name="Essayer").click()
    expect(page.locator(".trial", has_text="7 documents")).to_be_visible()
    page.goto("/sources")
    page.get_by_role("link", name="Ajouter une source").click()
    page.get_by_label("Adresse d’un site").fill("https://bruit.example")
    page.get_by_role("button", name="Voir ce que le site publie").click()
    expect(page.get_by_label("Le Bruit de la Doller flux, 12 documents")).to_be_checked()
    page.get_by_role("button", name="Ajouter au catalogue").click()
    expect(page.get_by_role("status").filter(has_text="est ajoutée")).to_be_visible()
    page.locator(".notice").get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("C’est annulé.")).to_be_visible()
    assert load(site.folder).sources == CATALOGUE
