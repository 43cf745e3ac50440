"""Weights that also learn from the judgements of officers.

A judgement says what one name in one sentence is, and nothing of the other names there: only the
candidates that overlap it teach. A sample of the shipped training sentences is learnt again
beside them, so that a few judgements bend the networks and do not break them.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from nlp import classifier, features, model, places, questions, recognition, text
from nlp.training import carrying, fitting, generate
from nlp.training.fitting import Example, Table
from vigie.language import say
from vigie.terminal import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spacy.language import Language

    from nlp.classifier import Weights
    from vigie.records import Label

WEIGHT = 6
"""Times that a judged name counts as much as an invented one."""
FILLINGS = 1
SEED = 1
SAMPLE = 24
"""One shipped sentence in so many is learnt again."""
HELD_OUT = 4
"""One actor in so many is kept apart, to measure on."""
CHECKED = 2
"""Seed of the invented sentences on which it is measured that nothing else was spoilt."""
CHECKED_SAMPLE = 60
PART = 100
"""Sentences between two signs of progress."""
MOST_CHANGES = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """A name in a sentence, and what a person said that it is; `None`: no name at all."""

    actor_id: str
    sentence: str
    surface: str
    label: Label | None

    @property
    def held_out(self) -> bool:
        """Tell whether its actor is kept apart: always the same ones."""
        digest = blake2b(self.actor_id.encode(), digest_size=4).digest()
        return int.from_bytes(digest, "big") % HELD_OUT == 0


@dataclass(frozen=True, slots=True)
class Change:
    """A judged name that new weights read in another way."""

    judged: Judged
    before: Label | None
    after: Label | None


@dataclass(frozen=True, slots=True)
class Learnt:
    """New weights, and what was measured of them beside those in use."""

    weights: Weights
    taught: int
    """Judged names that were learnt."""
    held_out: int
    right_before: float
    """Share of the names kept apart that were read as judged."""
    right_after: float
    invented_before: float
    """Share of invented names, never learnt, that were found with their label."""
    invented_after: float
    changes: tuple[Change, ...]


def learn(
    judged: Sequence[Judged],
    language_model: Language,
    current: Weights,
    *,
    lessons: Sequence[Example] | None = None,
) -> Learnt:
    """Return the shipped weights carried on by judgements and lessons.

    The lessons are a sample of the shipped sentences by default. The same every time;
    progress is shown.
    """
    ordered = sorted(set(judged), key=lambda j: (j.actor_id, j.sentence, j.surface))
    taught = [one for one in ordered if not one.held_out]
    apart = [one for one in ordered if one.held_out]
    lessons = lessons or list(generate.examples(SEED, FILLINGS))[::SAMPLE]
    invented = list(generate.examples(CHECKED, 1))[7::CHECKED_SAMPLE]
    with model.swift(language_model):
        with progress(say("Lecture de phrases connues"), len(lessons)) as advance:
            shipped = [
                _told(advance, part, fitting.tabulate(part, language_model, frozenset()))
                for part in _parts(lessons)
            ]
            told = _tabulate(taught, language_model)
        start = classifier.shipped()
        networks = len(start.presence) + len(start.bounds)
        with progress(say("Apprentissage des avis"), networks) as advance:
            weights = carrying.carry_on(start, _joined(shipped, told), SEED, advance)
        with progress(say("Comparaison avant et après"), None):
            before = [_read(one, language_model, current) for one in ordered]
            after = [_read(one, language_model, weights) for one in ordered]
            found_before, found_after = _found(invented, language_model, (current, weights))
    changes = [
        Change(one, was, now)
        for one, was, now in zip(ordered, before, after, strict=True)
        if was is not now
    ]
    return Learnt(
        weights=weights,
        taught=len(taught),
        held_out=len(apart),
        right_before=_right(ordered, before),
        right_after=_right(ordered, after),
        invented_before=found_before,
        invented_after=found_after,
        changes=tuple(changes[:MOST_CHANGES]),
    )


def _right(judged: Sequence[Judged], read: Sequence[Label | None]) -> float:
    """Return the share of the names kept apart that were read as judged."""
    apart = [(one.label, now) for one, now in zip(judged, read, strict=True) if one.held_out]
    return sum(label is now for label, now in apart) / len(apart) if apart else 0.0


def _tabulate(judged: Sequence[Judged], language_model: Language) -> Table | None:
    """Return the candidates that judgements speak of."""
    facts: list[list[str]] = []
    rows, targets = [], []
    for one in judged:
        plain = text.prepare(one.sentence)
        start = plain.find(text.prepare(one.surface))
        if start < 0:
            continue
        span = (start, start + len(one.surface))
        doc = language_model(plain)
        asked = [
            q
            for q in questions.questions(doc, places.communes_in(plain, frozenset()))
            if doc[q.candidate.start].idx < span[1]
            and span[0] < doc[q.candidate.end - 1].idx + len(doc[q.candidate.end - 1])
        ]
        if not asked:
            continue
        example = Example(one.sentence, ((*span, one.label.value),) if one.label else ())
        for question in asked:
            candidate = question.candidate
            targets.append(fitting.target(doc, candidate.start, candidate.end, example))
            facts.append(question.facts)
        rows.append(features.vectors(doc, [q.candidate for q in asked], [q.bounds for q in asked]))
    if not facts:
        return None
    presence, bounds = np.array(targets).T
    return Table(facts, np.vstack(rows), presence, bounds)


def _parts(lessons: Sequence[Example]) -> Iterator[Sequence[Example]]:
    for at in range(0, len(lessons), PART):
        yield lessons[at : at + PART]


def _told(advance: Callable[[int], None], part: Sequence[Example], made: Table) -> Table:
    advance(len(part))
    return made


def _joined(shipped: Sequence[Table], told: Table | None) -> Table:
    """Return one table of all, what was judged several times over."""
    every = [*shipped, *([told] * WEIGHT if told else [])]
    return Table(
        [facts for table in every for facts in table.facts],
        np.vstack([table.vectors for table in every]),
        np.concatenate([table.presence for table in every]),
        np.concatenate([table.bounds for table in every]),
    )


def _read(one: Judged, language_model: Language, weights: Weights) -> Label | None:
    """Return what weights take a judged name for; `None`: for no name."""
    plain = text.prepare(one.sentence)
    start = plain.find(text.prepare(one.surface))
    end = start + len(one.surface)
    doc = language_model(plain)
    asked = questions.questions(doc, places.communes_in(plain, frozenset()))
    shares = [
        ((min(end, f.end) - max(start, f.start)) / (max(end, f.end) - min(start, f.start)), f.label)
        for f in recognition.names_of(doc, asked, weights)
    ]
    share, label = max(shares, default=(0.0, None), key=lambda pair: pair[0])
    return label if share >= fitting.SAME else None


def _found(
    examples: Iterable[Example], language_model: Language, every: Sequence[Weights]
) -> list[float]:
    """Return for each weights the share of the names of examples found, bounds and label."""
    right, total = [0] * len(every), 0
    for example in examples:
        doc = language_model(text.prepare(example.text))
        asked = questions.questions(doc, places.communes_in(doc.text, frozenset()))
        total += len(example.spans)
        for number, weights in enumerate(every):
            found = recognition.names_of(doc, asked, weights)
            names = {(f.start, f.end, f.label.value) for f in found}
            right[number] += sum(span in names for span in example.spans)
    return [count / max(total, 1) for count in right]
