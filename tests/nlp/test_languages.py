from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nlp import languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Un café associatif ouvre ses portes dans le quartier", "fr"),
        ("Der Verein eröffnet am Samstag eine neue Werkstatt im Dorf", "de"),
        ("The group opens a new workshop in the old school on Saturday", "en"),
        ("UN NOUVEAU JARDIN PARTAGÉ POUR LES HABITANTS", "fr"),
    ],
)
def test_the_languages_that_are_read_are_told_apart(text, language):
    assert languages.detect(text) == language


@pytest.mark.parametrize("text", ["", "Loto", "12 €", "Fablab", "🎉"])
def test_a_text_too_short_to_tell_is_in_its_sources_language(text):
    assert languages.detect(text) == "fr"
    assert languages.detect(text, default="de") == "de"


@pytest.mark.parametrize(
    "text",
    [
        "Новое общество открывает мастерскую в старой школе",
        "تفتح الجمعية ورشة جديدة يوم السبت",
        "La asociación abre el sábado un nuevo taller en la antigua escuela del barrio. " * 2,
    ],
)
def test_a_language_that_is_not_read_is_said_to_be_none(text):
    assert languages.detect(text) is None


def test_importing_loads_nothing():
    code = "import sys; from nlp import languages; print('py3langid' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "False"


GERMAN = (
    "Der Verein Gärten im Hof lädt am Samstag alle Nachbarn zu einem Fest am Rhein ein. Die "
    "Bürgerstiftung und das Haus der Jugend sind mit dabei."
)


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        (f"Le club Rhin Libre danse samedi.\n{GERMAN}\nEntrée libre.", [("de", GERMAN)]),
        (
            "Le club danse. We will build the roof of the future with our neighbours. Il chante.",
            [("en", "We will build the roof of the future with our neighbours.")],
        ),
        ("Le club Rock am Ring und der Hof danse avec le groupe The Voice of the Rhine.", []),
        ("Wir freuen uns auf die Gäste.", []),
        ("", []),
    ],
)
def test_what_is_surely_in_another_language_is_found_within_a_french_text(text, passages):
    found = [(language, text[a:b].strip()) for a, b, language in languages.foreign(text)]
    assert found == passages
