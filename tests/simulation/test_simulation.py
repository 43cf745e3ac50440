"""What the simulator promises to those who measure with it."""

from __future__ import annotations

import json

import pytest

from simulation import simulate


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("simulated")
    simulate(place, "strasbourg", weeks=10, seed=7)
    return place


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    simulate(tmp_path, "strasbourg", weeks=10, seed=7)
    for name in (
        "documents.jsonl",
        "truth.jsonl",
        "annotations.jsonl",
        "sources.json",
        "web.jsonl",
    ):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_annotated_offsets_point_at_the_names(folder):
    documents = {d["url"]: d for d in lines(folder / "documents.jsonl")}
    for note in lines(folder / "annotations.jsonl"):
        document = documents[note["url"]]
        whole = f"{document['title']}\n\n{document['text']}"
        assert all(whole[s["start"] : s["end"]] == s["text"] for s in note["spans"])
