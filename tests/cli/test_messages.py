"""What a person reads exists in English too."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent.parent


def test_every_sentence_has_its_english():
    check = subprocess.run(
        [sys.executable, "scripts/messages.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


@pytest.fixture
def messages(monkeypatch, tmp_path):
    """Return the script, let loose on a house with one empty room."""
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "messages.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    monkeypatch.setattr(script, "ROOT", tmp_path)
    monkeypatch.setattr(script, "ROOMS", ("room",))
    monkeypatch.setattr(script, "CATALOGUE", tmp_path / "en.po")
    script.write(Catalog(locale="en"))
    (tmp_path / "room").mkdir()
    return script


def write(messages, name, text):
    (messages.ROOT / "room" / name).write_text(text, encoding="utf-8")


def english(messages):
    with messages.CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def test_sentences_are_found_wherever_they_stand(messages):
    write(messages, "a.py", 'WORDS = {1: Message("un"), 2: (records.Message(template="deux"),)}')
    write(messages, "b.py", 'say("{n} lu", plural="{n} lus", n=2)\nMessage("x", {}, None)')
    write(messages, "c.html", '{{ _("Bonjour") }} {{ ngettext("%(num)s an", "%(num)s ans", 3) }}')
    found, wrong = messages.spoken()
    assert {sentence: plural for sentence, (plural, _) in found.items()} == {
        "un": None,
        "deux": None,
        "{n} lu": "{n} lus",
        "x": None,
        "Bonjour": None,
        "%(num)s an": "%(num)s ans",
    }
    assert wrong == []


def test_a_computed_sentence_is_reported(messages):
    write(messages, "a.py", 'say(f"{count} lus")\nsay("lu" if one else "lus")')
    _, wrong = messages.spoken()
    assert [line.split(":")[:2] for line in wrong] == [["room/a.py", "1"], ["room/a.py", "2"]]


def test_one_sentence_has_one_plural(messages):
    write(messages, "a.py", 'say("source")\nsay("source", "sources")\nMessage("source")')
    found, wrong = messages.spoken()
    assert found["source"][0] == "sources"
    assert wrong == []
    write(messages, "b.py", 'say("source", "des sources")')
    assert "another plural" in messages.spoken()[1][0]


def test_what_is_translated_stays_so(messages, monkeypatch):
    write(messages, "a.py", 'say("{n} lu", "{n} lus", n=1)\nsay("Bonjour {who}")\nsay("Neuf")')
    known = Catalog(locale="en")
    known.add(("{n} lu", "{n} lus"), ("{n} read", "{n} read"))
    known.add("Bonjour {who}", "Hello {who}")
    known.add("Tu", "Silenced")
    messages.write(known)
    monkeypatch.setattr(sys, "argv", ["messages.py"])
    assert messages.main() == 0
    catalogue = english(messages)
    assert {m.id: m.string for m in catalogue if m.id} == {
        ("{n} lu", "{n} lus"): ("{n} read", "{n} read"),
        "Bonjour {who}": "Hello {who}",
        "Neuf": "",
    }
    assert messages.problems(catalogue, messages.spoken()[0]) == [
        "room/a.py:3: no English for 'Neuf'"
    ]


def test_english_keeps_the_values(messages):
    write(messages, "a.py", 'say("Bonjour {who}")')
    known = Catalog(locale="en")
    known.add("Bonjour {who}", "Hello {name}")
    assert "fields differ" in messages.problems(known, messages.spoken()[0])[0]
