"""What is long to reckon: by a process of its own; what a server makes ready after its start."""

from datetime import date, timedelta

import pytest

from review import network, reckoning, warming
from review.app import create_app
from review.reckoning import Reckoning, Reckonings
from tests.review.conftest import OPENED, settings_in
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
