from __future__ import annotations

import pytest

from nlp import explanation, features


@pytest.mark.parametrize(
    "fact", ["cap_may_be=", "first_may_be=N", "pattern=A", "from=run", "w-1=<s>", "one"]
)
def test_a_fact_without_words_is_left_out(fact):
    assert explanation.in_words(fact) is None


def test_what_drew_attention_is_said_in_words():
    assert explanation.rule_in_words("group_before+run") == [explanation.CUES["group_before"]]
    assert explanation.rule_in_words("run+longer") == [explanation.SHAPE]
    assert str(explanation.in_words("model=none")) == "le modèle de langue n’y voit rien"


def test_what_the_language_model_sees_is_said_in_words_not_in_its_tags():
    said = str(explanation.in_words("model=MISC"))
    assert said == "le modèle de langue y voit un autre nom propre (œuvre, événement…)"
    assert "un lieu" in str(explanation.in_words("model_in=LOC"))


def test_every_nature_that_is_looked_for_has_words():
    assert {name for name, _ in features.HEADS} <= set(explanation.NATURES)
