"""Quoted sentences without the persons that they name, for those who keep them for long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nlp.annotate import extract
from vigie.records import Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from spacy.language import Language

LEFT_OUT = "[…]"
"""What stands in a sentence where a person was named."""


def without(quotes: Iterable[tuple[str, Sequence[str]]], language_model: Language) -> Iterator[str]:
    """Yield each sentence without the persons whom it names; given with names that stay in it.

    A name that overlaps with one of an actor stays: it is that actor's.
    """
    given = list(quotes)
    found = extract((sentence for sentence, _ in given), language_model, frozenset())
    for (sentence, kept), spans in zip(given, found, strict=True):
        persons = [
            (span.start, span.end)
            for span in spans
            if span.label is Label.PERSON
            and not any(_overlap(sentence, name, span.start, span.end) for name in kept)
        ]
        yield _cut(sentence, persons)


def _overlap(sentence: str, name: str, start: int, end: int) -> bool:
    at = sentence.find(name) if name else -1
    while at >= 0:
        if at < end and start < at + len(name):
            return True
        at = sentence.find(name, at + 1)
    return False


def _cut(sentence: str, places: Iterable[tuple[int, int]]) -> str:
    for start, end in sorted(places, reverse=True):
        sentence = sentence[:start] + LEFT_OUT + sentence[end:]
    return sentence
