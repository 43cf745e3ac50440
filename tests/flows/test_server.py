"""Prefect's own server: waited for with a word, its damaged history set aside."""

from __future__ import annotations

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
