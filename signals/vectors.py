"""What is said beside each actor, as vectors: which speak of the same things.

Latent semantic analysis (Deerwester et al. 1990): the truncated singular vectors of the TF-IDF
of the words beside each actor. The week's own texts make the space; no model is loaded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from signals.context import commune_name
from signals.nouns import nouns_in
from signals.text import STOP_WORDS, fold, stem, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from signals.profile import Profile

DIMENSIONS = 20
SENTENCES = 12
"""Of one actor, the newest; one a story."""
FEWEST = 4
"""Actors of whom something is said; fewer make no space."""
FEWEST_SAYING = 3
"""Actors beside whom a word must stand to have a place of its own."""


@dataclass(frozen=True, slots=True)
class Bag:
    """The stems beside one actor, with the ways in which they are written."""

    stems: tuple[str, ...]
    spelt: Mapping[str, Counter[str]]
    named: Mapping[str, Counter[str]]
    """Stem → the nouns that stand for it (`signals.nouns`)."""
    names: frozenset[str]
    """The folded words of the actor's own names."""


@dataclass(frozen=True, slots=True)
class Space:
    """Where actors stand: near each other when the same things are said beside them."""

    actors: tuple[str, ...]
    bags: tuple[Bag, ...]
    vectors: NDArray[np.float64]
    """A row an actor, of length 1; of length 0 where all is said by nobody else."""
    terms: Any
    axes: Any

    def of_words(self, stems: Sequence[str]) -> NDArray[np.float64]:
        """Return where a few words stand, of length 1; 0 when one of them is hardly said here."""
        columns = self.terms.vocabulary_
        known = [columns[one] for one in stems if one in columns]
        said = (1 + len(self.actors)) / np.exp(self.terms.idf_[known] - 1) - 1
        if len(known) < len(stems) or (np.round(said) < FEWEST_SAYING).any():
            return np.zeros(len(self.axes.components_))
        [vector] = _rounded(self.axes.transform(self.terms.transform([tuple(stems)])))
        return np.asarray(vector)

    def shared(self, index: int, wanted: NDArray[np.float64], most: int) -> tuple[str, ...]:
        """Return the words beside an actor that bring it nearest to a vector, as written there."""
        bag = self.bags[index]
        own = self.terms.transform([bag.stems])
        pull = own.multiply(wanted @ self.axes.components_).tocoo()
        names = self.terms.get_feature_names_out()
        pulls = sorted(zip(-pull.data, (str(names[at]) for at in pull.col), strict=True))
        return tuple(spelling(root, (bag,)) for weight, root in pulls[:most] if weight < 0)


def space(profiles: Sequence[Profile], territory: AbstractSet[str]) -> Space | None:
    """Return the space that what is said beside some actors spans; None when that is too little.

    The territory's own place names and the actors' names say nothing of what they do.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    places = {w for code in territory for w in words(commune_name(code))}
    ordered = sorted(profiles, key=lambda p: p.actor_id)
    pairs = [(p.actor_id, found) for p in ordered if (found := bag(p, places)).stems]
    if len(pairs) < FEWEST:
        return None
    terms = TfidfVectorizer(analyzer=list, sublinear_tf=True)
    matrix = terms.fit_transform([found.stems for _, found in pairs])
    size = min(DIMENSIONS, len(pairs) - 1, matrix.shape[1] - 1)
    if size < 2:
        return None
    axes = TruncatedSVD(size, algorithm="randomized", random_state=0)
    with np.errstate(invalid="ignore", divide="ignore"):  # texts that are all alike vary by nothing
        vectors = _rounded(axes.fit_transform(matrix))
    actors, bags = zip(*pairs, strict=True)
    return Space(actors, bags, vectors, terms, axes)


def _rounded(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return vectors of length 1, to six decimals: the rest differs between machines."""
    from sklearn.preprocessing import normalize

    return np.asarray(np.round(normalize(vectors), 6))


def bag(profile: Profile, places: AbstractSet[str]) -> Bag:
    """Return the stems of an actor's newest sentences, one a story, without names."""
    own = frozenset(w for name in (profile.name, *profile.aliases) for w in words(name))
    stems: list[str] = []
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    named: dict[str, Counter[str]] = defaultdict(Counter)
    told: set[str] = set()
    for sighting in reversed(profile.sightings):
        if sighting.story_id in told:
            continue
        told.add(sighting.story_id)
        for word, noun in nouns_in(sighting.sentence):
            for folded in words(word):
                if len(folded) < 4 or folded in STOP_WORDS or folded in own or folded in places:
                    continue
                root = stem(folded)
                stems.append(root)
                if fold(word) == folded:
                    spelt[root][word.lower()] += 1
                if noun:
                    named[root][noun] += 1
        if len(told) == SENTENCES:
            break
    return Bag(tuple(stems), spelt, named, own)


def spelling(root: str, bags: Sequence[Bag]) -> str:
    """Return the way in which some texts write a stem most often."""
    ways: Counter[str] = Counter()
    for one in bags:
        ways.update(one.spelt.get(root, {}))
    return min(ways, key=lambda way: (-ways[way], way)) if ways else root
