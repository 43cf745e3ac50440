"""Opinions: asked on a page, given there or by answering a mail, closed by the schedule."""

from __future__ import annotations

import mailbox
import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.utils import formatdate
from itertools import count

import httpx
import pytest

from flows import rounds
from storage import judgements, opinions, tables
from tests import databases
from tests.crawlers.test_mail import MailServer
from tests.proposals.conftest import PAGE, hidden
from tests.proposals.test_proposing import entries, follow, text_of
from tests.review.example import HOSTILE, slug
from vigie.records import Position, RoundEnd, Verdict

pytestmark = databases.once

ACTOR = slug("Les Graines du Quartier")
MINUTES = count()
INVITED = "Nadia Exemple <nadia@example.org>\nkarim@example.org"


def ask(site, client, kind="consent", *, days=3, actor=ACTOR, **fields):
    """Open a round on an actor's page and return its number."""
    html = client.get(f"/acteurs/{actor}").text
    assert f"/fiche/consulter/{actor}" in html
    until = site.clock().date() + timedelta(days=days)
    data = {
        "csrf": hidden(html, "csrf"),
        "kind": kind,
        "verdict": "keep",
        "question": "Le retenir dans l’annuaire ?",
        "until": until.isoformat(),
        **fields,
    }
    answer = site.post(client, f"/fiche/consulter/{actor}", data)
    assert answer.status_code == 303, text_of(answer.text)
    return int(re.search(r"/consultations/(\d+)", answer.headers["location"])[1])


def say(site, client, number, position, words=""):
    html = client.get(f"/consultations/{number}").text
    data = {"csrf": hidden(html, "csrf"), "position": position, "words": words}
    return site.post(client, f"/consultations/{number}/dire", data)


def entry(site, number):
    with site.store.reading() as c:
        return opinions.get(c, number)


def standing(site, actor=ACTOR):
    with site.store.reading() as c:
        found = judgements.standing(c, [actor]).get(actor)
    return found.judgement if found else None


def with_inbox(site, inbox):
    mail = replace(site.settings.mail, inbox=str(inbox))
    crawler = replace(site.settings.crawler, allow_private_hosts=("127.0.0.1",))
    return replace(site.settings, mail=mail, crawler=crawler)


def reply(asked, words, **headers) -> EmailMessage:
    """Return an answer as a mail program writes it, with what it quotes."""
    answer = EmailMessage()
    answer["From"], answer["To"] = asked["To"], asked["Reply-To"]
    answer["Subject"] = f"Re: {asked['Subject']}"
    answer["In-Reply-To"] = asked["Message-ID"]
    answer["Date"] = formatdate(1_773_740_000 + 60 * next(MINUTES))
    for name, value in headers.items():
        del answer[name.replace("_", "-")]
        answer[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in asked.get_content().splitlines())
    answer.set_content(f"{words}\n\nLe 17 mars 2026, la veille a écrit :\n{quoted}\n")
    return answer


def asked_by_mail(site, box):
    """Send what is due, and return the mails by the address they went to."""
    box.came.clear()
    rounds.work(site.settings, site.store, site.clock())
    return {str(one["To"]): one for one in box.mails}


# --- by page -------------------------------------------------------------------------------------


def test_a_vote_by_page_ends_in_a_judgement_with_its_trace(site):
    with site.signed_in("Ophélie") as ophelie, site.signed_in("Coline") as coline:
        number = ask(site, ophelie, "vote", quorum="2")
        assert say(site, coline, number, "no").status_code == 303
        assert say(site, coline, number, "yes", "Ils font du bon travail.").status_code == 303
        say(site, ophelie, number, "yes")
        page = text_of(coline.get(f"/consultations/{number}").text)
        assert "Ils font du bon travail." in page
        assert rounds.work(site.settings, site.store, site.clock()).closed == 0
        site.clock.wait(days=4)
        assert rounds.work(site.settings, site.store, site.clock()).closed == 1
        assert rounds.work(site.settings, site.store, site.clock()).closed == 0
    given = standing(site)
    assert (given.verdict, given.who) == (Verdict.KEEP, f"consultation {number}")
    for words in ("Le retenir dans l’annuaire ?", "Coline : oui", "Ils font du bon", "Ophélie"):
        assert words in given.note
    assert entry(site, number).outcome is RoundEnd.PASSED
    with site.signed_in("Ophélie") as ophelie:
        assert "Elle a abouti" in ophelie.get(f"/consultations/{number}").text
        journal = ophelie.get("/journal").text
        act = f"judgement-{entry(site, number).judgement_id}"
        assert act in journal
        undo = {"csrf": hidden(journal, "csrf"), "act": act}
        assert site.post(ophelie, "/journal/annuler", undo).status_code == 303
        late = say_late(site, ophelie, number)
        assert late.headers["location"].endswith("dit=tard")
    assert standing(site) is None


