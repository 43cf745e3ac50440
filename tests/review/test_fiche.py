"""The page of an actor, written together; the directory that leads to it."""

import re
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree as ET

import httpx
import pytest
from icalendar import Calendar

from review.fields import enter
from storage import actors
from vigie.records import Field, Verdict
from vigie.settings import Watch

FIRST = "lafabriqueducanal"
LIKE_THE_FIRST = "fabriquedemulhouse"
WATCH = Watch(name="V", territory=("200066009",))


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def fields_of(html):
    """Return a form's fields as the page shows them."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    found |= dict(re.findall(r'<input type="text" id="[^"]+" name="([^"]+)" value="([^"]*)"', html))
    found |= dict(re.findall(r'<textarea id="[^"]+" name="([^"]+)"[^>]*>([^<]*)</textarea>', html))
    return {name: unescape(value) for name, value in found.items()}


def post(site, reader, path, **fields):
    csrf = site.hidden(reader.get(f"/acteurs/{FIRST}").text, "csrf")
    return reader.post(path, data={"csrf": csrf, **fields}, headers={"origin": site.url})


def test_a_fiche_shows_what_the_press_tells_and_what_is_to_come(site):
    with site.reader() as reader:
        html = reader.get(f"/acteurs/{FIRST}").text
    shown = text_of(html)
    for words in (
        "La Fabrique du Canal tiers-lieu · Mulhouse · 3 mentions",
        "trouvé par le programme",
        "1 reprise du même récit",
        "À venir",
        "Fabrique du canal de Mulhouse",
        "Mentions par source",
    ):
        assert words in shown
    assert html.count('<figure class="quote">') == 2


def test_each_field_says_who_wrote_it_and_keeps_its_versions_and_can_be_undone(site):
    address = f"/fiche/modifier/{FIRST}"
    with site.reader() as reader:
        for words in ("Un atelier <b>partagé</b>", "Un atelier ouvert"):
            form = fields_of(reader.get(address).text) | {"description": words}
            assert reader.post(address, data=form).status_code == 303
        html = reader.get(f"/acteurs/{FIRST}").text
        assert "Un atelier ouvert" in html
        assert "&lt;b&gt;partagé" in html
        assert "2 versions" in html
        assert "écrit par" in html
        journal = reader.get("/journal").text
        act = site.hidden(journal, "act")
        post(site, reader, "/journal/annuler", act=act)
        assert "Un atelier &lt;b&gt;" in reader.get(f"/acteurs/{FIRST}").text


def test_kinds_communes_and_links_are_understood_or_refused_with_nothing_lost(site):
    address = f"/fiche/modifier/{FIRST}"
    with site.reader() as reader:
        good = {
            "kinds": "fablab, Tiers-lieu",
            "communes": "illzach ; mulhouse",
            "links": "https://a.example/",
        }
        form = fields_of(reader.get(address).text)
        assert reader.post(address, data=form | good).status_code == 303
        shown = text_of(reader.get(f"/acteurs/{FIRST}").text)
        assert "fablab, tiers-lieu" in shown
        assert "Illzach, Mulhouse" in shown
        form = fields_of(reader.get(address).text)
        wrong = {"kinds": "club de rien", "links": "javascript:alert(1)", "description": "Gardé ?"}
        answer = reader.post(address, data=form | wrong)
        assert answer.status_code == 409
        assert "n’est pas un type connu" in answer.text
        assert "n’est pas une adresse" in answer.text
        assert "Gardé ?" in answer.text
        assert "Gardé ?" not in reader.get(f"/acteurs/{FIRST}").text


def test_two_who_write_at_once_never_overwrite_each_other(site):
    address = f"/fiche/modifier/{FIRST}"
    with site.reader() as reader:
        early, late = (fields_of(reader.get(address).text) for _ in range(2))
        reader.post(address, data=early | {"themes": "réemploi"})
        answer = reader.post(address, data=late | {"themes": "couture", "description": "Là."})
        assert answer.status_code == 409
        assert "quelqu’un d’autre a écrit" in text_of(answer.text)
        again = fields_of(answer.text)
        assert (again["themes"], again["was-themes"]) == ("couture", "réemploi")
        assert reader.post(address, data=again).status_code == 303
        assert "couture" in reader.get(f"/acteurs/{FIRST}").text


@pytest.mark.parametrize("text", ["marie.dupont@asso.example", "06 12 34 56 78", "+33612345678"])
def test_how_to_reach_a_person_is_not_kept(text):
    assert enter(Field.CONTACT, {"contact": text}, "", WATCH).wrong
    kept = enter(Field.CONTACT, {"contact": "contact@asso.example, 03 89 00 00 00"}, "", WATCH)
    assert kept.wrong is None
    assert kept.changed


def test_the_stage_who_is_on_it_and_notes_have_their_history(site):
    address = f"/fiche/dire/{FIRST}"
    with site.reader() as reader:
        for stage in ("contacted", "met", "met"):
            post(site, reader, address, stage=stage)
        post(site, reader, address, whom="Awa")
        post(site, reader, address, note="Belle visite")
        post(site, reader, address, active="yes")
        shown = text_of(reader.get(f"/acteurs/{FIRST}").text)
        assert shown.count("relation, ") == 2
        assert "relation, rencontré" in shown
        assert "Belle visite" in shown
        assert post(site, reader, address).status_code == 400
        assert post(site, reader, address, stage="best_friend").status_code == 400
        listed = text_of(reader.get("/annuaire?avis=tous&relation=met&qui=Awa").text)
        assert "1 acteur " in listed


def test_an_actor_silent_for_a_year_is_asked_about_until_somebody_answers(site):
    with site.reader() as reader:
        silent = f"/acteurs/{LIKE_THE_FIRST}"
        assert "Toujours actif" in reader.get(silent).text
        post(site, reader, f"/fiche/dire/{LIKE_THE_FIRST}", active="no")
        html = reader.get(silent).text
        assert "Toujours actif" not in html
        assert "toujours actif, <bdi>non" in html


def test_an_actor_is_judged_merged_and_split_from_its_fiche(site):
    with site.reader() as reader:
        post(site, reader, f"/fiche/juger/{FIRST}", seen="", verdict="keep")
        assert site.standing(1).verdict is Verdict.KEEP
        answer = post(site, reader, f"/fiche/juger/{FIRST}", seen="", verdict="reject")
        assert answer.headers["location"].endswith("dit=entretemps")
        answer = post(site, reader, f"/fiche/scinder/{FIRST}", document="d2")
        parted = answer.headers["location"].split("?")[0]
        assert (
            "1 mention" in text_of(reader.get(parted).text) or reader.get(parted).status_code == 200
        )
        assert "Scission" in reader.get("/journal").text
        post(site, reader, "/journal/annuler", act=site.acts()[0].key)
        seen = site.hidden(reader.get(f"/acteurs/{LIKE_THE_FIRST}").text, "seen")
        post(site, reader, f"/fiche/juger/{LIKE_THE_FIRST}", seen=seen, into=FIRST)
        moved = reader.get(f"/acteurs/{LIKE_THE_FIRST}")
        assert moved.headers["location"] == f"/acteurs/{FIRST}"
        assert post(site, reader, f"/fiche/scinder/{FIRST}").status_code == 404
        with site.store.reading() as c:
            assert actors.get(c, LIKE_THE_FIRST).id == FIRST


def test_a_fiche_as_markdown_holds_no_mark_of_the_web(site):
    with site.reader() as reader:
        address = f"/fiche/modifier/{FIRST}"
        form = fields_of(reader.get(address).text) | {"description": "# [x](http://a) <i>"}
        reader.post(address, data=form)
        answer = reader.get(f"/acteurs/{FIRST}?format=md")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert answer.text.lstrip().startswith("# La Fabrique du Canal")
    assert r"\# \[x\](http://a) \<i\>" in answer.text
    assert "<https://bassin.example/2026/03/lafabriqueducanal-1.html>" in answer.text


def test_an_unknown_actor_leads_to_the_directory(site):
    for address in ("/acteurs/personne", "/acteurs/", "/fiche/modifier/personne"):
        answer = httpx.get(site.url + address)
        assert answer.status_code == 404
        assert 'href="/annuaire"' in answer.text


# --- the directory -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("q=velo ecole", "Vélo-École de la Doller"),
        ("q=grainnes du quartier", "Les Graines du Quartier"),
        ("q=CANAL&commune=mulhouse", "La Fabrique du Canal"),
        ("q=brindille&type=company", "Studio Brindille"),
    ],
)
def test_names_are_found_without_accents_and_in_spite_of_slips(site, query, name):
    with site.reader() as reader:
        html = reader.get(f"/annuaire?avis=tous&{query}").text
    found = re.findall(r'class="entry-name"[^>]*><bdi>([^<]*)', html)
    assert unescape(found[0]) == name


def test_the_directory_shows_first_what_the_lab_keeps_and_offers_the_rest(site):
    with site.reader() as reader:
        assert "chercher parmi tous les noms" in reader.get("/annuaire?q=canal").text
        site.judge(reader, 1, verdict="keep")
        assert "1 acteur " in text_of(reader.get("/annuaire").text)
        names = {}
        for order in ("nom", "nouveaux", "mentions", ""):
            html = reader.get(f"/annuaire?avis=tous&tri={order}").text
            names[order] = [
                unescape(n) for n in re.findall(r'"entry-name"[^>]*><bdi>([^<]*)', html)
            ]
        assert names["mentions"][0] == names[""][0] == "La Fabrique du Canal"
        assert names["nom"][:2] != names[""][:2]
        kinds = reader.get("/annuaire?avis=tous&type=network").text
        assert kinds.count('class="entry-name"') == 1


def test_a_search_is_kept_with_its_feed_and_its_calendar(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        answer = post(
            site, reader, "/annuaire/garder", name="Tiers-lieux", query="type=third_place&x=1"
        )
        assert answer.headers["location"].startswith("/annuaire?type=third_place&dit")
        html = reader.get("/annuaire").text
        assert 'href="/annuaire.rss?type=third_place"' in html
        feed = ET.fromstring(reader.get("/annuaire.rss?type=third_place").content)
        assert feed.findtext("channel/item/title") == "La Fabrique du Canal"
        calendar = Calendar.from_ical(reader.get("/annuaire.ics?avis=tous").text)
        assert [str(e["summary"]) for e in calendar.walk("VEVENT")] == [
            "La Fabrique du Canal : Rendez-vous 2",
            "Les Graines du Quartier : Rendez-vous 2",
        ]
        assert "Recherche gardée" in reader.get("/journal").text
        post(site, reader, "/journal/annuler", act=site.acts()[0].key)
        assert "Recherches gardées" not in reader.get("/annuaire").text
        assert post(site, reader, "/annuaire/garder", name=" ").status_code == 400


def test_odd_questions_find_nothing_and_break_nothing(site):
    with site.reader() as reader:
        for query in (
            "q=%00",
            "q=" + quote("’'\"%_\\"),
            "type=rien&tri=x&avis=y",
            "commune=99999",
            "page=3",
        ):
            assert reader.get(f"/annuaire?{query}").status_code == 200
            assert reader.get(f"/annuaire.rss?{query}").status_code == 200


def test_a_search_for_nothing_but_signs_finds_nothing(site):
    with site.reader() as reader:
        for address in ("/annuaire?avis=tous&q=%25", "/annuaire?avis=tous&q=!%20?"):
            assert "Aucun acteur ne répond" in reader.get(address).text
        assert "Aucun acteur" in reader.get("/carte?avis=tous&q=%25").text


def test_a_text_that_is_too_long_is_refused_and_stays_in_the_form(site):
    address = f"/fiche/modifier/{FIRST}"
    long = "mot " * 1000 + "fin."
    with site.reader() as reader:
        form = fields_of(reader.get(address).text)
        answer = reader.post(
            address, data={**form, "description": long}, headers={"origin": site.url}
        )
    assert answer.status_code == 409
    assert "4 000 caractères au plus" in answer.text
    assert "fin.</textarea>" in answer.text


@pytest.mark.parametrize("field", ["description", "contact"])
@pytest.mark.parametrize("words", ["Voir jeanne.dupont@exemple.fr", "Appeler le 06 12 34 56 78"])
def test_how_to_reach_a_person_is_kept_in_no_field(site, field, words):
    address = f"/fiche/modifier/{FIRST}"
    with site.reader() as reader:
        form = fields_of(reader.get(address).text)
        answer = reader.post(address, data=form | {field: words}, headers={"origin": site.url})
        assert answer.status_code == 409
        assert words in unescape(answer.text)
        assert "N’écrivez le nom de personne" in unescape(answer.text)
        remark = post(site, reader, f"/fiche/dire/{FIRST}", note=words)
        assert remark.status_code == 400
        assert words not in unescape(reader.get(f"/acteurs/{FIRST}").text)


def test_english_pages_have_english_marks(site):
    with site.reader("en") as reader:
        site.judge(reader, 1, verdict="keep")
        html = reader.get(f"/acteurs/{FIRST}").text
        told = reader.get(f"/acteurs/{FIRST}?format=md").text
    assert "</bdi>: kept" in html
    for words in (html, told):
        assert "«" not in words
        assert "\u00a0:" not in words
