"""The whole way: from feeds on a real server to a candidate a person can judge."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import databases
from tests.command import apart, here
from tests.flows.press import REPEATED, STORIES, press, workspace

AILING = """
[[source]]
id = "page"
name = "Une page"
url = "{base}/broken"
kind = "feed"

[[source]]
id = "panne"
name = "En panne"
url = "{base}/down"
kind = "feed"

[[source]]
id = "boucle"
name = "En boucle"
url = "{base}/loop"
kind = "feed"
"""


def documents(folder: Path) -> list[tuple[str, str]]:
    return databases.ask(
        folder, "select url, text from documents join texts on document_id = id order by url"
    )


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A workspace on which `vigie run` was done, then each of its steps again by itself."""
    today = datetime.now(UTC).date()
    monday = today - timedelta(days=today.weekday())
    with press(monday) as base:
        folder = workspace(tmp_path_factory.mktemp("watch"), base, AILING.format(base=base))
        first = apart("run", "--dir", folder, "--until", monday)
        stored = documents(folder)
        queue = here("queue", "--dir", folder, "--json").stdout
        again = [here(step, "--dir", folder) for step in ("crawl", "annotate")]
        again.append(here("detect", "--dir", folder, "--until", monday))
        yield folder, first, stored, queue, again


def test_a_queue_drawn_up_anew_says_so(watched):
    *_, again = watched
    assert "établie de nouveau" in again[-1].stderr


def test_no_queue_is_stored_of_a_day_before_the_archive(watched):
    folder, *_ = watched
    done = here("detect", "--dir", folder, "--until", "2001-01-01")
    assert done.returncode == 1
    assert "Rien n’était encore connu le 01/01/2001" in done.stderr
    assert "2001" not in here("queue", "--dir", folder, "--week", "2001-W01").stdout


def test_a_run_ends_well_though_three_sources_ail(watched):
    _, first, *_ = watched
    assert first.returncode == 0, first.stderr
    assert "Traceback" not in first.stderr
    for ailing in ("page :", "panne :", "boucle :"):
        assert any(line.startswith(ailing) for line in first.stderr.splitlines())


def test_every_article_is_stored_with_the_text_of_its_page(watched):
    _, _, stored, *_ = watched
    assert len(stored) == len(STORIES)
    assert all("prochaine édition" in text for _, text in stored)


def test_what_a_source_repeats_under_all_its_texts_is_left_out(watched):
    _, _, stored, *_ = watched
    repeating = {outlet for outlet in ("gazette", "quartier", "agora") if _told(outlet) >= 5}
    assert repeating == {"gazette"}
    kept = {int(url.rsplit("-", 1)[1]) for url, text in stored if REPEATED in text}
    assert kept == {n for n, story in enumerate(STORIES) if story[1] != "gazette"}


def _told(outlet: str) -> int:
    return sum(story[1] == outlet for story in STORIES)


def test_each_step_again_and_without_prefect_adds_nothing(watched):
    folder, _, stored, queue, again = watched
    for step in again:
        assert step.returncode == 0, step.stderr
    assert documents(folder) == stored
    assert json.loads(here("queue", "--dir", folder, "--json").stdout) == json.loads(queue)


def test_the_queue_holds_the_newcomers_and_follows_the_contract(watched):
    *_, given, _ = watched
    queue = json.loads(given)
    assert queue.keys() >= {"week", "as_of", "candidates"}
    names = [candidate["name"] for candidate in queue["candidates"]]
    assert {"La Remise aux Possibles", "Rives Vivantes", "Le Bol d’Airain"} <= set(names)
    assert not any("Mulhouse" in name or "Météo" in name for name in names)
    for candidate in queue["candidates"]:
        assert candidate.keys() >= {
            "rank", "actor_id", "name", "aliases", "kind", "commune", "score", "entered_by",
            "first_seen", "mentions", "stories", "sources", "cluster", "reasons", "evidence",
        }  # fmt: skip
        for quote in candidate["evidence"]:
            assert quote.keys() == {"document_url", "source", "date", "quote"}
            known_as = [candidate["name"], *candidate["aliases"]]
            assert any(name.lower() in quote["quote"].lower() for name in known_as)


def test_the_health_of_each_source_is_kept(watched):
    folder, *_ = watched
    listing = here("sources", "list", "--dir", folder).stdout
    for source in ("gazette", "page", "panne", "boucle"):
        assert source in listing
