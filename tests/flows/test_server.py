"""Prefect's own server: waited for with a word, its damaged history set aside."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing

import pytest

from flows import server
from tests import databases
from vigie.errors import ScheduleError

pytestmark = databases.once


@pytest.fixture
def history(tmp_path):
    file = tmp_path / "prefect.db"
    with closing(sqlite3.connect(file)) as c:
        c.execute("create table run (id integer primary key, name text)")
        c.executemany("insert into run (name) values (?)", [("x" * 500,)] * 200)
        c.commit()
    return file


def test_a_sound_history_of_runs_stays(history, capsys):
    before = history.read_bytes()
    server._set_aside_if_damaged(history)
    assert history.read_bytes() == before
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("place", [0, 9_000])
def test_a_damaged_history_of_runs_is_set_aside_in_one_line(history, place, capsys):
    raw = bytearray(history.read_bytes())
    raw[place : place + 6_000] = b"\xa5" * 6_000
    history.write_bytes(raw)
    server._set_aside_if_damaged(history)
    assert not history.exists()
    assert (history.parent / "damaged.db").read_bytes() == raw
    (line,) = capsys.readouterr().err.splitlines()
    assert str(history) in line
    assert "mis de côté" in line


def test_who_waits_for_a_server_is_told_so_at_once(monkeypatch, capsys):
    monkeypatch.setattr(server, "SOON", 0.0)
    with pytest.raises(ScheduleError, match="ne répond pas à"):
        server.wait_for("http://127.0.0.1:9/api", lambda: True, patience=0.5)
    assert capsys.readouterr().err.count("http://127.0.0.1:9/api : attente.") == 1


def test_what_fails_in_the_server_is_a_line_and_no_trace(capsys):
    trace = (
        'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n'
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) disk I/O error\n"
        "(Background on this error at: https://sqlalche.me/e/20/e3q8)\n"
    )
    said = [trace, "Application startup failed. Exiting.", "[Errno 98] address already in use"]
    kept = [server._in_a_line(logging.makeLogRecord({"msg": words})) for words in said]
    assert kept == [False, False, True]
    assert capsys.readouterr().err == (
        "Le serveur de Prefect échoue : (sqlite3.OperationalError) disk I/O error\n"
    )
