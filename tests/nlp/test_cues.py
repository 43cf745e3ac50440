from __future__ import annotations

import pytest

from nlp import cues


@pytest.mark.parametrize("cue", cues.CUES, ids=lambda cue: cue.name)
def test_each_cue_is_found_in_its_example(cue):
    before, rest = cue.example.split("[")
    _, after = rest.split("]")
    hinted = 0
    for word in before.lower().split():
        hinted |= cues.hints(word) | cues.hints(word.partition("'")[2])
    assert cue in [*cues.before(before, hinted), *cues.after(after)]


def test_no_cue_stands_in_a_plain_sentence():
    assert cues.before("Il a plu sur ") == cues.after(" toute la nuit.") == []
