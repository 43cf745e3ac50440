"""What is no longer kept: as the command says it, and as the schedule does it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from flows import retention
from nlp import model, persons
from storage import open_store, queues, tables
from tests.command import here
from tests.storage.conftest import Press
from vigie.records import ActorKind, Candidate, EnteredBy, Evidence, Queue

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


def test_a_name_that_is_an_actors_stays_in_its_quotes():
    given = [("L’association Paul Vogel invite Jean-Luc Weber.", ["association Paul Vogel"])]
    assert list(persons.without(given, model.load())) == ["L’association Paul Vogel invite […]."]
