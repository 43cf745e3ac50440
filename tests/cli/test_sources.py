"""`vigie crawl` and `vigie sources`, as a person at a terminal meets them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from storage import open_store, source_changes, sources
from tests import databases
from tests.crawlers.conftest import settings
from tests.flows.press import press, workspace
from vigie import catalogue
from vigie.cli import cli
from vigie.cli import sources as commands
from vigie.cli.scouting import Scout
from vigie.errors import InputError
from vigie.records import (
    Document,
    EventDetails,
    HealthState,
    Message,
    Outcome,
    SourceChange,
)
from vigie.settings import load

pytestmark = databases.once

MONDAY = date(2026, 3, 2)
BROKEN = '\n[[source]]\nid = "page"\nname = "Une page"\nurl = "{base}/broken"\nkind = "feed"\n'


@pytest.fixture
def watched(tmp_path):
    with press(MONDAY - timedelta(weeks=1)) as base:
        yield workspace(tmp_path / "veille", base, BROKEN.format(base=base)), base


def vigie(*arguments, **options):
    return CliRunner().invoke(cli, [str(a) for a in arguments], **options)


def test_a_crawl_says_one_line_a_source_and_a_total(watched):
    folder, _ = watched
    result = vigie("crawl", "--dir", folder)
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    assert [line.partition(" : ")[0] for line in lines[-5:-1]] == [
        "gazette", "quartier", "agora", "page",
    ]  # fmt: skip
    assert "nouveaux : 11" in lines[-1]

    again = vigie("crawl", "--due", "--dir", folder)
    assert again.exit_code == 0
    assert "nouveaux : 0" in again.stderr.splitlines()[-1]
    assert "gazette" not in again.stderr


def test_a_check_says_what_each_source_is(watched):
    folder, _ = watched
    result = vigie("sources", "check", "--dir", folder)
    assert result.exit_code == 1
    gazette, *_, page = result.stdout.splitlines()
    assert gazette.startswith("gazette : ")
    assert "documents, le plus récent daté du 2026-02-" in gazette
    assert "page web au lieu d’un flux" in page


def test_adding_shows_samples_asks_and_keeps_the_files_comments(watched):
    folder, base = watched
    path = folder / "vigie.toml"
    path.write_text("# Notre veille\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    result = vigie("sources", "add", f"{base}/agora", "--dir", folder, input="1\n")
    assert result.exit_code == 0, result.output
    assert result.output.count("   – ") == 2
    assert path.read_text(encoding="utf-8").startswith("# Notre veille\n")
    added = load(folder).sources[-1]
    assert (added.name, added.url) == ("Agora", f"{base}/agora")
    assert len({source.id for source in load(folder).sources}) == 5

    refused = vigie("sources", "add", f"{base}/agora", "--dir", folder, input="0\n")
    assert refused.exit_code == 0
    assert len(load(folder).sources) == 5


@pytest.mark.parametrize(
    ("start", "shown"), [("2026-04-03T18:30:00", "03/04/2026 20:30"), ("2026-04-02T22:00:00", "03/04/2026")]
)  # fmt: skip
def test_a_sample_of_a_calendar_shows_when_it_begins(start, shown, tmp_path):
    now = datetime(2026, 3, 1, tzinfo=UTC)
    event = EventDetails(start=datetime.fromisoformat(f"{start}+00:00"))
    document = Document(
        id="a",
        source_id="agenda",
        url="https://agenda.example/1",
        title="Soirée jeux",
        text="",
        published_at=now,
        fetched_at=now,
        event=event,
    )
    found = settings(tmp_path)
    assert commands._sample(document, found) == f"{shown}  Soirée jeux"


def test_a_moment_long_ago_is_listed_with_its_year(tmp_path):
    now, found = datetime.now(UTC), settings(tmp_path)
    assert commands._moment(now - timedelta(days=500), found).endswith(
        f"/{(now - timedelta(days=500)).year}"
    )
    assert commands._moment(now, found).endswith(f"{now.astimezone(found.zone):%H:%M}")
    assert commands._moment(None, found) == ""


def test_the_catalogue_goes_out_and_in_again_whole(watched, tmp_path):
    folder, base = watched
    listing = tmp_path / "sources.opml"
    first = load(folder).sources[0]
    # The same address read in two ways is two sources.
    catalogue.add(folder, replace(first, id="encore", tags=("autre",), full_text=True))
    assert vigie("sources", "export", listing, "--dir", folder).exit_code == 0
    other = workspace(tmp_path / "autre", base)
    text = (other / "vigie.toml").read_text(encoding="utf-8")
    (other / "vigie.toml").write_text(text[: text.index("[[source]]")], encoding="utf-8")
    result = vigie("sources", "import", listing, "--dir", other)
    assert result.exit_code == 0, result.output
    assert load(other).sources == load(folder).sources
    assert "0 ajoutées, 5 déjà" in vigie("sources", "import", listing, "--dir", other).stderr


def test_the_list_shows_those_that_need_somebody_first_and_when_they_are_tried_again(
    watched, monkeypatch
):
    folder, _ = watched
    vigie("crawl", "--dir", folder)
    listing = vigie("sources", "list", "--dir", folder)
    assert listing.exit_code == 0
    head, first, *others = listing.stdout.splitlines()
    for column in ("État", "Depuis", "Plus récent", "Dernier passage", "Prochain", "Constat"):
        assert column in head
    assert first.startswith("page ")
    assert "mauvais format" in first
    assert "jamais" in listing.stdout
    assert [line.split()[0] for line in others if line[:1].strip()] == [
        "agora", "gazette", "quartier",
    ]  # fmt: skip

    long = "une-source-dont-le-nom-est-plus-long-que-la-place-qui-lui-reste"
    catalogue.add(folder, replace(load(folder).sources[0], id=long, url="https://l.example/rss"))
    for columns, last in ((80, False), (100, True)):
        monkeypatch.setattr(commands, "width", lambda wide=columns: wide)
        lines = vigie("sources", "list", "--dir", folder).stdout.splitlines()
        assert max(map(len, lines)) <= columns
        for column in ("Source", "État", "Depuis", "Plus récent", "Prochain"):
            assert column in lines[0]
        assert ("Dernier passage" in lines[0]) is last
        assert lines[1].startswith("page ")
        assert "mauvais format" in lines[1]
        assert lines[2].startswith("   page web au lieu d’un flux")
        assert lines[-2] == long
        assert "pas encore essayée" in lines[-1]


def test_a_crawl_names_the_sources_that_it_leaves_alone(watched):
    folder, _ = watched
    vigie("crawl", "--dir", folder)
    settings = load(folder)
    later = datetime.now(UTC) + timedelta(hours=5)
    store = open_store(settings.storage.url, settings.folder)
    with store.writing() as c:
        sources.save_outcome(
            c,
            Outcome(
                source_id="agora",
                at=datetime.now(UTC),
                state=HealthState.UNREACHABLE,
                message=Message("le site est en panne (réponse {status})", {"status": 503}),
                not_before=later,
            ),
        )
    store.close()
    lines = vigie("crawl", "--dir", folder).stderr.splitlines()
    when = f"{later.astimezone(settings.zone):%d/%m %H:%M}"
    assert f"agora : laissée tranquille jusqu’au {when}, comme son site le demande" in lines
    listing = vigie("sources", "list", "--dir", folder).stdout
    (agora,) = (line for line in listing.splitlines() if line.startswith("agora "))
    assert "injoignable" in agora
    assert when in agora


def test_the_pages_visit_as_the_commands_do(watched):
    folder, base = watched
    scout, gazette = Scout(folder), load(folder).sources[0]
    outcome = scout.check(gazette)
    assert outcome.state is HealthState.LIVELY
    assert "documents, le plus récent daté du 2026-02-" in str(outcome.message)
    found = scout.discover(f"{base}/quartier", {"quartier"})
    assert [one.source.url for one in found] == [f"{base}/quartier"]
    assert found[0].samples
    with pytest.raises(InputError, match="privé"):
        scout.discover("http://127.0.0.1:9/", ())


def test_a_paused_source_is_not_crawled_and_is_listed_as_paused(watched):
    folder, _ = watched
    settings = load(folder)
    store = open_store(settings.storage.url, folder)
    with store.writing() as c:
        sources.save(c, settings.sources)
        now = datetime.now(UTC)
        for source in settings.sources[1:]:
            source_changes.add(c, source.id, SourceChange.PAUSED, who="Ada", at=now)
    store.close()
    result = vigie("crawl", "--dir", folder)
    assert result.exit_code == 0, result.output
    assert "gazette : " in result.stderr
    assert "quartier" not in result.stderr
    listed = vigie("sources", "list", "--dir", folder).stdout.splitlines()
    assert [line.split()[0] for line in listed if "en pause" in line] == [
        "agora",
        "page",
        "quartier",
    ]
