"""What is planted in real texts measures something: nobody has learnt it."""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta

import pytest

from benchmarks import planted

START, END = date(2025, 1, 6), date(2026, 1, 5)


@pytest.fixture(scope="module")
def words():
    return tomllib.loads(planted.WORDS.read_text(encoding="utf-8"))


def test_no_planted_name_or_sentence_was_learnt_from(words):
    planted.refuse_known(words)


def test_a_name_that_was_learnt_from_stops_the_measure(words):
    learnt = (planted.ROOT / "nlp/training/sentences/civic.txt").read_text(encoding="utf-8")
    name = max(learnt.split(), key=len)
    spoilt = {**words, "decoy": [*words["decoy"], {"names": [name]}]}
    with pytest.raises(SystemExit, match="no measure"):
        planted.refuse_known(spoilt)


def test_names_and_sentences_are_many_and_every_sentence_holds_the_name(words):
    names = [n for group in (*words["emerging"], *words["decoy"]) for n in group["names"]]
    assert len(set(names)) == len(names) >= 60
    assert sum(map(len, words["sentences"].values())) >= 40
    for name in planted.cast(words, random.Random(1)):
        for _ in range(20):
            sentence = planted.say(name, words["sentences"], random.Random(), first=True)
            assert name.name.casefold() in sentence.casefold()
            assert "{" not in sentence


@pytest.mark.parametrize(
    ("course", "least", "most"),
    [("sudden", 0, 36), ("slow", 160, 200), ("delayed", 90, 125), ("once", 0, 0)],
)
def test_mentions_follow_their_course_and_stay_in_the_time(course, least, most):
    for seed in range(40):
        told = planted.days(course, START, END, random.Random(seed))
        assert told[0] >= START
        assert told[-1] < END
        assert told[-1] - told[0] <= timedelta(days=most)
        if told[0] < END - timedelta(days=most + 1):
            assert told[-1] - told[0] >= timedelta(days=least)


def test_a_sentence_is_planted_between_two_others():
    text = "Il pleut. La rue est vide. On attend."
    found = planted.insert(text, "Voici Sargasse.", random.Random(3))
    assert "Voici Sargasse." in found
    assert found.replace("Voici Sargasse. ", "") == text
