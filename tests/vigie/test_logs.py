"""No secret is written, in whatever form and by whatever way it comes."""

from __future__ import annotations

import json
import logging
import logging.config
import sys

import pytest
from prefect.exceptions import FailedRun
from prefect.logging import configuration

from flows import engine
from tests.command import here
from vigie import logs
from vigie.errors import StorageError
from vigie.terminal import tell

SECRET = "geheim-Tr0p"
LEAKS = [
    f"postgresql+psycopg://vigie:{SECRET}@base.example:5432/vigie",
    f"connexion à imaps://awa%40x.fr:{SECRET}@mail.example/INBOX refusée",
    f"https://{SECRET}@gazette.example/rss",
    f"https://user:a:{SECRET}@@gazette.example/rss",
    f"postgresql+psycopg://vigie:pa/{SECRET}@base.example:54x/vigie",
    f"« postgresql://vigie:12/{SECRET}'@base.example/vigie » refusée",
    f"imaps://awa:?{SECRET}#x@mail.example/INBOX",
    f"https://awa:a/b/{SECRET}@gazette.example/@awa",
    f"GET https://api.openagenda.com/v2/events?size=3&key={SECRET}&lang=fr 403",
    f"https://x.example/?access_token={SECRET}#a",
    f"https://x.example/?API_KEY={SECRET}",
    f"https://x.example/rss?sig={SECRET}",
    f"GET /annuaire.rss?avis=tous&cle={SECRET} 403",
    f"Authorization: Bearer {SECRET}",
    f"{{'authorization': 'Basic {SECRET}', 'x': 1}}",
    f"headers=[(b'Authorization', b'Bearer {SECRET}')]",
    f"Cookie: vigie_session={SECRET}; other={SECRET}",
    f"set-cookie: a={SECRET}",
    f"X-Api-Key: {SECRET}",
    f"bearer {SECRET}",
    f'connection to server failed: "host=h user=vigie password={SECRET} dbname=x"',
    f"password='{SECRET} encore'",
    f'{{"password": "{SECRET}", "port": 587}}',
    f"Mail(host='m', user='u', password='{SECRET}')",
    f"smtp_password: {SECRET}",
    f"VIGIE_MAIL_PASSWORD={SECRET}",
    f"mot_de_passe = {SECRET}",
    f"mot de passe : {SECRET}",
    f"Mot\u00a0de\u00a0passe\u202f: {SECRET}",
    f"https://x.example/agenda?jeton={SECRET}",
    f"jeton : {SECRET}",
    f"send: 'AUTH PLAIN {SECRET}\\r\\n'",
    f"AUTH LOGIN {SECRET}",
    f"csrf_token={SECRET}",
    f"client_secret={SECRET}&grant_type=x",
]
HARMLESS = [
    "Documents nouveaux : 3, révisés : 0, connus : 12, lus : 3.",
    "gazette : 403 pour https://gazette.example/rss?page=2&lang=fr",
    "Écrivez à veille@example.org ; le mot de passe est demandé.",
    "Le port 8000 ne peut pas être ouvert : choisissez-en un autre avec --port.",
    "Clé inconnue : themes ; ligne 4, key : valeur refusée",
    "« vigie user token » : 2 jetons retirés.",
    "gazette : 404 pour https://mastodon.example:8443/@awa/12 et http://[::1]/@awa",
]


def refuse(leak: str) -> None:
    raise ConnectionError(leak) from ValueError(leak)


@pytest.fixture(autouse=True)
def as_before():
    """Leave logging as it was."""
    root, hook = logging.getLogger(), sys.excepthook
    handlers = list(root.handlers)
    yield
    root.handlers[:] = handlers
    sys.excepthook = hook
    logging.captureWarnings(False)


@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_is_left_in_a_text(leak):
    assert SECRET not in logs.redacted(leak)
    assert logs.redacted(leak) == logs.redacted(logs.redacted(leak))