def say_late(site, client, number):
    csrf = hidden(client.get("/journal").text, "csrf")
    data = {"csrf": csrf, "position": "no"}
    return site.post(client, f"/consultations/{number}/dire", data)


@pytest.mark.parametrize(
    ("kind", "said", "quorum", "ends"),
    [
        ("consent", (), "", RoundEnd.PASSED),
        ("consent", ("abstain",), "", RoundEnd.PASSED),
        ("consent", ("yes", "objection"), "", RoundEnd.FAILED),
        ("consent", (), "1", RoundEnd.NO_QUORUM),
        ("vote", ("yes", "no"), "", RoundEnd.FAILED),
        ("vote", ("yes", "abstain"), "2", RoundEnd.PASSED),
        ("vote", ("yes",), "2", RoundEnd.NO_QUORUM),
        ("vote", (), "", RoundEnd.FAILED),
        ("advice", ("yes",), "", RoundEnd.ADVISED),
    ],
)
def test_each_kind_ends_by_its_own_rule(site, kind, said, quorum, ends):
    with site.signed_in("Ophélie") as ophelie, site.signed_in("Coline") as coline:
        number = ask(site, ophelie, kind, quorum=quorum)
        for client, position in zip((ophelie, coline), said, strict=False):
            say(site, client, number, position)
    site.clock.wait(days=4)
    rounds.work(site.settings, site.store, site.clock())
    assert entry(site, number).outcome is ends
    assert (standing(site) is not None) == (ends is RoundEnd.PASSED)


def test_an_advice_is_concluded_by_an_officer_with_what_was_said(site):
    with site.signed_in("Ophélie") as ophelie, site.signed_in("Coline") as coline:
        number = ask(site, ophelie, "advice")
        say(site, coline, number, "no", "Trop tôt.")
        html = ophelie.get(f"/consultations/{number}").text
        data = {"csrf": hidden(html, "csrf"), "verdict": "watch"}
        assert site.post(coline, f"/consultations/{number}/conclure", data).status_code == 403
        done = site.post(ophelie, f"/consultations/{number}/conclure", data)
        assert done.headers["location"].endswith("dit=conclue")
        again = site.post(ophelie, f"/consultations/{number}/conclure", data)
        assert again.status_code == 400
    given = standing(site)
    assert (given.who, given.verdict) == ("Ophélie", Verdict.WATCH)
    assert "Coline : non" in given.note


def test_a_round_and_an_opinion_are_undone_in_the_journal(site):
    with site.signed_in("Ophélie") as ophelie, site.signed_in("Coline") as coline:
        number = ask(site, ophelie)
        say(site, coline, number, "objection")
        said = entry(site, number).opinions[0]
        for client, act in ((coline, f"opinion-{said.id}"), (ophelie, f"round-{number}")):
            journal = client.get("/journal").text
            assert act in journal
            undo = {"csrf": hidden(journal, "csrf"), "act": act}
            assert site.post(client, "/journal/annuler", undo).status_code == 303
        assert entry(site, number).opinions == ()
        assert not entry(site, number).open
    site.clock.wait(days=4)
    assert rounds.work(site.settings, site.store, site.clock()).closed == 0
    assert standing(site) is None


# --- nobody decides alone ------------------------------------------------------------------------


