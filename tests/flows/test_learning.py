"""Judgements teach the extraction: the same every time, shown before it is adopted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from flows import learned, learning, steps
from nlp import classifier, model
from nlp.training import generate
from storage import documents, judgements, open_store, tables
from tests import databases
from vigie import workspace
from vigie.errors import InputError
from vigie.records import Document, Judgement, Label, RejectReason, Verdict

pytestmark = databases.once

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STALLS = ["Orval", "Brume", "Cendre", "Lierre", "Sorbier", "Houblon", "Genêt", "Tilleul"]
"""Words that stand where a group would, and that an officer rejects."""


@pytest.fixture
def watch(tmp_path):
    settings = workspace.create(tmp_path / "watch", "mulhouse")
    store = open_store(settings.storage.url, settings.folder)
    yield settings, store
    store.close()


def publish(store, texts: list[str]) -> None:
    made = [
        Document(
            id=f"d{number}",
            source_id="gazette",
            url=f"https://gazette.example/{number}",
            title="Vie locale",
            text=text,
            published_at=NOW + timedelta(days=number),
            fetched_at=NOW + timedelta(days=number),
            language="fr",
        )
        for number, text in enumerate(texts)
    ]
    with store.writing() as c:
        documents.save(c, made)


def judge(store, actor_id: str, verdict: Verdict, reason: RejectReason | None = None) -> None:
    with store.writing() as c:
        judgements.add(
            c,
            Judgement(
                actor_id=actor_id,
                verdict=verdict,
                reason=reason,
                who="Awa",
                at=NOW,
                week="2026-W10",
            ),
        )


def test_too_few_judgements_teach_nothing_and_say_so(watch):
    settings, store = watch
    with pytest.raises(InputError, match="Trop peu d’avis"):
        learning.propose(settings, store)


def test_what_was_learnt_is_the_same_each_time_and_used_only_once_adopted(watch):
    settings, store = watch
    publish(store, [f"Le club {name} propose un atelier samedi à la halle." for name in STALLS])
    steps.annotate(settings, store)
    with store.reading() as c:
        found = {row.surface: row.actor_id for row in c.execute(_mentions())}
    assert len(found) >= learning.FEWEST
    for actor_id in found.values():
        judge(store, actor_id, Verdict.REJECT, RejectReason.NOT_AN_ACTOR)
    told = learning.judged_names(store)
    assert {one.label for one in told} == {None}
    shipped = classifier.shipped()
    lessons = list(generate.examples(1, 1))[::48]
    one = learning.propose(settings, store, lessons)
    other = learning.propose(settings, store, lessons)
    assert (one.weights.facts == other.weights.facts).all()
    assert one.changes == other.changes
    assert one.taught + one.held_out == len(set(told))
    # The judged word is no longer taken for a name, and the shipped weights are as they were.
    assert any(change.after is None for change in one.changes)
    assert classifier.shipped() is shipped
    assert learned.version(settings.data) == model.VERSION
    name = learned.adopt(settings.data)
    reading = steps.annotate(settings, store, again=None)
    assert reading.done == len(STALLS)
    with store.reading() as c:
        left = list(c.execute(_mentions()))
    assert len(left) < len(found)
    assert learned.version(settings.data).endswith(name)
    learned.undo(settings.data)
    steps.annotate(settings, store, again=None)
    with store.reading() as c:
        assert {row.surface: row.actor_id for row in c.execute(_mentions())} == found


def test_each_reason_says_what_a_name_is(watch):
    settings, store = watch
    publish(store, [f"L'association {name} ouvre un atelier à Mulhouse." for name in STALLS[:4]])
    steps.annotate(settings, store)
    with store.reading() as c:
        ids = {row.surface: row.actor_id for row in c.execute(_mentions())}
    given = [
        (Verdict.KEEP, None),
        (Verdict.REJECT, RejectReason.PLACE),
        (Verdict.REJECT, RejectReason.OFF_TOPIC),
        (Verdict.REJECT, RejectReason.INSTITUTION),
    ]
    for actor_id, (verdict, reason) in zip(ids.values(), given, strict=False):
        judge(store, actor_id, verdict, reason)
    labels = {one.label for one in learning.judged_names(store)}
    assert labels == {Label.ACTOR, Label.PLACE, Label.INSTITUTION}


def _mentions():
    table = tables.mentions.c
    return select(table.surface, table.actor_id).order_by(table.document_id, table.position)
