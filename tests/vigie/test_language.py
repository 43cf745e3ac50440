"""French is the text itself; English comes from the catalogue, whole or not at all."""

import errno
import socket
import ssl

import pytest

from crawlers import spool
from storage import plain
from vigie.language import render, say
from vigie.records import HealthState, Message
from vigie.words import HEALTH, SOURCE_KINDS, refusal

FOUND = Message(
    "{kind} : {n} document, sans date",
    {"n": 1, "kind": next(iter(SOURCE_KINDS.values()))},
    "{kind} : {n} documents, sans date",
)


@pytest.mark.parametrize(
    ("number", "french", "english"),
    [
        (0, "0 document lu.", "0 documents read."),
        (1, "1 document lu.", "1 document read."),
        (2, "2 documents lus.", "2 documents read."),
    ],
)
def test_each_language_counts_in_its_own_way(number, french, english):
    message = Message("{n} document lu.", {"n": number}, "{n} documents lus.")
    assert render(message, "fr") == french
    assert render(message, "en") == english


def test_a_message_within_a_message_is_translated_too():
    assert render(FOUND, "fr") == "flux : 1 document, sans date"
    assert render(FOUND, "en") == "feed: 1 document, without a date"


def test_a_message_within_a_message_survives_being_kept():
    assert plain.to_message(plain.from_message(FOUND)) == FOUND
    assert spool.to_message(spool.plain_message(FOUND)) == FOUND


def test_the_terminal_speaks_french_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("VIGIE_LANG", raising=False)
    silent = HEALTH[HealthState.SILENT]
    assert say("{source} : {message}", source="gazette", message=silent) == "gazette : silencieuse"
    monkeypatch.setenv("VIGIE_LANG", "en")
    assert say("{source} : {message}", source="gazette", message=silent) == "gazette: silent"


def test_a_sentence_without_english_is_said_in_french():
    assert render(Message("Une phrase de {who}.", {"who": "Zoé"}), "en") == "Une phrase de Zoé."


@pytest.mark.parametrize(
    ("error", "french"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "plus de place sur le disque"),
        (PermissionError(errno.EACCES, "Permission denied", "/x"), "accès refusé"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "connexion refusée"),
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "nom de machine inconnu"),
        (TimeoutError("timed out"), "pas de réponse à temps"),
        (ssl.SSLError(1, "certificate verify failed"), "certificate verify failed"),
        (OSError("odd"), "odd"),
    ],
)
def test_what_the_system_refuses_is_said_in_words(error, french):
    assert say("({why})", why=refusal(error)) == f"({french})"
