"""French typography and dates, and a complete English catalogue."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from jinja2.ext import babel_extract

import review
from review.words import moment
from vigie.language import translations
from vigie.records import Message, RejectReason, SourceKind, Verdict
from vigie.typography import in_words, long_date, typeset, week_span
from vigie.words import REASONS, SOURCE_KINDS, VERDICTS

TEMPLATES = Path(review.__file__).parent / "templates"


def test_french_marks_do_not_start_a_line():
    assert typeset("Quoi : « ceci » ; vraiment ? Oui !", "fr") == (
        "Quoi\u00a0: «\u00a0ceci\u00a0»\u202f; vraiment\u202f? Oui\u202f!"
    )
    assert typeset("What: “this” ?", "en") == "What: “this” ?"


@pytest.mark.parametrize(
    ("monday", "french", "english"),
    [
        (date(2026, 3, 16), "du 16 au 22 mars 2026", "16 to 22 March 2026"),
        (date(2026, 3, 30), "du 30 mars au 5 avril 2026", "30 March to 5 April 2026"),
        (
            date(2025, 12, 29),
            "du 29 décembre 2025 au 4 janvier 2026",
            "29 December 2025 to 4 January 2026",
        ),
        (date(2026, 6, 1), "du 1er au 7 juin 2026", "1 to 7 June 2026"),
    ],
)
def test_the_days_of_a_week_are_said_without_repeating(monday, french, english):
    assert week_span(monday, "fr") == french
    assert week_span(monday, "en") == english


def test_dates_and_hours_are_those_of_the_territory():
    at = datetime(2026, 2, 28, 23, 5, tzinfo=UTC)
    assert long_date(date(2026, 3, 1), "fr") == "1er mars 2026"
    assert moment(at, "fr", ZoneInfo("Europe/Paris")) == "1er mars 2026 à 0\u00a0h\u00a005"
    assert moment(at, "en", ZoneInfo("Europe/Paris")) == "1 March 2026 at 00:05"


def test_every_verdict_reason_and_kind_has_its_words():
    assert set(VERDICTS) == set(Verdict)
    assert set(REASONS) == set(RejectReason)
    assert set(SOURCE_KINDS) == set(SourceKind)


def template_messages():
    """Return what the templates say: (file, message or pair of messages)."""
    for file in sorted(TEMPLATES.glob("*.html")):
        with file.open("rb") as opened:
            options = {"encoding": "utf-8", "newstyle_gettext": "true", "trimmed": "false"}
            keywords = ("_", "gettext", "ngettext")
            for _, _, message, _ in babel_extract(opened, keywords, [], options):
                yield file.name, message


def test_every_sentence_of_the_pages_has_its_english():
    english = translations("en")
    missing = []
    for file, message in template_messages():
        single, plural = message[:2] if isinstance(message, tuple) else (message, None)
        found = english.ngettext(single, plural, 2) if plural else english.gettext(single)
        catalogue = getattr(english, "_catalog", {})
        if (single, 1) not in catalogue and single not in catalogue:
            missing.append((file, single, found))
    assert not missing


def test_days_inside_a_message_are_said_in_words():
    first = Message("vu le {day}", {"day": "2026-03-01"})
    whole = Message("{a} ; {b}, {c}", {"a": first, "b": "13/11/2026", "c": "2026-02-31 x"})
    assert in_words(whole, "fr") == "vu le 1er mars 2026\u202f; 13 novembre 2026, 2026-02-31 x"
    assert in_words(Message("{day}", {"day": "2026-02-31"}), "fr") == "2026-02-31"
    assert in_words(Message("{day}", {"day": "13/11/2026"}), "en") == "13 November 2026"
