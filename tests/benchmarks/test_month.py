"""A few days of the month that `benchmarks.month` replays: the hardest of them."""

from __future__ import annotations

import pytest

from benchmarks import month


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    # An outlet is down until the 15th day or so, one changes its format on the 14th, one moves
    # on the 15th; one refuses its pages all the time.
    return month.replay(tmp_path_factory.mktemp("month"), days=range(12, 17))


def test_all_that_was_published_is_had_once_in_spite_of_all_that_happens(figures):
    assert figures["runs"] == 20
    assert figures["published"] > 30
    assert figures["recall"] >= 0.99, figures
    assert figures["stored_twice"] == figures["never_published"] == 0, figures


def test_no_request_came_closer_to_the_last_one_to_its_host_than_the_delay(figures):
    assert figures["hosts"] > 10
    assert figures["requests"] > 20 * 10
    assert figures["closest"] >= figures["delay"]


def test_what_happened_is_told_by_the_health_of_each_source(figures):
    assert figures["health"]["moved"] == 1
    assert not figures["health"].keys() & {"slow", "wrong_format"}
