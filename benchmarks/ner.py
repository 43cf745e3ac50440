"""How well actors and institutions are found, in real sentences and in simulated documents.

`python -m benchmarks.ner [--errors] [--ceiling]` measures the shipped weights on
`../shared/real/gold-dev.jsonl` (read by a person, never committed, never trained on), on a second
set of real sentences of which only the labels are kept here, and on a sample of a simulated
archive, and writes the figures to `benchmarks/results/`. `--ceiling` also trains on the first
real sentences, cross-validated by source: a measurement of how far better text could lead,
shipped nowhere. `--errors` shows those of the first set alone: the second stays unseen, so that
it says what texts nobody built for would say.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from sklearn.linear_model import LogisticRegression

from benchmarks import report as results
from nlp import annotate, classifier, model, places, questions, recognition, text
from nlp.training import fitting, generate
from simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from spacy.language import Language

REAL = Path(__file__).parents[2] / "shared/real"
GOLD = REAL / "gold-dev.jsonl"
CORPUS = REAL / "corpus-dev.jsonl"
SECOND = Path(__file__).parent / "second-reading.jsonl"
"""Labels of sentences of the corpus, by document and position, without a word of text."""
READ = {"real": "première lecture", "second": "seconde lecture"}
RELIABILITY = Path(__file__).parents[1] / "docs/images/confiance-des-noms.svg"
SIMULATED = ("strasbourg", 7, 26)
"""Territory, seed and weeks; never learnt from."""
EVERY = 5
"""Of the simulated documents, one in so many is read."""
KEPT = ("ACTOR", "INSTITUTION")
RANDOM = ("rand", "rand2", "title")
FOLDS = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A span: characters start to end (exclusive), what it names, how sure."""

    start: int
    end: int
    label: str
    confidence: float = 1.0

    def meets(self, other: Piece) -> bool:
        """Tell whether two spans share a character."""
        return self.start < other.end and other.start < self.end


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="list what was missed or invented")
    parser.add_argument("--ceiling", action="store_true", help="also train on the gold, by source")
    options = parser.parse_args()
    language_model = model.load()
    figures: dict[str, Any] = {"annotation": model.VERSION}
    if GOLD.exists():
        figures["real"] = on_real(language_model, options)
        figures["second"] = on_second(language_model)
        draw_reliability({name: figures[name]["reliability"] for name in ("real", "second")})
    else:
        print(f"{GOLD} is absent: measured on the simulator only")
    figures["simulated"] = on_simulated(language_model)
    results.table("Actors and institutions", HEADS, rows_of(figures))
    print(results.write("ner", figures))


HEADS = (
    "",
    "spans",
    "P exact",
    "R exact",
    "F exact",
    "P overlap",
    "R overlap",
    "F overlap",
    "type",
)


