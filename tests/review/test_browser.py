"""The officer's hour in a real browser: by mouse, by keyboard, without JavaScript, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests import databases
from vigie.records import RejectReason, Verdict

pytestmark = databases.once

WORDS = {
    "fr": (
        "Retenir",
        "Suivre",
        "Écarter",
        "Hors sujet",
        "Annuler le dernier geste",
        "1 jugé sur 13",
    ),
    "en": ("Keep", "Watch", "Reject", "Off topic", "Undo the last act", "1 judged out of 13"),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("script", [True, False], ids=["javascript", "plain"])
def test_keep_watch_reject_and_undo(visit, site, language, script):
    keep, watch, reject, off_topic, undo, one_judged = WORDS[language]
    page = visit(site.week, language=language, java_script_enabled=script)
    name = page.locator("#candidate-name")
    expect(name).to_have_text("La Fabrique du Canal")

    page.get_by_role("button", name=keep, exact=False).first.click()
    expect(name).to_have_text("Les Graines du Quartier")
    expect(page.get_by_text(one_judged)).to_be_visible()
    page.get_by_role("button", name=watch, exact=False).first.click()
    expect(name).to_have_text("Répar’Ensemble")
    page.locator(".candidate summary", has_text=reject).click()
    page.locator(".candidate").get_by_role("button", name=off_topic).click()
    expect(name).to_have_text("Coopérative du Vieux Moulin")
    assert site.standing(1).verdict is Verdict.KEEP
    assert site.standing(2).verdict is Verdict.WATCH
    assert site.standing(3).verdict is Verdict.REJECT
    assert site.standing(3).reason is RejectReason.OFF_TOPIC

    page.get_by_role("button", name=undo).click()
    expect(name).to_have_text("Répar’Ensemble")
    assert site.standing(3) is None
    expect(page.locator(".list [aria-current]")).to_contain_text("Répar’Ensemble")
    assert page.url.split("?")[0] == site.url + site.page(3)


def test_without_the_fetched_part_the_keys_and_forms_still_work(visit, site, browser):
    page = visit("/a-propos")
    page.route("**/vendor/**", lambda route: route.fulfill(body=""))
    page.goto(site.week)
    page.keyboard.press("g")
    expect(page.locator("#candidate-name")).to_have_text("Les Graines du Quartier")
    assert "?avis=" in page.url
    assert site.standing(1).verdict is Verdict.KEEP


def test_keys_walk_through_the_list_and_the_back_button_walks_back(visit, site):
    page = visit(site.week)
    nav = page.locator(".candidate-nav .soft")
    for number in (2, 3, 4):
        page.keyboard.press("j")
        expect(nav).to_have_text(f"{number} sur 13")
    page.keyboard.press("k")
    expect(nav).to_have_text("3 sur 13")
    expect(page).to_have_title(re.compile("Répar’Ensemble"))
    page.go_back()
    expect(nav).to_have_text("4 sur 13")
    assert site.entries() == []


def test_the_help_shows_the_keys_and_can_turn_them_off(visit, site):
    page = visit(site.week)
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Raccourcis au clavier")
    expect(help_).to_be_visible()
    page.keyboard.press("g")
    page.get_by_label("Raccourcis à une touche en service").uncheck()
    page.get_by_role("button", name="Fermer", exact=True).click()
    page.keyboard.press("g")
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.locator(".candidate-nav .soft")).to_have_text("1 sur 13")
    assert site.entries() == []


def test_a_note_is_written_without_pressing_the_keys_it_holds(visit, site):
    page = visit(site.week)
    page.keyboard.press("n")
    page.keyboard.type("gros sujet ?")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.locator(".candidate-nav .soft")).to_have_text("2 sur 13")
    assert (site.standing(1).verdict, site.standing(1).note) == (Verdict.WATCH, "gros sujet ?")


def test_escape_closes_the_reasons_and_digits_alone_do_nothing(visit, site):
    page = visit(site.week)
    page.keyboard.press("1")
    page.keyboard.press("r")
    expect(page.get_by_role("button", name="Hors sujet")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Hors sujet")).to_be_hidden()
    page.keyboard.press("8")
    page.keyboard.press("Control+g")
    expect(page.locator(".candidate-nav .soft")).to_have_text("1 sur 13")
    assert site.entries() == []


def test_two_officers_at_once_never_overwrite_each_other(visit, site):
    first, second = visit(site.page(1)), visit(site.page(1))
    first.keyboard.press("g")
    expect(first.locator(".candidate-nav .soft")).to_have_text("2 sur 13")
    second.keyboard.press("s")
    expect(second.locator(".judge .notice")).to_contain_text("Entre-temps")
    expect(second.locator("#announce")).to_contain_text("retenu")
    assert site.standing(1).verdict is Verdict.KEEP
    second.keyboard.press("s")
    expect(second.locator(".candidate-nav .soft")).to_have_text("2 sur 13")
    assert site.standing(1).verdict is Verdict.WATCH


def test_a_verdict_that_could_not_be_saved_is_said(visit, site):
    page = visit(site.page(1))
    page.route("**/acteurs/**", lambda route: route.abort())
    page.evaluate("console.error = () => {}")
    page.keyboard.press("g")
    expect(page.locator("#trouble")).to_be_visible()
    page.unroute("**/acteurs/**")
    page.keyboard.press("g")
    expect(page.locator(".candidate-nav .soft")).to_have_text("2 sur 13")
    expect(page.locator("#trouble")).to_be_hidden()


def test_the_journal_undoes(visit, site):
    page = visit(site.week)
    page.keyboard.press("g")
    expect(page.locator(".candidate-nav .soft")).to_have_text("2 sur 13")
    page.get_by_role("link", name="Journal").click()
    page.get_by_role("button", name="Annuler le geste sur La Fabrique du Canal").click()
    expect(page.get_by_role("status").filter(has_text="annulé")).to_be_visible()
    expect(page.get_by_text("annulé par")).to_be_visible()
    assert site.standing(1) is None


def test_hostile_content_runs_nothing_and_breaks_nothing(visit, site):
    page = visit("/semaines/2026-W06")
    expect(page.locator("#candidate-name")).to_contain_text("onerror")
    page.keyboard.press("j")
    expect(page.locator(".candidate-nav .soft")).to_have_text("2 sur 2")
    page.keyboard.press("k")
    expect(page.locator(".candidate-nav .soft")).to_have_text("1 sur 2")
    page.keyboard.press("g")
    expect(page.get_by_text("1 jugé sur 2")).to_be_visible()
    page.goto("/journal")
    assert page.evaluate("window.hacked") is None
    for path in ("/semaines/2026-W06", "/semaines/2026-W06/acteurs/long"):
        page.goto(path)
        assert page.evaluate("window.hacked") is None
        assert page.locator("img").count() == 0
        assert overflow(page) <= 0


@pytest.mark.parametrize("width", [320, 768, 3840])
def test_the_queue_fits_every_width(visit, site, width):
    page = visit(site.page(11), viewport={"width": width, "height": 700})
    for path in (site.page(11), site.page(1), site.week):
        page.goto(path)
        assert overflow(page) <= 0, path
    if width < 800:
        page.goto(site.week)
        expect(page.locator(".list")).to_be_visible()
        expect(page.locator(".candidate")).to_be_hidden()
        page.locator(".row").nth(1).click()
        expect(page.locator(".list")).to_be_hidden()
        expect(page.get_by_role("button", name="Retenir")).to_be_in_viewport()
        page.get_by_role("link", name="Liste").click()
        expect(page.locator(".list")).to_be_visible()


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


# --- what surrounds a verdict --------------------------------------------------------------------


def position(page):
    return page.locator(".candidate-nav .soft")


def test_several_are_picked_and_judged_with_one_key(visit, site):
    page = visit(site.week)
    page.keyboard.press("x")
    page.keyboard.press("j")
    expect(position(page)).to_have_text("2 sur 13")
    page.keyboard.press("x")
    expect(page.locator("[data-picked]")).to_have_text("2")
    page.keyboard.press("r")
    page.keyboard.press("8")
    expect(position(page)).to_have_text("3 sur 13")
    assert [site.standing(n).reason for n in (1, 2)] == [RejectReason.OFF_TOPIC] * 2
    expect(page.locator("details.together")).not_to_have_attribute("open", "")
    page.keyboard.press("u")
    expect(page.get_by_text("0 jugé sur 13")).to_be_visible()
    assert [site.standing(n) for n in (1, 2)] == [None, None]
    page.keyboard.press("u")
    expect(page.locator("#announce")).to_have_text("Il ne reste rien à annuler.")
    expect(page.locator("#week .notice")).to_have_text("Il ne reste rien à annuler.")


def test_a_note_is_kept_with_control_and_enter_and_nothing_breaks_the_policy(visit, site):
    page = visit(site.page(1))
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.keyboard.press("n")
    page.keyboard.type("à rappeler")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#week .notice")).to_have_text("La note est gardée.")
    page.keyboard.press("j")
    expect(position(page)).to_have_text("2 sur 13")
    assert said == []


def test_a_note_that_was_begun_waits_for_its_candidate(visit, site):
    page = visit(site.page(1))
    page.keyboard.press("n")
    page.keyboard.type("à rappeler")
    for key in ("Escape", "j", "k"):
        page.keyboard.press(key)
        expect(position(page)).to_have_text("2 sur 13" if key == "j" else "1 sur 13")
    expect(page.locator("#note")).to_have_value("à rappeler")
    page.keyboard.press("s")
    expect(position(page)).to_have_text("2 sur 13")
    assert site.standing(1).note == "à rappeler"


def test_f_merges_with_the_look_alike_and_u_parts_them(visit, site):
    page = visit(site.page(1))
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Fusionner avec Fabrique du canal")).to_be_focused()
    page.keyboard.press("Enter")
    expect(position(page)).to_have_text("2 sur 13")
    assert site.standing(1).verdict is Verdict.MERGE
    page.keyboard.press("u")
    expect(position(page)).to_have_text("1 sur 13")
    assert site.standing(1) is None


def test_a_name_typed_after_f_is_looked_for_and_gives_no_verdict(visit, site):
    page = visit(site.page(1))
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Fusionner avec Fabrique du canal")).to_be_focused()
    page.keyboard.type("graines")
    expect(page.get_by_label("Un autre acteur, par son nom")).to_have_value("graines")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(position(page)).to_have_text("2 sur 13")
    assert site.standing(1) is None


def test_a_says_who_is_on_it_and_another_actor_is_looked_for_by_name(visit, site):
    page = visit(site.page(2))
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(page.locator(".assignee")).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("vélo école")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Fusionner avec Vélo-École")).to_be_visible()


def test_a_queue_of_twenty_five_takes_at_most_forty_keys(visit, site):
    page = visit("/semaines/2026-W02")
    verdicts = ["g", "g", "s", "r1", "g", "r8", "s", "r3", "g", "r7", "g", "r2", "s"]
    verdicts += ["r4", "g", "r5", "s", "r6", "g", "r9", "g", "r1", "s", "r8", "g"]
    assert len(verdicts) == 25
    for number, keys in enumerate(verdicts, start=1):
        expect(position(page)).to_have_text(f"{number} sur 25")
        for key in keys:
            page.keyboard.press(key)
    expect(page.locator(".notice", has_text="La semaine est finie")).to_be_visible()
    assert sum(map(len, verdicts)) <= 40
    expect(page.locator("#candidate-name")).to_be_focused()
    given = [act.judgement for act in site.acts() if act.judgement]
    assert [one.verdict for one in given[:2]] == [Verdict.KEEP, Verdict.REJECT]
    assert given[1].reason is RejectReason.OFF_TOPIC
    for number in (25, 24, 23):
        page.keyboard.press("u")
        expect(page.locator("#announce")).to_contain_text("annulé")
        expect(position(page)).to_have_text(f"{number} sur 25")


def test_filters_are_chosen_by_hand_and_kept(visit, site):
    page = visit(site.week)
    page.get_by_text("Filtrer, chercher").click()
    page.get_by_label("Type").select_option("collective")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.locator(".row")).to_have_count(3)
    page.keyboard.press("g")
    expect(page.locator("#candidate-name")).to_have_text("Compost’Ill")
    expect(page.locator(".row")).to_have_count(3)


# --- the first queue ---------------------------------------------------------------------------


def test_a_first_queue_has_a_guide_that_goes_away_by_itself(visit, site):
    page = visit(site.week)
    guide = page.get_by_role("complementary", name="Votre première file")
    expect(guide).to_contain_text("Pourquoi maintenant")
    expect(guide.locator("kbd")).to_have_text(["g", "s", "r", "u"])
    page.keyboard.press("g")
    expect(page.get_by_role("complementary", name="Premier avis donné")).to_be_visible()
    expect(guide).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator(".notice", has_text="C’est annulé.")).to_be_visible()
    expect(page.locator(".guide")).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["javascript", "plain"])
def test_who_closes_the_guide_sees_it_no_more(visit, site, script):
    page = visit(site.page(2), java_script_enabled=script)
    page.get_by_role("button", name="Fermer ce guide").click()
    expect(page.locator(".list")).to_be_visible()
    expect(page.locator(".guide")).to_have_count(0)
    page.goto(site.page(3))
    expect(page.locator(".guide")).to_have_count(0)


def test_who_has_judged_before_needs_no_guide(visit, site):
    with site.reader() as reader:
        for number in (1, 2, 3):
            site.judge(reader, number, verdict="keep")
    expect(visit(site.week).locator(".guide")).to_have_count(0)