def test_who_proposes_decides_once_others_were_heard(site):
    with site.signed_in("Omar") as omar, site.signed_in("Coline") as coline:
        follow(site.propose(omar))
        (one,) = entries(site)
        number = ask(site, omar, "advice", actor=one.root)
        html = omar.get(f"/consultations/{number}").text
        data = {"csrf": hidden(html, "csrf"), "verdict": "keep"}
        say(site, omar, number, "yes")
        assert site.post(omar, f"/consultations/{number}/conclure", data).status_code == 403
        say(site, coline, number, "yes")
        assert site.post(omar, f"/consultations/{number}/conclure", data).status_code == 303
    assert standing(site, one.root).verdict is Verdict.KEEP


def test_silence_does_not_consent_to_ones_own_proposal(site):
    with site.signed_in("Omar") as omar:
        follow(site.propose(omar))
        (one,) = entries(site)
        number = ask(site, omar, "consent", actor=one.root)
        say(site, omar, number, "yes")
    site.clock.wait(days=4)
    rounds.work(site.settings, site.store, site.clock())
    assert entry(site, number).outcome is RoundEnd.NO_QUORUM
    assert standing(site, one.root) is None


# --- by mail -------------------------------------------------------------------------------------


def test_people_are_asked_by_mail_answer_it_and_are_told_the_end(site, box, tmp_path):
    inbox = mailbox.Maildir(tmp_path / "reponses")
    with site.signed_in("Ophélie") as ophelie:
        number = ask(site, ophelie, "consent", invited=INVITED)
    asked = asked_by_mail(site, box)
    assert sorted(asked) == ["karim@example.org", "nadia@example.org"]
    text = asked["nadia@example.org"].get_content()
    assert "Le retenir dans l’annuaire ?" in text
    assert f"{PAGE}/consultations/avis/" in text
    assert asked_by_mail(site, box) == {}, "nobody is asked twice"

    words = "Objection : le local n’est pas trouvé.\n-- \nNadia, 06 12 34 56 78"
    inbox.add(reply(asked["nadia@example.org"], words))
    inbox.add(reply(asked["karim@example.org"], "Oui, volontiers"))
    inbox.add(reply(asked["karim@example.org"], "Je suis absent.", Auto_Submitted="auto-replied"))
    stranger = reply(
        asked["karim@example.org"], "Objection", Subject="Re: autre", In_Reply_To="<a>"
    )
    inbox.add(stranger)
    passed_on = reply(asked["nadia@example.org"], "Oui", From="Un collègue <c@example.org>")
    inbox.add(passed_on)
    settings = with_inbox(site, tmp_path / "reponses")
    assert rounds.work(settings, site.store, site.clock()).answers == 2
    assert rounds.work(settings, site.store, site.clock()).answers == 0, "each is read once"
    said = {one.who: one for one in entry(site, number).opinions}
    nadia = said["Nadia Exemple (courriel)"]
    assert nadia.position is Position.OBJECTION
    assert nadia.words == "le local n’est pas trouvé."
    assert said["karim (courriel)"].position is Position.YES

    # She changes her mind; her mail program keeps the id alone of what she answers.
    inbox.add(reply(asked["nadia@example.org"], "Non, vraiment", Subject="Re:"))
    inbox.add(reply(asked["nadia@example.org"], "Oui finalement", Subject="Réponse"))
    site.clock.wait(days=4)
    box.came.clear()
    done = rounds.work(settings, site.store, site.clock())
    assert (done.answers, done.closed) == (2, 1), "what arrived in time counts"
    assert entry(site, number).outcome is RoundEnd.PASSED
    assert "Nadia Exemple (courriel) : oui" in standing(site).note
    told = {str(one["To"]): one.get_content() for one in box.mails}
    assert sorted(told) == ["karim@example.org", "nadia@example.org"]
    assert "Elle a abouti" in told["nadia@example.org"]
    with site.store.reading() as c:
        assert [row.address for row in c.execute(tables.invitations.select())] == [None, None]


