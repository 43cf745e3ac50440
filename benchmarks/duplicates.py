"""How well documents that tell the same story are recognised, and how fast.

Four measures: pairs written by hand (`tests/examples/stories/pairs.jsonl`), the documents of two
simulated territories, releases invented and rewritten here in ten ways among look-alikes, and, if
`../shared/real` is there, speed on real texts. Run with `python -m benchmarks.duplicates`.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections import defaultdict
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import report
from nlp import stories
from simulation import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "tests" / "examples" / "stories"
PAIRS = EXAMPLES / "pairs.jsonl"
FRAGMENTS = EXAMPLES / "fragments.txt"
REAL = HERE.parent.parent / "shared" / "real" / "corpus-dev.jsonl"
SEED = 7
RELEASES = 300
TERRITORIES = ("mulhouse", "strasbourg")
WINDOW = 80
"""Documents: about three weeks of a lab's sources, within which copies are looked for."""

SYNONYMS = {
    "ouvre": "inaugure",
    "prépare": "organise",
    "cherche": "recherche",
    "veut": "souhaite",
    "proposera": "offrira",
    "chaque": "tous les",
    "malgré": "en dépit d’",
    "petite": "jeune",
    "commun": "partagé",
    "avant": "juste avant",
    "gratuit": "sans billet",
    "public": "ouvert",
}
AS_IT_IS = "recopié"
FOOTER = " Partagez cet article. Lire aussi : notre agenda de la semaine. S’abonner à la lettre."


@cache
def fragments(path: Path = FRAGMENTS) -> dict[str, list[str]]:
    """Return the parts of sentences, by their place in it."""
    found: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            part.append(line)
    return found


def release(rng: random.Random) -> list[str]:
    """Return the sentences of an invented release; others share its words, not its facts."""
    return [
        " ".join(rng.choice(part) for part in fragments().values()) + "."
        for _ in range(rng.randint(4, 12))
    ]


