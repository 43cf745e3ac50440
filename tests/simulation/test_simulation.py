"""What the simulator promises to those who measure with it."""

from __future__ import annotations

import json
import re
import tracemalloc
from collections import Counter
from datetime import date, datetime
from hashlib import sha256

import pytest

from simulation import simulate
from simulation.grammar import polish
from vigie.errors import SettingsError

FILES = (
    "documents.jsonl",
    "truth.jsonl",
    "annotations.jsonl",
    "sources.json",
    "web.jsonl",
    "lettre.mbox",
)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def documents(folder):
    return lines(folder / "documents.jsonl")


@pytest.fixture(scope="module")
def truth(folder):
    return lines(folder / "truth.jsonl")


@pytest.fixture(scope="module")
def annotations(folder):
    return lines(folder / "annotations.jsonl")


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    simulate(tmp_path, "strasbourg", weeks=12, seed=7)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


def test_another_machine_writes_the_same_bytes(tmp_path):
    """The constant changes with the simulator's words and draws, never with the machine."""
    simulate(tmp_path, "metz", weeks=6, seed=5, scale=0.5, until=date(2026, 1, 5))
    written = sha256(b"".join((tmp_path / name).read_bytes() for name in FILES)).hexdigest()
    assert written == "1c38ec8ed79567a77a2d5f16d5b5fd0f5865a9652673a7c4eb10f32dfc7bbf01"


def test_two_seeds_share_few_names(truth, tmp_path):
    simulate(tmp_path, "strasbourg", weeks=12, seed=8)
    ours, theirs = (
        {t["name"].lower() for t in some if t["emerging"]}
        for some in (truth, lines(tmp_path / "truth.jsonl"))
    )
    assert len(ours) > 30
    assert len(ours & theirs) <= 0.05 * len(ours)


def test_scale_one_gives_about_68_documents_a_week(documents):
    assert 12 * 55 < len(documents) < 12 * 80


def test_documents_come_in_order_of_publication_and_within_the_weeks(folder, documents):
    config = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    moments = [datetime.fromisoformat(d["date"]) for d in documents]
    assert moments == sorted(moments)
    assert date.fromisoformat(config["first_day"]) <= moments[0].date()
    assert moments[-1].date() < date.fromisoformat(config["until"])


def test_addresses_are_unique(documents):
    assert len({d["url"] for d in documents}) == len(documents)


def test_sixteen_outlets_of_ten_styles_publish(folder, documents):
    outlets = json.loads((folder / "sources.json").read_text(encoding="utf-8"))["outlets"]
    assert len(outlets) >= 12
    assert len({o["style"] for o in outlets}) == 10
    assert {d["source"] for d in documents} == {o["id"] for o in outlets}
    assert {d["kind"] for d in documents} == {"article", "event", "notice"}
    assert {d["lang"] for d in documents} == {"fr", "de"}


def test_annotated_offsets_point_at_the_names(documents, annotations):
    by_url = {d["url"]: d for d in documents}
    for note in annotations:
        document = by_url[note["url"]]
        whole = f"{document['title']}\n\n{document['text']}"
        for span in note["spans"]:
            assert whole[span["start"] : span["end"]] == span["text"]
            assert span["text"].strip() == span["text"] != ""


def test_no_private_character_is_left_in_a_text(documents):
    assert not [d for d in documents if re.search("[\ue000-\uf8ff{}|]", d["title"] + d["text"])]


def test_truth_names_every_document_and_every_way_of_writing(truth, annotations):
    named, written = {}, {}
    for note in annotations:
        for span in note["spans"]:
            named.setdefault(span["entity"], set()).add(note["url"])
            written.setdefault(span["entity"], set()).add(span["text"])
    for line in truth:
        assert set(line["documents"]) == named[line["entity"]]
        assert written[line["entity"]] <= {line["name"], *line["aliases"]}
    assert set(named) == {line["entity"] for line in truth}


def test_first_date_is_that_of_the_first_document(truth, documents):
    days = {d["url"]: d["date"][:10] for d in documents}
    assert all(line["first_date"] == min(days[u] for u in line["documents"]) for line in truth)


