"""What is long to reckon: by a process of its own; what a server makes ready after its start."""

import threading
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from review import network, reckoning, shell, warming
from review.app import create_app
from review.reckoning import Reckoning, Reckonings
from tests.review.conftest import OPENED, running, settings_in
from tests.review.test_everywhere import AXE
from vigie.errors import StorageError


def test_another_process_reckons_the_same(site):
    settings = settings_in(site.folder)
    made = Reckonings(store=site.store, settings=settings, clock=lambda: OPENED, apart=True)
    assert made.kept(network.TIES) == network.TIES.make(site.store, settings, OPENED.date())
    assert made.kept(network.TIES) is made.kept(network.TIES)


def test_what_another_process_cannot_reckon_is_said_in_a_sentence(site, monkeypatch):
    settings = settings_in(site.folder)
    made = Reckonings(store=site.store, settings=settings, clock=lambda: OPENED, apart=True)
    monkeypatch.setattr(reckoning.subprocess, "run", lambda *_, **__: FAILED)
    with pytest.raises(StorageError, match="n’a pas abouti"):
        made.kept(network.TIES)


@pytest.fixture
def slow(monkeypatch):
    """Reckonings of another process, which wait until they are let go."""
    go = threading.Event()

    def apart(make, store, settings, day, *, yielding):
        assert yielding == reckoning.YIELDING, "no page waits for it"
        assert go.wait(20)
        return make(store, settings, day)

    monkeypatch.setattr(reckoning, "_apart", apart)
    monkeypatch.setattr(shell, "AGAIN", 1)
    yield go
    go.set()


def test_no_page_waits_for_a_first_reckoning_and_each_shows_itself(site, slow, browser):
    with running(site.store, site.folder, serving=True) as url:
        contexts = [
            browser.new_context(java_script_enabled=on, locale="fr-FR") for on in (True, False)
        ]
        pages = [context.new_page() for context in contexts]
        for page, path in zip(pages, ("/reseau?recits=1", "/angles-morts"), strict=True):
            page.goto(url + path)
            expect(page.locator("h1")).to_contain_text("se calcule")
        pages[0].evaluate(AXE.read_text(encoding="utf-8"))
        assert pages[0].evaluate("axe.run().then(found => found.violations)") == []
        slow.set()
        expect(pages[0].locator("#network")).to_have_attribute("data-drawn", "2")
        expect(pages[1].locator("h1")).to_have_text("Angles morts")
        for context in contexts:
            context.close()


def test_a_first_reckoning_that_fails_is_told_once_and_tried_again(site, monkeypatch):
    def apart(*_, **__):
        raise StorageError("Le calcul n’a pas abouti.")

    made = Reckonings(
        store=site.store, settings=settings_in(site.folder), clock=lambda: OPENED, apart=True
    )
    monkeypatch.setattr(reckoning, "_apart", apart)
    for _ in range(2):
        assert made.ready(network.TIES) is None
        with made._locks["ties"]:
            pass
        with pytest.raises(StorageError, match="n’a pas abouti"):
            made.ready(network.TIES)


class FAILED:
    """What a process leaves that did not succeed."""

    returncode, stdout = 1, b""


def test_what_was_reckoned_stays_until_its_tables_change_and_minutes_pass(site):
    moments, asked = [OPENED], []

    def make(_store, _settings, day: date) -> int:
        asked.append(day)
        return len(asked)

    made = Reckonings(store=site.store, settings=settings_in(site.folder), clock=lambda: moments[0])
    what = Reckoning("acts", ("judgements",), make)
    assert (made.kept(what), made.kept(what)) == (1, 1)
    with site.reader() as reader:
        site.judge(reader, 1, verdict="keep")
    assert made.kept(what) == 1
    moments[0] += timedelta(minutes=6)
    assert made.kept(what) == 1
    # Reckoned beside: who takes the lock has waited for it.
    with made._locks["acts"]:
        pass
    assert (made.kept(what), len(asked)) == (2, 2)


def test_what_first_visits_wait_for_is_made_ready(site):
    house = create_app(site.store, settings_in(site.folder)).state.house
    warming.warm(house)
    assert "vocabulary" in house._current
    assert {key[0] for key in house._current if isinstance(key, tuple)} == {"count", "communes"}
