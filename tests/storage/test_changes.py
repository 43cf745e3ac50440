"""What was reckoned from tables holds until one of them is written to, by whomever."""

import pytest

from storage import changes, tables


def numbers(store, *names):
    with store.reading() as c:
        return changes.numbers(c, names)


def test_each_block_counts_up_the_tables_it_wrote_and_no_others(store):
    sources, actors, nothing = numbers(store, "sources", "actors", "nothing")
    with store.writing() as c:
        c.execute(tables.sources.delete())
        c.execute(tables.sources.delete())
    assert numbers(store, "sources", "actors", "nothing") == (sources + 1, actors, nothing)


def fail_while_writing(store):
    with store.writing() as c:
        c.execute(tables.sources.delete())
        raise KeyError


def test_a_block_that_fails_counts_nothing_then_or_later(store):
    before = numbers(store, "sources")
    with pytest.raises(KeyError):
        fail_while_writing(store)
    with store.writing() as c:
        c.execute(tables.resets.delete())
    assert numbers(store, "sources") == before