def test_every_course_occurs(truth):
    courses = Counter(line["course"] for line in truth)
    emerging = {line["course"] for line in truth if line["emerging"]}
    assert emerging == {"sudden", "slow", "delayed", "once", "split", "merger", "events_only"}
    others = {
        "one_off_event",
        "work",
        "syndicated",
        "national",
        "person",
        "advert",
        "old",
        "homonym",
    }
    assert others | {"institution", "place", "seasonal"} <= set(courses)


def test_a_release_is_one_story_in_many_outlets(truth, annotations):
    stories = {note["url"]: note["story"] for note in annotations}
    sources = {note["url"]: note["url"].split("/")[2] for note in annotations}
    releases = [t for t in truth if t["course"] == "syndicated"]
    widest = max(releases, key=lambda t: len(t["documents"]))
    (story, copies), *_ = Counter(stories[u] for u in widest["documents"]).most_common(1)
    assert copies >= 7
    assert len({sources[u] for u in widest["documents"] if stories[u] == story}) == copies


def test_texts_are_as_long_as_local_journalism(documents):
    words = sorted(len(d["text"].split()) for d in documents if d["kind"] == "article")
    assert 70 < words[len(words) // 2] < 250
    assert 200 < words[-1] < 500


# --- French ------------------------------------------------------------------------------------

WRONG = re.compile(
    r"\b(?:[Dd]e [lL]es?|[Àà] [lL]es?) (?!['’])"
    r"|\b(?:[Dd]e|[Ll]e|[Ll]a|[Qq]ue|[Nn]e|[Ss]e|[Jj]e) [aeéèêiouâîôûœ]"
    r"|[ldnsjq]['’](?![\wÀ-ÿŒœ«’'])|\b[lL]['’]h(?:alle|angar|aricot|érisson|ibou|ub|and|aut|éros)"
    r"|\b[Ss]i ils?\b|[.,]{2}(?!\.)| [.,](?:\s|$)|  "
)


def test_french_elides_and_contracts(documents):
    bad = []
    for document in documents:
        if document["lang"] != "fr" or document["source"] in {"blog-a", "blog-b", "blog-c"}:
            continue
        for text in (document["title"], document["text"]):
            bad += [text[max(0, m.start() - 30) : m.end() + 30] for m in WRONG.finditer(text)]
    assert not bad


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("le bureau de le collectif", "le bureau du collectif"),
        ("à les habitants", "aux habitants"),
        ("la association de habitants", "l’association d’habitants"),
        ("de la \ue000halle\uf8ff", "de la \ue000halle\uf8ff"),
        ("de \ue000Les Racines\uf8ff", "des \ue000Racines\uf8ff"),
        ("à \ue000Le Ban\uf8ff", "au \ue000Ban\uf8ff"),
        ("de \ue000Étincelle\uf8ff", "d’\ue000Étincelle\uf8ff"),
        ("le hameau, le homme", "le hameau, l’homme"),
        ("À le marché", "Au marché"),
        ("Ville de Le Havre", "Ville du Havre"),
        ("à Les Abrets", "aux Abrets"),
        ("de \ue000Le Labo\uf8ff", "du \ue000Labo\uf8ff"),
        ("si il vient", "s’il vient"),
        ("le onze", "le onze"),
    ],
)
def test_words_meet_as_french_wants(before, after):
    assert polish(before) == after


# --- size and refusal --------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_length_of_the_archive(tmp_path):
    peaks = []
    for weeks in (3, 9):
        tracemalloc.start()
        simulate(tmp_path / str(weeks), "metz", weeks=weeks, seed=1, scale=0.5)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 4_000_000


def test_small_scales_give_few_documents(tmp_path):
    summary = simulate(tmp_path, "mulhouse", weeks=26, seed=2, scale=0.2)
    assert 200 < summary.documents < 450


def test_until_sets_the_last_day(tmp_path):
    summary = simulate(tmp_path, "246700488", weeks=2, scale=0.3, until=date(2027, 1, 6))
    assert (summary.first_day, summary.until) == (date(2026, 12, 23), date(2027, 1, 6))


def test_an_unknown_territory_is_refused_in_one_line(tmp_path):
    with pytest.raises(SettingsError, match="Xyzzy"):
        simulate(tmp_path, "Xyzzy")
