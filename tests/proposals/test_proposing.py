"""Proposing without an account: by a page, answered by a person, and nothing left of the address."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from flows import replies
from flows.steps import detect
from storage import directory, edits, judgements, proposals, queues, suggestions, tables
from tests import databases
from tests.proposals.conftest import FIELDS, PAGE, filled, has, hidden
from tests.review.example import HOSTILE, slug
from vigie.exchange.formats import FORMATS
from vigie.records import Answer, Edit, EnteredBy, Field, Judgement, Verdict

pytestmark = databases.once


def entries(site):
    with site.store.reading() as c:
        return proposals.waiting(c)


def follow(answer: httpx.Response) -> str:
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)
    return answer.headers["location"]


def addresses(site):
    with site.store.reading() as c:
        return [row.address for row in c.execute(tables.proposals.select())]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


# --- the way of a proposal -----------------------------------------------------------------------


def test_from_the_form_to_the_queue_and_the_answer_by_mail(site, box):
    with site.reader() as anyone, site.signed_in("Ophélie") as officer:
        followed = follow(site.propose(anyone, address="ana@example.org"))
        assert "Elle est arrivée" in anyone.get(followed).text
        replies.send(site.settings, site.store, site.clock())
        (receipt,) = box.mails
        assert receipt["To"] == "ana@example.org"
        assert f"{PAGE}{followed}" in receipt.get_content()
        assert "Semeurs" not in receipt.as_string(), "nothing unread is sent to an address"

        queue = detect(site.settings, site.store, site.clock().date())
        proposed = [one for one in queue.candidates if one.entered_by is EnteredBy.PROPOSED]
        assert [one.name for one in proposed] == [FIELDS["name"]]
        assert proposed[0].evidence[0].quote == FIELDS["what"]
        assert proposed[0].evidence[0].document_url == FIELDS["link"]
        week = officer.get(f"/semaines/{queue.week}/acteurs/{proposed[0].actor_id}").text
        assert "Proposé par le public" in week
        assert FIELDS["what"] in text_of(week)

        assert site.judge(officer, proposed[0].actor_id, verdict="keep").status_code == 303
        assert "Elle est arrivée" in anyone.get(followed).text, "a verdict may be taken back"
        assert replies.send(site.settings, site.store, site.clock()).answers == 0
        site.clock.wait(hours=1, minutes=5)
        told = replies.send(site.settings, site.store, site.clock())
        assert (told.answers, told.mails) == (1, 1)
        answer = box.mails[-1]
        assert FIELDS["name"] in answer.get_content()
        assert "retenue" in answer.get_content()
        assert addresses(site) == [None], "the address goes with the answer"
        assert "Elle est retenue" in anyone.get(followed).text
        assert replies.send(site.settings, site.store, site.clock()).mails == 0
        with site.store.reading() as c:
            (line,) = directory.lines(c, [proposed[0].actor_id])
        assert line.written[Field.DESCRIPTION].words == FIELDS["what"]
        assert line.written[Field.LINKS].words == FIELDS["link"]
        assert line.communes == ("68224",)


def test_a_verdict_taken_back_within_the_hour_tells_nobody(site, box):
    with site.reader() as anyone, site.signed_in("Ophélie") as officer:
        follow(site.propose(anyone, address="ana@example.org"))
        (entry,) = entries(site)
        site.judge(officer, entry.root, verdict="reject", reason="off_topic")
        assert entries(site) == []
        with site.store.writing() as c:
            judgements.undo(c, "Ophélie", site.clock())
        site.clock.wait(hours=3)
        assert replies.send(site.settings, site.store, site.clock()).answers == 0
        assert [one.root for one in entries(site)] == [entry.root]


def test_a_proposal_counts_from_its_day_and_in_no_queue_before_it(site):
    with site.reader() as anyone:
        follow(site.propose(anyone))
    day = site.clock().date()
    before = detect(site.settings, site.store, day - timedelta(days=1))
    assert not [one for one in before.candidates if one.entered_by is EnteredBy.PROPOSED]
    after = detect(site.settings, site.store, day + timedelta(days=7))
    assert [one.name for one in after.candidates if one.entered_by is EnteredBy.PROPOSED]


def test_what_is_proposed_takes_nobodys_place(site):
    with site.reader() as anyone:
        follow(site.propose(anyone))
    (entry,) = entries(site)
    with site.store.reading() as c:
        full = queues.load(c, "2026-W12")
    first = full.candidates[0]
    extra = detect(site.settings, site.store, site.clock().date() + timedelta(7)).candidates[-1]
    assert extra.actor_id == entry.root
    with site.store.writing() as c:
        whole = type(full)(week=full.week, as_of=full.as_of, candidates=(*full.candidates, extra))
        kept = queues.save(c, whole)
        assert [one.actor_id for one in kept.candidates[:-1]] == [
            one.actor_id for one in full.candidates
        ]
        for actor_id in (first.actor_id, extra.actor_id):
            judgements.add(
                c,
                Judgement(
                    actor_id=actor_id,
                    verdict=Verdict.WATCH,
                    who="Ophélie",
                    at=site.clock(),
                    week="2026-W12",
                ),
            )
        again = queues.save(c, full)
        assert {one.actor_id for one in again.candidates} == {
            *(one.actor_id for one in full.candidates),
            extra.actor_id,
        }, "one that was judged stays, and pushes nobody out"


def test_the_place_of_a_week_is_capped_and_the_rest_waits(site):
    settings = site.settings
    with site.signed_in("Coline") as coline:
        for number in range(12):
            name = f"Atelier des {'abcdefghijkl'[number] * 6}"
            follow(site.propose(coline, name=name, link=""))
    assert len(entries(site)) == 12
    queue = detect(settings, site.store, site.clock().date())
    proposed = [one for one in queue.candidates if one.entered_by is EnteredBy.PROPOSED]
    assert len(proposed) == settings.watch.proposed == 10
    assert proposed[0].name == "Atelier des aaaaaa", "the oldest come first"


# --- whom it may be ------------------------------------------------------------------------------


def keep(site, actor_id, *, public):
    at = site.clock()
    with site.store.writing() as c:
        week = "2026-W12"
        kept = Judgement(actor_id=actor_id, verdict=Verdict.KEEP, who="Ophélie", at=at, week=week)
        judgements.add(c, kept)
        if public:
            edits.add(
                c,
                Edit(
                    actor_id=actor_id,
                    field=Field.VISIBILITY,
                    value=("public",),
                    who="Ophélie",
                    at=at,
                ),
            )


def test_a_name_that_is_known_is_shown_before_it_is_sent_twice(site):
    known = slug("La Fabrique du Canal")
    keep(site, known, public=True)
    with site.reader() as anyone:
        shown = site.propose(anyone, name="Fabrique du Cannal")
        assert shown.status_code == 200
        assert "Serait-ce" in shown.text
        assert "La Fabrique du Canal" in shown.text
        assert FIELDS["what"] in text_of(shown.text), "nothing written is lost"
        assert entries(site) == []
        sent = filled(shown.text, name="Fabrique du Cannal")
        follow(site.post(anyone, "/proposer", sent))
    assert [one.proposal.name for one in entries(site)] == ["Fabrique du Cannal"]
    fragment = httpx.get(
        f"{site.url}/proposer/semblables",
        params={"name": "fabrique canal", "place": "Mulhouse"},
        headers={"accept-language": "fr"},
    )
    assert "La Fabrique du Canal" in fragment.text
    assert "<html" not in fragment.text


def test_the_public_is_not_told_whom_the_lab_watches(site):
    keep(site, slug("La Fabrique du Canal"), public=False)
    asked = {"params": {"name": "La Fabrique du Canal"}}
    assert "Fabrique" not in httpx.get(f"{site.url}/proposer/semblables", **asked).text
    with site.signed_in("Coline") as coline:
        assert "Fabrique" in coline.get("/proposer/semblables", **asked).text


def test_what_is_proposed_within_a_kilometre_is_shown_whatever_its_name(site):
    with site.signed_in("Coline") as coline:
        follow(site.propose(coline, place="47.7500, 7.3350"))
        shown = site.propose(coline, name="Verger Suspendu", place="47.7550, 7.3380", link="")
        assert FIELDS["name"] in text_of(shown.text)
        assert "à moins d’un kilomètre" in text_of(shown.text)
        follow(site.propose(coline, name="Verger Suspendu", place="47.7800, 7.3380", link=""))


def test_a_proposal_of_a_known_name_is_about_that_actor_and_elsewhere_about_another(site):
    known = slug("Radio Sureau")
    with site.reader() as anyone:
        follow(site.propose(anyone, name="Radio Sureau", place="Mulhouse"))
        follow(site.propose(anyone, name="Radio Sureau", place="Colmar"))
    first, second = entries(site)
    assert first.root != second.root
    with site.store.reading() as c:
        asked = suggestions.of_actors(c, [second.root])
    assert asked, "an officer is asked whether they are one"
    assert first.proposal.place == "Mulhouse"
    assert known != second.root


# --- spam and mishaps ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "wait", "told"),
    [
        ({"homepage": "https://spam.example"}, 20, "rester vide"),
        ({}, 1, "très rapide"),
        ({}, 90_000, "vieilli"),
        ({"stamp": "1773734400-AAAAAAAAAAAAAAAA.0123"}, 20, "vieilli"),
        ({"what": "https://a.example https://b.example https://c.example"}, 20, "Deux adresses"),
        ({"what": ""}, 20, "Dites en une phrase"),
        ({"what": "Appelez le 06 12 34 56 78"}, 20, "joindre une personne"),
        ({"name": "12 !"}, 20, "le nom que le groupe se donne"),
        ({"place": "Nulle-Part-sur-Rien"}, 20, "le nom d’une commune"),
        ({"link": "javascript:window.hacked=1"}, 20, "adresse du web"),
        ({"link": "https://user:pass@evil.example"}, 20, "adresse du web"),
        ({"address": "ana@exam ple"}, 20, "adresse de courriel"),
        ({"what": "mot " * 1000}, 20, "trop long"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written_is_lost(site, fields, wait, told):
    with site.reader() as anyone:
        answer = site.propose(anyone, wait, **fields)
        assert answer.status_code == 400
        assert told in text_of(answer.text)
        if "what" not in fields:
            assert FIELDS["what"] in text_of(answer.text)
        assert entries(site) == []
        if not fields:  # one who was only too fast, or too slow, sends it again
            site.clock.wait(seconds=10)
            follow(site.post(anyone, "/proposer", filled(answer.text)))


def test_the_same_form_sent_twice_is_one_proposal(site):
    with site.reader() as anyone:
        data = filled(anyone.get("/proposer").text)
        site.clock.wait(seconds=20)
        first = follow(site.post(anyone, "/proposer", data))
        assert follow(site.post(anyone, "/proposer", data)) == first
    assert len(entries(site)) == 1


def test_an_address_that_sends_too_often_waits(site):
    with site.reader() as anyone:
        sent = [
            site.propose(anyone, 4, name=f"Collectif {'xyzuvwst'[n] * 5}", link="").status_code
            for n in range(8)
        ]
    assert sent.count(303) in {5, 6}
    assert sent[-1] == 429


def test_no_more_is_taken_than_people_can_read(site, monkeypatch):
    monkeypatch.setattr("review.proposing.MOST_WAITING", 1)
    with site.reader() as anyone:
        follow(site.propose(anyone))
        full = site.propose(anyone, name="Le Fournil Partagé")
        assert full.status_code == 503
        assert "revenez dans quelques jours" in text_of(full.text)


def test_another_site_cannot_send_the_form(site):
    with site.reader() as anyone:
        data = filled(anyone.get("/proposer").text)
        site.clock.wait(seconds=20)
        answer = anyone.post("/proposer", data=data, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403
    with site.signed_in("Coline") as coline:
        page = coline.get("/proposer").text
        site.clock.wait(seconds=20)
        data = filled(page) | {"csrf": "0" * 64}
        assert site.post(coline, "/proposer", data).status_code == 403
    assert entries(site) == []


def test_hostile_words_are_shown_as_words(site):
    trap = HOSTILE[:150] + "\u202e\u2066 Collectif"
    with site.reader() as anyone, site.signed_in("Ophélie") as officer:
        followed = follow(site.propose(anyone, name=trap, what=HOSTILE + "\u202e", link=""))
        (entry,) = entries(site)
        queue = detect(site.settings, site.store, site.clock().date())
        pages = {
            anyone: (followed, "/proposer?nom=%22%3E%3Cscript%3E"),
            officer: (
                "/propositions",
                f"/acteurs/{entry.root}",
                f"/semaines/{queue.week}/acteurs/{entry.root}",
                "/proposer/semblables?name=%3Cscript%3Ewindow",
            ),
        }
        for reader, some in pages.items():
            for path in some:
                answer = reader.get(path)
                assert answer.status_code == 200, path
                assert "<script>window" not in answer.text, path
                assert "<img src=x" not in answer.text, path
                assert "\u202e" not in answer.text, path
                assert "script-src 'self'" in answer.headers["content-security-policy"]


# --- who sees what -------------------------------------------------------------------------------


def test_the_page_is_closed_unless_the_settings_open_it(site, tmp_path, serving_closed):
    with httpx.Client(base_url=serving_closed) as anyone:
        for path in ("/proposer", "/proposer/semblables?name=atelier"):
            assert anyone.get(path).headers["location"].startswith("/connexion")
        data = {**FIELDS, "stamp": "x"}
        sent = anyone.post("/proposer", data=data, headers={"origin": serving_closed})
        assert sent.headers["location"].startswith("/connexion")
        assert anyone.get("/propositions").headers["location"].startswith("/connexion")


def test_nothing_that_nobody_judged_is_exported(site):
    with site.reader() as anyone:
        follow(site.propose(anyone))
    with site.signed_in("Ophélie") as officer:
        for name in FORMATS:
            for visible in ("public", "lab"):
                given = officer.get(f"/exports/{name}", params={"visibilite": visible})
                assert given.status_code == 200
                assert "Semeurs" not in given.text, name


def test_a_proposer_may_take_it_back_and_nothing_is_left(site):
    with site.reader() as anyone:
        followed = follow(site.propose(anyone, address="ana@example.org"))
        (entry,) = entries(site)
        detect(site.settings, site.store, site.clock().date())
        assert site.post(anyone, followed, {}).status_code == 303
        assert "retirée" in anyone.get(followed).text
    assert entries(site) == []
    assert nothing_left(site, "Semeurs", "médiathèque", "semeurs.example", "ana@example.org")
    wrong = followed[:-1] + ("0" if followed[-1] != "0" else "1")
    assert httpx.get(site.url + wrong).status_code == 404
    assert entry.root


def test_what_is_unwanted_is_erased_a_week_after_it_was_said(site, box):
    with site.reader() as anyone, site.signed_in("Ophélie") as officer:
        follow(site.propose(anyone, address="spam@example.org"))
        (entry,) = entries(site)
        detect(site.settings, site.store, site.clock().date())
        replies.send(site.settings, site.store, site.clock())
        box.came.clear()
        html = officer.get("/propositions").text
        data = {"csrf": hidden(html, "csrf"), "seen": "", "vers": "/propositions"}
        done = site.post(officer, f"/fiche/juger/{entry.root}", {**data, "reason": "unwanted"})
        assert done.headers["location"] == "/propositions?dit=juge"
        site.clock.wait(hours=2)
        replies.send(site.settings, site.store, site.clock())
        assert box.came == [], "who sends advertisement is not written to"
        assert addresses(site) == [None]
        assert not nothing_left(site, "Semeurs")
        site.clock.wait(days=8)
        assert replies.send(site.settings, site.store, site.clock()).erased == 1
        assert nothing_left(site, "Semeurs", "médiathèque", "semeurs.example", "spam@example.org")
    with site.signed_in("Ophélie") as officer:
        assert officer.get("/journal").status_code == 200


def test_an_address_that_nobody_answers_is_forgotten(site):
    with site.reader() as anyone:
        follow(site.propose(anyone, address="ana@example.org"))
    later = site.clock() + timedelta(days=181)
    replies.send(site.settings, site.store, later)
    assert addresses(site) == [None]


def test_an_address_that_the_server_refuses_is_forgotten_all_the_same(site, box):
    box.refused = {"ana@example.org"}
    with site.reader() as anyone, site.signed_in("Ophélie") as officer:
        follow(site.propose(anyone, address="ana@example.org"))
        (entry,) = entries(site)
        site.judge(officer, entry.root, verdict="watch")
    site.clock.wait(hours=2)
    told = replies.send(site.settings, site.store, site.clock())
    assert told.refused
    assert addresses(site) == [None]


def nothing_left(site, *words: str) -> bool:
    """Tell whether none of some words stands anywhere in the database."""
    with site.store.reading() as c:
        for table in tables.metadata.sorted_tables:
            for row in c.execute(table.select()):
                if any(word in str(value) for value in row for word in words):
                    return False
    return True


# --- with an account -----------------------------------------------------------------------------


def test_a_contributor_proposes_an_actor_of_the_directory_and_takes_it_back(site):
    known = slug("Les Graines du Quartier")
    with site.signed_in("Coline") as coline, site.signed_in("Rémi") as remi:
        html = coline.get(f"/acteurs/{known}").text
        assert "Le proposer à la file" in html
        data = {"csrf": hidden(html, "csrf"), "what": "Ils ouvrent un local en avril."}
        done = site.post(coline, f"/fiche/proposer/{known}", data)
        assert done.headers["location"].endswith("dit=propose")
        assert "Ils ouvrent un local" in coline.get(f"/acteurs/{known}").text
        (entry,) = entries(site)
        assert (entry.root, entry.proposal.who) == (known, "Coline")
        queue = detect(site.settings, site.store, site.clock().date())
        (shown,) = [one for one in queue.candidates if one.actor_id == known]
        assert shown.entered_by is not EnteredBy.PROPOSED, (
            "the press names it: it has its own place"
        )
        assert "proposed" in {reason.name for reason in shown.reasons}
        assert shown.evidence[0].quote == "Ils ouvrent un local en avril."
        journal = coline.get("/journal").text
        assert f"proposal-{entry.proposal.id}" in journal
        undo = {"csrf": hidden(journal, "csrf"), "act": f"proposal-{entry.proposal.id}"}
        assert site.post(coline, "/journal/annuler", undo).status_code == 303
        assert entries(site) == []
        assert "Le proposer à la file" not in remi.get(f"/acteurs/{known}").text
        asked = remi.get("/journal").text
        refused = {"csrf": hidden(asked, "csrf"), "what": "non"}
        assert site.post(remi, f"/fiche/proposer/{known}", refused).status_code == 403


def test_nobody_judges_their_own_proposal_alone(site):
    with site.signed_in("Omar") as omar, site.signed_in("Ophélie") as ophelie:
        follow(site.propose(omar))
        (entry,) = entries(site)
        queue = detect(site.settings, site.store, site.clock().date())
        for fields in ({"verdict": "keep"}, {"reason": "off_topic"}):
            refused = site.judge(omar, entry.root, **fields)
            assert refused.status_code == 403
            assert "une autre personne donne le premier avis" in text_of(refused.text)
        path = f"/semaines/{queue.week}/acteurs/{entry.root}"
        html = omar.get(path).text
        data = {"csrf": hidden(html, "csrf"), "seen": "", "verdict": "keep"}
        assert site.post(omar, path, data).status_code == 403
        together = {"csrf": data["csrf"], "verdict": "keep", "pick": f"{entry.root}|"}
        assert site.post(omar, f"/semaines/{queue.week}/ensemble", together).status_code == 403
        assert entries(site)
        assert site.judge(ophelie, entry.root, verdict="watch").status_code == 303
        site.clock.wait(minutes=1)
        assert site.judge(omar, entry.root, verdict="keep").status_code == 303
        with site.store.reading() as c:
            stands = judgements.standing(c, [entry.root])[entry.root].judgement
        assert (stands.who, stands.verdict) == ("Omar", Verdict.KEEP)


def test_a_proposal_merged_into_another_actor_is_known_under_another_name(site, box):
    with site.reader("en") as anyone, site.signed_in("Ophélie") as officer:
        followed = follow(site.propose(anyone, address="ana@example.org"))
        (entry,) = entries(site)
        site.judge(officer, entry.root, into=slug("Compost’Ill"))
        site.clock.wait(hours=2)
        replies.send(site.settings, site.store, site.clock())
        assert "under another name" in anyone.get(followed).text
        assert "under another name" in box.mails[-1].get_content()
    with site.store.reading() as c:
        (told,) = c.execute(tables.proposals.select())
    assert told.answer == Answer.KNOWN


# --- whole tables --------------------------------------------------------------------------------

ROWS = """nom;commune;description;lien
Le Fournil Partagé;Mulhouse;Un four à pain commun;https://fournil.example
Radio Sureau;Mulhouse;Une radio;
Fabrique du Cannal;Mulhouse;Presque le même nom;
Les Semeurs de Toits;Mulhouse;Déjà proposé;
;Mulhouse;Sans nom;
"""


def test_a_table_is_tried_then_taken(site):
    keep(site, slug("Radio Sureau"), public=False)
    with site.signed_in("Coline") as coline:
        follow(site.propose(coline))
        page = coline.get("/propositions/importer").text
        data = {"csrf": hidden(page, "csrf"), "rows": ROWS}
        tried = text_of(site.post(coline, "/propositions/importer", data).text)
        assert "nouveau : 1" in tried
        assert "déjà là : 2" in tried
        assert "en conflit : 1" in tried
        assert "ressemble à « La Fabrique du Canal »" in tried.replace("\xa0", " ")
        assert "mis de côté : 1" in tried
        assert len(entries(site)) == 1, "a trial writes nothing"
        site.post(coline, "/propositions/importer", {**data, "really": "yes"})
        site.post(coline, "/propositions/importer", {**data, "really": "yes"})
        names = [one.proposal.name for one in entries(site)]
        assert sorted(names) == ["Fabrique du Cannal", "Le Fournil Partagé", FIELDS["name"]]
        wrong = site.post(coline, "/propositions/importer", {**data, "rows": "a;b\n1;2"})
        assert wrong.status_code == 400
        assert "« nom »" in text_of(wrong.text).replace("\xa0", " ")


def test_the_form_has_what_it_needs_without_cookies_or_scripts(site):
    with site.reader() as anyone:
        answer = anyone.get("/proposer")
        assert "set-cookie" not in answer.headers
        html = answer.text
        assert has(html, "stamp")
        assert not has(html, "csrf")
        assert 'name="address"' in html
        assert "hx-get" in html or "vendor" not in html
