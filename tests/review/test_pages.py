"""The pages as a reader without JavaScript meets them, over real HTTP."""

import re
from html import unescape

import httpx
import pytest

from storage import judgements
from vigie.records import RejectReason, Verdict


def text_of(html):
    """Return what a person reads, without tags."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


# --- reading ---------------------------------------------------------------------------------


def test_the_address_of_the_site_leads_to_the_latest_week(site):
    with site.reader() as reader:
        answer = reader.get("/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/semaines/2026-W12"


def test_the_tally_is_read_aloud_in_the_plural(site):
    with site.reader() as reader:
        for number, verdict in ((1, "keep"), (2, "keep"), (4, "watch")):
            site.judge(reader, number, verdict=verdict)
        site.judge(reader, 3, verdict="reject", reason="elsewhere")
        told = [
            re.findall(
                r'aria-hidden="true">\d</span><span class="away">(.*?)<', reader.get(where).text
            )
            for where in (site.week, f"{site.week}?lang=en")
        ]
    assert told == [["2 retenus", "1 à suivre", "1 écarté"], ["2 kept", "1 to watch", "1 rejected"]]


def test_a_candidate_shows_who_why_now_and_the_quotes(site):
    with site.reader() as reader:
        html = reader.get(site.page(1)).text
    shown = text_of(html)
    assert '<h2 id="candidate-name" tabindex="-1"><bdi>La Fabrique du Canal</bdi></h2>' in html
    for words in (
        "Tiers-lieu",
        "Mulhouse",
        "repéré depuis le 12 mars 2026",
        "Semaine 12",
        "du 16 au 22 mars 2026",
        "Pourquoi maintenant",
        "après 31 semaines d’écoute de cette source. 3 récits indépendants en huit semaines.",
        "Le Blog du Bassin , 14 mars 2026",
        "+1,39",
        "−0,12",
        "Score : 3,23",
        "Lire sur bassin.example",
    ):
        assert words in shown
    assert "<mark>La Fabrique du Canal</mark> ouvre ses ateliers" in html
    assert 'rel="noreferrer noopener nofollow"' in html
    assert 'aria-current="true"' in html


def test_everything_is_said_in_english_too(site):
    with site.reader("en-GB,en;q=0.9,fr;q=0.5") as reader:
        html = reader.get(site.page(3)).text
        assert '<html lang="en">' in html
        shown = text_of(html)
        for words in (
            "Week 12",
            "16 to 22 March 2026",
            "Why now",
            "first spotted on 10 March 2026",
        ):
            assert words in shown
        assert "Read on" in shown
        for page in ("/journal", "/sources", "/a-propos", "/nulle-part"):
            html = reader.get(page).text
            assert "semaine" not in text_of(html).replace("/semaines", "")


def test_the_choice_of_a_language_is_remembered(site):
    with site.reader() as reader:
        assert '<html lang="fr">' in reader.get(site.week).text
        assert '<html lang="en">' in reader.get(site.week, params={"lang": "en"}).text
        assert '<html lang="en">' in reader.get("/journal").text
        assert '<html lang="fr">' in reader.get("/journal?lang=fr").text


@pytest.mark.parametrize(
    "header", ["", "de", "q", "*;q=0.1", "en;q=0", "fr-CH, en;q=0.9", "x" * 999]
)
def test_french_is_spoken_to_whoever_does_not_prefer_english(site, header):
    with site.reader(header) as reader:
        assert '<html lang="fr">' in reader.get(site.week).text


def test_an_unknown_week_names_the_nearest_one(site):
    with site.reader() as reader:
        answer = reader.get("/semaines/2026-W10")
        assert answer.status_code == 404
        assert "pas de file pour la semaine" in text_of(answer.text)
        assert 'href="/semaines/2026-W11"' in answer.text
        assert reader.get("/semaines/<b>").status_code == 404
        assert "<b>" not in reader.get("/semaines/<b>").text


def test_an_actor_of_another_week_is_not_found_and_the_week_is_offered(site):
    with site.reader() as reader:
        answer = reader.get("/semaines/2026-W12/acteurs/personne")
    assert answer.status_code == 404
    assert 'href="/semaines/2026-W12"' in answer.text


def test_a_page_that_does_not_exist_says_so_in_french(site):
    with site.reader() as reader:
        answer = reader.get("/docs")
    assert answer.status_code == 404
    assert "Il n’y a pas de page à cette adresse." in answer.text


def test_weeks_before_and_after_are_one_step_away(site):
    with site.reader() as reader:
        assert 'href="/semaines/2026-W11" rel="prev"' in reader.get(site.week).text
        assert 'href="/semaines/2026-W12" rel="next"' in reader.get("/semaines/2026-W11").text


def test_an_empty_base_says_what_to_do_next(empty_url):
    answer = httpx.get(empty_url)
    assert answer.status_code == 200
    for command in ("vigie sources add", "vigie import", "vigie demo", "vigie run"):
        assert command in answer.text
    assert 'href="/sources/ajouter"' in answer.text
    assert "Aucune source" in httpx.get(empty_url + "/sources").text
    assert "Aucun avis" in httpx.get(empty_url + "/journal").text
    missing = httpx.get(empty_url + "/semaines/2026-W12")
    assert missing.status_code == 404
    assert "Aucune semaine" in missing.text


def test_the_about_page_names_the_parts_and_the_data(site):
    with site.reader() as reader:
        html = reader.get("/a-propos").text
    for words in ("Licence Ouverte 2.0", "CC BY 4.0", "AGPL-3.0", "127.0.0.1"):
        assert words in html


def test_sources_that_ail_come_first_with_why_and_since_when(site):
    with site.reader() as reader:
        shown = text_of(reader.get("/sources").text)
    assert shown.index("Gazette de l’Ill") < shown.index("Le Courrier du Doller")
    assert "injoignable" in shown
    assert "2 échecs d’affilée" in shown
    assert "pas encore essayée" in shown
    assert "16 mars 2026 à 7 h 30" in shown


# --- judging without JavaScript ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "verdict", "reason", "words"),
    [
        ({"verdict": "keep"}, Verdict.KEEP, None, "« La Fabrique du Canal » : retenu."),
        ({"verdict": "watch"}, Verdict.WATCH, None, "« La Fabrique du Canal » : à suivre."),
        (
            {"reason": "elsewhere"},
            Verdict.REJECT,
            RejectReason.ELSEWHERE,
            "« La Fabrique du Canal » : écarté (hors du territoire).",
        ),
    ],
)
def test_a_verdict_is_stored_said_and_leads_to_the_next_candidate(
    site, fields, verdict, reason, words
):
    with site.reader() as reader:
        answer = site.judge(reader, 1, **fields)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(site.page(2) + "?avis=")
        shown = text_of(reader.get(answer.headers["location"]).text)
    assert words in shown
    assert "1 jugé sur 13" in shown
    stands = site.standing(1)
    assert (stands.verdict, stands.reason, stands.week) == (verdict, reason, "2026-W12")
    assert stands.at.tzinfo


def test_a_verdict_can_be_undone_and_undone_again_to_any_depth(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        site.judge(reader, 2, verdict="watch")
        for number in (2, 1):
            html = reader.get(site.week).text
            undo = {"csrf": site.hidden(html, "csrf"), "act": site.hidden(html, "act")}
            answer = reader.post(site.week + "/annuler", data=undo)
            assert answer.headers["location"] == site.page(number) + "?dit=annule"
            assert site.standing(number) is None
        shown = reader.get(answer.headers["location"]).text
    assert "C’est annulé." in shown
    assert "Annuler le dernier geste" not in shown
    assert all(entry.withdrawn_at for entry in site.entries())


def test_a_verdict_can_be_changed_and_both_stay_in_the_journal(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        site.judge(reader, 1, reason="known")
        shown = text_of(reader.get("/journal").text)
    assert site.standing(1).verdict is Verdict.REJECT
    assert len(site.entries()) == 2
    assert shown.index("Déjà bien connu") < shown.index("retenu")


def test_a_note_goes_with_the_verdict_and_can_be_rewritten(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="watch", note="Appeler <lundi>\r\n& mardi")
        assert site.standing(1).note == "Appeler <lundi>\n& mardi"
        site.judge(reader, 1, again="yes", note="Fait.")
        assert (site.standing(1).verdict, site.standing(1).note) == (Verdict.WATCH, "Fait.")
        site.judge(reader, 1, verdict="watch", note="Fait.")
        assert len(site.entries()) == 2
        assert "Fait." in reader.get("/journal").text


def test_the_second_officer_sees_what_the_first_decided_and_can_still_disagree(site):
    with site.reader() as first, site.reader() as second:
        before = site.hidden(second.get(site.page(1)).text, "seen")
        sign(site, first, "Marie")
        site.judge(first, 1, verdict="keep")
        late = site.judge(second, 1, seen=before, verdict="reject", note="non")
        assert late.status_code == 409
        shown = text_of(late.text)
        assert "Entre-temps, Marie a décidé : retenu. Votre avis, écarté (autre raison)" in shown
        assert ">non</textarea>" in late.text
        assert site.standing(1).verdict is Verdict.KEEP
        again = site.judge(second, 1, seen=site.hidden(late.text, "seen"), verdict="reject")
        assert again.status_code == 303
    assert site.standing(1).verdict is Verdict.REJECT


def test_a_verdict_undone_meanwhile_is_not_repeated_silently(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        html = reader.get(site.page(1)).text
        seen, csrf = site.hidden(html, "seen"), site.hidden(html, "csrf")
        reader.post("/journal/annuler", data={"csrf": csrf, "act": f"judgement-{seen}"})
        late = site.judge(reader, 1, seen=seen, again="yes", verdict="watch")
    assert late.status_code == 409
    assert "a été annulé" in late.text
    assert site.standing(1) is None


def test_the_same_verdict_sent_twice_counts_once(site):
    with site.reader() as reader:
        assert site.judge(reader, 1, seen="", verdict="keep").status_code == 303
        assert site.judge(reader, 1, seen="", verdict="keep").status_code == 303
    assert len(site.entries()) == 1


def test_a_verdict_of_an_earlier_week_is_recalled_and_asked_again(site):
    with site.reader() as reader:
        earlier = site.page(1).replace("W12", "W11")
        html = reader.get(earlier).text
        data = {"csrf": site.hidden(html, "csrf"), "seen": "", "reason": "off_topic"}
        assert reader.post(earlier, data=data).status_code == 303
        shown = text_of(reader.get(site.page(1)).text)
        assert "En semaine 11, " in shown
        assert "avait décidé : écarté (hors sujet). Il y a du nouveau." in shown
        assert "0 jugé sur 13" in shown
        site.judge(reader, 1, verdict="keep")
        assert "1 jugé sur 13" in text_of(reader.get(site.week).text)


def test_a_finished_week_says_so(site):
    with site.reader() as reader:
        for number in range(1, 14):
            answer = site.judge(reader, number, verdict="watch")
        assert answer.headers["location"].startswith(site.page(13))
        assert "La semaine est finie" in text_of(reader.get(site.week).text)


def test_verdicts_bear_the_name_that_was_chosen(site):
    with site.reader() as reader:
        sign(site, reader, "Zoé d’<i>ici</i>")
        site.judge(reader, 1, verdict="keep")
        assert site.standing(1).who == "Zoé d’<i>ici</i>"
        assert "<i>ici</i>" not in reader.get("/journal").text


def sign(site, reader, name):
    csrf = site.hidden(reader.get("/journal").text, "csrf")
    assert reader.post("/signature", data={"csrf": csrf, "name": name}).status_code == 303


def test_the_journal_goes_back_page_by_page(site):
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
        with site.store.writing() as c:
            for _ in range(101):
                judgements.add(c, site.entries()[0].judgement)
        first = reader.get("/journal").text
        older = unescape(re.search(r'/journal\?avant=[^"]+', first)[0])
        assert first.count('<th scope="row">') == 100
        before = reader.get(older).text
        assert before.count('<th scope="row">') == 2
        # One's last act is on the first page, and the key takes it back from here too.
        for html, elsewhere in ((first, 0), (before, 1)):
            assert html.count('data-key="u"') == 1
            assert unescape(html).count("Votre dernier geste est sur une autre page") == elsewhere
        key = re.search(r'name="act" value="([^"]+)"', before)[1]
        csrf = site.hidden(before, "csrf")
        reader.post("/journal/annuler", data={"csrf": csrf, "act": key})
        assert next(act for act in site.acts() if act.key == key).undone_at


def test_htmx_is_answered_with_the_part_that_changes(site):
    with site.reader() as reader:
        html = reader.get(site.page(1)).text
        data = {"csrf": site.hidden(html, "csrf"), "seen": "", "verdict": "keep"}
        answer = reader.post(site.page(1), data=data, headers={"hx-request": "true"})
        assert answer.status_code == 200
        assert answer.headers["hx-push-url"] == site.page(2)
        assert "<html" not in answer.text
        assert answer.text.startswith("<title>Les Graines du Quartier, semaine 12")
        restored = {"hx-request": "true", "hx-history-restore-request": "true"}
        assert "<html" in reader.get(site.page(1), headers=restored).text


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_beyond_all_years_is_refused(site, moment):
    for path, name in (("/journal", "avant"), ("/api/journal", "before")):
        answer = httpx.get(site.url + path, params={name: moment})
        assert answer.status_code in {400, 422}, path


def test_a_page_is_asked_for_without_its_body(site):
    answer = httpx.head(site.url + site.week)
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 1000
