"""A few days of the month that `benchmarks.month` replays: the hardest of them."""

from __future__ import annotations

import pytest

from benchmarks import month


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    # One outlet is down until the last of these days, one changes its format on the second, one
    # moves on the third; one refuses its pages all the time.
    return month.replay(tmp_path_factory.mktemp("month"), days=range(13, 16))


def test_all_that_was_published_is_had_once_in_spite_of_all_that_happens(figures):
    assert figures["runs"] == 12
    assert figures["published"] > 20
    assert figures["recall"] >= 0.99, figures
    assert figures["stored_twice"] == figures["never_published"] == 0, figures


def test_no_request_came_closer_to_the_last_one_to_its_host_than_the_delay(figures):
    assert figures["hosts"] > 10
    assert figures["requests"] > 12 * 15
    assert figures["closest"] >= figures["delay"]


def test_what_happened_is_told_by_the_health_of_each_source(figures):
    assert figures["health"]["moved"] == 1
    assert not figures["health"].keys() & {"slow", "wrong_format"}
