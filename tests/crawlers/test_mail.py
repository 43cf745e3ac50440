from __future__ import annotations

import mailbox
import socket
import threading
from base64 import b64decode
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from crawlers import files, mail
from tests.crawlers.test_crawl import documents, run, source, states
from vigie.records import HealthState, Reject, SourceKind

NOW = datetime(2026, 3, 20, tzinfo=UTC)
TEXT = "Le tiers-lieu La Friche ouvre un atelier de couture tous les mercredis du printemps."


def letter(subject="Nos nouvelles", body=TEXT, html="", **headers) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["Date"] = "Thu, 19 Mar 2026 08:00:00 +0100"
    message["Message-ID"] = f"<{abs(hash(subject))}@lettre.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def read(message):
    return mail.read(message.as_bytes(), "lettre", "fr", NOW)


def test_a_letter_is_its_subject_text_and_date():
    found = read(letter(subject="Été à la Friche"))
    assert (found.title, found.text) == ("Été à la Friche", TEXT)
    assert found.published_at.isoformat() == "2026-03-19T08:00:00+01:00"
    assert found.url.startswith("mid:")


def test_the_fuller_part_is_read_and_its_address_online_is_kept():
    html = (
        '<img src="https://trace.example/pixel.gif"><a href="https://lettre.example/12?utm_source=x">'
        f"Voir dans le navigateur</a><p>{TEXT}</p><p>{TEXT} Encore.</p>"
    )
    found = read(letter(body="Votre logiciel n’affiche pas le HTML.", html=html))
    assert "Encore." in found.text
    assert "pixel" not in found.text
    assert found.url == "https://lettre.example/12"
    assert found.links == ()


def test_the_links_of_a_letter_are_kept_without_what_tells_who_follows_them():
    html = (
        '<a href="https://lettre.example/12">Version en ligne</a>'
        '<a href="https://friche.example/couture?utm_source=l&amp;page=2">L’atelier</a>'
        '<a href="https://friche.example/couture?page=2"><img alt="" src="x.gif"></a>'
        '<a href="https://clics.example/r?id=8&amp;url=https%3A%2F%2Ffour.example%2F%3Fmc_eid%3D1">'
        'Le four</a><a href="https://lettre.example/bye?u=8">Se désinscrire</a>'
        f'<a href="mailto:a@b.example">Écrire</a><p>{TEXT}</p>'
    )
    assert read(letter(body="Un lecteur : https://vieux.example/1.", html=html)).links == (
        ("Un lecteur", "https://vieux.example/1"),
        ("L’atelier", "https://friche.example/couture?page=2"),
        ("Le four", "https://four.example/"),
    )


def test_a_letter_saved_alone_is_read_as_a_letter(tmp_path):
    one = letter(From="Ada Exemple <ada@exemple.test>", html=f"<html><body>{TEXT}</body></html>")
    for name in ("une.eml", "une.txt"):
        (tmp_path / name).write_bytes(one.as_bytes())
        (found,) = files.read(tmp_path / name, source_id="lettres")
        assert (found.title, found.text) == ("Nos nouvelles", TEXT)
        assert found.published_at is not None
        assert "Ada" not in repr(found)


def test_an_empty_message_is_refused_with_its_reason():
    refused = read(letter(subject="", body=""))
    assert isinstance(refused, Reject)
    assert "sans titre ni texte" in str(refused.reason)


def test_what_follows_the_last_message_of_a_damaged_mbox_is_set_aside(tmp_path):
    path = tmp_path / "boite"
    whole = b"From a@b Thu Mar 19 08:00:00 2026\n" + letter(subject="Une").as_bytes()
    path.write_bytes(whole + b"\n\nFrom \xff\x00\xfe reste d'un autre fichier\n\x01 zzz zzz\n")
    first, tail = [mail.read(raw, "lettre", "fr", NOW) for raw in mail.raw_messages(path)]
    assert first.title == "Une"
    assert isinstance(tail, Reject)
    assert "ni titre, ni date" in str(tail.reason)


