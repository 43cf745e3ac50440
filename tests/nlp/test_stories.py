from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlp import stories

PAIRS = Path(__file__).parents[1] / "examples" / "stories" / "pairs.jsonl"
RELEASE = (
    "Le collectif La Remise ouvre samedi une bibliothèque d’objets dans l’ancien lavoir. Trente "
    "habitants ont rangé les étagères pendant l’hiver, et la mairie prête les murs pour trois ans."
)


@pytest.mark.parametrize(
    "pair",
    [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()],
    ids=lambda pair: pair["why"],
)
def test_a_pair_read_by_a_person_is_judged_as_they_judged_it(pair):
    a, b = stories.fingerprint(pair["a"]), stories.fingerprint(pair["b"])
    assert stories.same(a, b) is pair["same"]
    assert stories.same(b, a) is pair["same"]


def test_copies_share_a_band_by_which_the_base_finds_them():
    copy = "Autre titre\n\n" + RELEASE
    assert set(stories.fingerprint(RELEASE).bands) & set(stories.fingerprint(copy).bands)


def test_another_process_makes_the_same_fingerprint():
    code = f"from nlp import stories; print(stories.fingerprint({RELEASE!r}).signature.hex())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == stories.fingerprint(RELEASE).signature.hex()


@pytest.mark.parametrize("text", ["", "   ", "…", "Loto", "🎉🎉", "bla " * 50_000, "\x00\x01"])
def test_odd_texts_have_a_small_fingerprint(text):
    found = stories.fingerprint(text)
    assert len(found.signature) <= 4 * stories.SKETCH
    assert len(found.bands) <= stories.BANDS


def test_texts_without_words_are_no_copies_of_each_other():
    assert not stories.same(stories.fingerprint("…"), stories.fingerprint("!!!"))


def test_a_copy_joins_the_story_of_its_original():
    signature = stories.fingerprint(RELEASE).signature
    other = stories.fingerprint("La piscine ferme deux semaines pour vidange.").signature
    copy = stories.fingerprint("Vu ailleurs. " + RELEASE).signature
    assert stories.story_of(copy, [("d1", "s1", other), ("d2", "s2", signature)]) == "s2"
    assert stories.story_of(copy, [("d1", "s1", other)]) is None


def test_a_footer_that_many_stories_share_makes_no_copy():
    footer = (
        " La gazette du faubourg est faite par des bénévoles et paraît chaque mercredi matin sauf "
        "en août. On peut s’abonner au siège contre trente euros par an ou lire chez le boulanger."
    )
    news = [f"Nouvelle {word} du quartier." for word in ("une", "deux", "trois", "quatre", "cinq")]
    told = [stories.fingerprint(one + footer).signature for one in news]
    neighbours = [(f"d{n}", f"s{n}", signature) for n, signature in enumerate(told[:4])]
    assert stories.story_of(told[4], neighbours) is None
