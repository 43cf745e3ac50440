"""A changed version reads again, a share at a time, newest first, and loses no judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from flows import learned, steps
from nlp import classifier, model, names
from storage import actors, documents, judgements, open_store, tables
from vigie import workspace
from vigie.errors import ModelError, UnknownNameError
from vigie.records import Document, Judgement, Verdict

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    settings = workspace.create(tmp_path_factory.mktemp("versions") / "watch", "mulhouse")
    store = open_store(settings.storage.url, settings.folder)
    with store.writing() as c:
        documents.save(c, [document(number) for number in range(6)])
    steps.annotate(settings, store)
    yield settings, store
    store.close()


def document(number: int) -> Document:
    at = datetime.combine(DAY + timedelta(days=number), datetime.min.time(), UTC)
    return Document(
        id=f"d{number}",
        source_id="gazette",
        url=f"https://gazette.example/{number}",
        title="Vie locale",
        text=f"Le collectif Graine de Rue ouvre son atelier numéro {number} à Mulhouse.",
        published_at=at,
        fetched_at=at,
        language="fr",
    )


def versions(store) -> dict[str, str]:
    table = tables.documents.c
    with store.reading() as c:
        return dict(c.execute(select(table.id, table.annotated)).all())


def grow_old(store) -> None:
    with store.writing() as c:
        c.execute(update(tables.documents).values(annotated="0+ancien"))


def test_an_older_version_is_read_again_newest_first_and_a_share_at_a_time(watch):
    settings, store = watch
    grow_old(store)
    reading = steps.annotate(settings, store, again=2)
    assert (reading.done, reading.left) == (2, 4)
    assert {i for i, v in versions(store).items() if v == model.VERSION} == {"d4", "d5"}
    reading = steps.annotate(settings, store, again=None)
    assert (reading.done, reading.left) == (4, 0)


def test_news_never_waits_for_what_is_read_again(watch):
    settings, store = watch
    grow_old(store)
    old = replace(document(7), published_at=datetime(2020, 1, 1, tzinfo=UTC))
    with store.writing() as c:
        documents.save(c, [old])
    reading = steps.annotate(settings, store, again=0)
    assert (reading.done, reading.left) == (1, 6)
    assert versions(store)["d7"] == model.VERSION
    assert steps.annotate(settings, store, again=None).left == 0


def test_a_judged_actor_is_found_again_though_the_rules_make_another_key(watch, monkeypatch):
    settings, store = watch
    with store.writing() as c:
        [actor] = [a for a in actors.find(c, "Graine de Rue") if a.name == "Graine de Rue"]
        judgements.add(
            c,
            Judgement(
                actor_id=actor.id,
                verdict=Verdict.REJECT,
                who="Awa",
                at=datetime(2026, 3, 9, tzinfo=UTC),
                week="2026-W11",
            ),
        )
    grow_old(store)
    key = names.key
    monkeypatch.setattr(names, "key", lambda name: f"{key(name)} autrement".strip())
    steps.annotate(settings, store, again=None)
    with store.reading() as c:
        query = select(tables.mentions.c.actor_id).where(
            tables.mentions.c.surface == "Graine de Rue"
        )
        assert set(c.execute(query).scalars()) == {actor.id}
        assert actors.by_keys(c, [f"{key('Graine de Rue')} autrement"]) == {
            f"{key('Graine de Rue')} autrement": actor.id
        }
        assert judgements.standing(c, [actor.id])[actor.id].judgement.verdict is Verdict.REJECT


def test_weights_are_adopted_and_given_back_and_never_overwrite_the_shipped_ones(tmp_path):
    shipped = classifier.shipped()
    assert learned.version(tmp_path) == model.VERSION
    assert learned.weights(tmp_path) is None
    with pytest.raises(UnknownNameError, match="vigie learn"):
        learned.adopt(tmp_path)
    first = learned.propose(tmp_path, shipped, {"examples": 3})
    assert learned.version(tmp_path) == model.VERSION
    assert learned.adopt(tmp_path) == first
    assert learned.version(tmp_path) == f"{model.VERSION}+{first}"
    again = learned.weights(tmp_path)
    assert list(again.index) == list(shipped.index)
    assert (again.facts == shipped.facts).all()
    other = replace(shipped, offsets=shipped.offsets + 1)
    second = learned.propose(tmp_path, other, {})
    learned.adopt(tmp_path)
    assert learned.version(tmp_path) == f"{model.VERSION}+{second}"
    assert learned.undo(tmp_path) == first
    assert learned.undo(tmp_path) is None
    assert learned.version(tmp_path) == model.VERSION
    with pytest.raises(UnknownNameError, match="Rien à défaire"):
        learned.undo(tmp_path)


def test_weights_learnt_for_other_rules_are_not_used(tmp_path, monkeypatch):
    learned.propose(tmp_path, classifier.shipped(), {})
    learned.adopt(tmp_path)
    monkeypatch.setattr(model, "VERSION", "99+autre")
    assert learned.weights(tmp_path) is None
    assert learned.version(tmp_path) == "99+autre"


def test_damaged_weights_say_what_to_do(tmp_path):
    name = learned.propose(tmp_path, classifier.shipped(), {})
    learned.adopt(tmp_path)
    (tmp_path / "learned" / f"weights-{name}.npz").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="vigie learn --undo"):
        learned.weights(tmp_path)
