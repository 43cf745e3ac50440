"""What holds of every page: axe finds nothing, it fits every window, nothing is untranslated."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from storage import invitations, opinions, proposals
from tests import databases
from tests.review.conftest import PASSWORD
from tests.review.example import ACTORS, SOURCES, slug
from vigie import gazetteer
from vigie.records import Opinion, Position, Proposal, Round, RoundKind, Verdict

pytestmark = databases.once


AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = (
    "/semaines/2026-W12",
    "/semaines/2026-W12/acteurs/lafabriqueducanal",
    "/acteurs/lafabriqueducanal",
    "/fiche/modifier/lafabriqueducanal",
    "/annuaire?avis=tous",
    "/annuaire?q=personne",
    "/carte?avis=tous",
    "/reseau",
    "/communautes",
    "/angles-morts",
    "/questions",
    "/donnees-personnelles",
    "/attention",
    "/proposer",
    "/proposer?nom=La+Fabrique+du+Canal",
    "/propositions",
    "/propositions/importer",
    "/consultations",
    "/journal",
    "/sources",
    "/sources/ajouter",
    "/a-propos",
    "/nulle-part",
)
OF_ACCOUNTS = ("/compte", "/comptes")
EMPTY = ("/", "/sources", "/journal", "/annuaire", "/reseau", "/communautes", "/semaines/2026-W12")


def found_in(page, path):
    """Return what axe finds in the page that is open, and by how much it is too wide."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        # What the colours do not change need not be looked at twice.
        only = TAGS if scheme == "light" else {"type": "rule", "values": ["color-contrast"]}
        ran = page.evaluate("only => axe.run({runOnly: only})", only)
        for rule in ran["violations"]:
            for node in rule["nodes"]:
                found[path, scheme, rule["id"], node["target"][0]] = node["failureSummary"]
    for width in (320, 3840):
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found |= {(path, width): over} if over else {}
    return found


def proposed(site):
    """Keep a proposal, and return the private page that follows it."""
    given = Proposal(
        actor_id=slug(ACTORS[4][0]),
        name=ACTORS[4][0],
        what="Une radio faite dans une cuisine.",
        place="Mulhouse",
        link="https://radio.example/ecouter",
        at=site.clock(),
        day=site.clock().date(),
    )
    with site.store.writing() as c:
        number = proposals.add(c, given, "n1", made_actor=False)
        return f"/proposer/suivi/{proposals.token(c, number)}"


def consulted(site):
    """Open a round in which somebody has said something; return its pages."""
    asked = Round(
        actor_id=slug(ACTORS[5][0]),
        kind=RoundKind.ADVICE,
        verdict=Verdict.KEEP,
        question="Le retenir ?",
        who="Ada",
        at=site.clock(),
        until=site.clock() + timedelta(days=2),
    )
    with site.store.writing() as c:
        number = opinions.ask(c, asked, [("Nadia (courriel)", "nadia@example.org")], "fr")
        said = Opinion(round_id=number, who="Coline", position=Position.YES, at=site.clock())
        opinions.give(c, said)
        (invited,) = invitations.to_send(c)
        signed = invitations.token(c, invited.id)
    return f"/consultations/{number}", f"/consultations/avis/{signed}"


def test_axe_finds_nothing_and_every_page_fits(visit, guarded):
    others = (proposed(guarded), *consulted(guarded))
    page = visit("/connexion")
    found = found_in(page, "/connexion")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("Nom").fill("Ada")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/semaines/**")
    page.keyboard.press("g")
    page.get_by_text("1 jugé sur 13").wait_for()
    for path in (*PAGES, *OF_ACCOUNTS, *others):
        page.goto(path)
        found |= found_in(page, path)
    page.goto("/sources/ajouter")
    page.get_by_label("Adresse d’un site").fill("https://bruit.example")
    page.keyboard.press("Enter")
    page.locator(".offer").first.wait_for()
    found |= found_in(page, "what a site publishes")
    assert found == {}


def test_an_empty_base_is_as_accessible(visit, empty_url):
    page = visit("/", base_url=empty_url)
    found = {}
    for path in EMPTY[:3]:
        page.goto(path)
        found |= found_in(page, path)
    assert found == {}


# --- without JavaScript, in both languages ----------------------------------------------------


FROM_THE_DATA = re.compile(
    r"<(bdi|q|blockquote|option|textarea|code|title|cite|script|style|mark|svg)\b.*?</\1>",
    re.DOTALL,
)
NAMES = (
    *(one.name for one in gazetteer.communes().values()),
    *(one[0] for one in ACTORS),
    *(one[1] for one in SOURCES),
    "Français",
)


@pytest.fixture(scope="module")
def french_only():
    """Return the French sentences that English says otherwise."""
    path = Path(__file__).parents[2] / "vigie" / "locale" / "en.po"
    with path.open("rb") as file:
        messages = [one for one in read_po(file, locale="en") if isinstance(one.id, str)]
    plain = [one.id for one in messages if not re.search(r"[%{]", one.id) and one.id != one.string]
    return tuple(one for one in plain if len(one) > 8)


def words_of(html):
    text = FROM_THE_DATA.sub(" ", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text)))


def test_every_page_is_whole_in_both_languages(site, empty_url, french_only):
    known = {word for name in NAMES for word in re.findall(r"\w+", name)}
    # What the example itself says is in no catalogue, nor the name of a set of data.
    known |= set(re.findall(r"\w+", "Cité indépendants récits répond Découpage écoute Sauvegarde"))
    untranslated = {}
    for language in ("fr", "en"):
        with site.reader(language) as reader:
            for path in (*PAGES, *(empty_url + path for path in EMPTY)):
                html = reader.get(path).text
                assert f'<html lang="{language}">' in html
                assert html.count("<h1") == 1, path
                said = words_of(html)
                french = {one for one in french_only if one in said} - known
                accented = set(re.findall(r"\w*[éèêàçùîôûœ]\w*", said)) - known
                if language == "en" and french | accented:
                    untranslated[path] = french | accented
    assert untranslated == {}