def rows_of(figures: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """Yield a row for each way of choosing texts."""
    told: list[tuple[str, dict[str, Any]]] = []
    if real := figures.get("real"):
        told += [("real, all", real["all"]), ("real, random sentences", real["random"])]
        told += [(f"real, {how}", found) for how, found in real["by_how"].items()]
        told += [("real, places", real["places"]), ("real, persons", real["persons"])]
    if second := figures.get("second"):
        told += [("second reading, all", second["all"])]
        told += [(f"second reading, {how}", found) for how, found in second["by_how"].items()]
    simulated = figures["simulated"]
    told += [("simulated, all", simulated["all"])]
    told += [(f"simulated, {kind}", found) for kind, found in simulated["by_kind"].items()]
    for name, found in told:
        yield (name, found["spans"], *found["exact"], *found["overlap"], found["type_right"])
    for course, (share, count) in simulated["recall_by_course"].items():
        yield (f"simulated, {course}", count, "", "", "", "", share, "", "")


def on_real(language_model: Language, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures on real sentences."""
    rows = [json.loads(line) for line in GOLD.read_text("utf-8").split("\n") if line]
    truth = [[Piece(s["start"], s["end"], s["label"]) for s in row["spans"]] for row in rows]
    found = extracted([r["text"] for r in rows], language_model)
    figures = report(rows, truth, found)
    figures["calibration"] = calibration(rows, truth, found)
    if options.ceiling:
        figures["ceiling"] = report(rows, truth, ceiling(rows, language_model))
    if options.errors:
        print_errors(rows, truth, found)
    return figures


def on_second(language_model: Language) -> dict[str, Any]:
    """Return the figures on the second set of real sentences."""
    rows = second_reading()
    truth = [[Piece(s["start"], s["end"], s["label"]) for s in row["spans"]] for row in rows]
    return report(rows, truth, extracted([row["text"] for row in rows], language_model))


def second_reading() -> list[dict[str, Any]]:
    """Return the rows of the second set with their text, taken from the corpus.

    Raises:
        SystemExit: a sentence is no longer where it was when it was labelled.
    """
    texts = {
        hashlib.sha256(document["url"].encode()).hexdigest()[:16]: (
            f"{document['title']}\n\n{document['text']}"
        )
        for document in _lines(CORPUS)
    }
    rows = _lines(SECOND)
    for row in rows:
        row["text"] = texts[row["document"]][row["start"] : row["end"]]
        if hashlib.sha256(row["text"].encode()).hexdigest()[:12] != row["sha256"]:
            raise SystemExit(f"{CORPUS} is not the one of which {SECOND} holds the labels")
    return rows


def extracted(texts: Sequence[str], language_model: Language) -> list[list[Piece]]:
    """Return what is found in each text."""
    return [
        [Piece(s.start, s.end, s.label.value, s.confidence) for s in spans]
        for spans in annotate.extract(texts, language_model, frozenset())
    ]


def on_simulated(language_model: Language) -> dict[str, Any]:
    """Return the figures on whole French documents of a simulated archive.

    Its spans are those of its cast: names that its sentences mention in passing, as places and
    public bodies outside the cast, are not marked, so that precision is a lower bound.
    """
    documents, notes, courses = _sample()
    documents = [d for d in documents if d["lang"] == "fr"]
    truth = [[Piece(s["start"], s["end"], s["label"]) for s in notes[d["url"]]] for d in documents]
    found = extracted([f"{d['title']}\n\n{d['text']}" for d in documents], language_model)
    reached: dict[str, list[bool]] = defaultdict(list)
    for document, guesses in zip(documents, found, strict=True):
        given = [p for p in guesses if p.label in KEPT]
        for span in notes[document["url"]]:
            if span["label"] in KEPT:
                piece = Piece(span["start"], span["end"], span["label"])
                reached[courses[span["entity"]]].append(any(piece.meets(p) for p in given))
    kinds = sorted({d["kind"] for d in documents})
    by_kind = {}
    for kind in kinds:
        kept = [i for i, d in enumerate(documents) if d["kind"] == kind]
        by_kind[kind] = measure([truth[i] for i in kept], [found[i] for i in kept], KEPT)
    return {
        "documents": len(documents),
        "all": measure(truth, found, KEPT),
        "by_kind": by_kind,
        "recall_by_course": {
            course: (round(sum(hits) / len(hits), 3), len(hits))
            for course, hits in sorted(reached.items())
        },
    }


def simulated() -> Iterator[dict[str, Any]]:
    """Yield the sample of simulated documents as labelled texts."""
    documents, notes, _ = _sample()
    for d in documents:
        if d["lang"] == "fr":
            yield {"text": f"{d['title']}\n\n{d['text']}", "spans": notes[d["url"]]}


def _sample() -> tuple[list[dict[str, Any]], dict[str, Any], dict[int, str]]:
    """Return documents of a simulated archive, their spans by address, and entities' courses."""
    territory, seed, weeks = SIMULATED
    with tempfile.TemporaryDirectory() as made:
        simulate(Path(made), territory, weeks=weeks, seed=seed)
        documents = _lines(Path(made) / "documents.jsonl")[::EVERY]
        notes = {note["url"]: note["spans"] for note in _lines(Path(made) / "annotations.jsonl")}
        courses = {
            line["entity"]: "emerging" if line["emerging"] else line["course"]
            for line in _lines(Path(made) / "truth.jsonl")
        }
    return documents, notes, courses


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def report(
    rows: Sequence[dict[str, Any]], truth: list[list[Piece]], found: list[list[Piece]]
) -> dict[str, Any]:
    """Return every figure, for all sentences, the random ones, and each way of choosing them."""
    hows = sorted({row["how"] for row in rows})

    def among(wanted: Callable[[str], bool]) -> dict[str, Any]:
        kept = [i for i, row in enumerate(rows) if wanted(row["how"])]
        return measure([truth[i] for i in kept], [found[i] for i in kept], KEPT)

    return {
        "all": among(lambda _: True),
        "random": among(lambda how: how in RANDOM),
        "by_how": {how: among(lambda other, how=how: other == how) for how in hows},  # type: ignore[misc]
        "places": measure(truth, found, ("PLACE",)),
        "persons": measure(truth, found, ("PERSON",)),
        "reliability": reliability(truth, found),
    }


def measure(
    truth: list[list[Piece]], found: list[list[Piece]], labels: tuple[str, ...]
) -> dict[str, Any]:
    """Return precision, recall and F of spans of some labels, told apart no further."""
    counts: Counter[str] = Counter()
    for every, guesses in zip(truth, found, strict=True):
        wanted = [p for p in every if p.label in labels]
        given = [p for p in guesses if p.label in labels]
        counts["wanted"] += len(wanted)
        counts["given"] += len(given)
        bounds = {(p.start, p.end) for p in wanted}
        counts["exact"] += sum((p.start, p.end) in bounds for p in given)
        counts["met"] += sum(any(p.meets(q) for q in wanted) for p in given)
        counts["reached"] += sum(any(p.meets(q) for q in given) for p in wanted)
        for piece in given:
            near = [q for q in wanted if q.meets(piece)]
            if near:
                closest = max(near, key=lambda q: min(q.end, piece.end) - max(q.start, piece.start))
                counts["typed"] += closest.label == piece.label
            counts["persons"] += piece.label == "ACTOR" and any(
                q.label == "PERSON" and q.meets(piece) for q in every if not near
            )
        if not every:
            counts["empty"] += 1
            counts["false_alarms"] += bool(given)
    given_count, wanted_count = max(counts["given"], 1), max(counts["wanted"], 1)
    return {
        "exact": _prf(counts["exact"] / given_count, counts["exact"] / wanted_count),
        "overlap": _prf(counts["met"] / given_count, counts["reached"] / wanted_count),
        "type_right": round(counts["typed"] / max(counts["met"], 1), 3),
        "false_alarm_sentences": round(counts["false_alarms"] / max(counts["empty"], 1), 3),
        "persons_as_actors": round(counts["persons"] / given_count, 3),
        "spans": counts["wanted"],
        "found": counts["given"],
    }


def _prf(precision: float, recall: float) -> list[float]:
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return [round(precision, 3), round(recall, 3), round(f, 3)]


def reliability(truth: list[list[Piece]], found: list[list[Piece]]) -> list[list[float]]:
    """Return (mean confidence, share right, how many) by tenths of confidence.

    Right is an actor or institution that meets one; the two told apart are `type_right`.
    """
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right, _ in _judged(truth, found):
        bins.setdefault(min(int(confidence * 10), 9), []).append((confidence, right))
    return [
        [
            round(sum(c for c, _ in pairs) / len(pairs), 2),
            round(sum(right for _, right in pairs) / len(pairs), 2),
            len(pairs),
        ]
        for _, pairs in sorted(bins.items())
    ]


def _judged(
    truth: list[list[Piece]], found: list[list[Piece]]
) -> Iterator[tuple[float, bool, int]]:
    """Yield confidence, whether it is right, and the sentence, of each name that is kept."""
    for position, (every, guesses) in enumerate(zip(truth, found, strict=True)):
        wanted = [p for p in every if p.label in KEPT]
        for piece in guesses:
            if piece.label in KEPT:
                yield piece.confidence, any(piece.meets(q) for q in wanted), position


def calibration(
    rows: Sequence[dict[str, Any]], truth: list[list[Piece]], found: list[list[Piece]]
) -> dict[str, Any]:
    """Return what `classifier.CALIBRATION` should be, and how far it holds on other sources.

    Fitted on what the shipped calibration says; each source is judged by a fit on the others.
    """
    judged = [j for j in _judged(truth, found) if 0 < j[0] < 1]
    odds = np.array([[np.log(c / (1 - c))] for c, _, _ in judged])
    right = np.array([r for _, r, _ in judged])
    sources = np.array([rows[position]["source"] for _, _, position in judged])
    told = np.zeros(len(judged))
    for fold in range(FOLDS):
        here = np.isin(sources, sorted(set(sources))[fold::FOLDS])
        fitted = LogisticRegression(C=100).fit(odds[~here], right[~here])
        told[here] = fitted.predict_proba(odds[here])[:, 1]
    whole = LogisticRegression(C=100).fit(odds, right)
    slope, shift = classifier.CALIBRATION
    by = float(whole.coef_[0, 0])
    return {
        "fitted": [round(by * slope, 2), round(by * shift + float(whole.intercept_[0]), 2)],
        "brier_other_sources": round(float(np.mean((told - right) ** 2)), 3),
        "brier_shipped": round(float(np.mean([(c - r) ** 2 for c, r, _ in judged])), 3),
        "brier_of_the_mean": round(float(right.mean() * (1 - right.mean())), 3),
    }


def ceiling(rows: Sequence[dict[str, Any]], language_model: Language) -> list[list[Piece]]:
    """Return what is found when the gold of other sources is trained on as well."""
    examples = [
        fitting.Example(
            row["text"], tuple((s["start"], s["end"], s["label"]) for s in row["spans"])
        )
        for row in rows
    ]
    sources = sorted({row["source"] for row in rows})
    fold = {source: number % FOLDS for number, source in enumerate(sources)}
    own = list(generate.examples(1, 2))
    found: list[list[Piece]] = [[] for _ in rows]
    for number in range(FOLDS):
        others = [e for e, r in zip(examples, rows, strict=True) if fold[r["source"]] != number]
        table = fitting.tabulate([*own, *others, *others], language_model, frozenset())
        weights = fitting.fit(table)
        for position, row in enumerate(rows):
            if fold[row["source"]] == number:
                found[position] = _judge(row["text"], weights, language_model)
    return found


def _judge(raw: str, weights: classifier.Weights, language_model: Language) -> list[Piece]:
    doc = language_model(text.prepare(raw))
    asked = questions.questions(doc, places.communes_in(doc.text, frozenset()))
    return [
        Piece(found.start, found.end, found.label.value, found.confidence)
        for found in recognition.names_of(doc, asked, weights)
    ]


def draw_reliability(read: Mapping[str, Sequence[Sequence[float]]]) -> None:
    """Draw the share that is right by stated confidence, a point for each tenth of it."""
    mpl.use("Agg")
    plt.rcParams["svg.hashsalt"] = "vigie"
    figure, axes = plt.subplots(figsize=(5, 5), layout="constrained")
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="parfaitement calibré")
    for name, bins in read.items():
        stated, right, counts = zip(*bins, strict=True)
        axes.plot(stated, right, marker="o", label=f"{READ[name]} ({sum(counts):.0f} noms)")
        for x, y, count in bins:
            axes.annotate(f"{count:.0f}", (x, y), textcoords="offset points", xytext=(5, -11))
    axes.set(xlabel="confiance annoncée", ylabel="part de justes", xlim=(0.3, 1), ylim=(0, 1))
    axes.legend(loc="lower right")
    figure.savefig(RELIABILITY, metadata={"Date": None})


def print_errors(
    rows: Sequence[dict[str, Any]], truth: list[list[Piece]], found: list[list[Piece]]
) -> None:
    """Print each sentence with what was invented and what was missed in it."""
    for row, every, guesses in zip(rows, truth, found, strict=True):
        wanted = {(p.start, p.end) for p in every if p.label in KEPT}
        given = {(p.start, p.end): p for p in guesses if p.label in KEPT}
        invented = [
            f"{row['text'][a:b]} ({p.label} {p.confidence})"
            for (a, b), p in given.items()
            if (a, b) not in wanted
        ]
        missed = [row["text"][a:b] for a, b in sorted(wanted) if (a, b) not in given]
        if invented or missed:
            print(f"{row['how']}: {row['text'][:200]}\n   + {invented}\n   - {missed}")


if __name__ == "__main__":
    main()