@pytest.mark.parametrize("box", [mailbox.mbox, mailbox.Maildir], ids=["mbox", "Maildir"])
def test_a_mailbox_is_read_and_only_what_is_new_the_next_time(box, tmp_path, make_settings):
    path = tmp_path / "boite"
    held = box(path, create=True)
    held.add(letter(subject="Première"))
    held.flush()
    one = source("lettre", "boite", SourceKind.MAILBOX)
    first, outcomes = run(tmp_path, make_settings(), one)
    assert [d.title for d in documents(first)] == ["Première"]
    assert outcomes["lettre"].state is HealthState.LIVELY

    _, outcomes = run(tmp_path, make_settings(), one, states=states(first))
    assert outcomes["lettre"].not_modified

    held.add(letter(subject="Seconde"))
    held.flush()
    again, _ = run(tmp_path, make_settings(), one, states=states(first))
    assert [d.title for d in documents(again)] == ["Seconde"]


def test_a_missing_mailbox_is_one_line(tmp_path, make_settings):
    _, outcomes = run(tmp_path, make_settings(), source("lettre", "nulle-part", SourceKind.MAILBOX))
    assert outcomes["lettre"].state is HealthState.UNREACHABLE
    assert "nulle-part" in str(outcomes["lettre"].message)


ACCENTED = "\0veille\0sésame".encode()
"""As PLAIN has it (RFC 4616)."""


class MailServer(threading.Thread):
    """As much of IMAP as reading one folder takes."""

    def __init__(self, messages):
        super().__init__(daemon=True)
        self.messages = messages
        self.heard = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.start()

    def run(self):
        while True:
            connection, _ = self.listening.accept()
            with connection, connection.makefile("rwb") as line:
                self._talk(line)

    def _talk(self, line):
        line.write(b"* OK ready\r\n")
        line.flush()
        while request := line.readline().decode():
            tag, command, *rest = request.split()
            self.heard.append(request.strip())
            answer = "OK"
            match command.upper():
                case "CAPABILITY":
                    line.write(b"* CAPABILITY IMAP4rev1\r\n")
                case "LOGIN":
                    answer = "OK" if rest[-1].strip('"') == "sesame" else "NO"
                case "AUTHENTICATE":
                    line.write(b"+ \r\n")
                    line.flush()
                    answer = "OK" if b64decode(line.readline()) == ACCENTED else "NO"
                case "EXAMINE":
                    line.write(b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n")
                case "UID" if rest[0] == "SEARCH":
                    numbers = " ".join(str(n) for n in self.messages)
                    line.write(f"* SEARCH {numbers}\r\n".encode())
                case "UID":
                    raw = self.messages[int(rest[1])]
                    line.write(f"* 1 FETCH (UID {rest[1]} BODY[] {{{len(raw)}}}\r\n".encode())
                    line.write(raw + b")\r\n")
                case "LOGOUT":
                    line.write(b"* BYE\r\n")
            line.write(f"{tag} {answer} done\r\n".encode())
            line.flush()


def test_a_mail_server_is_read_without_touching_anything(tmp_path, make_settings, monkeypatch):
    server = MailServer(
        {3: letter(subject="Trois").as_bytes(), 5: letter(subject="Cinq").as_bytes()}
    )
    one = source("lettre", f"imap://veille@127.0.0.1:{server.port}/INBOX", SourceKind.MAILBOX)

    _, outcomes = run(tmp_path, make_settings(), one)
    assert "VIGIE_IMAP_PASSWORD" in str(outcomes["lettre"].message)

    monkeypatch.setenv("VIGIE_IMAP_PASSWORD", "sesame")
    records, outcomes = run(tmp_path, make_settings(), one)
    assert [d.title for d in documents(records)] == ["Trois", "Cinq"]
    assert not any("STORE" in said or "SELECT" in said for said in server.heard)
    assert all("PEEK" in said for said in server.heard if "FETCH" in said)

    server.messages[8] = letter(subject="Huit").as_bytes()
    again, _ = run(tmp_path, make_settings(), one, states=states(records))
    assert [d.title for d in documents(again)] == ["Huit"]

    monkeypatch.setenv("VIGIE_IMAP_PASSWORD_LETTRE", "sésame")
    _, outcomes = run(tmp_path, make_settings(), one, states=states(records))
    assert outcomes["lettre"].state is HealthState.LIVELY

    monkeypatch.setenv("VIGIE_IMAP_PASSWORD_LETTRE", "faux")
    _, outcomes = run(tmp_path, make_settings(), one)
    assert outcomes["lettre"].state is HealthState.BLOCKED
    written = "".join(path.read_text() for path in tmp_path.glob("spool-*"))
    assert "sesame" not in written
