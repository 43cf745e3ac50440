from __future__ import annotations

import pytest

from nlp import explanation


@pytest.mark.parametrize(
    "fact", ["cap_may_be=", "first_may_be=N", "pattern=A", "from=run", "w-1=<s>", "one"]
)
def test_a_fact_without_words_is_left_out(fact):
    assert explanation.in_words(fact) is None


def test_what_drew_attention_is_said_in_words():
    assert explanation.rule_in_words("group_before+run") == [explanation.CUES["group_before"]]
    assert explanation.rule_in_words("run+longer") == [explanation.SHAPE]
    assert str(explanation.in_words("model=none")) == "le modèle de langue n’y voit rien"
