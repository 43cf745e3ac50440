"""Programs side by side: started again when they die, given up in the end, gone with their starter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from vigie import supervision
from vigie.errors import ScheduleError

SLEEPER = "import time; time.sleep(60)"


def program(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


def later(action) -> None:
    """Do something to this process's programs while it supervises them."""
    threading.Thread(target=action, daemon=True).start()


def until(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_program_that_dies_is_started_again_and_all_end_when_told(capfd, monkeypatch):
    monkeypatch.setattr(supervision, "FIRST_WAIT", 0.1)
    made: list[subprocess.Popen[bytes]] = []
    part = supervision.Part("Le dormeur", lambda: made.append(program(SLEEPER)) or made[-1])
    other = supervision.Part("L’autre", lambda: program(SLEEPER))

    def disturb() -> None:
        until(lambda: len(made) == 1)
        made[0].kill()
        until(lambda: len(made) == 2)
        os.kill(os.getpid(), signal.SIGTERM)

    later(disturb)
    supervision.supervise([part, other])
    assert [process.poll() for process in made] == [-signal.SIGKILL, -signal.SIGTERM]
    assert other.process.poll() == -signal.SIGTERM
    assert "Le dormeur : arrêt inattendu (état -9)" in capfd.readouterr().err


def test_a_program_that_dies_again_and_again_ends_everything_with_a_clear_line(monkeypatch):
    monkeypatch.setattr(supervision, "FIRST_WAIT", 0.0)
    monkeypatch.setattr(supervision, "PAUSE", 0.01)
    other = supervision.Part("L’autre", lambda: program(SLEEPER))
    bad = supervision.Part("Le fragile", lambda: program("raise SystemExit(3)"))
    with pytest.raises(ScheduleError, match=r"Le fragile : arrêts répétés \(état 3\)"):
        supervision.supervise([other, bad])
    assert other.process.poll() == -signal.SIGTERM


def test_a_program_that_does_not_listen_is_made_to_end():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    deaf = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    deaf.stdout.readline()
    supervision.end(deaf, grace=0.1)
    assert deaf.poll() == -signal.SIGKILL
    deaf.stdout.close()


def test_a_program_ends_with_the_one_that_started_it_even_if_that_is_killed(tmp_path):
    note = tmp_path / "pid"
    child = f"""
import os, pathlib, time
from vigie import children
children.end_with_starter()
pathlib.Path({str(note)!r}).write_text(str(os.getpid()))
time.sleep(60)
"""
    code = f"""
import subprocess, sys
from vigie import children
subprocess.run([sys.executable, "-c", {child!r}], env=children.environment())
"""
    starter = program(code)
    until(lambda: note.exists() and note.read_text())
    pid = int(note.read_text())
    starter.kill()
    starter.wait()
    until(lambda: _gone(pid))


def _gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_program_that_is_told_to_end_does_so_with_a_line_whatever_it_was_doing(capfd):
    before = signal.getsignal(signal.SIGTERM)
    for number in (signal.SIGTERM, signal.SIGINT):
        with supervision.ending_well("Tout est arrêté."):
            signal.raise_signal(number)
            pytest.fail("went on")
        assert capfd.readouterr().err == "Tout est arrêté.\n"
    assert signal.getsignal(signal.SIGTERM) is before
