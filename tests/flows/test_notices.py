"""What needs a person: what is noticed, what goes out by mail, and how it is resolved."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flows import mail, missed, notices
from storage import notices as stored
from storage import open_store, queues, sources
from tests import databases
from tests.mailbox import Box
from vigie import settings as reading
from vigie.errors import MailError
from vigie.records import (
    ActorKind,
    Candidate,
    EnteredBy,
    HealthState,
    MailSecurity,
    Message,
    NoticeKind,
    Outcome,
    Queue,
    iso_week,
)
from vigie.settings import Mail

MONDAY = datetime(2026, 3, 16, 7, tzinfo=UTC)
DAY = timedelta(days=1)
WATCH = """
[watch]
name = "Veille d’essai"
[[source]]
id = "gazette"
name = "La Gazette"
url = "https://gazette.example/rss"
kind = "feed"
"""


@pytest.fixture
def watched(tmp_path):
    settings = reading.parse(WATCH, tmp_path)
    store = open_store(settings.storage.url, tmp_path)
    with store.writing() as c:
        sources.save(c, settings.sources)
    yield settings, store
    store.close()


def crawled(store, state: HealthState, at: datetime, words: str = "le site refuse") -> None:
    outcome = Outcome(source_id="gazette", at=at, state=state, message=Message(words))
    with store.writing() as c:
        sources.save_outcome(c, outcome)


def standing(store) -> list[tuple[NoticeKind, str]]:
    with store.reading() as c:
        found = [(one.kind, str(one.message)) for one in stored.standing(c)]
    # The disk of the machine that runs the tests may be what it likes.
    return [one for one in found if one[0] is not NoticeKind.DISK]


def test_a_source_needs_somebody_once_it_is_blocked_for_a_day_and_three_tries(watched):
    settings, store = watched
    crawled(store, HealthState.LIVELY, MONDAY)
    for hours in (2, 4, 6):
        crawled(store, HealthState.BLOCKED, MONDAY + timedelta(hours=hours))
        notices.look(settings, store, MONDAY + timedelta(hours=hours))
        assert standing(store) == []
    notices.look(settings, store, MONDAY + DAY)
    assert standing(store) == [(NoticeKind.SOURCE, "La Gazette : le site refuse")]
    crawled(store, HealthState.LIVELY, MONDAY + DAY)
    notices.look(settings, store, MONDAY + DAY)
    assert standing(store) == []


def test_a_silent_source_needs_somebody_at_once(watched):
    settings, store = watched
    crawled(store, HealthState.SILENT, MONDAY, "rien depuis quatre semaines")
    notices.look(settings, store, MONDAY)
    assert standing(store) == [(NoticeKind.SOURCE, "La Gazette : rien depuis quatre semaines")]


def test_a_source_that_left_the_catalogue_needs_nobody(watched):
    settings, store = watched
    crawled(store, HealthState.SILENT, MONDAY)
    notices.look(settings, store, MONDAY)
    notices.look(replace(settings, sources=()), store, MONDAY)
    assert standing(store) == []


@pytest.mark.parametrize(
    ("total", "free", "full"),
    [(20e9, 0.9e9, True), (100e9, 4e9, True), (100e9, 6e9, False), (2e12, 50e9, False)],
)
def test_a_disk_is_nearly_full_by_what_is_left_of_it(total, free, full):
    assert notices.is_nearly_full(int(total), int(free)) is full


def test_a_queue_that_nobody_opened_for_two_weeks_is_noticed(watched):
    settings, store = watched
    one = Candidate(
        actor_id="a", name="Le Fil", aliases=(), kind=ActorKind.ASSOCIATION, commune=None, score=0.5,
        rank=1, entered_by=EnteredBy.RANKING, first_seen=date(2026, 3, 1), mentions=1, stories=1,
        sources=1, cluster=None, reasons=(), evidence=(),
    )  # fmt: skip
    with store.writing() as c:
        c.exec_driver_sql(
            "insert into actors (id, name, kind, institution, root_id) values ('a', 'Le Fil', 'association', false, 'a')"
        )
        queues.save(
            c, Queue(week="2026-W12", as_of=date(2026, 3, 16), candidates=(one,), clusters=())
        )
    notices.look(settings, store, MONDAY + 13 * DAY)
    assert standing(store) == []
    notices.look(settings, store, MONDAY + 14 * DAY)
    said = "personne n’a ouvert la file de la semaine depuis 14 jours"
    assert standing(store) == [(NoticeKind.QUEUE, said)]
    with store.writing() as c:
        c.exec_driver_sql(
            "insert into views (actor_id, week, who, at) values ('a', '2026-W12', 'Awa', '2026-03-30 08:00:00.000000')"
        )
    notices.look(settings, store, MONDAY + 15 * DAY)
    assert standing(store) == []


def test_a_run_that_failed_is_noticed_until_the_next_one_ends_well(watched):
    settings, store = watched
    failed = notices.Run("crawl", MONDAY, Message("interrompu avant la fin"))
    notices.look(settings, store, MONDAY, [failed, notices.Run("queue", MONDAY)])
    said = "la collecte n’a pas abouti : interrompu avant la fin"
    assert standing(store) == [(NoticeKind.RUN, said)]
    notices.look(settings, store, MONDAY + DAY)  # nothing is known of runs here
    assert standing(store) == [(NoticeKind.RUN, said)]
    # Of that kind none is known: Prefect's database is gone, or the last ones were skipped.
    notices.look(settings, store, MONDAY + DAY, [notices.Run("annotate", MONDAY + DAY)])
    assert standing(store) == [(NoticeKind.RUN, said)]
    notices.look(settings, store, MONDAY + DAY, [notices.Run("crawl", MONDAY + DAY)])
    assert standing(store) == []


def test_a_queue_that_was_killed_and_made_since_is_no_notice(watched):
    settings, store = watched
    day = missed.last_time(settings.schedule.queue, MONDAY.replace(tzinfo=None)).date()
    killed = [notices.Run("queue", MONDAY, Message("interrompu avant la fin"))]
    notices.look(settings, store, MONDAY, killed)
    assert [kind for kind, _ in standing(store)] == [NoticeKind.RUN]
    with store.writing() as c:
        queues.save(c, Queue(week=iso_week(day), as_of=day, candidates=(), clusters=()))
    notices.look(settings, store, MONDAY, killed)
    assert standing(store) == []


# --- by mail -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.write_bytes(secret.private_bytes(pem, pkcs8, plain))
    cert.write_bytes(made.public_bytes(pem))
    return key, cert


@pytest.fixture
def plain_box():
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield box, controller.port
    controller.stop()


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return found.getsockname()[1]


def by_mail(settings, port: int):
    mailing = Mail(
        to=("veille@example.org", "lab@example.org"), sender="vigie@example.org", host="127.0.0.1",
        port=port, security=MailSecurity.NONE,
    )  # fmt: skip
    return replace(settings, mail=mailing)


def test_all_that_is_new_goes_out_in_one_mail_a_day_and_its_end_is_told(watched, plain_box):
    settings, store = watched
    box, port = plain_box
    settings = by_mail(settings, port)
    crawled(store, HealthState.SILENT, MONDAY)
    failed = [notices.Run("queue", MONDAY, Message("erreur"))]
    notices.send(settings, store, MONDAY, failed)
    envelope, first = box.came[0]
    assert envelope.rcpt_tos == ["veille@example.org", "lab@example.org"]
    assert first["Subject"] == "Veille d’essai : 2 points demandent quelqu’un"
    assert "- La Gazette : le site refuse (depuis le 16/03)" in first.get_content()
    assert "- la file de la semaine n’a pas abouti : erreur" in first.get_content()
    assert "http://127.0.0.1:8000/attention" in first.get_content()

    well = [notices.Run("queue", MONDAY + timedelta(hours=7))]
    notices.send(settings, store, MONDAY + timedelta(hours=8), well)
    assert len(box.came) == 1  # one a day
    notices.send(settings, store, MONDAY + DAY, well)
    second = box.came[1][1].get_content()
    assert "Résolus :\n- la file de la semaine n’a pas abouti" in second
    assert "Toujours en attente :\n- La Gazette" in second
    notices.send(settings, store, MONDAY + 2 * DAY, [])
    assert len(box.came) == 2  # nothing new

    crawled(store, HealthState.LIVELY, MONDAY + 3 * DAY)
    notices.send(settings, store, MONDAY + 3 * DAY, [])
    assert box.came[2][1]["Subject"] == "Veille d’essai : tout est rentré dans l’ordre"


def test_a_mail_that_cannot_go_out_is_tried_again_and_says_where_to_look(watched, plain_box):
    settings, store = watched
    box, port = plain_box
    crawled(store, HealthState.SILENT, MONDAY)
    with pytest.raises(MailError, match=r"127\.0\.0\.1:9 .*VIGIE_MAIL_PASSWORD"):
        notices.send(by_mail(settings, 9), store, MONDAY, [])
    notices.send(by_mail(settings, port), store, MONDAY, [])
    assert len(box.came) == 1


def test_a_server_that_does_not_encrypt_is_parted_from(plain_box):
    box, port = plain_box
    left = threading.Event()

    async def handle_QUIT(server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        left.set()
        return "221 Bye"

    box.handle_QUIT = handle_QUIT
    mailing = Mail(to=("a@example.org",), sender="v@example.org", host="127.0.0.1", port=port)
    assert mailing.security is MailSecurity.STARTTLS
    with pytest.raises(MailError):
        mail.send(mailing, "Objet", "Texte")
    assert left.wait(2)


@databases.once
@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
def test_a_password_is_read_from_the_environment_and_crosses_only_an_encrypted_line(
    security, certificate, monkeypatch
):
    key, cert = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    box, tried = Box(), []

    def check(server, session, envelope, mechanism, data) -> AuthResult:
        tried.append((session.ssl is not None or security is MailSecurity.TLS, data.password))
        return AuthResult(success=data.password == b"chut")

    class Encrypted(Controller):
        def factory(self):
            starts = security is MailSecurity.STARTTLS
            return SMTP(
                self.handler, authenticator=check, auth_require_tls=starts, auth_required=True,
                tls_context=context if starts else None, require_starttls=starts,
            )  # fmt: skip

    whole = None if security is MailSecurity.STARTTLS else context
    controller = Encrypted(box, hostname="localhost", port=free_port(), ssl_context=whole)
    controller.start()
    mailing = Mail(
        to=("a@example.org",), sender="v@example.org", host="localhost", port=controller.port,
        security=security, user="vigie",
    )  # fmt: skip
    try:
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        monkeypatch.setenv(mail.PASSWORD, "chut")
        mail.send(mailing, "Objet", "Texte", html="<p>Texte</p>")
        monkeypatch.setenv(mail.PASSWORD, "faux")
        with pytest.raises(MailError) as refused:
            mail.send(mailing, "Objet", "Texte")
        assert "faux" not in str(refused.value)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(MailError, match="certificate"):
            mail.send(mailing, "Objet", "Texte")
    finally:
        controller.stop()
    assert [part.get_content_type() for part in box.came[0][1].iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert tried == [(True, b"chut"), (True, b"faux")]


def test_who_is_refused_among_several_is_said_and_the_others_are_told(watched, plain_box):
    settings, store = watched
    box, port = plain_box
    box.refused = {"veille@example.org"}
    crawled(store, HealthState.SILENT, MONDAY)
    lines = notices.send(by_mail(settings, port), store, MONDAY, [])
    assert lines[1:] == [
        "Courriel envoyé à lab@example.org.",
        "veille@example.org : refusée par le serveur (550 no such box).",
    ]
    with store.reading() as c:
        assert stored.untold(c) == []
    assert [envelope.rcpt_tos for envelope, _ in box.came] == [["lab@example.org"]]


@pytest.mark.parametrize("excluded", [[], ["PLAIN"]])
def test_a_password_with_an_accent_signs_in_or_is_refused_in_one_line(excluded, monkeypatch):
    """RFC 4616, section 2: PLAIN is in UTF-8; a server without it gets nothing."""
    box, tried = Box(), []

    def check(server, session, envelope, mechanism, data) -> AuthResult:
        tried.append((mechanism, data.login.decode(), data.password.decode()))
        return AuthResult(success=True)

    class Open(Controller):
        def factory(self):
            return SMTP(
                self.handler, authenticator=check, auth_require_tls=False, auth_required=True,
                auth_exclude_mechanism=excluded,
            )  # fmt: skip

    controller = Open(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setenv(mail.PASSWORD, "motdepassé99")
    mailing = Mail(
        to=("a@example.org",), sender="v@example.org", host="127.0.0.1", port=controller.port,
        security=MailSecurity.NONE, user="vigie",
    )  # fmt: skip
    try:
        if excluded:
            with pytest.raises(MailError, match="accents") as refused:
                mail.send(mailing, "Objet", "Texte")
            assert "motdepass" not in str(refused.value)
            assert tried == []
        else:
            mail.send(mailing, "Objet", "Texte")
            assert tried == [("PLAIN", "vigie", "motdepassé99")]
            assert len(box.came) == 1
    finally:
        controller.stop()
