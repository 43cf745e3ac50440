from __future__ import annotations

import pytest

from nlp import cues


@pytest.mark.parametrize("cue", cues.CUES, ids=lambda cue: cue.name)
def test_each_cue_is_found_in_its_example(cue):
    before, rest = cue.example.split("[")
    _, after = rest.split("]")
    assert cue in cues.found(before, after)


def test_no_cue_stands_in_a_plain_sentence():
    assert cues.found("Il a plu sur ", " toute la nuit.") == []
