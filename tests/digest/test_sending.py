"""The letter by mail: through a real server, once to each, and out again in one click."""

from __future__ import annotations

import re
import socket
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import httpx
import pytest
from aiosmtpd.controller import Controller

from flows.digest import gather
from flows.letters import send
from storage import accounts, open_store, subscribers, tables
from tests.command import here as vigie
from tests.exchange.origin import fill, settings_in
from tests.mailbox import Box
from tests.review.conftest import running
from vigie.digest.edition import Subscriber
from vigie.errors import MailError
from vigie.records import MailSecurity, Role, Visibility
from vigie.settings import Mail, Review

FIRST, DAY = date(2026, 3, 9), date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 6, tzinfo=UTC)
PAGE = "https://vigie.example.org"


@pytest.fixture
def box():
    box = Box()
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        box.port = found.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sending")
    settings = replace(settings_in(folder), review=Review(address=PAGE))
    store = open_store("sqlite:///vigie.db", folder)
    fill(store)
    yield settings, store, gather(settings, store, FIRST, DAY)
    store.close()


@pytest.fixture
def posted(workspace, box):
    """Readers, and a function that sends them the letter."""
    settings, store, edition = workspace
    mail = Mail(
        sender="vigie@example.org", host="127.0.0.1", port=box.port, security=MailSecurity.NONE
    )
    settings = replace(settings, mail=mail)
    with store.writing() as c:
        for name, more in (
            ("ana", {}),
            ("bea", {"themes": ("réemploi",), "language": "en"}),
            ("cleo", {"audience": Visibility.PUBLIC}),
            ("dora", {"areas": ("67482",)}),
        ):
            reader = Subscriber(
                id=subscribers.new_id(), address=f"{name}@example.org", who="J", at=NOW, **more
            )
            subscribers.add(c, reader)
    yield lambda again=(): send(settings, store, edition, lambda: NOW, again)
    with store.writing() as c:
        c.execute(tables.deliveries.delete())
        c.execute(tables.subscribers.delete())


def test_each_reader_gets_theirs_once(posted, box):
    done = posted()
    assert (done.sent, done.nothing, done.refused) == (3, 1, [])
    assert box.addresses == ["ana@example.org", "bea@example.org", "cleo@example.org"]
    again = posted()
    assert (again.sent, again.before) == (0, 3)
    assert len(box.came) == 3


