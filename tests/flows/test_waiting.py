"""What waits is read in portions that are soon stored."""

from __future__ import annotations

from flows import waiting
from nlp import pieces


def test_long_texts_are_read_in_transactions_of_their_own():
    lengths = {"a": 2_000_000, "b": 3_000, "c": 2_000_000, "d": 1_000, "e": 2_000_000, "f": 10}
    found = list(waiting._portions(list(lengths), lengths))
    assert [ids for ids, _ in found] == [["a", "b"], ["c", "d"], ["e", "f"]]
    assert all(
        sum(min(n, pieces.LONGEST_READ) for n in sizes) <= waiting.PORTION for _, sizes in found
    )


def test_usual_texts_are_read_together():
    ids = [str(number) for number in range(waiting.TAKEN)]
    [(together, sizes)] = waiting._portions(ids, dict.fromkeys(ids, 1_900))
    assert together == ids
    assert sizes == [1_900] * len(ids)
