"""How often each cue is right about the name that it stands beside, in real sentences.

`python -m benchmarks.cues` takes the two labelled sets of `../shared/real` (see `ner`): beside
every run of capitalised words or quoted words it looks for cues, and counts how often the run
meets a span of a label that the cue speaks for. These are the figures in `nlp/cues.py`, as far as
nine names or more were met.

Beside them stand those on a sample of simulated documents, which marks only the names of its
cast, and on the sentences that were written for the networks, for the cues that real sentences
hold too seldom: invented text flatters.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from benchmarks import ner
from benchmarks import report as results
from nlp import cues, features, model, questions, spans, text
from nlp.training import generate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spacy.language import Language

    from nlp.spans import Tokens


def main() -> None:
    """Measure, print, write."""
    if not ner.GOLD.exists():
        print(f"{ner.GOLD} is absent: nothing is measured")
        return
    rows = [json.loads(line) for line in ner.GOLD.read_text("utf-8").split("\n") if line]
    language_model = model.load()
    right = judged([*rows, *ner.second_reading()], language_model)
    invented = judged(ner.simulated(), language_model)
    own = judged(written(), language_model)
    figures = [
        (
            cue.name,
            len(right[cue.name]),
            share(right[cue.name]),
            len(invented[cue.name]),
            share(invented[cue.name]),
            len(own[cue.name]),
            share(own[cue.name]),
            cue.precision,
        )
        for cue in cues.CUES
    ]
    results.table("Cues", HEADS, figures)
    print(
        results.write(
            "cues", {row[0]: dict(zip(HEADS[1:], row[1:], strict=True)) for row in figures}
        )
    )


HEADS = (
    "cue",
    "real names",
    "right",
    "simulated names",
    "simulated right",
    "written names",
    "written right",
    "in nlp/cues.py",
)


def written() -> Iterator[dict[str, Any]]:
    """Yield the sentences that were written for the networks, as labelled texts."""
    for marked in generate.written():
        example = generate.parse(marked)
        yield {
            "text": example.text,
            "spans": [{"start": s, "end": e, "label": label} for s, e, label in example.spans],
        }


def judged(rows: Iterable[dict[str, Any]], language_model: Language) -> dict[str, list[bool]]:
    """Return, by cue, whether it is right about each name beside it."""
    right: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        doc = spans.tokens_of(language_model.make_doc(text.prepare(row["text"])))
        for cue, start, end in beside(doc):
            labels = {s["label"] for s in row["spans"] if s["start"] < end and start < s["end"]}
            wanted = {label.value for label in cue.speaks_for}
            right[cue.name].append(bool(labels & wanted) if wanted else not labels)
    return right


def share(hits: list[bool]) -> float | None:
    """Return the share that is right, or None where nothing was met."""
    return round(sum(hits) / len(hits), 2) if hits else None


def beside(doc: Tokens) -> Iterator[tuple[cues.Cue, int, int]]:
    """Yield each cue with the characters, start to end, of the run that it stands beside."""
    for bounds in questions.token_sentences(doc):
        low, high = doc.starts[bounds[0]], doc.end(bounds[1] - 1)
        for first, after in {*spans.runs(doc, bounds), *spans.enclosed(doc, bounds)}:
            start, end = doc.starts[first], doc.end(after - 1)
            before = doc.text[max(low, start - features.CONTEXT) : start]
            for cue in cues.before(before):
                yield cue, start, end
            for cue in cues.after(doc.text[end : min(high, end + features.CONTEXT)]):
                yield cue, start, end


if __name__ == "__main__":
    main()
