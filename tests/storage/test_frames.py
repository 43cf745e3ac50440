"""The tables for notebooks: every column documented, typed and as of a date, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import actors, annotations, documents, facts, frames, judgements, queues, sources
from storage.dictionary import Dtype
from vigie.records import (
    ActorKind,
    Candidate,
    Cluster,
    EnteredBy,
    Evidence,
    Feature,
    HealthState,
    Message,
    Outcome,
    Queue,
    Reach,
    Relation,
    RelationKind,
    Source,
    SourceKind,
    Verdict,
)
from vigie.settings import parse

MONDAY = date(2026, 3, 16)
EARLIER = MONDAY - timedelta(weeks=1)
SETTINGS = '[watch]\nterritory = ["246700488"]\n'
GAZETTE = Source(
    id="gazette",
    name="La Gazette",
    url="https://gazette.example/feed",
    kind=SourceKind.FEED,
    every=timedelta(hours=6),
    reach=Reach.LOCAL,
    expected=(1, 5),
)


@pytest.fixture
def data(store, tmp_path):
    return frames.Frames(store, parse(SETTINGS, tmp_path), MONDAY)


@pytest.fixture
def town(store, press):
    """Two groups named over two weeks by two sources, one of them proposed and kept."""
    with store.writing() as c:
        sources.save(c, [GAZETTE])
        press.publish(c, 1, EARLIER, "Fil et Co")
        press.publish(c, 2, MONDAY, "Fil et Co", source="blog")
        together = press.document(3, MONDAY, text="Avec Fil et Co, Terre d’Ill.")
        documents.save(c, [together])
        found = replace(
            press.annotation(together, "Fil et Co", "Terre d’Ill"),
            relations=(Relation(first=0, second=1, kind=RelationKind.PARTNERS, sentence="Avec."),),
        )
        annotations.save(c, [found], press.resolution(found))
        press.publish(c, 4, MONDAY + timedelta(days=1), "Demain", "Fil et Co")
        for hours, state in ((6, HealthState.LIVELY), (30, HealthState.BLOCKED)):
            at = datetime(2026, 3, 16, tzinfo=UTC) + timedelta(hours=hours)
            said = Message("{n} document", {"n": 3}, "{n} documents")
            outcome = Outcome(source_id="gazette", at=at, state=state, message=said, documents=3)
            sources.save_outcome(c, outcome)
        queues.save(c, queue(press))
        judgements.add(c, press.judgement("Fil et Co", Verdict.KEEP, MONDAY))
        judgements.add(c, press.judgement("Terre d’Ill", Verdict.REJECT, MONDAY + timedelta(1)))


def queue(press):
    term = Feature(
        name="novelty",
        value=0.5,
        weight=1.75,
        contribution=0.25,
        detail=Message("vu depuis {n} jour", {"n": 7}, "vu depuis {n} jours"),
    )
    quoted = Evidence(
        document_url="https://gazette.example/1",
        source="La Gazette",
        date=EARLIER,
        quote="Voici Fil et Co.",
        surface="Fil et Co",
    )
    candidate = Candidate(
        actor_id=press.id_of("Fil et Co"),
        name="Fil et Co",
        aliases=(),
        kind=ActorKind.THIRD_PLACE,
        commune="67482",
        score=0.25,
        rank=1,
        entered_by=EnteredBy.EXPLORATION,
        first_seen=EARLIER,
        mentions=2,
        stories=2,
        sources=2,
        cluster="c1",
        reasons=(term,),
        evidence=(quoted,),
    )
    members = (press.id_of("Fil et Co"), press.id_of("Terre d’Ill"))
    group = Cluster(id="c1", label=("couture", "réemploi"), members=members, since="2026-W11")
    return Queue(week="2026-W12", as_of=MONDAY, candidates=(candidate,), clusters=(group,))


def table(data, name):
    return data.texts(10) if name == "texts" else getattr(data, name)()


def types(one):
    return {column: str(dtype) for column, dtype in one.dtypes.items()}


def typed(column):
    return "datetime64[us, Europe/Paris]" if column.dtype is Dtype.MOMENT else column.dtype.value


def test_every_table_has_its_documented_columns_and_types_full_or_empty(data, request):
    wanted = {
        name: {column.name: typed(column) for column in columns}
        for name, columns in frames.TABLES.items()
    }
    empty = {name: table(data, name) for name in frames.TABLES}
    assert {name: types(one) for name, one in empty.items()} == wanted
    assert {name for name, one in empty.items() if len(one)} == {"places"}
    request.getfixturevalue("town")
    full = {name: table(data.at(MONDAY), name) for name in frames.TABLES}
    assert {name: types(one) for name, one in full.items()} == wanted
    assert all(map(len, full.values()))
    said = {str(value) for one in full.values() for row in one.values for value in row}
    assert "retenu" in said
    assert "Awa" not in said, "who gave a verdict is in no table"


def test_every_public_table_is_in_the_dictionary_and_every_column_says_what_it_holds():
    others = {"at", "close", "facts", "history", "listed", "store", "settings", "as_of", "language"}
    public = {name for name in vars(frames.Frames) if not name.startswith("_")} - others
    assert public == set(frames.TABLES)
    assert all(column.meaning for columns in frames.TABLES.values() for column in columns)
    for columns in frames.TABLES.values():
        assert len({column.name for column in columns}) == len(columns)


def test_nothing_that_became_known_later_is_in_a_table(data, town):
    assert set(data.actors().name) == {"Fil et Co", "Terre d’Ill"}
    assert len(data.documents()) == 3
    assert data.mentions().groupby("name").size().to_dict() == {"Fil et Co": 3, "Terre d’Ill": 1}
    assert data.weekly_counts().mentions.sum() == 4
    assert data.judgements().verdict.tolist() == ["retenu"]
    assert data.sources().set_index("source_id").state["gazette"] == "vivante"
    assert len(data.crawls()) == 1
    before = data.at(EARLIER)
    assert before.candidates().empty
    assert before.relations().empty
    assert before.actors().verdict.isna().all()
    assert len(data.at(MONDAY + timedelta(days=1)).documents()) == 4


def test_an_actor_comes_with_its_counts_its_place_and_the_verdict_on_it(data, town):
    fil = data.actors().set_index("name").loc["Fil et Co"]
    assert (fil.mentions, fil.stories, fil.sources) == (3, 3, 2)
    assert (fil.first_day.date(), fil.last_day.date()) == (EARLIER, MONDAY)
    assert fil.verdict == "retenu"
    alone = data.weekly_counts(actor_id=fil.actor_id)
    assert alone.week.dt.date.tolist() == [EARLIER, MONDAY, MONDAY]
    assert alone.stories.sum() == 3
    assert len(data.mentions(since=MONDAY, actor_id=fil.actor_id)) == 2


def test_whom_a_queue_showed_is_found_among_the_actors_after_a_merge(data, town, store, press):
    with store.writing() as c:
        actors.merge(c, press.id_of("Fil et Co"), press.id_of("Demain"))
    shown, judged = data.candidates(), data.judgements()
    assert list(shown.actor_id) == [press.id_of("Fil et Co")]
    assert list(shown.root_id) == [press.id_of("Demain")]
    assert press.id_of("Demain") in set(judged.root_id)
    assert press.id_of("Demain") not in set(judged.actor_id)
    assert set(shown.root_id) | set(judged.root_id) <= set(data.actors().actor_id)


def test_who_was_proposed_has_a_reason_and_no_score(data, town, store, press):
    shown = queue(press)
    [one] = shown.candidates
    term = Feature(
        name="proposed",
        value=1.0,
        weight=0,
        contribution=0,
        detail=Message("Proposé par le public le {day}", {"day": "16 mars"}),
    )
    other = replace(
        one,
        actor_id=press.id_of("Demain"),
        rank=2,
        score=0.0,
        entered_by=EnteredBy.PROPOSED,
        reasons=(term,),
    )
    with store.writing() as c:
        queues.save(c, replace(shown, candidates=(one, other)))
    found = data.candidates()
    assert list(found.score.fillna(-1)) == [0.25, -1]
    assert list(found.proposed) == [False, True]
    assert list(data.features().term) == ["nouveauté", "proposition"]


def test_the_weeks_are_told_in_words_without_identifiers_of_enumerations(data, town):
    [candidate] = data.candidates().itertuples()
    assert (candidate.kind, candidate.commune, candidate.exploration) == (
        "tiers-lieu",
        "Strasbourg",
        True,
    )
    assert (candidate.cluster, candidate.verdict) == ("couture, réemploi", "retenu")
    [term] = data.features().itertuples()
    assert (term.term, term.detail) == ("nouveauté", "vu depuis 7 jours")
    assert data.clusters().change.tolist() == ["se poursuit", "se poursuit"]
    assert data.relations().relation.tolist() == ["partenaire de"]
    english = frames.Frames(data.store, data.settings, MONDAY, language="en")
    assert english.candidates().kind.tolist() == ["third place"]


def test_a_source_comes_with_what_it_gave_and_what_it_was_first_to_name(data, town):
    gazette = data.sources().set_index("source_id").loc["gazette"]
    assert (gazette.documents, gazette.discoveries, gazette.kept) == (2, 2, 1)
    assert (gazette.expected_low, gazette.expected_high, gazette.every) == (1, 5, 6.0)
    weeks = data.source_weeks().set_index(["source_id", "week"])
    assert weeks.documents.sum() == 3
    assert weeks.loc[("gazette", str(EARLIER)), "discoveries"] == 1


def test_the_facts_are_those_that_a_detection_reads(data, town, store):
    with store.reading() as c:
        assert data.facts() == facts.week(c, MONDAY)
    assert data.history().last_day == MONDAY + timedelta(days=1)


def test_a_workspace_is_opened_by_its_folder_or_by_the_environment(tmp_path, fresh, monkeypatch):
    (tmp_path / "vigie.toml").write_text(SETTINGS, encoding="utf-8")
    monkeypatch.setenv("VIGIE_DIR", str(tmp_path))
    data = frames.of_workspace(as_of=MONDAY)
    assert data.settings.folder == tmp_path
    assert data.actors().empty
    data.close()
