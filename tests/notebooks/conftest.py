"""A simulated season, read as its own truth says: no language model, the same every time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from flows import steps
from nlp import gathering, kinds, resolution
from nlp.recognition import Found
from nlp.relations import relations
from nlp.text import sentences
from simulation import simulate, write_settings
from storage import annotations, documents, judgements, open_store
from vigie.records import (
    Annotation,
    Judgement,
    Label,
    Mention,
    RejectReason,
    Relation,
    Verdict,
    document_text,
)
from vigie.settings import load

UNTIL = date(2025, 6, 30)
"""A Monday; the world ends before it."""
NAMED = {"ACTOR": Label.ACTOR, "INSTITUTION": Label.INSTITUTION}


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """A workspace with four weeks' queues, of which the first was gone through."""
    folder = tmp_path_factory.mktemp("town")
    simulate(folder / "web", "mulhouse", weeks=14, seed=3, scale=0.3, until=UNTIL)
    write_settings(folder / "web", folder)
    settings = load(folder)
    store = open_store(settings.storage.url, settings.folder)
    steps.import_archive(settings, store, folder / "web" / "documents.jsonl", None)
    read(store, folder / "web" / "annotations.jsonl")
    for weeks_ago in (3, 2, 1, 0):
        queue = steps.detect(settings, store, UNTIL - timedelta(weeks=weeks_ago))
        if weeks_ago == 3:
            judge(store, queue)
    store.close()
    return folder


def read(store, told):
    """Store what a perfect reader would find in the texts."""
    notes = {note["url"]: note for note in map(json.loads, told.read_text("utf-8").splitlines())}
    with store.writing() as c:
        read = documents.load(c, documents.unread(c, 10_000))
        found = [annotation(one, notes[one.url]) for one in read if one.url in notes]
        annotations.save(c, found, resolution.resolve(gathering.gather(found), {}), read=read)


def annotation(document, note):
    text = document_text(document)
    bounds = list(sentences(text))
    spans = [span for span in note["spans"] if span["label"] in NAMED]
    places = [next(b for b in bounds if b[0] <= s["start"] < b[1]) for s in spans]
    mentions = tuple(
        Mention(
            document_id=document.id,
            surface=span["text"],
            label=NAMED[span["label"]],
            start=span["start"],
            end=span["end"],
            sentence=text[slice(*place)],
            confidence=0.9,
            rule="truth",
            kind=kinds.kind_of(span["text"], text[slice(*place)]),
            commune=next(iter(note["communes"]), None),
        )
        for span, place in zip(spans, places, strict=True)
    )
    found = [
        Found(span["start"], span["end"], NAMED[span["label"]], 0.9, "truth", place)
        for span, place in zip(spans, places, strict=True)
    ]
    return Annotation(
        document_id=document.id,
        version="truth",
        language="fr",
        mentions=mentions,
        communes=tuple(note["communes"]),
        relations=tuple(
            Relation(first=one, second=other, kind=kind, sentence=text[slice(*place)])
            for one, other, kind, place in relations(text, found)
        ),
    )


def judge(store, queue):
    """Keep the first half of a queue and reject the other."""
    with store.writing() as c:
        for place, one in enumerate(queue.candidates):
            kept = place < len(queue.candidates) / 2
            judgements.add(
                c,
                Judgement(
                    actor_id=one.actor_id,
                    verdict=Verdict.KEEP if kept else Verdict.REJECT,
                    reason=None if kept else RejectReason.OFF_TOPIC,
                    who="Awa",
                    at=datetime(2025, 6, 9, 9, tzinfo=UTC),
                    week=queue.week,
                ),
            )
