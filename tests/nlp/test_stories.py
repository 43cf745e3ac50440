from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from nlp import passages, stories

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
    here = {"one_source": pair.get("one_source", False)}
    assert stories.same(a, b, **here) is pair["same"]
    assert stories.same(b, a, **here) is pair["same"]


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
    assert len(found.signature) <= 8 * (2**stories.LG_SKETCH + 4 + passages.MOST)
    assert len(found.bands) <= stories.BANDS + passages.MOST


def test_texts_without_words_are_no_copies_of_each_other():
    assert not stories.same(stories.fingerprint("…"), stories.fingerprint("!!!"))


def test_a_copy_joins_the_story_of_its_original():
    signature = stories.fingerprint(RELEASE).signature
    other = stories.fingerprint("La piscine ferme deux semaines pour vidange.").signature
    copy = stories.fingerprint("Vu ailleurs. " + RELEASE).signature
    assert stories.story_of(copy, "a", [("b", "s1", other), ("c", "s2", signature)]) == "s2"
    assert stories.story_of(copy, "a", [("b", "s1", other)]) is None


def test_a_footer_that_many_stories_share_makes_no_copy():
    footer = (
        " La gazette du faubourg est faite par des bénévoles et paraît chaque mercredi matin sauf "
        "en août. On peut s’abonner au siège contre trente euros par an ou lire chez le boulanger."
    )
    news = [f"Nouvelle {word} du quartier." for word in ("une", "deux", "trois", "quatre", "cinq")]
    told = [stories.fingerprint(one + footer).signature for one in news]
    neighbours = [(f"o{n}", f"s{n}", signature) for n, signature in enumerate(told[:4])]
    assert stories.story_of(told[4], "o4", neighbours) is None


SAID = "« Nous avons compté les hirondelles du pont tous les soirs de juin, et il en manque la moitié »"
COUNT = (
    "Le cercle Ailes du Faubourg publie son relevé annuel. Quarante familles y ont pris part avec "
    f"un carnet et des jumelles prêtées. {SAID}, explique la trésorière. Un nichoir coûte douze "
    "euros à l’atelier. Le relevé complet sera affiché sous les halles jusqu’à la Toussaint."
)
LAVOIR = (
    "Le vieux lavoir perd son toit et la commune cherche un couvreur qui travaille la lauze. Les "
    "devis dépassent ce que le conseil avait voté au printemps pour tout le bourg. Une collecte "
    "est ouverte chez le notaire."
)


def signed(text: str) -> bytes:
    return stories.fingerprint(text).signature


def test_an_article_that_cites_a_release_counts_as_the_release():
    article = (
        "Le pont de pierre sera fermé tout l’automne. Les camions passeront par la rocade, les "
        "vélos par la passerelle. Des riverains s’inquiètent pour ce qui y niche. "
        f"{SAID}, disent-ils. La préfecture promet une visite avant les travaux."
    )
    release = ("a", "s1", signed(COUNT))
    assert stories.story_of(signed(article), "b", [release]) == "s1"


def test_what_two_texts_of_one_source_share_is_its_habit():
    article = f"{LAVOIR} {SAID}, lit-on sous chaque numéro."
    assert stories.story_of(signed(article), "b", [("a", "s1", signed(COUNT))]) == "s1"
    assert stories.story_of(signed(article), "a", [("a", "s1", signed(COUNT))]) is None


def test_a_commonplace_that_two_people_say_makes_no_copy():
    said = "« On avance à petits pas, mais on avance »"
    texts = (f"{COUNT} {said}, dit-elle.", f"{LAVOIR} {said}, dit le maire.")
    assert stories.story_of(signed(texts[1]), "b", [("a", "s1", signed(texts[0]))]) is None


def test_short_sentences_in_another_order_are_the_same_story():
    told = (
        "Le four à pain rallume vendredi. Apportez votre pâte et votre bois. La cuisson est libre."
    )
    turned = (
        "Apportez votre pâte et votre bois. La cuisson est libre. Le four à pain rallume vendredi."
    )
    more = "Trente voisins ont remonté la voûte brique à brique."
    neighbours = [("a", "s1", signed(f"{told} {more}"))]
    assert stories.story_of(signed(f"{more} {turned}"), "b", neighbours) == "s1"


def test_a_round_up_of_several_releases_is_a_story_of_its_own():
    known = [("a", "s1", signed(COUNT)), ("b", "s2", signed(LAVOIR)), ("c", "s3", signed(RELEASE))]
    letter = f"La semaine en bref. {COUNT} {LAVOIR} {RELEASE}"
    assert stories.story_of(signed(letter), "d", known) is None
    assert stories.story_of(signed(f"La semaine en bref. {LAVOIR}"), "d", known) == "s2"


def test_of_a_signature_of_an_older_version_the_passages_still_count():
    """A sketch was ascending uint32 and ended with a zero; hashes were others than today's."""
    passages_of_it = passages.packed(passages.read(COUNT)[1])
    former = struct.pack("<4I", 7, 8, 9, 0) + passages_of_it
    copy = signed(f"Vu ailleurs. {COUNT}")
    assert stories.story_of(copy, "b", [("a", "s1", former)]) == "s1"
    assert stories.story_of(former, "b", [("a", "s1", signed(COUNT))]) == "s1"


@pytest.mark.parametrize("former", [b"", bytes(4), struct.pack("<3I", 7, 8, 9)])
def test_an_older_signature_without_passages_says_nothing(former):
    assert stories.story_of(signed(COUNT), "b", [("a", "s1", former)]) is None
    assert stories.story_of(former, "b", [("a", "s1", signed(COUNT))]) is None
