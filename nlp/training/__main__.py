"""Train and write the shipped weights: `python -m nlp.training`, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import nlp
from nlp import classifier, model
from nlp.training import fitting, generate

SEED = 1
FILLINGS = 2


def main() -> None:
    """Write `weights.npz` beside the classifier."""
    examples = list(generate.examples(SEED, FILLINGS))
    table = fitting.tabulate(examples, model.load(), frozenset())
    weights = fitting.fit(table)
    path = Path(nlp.__file__).with_name(classifier.WEIGHTS)
    classifier.save(weights, path)
    print(f"{len(examples)} examples, {len(table.facts)} candidates, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