def test_a_letter_is_text_and_html_and_says_how_to_leave(posted, box):
    posted()
    mails = {mail["To"]: mail for _, mail in box.came}
    ana, bea = mails["ana@example.org"], mails["bea@example.org"]
    assert ana["Subject"].startswith("Veille Mulhouse")
    assert "vigie@example.org" in ana["From"]
    assert ana["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way_out = f"List-Unsubscribe: <{PAGE}/desabonnement/".encode()
    assert all(way_out in raw for raw in box.raw), "as it stands, no encoded word"
    assert re.fullmatch(rf"<{PAGE}/desabonnement/[0-9a-f.]+>", ana["List-Unsubscribe"])
    assert ana["List-Unsubscribe"] != bea["List-Unsubscribe"]
    assert [part.get_content_type() for part in ana.iter_parts()] == ["text/plain", "text/html"]
    text = ana.get_body(("plain",)).get_content()
    assert "Graine de Rue" in text
    assert ana["List-Unsubscribe"].strip("<>") in text
    html = ana.get_body(("html",)).get_content()
    assert ana["List-Unsubscribe"].strip("<>") in html
    assert "Graine de Rue" not in bea.get_body(("plain",)).get_content()
    assert "Unsubscribe" in bea.get_body(("html",)).get_content()
    assert bea["Content-Language"] == "en"
    public = mails["cleo@example.org"].get_body(("plain",)).get_content()
    assert "Graine de Rue" not in public
    assert "Dupont" not in public


def test_a_server_that_goes_away_leaves_the_others_for_the_next_time(posted, box):
    box.room = 1
    with pytest.raises(MailError) as told:
        posted()
    assert "[mail]" in str(told.value)
    box.room = 100
    done = posted()
    assert done.sent + len(done.doubtful) == 2
    assert len(box.addresses) == len(set(box.addresses))


def test_what_was_interrupted_is_not_sent_twice_unless_one_asks(posted, box, workspace):
    _, store, edition = workspace
    with store.writing() as c:
        ana = subscribers.get(c, "ana@example.org")
        subscribers.begin(c, edition.week, ana.id, NOW)  # and here the program was killed
    done = posted()
    assert done.doubtful == ["ana@example.org"]
    assert "ana@example.org" not in box.addresses
    assert posted(["ana@example.org"]).sent == 1
    assert box.addresses.count("ana@example.org") == 1


def test_one_who_is_refused_keeps_nobody_else_from_theirs(posted, box):
    box.refused = {"bea@example.org"}
    done = posted()
    assert done.sent == 2
    assert done.refused == [("bea@example.org", "550 no such box")]
    box.refused = set()
    assert posted().sent == 1


def test_leaving_takes_one_click_and_no_account(posted, box, workspace, tmp_path):
    _, store, _ = workspace
    posted()
    (ana,) = [mail for envelope, mail in box.came if "ana@example.org" in envelope.rcpt_tos]
    path = ana["List-Unsubscribe"].strip("<>").removeprefix(PAGE)
    with store.writing() as c:
        accounts.add(c, "Jeanne", Role.ADMINISTRATOR, "never asked", NOW)
    with running(store, tmp_path) as url, httpx.Client(base_url=url) as reader:
        assert "Se désabonner" in reader.get(path, headers={"accept-language": "fr"}).text
        assert known(store, "ana"), "to look is not to leave"
        wrong = path[:-1] + ("0" if path[-1] != "0" else "1")
        assert reader.post(wrong, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert known(store, "ana"), "what is not signed by us changes nothing"
        answer = reader.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not known(store, "ana")
        assert reader.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert reader.get("/annuaire").status_code == 303, "all else asks who is there"
    with store.reading() as c:
        left = subscribers.deliveries(c, "2026-W11")
        assert len(left) == 2, "nothing is kept of who has left"


def known(store, name) -> bool:
    with store.reading() as c:
        return subscribers.get(c, f"{name}@example.org") is not None


# --- by the command line ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("digest") / "watch"
    assert vigie("init", made, "--territory", "mulhouse").returncode == 0
    return made


def test_readers_are_added_changed_listed_and_erased(folder):
    def run(*words):
        return vigie("digest", "subscribers", *words, "--dir", folder)

    assert run("add", "Ana@Example.org", "--area", "Mulhouse").returncode == 0
    assert "changé" in run("add", "ana@example.org", "--theme", "réemploi").stderr
    (line,) = run("list").stdout.splitlines()
    assert "ana@example.org" in line
    assert "réemploi" in line
    assert "Mulhouse" not in line
    for wrong in (("add", "ana"), ("add", "a@b.fr", "--area", "Nulle-Part"), ("remove", "x@y.fr")):
        done = run(*wrong)
        assert done.returncode == 1
        assert len(done.stderr.strip().splitlines()) == 1
    assert run("remove", "ana@example.org").returncode == 0
    assert run("list").stdout == ""


def test_the_letter_as_files_and_what_must_be_set_to_send_it(folder, tmp_path):
    out = tmp_path / "lettre"
    done = vigie("digest", "--week", "2026-W11", "--out", out, "--dir", folder)
    assert done.returncode == 0, done.stderr
    suffixes = {file.name.split(".", 1)[1] for file in out.iterdir()}
    assert suffixes == {"html", "txt", "md", "eml", "rss", "atom", "feed.json"}
    mail = message_from_bytes((out / "lettre-2026-W11.eml").read_bytes(), policy=policy.default)
    assert mail.get_body(("html",))
    for words, wanted in ((("--send",), "[mail]"), (("--week", "mars"), "2026-W12")):
        refused = vigie("digest", *words, "--dir", folder)
        assert refused.returncode == 1
        assert wanted in refused.stderr
    assert vigie("digest", "--send", "--out", out, "--dir", folder).returncode == 2