@pytest.mark.parametrize("text", HARMLESS[:4] + HARMLESS[5:])
def test_what_is_no_secret_stays(text):
    assert logs.redacted(text) == text


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize("leak", LEAKS)
def test_no_secret_is_written_by_any_way(form, leak, capsys):
    logs.begin(form)
    tell(leak)
    other = logging.getLogger("some.library")
    other.warning("%s refused %r", leak, {"url": leak})
    other.error("failed", extra={"request": {"headers": [leak]}, "password": SECRET})
    try:
        refuse(leak)
    except ConnectionError as error:
        other.exception("broken")
        if form == "json":
            sys.excepthook(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert "broken" in said
    assert SECRET not in said
    if form == "json":
        rows = [json.loads(line) for line in said.splitlines()]
        assert [row["level"] for row in rows] == ["INFO", "WARNING", "ERROR", "ERROR", "CRITICAL"]
        assert "Traceback" in rows[3]["exc_info"]


def test_what_the_environment_holds_as_a_secret_is_written_nowhere(monkeypatch, capsys):
    monkeypatch.setenv("VIGIE_MAIL_PASSWORD", "une phrase à nous")
    monkeypatch.setenv("PGPASSWORD", "x9")
    logs.begin("json")
    tell("535 refused: une phrase à nous ; x9 ans")
    assert json.loads(capsys.readouterr().err)["message"] == "535 refused: … ; x9 ans"


def test_a_command_speaks_json_on_standard_error_when_asked(tmp_path):
    done = here("--log-format", "json", "init", tmp_path / "watch", "--territory", "metz")
    rows = [json.loads(line) for line in done.stderr.splitlines()]
    assert done.returncode == 0
    assert {row["level"] for row in rows} == {"INFO"}
    assert all(row["logger"] == "vigie" and row["timestamp"] for row in rows)
    failed = here("--log-format", "json", "queue", "--dir", tmp_path / "absent")
    (row,) = [json.loads(line) for line in failed.stderr.splitlines()]
    assert failed.returncode == 1
    assert row["level"] == "ERROR"
    assert "vigie init" in row["message"]
    assert not here("queue", "--dir", tmp_path / "absent").stderr.startswith("{")


def test_an_address_with_a_password_is_not_told_when_the_database_is_away(tmp_path):
    (tmp_path / "vigie.toml").write_text(
        '[watch]\nterritory = ["200066009"]\n[storage]\n'
        f'url = "postgresql+psycopg://vigie:{SECRET}@127.0.0.1:1/vigie?password={SECRET}"\n',
        "utf-8",
    )
    for form in logs.FORMATS:
        done = here("--log-format", form, "queue", "--dir", tmp_path)
        assert done.returncode == 1
        assert SECRET not in done.stderr
        assert "PostgreSQL ne répond pas" in done.stderr


def test_the_programs_that_prefect_starts_speak_the_same_json(monkeypatch, tmp_path, capsys):
    """Prefect makes the handler by its own configuration, in a process that is not ours."""
    console = "PREFECT_LOGGING_HANDLERS_CONSOLE_CLASS"
    monkeypatch.setenv(console, engine._PREFERENCES[console])
    monkeypatch.setenv(logs.FORM, "json")
    config = configuration.load_logging_config(configuration.DEFAULT_LOGGING_SETTINGS_PATH)
    logging.config.dictConfig(
        {**{name: config[name] for name in ("version", "formatters", "root")},
         "disable_existing_loggers": False,
         "handlers": {"console": config["handlers"]["console"]}}
    )  # fmt: skip
    tell("la sauvegarde : 3 Mo.")
    logging.getLogger("some.library").warning("careful")
    rows = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(row["logger"], row["message"]) for row in rows] == [
        ("vigie", "la sauvegarde : 3 Mo."),
        ("some.library", "careful"),
    ]


def failing(logger: str, error: Exception, times: int = 1) -> None:
    try:
        raise error
    except type(error):
        for _ in range(times):
            logging.getLogger(logger).error("Engine execution exited", exc_info=True)


def test_of_prefects_lines_a_person_sees_only_what_tells_of_a_bug_and_once(capsys):
    logs.begin("text")
    failing("prefect.task_runs", StorageError("Plus de place."))
    failing("prefect.flow_runs", FailedRun("Plus de place."))
    failing("prefect.FlowRunSuspendingObserver", ValueError("422"))
    logging.getLogger("prefect.flow_runs").error("Finished in state Stopped('Plus de place.')")
    assert capsys.readouterr().err == ""
    failing("prefect.flow_runs", ZeroDivisionError("a bug of ours"), times=2)
    assert capsys.readouterr().err.count("ZeroDivisionError: a bug of ours") == 1
