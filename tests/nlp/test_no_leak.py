"""The figures on real sentences say something only if nothing was learnt from those sentences."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOLD = ROOT.parent / "shared/real/gold-dev.jsonl"
SHARED_WORDS = 8
"""A run of so many words is no turn of phrase any more."""
# Actors of the measured sentences whose names are common nouns that anyone may write.
COMMON = {"ailleurs", "la fabrique"}

pytestmark = pytest.mark.skipif(not GOLD.exists(), reason="the labelled real sentences are absent")


def folded(text):
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").casefold())
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))


def gold():
    return [json.loads(line) for line in GOLD.read_text("utf-8").split("\n") if line]


def second():
    """The sentences of which `benchmarks/second-reading.jsonl` holds the labels."""
    texts = {}
    for line in (GOLD.parent / "corpus-dev.jsonl").read_text("utf-8").split("\n"):
        if line:
            document = json.loads(line)
            key = hashlib.sha256(document["url"].encode()).hexdigest()[:16]
            texts[key] = f"{document['title']}\n\n{document['text']}"
    labels = (ROOT / "benchmarks/second-reading.jsonl").read_text("utf-8").split("\n")
    for row in map(json.loads, filter(None, labels)):
        yield {**row, "text": texts[row["document"]][row["start"] : row["end"]]}


def measured():
    return [*gold(), *second()]


def own_texts():
    paths = [*(ROOT / "nlp").rglob("*.py"), *(ROOT / "nlp").rglob("*.txt")]
    paths += [path for path in (ROOT / "tests/nlp").glob("*.py") if path != Path(__file__)]
    return {
        path.relative_to(ROOT): f" {' '.join(folded(path.read_text('utf-8')))} " for path in paths
    }


def test_no_actor_of_the_measured_sentences_is_named_anywhere_in_the_code_or_its_sentences():
    names = {
        " ".join(folded(row["text"][span["start"] : span["end"]]))
        for row in measured()
        for span in row["spans"]
        if span["label"] == "ACTOR"
    } - COMMON
    texts = own_texts()
    assert not [
        (name, str(path)) for name in names for path, text in texts.items() if f" {name} " in text
    ]


def test_no_sentence_to_learn_from_repeats_a_measured_one():
    runs = {
        tuple(words[i : i + SHARED_WORDS])
        for words in (folded(row["text"]) for row in measured())
        for i in range(len(words) - SHARED_WORDS + 1)
    }
    copied = []
    for path in (ROOT / "nlp/training").rglob("*.txt"):
        for line in path.read_text("utf-8").splitlines():
            words = folded(line)
            if any(tuple(words[i : i + SHARED_WORDS]) in runs for i in range(len(words))):
                copied.append(line)
    assert not copied


def test_no_sentence_to_learn_from_is_a_measured_one_with_other_names():
    def shape(text, spans):
        for start, end in sorted(spans, reverse=True):
            text = f"{text[:start]} xx {text[end:]}"
        return " ".join(folded(text))

    shapes = {
        shape(row["text"], [(s["start"], s["end"]) for s in row["spans"]]) for row in measured()
    }

    def telling(words):
        return len([word for word in words.split() if word != "xx"]) >= 5

    slot = re.compile(r"\[[^\]]*\]|\{\w+\}")
    own = {
        " ".join(folded(slot.sub(" xx ", line)))
        for path in (ROOT / "nlp/training").rglob("*.txt")
        for line in path.read_text("utf-8").splitlines()
    }
    assert not [s for s in own if telling(s) and any(f" {s} " in f" {t} " for t in shapes)]