def rewrites() -> dict[str, Callable[[list[str], random.Random], str]]:
    """Return the ways in which outlets change a release."""
    return {
        AS_IT_IS: lambda s, _: " ".join(s),
        "titre et pied ajoutés": lambda s, _: f"Nouveau\n\n{' '.join(s)}{FOOTER}",
        "chapeau réécrit": lambda s, r: " ".join([*release(r)[1:2], *s[1:]]),
        "un tiers des phrases ôté": lambda s, r: " ".join(
            x for x in s if x in r.sample(s, -(-2 * len(s) // 3))
        ),
        "ordre changé": lambda s, r: " ".join(r.sample(s, len(s))),
        "mots remplacés": lambda s, _: _replaced(" ".join(s)),
        "coquilles": lambda s, r: _misspelt(" ".join(s), r),
        "extrait": lambda s, _: " ".join(s)[:260] + "…",
        "dans un article long": lambda s, r: " ".join(
            [x for _ in range(3) for x in release(r)] + s
        ),
        "citation et deux faits": lambda s, r: " ".join([*s[2:5], *release(r)[1:3]]),
    }


DAYS = 21
"""What the storage looks back at."""


def group(texts: list[str], sources: list[str], days: list[int], window: int = DAYS) -> list[str]:
    """Return the story given to each text, one after the other, as the storage would ask for it.

    `days` are those of the texts, ascending; only `window` days before a text are looked at.
    """
    prints = [stories.fingerprint(text) for text in texts]
    given: list[str] = []
    by_band: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(prints):
        shared = {n for band in found.bands for n in by_band[band]}
        near = {n for n in shared if days[number] - days[n] <= window}
        neighbours = [(sources[n], given[n], prints[n].signature) for n in sorted(near)]
        story = stories.story_of(found.signature, sources[number], neighbours)
        given.append(story or str(number))
        for band in found.bands:
            by_band[band].append(number)
    return given


def measure(
    texts: list[str], story: list[str], sources: list[str], days: list[int], window: int = DAYS
) -> dict[str, float]:
    """Return pairwise precision, recall and F over texts grouped one after the other."""
    return pairwise(pairs(story), pairs(group(texts, sources, days, window)))


def pairwise(true: set[tuple[int, int]], found: set[tuple[int, int]]) -> dict[str, float]:
    """Return precision, recall and F of pairs."""
    right = len(true & found)
    precision = right / len(found) if found else 1.0
    recall = right / len(true) if true else 1.0
    f = 2 * precision * recall / (precision + recall) if right else 0.0
    return {"precision": precision, "recall": recall, "f": f}


def pairs(labels: Iterable[object]) -> set[tuple[int, int]]:
    """Return the pairs of positions that bear one label."""
    members: dict[object, list[int]] = defaultdict(list)
    for number, label in enumerate(labels):
        members[label].append(number)
    return {pair for group in members.values() for pair in combinations(group, 2)}


def _replaced(text: str) -> str:
    for word, other in SYNONYMS.items():
        text = text.replace(f" {word} ", f" {other} ")
    return text


def _misspelt(text: str, rng: random.Random) -> str:
    words = text.split()
    for at in rng.sample(range(len(words)), len(words) // 15):
        words[at] = words[at][:-1] or words[at]
    return " ".join(words)


def by_hand() -> list[tuple[str, bool, bool]]:
    """Return (why, truth, answer) of the pairs written by hand."""
    told = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [
        (
            pair["why"],
            pair["same"],
            stories.same(
                stories.fingerprint(pair["a"]),
                stories.fingerprint(pair["b"]),
                one_source=pair.get("one_source", False),
            ),
        )
        for pair in told
    ]


def invented() -> tuple[dict[str, float], list[tuple[str, float]]]:
    """Return the measure over releases and their rewrites, and the recall of each way."""
    rng = random.Random(SEED)  # noqa: S311 - for the same releases every time
    ways = rewrites()
    texts, story, found_by = [], [], defaultdict(list)
    for number in range(RELEASES):
        sentences = release(rng)
        original = stories.fingerprint(" ".join(sentences))
        others = rng.sample([way for way in ways if way != AS_IT_IS], 3)
        for way in (AS_IT_IS, *others):
            texts.append(ways[way](sentences, rng))
            story.append(number)
            found_by[way].append(stories.same(original, stories.fingerprint(texts[-1])))
    order = sorted(range(len(texts)), key=lambda n: story[n] + rng.uniform(0, WINDOW / 8))
    rank = list(range(len(order)))
    outlets = [f"s{n % len(ways)}" for n in order]
    figures = measure(
        [texts[n] for n in order], [str(story[n]) for n in order], outlets, rank, WINDOW
    )
    return figures, [(way, sum(found_by[way]) / len(found_by[way])) for way in ways]


def simulated(territory: str) -> dict[str, float]:
    """Return the measure over half a year of a simulated territory; its truth knows the copies."""
    with tempfile.TemporaryDirectory() as made:
        simulate(Path(made), territory, weeks=26, seed=SEED)
        documents = _lines(Path(made) / "documents.jsonl")
        truth = {told["url"]: told["story"] for told in _lines(Path(made) / "annotations.jsonl")}
    documents.sort(key=lambda document: document["date"])
    return measure(
        ["\n\n".join(filter(None, (d["title"], d["text"]))) for d in documents],
        [truth[d["url"]] for d in documents],
        [d["source"] for d in documents],
        [date.fromisoformat(d["date"][:10]).toordinal() for d in documents],
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def speed() -> float | None:
    """Return milliseconds a fingerprint over the real corpus, `None` without it."""
    if not REAL.exists():
        return None
    with REAL.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    start = time.perf_counter()
    for text in texts:
        stories.fingerprint(text)
    return 1000 * (time.perf_counter() - start) / len(texts)


def main() -> None:
    """Measure, print and write."""
    hand = by_hand()
    wrong = [(why, same, answer) for why, same, answer in hand if same is not answer]
    figures, ways = invented()
    by_territory = {name: simulated(name) for name in TERRITORIES}
    each = speed()
    report.table("Même histoire ? (inventés)", ["mesure", "valeur"], [*figures.items()])
    for name, found in by_territory.items():
        report.table(f"Même histoire ? ({name} simulé)", ["mesure", "valeur"], [*found.items()])
    report.table("Reconnu face à l’original", ["réécriture", "part"], ways)
    report.table(
        f"Paires écrites à la main : {len(hand) - len(wrong)} justes sur {len(hand)}",
        ["paire", "vrai", "réponse"],
        wrong,
    )
    print("ms par document :", "pas de textes réels ici" if each is None else f"{each:.2f}")
    path = report.write(
        "duplicates",
        {
            "invented": figures,
            "simulated": by_territory,
            "by_way": dict(ways),
            "hand_right": len(hand) - len(wrong),
            "hand": len(hand),
            "ms_per_document": each,
        },
    )
    print(path.relative_to(HERE.parent))


if __name__ == "__main__":
    main()
