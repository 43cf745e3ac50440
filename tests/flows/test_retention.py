"""What is no longer kept: as the command says it, and as the schedule does it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from filelock import FileLock

from flows import retention
from nlp import model, persons
from storage import erasures, open_store, proposals, queues, tables
from tests.command import here
from tests.storage.conftest import Press
from vigie import lock
from vigie.records import ActorKind, Candidate, EnteredBy, Evidence, Proposal, Queue
from vigie.settings import load

NOW = datetime.now(UTC)
MORE = """
[crawler]
archive_days = 30
[retention]
full_text_days = 90
"""


@pytest.fixture
def kept(tmp_path):
    """A workspace with two documents of last year, one of today, and their raw responses."""
    (tmp_path / "vigie.toml").write_text(MORE, encoding="utf-8")
    press, old = Press(), (NOW - timedelta(days=200)).date()
    store = open_store("sqlite:///data/vigie.db", tmp_path)
    with store.writing() as c:
        press.publish(c, 1, old, "Le Fil")
        press.publish(c, 2, old, "La Remise")
        press.publish(c, 3, NOW.date(), "Le Fil")
    store.close()
    for day in (old, NOW.date()):
        _response(tmp_path, day)
    return tmp_path


def _response(folder, day: date) -> None:
    path = folder / "data" / "archive" / f"{day:%Y}" / f"{day:%Y-%m-%d}-0a0b0c0d.warc.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 300_000)


def left(folder) -> tuple[int, int, int]:
    """Return how many texts, mentions and files of responses are kept."""
    store = open_store("sqlite:///data/vigie.db", folder)
    with store.reading() as c:
        texts = c.exec_driver_sql("select count(*) from texts where text <> ''").scalar_one()
        mentions = c.exec_driver_sql("select count(*) from mentions").scalar_one()
    store.close()
    return texts, mentions, len(list((folder / "data" / "archive").glob("*/*.gz")))


def test_a_dry_run_says_what_would_go_and_touches_nothing(kept):
    done = here("retention", "--dry-run", "--dir", kept)
    assert done.returncode == 0
    assert "Serait effacé" in done.stderr
    assert "Textes intégraux : 2 documents" in done.stdout
    assert "Réponses brutes : 1 fichier, 0,3 Mo" in done.stdout
    assert left(kept) == (3, 3, 2)


def test_what_is_too_old_goes_once_and_mentions_stay(kept):
    assert "Textes intégraux : 2 documents" in here("retention", "--dir", kept).stdout
    assert left(kept) == (1, 3, 1)
    assert "Textes intégraux : 0 document" in here("retention", "--dir", kept).stdout


def test_without_a_setting_every_text_is_kept(kept):
    (kept / "vigie.toml").write_text("[crawler]\narchive_days = 0\n", encoding="utf-8")
    assert "Textes intégraux : 0 document" in here("retention", "--dir", kept).stdout
    assert left(kept) == (3, 3, 2)


def test_many_texts_go_batch_by_batch(kept, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    here("retention", "--dir", kept)
    assert left(kept) == (1, 3, 1)


# --- the persons whom quotes name ----------------------------------------------------------

SAID = "« Il nous faut un local », explique Marie Durantin, présidente du Fil."
WITHOUT = "« Il nous faut un local », explique […], présidente du Fil."


@pytest.fixture
def quoted(kept):
    """The same workspace, in which what is quoted names a person, in a queue of then as well."""
    (kept / "vigie.toml").write_text("[retention]\npersons_days = 90\n", encoding="utf-8")
    store = open_store("sqlite:///data/vigie.db", kept)
    with store.writing() as c:
        c.execute(tables.mentions.update().values(sentence=SAID))
        for day in ((NOW - timedelta(days=190)).date(), NOW.date()):
            queues.save(
                c,
                Queue(week=f"{day:%G-W%V}", as_of=day, candidates=(_candidate(day),), clusters=()),
            )
    store.close()
    return kept


def _candidate(day: date) -> Candidate:
    evidence = Evidence(
        document_url="https://g.example/1", source="G", date=day, quote=SAID, surface="Fil"
    )
    return Candidate(
        actor_id=Press().id_of("Le Fil"), name="Le Fil", aliases=(), kind=ActorKind.ASSOCIATION, commune=None,
        score=0.5, rank=1, entered_by=EnteredBy.RANKING, first_seen=day, mentions=1, stories=1, sources=1,
        cluster=None, reasons=(), evidence=(evidence,),
    )  # fmt: skip


def quotes(folder) -> tuple[list[str], list[str]]:
    """Return the sentences of mentions, and those of queues, the oldest first."""
    store = open_store("sqlite:///data/vigie.db", folder)
    with store.reading() as c:
        said = list(c.exec_driver_sql("select sentence from mentions order by known_on").scalars())
        weeks = [queues.load(c, week) for week in sorted(queues.weeks(c))]
    store.close()
    return said, [one.candidates[0].evidence[0].quote for one in weeks if one]


def test_old_quotes_stay_without_the_persons_that_they_name(quoted):
    assert (
        "2 documents où il peut y en avoir"
        in here("retention", "--dry-run", "--dir", quoted).stdout
    )
    assert quotes(quoted) == ([SAID, SAID, SAID], [SAID, SAID])
    here("retention", "--dir", quoted)
    assert quotes(quoted) == ([WITHOUT, WITHOUT, SAID], [WITHOUT, SAID])
    assert "0 document où il peut y en avoir" in here("retention", "--dir", quoted).stdout


def reads_with(monkeypatch, without) -> None:
    """Let quotes be read by something quicker than a language model."""
    monkeypatch.setattr(persons, "without", without)
    monkeypatch.setattr(model, "load", lambda: None)


def test_a_name_erased_while_old_quotes_are_read_again_is_not_put_back(quoted, monkeypatch):
    given = Proposal(actor_id=Press().id_of("Le Fil"), name="Le Fil", what=SAID, place="", at=NOW - timedelta(days=190),
                     day=(NOW - timedelta(days=190)).date())  # fmt: skip
    store = open_store("sqlite:///data/vigie.db", quoted)
    with store.writing() as c:
        number = proposals.add(c, given, "n1", made_actor=False)
    page = open_store("sqlite:///data/vigie.db", quoted, patience=0.1)
    read = []

    def slowly(sentences, _model):
        """See no person; meanwhile somebody erases one on the page, whose turn to write it is."""
        for sentence, _ in sentences:
            with page.writing() as c:
                erasures.erase(c, ["Marie Durantin"], "Awa", NOW)
            read.append(sentence)
            yield sentence

    reads_with(monkeypatch, slowly)
    settings = load(quoted)
    retention.apply(settings, store, NOW)
    assert read.count(SAID) == 2  # of the proposal and of the queue, as they were
    said, evidence = quotes(quoted)
    with store.reading() as c:
        assert "Durantin" not in str([said, evidence, proposals.get(c, number)])
    # What was left is done the next time.
    read.clear()
    retention.apply(settings, store, NOW)
    assert len(read) == 2
    retention.apply(settings, store, NOW)
    assert len(read) == 2
    page.close()
    store.close()


def test_what_is_old_is_old_by_the_clock_of_the_territory(quoted, monkeypatch):
    reads_with(monkeypatch, lambda sentences, _: ("[…]" for _ in sentences))
    now = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # 2 July in Paris
    last = (now - timedelta(days=90)).date()
    store = open_store("sqlite:///data/vigie.db", quoted)
    with store.writing() as c:
        for week, day in (("2026-W98", last), ("2026-W99", last + timedelta(days=1))):
            one = Queue(week=week, as_of=day, candidates=(_candidate(day),), clusters=())
            queues.save(c, one)
    retention.apply(load(quoted), store, now)
    store.close()
    assert quotes(quoted)[1][-2:] == ["[…]", SAID]


def test_a_dry_run_waits_for_nobody_and_a_true_one_for_who_crawls_or_reads(kept):
    for of in (lock.FETCHING, lock.READING):
        with FileLock(kept / "data" / f"{of}.lock"):
            assert here("retention", "--dry-run", "--dir", kept).returncode == 0
            done = here("retention", "--dir", kept)
            assert done.returncode == 1
            assert "travaille déjà" in done.stderr
    with FileLock(kept / "data" / "vigie.lock"):
        assert here("erase", "Marie Durantin", "--dry-run", "--dir", kept).returncode == 0
    assert left(kept) == (3, 3, 2)


def test_a_name_that_is_an_actors_stays_in_its_quotes():
    given = [("L’association Paul Vogel invite Jean-Luc Weber.", ["association Paul Vogel"])]
    assert list(persons.without(given, model.load())) == ["L’association Paul Vogel invite […]."]