def test_a_mail_server_is_read_from_where_it_was_left(site, box, monkeypatch):
    with site.signed_in("Ophélie") as ophelie:
        number = ask(site, ophelie, "vote", invited="Nadia <nadia@example.org>")
    (asked,) = asked_by_mail(site, box).values()
    server = MailServer({3: reply(asked, "Non").as_bytes()})
    settings = with_inbox(site, f"imap://veille@127.0.0.1:{server.port}/INBOX")
    monkeypatch.delenv("VIGIE_IMAP_PASSWORD", raising=False)
    (trouble,) = rounds.work(settings, site.store, site.clock()).trouble
    assert "VIGIE_IMAP_PASSWORD" in trouble
    monkeypatch.setenv("VIGIE_IMAP_PASSWORD", "sesame")
    assert rounds.work(settings, site.store, site.clock()).answers == 1
    server.messages[5] = reply(asked, "Abstention").as_bytes()
    assert rounds.work(settings, site.store, site.clock()).answers == 1
    assert [one.position for one in entry(site, number).opinions] == [Position.ABSTAIN]
    assert "UID SEARCH UID 4:*" in " ".join(server.heard)


def test_an_answer_may_be_given_on_a_page_without_an_account(site, box):
    with site.signed_in("Ophélie") as ophelie:
        number = ask(site, ophelie, "vote", invited="Nadia <nadia@example.org>")
    (asked,) = asked_by_mail(site, box).values()
    path = re.search(rf"{PAGE}(/consultations/avis/\S+)", asked.get_content())[1]
    with site.reader() as nadia:
        assert "Le retenir" in text_of(nadia.get(path).text)
        assert entry(site, number).opinions == (), "to look is to say nothing"
        done = site.post(nadia, path, {"position": "yes", "words": HOSTILE})
        assert done.status_code == 303
        assert "<script>window" not in nadia.get(path).text
        wrong = path[:-1] + ("0" if path[-1] != "0" else "1")
        assert nadia.get(wrong).status_code == 404
        assert site.post(nadia, wrong, {"position": "yes"}).status_code == 404
        assert nadia.get(f"/consultations/{number}").status_code == 303, "all else asks who it is"
    assert [one.who for one in entry(site, number).opinions] == ["Nadia (courriel)"]
    with site.signed_in("Ophélie") as ophelie:
        page = ophelie.get(f"/consultations/{number}").text
        assert "nadia@example.org" not in page
        assert "<script>window" not in page


@pytest.mark.parametrize(
    "mail",
    [b"", b"\xff\xfe\x00", b"Subject: [vigie 1." + b"a" * 40 + b"]\n\noui", b"x" * 3_000_000],
)
def test_no_mail_breaks_the_reading(site, mail):
    with site.store.writing() as c:
        assert rounds.take(c, mail, site.clock()) == 0


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"until": "demain"}, "jusqu’à quel jour"),
        ({"until": "2020-01-01"}, "dernier jour"),
        ({"question": " "}, "la question"),
        ({"invited": "Nadia"}, "suivi d’une adresse"),
        ({"verdict": "merge"}, "retenir, suivre ou écarter"),
    ],
)
def test_what_a_round_lacks_is_said(site, fields, told):
    with site.signed_in("Ophélie") as ophelie, pytest.raises(AssertionError, match=told):
        ask(site, ophelie, **fields)
    with site.store.reading() as c:
        assert opinions.all_open(c) == []


def test_each_role_may_do_its_own_and_programs_read_what_is_under_way(site):
    with site.signed_in("Ophélie") as ophelie:
        number = ask(site, ophelie)
    with site.signed_in("Rémi") as remi:
        assert remi.get(f"/consultations/{number}").status_code == 200
        assert "/dire" not in remi.get(f"/consultations/{number}").text
        csrf = hidden(remi.get("/journal").text, "csrf")
        for path in (f"/consultations/{number}/dire", f"/fiche/consulter/{ACTOR}"):
            data = {"csrf": csrf, "position": "yes", "kind": "vote"}
            assert site.post(remi, path, data).status_code == 403
        assert remi.get("/consultations/999").status_code == 404
    assert httpx.get(f"{site.url}/api/rounds").status_code == 401
