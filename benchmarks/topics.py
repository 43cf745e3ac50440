"""BERTopic as a rival: emerging topics, and the actors that their documents name.

BERTopic (Grootendorst 2022) groups documents into topics; a topic emerges when its frequency over
time (`topics_over_time`) grows. Its queue is filled with the actors named in the documents of the
topics that rise most. No language model's weights can be had here: documents are given as TF-IDF
with 100 singular vectors, one of the backends that its authors document. All documents of the
year are grouped at once, so that topics are those of somebody who knows how the year ends; growth
is counted as of each Monday. Names are those that Vigie extracted and resolved.

It is installed for this comparison alone: `pip install "vigie[bertopic]"`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

from signals.baselines import new_names
from signals.text import STOP_WORDS, fold
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from signals.baselines import Policy
    from vigie.records import ActorFacts, WeekFacts

DIMENSIONS = 100
RECENT = timedelta(weeks=4)
BEFORE = timedelta(weeks=12)
"""Growth: documents of the last four weeks against those of twelve before."""


@dataclass(frozen=True, slots=True)
class Text:
    """A document as BERTopic is given it."""

    id: str
    day: date
    text: str


@dataclass(frozen=True, slots=True)
class Topics:
    """Which document is of which topic, and how often it was spoken of in the weeks to a Monday."""

    of: Mapping[str, int]
    times: Mapping[int, Sequence[tuple[date, int]]]
    seconds: float

    def rising(self, as_of: date) -> list[int]:
        """Return the topics whose weekly frequency grew by a day, those that grew most first."""
        growth: dict[int, float] = {}
        for topic, told in self.times.items():
            recent = sum(n for day, n in told if as_of - RECENT < day <= as_of)
            before = sum(n for day, n in told if as_of - RECENT - BEFORE < day <= as_of - RECENT)
            growth[topic] = (recent + 1) / (before * (RECENT / BEFORE) + 1)
        return sorted((t for t in growth if growth[t] > 1), key=lambda t: (-growth[t], t))


def topics(texts: Sequence[Text]) -> Topics:
    """Return BERTopic's topics of some documents; the outliers are of none."""
    from bertopic import BERTopic  # noqa: PLC0415 - an extra, and slow to import
    from umap import UMAP  # noqa: PLC0415 - the same

    start = perf_counter()
    stop = sorted(STOP_WORDS)
    vectors = make_pipeline(
        TfidfVectorizer(preprocessor=fold, stop_words=stop, min_df=2, sublinear_tf=True),
        TruncatedSVD(DIMENSIONS, random_state=0),
        Normalizer(),
    )
    read = [one.text for one in texts]
    model = BERTopic(
        language="french",
        umap_model=UMAP(
            n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0
        ),
        vectorizer_model=CountVectorizer(preprocessor=fold, stop_words=stop),
        embedding_model=vectors,
    )
    marks, _ = model.fit_transform(read, embeddings=vectors.fit_transform(read))
    days = [(one.day + timedelta(days=-one.day.weekday() % 7)).isoformat() for one in texts]
    over_time = model.topics_over_time(read, days, global_tuning=False, evolution_tuning=False)
    times: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for row in over_time.itertuples():
        if row.Topic >= 0:
            times[row.Topic].append((row.Timestamp.date(), row.Frequency))
    of = {one.id: int(mark) for one, mark in zip(texts, marks, strict=True) if mark >= 0}
    return Topics(of, times, perf_counter() - start)


def named_in_rising(found: Topics, *, only_new: bool) -> Policy:
    """Return the queue of who is named in rising topics, most often named first in each."""

    def policy(facts: WeekFacts, size: int, done: AbstractSet[str]) -> tuple[str, ...]:
        known = {one.actor_id for one in new_names(facts, done)} if only_new else None
        named: dict[int, Counter[str]] = defaultdict(Counter)
        for actor in facts.actors:
            if actor.actor_id not in done and (known is None or actor.actor_id in known):
                for topic in _lately(actor, found, facts.as_of):
                    named[topic][actor.actor_id] += 1
        queue: dict[str, None] = {}
        for topic in found.rising(facts.as_of):
            queue.update(dict.fromkeys(sorted(named[topic], key=lambda a: (-named[topic][a], a))))
        return tuple(queue)[:size]

    return policy


def _lately(actor: ActorFacts, found: Topics, as_of: date) -> list[int]:
    return [
        found.of[s.document_id]
        for s in actor.sightings
        if s.label is Label.ACTOR and as_of - RECENT < s.day <= as_of and s.document_id in found.of
    ]
