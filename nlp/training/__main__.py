"""Train and write the shipped weights: `python -m nlp.training`, the same bytes every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

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
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "names": np.array("\n".join(weights.index)),
        "facts": weights.facts,
        "vectors": weights.vectors,
        "offsets": weights.offsets,
    }
    for kind, outputs in (("presence", weights.presence), ("bounds", weights.bounds)):
        for number, (units, offsets) in enumerate(outputs):
            arrays[f"{kind}_units_{number}"] = units
            arrays[f"{kind}_offsets_{number}"] = offsets
    half: dict[str, Any] = {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in arrays.items()
    }
    np.savez_compressed(path, **half)
    print(f"{len(examples)} examples, {len(table.facts)} candidates, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
