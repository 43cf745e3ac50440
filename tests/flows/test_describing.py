from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from flows.describing import tell_notes
from nlp import pieces
from vigie.records import Annotation, Document

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_text_that_was_read_otherwise_than_it_stands_is_named(capsys):
    document = Document(
        id="d",
        source_id="s",
        url="https://journal.example/d",
        title="Les Malles",
        text="Les Malles du Val chantent. " * 500,
        published_at=NOW,
        fetched_at=NOW,
        language="fr",
    )
    read = Annotation(document_id="d", version="1", language="fr")
    noted = replace(read, notes=tuple(pieces.read_as(document.text).ways))
    tell_notes([document, document], [read, noted])
    assert capsys.readouterr().err.splitlines() == [
        (
            "« Les Malles » (https://journal.example/d) : le texte se répète : "
            "chaque phrase n’en est lue qu’une fois."
        )
    ]
