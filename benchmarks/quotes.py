"""Whether what only quotes a release, or tells it in another order, counts as the release.

Releases are invented; other outlets quote a few of their sentences in an article of their own,
cite one spoken sentence, tell short ones in another order; round-ups take from several of them,
and other news of one organisation ends with the same paragraph about it. Thresholds were set on
the sentences of `benchmarks.duplicates`; what is measured here by default was never tuned on.
Run with `python -m benchmarks.quotes [fragments.txt]`.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks import duplicates, report

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
UNSEEN = duplicates.EXAMPLES / "press.txt"
SEED = 29
RELEASES = 300
SOURCES = 12


class Told(NamedTuple):
    """An invented document."""

    text: str
    story: str
    source: str
    way: str
    day: float


class Writer:
    """Writes sentences from fragments, by lot."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        """Read the fragments."""
        parts = duplicates.fragments(path)
        self.parts, self.rng = parts, rng

    def sentence(self, *, short: bool = False) -> str:
        """Return a sentence of its own."""
        parts = list(self.parts.values())[: 3 if short else None]
        return " ".join(self.rng.choice(part) for part in parts) + "."

    def spoken(self) -> str:
        """Return what somebody says, without who says it."""
        what, how = (self.rng.choice(self.parts[part]) for part in ("what", "how"))
        return f"« Nous ne savions pas que {what} nous mènerait si loin, {how} »"

    def says(self) -> str:
        """Return who says it."""
        verb = self.rng.choice(["dit", "raconte", "explique", "résume", "se réjouit"])
        return f", {verb} {self.rng.choice(self.parts['who'])}."

    def release(self, *, short: bool) -> list[str]:
        """Return the sentences of a release; a longer one lets somebody speak."""
        if short:
            return [self.sentence(short=True) for _ in range(self.rng.randint(3, 5))]
        said = [self.sentence() for _ in range(self.rng.randint(4, 9))]
        said.insert(self.rng.randint(1, len(said)), self.spoken() + self.says())
        return said

    def own(self, least: int, most: int) -> list[str]:
        """Return sentences that nobody else has."""
        return [self.sentence() for _ in range(self.rng.randint(least, most))]


def _extract(writer: Writer, release: list[str]) -> list[str]:
    at = writer.rng.randint(0, len(release) - 3)
    return [*writer.own(2, 4), *release[at : at + 3], *writer.own(3, 4)]


def _citation(writer: Writer, release: list[str]) -> list[str]:
    spoken = next(s for s in release if s.startswith("«"))
    return [*writer.own(1, 3), spoken[: spoken.index("»") + 1] + writer.says(), *writer.own(2, 3)]


def _shuffled(writer: Writer, release: list[str]) -> list[str]:
    return writer.rng.sample(release, len(release))


def _shortened(writer: Writer, release: list[str]) -> list[str]:
    return writer.rng.sample(release, len(release) - 1)


LONG: dict[str, Callable[[Writer, list[str]], list[str]]] = {
    "trois phrases dans un article": _extract,
    "une parole citée": _citation,
    "autre ordre, une phrase ôtée": _shortened,
}
SHORT: dict[str, Callable[[Writer, list[str]], list[str]]] = {
    "phrases courtes, autre ordre": _shuffled,
    "phrases courtes, autre ordre, une ôtée": _shortened,
}


def press(path: Path, seed: int = SEED) -> list[Told]:
    """Return the documents of some months, in the order of their days."""
    rng = random.Random(seed)  # noqa: S311 - for the same releases every time
    writer = Writer(path, rng)
    told: list[Told] = []
    recent: list[list[str]] = []
    for number in range(RELEASES):
        short = rng.random() < 0.4
        release = writer.release(short=short)
        sources = rng.sample([f"s{n}" for n in range(SOURCES)], 4)
        texts = {"communiqué": " ".join(release)}
        ways = SHORT if short else LONG
        texts |= {way: " ".join(make(writer, release)) for way, make in ways.items()}
        told += [
            Told(text, f"r{number}", source, way, number + rng.uniform(0, 8))
            for source, (way, text) in zip(sources, texts.items(), strict=False)
        ]
        recent = [*recent[-7:], release]
        if number % 3 == 0 and len(recent) > 4:
            told.append(_round_up(writer, recent, number, rng.choice(sources)))
        if number % 4 == 0:
            told += _two_of_one_house(writer, number, sources)
    return sorted(told, key=lambda one: one.day)


def _round_up(writer: Writer, recent: list[list[str]], number: int, source: str) -> Told:
    """Return a letter that takes a sentence or two from several releases."""
    taken = writer.rng.sample(recent, writer.rng.randint(3, 5))
    pieces = [s for release in taken for s in release[: writer.rng.randint(1, 2)]]
    text = " ".join([writer.sentence(), *pieces, writer.sentence()])
    day = number + writer.rng.uniform(4, 10)
    return Told(text, f"u{number}", source, "tour d’horizon", day)


def _two_of_one_house(writer: Writer, number: int, sources: list[str]) -> list[Told]:
    """Return two news of an organisation, each with the paragraph about it."""
    about = writer.own(2, 3)
    return [
        Told(
            " ".join([*writer.own(4, 7), *about]),
            f"h{number}-{which}",
            sources[which],
            "même maison, autre nouvelle",
            number + writer.rng.uniform(0, 8),
        )
        for which in (0, 1)
    ]


def measure(told: list[Told]) -> tuple[dict[str, float], dict[str, float]]:
    """Return pairwise figures, and by way the share that is where it belongs.

    That is: in the story of its release, or, for what is no release's, alone.
    """
    given = duplicates.group(
        [one.text for one in told], [one.source for one in told], [int(one.day) for one in told]
    )
    figures = duplicates.pairwise(
        duplicates.pairs(one.story for one in told), duplicates.pairs(given)
    )
    home = {
        one.story: story for one, story in zip(told, given, strict=True) if one.way == "communiqué"
    }
    right: dict[str, list[bool]] = defaultdict(list)
    for one, story in zip(told, given, strict=True):
        alone = given.count(story) == 1
        right[one.way].append(story == home[one.story] if one.story in home else alone)
    return figures, {way: sum(each) / len(each) for way, each in sorted(right.items())}


def main(path: Path = UNSEEN) -> None:
    """Measure, print and write."""
    figures, ways = measure(press(path))
    report.table("Citations et communiqués (inventés)", ["mesure", "valeur"], [*figures.items()])
    report.table("À sa place, par façon", ["façon", "part"], [*ways.items()])
    if path == UNSEEN:
        report.write("quotes", {**figures, "by_way": ways})


if __name__ == "__main__":
    main(*(Path(given) for given in sys.argv[1:2]))
