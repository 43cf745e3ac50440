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
        ("D'r Verein Grieni Brick màcht e neier Ort uff in Milhüsa", "de"),
        ("UN NOUVEAU JARDIN PARTAGÉ POUR LES HABITANTS", "fr"),
    ],
)
def test_the_languages_that_are_read_are_told_apart(text, language):
    assert languages.detect(text) == language


@pytest.mark.parametrize("text", ["", "Loto", "12 €", "Fablab", "🎉", "Yeşil Köprü", "Casa Verde"])
def test_a_text_too_short_to_tell_is_in_its_sources_language(text):
    assert languages.detect(text) == "fr"
    assert languages.detect(text, default="de") == "de"


@pytest.mark.parametrize(
    "text",
    [
        "Новое общество открывает мастерскую в старой школе",
        "تفتح الجمعية ورشة جديدة يوم السبت",
        "La asociación abre el sábado un nuevo taller en la antigua escuela del barrio. " * 2,
        "El grupo Puente Verde abre mañana un taller.",
        "L'associazione apre domani un nuovo luogo in città.",
        "Stowarzyszenie Zielony Most zaprasza na spacer.",
        "Hiệp hội Cầu Xanh mở cửa.",
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


FRENCH = "L'association Pont Vert ouvre un lieu à Mulhouse."


@pytest.mark.parametrize(
    "others",
    [
        ["Der Verein eröffnet nächste Woche einen neuen Ort in der Stadt Kehl."],
        ["L'associazione apre la prossima settimana un nuovo luogo in città per tutti."],
        ["Il gruppo dice che il comune e la scuola aprono la sala, e il coro canta la sera."],
        [
            "The association opens a new place next week in the city.",
            "Der Verein eröffnet nächste Woche einen neuen Ort in der Stadt.",
        ],
    ],
)
def test_of_a_text_that_is_mostly_in_another_language_only_the_french_is_left(others):
    text = " ".join([others[0], FRENCH, *others])
    assert languages.detect(text) != "fr"
    assert languages.holds_french(text)
    left = [text[a:b].strip() for a, b, _ in languages.foreign(text)]
    assert left == [others[0], *others]


def test_a_french_sentence_stays_french_whatever_it_quotes_and_glosses():
    text = (
        "L'association Pont Vert (in English: the Green Bridge association) ouvre "
        "« a new place for everyone in the city » à Mulhouse."
    )
    assert languages.holds_french(text)
    assert list(languages.foreign(text)) == []


def test_sentences_in_alsatian_are_left_aside_and_french_ones_that_quote_it_are_not():
    text = "Le marché ouvre à huit heures. D'Storiche sìn wìder do. Venez nombreux."
    assert [text[a:b].strip() for a, b, _ in languages.foreign(text)] == [
        "D'Storiche sìn wìder do."
    ]
    assert list(languages.foreign("L'association Ìsch un Mìr se réunit dans la salle.")) == []
