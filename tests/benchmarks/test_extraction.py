"""What `benchmarks.extraction` measures, held: pages are read at least as well as trafilatura."""

from __future__ import annotations

import json

import pytest

from benchmarks import extraction

pytestmark = pytest.mark.skipif(
    not extraction.FOLDER.exists(), reason="needs ../shared/real/extraction"
)


def test_pages_are_read_at_least_as_well_as_by_trafilatura_and_dated_better():
    expected = json.loads((extraction.FOLDER / "expected.json").read_text(encoding="utf-8"))
    ours = extraction.measure(extraction.ours, expected)
    theirs = extraction.measure(extraction.theirs, expected)
    assert ours["f1"] >= theirs["f1"]
    assert ours["titles"] >= theirs["titles"]
    assert ours["dates"] >= 0.9
